//! Bytes that come as a policy file.

use std::sync::LazyLock;

use jiff::Timestamp;
use tierguard::Policy;
use tierguard::policy::Diagnostics;
use tierguard_account::Account;

use crate::world::World;

/// The account that is judged by what can be read.
static ACCOUNT: LazyLock<Account> = LazyLock::new(|| {
    Account::from_json("account.json", include_str!("../../../events/narrow/account.json")).unwrap()
});

/// What happens in it: a rule that is allowed in part, an edit, and something wrong in two tiers.
const RECORDS: [&str; 3] = [
    include_str!("../../../events/narrow/ports-and-networks/event.json"),
    include_str!("../../../events/narrow/edited/event.json"),
    include_str!("../../../events/narrow/two-tiers-one-of-which-revokes/event.json"),
];

/// It is a policy, by which an account is judged, or there are errors that a person can read and find.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Policy::parse("policy.yaml", text) {
        Ok(policy) => governs(policy),
        Err(errors) => can_be_read(text, &errors),
    }
}

fn governs(policy: Policy) {
    let world = World::under(policy, ACCOUNT.clone());
    for record in RECORDS {
        world.hears_of(&World::read(record.as_bytes()));
    }
    world.sweep(Timestamp::UNIX_EPOCH);
}

/// Each error stands in the text, says what is wrong and what to write, and is drawn without a character that commands
/// a terminal.
fn can_be_read(text: &str, errors: &Diagnostics) {
    let lines: Vec<_> = text.split('\n').collect();
    assert!(errors.iter().next().is_some(), "it is no policy, and nothing is wrong with it");
    for error in errors {
        let line = error.line().checked_sub(1).and_then(|line| lines.get(line)).copied();
        let longest = line.map(|line| line.chars().count().saturating_add(1));
        let is_inside = longest.is_some_and(|longest| (1..=longest).contains(&error.column()));
        assert!(is_inside, "{}:{} is not in the text", error.line(), error.column());
        assert!(is_one_line(error.message()) && is_one_line(error.help()), "{error:?}");
    }
    let commands = |c: &char| c.is_control() && *c != '\n';
    assert_eq!(errors.to_string().chars().find(commands), None);
    assert_eq!(errors.coloured().chars().find(|c| commands(c) && *c != '\u{1b}'), None);
}

fn is_one_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_control)
}
