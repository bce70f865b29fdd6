//! What is to be said beside a part of a draft: why it is there, and what of it is doubtful.

use std::fmt;

use super::comment::{label, listed, safe};
use crate::group::Group;
use crate::id::AccountId;
use crate::permission::{Direction, Permission};

/// Something to be said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Services that the internet should not reach can be reached from anywhere.
    Exposed {
        /// `22/tcp (SSH)`.
        services: Vec<String>,
    },
    /// All traffic comes in from addresses.
    Everything,
    /// Not every group of the tier has the rule.
    OnlyIn {
        /// The traffic, where that is not all of the entry.
        traffic: Option<String>,
        /// The groups that have it.
        groups: Vec<String>,
        /// How many groups the tier has.
        of: usize,
    },
    /// A tier is allowed of which only some groups are.
    OnlyOf {
        /// The tier.
        tier: String,
        /// The groups that are meant by a rule.
        groups: Vec<String>,
        /// The direction.
        direction: Direction,
    },
    /// A tier is allowed, and not every group has rules for all of its groups.
    NotEach {
        /// The tier.
        tier: String,
        /// The direction.
        direction: Direction,
    },
    /// A group that is not in the account's file.
    Gone,
    /// A group of another account.
    Foreign {
        /// The account.
        account: AccountId,
        /// The name of the group, where the file has it.
        name: Option<String>,
    },
    /// What somebody calls it who should know.
    Called {
        /// The name.
        name: String,
    },
    /// What stands beside the rules, as the reason for them.
    Said {
        /// The descriptions, each once.
        texts: Vec<String>,
    },
    /// Rules that need no entry of their own.
    Covered {
        /// What they open.
        words: Vec<String>,
    },
    /// A rule that no policy can allow.
    Stuck {
        /// The group.
        group: String,
        /// What it says.
        rule: String,
        /// Its direction.
        direction: Direction,
    },
    /// Groups that are on no network interface.
    Unused {
        /// The groups.
        groups: Vec<String>,
    },
    /// The groups are in several VPCs.
    SeveralVpcs {
        /// How many.
        count: usize,
    },
    /// The names of the groups of the tier are like those of others.
    ById,
    /// Another tier is called the same, but for capitals.
    Alike {
        /// The names of those tiers.
        tiers: Vec<String>,
    },
    /// Nothing is known of rules in a direction.
    NoRules {
        /// Which.
        direction: Direction,
    },
    /// Groups that are in no tier.
    Unsorted {
        /// The groups.
        groups: Vec<String>,
    },
    /// Groups that are in no tier, since a policy with them would be too large to be read.
    TooLarge {
        /// The groups.
        groups: Vec<String>,
    },
    /// What the groups in no tier open today, and so is not denied there.
    NotDenied {
        /// `22/tcp`.
        ports: Vec<String>,
        /// The groups that open it.
        groups: Vec<String>,
    },
}

impl Note {
    /// What it is called in JSON; `None` for what explains and puts nothing in doubt.
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Exposed { .. } => Some("exposed"),
            Self::Everything => Some("everything"),
            Self::OnlyIn { .. } => Some("only-in"),
            Self::OnlyOf { .. } => Some("only-of"),
            Self::NotEach { .. } => Some("not-each"),
            Self::Gone => Some("gone"),
            Self::Stuck { .. } => Some("stuck"),
            Self::Unused { .. } => Some("unused"),
            Self::SeveralVpcs { .. } => Some("several-vpcs"),
            Self::ById => Some("by-id"),
            Self::Alike { .. } => Some("alike"),
            Self::NoRules { .. } => Some("no-rules"),
            Self::Unsorted { .. } => Some("unsorted"),
            Self::TooLarge { .. } => Some("too-large"),
            Self::NotDenied { .. } => Some("not-denied"),
            Self::Foreign { .. } | Self::Called { .. } | Self::Said { .. } | Self::Covered { .. } => None,
        }
    }

    /// That no policy can allow `permission`, of a rule in `group`.
    pub(super) fn stuck(group: &Group, permission: &Permission) -> Self {
        Self::Stuck { group: label(group), rule: permission.to_string(), direction: permission.direction }
    }
}

/// Safe to stand in a comment.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exposed { services } => write!(f, "{} from the internet: is this meant?", listed(services)),
            Self::Everything => f.write_str("all traffic: is this meant?"),
            Self::OnlyIn { traffic, groups, of } => {
                let what = traffic.as_ref().map(|traffic| format!("{traffic} ")).unwrap_or_default();
                write!(f, "{what}only in {} ({} of {of} groups): in all?", listed(groups), groups.len())
            }
            Self::OnlyOf { tier, groups, direction } => {
                write!(
                    f,
                    "today only {} {} of {}: or all of it?",
                    direction.preposition(),
                    listed(groups),
                    safe(tier)
                )
            }
            Self::NotEach { tier, direction } => {
                write!(
                    f,
                    "today not {} all of {} in every group: or in all?",
                    direction.preposition(),
                    safe(tier)
                )
            }
            Self::Gone => f.write_str("not among the groups: is it gone?"),
            Self::Foreign { account, name } => {
                let name = name.as_ref().map(|name| format!("{}, ", safe(name))).unwrap_or_default();
                write!(f, "{name}a group of the account {account}")
            }
            Self::Called { name } => f.write_str(&safe(name).to_string()),
            Self::Said { texts } => {
                f.write_str(&listed(&texts.iter().map(|text| format!("“{text}”")).collect::<Vec<_>>()))
            }
            Self::Covered { words } => write!(f, "covered by the entries here: {}", listed(words)),
            Self::Stuck { group, rule, direction: _ } => write!(
                f,
                "{} has {}, and nobody knows whose group that is: no policy can allow it",
                safe(group),
                safe(rule)
            ),
            Self::Unused { groups } => write!(f, "on no network interface: {}", listed(groups)),
            Self::SeveralVpcs { count } => write!(f, "in {count} VPCs: is it one tier?"),
            Self::ById => f.write_str("by id: a pattern of their names would mean other groups too"),
            Self::Alike { tiers } => {
                write!(f, "only capitals tell it apart from {}: is it one tier?", listed(tiers))
            }
            Self::NoRules { direction } => {
                write!(f, "no group in the file has {direction} rules: {direction} is not governed")
            }
            Self::Unsorted { groups } => {
                write!(f, "neither a tag nor a name says what these are for: {}", listed(groups))
            }
            Self::TooLarge { groups } => {
                write!(
                    f,
                    "left out, for a policy with their rules would be too large to be read: {}",
                    listed(groups)
                )
            }
            Self::NotDenied { ports, groups } => {
                write!(
                    f,
                    "{} is open to the internet in {}: close it, then deny it here",
                    listed(ports),
                    listed(groups)
                )
            }
        }
    }
}
