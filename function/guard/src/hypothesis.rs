//! A question that no event asked: would the policy allow this, in a group of that tier? It is judged as an event would be,
//! on groups that are made up for it.
//!
//! Whoever changes a group makes no difference here: the question is what a rule may say.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use crate::facts::{Facts, Subject, Touch};
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, PrefixListId};
use crate::judge::{Judgement, Undecidable, Verdict, judge};
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
    /// What is to be said of the rules that it takes, in all groups that were made up for its place.
    pub judgement: Judgement,
    cases: Vec<Case>,
    /// All groups that were made up, by tier.
    tiers: BTreeMap<TierName, Vec<Group>>,
}

/// How the ids begin that are made up. EC2's have hexadecimal digits: nobody's begins like this.
const MADE_UP: &str = "sg-example";
/// The account that all groups are in: nobody's.
const NOBODYS: &str = "000000000000";

/// A group that was made up for the place, and the rules in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Case {
    group: Group,
    /// Each has one peer. In every case they say the same, in the same order.
    rules: Vec<Rule>,
}

/// A rule of which nothing is forbidden and nothing unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// The groups in which that is so, where it is not in all that the place is about: by their ids, or by a name that
    /// they might have.
    pub only_in: Vec<&'r str>,
}

impl Case {
    fn name(&self) -> &str {
        let Group { id, name, .. } = &self.group;
        match name {
            Some(name) if id.as_str().starts_with(MADE_UP) => name.as_str(),
            Some(_) | None => id.as_str(),
        }
    }
}

impl Ruling {
    /// Those of the rules of which nothing is forbidden and nothing unknown.
    #[must_use]
    pub fn allowed(&self) -> Vec<Allowed<'_>> {
        let (findings, unsettled) = match &self.judgement.verdict {
            Verdict::Violation(violation) => (violation.findings.as_slice(), violation.unsettled.as_slice()),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => {
                (&[][..], &[][..])
            }
        };
        let found = findings.iter().map(|it| (&it.group, &it.rule.permission));
        let unknown = unsettled.iter().filter_map(|it| Some((&it.group, &it.rule.as_ref()?.permission)));
        let not_allowed: HashSet<_> = found.chain(unknown).collect();
        let Some(first) = self.cases.first() else { return Vec::new() };
        let allowed = |(n, rule): (usize, _)| {
            let is_allowed = |case: &&Case| {
                case.rules
                    .get(n)
                    .is_some_and(|it: &Rule| !not_allowed.contains(&(&case.group.id, &it.permission)))
            };
            let groups: Vec<_> = self.cases.iter().filter(is_allowed).map(Case::name).collect();
            let is_in_all = groups.len() == self.cases.len();
            let only_in = if is_in_all { Vec::new() } else { groups };
            (is_in_all || !only_in.is_empty()).then_some(Allowed { rule, only_in })
        };
        first.rules.iter().enumerate().filter_map(allowed).collect()
    }

    /// `text`, with the name of its tier in place of each group that was made up, and any other group of the account that
    /// was made up by its id alone.
    #[must_use]
    pub fn in_words(&self, text: &str) -> String {
        let words = text.split(' ').map(|word| {
            let peer = word.trim_end_matches([',', ';']);
            let Some((NOBODYS, id)) = peer.split_once('/') else { return word.to_owned() };
            let is_it = |group: &Group| group.id.as_str() == id;
            let tier = self.tiers.iter().find(|(_, groups)| groups.iter().any(is_it));
            let other = if id == MADE_UP { "self" } else { id };
            word.replacen(peer, tier.map_or(other, |(tier, _)| tier.as_str()), 1)
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Why it cannot be told, where it cannot, each reason once: nothing was looked up, so what is missing is what nobody
    /// has said.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        let Verdict::Undecidable(why) = &self.judgement.verdict else { return Vec::new() };
        let reasons = match why {
            Undecidable::LookUpFailed(errors) => errors.iter().map(|error| error.message.clone()).collect(),
            Undecidable::Malformed(_) | Undecidable::Truncated => why.causes(),
        };
        let mut seen = HashSet::new();
        reasons.into_iter().filter(|reason| seen.insert(reason.clone())).collect()
    }
}

impl Policy {
    /// What the policy says of `hypothesis`. `None` where it has no such tier, or where every group is in a tier.
    #[must_use]
    pub fn rule_on(&self, hypothesis: &Hypothesis<'_>) -> Option<Ruling> {
        let cast = Cast::of(self);
        let groups = cast.groups(self, hypothesis.place).filter(|groups| !groups.is_empty())?;
        let in_group = |group: Group| Case { rules: cast.rules(hypothesis, &group), group };
        let cases: Vec<_> = groups.into_iter().map(in_group).collect();
        let subject = |Case { group, rules }: &Case| Subject {
            group: group.clone(),
            rules: rules.clone(),
            taken: Vec::new(),
            touch: Touch::Added,
            unshown: None,
            live: None,
        };
        let prefix_lists = hypothesis.lists.iter().map(|(list, entries)| (list.clone(), Ok(entries.clone())));
        let answers = Answers {
            unseen: cast.strangers(&cases),
            groups: Ok(cast.tiers.values().flatten().cloned().collect()),
            prefix_lists: prefix_lists.collect(),
            ..Answers::default()
        };
        let subjects = cases.iter().map(subject).collect();
        let facts = Facts::about(subjects, cast.account, answers, hypothesis.at);
        Some(Ruling { judgement: judge(self, &facts), cases, tiers: cast.tiers })
    }
}

/// The groups that are made up: for each tier one of each id, or of each pattern of a name, that it gives.
struct Cast {
    account: Option<AccountId>,
    tiers: BTreeMap<TierName, Vec<Group>>,
}

impl Cast {
    fn of(policy: &Policy) -> Self {
        let account = AccountId::new(NOBODYS).ok();
        let mut count = 0_usize;
        let mut made_up = || {
            count = count.saturating_add(1);
            GroupId::new(&format!("{MADE_UP}-{count}")).ok()
        };
        let groups = policy
            .tiers
            .iter()
            .map(|tier| (tier.name.clone(), tier.groups.examples(&mut made_up, account.as_ref())));
        let mut tiers: BTreeMap<_, _> = groups.collect();
        become_one(&mut tiers);
        Self { account, tiers }
    }

    fn groups(&self, policy: &Policy, place: &Place) -> Option<Vec<Group>> {
        match place {
            Place::Tier(tier) => self.tiers.get(tier).cloned(),
            Place::Elsewhere => {
                let made_up = || GroupId::new(MADE_UP).ok();
                let mut groups = Selector::default().examples(made_up, self.account.as_ref());
                groups.retain(|group| policy.tiers_of(group).next().is_none());
                Some(groups)
            }
        }
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

    /// Groups that the rules of `cases` name by their ids, of which nobody knows the tier.
    fn strangers(&self, cases: &[Case]) -> BTreeMap<GroupId, LookUpError> {
        let named =
            cases.iter().flat_map(|case| &case.rules).filter_map(|rule| match &rule.permission.peer {
                Peer::Group(GroupRef { owner, group: GroupKey::Id(id) }) if *owner == self.account => {
                    Some(id)
                }
                Peer::Group(_) | Peer::Network(_) | Peer::PrefixList(_) => None,
            });
        let strange = named.filter(|id| !self.tiers.values().flatten().any(|group| group.id == **id));
        let error = |id: &GroupId| LookUpError {
            call: "DescribeSecurityGroups",
            message: format!("nothing is known of {id} without an account"),
            retryable: false,
        };
        strange.map(|id| (id.clone(), error(id))).collect()
    }

    fn peers(&self, peers: &PeerSet, group: &Group) -> Vec<Peer> {
        let PeerSet { addresses, tiers, groups, lists, entries_of: _, itself } = peers;
        let reference = |owner: Option<&AccountId>, id: &GroupId| {
            Peer::Group(GroupRef { owner: owner.cloned(), group: GroupKey::Id(id.clone()) })
        };
        let of_tiers = tiers.iter().filter_map(|tier| self.tiers.get(tier)).flatten();
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

/// Makes groups of several tiers that have one id the same: they have what each of those tiers asks for.
fn become_one(tiers: &mut BTreeMap<TierName, Vec<Group>>) {
    let mut tags: BTreeMap<GroupId, BTreeMap<String, String>> = BTreeMap::new();
    for group in tiers.values().flatten() {
        tags.entry(group.id.clone()).or_default().extend(group.tags.clone());
    }
    for group in tiers.values_mut().flatten() {
        group.tags = tags.get(&group.id).cloned().unwrap_or_default();
    }
}
