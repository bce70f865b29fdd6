//! What a person can do next: remove what is still open, or have it allowed.
//!
//! Commands and policy lines are there to be copied, so they hold nothing but what cannot mean anything else; where
//! that cannot be, there are none.

use std::collections::{BTreeMap, BTreeSet};

use super::bound::Bound;
use super::command;
use super::door::Door;
use super::fate::{Forbidden, Kept, of_list};
use super::limits::{COPIES, FREE, LONG, NAME};
use super::link::plain;
use super::story::{self, Step};
use super::text::Text;

use crate::act::Outcome;
use crate::group::Rule;
use crate::id::{GroupId, GroupKey};
use crate::judge::{Code, Finding, ListUndo, Violation};
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::TierName;
use crate::respond::Handled;

/// What to do about forbidden rules.
pub(super) fn of_rules(
    handled: &Handled,
    violation: &Violation,
    rules: &[Forbidden<'_>],
    listed: usize,
) -> Vec<Step> {
    let list = violation.list.as_ref().and_then(|undo| restoring(handled, violation, undo));
    let removal = list.or_else(|| removal(handled, rules));
    let missed = addition(handled, rules);
    let allowing = match Bound::of(handled) {
        // Whether it is to be allowed is not the question then.
        Bound::Own => Vec::new(),
        Bound::Policy | Bound::BreakGlass(_) => permits(handled, rules, listed),
    };
    removal.into_iter().chain(missed).chain(allowing).collect()
}

/// That the guard will try again, if it will.
pub(super) fn again(handled: &Handled) -> Option<Text> {
    handled.retry().map(|_| {
        Text::from("The cause may pass: the guard tries again within an hour, and tells how that went.")
    })
}

/// What to do about something that could not be judged.
pub(super) fn inspection(handled: &Handled) -> Step {
    Step::plain(Text::from(match handled.retry() {
        Some(_) => "If no further message comes, look by hand at what could not be judged.",
        None => "Look by hand at what could not be judged; the guard does not try again.",
    }))
}

/// A step with lines to be copied, as far as there are any.
pub(super) fn copied(text: Text, copies: Vec<String>) -> Step {
    let text = text.ours(if copies.is_empty() { "." } else { ":" });
    Step { text, copies }
}

/// How a change of `tier` by this caller would be allowed.
pub(super) fn by_editor(handled: &Handled, tier: &TierName) -> Step {
    let start = Text::from("To have such a change allowed, let an editor of ").named(tier.as_str(), NAME);
    let role = handled.event.actor.identity().filter(|arn| is_dull_arn(arn));
    let text = start
        .ours(" make it, or list the caller in ")
        .theirs(&format!("tiers.{tier}.editors"), NAME)
        .ours(", by a name under ")
        .theirs(&"principals", NAME);
    match role {
        Some(arn) => Step { text: text.ours(":"), copies: vec![format!("[\"{arn}\"]")] },
        None => Step::plain(text.ours(".")),
    }
}

/// Whether a text is nothing but what the ARN of a role is made of, and means only that in a policy.
fn is_dull_arn(arn: &str) -> bool {
    let is_dull = |byte: u8| byte.is_ascii_alphanumeric() || b"-:/_+=,.@".contains(&byte);
    arn.starts_with("arn:") && arn.len() <= FREE && arn.bytes().all(is_dull)
}

/// How a prefix list is put back by hand, where the guard only said that it would.
fn restoring(handled: &Handled, violation: &Violation, undo: &ListUndo) -> Option<Step> {
    match of_list(undo, &handled.actions)? {
        Outcome::Withheld if !violation.findings.is_empty() => {
            let copies = command::restore(handled, undo).into_iter().collect();
            Some(copied(Text::from("If the list should not be so, put it back"), copies))
        }
        Outcome::Withheld
        | Outcome::Done
        | Outcome::AlreadyGone
        | Outcome::AlreadyThere
        | Outcome::NoRoom
        | Outcome::Failed { .. } => None,
    }
}

fn removal(handled: &Handled, rules: &[Forbidden<'_>]) -> Option<Step> {
    let open = |door| rules.iter().any(|rule| rule.fate.door() == door);
    let text = match (open(Door::StillOpen), handled.retry(), open(Door::Open)) {
        (true, Some(_), _) => "If no further message comes, remove by hand what is still open",
        (true, None, _) => "Remove by hand what is still open; the guard does not try again",
        (false, _, true) => "If it should not be open, remove it",
        (false, _, false) => return None,
    };
    let mut open: BTreeMap<&GroupId, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.fate.door() != Door::Closed) {
        open.entry(rule.group).or_default().push(rule.rule);
    }
    let copies = open.into_iter().flat_map(|(group, rules)| command::revoke(handled, group, &rules));
    Some(copied(Text::from(text), copies.take(COPIES).collect()))
}

/// How to add what is allowed of rules that went whole.
fn addition(handled: &Handled, rules: &[Forbidden<'_>]) -> Option<Step> {
    let lost = |rule: &&Forbidden<'_>| {
        let is_lost = match rule.kept {
            Kept::NoRoom | Kept::Failed { .. } => true,
            Kept::Nothing | Kept::Parts(_) => false,
        };
        is_lost && rule.fate.door() == Door::Closed
    };
    let rule = rules.iter().find(lost)?;
    let group = story::group_of(handled, rule.group);
    Some(Step::plain(Text::from("If ").and(group).ours(" needs what is allowed of it, add that by hand.")))
}

/// A place in the policy that forbids something.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    tier: Option<&'a TierName>,
    direction: Direction,
    code: Code,
}

/// How to get it allowed: one step for each place in the policy that forbids it.
fn permits(handled: &Handled, rules: &[Forbidden<'_>], listed: usize) -> Vec<Step> {
    let mut places: Vec<(Place<'_>, Vec<&Rule>)> = Vec::new();
    for finding in rules.iter().flat_map(|rule| &rule.findings) {
        let Finding { code, rule, tier, .. } = finding;
        let place = Place { tier: tier.as_ref(), direction: rule.permission.direction, code: *code };
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, rules)) => rules.push(rule),
            None => places.push((place, vec![rule])),
        }
    }
    let permit = |(place, rules): &(Place<'_>, Vec<&Rule>)| match (place.code, place.tier) {
        (Code::Editor, Some(tier)) => by_editor(handled, tier),
        (_, _) => place.permit(rules),
    };
    places.iter().take(listed.clamp(1, COPIES)).map(permit).collect()
}

impl Place<'_> {
    fn permit(self, rules: &[&Rule]) -> Step {
        let copies: Vec<_> = match self.code {
            Code::NotAllowed => allow_lines(rules),
            Code::Denied | Code::Editor | Code::RequiredMissing | Code::Together => Vec::new(),
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
            // No rule is forbidden so but by an editor's tier, which `by_editor` tells of.
            (Code::Editor | Code::RequiredMissing | Code::Together, _) => Text::from("change the policy"),
        }
    }
}

/// The lines of a policy that allow `rules`, each once.
fn allow_lines(rules: &[&Rule]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let lines = rules.iter().filter_map(|rule| allow_line(&rule.permission));
    lines.filter(|line| seen.insert(line.clone())).collect()
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
