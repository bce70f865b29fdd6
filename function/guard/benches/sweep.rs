//! How long a sweep takes inside the guard: everything but the network.
//!
//! `cargo bench --package tierguard --bench sweep`

#![expect(clippy::expect_used, reason = "a benchmark stops at the first surprise")]

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use futures_util::FutureExt;
use jiff::Timestamp;
use tierguard::act::{AuthorizeError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, GroupKey, GroupName, RuleId, VpcId};
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions, ReadAccount};
use tierguard::memory::Remember;
use tierguard::notice::{Notice, Publish, PublishError};
use tierguard::permission::{Direction, GroupRef, Peer, Permission};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::sweep::{Home, Sweep};
use tierguard::{Guard, Policy};

const GROUPS: usize = 2_500;
const RULES: usize = 60;

const POLICY: &str = "
version: 1
sweep: observe
networks:
  office: [203.0.113.0/24, 198.51.100.0/24, \"2001:db8:10::/48\"]
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress: [{ allow: [80/tcp, 443/tcp], from: anywhere }, { allow: 1024-2047/tcp, from: [office, private] }]
  app:
    groups: { tags: { tier: app } }
    ingress: [{ allow: [8080/tcp, 1024-2047/tcp], from: [web, private] }]
  db:
    groups: { tags: { tier: db } }
    ingress: [{ allow: [3306/tcp, 1024-2047/tcp], from: [app, self, private] }]
";

fn main() {
    divan::main();
}

/// An account of many groups, in three tiers, each with rules of every kind; one rule in `forbidden` is not allowed.
struct Many {
    groups: Vec<Group>,
    rules: BTreeMap<GroupId, Vec<Rule>>,
}

impl Many {
    fn new(forbidden: usize) -> Self {
        let groups: Vec<_> = (0..GROUPS).map(group).collect();
        let rules = |(n, group): (usize, &Group)| {
            let rules = (0..RULES).map(|m| rule(n, m, (n * RULES + m).is_multiple_of(forbidden)));
            (group.id.clone(), rules.collect())
        };
        Self { rules: groups.iter().enumerate().map(rules).collect(), groups }
    }
}

fn id(n: usize) -> GroupId {
    GroupId::new(&format!("sg-{n:017x}")).expect("an id")
}

fn group(n: usize) -> Group {
    let tier = ["web", "app", "db"].get(n % 3).copied().unwrap_or_default();
    Group {
        id: id(n),
        owner: AccountId::new("111122223333").ok(),
        name: Some(GroupName::new(&format!("{tier}-{n}"))),
        vpc: VpcId::new("vpc-0").ok(),
        tags: [("tier".to_owned(), tier.to_owned()), ("team".to_owned(), "payments".to_owned())].into(),
    }
}

/// Private networks mostly, one reference to a group of the tier outside in four, and the forbidden ones.
fn rule(n: usize, m: usize, is_forbidden: bool) -> Rule {
    let outer = n.saturating_sub(1);
    let (traffic, peer) = match (is_forbidden, m % 4, n % 3) {
        (true, _, _) => ("22/tcp", Peer::Network("0.0.0.0/0".parse().expect("a network"))),
        (false, 0, 1 | 2) => {
            let owner = AccountId::new("111122223333").ok();
            let port = if n % 3 == 1 { "8080/tcp" } else { "3306/tcp" };
            (port, Peer::Group(GroupRef { owner, group: GroupKey::Id(id(outer)) }))
        }
        (false, _, _) => {
            let network = format!("10.{}.{m}.0/24", n % 256).parse().expect("a network");
            ("1024-1100/tcp", Peer::Network(network))
        }
    };
    Rule {
        id: RuleId::new(&format!("sgr-{n:08x}{m:08x}")).ok(),
        permission: Permission {
            direction: Direction::Ingress,
            traffic: traffic.parse().expect("traffic"),
            peer,
        },
        description: None,
    }
}

impl ReadAccount for Many {
    async fn look(&self, questions: &Questions) -> Answers {
        let group = |id: &GroupId| self.groups.iter().find(|group| group.id == *id).cloned();
        let rules = |id: &GroupId| (id.clone(), Ok(self.rules.get(id).cloned().unwrap_or_default()));
        Answers {
            groups: Ok(questions.groups.iter().filter_map(group).collect()),
            rules: questions.rules_of.iter().map(rules).collect(),
            ..Answers::default()
        }
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        Ok(self.groups.clone())
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        Ok(Vec::new())
    }
}

impl ChangeAccount for Many {
    async fn revoke(&self, _call: &Revoke) -> Result<Revoked, RevokeError> {
        Ok(Revoked::default())
    }

    async fn authorize(&self, _call: &Authorize) -> Result<(), AuthorizeError> {
        Ok(())
    }

    async fn restore_list(&self, _call: &RestoreList) -> Result<(), RestoreError> {
        Ok(())
    }

    async fn set_groups(&self, _call: &SetGroups) -> Result<(), SetGroupsError> {
        Ok(())
    }
}

impl Publish for Many {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        black_box(notice);
        Ok(())
    }
}

impl Remember for Many {}

/// 2,500 groups with 60 rules each, of which one in so many is forbidden.
#[divan::bench(args = [1_000, 100], sample_count = 10)]
fn sweep_of_150_000_rules(bencher: Bencher<'_, '_>, forbidden: usize) {
    let guard =
        Guard { policy: Policy::parse("policy.yaml", POLICY).expect("the policy is valid"), own_role: None };
    let account = Many::new(forbidden);
    let home = Home { account: AccountId::new("111122223333").ok(), region: None };
    let sweep = || {
        let swept = guard.sweep(Sweep::default(), &home, &account, Timestamp::UNIX_EPOCH, || true);
        swept.now_or_never().expect("nothing here waits")
    };
    let digest = sweep().digest;
    assert_eq!((digest.groups, digest.rules), (GROUPS, GROUPS * RULES));
    assert_eq!(digest.forbidden, (GROUPS * RULES).div_ceil(forbidden));
    bencher.bench(sweep);
}
