//! What happened to rules, in one sentence.

use super::super::bound::Bound;
use super::super::fate::{Fate, Forbidden, Kept, of_list};
use super::super::limits::{ID, RULE};
use super::super::part::Number;
use super::super::story;
use super::super::text::Text;
use super::some_of;
use crate::act::Outcome;
use crate::judge::{Code, ListUndo, Violation};
use crate::respond::Handled;

/// Most parts of a narrowed rule that are named.
const PARTS: usize = 3;

pub(super) struct Headline<'a> {
    rules: &'a [Forbidden<'a>],
    worst: Fate<'a>,
    bound: Bound<'a>,
    how: How,
    groups: Text,
    /// The prefix list that is put back, or would be.
    list: Option<(&'a ListUndo, &'a Outcome)>,
}

/// How rules came to be forbidden.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Opened,
    /// They are allowed, but whoever made them may not.
    ByStranger,
    /// Their group came into another tier.
    Tags,
    /// The entries of the prefix list that they name were changed.
    List,
    /// Their group came to be usable in a further VPC.
    Vpc,
}

impl How {
    fn of(handled: &Handled, rules: &[Forbidden<'_>]) -> Self {
        let is_editors = |rule: &Forbidden<'_>| rule.findings.iter().all(|it| it.code == Code::Editor);
        match handled.event.name.as_deref() {
            Some("CreateTags" | "DeleteTags") => Self::Tags,
            Some("ModifyManagedPrefixList" | "RestoreManagedPrefixListVersion") => Self::List,
            Some("AssociateSecurityGroupVpc") => Self::Vpc,
            _ if rules.iter().all(is_editors) => Self::ByStranger,
            _ => Self::Opened,
        }
    }

    /// Between the rules and their group; before what became of them.
    const fn words(self, number: Number) -> (&'static str, &'static str) {
        match (self, number) {
            (Self::Opened, Number::One) => (" was opened on ", " and "),
            (Self::Opened, Number::Many) => (" were opened on ", " and "),
            (Self::ByStranger, Number::One) => {
                (" was opened on ", " by somebody who may not change it, and ")
            }
            (Self::ByStranger, Number::Many) => {
                (" were opened on ", " by somebody who may not change it, and ")
            }
            (Self::Tags, _) => (" became forbidden on ", " by a change of tags and "),
            (Self::List, _) => (" became forbidden on ", " by a change of a prefix list and "),
            (Self::Vpc, Number::One) => (" was found on ", " and "),
            (Self::Vpc, Number::Many) => (" were found on ", " and "),
        }
    }

    /// The same for some of several rules.
    const fn words_of_some(self) -> (&'static str, &'static str) {
        match self {
            Self::Opened => (" opened on ", " "),
            Self::ByStranger => (" opened on ", " by somebody who may not change it "),
            Self::Tags => (" that became forbidden on ", " by a change of tags "),
            Self::List => (" that became forbidden on ", " by a change of a prefix list "),
            Self::Vpc => (" found on ", " "),
        }
    }

    /// What several rules are called.
    const fn rules(self) -> &'static str {
        match self {
            Self::Opened | Self::Vpc => " forbidden rules",
            Self::ByStranger | Self::Tags | Self::List => " rules",
        }
    }
}

impl<'a> Headline<'a> {
    pub(super) fn new(
        handled: &'a Handled,
        violation: &'a Violation,
        rules: &'a [Forbidden<'a>],
        worst: Fate<'a>,
    ) -> Self {
        let undo = violation.list.as_ref();
        Self {
            rules,
            worst,
            bound: Bound::of(handled),
            how: How::of(handled, rules),
            groups: story::groups_of(handled, rules.iter().map(|rule| rule.group)),
            list: undo.and_then(|undo| Some((undo, of_list(undo, &handled.actions)?))),
        }
    }

    pub(super) fn about(&self) -> Text {
        let what = match self.rules {
            [only] => story::rule(only.rule),
            rules => story::rules(rules.len()),
        };
        what.ours(" on ").and(self.groups.clone())
    }

    /// Names the rule if there is one; else says of how many it tells the worst.
    pub(super) fn sentence(&self) -> Text {
        let all = self.rules.len();
        let worst = self.rules.iter().filter(|rule| rule.fate.is_like(&self.worst)).count();
        match (self.list, self.rules, self.worst) {
            (Some((undo, Outcome::Done)), ..) => self.of_list(undo, " has been put back to version "),
            (Some((undo, Outcome::Withheld)), ..) => {
                self.of_list(undo, " would have been put back to version ")
            }
            (_, [only], _) => self.happened(story::rule(only.rule), Number::One).and(self.became(only)),
            (_, _, Fate::Removed | Fate::Mended) if worst < all => self.many().ours("are gone now."),
            (_, [first, ..], _) if worst == all => self.many().and(self.all_became(first)),
            (..) => {
                let (before, after) = self.how.words_of_some();
                let some = Text::new().count(worst).ours(" of ").count(all).ours(self.how.rules());
                some.ours(before).and(self.groups.clone()).ours(after).and(self.worst(Number::of(worst)))
            }
        }
    }

    fn happened(&self, what: Text, number: Number) -> Text {
        let (before, after) = self.how.words(number);
        what.ours(before).and(self.groups.clone()).ours(after)
    }

    fn many(&self) -> Text {
        self.happened(Text::new().count(self.rules.len()).ours(self.how.rules()), Number::Many)
    }

    /// The change of a prefix list is one thing, however many rules name it.
    fn of_list(&self, ListUndo { list, to, .. }: &ListUndo, what: &'static str) -> Text {
        let rules = match self.rules {
            [only] => story::rule(only.rule),
            rules => story::rules(rules.len()),
        };
        let list = Text::new().theirs(list, ID);
        let changed = list.clone().ours(" was changed, by which ").and(rules).ours(" became forbidden on ");
        changed.and(self.groups.clone()).ours(". It").ours(what).theirs(to, ID).ours(".")
    }

    /// What became of one rule.
    fn became(&self, Forbidden { fate, kept, .. }: &Forbidden<'_>) -> Text {
        match (fate, kept) {
            (Fate::Removed, Kept::Parts(parts)) => {
                Text::from("has been narrowed to ").and(some_of(parts, PARTS)).ours(".")
            }
            (Fate::Withheld, Kept::Parts(parts)) => {
                Text::from("would have been narrowed to ").and(some_of(parts, PARTS)).ours(".")
            }
            (Fate::Removed, Kept::NoRoom) => Text::from(
                "has been removed whole: the group has no room for the rules that would be left of it.",
            ),
            (Fate::Removed, Kept::Failed { .. }) => {
                Text::from("has been removed whole: what is allowed of it could not be added.")
            }
            (_, _) => self.worst(Number::One),
        }
    }

    /// What became of all of several rules, which fared alike.
    fn all_became(&self, first: &Forbidden<'_>) -> Text {
        let is_narrowed = |rule: &Forbidden<'_>| matches!(rule.kept, Kept::Parts(_));
        match (first.fate, self.rules.iter().any(is_narrowed)) {
            (Fate::Removed, true) => Text::from("have been narrowed to what is allowed, or removed."),
            (Fate::Withheld, true) => Text::from("would have been narrowed to what is allowed, or removed."),
            (_, _) => self.worst(Number::Many),
        }
    }

    fn worst(&self, number: Number) -> Text {
        let (one, many) = match self.worst {
            Fate::Mended => ("is right again.", "are right again."),
            Fate::AlreadyGone => ("was already gone.", "were already gone."),
            Fate::Removed => ("has been removed.", "have been removed."),
            Fate::NotifyOnly => {
                let start = if number == Number::One { "stays open: " } else { "stay open: " };
                return Text::from(start).and(self.bound.reason()).ours(".");
            }
            Fate::Uncertain => (
                "stays open: to remove a rule would not surely undo it.",
                "stay open: to remove rules would not surely undo it.",
            ),
            Fate::Withheld => ("would have been removed.", "would have been removed."),
            Fate::Failed { error } => return Text::from("could not be removed: ").theirs(&error, RULE),
        };
        Text::from(if number == Number::One { one } else { many })
    }
}
