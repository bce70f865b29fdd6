//! A policy with its text: where each part of it is written, for whoever has to show the lines that decide.

use super::diagnostic::{Diagnostics, Span, visible};
use super::yaml::{Content, Node};
use super::{Policy, TierName, reader};
use crate::permission::Direction;

/// A policy, and the file that it was read from.
#[derive(Debug)]
pub struct Document {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) root: Node,
    policy: Policy,
}

/// A part of a policy. The numbers are places in the lists of [`Policy`], from 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// A tier.
    Tier(TierName),
    /// Which groups are in a tier.
    Groups(TierName),
    /// Who may change the groups of a tier.
    Editors(TierName),
    /// All that is allowed in one direction: in a tier, or else in `elsewhere`.
    Allows(Option<TierName>, Direction),
    /// One thing that is allowed there.
    Allow(Option<TierName>, Direction, usize),
    /// One thing that `elsewhere` denies.
    Deny(usize),
    /// An exemption.
    Exemption(usize),
    /// What holds for groups in no tier.
    Elsewhere,
    /// Whose changes are never undone.
    BreakGlass,
}

/// Lines of a policy file, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The number of the first line, from 1.
    pub line: usize,
    /// The lines; where there are many, the first.
    pub lines: Vec<String>,
}

/// How many lines of one part are shown.
const MOST_LINES: usize = 8;
/// How much is shown of a line, in characters.
const WIDEST: usize = 200;

/// One step down a tree.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Nth(usize),
}

impl Document {
    /// Reads a policy from YAML (or JSON, which is YAML). `name` is what the errors call the file.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once, each with its place and the remedy.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (policy, root) = reader::read(name, text)?;
        Ok(Self { name: name.to_owned(), text: text.to_owned(), root, policy })
    }

    /// What it means.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What it means, without the text.
    #[must_use]
    pub fn into_policy(self) -> Policy {
        self.policy
    }

    /// What the file is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The lines that `clause` is written in; `None` where it is not written.
    #[must_use]
    pub fn passage(&self, clause: &Clause) -> Option<Passage> {
        passage(&self.text, self.span(clause)?)
    }

    /// Where `clause` is; of a tier and of `elsewhere`, only the key.
    pub(super) fn span(&self, clause: &Clause) -> Option<Span> {
        let steps = clause.steps();
        let (last, before) = steps.split_last()?;
        let parent = self.node(before)?;
        match (last, &parent.content, clause) {
            (Step::Key(key), Content::Map(entries), _) => {
                let entry = entries.iter().find(|entry| entry.key == *key)?;
                let is_large = matches!(clause, Clause::Tier(_) | Clause::Elsewhere);
                Some(if is_large { entry.key_span } else { entry.key_span.to(entry.value.span) })
            }
            _ => Some(last.down(parent)?.span),
        }
    }

    /// Where the value of `key` in `clause` is.
    pub(super) fn span_in(&self, clause: &Clause, key: &str) -> Option<Span> {
        Some(Step::Key(key).down(self.node(&clause.steps())?)?.span)
    }

    fn node(&self, steps: &[Step<'_>]) -> Option<&Node> {
        steps.iter().try_fold(&self.root, |node, step| step.down(node))
    }
}

/// The lines of `text` that `span` is in.
pub(super) fn passage(text: &str, span: Span) -> Option<Passage> {
    let line = text.get(..span.start)?.bytes().filter(|&byte| byte == b'\n').count();
    let inside = text.get(span.start..span.end)?.trim_end();
    let count = inside.lines().count().clamp(1, MOST_LINES);
    let shown = |line: &str| line.chars().take(WIDEST).map(visible).collect();
    let lines = text.lines().skip(line).take(count).map(shown).collect();
    Some(Passage { line: line.saturating_add(1), lines })
}

impl Clause {
    /// The way to it from the root of the file.
    fn steps(&self) -> Vec<Step<'_>> {
        use Step::{Key, Nth};
        let scope = |tier| Option::map_or(tier, vec![Key("elsewhere")], in_tiers);
        match self {
            Self::Tier(tier) => in_tiers(tier),
            Self::Groups(tier) => [in_tiers(tier), vec![Key("groups")]].concat(),
            Self::Editors(tier) => [in_tiers(tier), vec![Key("editors")]].concat(),
            Self::Allows(tier, direction) => [scope(tier.as_ref()), vec![Key(list(*direction))]].concat(),
            Self::Allow(tier, direction, n) => {
                [scope(tier.as_ref()), vec![Key(list(*direction)), Nth(*n)]].concat()
            }
            Self::Deny(n) => vec![Key("elsewhere"), Key("deny"), Nth(*n)],
            Self::Exemption(n) => vec![Key("exemptions"), Nth(*n)],
            Self::Elsewhere => vec![Key("elsewhere")],
            Self::BreakGlass => vec![Key("break-glass")],
        }
    }
}

fn in_tiers(tier: &TierName) -> Vec<Step<'_>> {
    vec![Step::Key("tiers"), Step::Key(tier.as_str())]
}

impl Step<'_> {
    /// The node that is this step under `node`.
    fn down<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        match (self, &node.content) {
            (Self::Key(key), Content::Map(entries)) => {
                entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.value)
            }
            (Self::Nth(n), Content::List(nodes)) => nodes.get(*n),
            (Self::Key(_) | Self::Nth(_), _) => None,
        }
    }
}

const fn list(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

#[cfg(test)]
mod tests;
