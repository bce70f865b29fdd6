//! An account that is slow to show what an event tells, and attempts that find their own work done: nothing is guessed,
//! nothing is done twice, and what was done is told.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may stop at the first surprise")]

use std::collections::BTreeSet;
use std::sync::Mutex;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tierguard::act::{
    AuthorizeError, CallError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError,
};
use tierguard::change::{
    Attached, Attachment, Change, ChangeKind, Event, GroupChange, GroupEdit, InterfaceKey, ListChange,
    ListEdit, ListVersion, RuleKey, TagChange, TagEdit, Told,
};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, GroupKey, GroupName, InterfaceId, PrefixListId};
use tierguard::interface::Interface;
use tierguard::look::{Answers, ListState, LookUpError, Questions, ReadAccount};
use tierguard::memory::Remember;
use tierguard::network::Network;
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::permission::{Direction, Peer, Permission};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep};
use tierguard::wire::{Dismissal, Reading};
use tierguard::{Guard, Handled, Policy};

const POLICY: &str = "
version: 1
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress: [{ allow: 443/tcp, from: anywhere }]
    editors: []
  db:
    groups: { tags: { tier: db } }
    ingress: [{ allow: 3306/tcp, from: 10.0.0.0/8 }]
interfaces: { together: [[web], [db]], on-violation: detach }
";

/// An account that answers whatever it is asked always the same, and keeps what it is told to do.
#[derive(Default)]
struct Slow {
    answers: Answers,
    /// What becomes of a call that adds, or puts a list back; absent, the rule is there already and the list is put back.
    refusal: Option<CallError>,
    /// The interfaces in a list of all of them, which may be old.
    listed: Vec<Interface>,
    calls: Mutex<Vec<String>>,
}

impl Slow {
    fn called(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
}

impl ReadAccount for Slow {
    async fn look(&self, questions: &Questions) -> Answers {
        let is_asked = !questions.interfaces.is_empty() || !questions.interfaces_with.is_empty();
        let interfaces = if is_asked { self.answers.interfaces.clone() } else { Ok(Vec::new()) };
        Answers { interfaces, ..self.answers.clone() }
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.answers.groups.clone()
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        Ok(self.listed.clone())
    }
}

impl ChangeAccount for Slow {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.called(format!("revoke {}", texts(call.rules())));
        Ok(Revoked::default())
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.called(format!("authorize {}", texts(call.rules())));
        Err(self.refusal.clone().map_or(AuthorizeError::Duplicate, AuthorizeError::from))
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.called(format!("restore {} to {}", call.list(), call.to()));
        self.refusal.clone().map_or(Ok(()), |error| Err(error.into()))
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        let groups: Vec<_> = call.groups().iter().map(GroupId::as_str).collect();
        self.called(format!("set {} to {}", call.interface(), groups.join(",")));
        Ok(())
    }
}

impl Publish for Slow {
    async fn publish(&self, _notice: &Notice) -> Result<(), PublishError> {
        Ok(())
    }
}

impl Remember for Slow {}

fn texts(rules: &[Rule]) -> String {
    rules.iter().map(|rule| rule.permission.to_string()).collect::<Vec<_>>().join(", ")
}

fn id(id: &str) -> GroupId {
    GroupId::new(id).unwrap()
}

fn group(name: &str, tier: &str) -> Group {
    Group {
        id: id(name),
        owner: Some(ours()),
        name: Some(GroupName::new(name)),
        vpc: None,
        tags: [("tier".to_owned(), tier.to_owned())].into(),
    }
}

fn ours() -> AccountId {
    AccountId::new("111122223333").unwrap()
}

fn rule(traffic: &str, network: &str) -> Rule {
    let peer = Peer::Network(network.parse::<Network>().unwrap());
    let permission = Permission { direction: Direction::Ingress, traffic: traffic.parse().unwrap(), peer };
    Rule { id: None, permission, description: None }
}

/// Handles a change so many seconds after it was made; also what was called.
fn handle(kind: ChangeKind, answers: Answers, seconds: i64) -> (Handled, Vec<String>) {
    let time = Timestamp::UNIX_EPOCH;
    let event = Event { time: Some(time), account: Some(ours()), ..Event::default() };
    let guard = Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role: None };
    let account = Slow { answers, ..Slow::default() };
    let reading = Reading::Change(Box::new(Change { event, kind }));
    let handled = guard.handle(reading, &account, time + SignedDuration::from_secs(seconds));
    let handled = handled.now_or_never().unwrap();
    (handled, account.calls.into_inner().unwrap())
}

fn throttled() -> CallError {
    CallError { message: "Request limit exceeded.".to_owned(), retryable: true }
}

/// What is called where EC2 throttles what adds and what puts a list back, and whether the event is worth another attempt.
fn throttled_calls(policy: &str, kind: ChangeKind, answers: Answers) -> (Vec<String>, bool) {
    let time = Timestamp::UNIX_EPOCH;
    let event = Event { time: Some(time), account: Some(ours()), ..Event::default() };
    let guard = Guard { policy: Policy::parse("policy.yaml", policy).unwrap(), own_role: None };
    let account = Slow { answers, refusal: Some(throttled()), ..Slow::default() };
    let reading = Reading::Change(Box::new(Change { event, kind }));
    let handled = guard.handle(reading, &account, time).now_or_never().unwrap();
    (account.calls.into_inner().unwrap(), handled.retry().is_some())
}

/// The verdict, whether the event is worth another attempt, and what was called.
fn check(kind: ChangeKind, answers: Answers, seconds: i64, expected: (&str, bool, &[&str])) {
    let (handled, calls) = handle(kind, answers, seconds);
    let calls: Vec<_> = calls.iter().map(String::as_str).collect();
    let word = handled.judgement.verdict.word();
    assert_eq!(
        (word, handled.retry().is_some(), calls.as_slice()),
        expected,
        "{:?}",
        handled.judgement.verdict
    );
}

fn moved(to: &str) -> ChangeKind {
    let tags = [("tier".to_owned(), to.to_owned())].into();
    ChangeKind::Tags(TagChange { groups: [id("sg-1")].into(), edit: TagEdit::Set(tags) })
}

fn one_group(tier: &str, rules: Vec<Rule>) -> Answers {
    Answers {
        groups: Ok(vec![group("sg-1", tier)]),
        rules: [(id("sg-1"), Ok(rules))].into(),
        ..Answers::default()
    }
}

#[test]
fn a_group_is_not_judged_by_tags_that_it_has_lost() {
    let rules = || vec![rule("443/tcp", "0.0.0.0/0")];
    check(moved("db"), one_group("web", rules()), 5, ("undecidable", true, &[]));
    check(moved("db"), one_group("db", rules()), 5, ("violation", false, &["revoke 443/tcp from 0.0.0.0/0"]));
}

fn cut() -> ChangeKind {
    let edit = GroupEdit::Authorize { direction: Direction::Ingress, rules: Told::Cut };
    ChangeKind::Group(GroupChange { group: GroupKey::Id(id("sg-1")), edit })
}

/// The group, of which the account may be too slow to show the rules that no record names.
fn unshown(tier: &str, rules: Vec<Rule>) -> Answers {
    let error = LookUpError {
        call: "DescribeSecurityGroupRules",
        message: "no record names the new rules of sg-1, and they may be slow to show".to_owned(),
        retryable: true,
    };
    Answers { unshown_in: [(id("sg-1"), error)].into(), ..one_group(tier, rules) }
}

#[test]
fn what_a_cut_record_made_is_looked_for_until_it_must_be_shown() {
    let allowed = || vec![rule("3306/tcp", "10.1.0.0/16")];
    let forbidden = || vec![rule("22/tcp", "0.0.0.0/0")];
    let gone: &[&str] = &["revoke 22/tcp from 0.0.0.0/0"];
    check(cut(), unshown("db", allowed()), 5, ("undecidable", true, &[]));
    // What is shown does not wait for what may come.
    check(cut(), unshown("db", forbidden()), 5, ("violation", true, gone));
    check(cut(), unshown("of nobody", forbidden()), 5, ("unmanaged", false, &[]));
    check(cut(), one_group("db", allowed()), 180, ("compliant", false, &[]));
    check(cut(), one_group("db", forbidden()), 180, ("violation", false, gone));
}

#[test]
fn the_tags_of_a_late_event_are_not_believed() {
    // Somebody has moved it back since: by the event's tags its rule would go.
    let rules = vec![rule("443/tcp", "0.0.0.0/0")];
    let (handled, calls) = handle(moved("db"), one_group("web", rules), 600);
    assert_eq!(calls, [""; 0]);
    assert!(handled.judgement.verdict.word() != "undecidable");
}

fn edited(before: i64) -> ChangeKind {
    ChangeKind::PrefixList(ListChange {
        list: list(),
        before: Some(ListVersion(before)),
        edit: ListEdit::Entries { added: vec!["0.0.0.0/0".parse().unwrap()], removed: Vec::new() },
    })
}

fn list() -> PrefixListId {
    PrefixListId::new("pl-1").unwrap()
}

fn entries(networks: &[&str]) -> tierguard::network::AddressSet {
    networks.iter().map(|network| network.parse::<Network>().unwrap()).collect()
}

/// A database that is open to a list in this version, with these entries, and before that with a private one.
fn used(version: i64, live: &[&str]) -> Answers {
    let permission = Permission {
        direction: Direction::Ingress,
        traffic: "3306/tcp".parse().unwrap(),
        peer: Peer::PrefixList(list()),
    };
    let rules = vec![Rule { id: None, permission, description: None }];
    let state = ListState { owner: Some(ours()), version: Some(ListVersion(version)), max_entries: Some(10) };
    Answers {
        users: Ok(vec![group("sg-1", "db")]),
        prefix_lists: [(list(), Ok(entries(live)))].into(),
        entries_before: Some(Ok(entries(&["10.0.0.0/8"]))),
        list_states: [(list(), Ok(state))].into(),
        ..one_group("db", rules)
    }
}

#[test]
fn a_list_is_put_back_only_from_the_version_that_the_event_made() {
    let open = &["0.0.0.0/0"];
    check(edited(3), used(4, open), 5, ("violation", false, &["restore pl-1 to 3"]));
    // Somebody has changed it since: what they did must stay.
    check(edited(3), used(5, open), 5, ("violation", false, &["revoke 3306/tcp from pl-1"]));
}

#[test]
fn the_rules_of_a_list_stay_while_it_may_still_be_put_back() {
    let (calls, is_retried) = throttled_calls(POLICY, edited(3), used(4, &["0.0.0.0/0"]));
    assert_eq!((calls, is_retried), (vec!["restore pl-1 to 3".to_owned()], true));
}

const NARROW: &str = "
version: 1
on-violation: narrow
tiers: { web: { groups: { tags: { tier: web } }, ingress: [{ allow: 443/tcp, from: anywhere }] } }
";

#[test]
fn what_only_the_live_group_tells_goes_when_its_allowed_part_is_there() {
    let wide = || vec![rule("443-444/tcp", "0.0.0.0/0")];
    let (calls, is_retried) = throttled_calls(NARROW, moved("web"), one_group("web", wide()));
    assert_eq!((calls, is_retried), (vec!["authorize 443/tcp from 0.0.0.0/0".to_owned()], true));
}

#[test]
fn what_the_event_tells_goes_at_once() {
    let rules = vec![rule("443-444/tcp", "0.0.0.0/0")];
    let edit = GroupEdit::Authorize { direction: Direction::Ingress, rules: Told::Whole(rules.clone()) };
    let kind = ChangeKind::Group(GroupChange { group: GroupKey::Id(id("sg-1")), edit });
    let (calls, is_retried) = throttled_calls(NARROW, kind, one_group("web", rules));
    let both = ["authorize 443/tcp from 0.0.0.0/0", "revoke 443-444/tcp from 0.0.0.0/0"];
    assert_eq!((calls, is_retried), (both.map(str::to_owned).to_vec(), true));
}

#[test]
fn an_own_change_that_could_not_be_looked_at_is_told_and_nothing_is_done() {
    let error = LookUpError { call: "DescribeSecurityGroups", message: "slow".to_owned(), retryable: true };
    let answers = Answers { groups: Err(error), ..Answers::default() };
    let event = Event { time: Some(Timestamp::UNIX_EPOCH), account: Some(ours()), ..Event::default() };
    let rules = Told::Whole(vec![rule("443/tcp", "0.0.0.0/0")]);
    let edit = GroupEdit::Authorize { direction: Direction::Ingress, rules };
    let kind = ChangeKind::Group(GroupChange { group: GroupKey::Id(id("sg-1")), edit });
    let change = Change { event: event.clone(), kind };
    let reading = Reading::Ignored(Box::new(event), Dismissal::OwnChange(Some(Box::new(change))));
    let account = Slow { answers, ..Slow::default() };
    let guard = Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role: None };
    let handled = guard.handle(reading, &account, Timestamp::UNIX_EPOCH).now_or_never().unwrap();
    assert_eq!(handled.judgement.verdict.word(), "undecidable");
    assert_eq!((handled.announced.clone(), handled.retry().is_some()), (Announced::Published, true));
    assert_eq!(account.calls.into_inner().unwrap(), [""; 0]);
}

#[test]
fn a_list_that_does_not_show_its_new_version_is_not_judged() {
    check(edited(3), used(3, &["10.0.0.0/8"]), 5, ("undecidable", true, &[]));
}

/// The version is one call's answer, the entries are another's.
#[test]
fn a_list_that_does_not_show_its_new_entries_is_not_judged() {
    check(edited(3), used(4, &["10.0.0.0/8"]), 5, ("undecidable", true, &[]));
}

/// Whether it can be put back, the next attempt may tell; until then the rules that name it stay.
#[test]
fn a_list_of_which_not_all_could_be_looked_up_is_left_to_the_retry() {
    let open = || used(4, &["0.0.0.0/0"]);
    let failed = |retryable| LookUpError { call: "Describe", message: "failed".to_owned(), retryable };
    let without_state =
        |retryable| Answers { list_states: [(list(), Err(failed(retryable)))].into(), ..open() };
    let without_past = |retryable| Answers { entries_before: Some(Err(failed(retryable))), ..open() };
    for answers in [without_state(true), without_past(true)] {
        check(edited(3), answers, 5, ("undecidable", true, &[]));
    }
    for answers in [without_state(false), without_past(false)] {
        check(edited(3), answers, 5, ("violation", false, &["revoke 3306/tcp from pl-1"]));
    }
}

#[test]
fn a_list_that_was_put_back_is_told_of_once_more() {
    let (handled, calls) = handle(edited(3), used(5, &["10.0.0.0/8"]), 70);
    assert_eq!((handled.judgement.verdict.word(), calls.len()), ("compliant", 0));
    assert_eq!(handled.announced, Announced::Published);
    let (handled, _) = handle(edited(3), used(4, &["10.0.0.0/8"]), 600);
    assert_eq!(handled.announced, Announced::NotNeeded);
}

fn attached(groups: &[&str]) -> ChangeKind {
    ChangeKind::Attachment(Attachment {
        interfaces: vec![Attached {
            interface: InterfaceKey::Id(InterfaceId::new("eni-1").unwrap()),
            instance: None,
            vpc: None,
            groups: ids(groups),
        }],
    })
}

fn ids(groups: &[&str]) -> BTreeSet<GroupId> {
    groups.iter().map(|group| id(group)).collect()
}

fn interface(groups: &[&str]) -> Answers {
    let interface = Interface {
        id: InterfaceId::new("eni-1").unwrap(),
        instance: None,
        vpc: None,
        groups: ids(groups),
        told: BTreeSet::new(),
        managed_by: None,
    };
    Answers {
        groups: Ok(vec![group("sg-1", "web"), group("sg-2", "db")]),
        interfaces: Ok(vec![interface]),
        ..Answers::default()
    }
}

#[test]
fn an_interface_is_judged_by_its_groups_once_they_are_to_be_seen() {
    let both = &["sg-1", "sg-2"];
    check(attached(both), interface(both), 5, ("violation", false, &["set eni-1 to sg-2"]));
    check(attached(both), interface(&["sg-2"]), 5, ("undecidable", true, &[]));
}

#[test]
fn a_group_that_comes_into_a_tier_is_judged_on_its_interfaces() {
    let answers = || Answers { rules: [(id("sg-1"), Ok(Vec::new()))].into(), ..interface(&["sg-1", "sg-2"]) };
    let (handled, calls) = handle(moved("web"), answers(), 5);
    assert_eq!(handled.judgement.verdict.word(), "violation");
    assert_eq!(calls, ["set eni-1 to sg-2"]);
}

#[test]
fn groups_that_have_come_off_are_told_of_once_more() {
    let (handled, calls) = handle(attached(&["sg-1", "sg-2"]), interface(&["sg-2"]), 200);
    assert_eq!((handled.judgement.verdict.word(), calls.len()), ("violation", 0));
    assert_eq!(handled.announced, Announced::Published);
}

fn sweep(listed: Answers, answers: Answers) -> Vec<String> {
    let policy = Policy::parse("policy.yaml", &format!("{POLICY}sweep: enforce\n")).unwrap();
    let listed = listed.interfaces.unwrap();
    let account = Slow { answers, listed, ..Slow::default() };
    let home = Home { account: Some(ours()), region: None };
    let guard = Guard { policy, own_role: None };
    let swept = guard.sweep(Sweep::default(), &home, &account, Timestamp::UNIX_EPOCH, || true);
    let swept = swept.now_or_never().unwrap();
    assert_eq!((swept.failed, swept.rest), (None, None));
    account.calls.into_inner().unwrap()
}

#[test]
fn the_sweep_looks_twice_before_it_takes_a_group_off() {
    let without_rules = |answers: Answers| Answers {
        rules: [(id("sg-1"), Ok(Vec::new())), (id("sg-2"), Ok(Vec::new()))].into(),
        ..answers
    };
    let (both, one) =
        (|| without_rules(interface(&["sg-1", "sg-2"])), || without_rules(interface(&["sg-2"])));
    assert_eq!(sweep(both(), both()), ["set eni-1 to sg-2"]);
    assert_eq!(sweep(both(), one()), [""; 0]);
    assert_eq!(sweep(one(), both()), [""; 0]);
}

fn removed(rules: Vec<Rule>) -> ChangeKind {
    let keys = rules.iter().map(|rule| RuleKey::Content(rule.permission.clone())).collect();
    ChangeKind::Group(GroupChange {
        group: GroupKey::Id(id("sg-1")),
        edit: GroupEdit::Revoke { direction: Direction::Ingress, rules: Told::Whole(keys), removed: rules },
    })
}

#[test]
fn what_was_put_back_is_told_of_once_more() {
    // The account shows the rule: it may be slow, or the guard has put it back before. EC2 knows.
    let rules = vec![rule("443/tcp", "0.0.0.0/0")];
    let (handled, calls) = handle(removed(rules.clone()), one_group("web", rules), 70);
    assert_eq!(calls, ["authorize 443/tcp from 0.0.0.0/0"]);
    assert_eq!(
        handled.actions.iter().map(|it| it.outcome.to_string()).collect::<Vec<_>>(),
        ["already-there"]
    );
    assert_eq!((handled.announced.clone(), handled.retry()), (Announced::Published, None));
}

#[test]
fn only_what_is_allowed_is_put_back() {
    let wide = vec![rule("22/tcp", "0.0.0.0/0")];
    check(removed(wide), one_group("web", Vec::new()), 5, ("compliant", false, &[]));
}
