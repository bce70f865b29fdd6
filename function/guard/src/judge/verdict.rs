//! What is to be said of a change: data, and nothing that finds it out.

use std::fmt;

use crate::change::ListVersion;
use crate::facts::NoSubject;
use crate::group::Rule;
use crate::id::{GroupId, InterfaceId, PrefixListId, VpcId};
use crate::interface::Interface;
use crate::look::LookUpError;
use crate::permission::Permission;
use crate::policy::{Mode, OnMixture, Principals, Reaction, TierName};
use crate::reach::Excess;
use crate::wire::Malformed;

/// What is to be said of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The policy allows it.
    Compliant,
    /// The policy forbids some of it.
    Violation(Violation),
    /// It needs no judgement.
    Ignored(Ignored),
    /// The policy says nothing about the group.
    Unmanaged,
    /// It needs a person: the guard cannot tell.
    Undecidable(Undecidable),
}

/// What is forbidden. Not everything in it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violation {
    /// Each forbidden rule, once for every scope that forbids it.
    pub findings: Vec<Finding>,
    /// Rules that should be there and are not.
    pub missing: Vec<Missing>,
    /// Interfaces whose tiers may not meet.
    pub mixtures: Vec<Mixture>,
    /// Changes by somebody who may not make them, of which no rule tells.
    pub trespasses: Vec<Trespass>,
    /// The prefix list that makes all of `findings` right if it is put back.
    pub list: Option<ListUndo>,
    /// Rules of the same change that could not be judged.
    pub unsettled: Vec<Unsettled>,
}

/// A rule that the policy forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which way.
    pub code: Code,
    /// The group that it belongs to.
    pub group: GroupId,
    /// The rule.
    pub rule: Rule,
    /// What of it is forbidden.
    pub excess: Excess,
    /// The tier that forbids it; `None` for `elsewhere`.
    pub tier: Option<TierName>,
    /// The line of the policy that it breaks: `web allows 80/tcp, 443/tcp from anywhere`.
    pub why: String,
    /// What the policy wants done about it.
    pub reaction: Reaction,
    /// What of it is to stay.
    pub keep: Keep,
}

/// What of a forbidden rule is to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: none of it is allowed, or the policy does not want rules narrowed.
    Nothing,
    /// These rules, all of them allowed.
    Parts(Vec<Permission>),
    /// More rules than a group has room for.
    TooMany,
}

/// In which way something is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A rule opens more than the allow-list covers.
    NotAllowed,
    /// A rule touches an entry of a deny list.
    Denied,
    /// Whoever made the change is no editor of the tier.
    Editor,
    /// A required rule is not there.
    RequiredMissing,
    /// Tiers meet on an interface that may not.
    Together,
}

/// A rule that should be there and is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// In which way: [`Code::RequiredMissing`], or [`Code::Editor`] for one that somebody removed who may not.
    pub code: Code,
    /// The group that it belongs to.
    pub group: GroupId,
    /// The rule to be put back, which the policy allows; `None` where it is not known which one that is.
    pub rule: Option<Rule>,
    /// What is missing, in words: `8080/tcp from web`.
    pub what: String,
    /// The tier that wants it.
    pub tier: TierName,
    /// The line of the policy that wants it: `app requires 8080/tcp from web`.
    pub why: String,
    /// What the policy wants done about it.
    pub reaction: Reaction,
}

/// An interface whose tiers may not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mixture {
    /// The interface, as it is.
    pub interface: Interface,
    /// The tiers that meet on it, in the order of the policy.
    pub tiers: Vec<TierName>,
    /// The groups that have to come off.
    pub off: Vec<GroupId>,
    /// The groups that may stay.
    pub stay: Vec<GroupId>,
    /// The line of the policy that it breaks.
    pub why: String,
    /// What the policy wants done about it.
    pub on_violation: OnMixture,
    /// Whether to act at all.
    pub mode: Mode,
    /// Why the groups cannot come off, if they cannot.
    pub hindrance: Option<Hindrance>,
}

/// Why a group cannot come off an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// An AWS service manages the interface.
    Managed {
        /// The service.
        by: String,
    },
    /// No group would be left, and EC2 wants one on each interface.
    LastGroup,
    /// They are off already.
    AlreadyOff,
}

/// A change by somebody who may not make it, and which cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trespass {
    /// The group that was changed.
    pub group: GroupId,
    /// The tier whose editors they are not.
    pub tier: TierName,
    /// The line of the policy that it breaks: `db may be changed by nobody`.
    pub why: String,
}

/// A prefix list that is to be put back to what it was before the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListUndo {
    /// The list.
    pub list: PrefixListId,
    /// The version to be put back.
    pub to: ListVersion,
    /// The version that it must have, or somebody has changed it since.
    pub from: ListVersion,
}

/// Why a change needs no judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ignored {
    /// The call failed.
    FailedCall,
    /// Not a change of who may reach what.
    NotAChange,
    /// The guard's own.
    OwnChange,
    /// Only descriptions were changed.
    DescriptionOnly,
    /// The group no longer exists.
    GroupGone,
}

/// Why a change cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecidable {
    /// The record cannot be understood.
    Malformed(Malformed),
    /// The record was cut, and what is left does not name the group.
    Truncated,
    /// What the judgement needs could not be looked up.
    LookUpFailed(Vec<LookUpError>),
}

/// A rule, or a whole group, that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The group.
    pub group: GroupId,
    /// The rule; `None` where it is not known which rules there are.
    pub rule: Option<Rule>,
    /// The look-up that it would have taken.
    pub cause: LookUpError,
}

/// Something that people are told of although nothing is forbidden, or beside what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Somebody changed it who may change anything: nothing was undone.
    BreakGlass {
        /// The names under which the policy lists such callers.
        callers: Principals,
    },
    /// The guard's own change: nothing was undone, and it should never have been made.
    OwnChange,
    /// Nobody vouches for the record: what it names was looked at as a sweep would.
    Hearsay,
    /// Its tags were changed, and the group is in no tier.
    InNoTier {
        /// The group.
        group: GroupId,
    },
    /// A group of a tier was deleted.
    Deleted {
        /// The tiers.
        tiers: Vec<TierName>,
    },
    /// A default group, of which the policy says nothing, got rules.
    DefaultGroupOpened {
        /// The group.
        group: GroupId,
    },
    /// A default group, of which the policy says nothing, is on an interface.
    DefaultGroupUsed {
        /// The group.
        group: GroupId,
        /// The interface.
        interface: InterfaceId,
    },
    /// A group of a tier can be used in a further VPC.
    Associated {
        /// The group.
        group: GroupId,
        /// That VPC.
        vpc: Option<VpcId>,
    },
}

/// A verdict, and the tiers that were concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The tiers, in the order of the policy.
    pub tiers: Vec<TierName>,
    /// The verdict.
    pub verdict: Verdict,
    /// What else there is to be told.
    pub remarks: Vec<Remark>,
}

impl From<Verdict> for Judgement {
    /// A verdict on something that was not looked at.
    fn from(verdict: Verdict) -> Self {
        Self { tiers: Vec::new(), verdict, remarks: Vec::new() }
    }
}

impl From<NoSubject> for Verdict {
    fn from(why: NoSubject) -> Self {
        match why {
            NoSubject::GroupGone => Self::Ignored(Ignored::GroupGone),
            NoSubject::Truncated => Self::Undecidable(Undecidable::Truncated),
            NoSubject::LookUp(error) => Self::Undecidable(Undecidable::LookUpFailed(vec![error])),
        }
    }
}

impl Remark {
    /// The remark as a word of the JSON output.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::BreakGlass { .. } => "break-glass",
            Self::OwnChange => "own-change",
            Self::Hearsay => "hearsay",
            Self::InNoTier { .. } => "in-no-tier",
            Self::Deleted { .. } => "deleted",
            Self::DefaultGroupOpened { .. } => "default-group-opened",
            Self::DefaultGroupUsed { .. } => "default-group-used",
            Self::Associated { .. } => "associated",
        }
    }
}

impl Unsettled {
    /// A group of which it is not known which rules there are.
    pub(super) const fn group(group: GroupId, cause: LookUpError) -> Self {
        Self { group, rule: None, cause }
    }
}

impl Violation {
    /// Whether nothing is forbidden in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { findings, missing, mixtures, trespasses, list: _, unsettled: _ } = self;
        findings.is_empty() && missing.is_empty() && mixtures.is_empty() && trespasses.is_empty()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAllowed => "not-allowed",
            Self::Denied => "denied",
            Self::Editor => "editor",
            Self::RequiredMissing => "required-missing",
            Self::Together => "together",
        })
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FailedCall => "failed-call",
            Self::NotAChange => "not-a-change",
            Self::OwnChange => "own-change",
            Self::DescriptionOnly => "description-only",
            Self::GroupGone => "group-gone",
        })
    }
}

impl Undecidable {
    /// The reason as a word of the JSON output.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Truncated => "truncated",
            Self::LookUpFailed(_) => "look-up-failed",
        }
    }

    /// What it lacks, in words.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::Malformed(why) => vec![why.to_string()],
            Self::Truncated => vec!["the record was cut".to_owned()],
            Self::LookUpFailed(errors) => errors.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Verdict {
    /// The verdict as a word of the JSON output.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Violation(_) => "violation",
            Self::Ignored(_) => "ignored",
            Self::Unmanaged => "unmanaged",
            Self::Undecidable(_) => "undecidable",
        }
    }

    /// The reason, where the verdict has one.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Ignored(why) => Some(why.to_string()),
            Self::Undecidable(why) => Some(why.reason().to_owned()),
            Self::Compliant | Self::Violation(_) | Self::Unmanaged => None,
        }
    }
}
