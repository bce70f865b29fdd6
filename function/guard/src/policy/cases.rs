//! Cases of a policy: what somebody who wrote it expects it to say. A case is a question and its answer; whether the policy
//! gives that answer is found out by judging.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Allow, Diagnostics, Document, Passage, Place, reader};
use crate::hypothesis::{Hypothesis, Ruling};
use crate::id::PrefixListId;
use crate::judge::{Finding, Verdict};
use crate::network::AddressSet;
use crate::permission::Direction;

/// The cases of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cases {
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
    /// The entries of prefix lists that they assume.
    pub lists: BTreeMap<PrefixListId, AddressSet>,
}

/// A question to a policy, and the answer that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it is called; without a name of its own, its question.
    pub name: String,
    /// Where the group is.
    pub place: Place,
    /// Which way.
    pub direction: Direction,
    /// The traffic and the peers that are asked about.
    pub question: Allow,
    /// When it is asked, if exemptions are not to be looked at as they are now.
    pub at: Option<Timestamp>,
    /// What is expected.
    pub expected: Expectation,
    /// A part of the line of the policy that is expected to decide.
    pub because: Option<String>,
    /// Where it is written.
    pub passage: Passage,
}

/// What a policy may say of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expectation {
    /// All of it is allowed.
    Allowed,
    /// Some of the rules that it takes are allowed, and some are not.
    Partly,
    /// None of the rules that it takes is allowed as it is.
    Denied,
    /// The policy says nothing about such a group.
    Unmanaged,
}

/// What a policy says of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it says; `None` where that depends on something that is not known.
    pub found: Option<Expectation>,
    /// The lines of the policy that decide, each once.
    pub why: Vec<String>,
    /// What is forbidden of it.
    pub excess: Vec<String>,
    /// Why it cannot be told, where it cannot.
    pub unknown: Vec<String>,
}

impl Expectation {
    /// The word of the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Partly => "partly",
            Self::Denied => "denied",
            Self::Unmanaged => "unmanaged",
        }
    }
}

impl Document {
    /// Reads the cases in `text`, which is called `name`, written in the words of this policy.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once, each with its place and the remedy.
    pub fn cases(&self, name: &str, text: &str) -> Result<Cases, Diagnostics> {
        reader::read_cases(&self.root, name, text)
    }

    /// What the policy says of `case`, one of `cases`, at the instant `now`.
    #[must_use]
    pub fn answer(&self, case: &Case, cases: &Cases, now: Timestamp) -> Answer {
        let hypothesis = Hypothesis {
            place: &case.place,
            direction: case.direction,
            traffic: &case.question.traffic,
            peers: &case.question.peers,
            lists: &cases.lists,
            at: case.at.unwrap_or(now),
        };
        Answer::of(self.policy().rule_on(&hypothesis).as_ref())
    }
}

impl Answer {
    /// What `ruling` says.
    #[must_use]
    pub fn of(ruling: Option<&Ruling>) -> Self {
        let none = Self { found: None, why: Vec::new(), excess: Vec::new(), unknown: Vec::new() };
        let Some(ruling) = ruling else {
            return Self { unknown: vec!["every group is in a tier of this policy".to_owned()], ..none };
        };
        let in_words = |term: String| ruling.in_words(&term);
        match &ruling.judgement.verdict {
            Verdict::Compliant => Self { found: Some(Expectation::Allowed), ..none },
            Verdict::Unmanaged | Verdict::Ignored(_) => Self { found: Some(Expectation::Unmanaged), ..none },
            Verdict::Violation(violation) => Self {
                found: Some(if ruling.allowed().is_empty() {
                    Expectation::Denied
                } else {
                    Expectation::Partly
                }),
                why: once(violation.findings.iter().map(|finding| finding.why.clone())),
                excess: once(violation.findings.iter().flat_map(terms).map(in_words)),
                ..none
            },
            Verdict::Undecidable(_) => Self { unknown: ruling.unknown(), ..none },
        }
    }

    /// Whether it is what `case` expects.
    #[must_use]
    pub fn is_expected(&self, case: &Case) -> bool {
        let says = |because: &String| self.why.iter().any(|why| why.contains(because.as_str()));
        self.found == Some(case.expected) && case.because.as_ref().is_none_or(says)
    }
}

fn terms(finding: &Finding) -> Vec<String> {
    finding.excess.terms().iter().map(ToString::to_string).collect()
}

/// Each of `texts` once, in their order.
fn once(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

#[cfg(test)]
mod tests;
