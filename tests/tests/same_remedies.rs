//! The guard does the same to EC2 as to the account in memory: random changes of rules, tags, prefix lists and interfaces
//! are made through the API, by callers who may and who may not, and their events handed to the built function; the same
//! records go to a desk over the account in memory. After each, both have decided the same, made the same calls with the
//! same outcomes, and left the same behind. Old events come again in between.
//!
//! moto's own of this are groups, rules, tags and the lists of interfaces; versions of prefix lists are ours
//! (`src/moto.py`).
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

use std::collections::BTreeSet;

use serde_json::Value;
use tierguard::change::Change;
use tierguard::id::{AccountId, RoleArn};
use tierguard::wire::{Dismissal, Reading};
use tierguard::{Guard, Policy, Report};
use tierguard_account::Ports;
use tierguard_tests::call::Call;
use tierguard_tests::dice::Dice;
use tierguard_tests::event::{ACCOUNT, Effect, GUARD_ROLE, Held, Made, Record};
use tierguard_tests::function::Function;
use tierguard_tests::memory::{self, Extent};
use tierguard_tests::rule::{Rule, Way, tcp, traffic};
use tierguard_tests::scene::{self, ADMIN, INCIDENT};
use tierguard_tests::world::World;
use tierguard_tests::{interface, list, tags};

/// How many changes are made for each seed.
const CHANGES: usize = 40;

/// When both handle what happened in March.
const LATER: &str = "2026-06-01T00:00:00Z";

const TIERS: [&str; 7] = ["web", "app", "db", "probed", "frozen", "narrowed", "listed"];
const WEB: usize = 0;
const DB: usize = 2;
const PROBED: usize = 3;
const NARROWED: usize = 5;
const LISTED: usize = 6;

const INSIDE: &str = "198.51.100.64/26";
const OFFICE: &str = "203.0.113.0/24";
const ENTRIES: [&str; 3] = [INSIDE, "198.51.100.0/30", "10.0.0.0/8"];

#[tokio::test]
async fn random_changes_are_undone_alike_seed_1() {
    play(1).await;
}

#[tokio::test]
async fn random_changes_are_undone_alike_seed_2() {
    play(2).await;
}

#[tokio::test]
async fn random_changes_are_undone_alike_seed_3() {
    play(3).await;
}

async fn play(seed: u64) {
    let mut game = Game::new(seed).await;
    for opening in 0..4 {
        let record = game.opening(opening).await;
        game.answer(record, opening).await;
    }
    for step in 4..CHANGES {
        let record = game.change().await;
        game.answer(record, step).await;
    }
    let done = [
        "AuthorizeSecurityGroupIngress done",
        "ModifyNetworkInterfaceAttribute done",
        "RestoreManagedPrefixListVersion done",
        "RevokeSecurityGroupIngress done",
    ];
    assert!(done.iter().all(|call| game.calls.contains(*call)), "seed {seed}: only {:?}", game.calls);
}

/// The world with the function, and a guard over the account in memory beside it.
struct Game {
    world: World,
    function: Function,
    guard: Guard,
    ports: Ports,
    /// The records that were applied in memory.
    applied: BTreeSet<String>,
    dice: Dice,
    groups: Vec<String>,
    list: String,
    interfaces: Vec<String>,
    past: Vec<Record>,
    /// Each call that the guard has made, with its outcome.
    calls: BTreeSet<String>,
    seed: u64,
}

impl Game {
    async fn new(seed: u64) -> Self {
        let world = World::new().await;
        let policy = scene::ways_back("observe");
        let function = world.function(&policy);
        let mut groups = Vec::new();
        for tier in TIERS {
            groups.push(world.group(tier).await);
        }
        let list = world.prefix_list(&[INSIDE]).await;
        world.must(Call::open(&groups[PROBED], [probe()])).await;
        world.must(Call::open(&groups[LISTED], [tcp(8443).with(&list)])).await;
        let mut interfaces = Vec::new();
        for group in &groups[..2] {
            interfaces.push(interface::create(&world, &[group]).await.id);
        }
        let lists = std::slice::from_ref(&list);
        let account = memory::copy(&world, Extent { groups: &groups, lists, interfaces: &interfaces }).await;
        let guard = Guard {
            policy: Policy::parse("policy.yaml", &policy).unwrap(),
            own_role: Some(RoleArn::new(GUARD_ROLE).unwrap()),
        };
        let ports = Ports::new(account).calling_from(AccountId::new(ACCOUNT).ok());
        let (dice, applied, past, calls) = (Dice::new(seed), BTreeSet::new(), Vec::new(), BTreeSet::new());
        Self { world, function, guard, ports, applied, dice, groups, list, interfaces, past, calls, seed }
    }

    /// Has both handle `record`, and what the guard's own calls leave in the trail.
    async fn answer(&mut self, record: Record, step: usize) {
        let before = self.held().await;
        self.handle(&record, step).await;
        self.tell_what_the_guard_added(&before, step).await;
        self.past.push(record);
    }

    /// One change for each call that the guard can make, before chance has its way.
    async fn opening(&self, number: usize) -> Record {
        let group = |index: usize| self.groups[index].clone();
        let call = match number {
            0 => Call::Revoke { way: Way::In, group: group(PROBED), rules: vec![probe()] },
            1 => Call::open(&group(NARROWED), [traffic("tcp", 80, 443).with(OFFICE)]),
            2 => {
                let edit = list::edit(&self.world, &self.list, 1, &["10.0.0.0/8"], &[]).await;
                return edit.expect("the first version is changed");
            }
            _ => {
                let both = [group(WEB), group(DB)];
                return interface::replace(
                    &self.world,
                    &self.interfaces[0],
                    &both.each_ref().map(String::as_str),
                )
                .await;
            }
        };
        self.world.must(call).await.record()
    }

    /// Has both handle `record`, and compares what they did.
    async fn handle(&mut self, record: &Record, step: usize) {
        let there = normal(self.function.report(&record.event()));
        let here = normal(self.handle_in_memory(record).await);
        let (seed, record) = (self.seed, &record.0);
        assert_eq!(here, there, "seed {seed}, change {step}: {record:#}");
        for action in there["actions"].as_array().unwrap() {
            let text = |key: &str| action[key].as_str().unwrap_or_default().to_owned();
            self.calls.insert(format!("{} {}", text("call"), text("outcome")));
        }
        let account = self.ports.account();
        for group in &self.groups {
            let rules = self.world.rules_with_ids(group).await.into_iter();
            let mut rules: Vec<_> = rules.map(|(way, _, rule)| (way, rule)).collect();
            rules.sort();
            assert_eq!(
                memory::rules(&account, group),
                rules,
                "seed {seed}, change {step}, {group}: {record:#}"
            );
        }
        let entries = list::entries(&self.world, &self.list).await;
        assert_eq!(memory::entries(&account, &self.list), entries, "seed {seed}, change {step}: {record:#}");
        for interface in &self.interfaces {
            let groups = interface::groups_of(&self.world, interface).await;
            assert_eq!(
                memory::groups_of(&account, interface),
                groups,
                "seed {seed}, change {step}, {interface}: {record:#}"
            );
        }
    }

    /// Applies what `record` tells, once, and lets the guard respond to it.
    async fn handle_in_memory(&mut self, record: &Record) -> Value {
        let reading = self.guard.read(&record.bytes());
        let is_new = self.applied.insert(record.0["eventID"].to_string());
        if let Some(change) = told(&reading).filter(|_| is_new) {
            self.ports.apply(change);
        }
        let handled = self.guard.handle(reading, &self.ports, LATER.parse().unwrap()).await;
        serde_json::to_value(Report::new(&handled, None)).unwrap()
    }

    /// The guard's own calls have records too, which say under which ids rules were added. Nothing follows from them.
    async fn tell_what_the_guard_added(&mut self, before: &[(String, Vec<Held>)], step: usize) {
        for (group, before) in before {
            let mut added = self.world.held(group).await;
            added.retain(|held| !before.iter().any(|known| known.id == held.id));
            if added.is_empty() {
                continue;
            }
            let rules: Vec<_> = added.iter().map(|held| held.rule.clone()).collect();
            let made = Made {
                call: Call::open(group, rules),
                group: group.clone(),
                outcome: Ok(Effect { added, removed: Vec::new() }),
            };
            let record = made.record().by_role(GUARD_ROLE);
            assert_eq!(self.function.report(&record.event())["reason"], "own-change", "{:#}", record.0);
            self.handle(&record, step).await;
        }
    }

    /// Every group with its rules.
    async fn held(&self) -> Vec<(String, Vec<Held>)> {
        let mut held = Vec::new();
        for group in &self.groups {
            held.push((group.clone(), self.world.held(group).await));
        }
        held
    }

    /// A random change, made; or the record of an earlier one.
    async fn change(&mut self) -> Record {
        if let (0, Some(again)) = (self.dice.roll(8), self.dice.pick(&self.past)) {
            return again.clone();
        }
        let record = match self.dice.roll(12) {
            0 => self.retag().await,
            1 | 2 => self.edit_list().await,
            3 | 4 => self.attach().await,
            _ => {
                let call = self.call().await;
                self.world.make(call).await.record()
            }
        };
        match self.dice.roll(6) {
            0 => record.by_role(ADMIN),
            1 => record.by_role(INCIDENT),
            _ => record,
        }
    }

    async fn call(&mut self) -> Call {
        let group = self.dice.pick(&self.groups).unwrap().clone();
        let mut held = self.world.held(&group).await;
        held.retain(|held| held.way == Way::In);
        match (self.dice.roll(8), self.dice.pick(&held).cloned()) {
            (0 | 1, Some(held)) => Call::Revoke { way: Way::In, group, rules: vec![held.rule] },
            (2, Some(held)) => Call::RevokeIds { way: Way::In, group, ids: vec![held.id] },
            (3, Some(Held { id, rule, .. })) => {
                let rule = self.rule().traffic.with(&rule.peer);
                Call::Modify { group, id, rule }
            }
            _ => Call::open(&group, self.rules()),
        }
    }

    async fn retag(&mut self) -> Record {
        let group = self.dice.pick(&self.groups).unwrap().clone();
        let tier = *self.dice.pick(&TIERS).unwrap();
        tags::set(&self.world, &[&group], "tier", tier).await
    }

    /// Adds an entry that is not there, or removes one that is.
    async fn edit_list(&mut self) -> Record {
        let entry = *self.dice.pick(&ENTRIES).unwrap();
        let from = list::version(&self.world, &self.list).await;
        let is_there = list::entries(&self.world, &self.list).await.iter().any(|known| known == entry);
        let (added, removed) = if is_there { (&[][..], &[entry][..]) } else { (&[entry][..], &[][..]) };
        list::edit(&self.world, &self.list, from, added, removed)
            .await
            .expect("the current version is changed")
    }

    async fn attach(&mut self) -> Record {
        let interface = self.dice.pick(&self.interfaces).unwrap().clone();
        let count = 1 + self.dice.roll(3);
        let groups: BTreeSet<_> = (0..count).map(|_| self.dice.pick(&self.groups).unwrap().clone()).collect();
        let groups: Vec<_> = groups.iter().map(String::as_str).collect();
        interface::replace(&self.world, &interface, &groups).await
    }

    /// One to three rules, each once.
    fn rules(&mut self) -> Vec<Rule> {
        let count = 1 + self.dice.roll(3);
        let rules: BTreeSet<_> = (0..count).map(|_| self.rule()).collect();
        rules.into_iter().collect()
    }

    /// From a small choice, so that the same rule comes again.
    fn rule(&mut self) -> Rule {
        let traffics = [tcp(443), tcp(80), tcp(8080), tcp(8443), tcp(9000), traffic("tcp", 80, 443)];
        let peers = ["0.0.0.0/0", OFFICE, &self.groups[0], &self.groups[1], &self.list];
        let peers = peers.map(str::to_owned);
        let peer = self.dice.pick(&peers).unwrap().clone();
        self.dice.pick(&traffics).unwrap().with(&peer)
    }
}

/// What the tier `probed` requires.
fn probe() -> Rule {
    tcp(9000).with(OFFICE)
}

/// The change that a record tells of.
fn told(reading: &Reading) -> Option<&Change> {
    match reading {
        Reading::Change(change) => Some(change),
        Reading::Ignored(_, Dismissal::OwnChange(change) | Dismissal::DescriptionOnly(change)) => {
            change.as_deref()
        }
        Reading::Ignored(..) | Reading::Malformed(..) | Reading::Truncated(_) => None,
    }
}

/// What a report says but for what may differ: the ids of rules that the guard has added, the texts of errors, and the
/// order in which an account lists rules.
fn normal(mut report: Value) -> Value {
    for part in ["findings", "actions"] {
        for item in report[part].as_array_mut().unwrap() {
            item.as_object_mut().unwrap().remove("error");
            item["rules"].as_array_mut().into_iter().for_each(|rules| sort(rules));
            without_id(&mut item["rule"]);
        }
        sort(report[part].as_array_mut().unwrap());
    }
    report
}

fn sort(items: &mut [Value]) {
    items.iter_mut().for_each(without_id);
    items.sort_by_key(Value::to_string);
}

fn without_id(rule: &mut Value) {
    rule.as_object_mut().map(|rule| rule.remove("SecurityGroupRuleId"));
}
