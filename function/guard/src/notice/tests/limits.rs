//! Whatever was handled, its notice is within the limits of SNS and Amazon Q.

use proptest::prelude::*;

use super::inert;
use super::samples::{Account, authorize, notice, policy, tcp};
use super::sorts;
use crate::id::AccountId;
use crate::judge::Verdict;
use crate::notice::limits::{CHAT_BYTES, EMAIL_BYTES, MACHINE_BYTES, REST_BYTES, json_bytes};
use crate::notice::{Notice, escape};
use crate::respond::Basis;
use crate::sweep::Home;

fn check(notice: &Notice) {
    inert::check(notice);

    let attributes: usize =
        notice.attributes().map(|each| each.name().len() + each.data_type().len() + each.value().len()).sum();
    let message = notice.message();
    assert!(message.len() + attributes <= 256 * 1024, "{}", message.len());
    let parts =
        [(notice.email(), EMAIL_BYTES), (notice.chat(), CHAT_BYTES), (notice.machine(), MACHINE_BYTES)];
    for (text, bytes) in parts {
        assert_eq!(json_bytes(text), serde_json::to_string(text).unwrap().len());
        assert!(json_bytes(text) <= bytes, "{}", json_bytes(text));
    }
    assert!(attributes + notice.sms().len() + 200 <= REST_BYTES, "{attributes}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_notice_is_within_the_limits(handled in sorts::handled()) {
        let unremarked = handled.judgement.remarks.is_empty();
        let quiet = match handled.judgement.verdict {
            Verdict::Compliant => unremarked && handled.basis == Basis::Record,
            Verdict::Unmanaged | Verdict::Ignored(_) => unremarked,
            Verdict::Violation(_) | Verdict::Undecidable(_) => false,
        };
        let notice = Notice::of(&handled);
        prop_assert_eq!(notice.is_none(), quiet);
        notice.iter().for_each(check);
    }

    #[test]
    fn any_notice_of_a_dispute_is_within_the_limits(
        handled in sorts::handled(),
        standing in sorts::standing(),
    ) {
        let notice = Notice::in_dispute(&handled, &standing);
        prop_assert_eq!(notice.is_some(), Notice::of(&handled).is_some());
        notice.iter().for_each(check);
    }

    #[test]
    fn any_notice_of_a_sweep_is_within_the_limits(swept in sorts::swept(), account: bool) {
        let account = account.then(|| AccountId::new("111122223333").unwrap());
        let home = Home { account, region: None };
        let notice = Notice::of_sweep(&swept, &home);
        let is_news = swept.digest.has_news() || swept.failed.is_some() || swept.rest.is_some();
        prop_assert_eq!(notice.is_some(), is_news);
        notice.iter().for_each(check);
    }

    #[test]
    fn no_text_leaves_its_span(text in sorts::text(), longest in 0_usize..300) {
        let code = escape::code(&text, longest);
        prop_assert_eq!(code.matches('`').count(), 2);
        let quoted = escape::quoted(&text, longest);
        prop_assert_eq!(quoted.matches('"').count(), 2);
        prop_assert!(escape::ascii(&text, longest.max(3)).len() <= longest.max(3));
    }

    #[test]
    fn ascii_json_says_the_same(text in sorts::text()) {
        let json = escape::ascii_json(&serde_json::to_string(&text).unwrap());
        prop_assert!(json.is_ascii());
        prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}

/// Four hundred rules: the first are listed, the others counted.
#[test]
fn many_rules_are_counted() {
    let rules: Vec<_> =
        (0..400).map(|n| tcp(1000 + n, 1000 + n, "0.0.0.0/0", &"\u{1b}<!channel>".repeat(20))).collect();
    let notice = notice(policy(), &Account::new("web"), &authorize(&rules));
    check(&notice);
    assert!(notice.email().starts_with("CLOSED: 400 forbidden rules were opened on web"));
    assert!(notice.email().contains("  and 370 more\n"), "{}", notice.email());
    assert!(notice.chat().contains("- and 380 more\\n"), "{}", notice.chat());
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    let listed = machine["findings"].as_array().unwrap().len();
    assert_eq!(machine["notice"]["omitted"]["findings"], 400 - listed);
    assert!(listed >= 5, "{listed}");
}
