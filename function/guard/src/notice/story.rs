//! What a person is told about one event, before it is an email or a chat message.
//!
//! Says it once for all formats; knows nothing of markup, wrapping or limits of a channel.

use std::collections::BTreeSet;

use super::door::State;
use super::limits::{ID, NAME, RULE};
use super::link::Link;
use super::text::Text;
use super::{cut, remarks, undecided, violation};
use crate::group::Rule;
use crate::id::{GroupId, GroupKey};
use crate::judge::{Undecidable, Verdict, Violation};
use crate::permission::{GroupRef, Peer, Permission};
use crate::respond::{Basis, Handled};

/// The story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Story {
    /// How things stand.
    pub(super) state: State,
    /// What it is about, for a subject: `22/tcp from 0.0.0.0/0 on web (sg-…)`.
    pub(super) about: Text,
    /// What happened, as a sentence.
    pub(super) headline: Text,
    /// What there is to know, most important first.
    pub(super) blocks: Vec<Block>,
    /// What to do next.
    pub(super) steps: Vec<Step>,
    /// Where to look.
    pub(super) links: Links,
}

/// Some lines under a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) title: &'static str,
    pub(super) lines: Vec<Line>,
}

/// A line of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Something to know.
    Item(Text),
    /// More about the item before.
    Detail(Text),
}

/// Something to do, with lines to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) text: Text,
    pub(super) copies: Vec<String>,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) group: Option<Link>,
    pub(super) event: Option<Link>,
}

/// Those verdicts of which a person must know.
#[derive(Debug, Clone, Copy)]
pub(super) enum News<'a> {
    Violation(&'a Violation),
    Undecidable(&'a Undecidable),
    /// Nothing is forbidden, and yet there is something to be told.
    Remarks,
    /// Nothing is forbidden in a group whose change no record tells wholly.
    Cut,
}

impl<'a> News<'a> {
    /// What is new in `handled`; `None` where nobody needs to know.
    pub(super) fn of(handled: &'a Handled) -> Option<Self> {
        match &handled.judgement.verdict {
            Verdict::Violation(violation) => Some(Self::Violation(violation)),
            Verdict::Undecidable(why) => Some(Self::Undecidable(why)),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged
                if !handled.judgement.remarks.is_empty() =>
            {
                Some(Self::Remarks)
            }
            Verdict::Compliant if handled.basis == Basis::LiveGroup => Some(Self::Cut),
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => None,
        }
    }

    /// The story, with at most `listed` of anything that there can be many of.
    pub(super) fn story(self, handled: &'a Handled, listed: usize) -> Story {
        match self {
            Self::Violation(violation) => violation::story(handled, violation, listed),
            Self::Undecidable(why) => undecided::story(handled, why, listed),
            Self::Remarks => remarks::story(handled),
            Self::Cut => cut::story(handled),
        }
    }
}

impl Links {
    pub(super) fn of(handled: &Handled) -> Self {
        let region = handled.event.region.as_ref();
        Self {
            group: Link::of_group(region, group_id(handled)),
            event: Link::of_event(region, handled.event.id.as_ref()),
        }
    }
}

impl Step {
    /// A step with nothing to be copied.
    pub(super) const fn plain(text: Text) -> Self {
        Self { text, copies: Vec::new() }
    }
}

/// The id of the group, as it was found or else as the event names it; none where there are several.
pub(super) fn group_id(handled: &Handled) -> Option<&GroupId> {
    let found = handled.found().map(|group| &group.id);
    found.or_else(|| handled.group.as_ref().and_then(GroupKey::id))
}

/// `web (sg-…)`, or what is known of the group that the event is about; of several, how many.
pub(super) fn group(handled: &Handled) -> Option<Text> {
    match (handled.groups.as_slice(), &handled.group) {
        ([], Some(GroupKey::Name(name))) => Some(Text::new().named(name.as_str(), NAME)),
        ([], Some(GroupKey::Id(id))) => Some(Text::new().theirs(id, ID)),
        ([], None) => None,
        (found, _) => Some(groups_of(handled, found.iter().map(|group| &group.id))),
    }
}

/// `web (sg-…)`, or what is known of the group.
pub(super) fn group_of(handled: &Handled, id: &GroupId) -> Text {
    let named = handled.groups.iter().find(|group| group.id == *id).and_then(|group| group.name.as_ref());
    match named {
        Some(name) => Text::new().named(name.as_str(), NAME).ours(" (").theirs(id, ID).ours(")"),
        None => Text::new().theirs(id, ID),
    }
}

/// One group as [`group_of`]; of several, how many.
pub(super) fn groups_of<'a>(handled: &Handled, ids: impl Iterator<Item = &'a GroupId>) -> Text {
    let ids: BTreeSet<_> = ids.collect();
    match (ids.first(), ids.len()) {
        (Some(only), 1) => group_of(handled, only),
        (_, count) => Text::new().count(count).ours(" groups"),
    }
}

/// Whether all of `ids` are the same.
pub(super) fn is_one<'a>(ids: impl Iterator<Item = &'a GroupId>) -> bool {
    ids.collect::<BTreeSet<_>>().len() <= 1
}

/// `22/tcp from 0.0.0.0/0`.
pub(super) fn rule(rule: &Rule) -> Text {
    let Permission { direction, traffic, peer } = &rule.permission;
    match peer {
        Peer::Group(GroupRef { owner, group: GroupKey::Name(name) }) => {
            let start = Text::new().theirs(traffic, RULE).ours(" ").ours(direction.preposition()).ours(" ");
            let start = match owner {
                Some(owner) => start.theirs(owner, ID).ours("/"),
                None => start,
            };
            start.named(name.as_str(), NAME)
        }
        Peer::Group(_) | Peer::Network(_) | Peer::PrefixList(_) => Text::new().theirs(&rule.permission, RULE),
    }
}

/// `1 rule`, `3 rules`.
pub(super) fn rules(count: usize) -> Text {
    Text::new().count(count).ours(if count == 1 { " rule" } else { " rules" })
}

/// The first `listed` of `items`, each as `line`, and how many more there are.
pub(super) fn list<T>(
    items: &[T],
    listed: usize,
    line: impl Fn(&T) -> Vec<Line>,
) -> impl Iterator<Item = Line> {
    let rest = items.len().saturating_sub(listed);
    let more = (rest > 0).then(|| Line::Item(Text::from("and ").count(rest).ours(" more")));
    items.iter().take(listed).flat_map(line).collect::<Vec<_>>().into_iter().chain(more)
}
