//! The account in memory does what EC2 does: random calls are made through the API, their records are applied in memory,
//! and both must hold the same rules after each.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests stop at the first surprise"
)]

use tierguard::id::GroupId;
use tierguard::wire::{self, Dismissal, Reading};
use tierguard_account::Account;
use tierguard_tests::call::Call;
use tierguard_tests::dice::Dice;
use tierguard_tests::event::Record;
use tierguard_tests::memory::{self, Extent};
use tierguard_tests::rule::{Rule, Traffic, Way, all, tcp, traffic};
use tierguard_tests::world::World;

/// How many calls are made for each seed.
const CALLS: usize = 60;

#[tokio::test]
async fn random_calls_end_alike_seed_1() {
    play(1).await;
}

#[tokio::test]
async fn random_calls_end_alike_seed_2() {
    play(2).await;
}

#[tokio::test]
async fn random_calls_end_alike_seed_3() {
    play(3).await;
}

/// Makes random calls and compares after each; at the end, calls of all kinds have been made and refused.
async fn play(seed: u64) {
    let mut game = Game::new(seed).await;
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    for step in 0..CALLS {
        let call = game.call().await;
        let name = call.name();
        let outcome = game.make(call, step).await;
        if outcome { made.push(name) } else { refused.push(name) }
    }
    for of in [&mut made, &mut refused] {
        of.sort_unstable();
        of.dedup();
    }
    assert!(made.len() >= 6, "seed {seed}: only {made:?} succeeded");
    assert!(refused.len() >= 2, "seed {seed}: only {refused:?} were refused");
}

/// The world, and the account in memory beside it.
struct Game {
    world: World,
    account: Account,
    dice: Dice,
    /// Groups of a VPC and of the default VPC. The first is never deleted: rules refer to it.
    groups: Vec<String>,
    default_vpc: String,
    list: String,
    seed: u64,
}

impl Game {
    async fn new(seed: u64) -> Self {
        let world = World::new().await;
        let default_vpc = world.default_vpc().await;
        let list = world.prefix_list(&["192.0.2.0/24"]).await;
        let mut groups = vec![world.group("web").await, world.group("app").await];
        groups.push(world.group_in(&default_vpc, &format!("classic-{seed}"), "web").await);
        let account = memory::copy(&world, Extent { groups: &groups, lists: &[], interfaces: &[] }).await;
        Self { world, account, dice: Dice::new(seed), groups, default_vpc, list, seed }
    }

    /// Makes `call`, applies its record in memory, and compares. Whether EC2 took it.
    async fn make(&mut self, call: Call, step: usize) -> bool {
        let made = self.world.make(call).await;
        match (&made.call, &made.outcome) {
            (Call::Create { .. }, Ok(_)) => self.groups.push(made.group.clone()),
            (Call::Delete { group }, Ok(_)) => self.groups.retain(|other| other != group),
            (_, Ok(_) | Err(_)) => {}
        }
        apply(&mut self.account, &made.record());
        // A group that was just deleted must be gone here too.
        let touched = Some(&made.group).filter(|group| group.starts_with("sg-"));
        for group in self.groups.iter().chain(touched) {
            let (here, there) = (memory::rules(&self.account, group), self.in_ec2(group).await);
            assert_eq!(here, there, "seed {}, call {step}, {group}, after {made:?}", self.seed);
        }
        made.outcome.is_ok()
    }

    async fn in_ec2(&self, group: &str) -> Vec<(Way, Rule)> {
        let rules = self.world.rules_with_ids(group).await;
        let mut rules: Vec<_> = rules.into_iter().map(|(way, _, rule)| (way, rule)).collect();
        rules.sort();
        rules
    }

    /// A random call.
    async fn call(&mut self) -> Call {
        let group = self.dice.pick(&self.groups).expect("a group is never deleted").clone();
        let way = if self.dice.roll(3) == 0 { Way::Out } else { Way::In };
        match self.dice.roll(20) {
            0..7 => Call::Authorize { way, group, rules: self.rules() },
            7..10 => Call::Revoke { way, group, rules: self.rules() },
            10..12 => self.revoke_what_is_there(group).await,
            12..14 => self.revoke_by_id(group).await,
            14..17 => self.modify(group).await,
            17 => Call::Create { name: self.name(), vpc: self.vpc(), tags: Vec::new() },
            18 => self.delete(),
            _ => Call::RevokeIds { way, group, ids: vec!["sgr-0123456789abcdef0".to_owned()] },
        }
    }

    async fn revoke_what_is_there(&mut self, group: String) -> Call {
        let rules = self.world.rules_with_ids(&group).await;
        match self.dice.pick(&rules) {
            Some((way, _, rule)) => Call::Revoke { way: *way, group, rules: vec![rule.clone()] },
            None => Call::open(&group, self.rules()),
        }
    }

    async fn revoke_by_id(&mut self, group: String) -> Call {
        let rules = self.told_rules(&group).await;
        match self.dice.pick(&rules) {
            Some((way, id, _)) => Call::RevokeIds { way: *way, group, ids: vec![id.clone()] },
            None => Call::open(&group, self.rules()),
        }
    }

    /// An edit keeps the kind of peer nearly always: EC2 refuses to change it.
    async fn modify(&mut self, group: String) -> Call {
        let (rules, content) = (self.told_rules(&group).await, self.rules());
        match self.dice.pick(&rules) {
            Some((_, id, old)) => {
                let like = content.iter().find(|rule| rule.kind() == old.kind());
                let rule = like.cloned().unwrap_or_else(|| self.traffic().with(&old.peer));
                Call::Modify { group, id: id.clone(), rule }
            }
            None => Call::open(&group, content),
        }
    }

    fn delete(&mut self) -> Call {
        let groups = self.groups[1..].to_vec();
        match self.dice.pick(&groups) {
            Some(group) => Call::Delete { group: group.clone() },
            None => Call::Create { name: self.name(), vpc: self.vpc(), tags: Vec::new() },
        }
    }

    /// The rules of `group` whose ids an event has told: not the one that it was born with.
    async fn told_rules(&self, group: &str) -> Vec<(Way, String, Rule)> {
        let id = GroupId::new(group).expect("a group's id");
        let known: Vec<_> = self.account.rules_of(&id).into_iter().filter_map(|rule| rule.id).collect();
        let rules = self.world.rules_with_ids(group).await.into_iter();
        rules.filter(|(_, id, _)| known.iter().any(|known| known.as_str() == id)).collect()
    }

    /// One to three rules, each once.
    fn rules(&mut self) -> Vec<Rule> {
        let count = 1 + self.dice.roll(3);
        let mut rules: Vec<Rule> = (0..count).map(|_| self.rule()).collect();
        rules.sort();
        rules.dedup();
        rules
    }

    /// From a small choice, so that the same rule comes again.
    fn rule(&mut self) -> Rule {
        let peers = ["0.0.0.0/0", "::/0", "203.0.113.0/24", self.groups[0].as_str(), self.list.as_str()];
        let peers = peers.map(str::to_owned);
        let peer = self.dice.pick(&peers).expect("there are peers").clone();
        self.traffic().with(&peer)
    }

    fn traffic(&mut self) -> Traffic {
        let traffics =
            [tcp(22), tcp(443), traffic("udp", 53, 53), traffic("icmp", 8, -1), traffic("50", -1, -1), all()];
        self.dice.pick(&traffics).expect("there is traffic").clone()
    }

    fn name(&mut self) -> String {
        format!("new-{}-{}", self.seed, self.dice.roll(6))
    }

    fn vpc(&mut self) -> String {
        if self.dice.roll(2) == 0 { self.world.vpc.clone() } else { self.default_vpc.clone() }
    }
}

/// Applies what `record` tells; a failed call tells nothing.
fn apply(account: &mut Account, record: &Record) {
    match wire::read(&record.bytes(), None) {
        Reading::Change(change) | Reading::Ignored(_, Dismissal::DescriptionOnly(Some(change))) => {
            account.apply(&change);
        }
        Reading::Ignored(_, Dismissal::FailedCall) => {}
        other => panic!("{other:?} from {}", record.0),
    }
}
