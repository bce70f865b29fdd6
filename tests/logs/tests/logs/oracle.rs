//! A desk that lives through what was made finds just the violations that were meant.

use std::collections::BTreeSet;

use tierguard::policy::Mode;
use tierguard::respond::Handled;
use tierguard::{Guard, Policy};
use tierguard_account::{Account, Desk};
use tierguard_logs::{Made, Mix, OneIn, Order, POLICY, Seed, Size, Tier, Violation};

use super::{made, order, records};

/// Many changes in little noise.
fn dense(seed: u64) -> Order {
    let mix = Mix { changes: OneIn::new(2), repeats: OneIn::new(20), ..Mix::default() };
    Order { seed: Seed(seed), size: Size::new(2_000_000), mix, ..order() }
}

/// What a desk with this policy says of everything, in the order of time.
fn handled(policy: Policy, made: &tierguard_logs::Memory) -> Vec<Handled> {
    let mut records: Vec<_> =
        records(made).concat().into_iter().map(|record| (time(&record), record)).collect();
    records.sort();
    let mut desk = Desk::new(Guard { policy, own_role: None }, Account::default());
    records.iter().map(|(_, record)| desk.handle(record.as_bytes())).collect()
}

fn time(record: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(record).unwrap();
    record["eventTime"].as_str().unwrap().to_owned()
}

/// The violations among them, each once.
fn violations(handled: &[Handled]) -> BTreeSet<Violation> {
    let violations = handled.iter().filter(|handled| handled.judgement.verdict.word() == "violation");
    violations.map(violation).collect()
}

fn violation(handled: &Handled) -> Violation {
    let tiers: Vec<_> = handled.judgement.tiers.iter().map(ToString::to_string).collect();
    let actor = &handled.event.actor;
    let role = actor.role.as_ref().map(ToString::to_string);
    Violation {
        event: handled.event.id.as_ref().unwrap().to_string(),
        tier: Tier::ALL.into_iter().find(|tier| tiers == [tier.name()]).unwrap(),
        caller: role.or_else(|| actor.user.as_ref().map(ToString::to_string)).unwrap(),
    }
}

fn check(made: &Made, handled: &[Handled]) {
    let undecided: Vec<_> =
        handled.iter().filter(|handled| handled.judgement.verdict.word() == "undecidable").collect();
    assert!(undecided.is_empty(), "{undecided:?}");
    let found = violations(handled);
    let meant: BTreeSet<_> = made.violations.iter().cloned().collect();
    let wrong: Vec<_> = found.symmetric_difference(&meant).collect();
    let of = |violation: &Violation| {
        handled.iter().find(|handled| violation.event == handled.event.id.as_ref().unwrap().to_string())
    };
    assert!(
        wrong.is_empty(),
        "{} are wrong, such as {:#?}",
        wrong.len(),
        wrong.first().and_then(|wrong| of(wrong))
    );
    for tier in Tier::ALL {
        let count = found.iter().filter(|violation| violation.tier == tier).count();
        assert_eq!(made.violations_by_tier[&tier], u64::try_from(count).unwrap());
        assert!(count > 10, "{count} in {}", tier.name());
    }
    for (caller, meant) in &made.violations_by_caller {
        let count = found.iter().filter(|violation| violation.caller == *caller).count();
        assert_eq!(*meant, u64::try_from(count).unwrap(), "{caller}");
    }
}

#[test]
fn a_desk_that_acts_finds_just_the_violations_that_were_meant() {
    for seed in 1..=3 {
        let (made, memory) = made(&dense(seed));
        check(&made, &handled(Policy::parse("policy.yaml", POLICY).unwrap(), &memory));
    }
}

#[test]
fn a_desk_that_only_watches_finds_the_same() {
    let (made, memory) = made(&dense(1));
    let policy = Policy::parse("policy.yaml", POLICY).unwrap().with_mode(Mode::Observe);
    check(&made, &handled(policy, &memory));
}
