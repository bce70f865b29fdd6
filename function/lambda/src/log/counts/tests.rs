use std::collections::BTreeSet;

use jiff::Timestamp;
use tierguard::change::Event;
use tierguard::notice::PublishError;

use super::*;
use crate::testing::calls::{authorize, revoke};
use crate::testing::ec2::{group_id, interface_id, list_id};
use crate::testing::{guard, opened, ports};

fn action(target: Target, outcome: Outcome) -> Action {
    let call = match &target {
        Target::Rules { .. } => "RevokeSecurityGroupIngress",
        Target::PrefixList(_) => "RestoreManagedPrefixListVersion",
        Target::Interface { .. } => "ModifyNetworkInterfaceAttribute",
    };
    Action { call, target, outcome }
}

fn one_rule() -> Target {
    Target::Rules { group: group_id("sg-1"), rules: revoke("22/tcp from 0.0.0.0/0").rules().to_vec() }
}

fn list() -> Target {
    Target::PrefixList(list_id("pl-1"))
}

fn interface() -> Target {
    Target::Interface { interface: interface_id("eni-1"), groups: BTreeSet::new() }
}

fn failed(retryable: bool) -> Outcome {
    Outcome::Failed { message: "no".to_owned(), retryable }
}

/// What was undone, and what could not be.
async fn reverts(actions: Vec<Action>) -> (usize, usize) {
    let handled = guard().respond(opened(22).to_string().as_bytes(), &ports(), Timestamp::UNIX_EPOCH).await;
    let counts = Counts::of(&Handled { actions, ..handled }, false).unwrap();
    (counts.reverts, counts.failed_reverts)
}

#[tokio::test]
async fn rules_lists_and_interfaces_count_each() {
    let done = |target| action(target, Outcome::Done);
    assert_eq!(reverts(vec![done(one_rule()), done(list()), done(interface())]).await, (3, 0));
}

#[tokio::test]
async fn what_was_not_tried_is_neither() {
    let outcomes = [Outcome::AlreadyGone, Outcome::AlreadyThere, Outcome::Withheld];
    assert_eq!(reverts(outcomes.map(|outcome| action(one_rule(), outcome)).into()).await, (0, 0));
}

#[tokio::test]
async fn what_could_not_be_done_has_failed() {
    let all = [failed(true), failed(false), Outcome::NoRoom].map(|outcome| action(one_rule(), outcome));
    assert_eq!(reverts(all.into()).await, (0, 3));
    assert_eq!(reverts(vec![action(interface(), failed(false))]).await, (0, 1));
}

/// EC2 would not put the list back: what became of the rules that name it counts.
#[tokio::test]
async fn a_list_whose_rules_went_instead_has_not_failed() {
    let refused = || action(list(), failed(false));
    assert_eq!(reverts(vec![refused(), action(one_rule(), Outcome::Done)]).await, (1, 0));
    assert_eq!(reverts(vec![refused(), action(one_rule(), failed(false))]).await, (0, 1));
    assert_eq!(reverts(vec![refused()]).await, (0, 1));
    assert_eq!(reverts(vec![action(list(), failed(true)), action(one_rule(), Outcome::Done)]).await, (1, 1));
    let added = authorize(&[("443/tcp from 0.0.0.0/0", None)]);
    let target = Target::Rules { group: group_id("sg-1"), rules: added.rules().to_vec() };
    let put_back = Action { call: added.name(), target, outcome: Outcome::Done };
    assert_eq!(reverts(vec![put_back, refused()]).await, (1, 1), "what was added took nothing away");
}

#[tokio::test]
async fn verdicts_and_notices_are_counted() {
    let counts = async |record: &str, announced| {
        let handled = guard().respond(record.as_bytes(), &ports(), Timestamp::UNIX_EPOCH).await;
        Counts::of(&Handled { announced, ..handled }, false)
    };
    let violation = counts(&opened(22).to_string(), Announced::Published).await.unwrap();
    assert_eq!((violation.violations, violation.undecided, violation.notices), (1, 0, 1));
    let untold = counts(&opened(443).to_string(), Announced::NotNeeded).await.unwrap();
    assert_eq!(untold, Counts { events: Some(1), ..Counts::default() });
    let failed = Announced::Failed(PublishError { message: "no".to_owned() });
    let undecided = counts(r#"[{"eventName":"AuthorizeSecurityGroupIngress"}]"#, failed).await.unwrap();
    assert_eq!((undecided.undecided, undecided.notices, undecided.failed_notices), (1, 0, 1));
}

#[tokio::test]
async fn what_is_no_change_counts_only_if_it_has_to_come_again() {
    let handled = guard().respond(b"{}", &ports(), Timestamp::UNIX_EPOCH).await;
    assert_eq!(handled.event, Event::default());
    assert_eq!(Counts::of(&handled, false), None);
    assert_eq!(Counts::of(&handled, true).map(|counts| counts.retries), Some(1));
}

#[test]
fn a_sweep_counts_what_it_did() {
    let report = SweepReport {
        sweep: "done",
        reason: None,
        groups: 9,
        managed: 9,
        rules: 20,
        forbidden: 8,
        missing: 2,
        mixed: 0,
        unsettled: 0,
        outcomes: [("done", 3), ("narrowed", 2), ("failed", 1), ("no-room", 1), ("withheld", 3)].into(),
        observes: false,
    };
    let counts = Counts::of_sweep(&report, &Announced::Published, false);
    assert_eq!((counts.reverts, counts.failed_reverts, counts.notices, counts.retries), (5, 2, 1, 0));
}

/// Else whoever may invoke the function could keep it quiet that CloudTrail is off.
#[tokio::test]
async fn what_nobody_vouches_for_is_no_event() {
    let record = opened(22).to_string();
    let vouched = guard().respond(record.as_bytes(), &ports(), Timestamp::UNIX_EPOCH).await;
    assert_eq!(Counts::of(&vouched, false).unwrap().events, Some(1));
    let hearsay = guard().respond_to_hearsay(record.as_bytes(), &ports(), Timestamp::UNIX_EPOCH).await;
    let counts = Counts::of(&hearsay, false).unwrap();
    assert_eq!(counts.events, None);
}
