//! What a person can do next: remove what is still open, or have it allowed.
//!
//! Commands and policy lines are there to be copied, so they hold nothing but what cannot mean anything else; where
//! that cannot be, there are none.

use super::fate::{Door, Forbidden};
use super::limits::{COPIES, LONG, NAME};
use super::link::plain;
use super::story::{Step, group_id};
use super::text::Text;
use crate::group::Rule;
use crate::id::GroupKey;
use crate::judge::{Code, Finding, Unsettled};
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::TierName;
use crate::respond::Handled;

/// Most rule ids in one command.
const IDS: usize = 10;

pub(super) fn of_violation(
    handled: &Handled,
    rules: &[Forbidden<'_>],
    unsettled: &[Unsettled],
    listed: usize,
) -> Vec<Step> {
    let unsettled = (!unsettled.is_empty()).then(|| inspection(handled));
    removal(handled, rules).into_iter().chain(unsettled).chain(permits(rules, listed)).collect()
}

/// That the guard will try again, if it will.
pub(super) fn again(handled: &Handled) -> Option<Text> {
    handled.retry().map(|_| {
        Text::from("The cause may pass: the guard tries again within minutes, and tells how that went.")
    })
}

fn inspection(handled: &Handled) -> Step {
    let text = match handled.retry() {
        Some(_) => "If no further message comes, look by hand at what could not be judged.",
        None => "Look by hand at what could not be judged; the guard does not try again.",
    };
    Step { text: Text::from(text), copies: Vec::new() }
}

fn removal(handled: &Handled, rules: &[Forbidden<'_>]) -> Option<Step> {
    let open = |door| rules.iter().any(|rule| rule.fate.door() == door);
    let text = match (open(Door::StillOpen), handled.retry(), open(Door::Open)) {
        (true, Some(_), _) => "If no further message comes, remove by hand what is still open:",
        (true, None, _) => "Remove by hand what is still open; the guard does not try again:",
        (false, _, true) => "If it should not be open, remove it:",
        (false, _, false) => return None,
    };
    let open = rules.iter().filter(|rule| rule.fate.door() != Door::Closed).map(|rule| rule.rule);
    Some(Step { text: Text::from(text), copies: commands(handled, &open.collect::<Vec<_>>()) })
}

/// The commands that remove those of `rules` that have ids.
fn commands(handled: &Handled, rules: &[&Rule]) -> Vec<String> {
    let (Some(region), Some(group)) = (
        handled.event.region.as_ref().and_then(|region| plain(region.as_str())),
        group_id(handled).and_then(|group| plain(group.as_str())),
    ) else {
        return Vec::new();
    };
    let command = |direction: Direction| {
        let towards = rules.iter().filter(|rule| rule.permission.direction == direction);
        let ids: Vec<_> = towards.filter_map(|rule| plain(rule.id.as_ref()?.as_str())).take(IDS).collect();
        (!ids.is_empty()).then(|| {
            format!(
                "aws ec2 revoke-security-group-{direction} --region {region} --group-id {group} \
                 --security-group-rule-ids {}",
                ids.join(" ")
            )
        })
    };
    [Direction::Ingress, Direction::Egress].into_iter().filter_map(command).collect()
}

/// A place in the policy that forbids something.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    tier: Option<&'a TierName>,
    direction: Direction,
    code: Code,
}

/// How to get it allowed: one step for each place in the policy that forbids it.
fn permits(rules: &[Forbidden<'_>], listed: usize) -> Vec<Step> {
    let mut places: Vec<(Place<'_>, Vec<&Rule>)> = Vec::new();
    for finding in rules.iter().flat_map(|rule| &rule.findings) {
        let Finding { code, rule, excess: _, tier, why: _, reaction: _ } = finding;
        let place = Place { tier: tier.as_ref(), direction: rule.permission.direction, code: *code };
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, rules)) => rules.push(rule),
            None => places.push((place, vec![rule])),
        }
    }
    places.iter().take(listed.clamp(1, COPIES)).map(|(place, rules)| place.permit(rules)).collect()
}

impl Place<'_> {
    fn permit(self, rules: &[&Rule]) -> Step {
        let copies: Vec<_> = match self.code {
            Code::NotAllowed => rules.iter().filter_map(|rule| allow_line(&rule.permission)).collect(),
            Code::Denied => Vec::new(),
        };
        let rest = copies.len().saturating_sub(COPIES);
        let text = Text::from("To have it allowed, ").and(self.how());
        let text = match (copies.is_empty(), rest) {
            (true, _) => text.ours("."),
            (false, 0) => text.ours(":"),
            (false, rest) => text.ours(" (and ").count(rest).ours(" more lines):"),
        };
        Step { text, copies: copies.into_iter().take(COPIES).collect() }
    }

    fn how(self) -> Text {
        match (self.code, self.tier) {
            (Code::NotAllowed, Some(tier)) => Text::from("add to ")
                .theirs(&format!("tiers.{tier}.{}", self.direction), NAME)
                .ours(" in the policy"),
            (Code::NotAllowed, None) => Text::from("add to ")
                .theirs(&format!("elsewhere.{}", self.direction), LONG)
                .ours(" in the policy"),
            (Code::Denied, _) => Text::from(
                "name its peer under `except` of the policy entry that denies it, or put the group into a tier that \
                 allows it",
            ),
        }
    }
}

/// The line of a policy that allows `rule`; `None` where a policy could not name its peer.
fn allow_line(rule: &Permission) -> Option<String> {
    let Permission { direction, traffic, peer } = rule;
    let peer = match peer {
        Peer::Network(network) if network.is_ipv4() => network.to_string(),
        Peer::Network(network) => format!("\"{network}\""),
        Peer::PrefixList(list) => plain(list.as_str())?.to_owned(),
        Peer::Group(GroupRef { owner, group: GroupKey::Id(id) }) => match owner {
            Some(owner) => format!("{}/{}", plain(owner.as_str())?, plain(id.as_str())?),
            None => plain(id.as_str())?.to_owned(),
        },
        Peer::Group(GroupRef { owner: _, group: GroupKey::Name(_) }) => return None,
    };
    Some(format!("- {{ allow: {traffic}, {}: {peer} }}", direction.preposition()))
}
