//! Bytes that come as an account file.

use std::error::Error;

use jiff::Timestamp;
use serde_json::Value;
use tierguard::Policy;
use tierguard_account::{Account, AccountError, Problem};

use crate::world::World;

const POLICY: &str = include_str!("../../../events/policy.yaml");

/// It is an account, which is written as it was read and can be swept, or there is an error that says where.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Account::from_json("account.json", text) {
        Ok(account) => {
            is_written_as_read(&account);
            let policy = Policy::parse("policy.yaml", POLICY).unwrap();
            let swept = Policy { sweep: tierguard::policy::Mode::Enforce, ..policy };
            World::under(swept, account).sweep(Timestamp::UNIX_EPOCH);
        }
        Err(error) => says_where(text, &error),
    }
}

fn is_written_as_read(account: &Account) {
    let written = account.to_json();
    let again = Account::from_json("account.json", &written.to_string());
    let again = again.unwrap_or_else(|error| unreadable(&error));
    assert!(again == *account, "it is another account once it is written");
    assert_eq!(again.to_json(), written);
}

#[expect(clippy::panic, reason = "it is there to stop at what must not happen")]
fn unreadable(error: &AccountError) -> Account {
    panic!("what was written cannot be read: {error}")
}

fn says_where(text: &str, error: &AccountError) {
    assert!(!error.help().is_empty() && error.to_string().starts_with("account.json: "));
    let place = match &error.problem {
        Problem::Json { source } => {
            let lines = text.split('\n').count();
            assert!((0..=lines).contains(&source.line()), "{source}");
            return;
        }
        Problem::NotAnObject => return,
        Problem::Partial => {
            let file: Value = serde_json::from_str(text).unwrap();
            assert!(file["NextToken"].is_string());
            return;
        }
        Problem::Misspelt { key, likely } => {
            let file: Value = serde_json::from_str(text).unwrap();
            assert!(file.get(key).is_some() && key != likely, "{key} is not in the file");
            return;
        }
        Problem::WrongKind { place, .. }
        | Problem::Missing { place, .. }
        | Problem::Invalid { place, .. }
        | Problem::Repeated { place, .. }
        | Problem::NoSuchGroup { place, .. }
        | Problem::Unlisted { place } => place,
    };
    let file: Value = serde_json::from_str(text).unwrap();
    assert!(find(&file, place).is_some(), "{place} is not in the file: {:?}", error.source());
}

/// What stands at a place like `SecurityGroups[3].IpPermissions[0]`.
fn find<'a>(file: &'a Value, place: &str) -> Option<&'a Value> {
    place.split('.').try_fold(file, |value, part| {
        let (key, index) = part.split_once('[').map_or((part, None), |(key, index)| (key, Some(index)));
        let value = value.get(key)?;
        match index {
            Some(index) => value.get(index.strip_suffix(']')?.parse::<usize>().ok()?),
            None => Some(value),
        }
    })
}
