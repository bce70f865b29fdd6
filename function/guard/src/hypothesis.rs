//! A question that no event asked: would the policy allow this, in a group of that tier? It is judged as an event would be,
//! on groups that are made up for it.
//!
//! Whoever changes a group makes no difference here: the question is what a rule may say.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::facts::{Facts, Subject, Touch};
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, PrefixListId};
use crate::judge::{Judgement, Verdict, judge};
use crate::look::{Answers, LookUpError};
use crate::network::AddressSet;
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::{PeerSet, Place, Policy, Selector, TierName};
use crate::traffic::{Traffic, TrafficSet};

/// Rules that somebody might make.
#[derive(Debug, Clone)]
pub struct Hypothesis<'h> {
    /// Where the group is that they are made in.
    pub place: &'h Place,
    /// Which way.
    pub direction: Direction,
    /// The traffic.
    pub traffic: &'h TrafficSet,
    /// From or to whom.
    pub peers: &'h PeerSet,
    /// The entries of prefix lists, as far as they are known.
    pub lists: &'h BTreeMap<PrefixListId, AddressSet>,
    /// When.
    pub at: Timestamp,
}

/// What a policy says of a hypothesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The rules that it takes, each with one peer.
    pub rules: Vec<Rule>,
    /// What is to be said of them.
    pub judgement: Judgement,
    /// The groups that were made up, each with its tier.
    tiers: BTreeMap<TierName, Group>,
}

impl Ruling {
    /// Those of the rules of which nothing is forbidden and nothing unknown.
    #[must_use]
    pub fn allowed(&self) -> Vec<&Rule> {
        let (findings, unsettled) = match &self.judgement.verdict {
            Verdict::Violation(violation) => (violation.findings.as_slice(), violation.unsettled.as_slice()),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => {
                (&[][..], &[][..])
            }
        };
        let is_found =
            |rule: &Rule| findings.iter().any(|finding| finding.rule.permission == rule.permission);
        let is_unknown = |rule: &Rule| {
            unsettled.iter().any(|it| it.rule.as_ref().is_some_and(|it| it.permission == rule.permission))
        };
        self.rules.iter().filter(|rule| !is_found(rule) && !is_unknown(rule)).collect()
    }

    /// `text`, with the name of its tier in place of each group that was made up.
    #[must_use]
    pub fn in_words(&self, text: &str) -> String {
        let words = text.split(' ').map(|word| {
            let peer = word.trim_end_matches([',', ';']);
            let is_it = |group: &Group| {
                let owner = group.owner.as_ref().map(AccountId::as_str).unwrap_or_default();
                peer.split_once('/') == Some((owner, group.id.as_str()))
            };
            let tier = self.tiers.iter().find(|(_, group)| is_it(group));
            tier.map_or_else(|| word.to_owned(), |(tier, _)| word.replacen(peer, tier.as_str(), 1))
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

impl Policy {
    /// What the policy says of `hypothesis`. `None` where it has no such tier, or where every group is in a tier.
    #[must_use]
    pub fn rule_on(&self, hypothesis: &Hypothesis<'_>) -> Option<Ruling> {
        let cast = Cast::of(self);
        let group = cast.group(self, hypothesis.place)?;
        let rules = cast.rules(hypothesis, &group);
        let subject = Subject {
            group,
            rules: rules.clone(),
            taken: Vec::new(),
            touch: Touch::Added,
            unshown: None,
            live: None,
        };
        let prefix_lists = hypothesis.lists.iter().map(|(list, entries)| (list.clone(), Ok(entries.clone())));
        let answers = Answers {
            unseen: cast.strangers(&rules),
            groups: Ok(cast.tiers.values().cloned().collect()),
            prefix_lists: prefix_lists.collect(),
            ..Answers::default()
        };
        let facts = Facts::about(vec![subject], cast.account, answers, hypothesis.at);
        Some(Ruling { rules, judgement: judge(self, &facts), tiers: cast.tiers })
    }
}

/// The groups that are made up: one for each tier.
struct Cast {
    account: Option<AccountId>,
    tiers: BTreeMap<TierName, Group>,
}

impl Cast {
    fn of(policy: &Policy) -> Self {
        let account = AccountId::new("000000000000").ok();
        let made_up = policy.tiers.iter().enumerate().filter_map(|(n, tier)| {
            // EC2's ids have hexadecimal digits: nobody's begins like this.
            let id = GroupId::new(&format!("sg-example-{n}")).ok()?;
            Some((tier.name.clone(), tier.groups.example(id, account.clone())))
        });
        Self { tiers: made_up.collect(), account }
    }

    fn group(&self, policy: &Policy, place: &Place) -> Option<Group> {
        let id = match place {
            Place::Tier(tier) => return self.tiers.get(tier).cloned(),
            Place::Elsewhere => GroupId::new("sg-example").ok()?,
        };
        let group = Selector::default().example(id, self.account.clone());
        let is_in_none = policy.tiers_of(&group).next().is_none();
        is_in_none.then_some(group)
    }

    /// The rules that it takes to say the hypothesis in `group`.
    fn rules(&self, hypothesis: &Hypothesis<'_>, group: &Group) -> Vec<Rule> {
        let direction = hypothesis.direction;
        let peers = self.peers(hypothesis.peers, group);
        let traffic = Traffic::terms(hypothesis.traffic);
        let rule = |traffic, peer| Rule {
            id: None,
            permission: Permission { direction, traffic, peer },
            description: None,
        };
        traffic.iter().flat_map(|traffic| peers.iter().map(|peer| rule(*traffic, peer.clone()))).collect()
    }

    /// Groups that `rules` name by their ids, of which nobody knows the tier.
    fn strangers(&self, rules: &[Rule]) -> BTreeMap<GroupId, LookUpError> {
        let named = rules.iter().filter_map(|rule| match &rule.permission.peer {
            Peer::Group(GroupRef { owner, group: GroupKey::Id(id) }) if *owner == self.account => Some(id),
            Peer::Group(_) | Peer::Network(_) | Peer::PrefixList(_) => None,
        });
        let strange = named.filter(|id| !self.tiers.values().any(|group| group.id == **id));
        let error = |id: &GroupId| LookUpError {
            call: "DescribeSecurityGroups",
            message: format!("nothing is known of {id}"),
            retryable: false,
        };
        strange.map(|id| (id.clone(), error(id))).collect()
    }

    fn peers(&self, peers: &PeerSet, group: &Group) -> Vec<Peer> {
        let PeerSet { addresses, tiers, groups, lists, entries_of: _, itself } = peers;
        let reference = |owner: Option<&AccountId>, id: &GroupId| {
            Peer::Group(GroupRef { owner: owner.cloned(), group: GroupKey::Id(id.clone()) })
        };
        let of_tiers = tiers.iter().filter_map(|tier| self.tiers.get(tier));
        let of_tiers = of_tiers.map(|group| reference(group.owner.as_ref(), &group.id));
        let named = groups.iter().map(|(owner, id)| reference(owner.as_ref().or(self.account.as_ref()), id));
        let itself = itself.then(|| reference(group.owner.as_ref(), &group.id));
        let networks = addresses.networks().into_iter().map(Peer::Network);
        networks
            .chain(of_tiers)
            .chain(named)
            .chain(lists.iter().cloned().map(Peer::PrefixList))
            .chain(itself)
            .collect()
    }
}
