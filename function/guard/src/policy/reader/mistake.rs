//! What can be wrong with a policy, and what to write instead: the texts, and nothing that finds them out.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

use super::fields::Expected;
use crate::network::InvalidNetwork;
use crate::permission::Direction;
use crate::policy::diagnostic::{Problem, Quoted};
use crate::traffic::InvalidTraffic;

/// One thing that is wrong with a policy.
#[derive(Debug, Error)]
pub(super) enum Mistake {
    #[error("the policy is empty")]
    Empty,
    #[error("the policy has neither `tiers` nor `elsewhere`")]
    GovernsNothing,
    #[error("expected {}, found {found}", expected.what)]
    Kind { expected: Expected, found: Found },
    #[error("expected {} or a list, found {found}", expected.what)]
    KindOrList { expected: Expected, found: Found },
    #[error("nothing is listed here")]
    NothingListed { help: &'static str },
    #[error("unknown key {key}")]
    UnknownKey { key: Quoted, nearest: Option<&'static str>, keys: &'static [&'static str] },
    #[error("{key} is not supported by this version of tierguard")]
    PlannedKey { key: Quoted, keys: &'static [&'static str] },
    #[error("`{key}` is missing")]
    MissingKey { key: &'static str, example: &'static str },
    #[error("version {version} is not supported")]
    Version { version: Quoted },
    #[error("unknown mode {mode}")]
    Mode { mode: Quoted },
    #[error("{word} is not an answer to violations")]
    OnViolation { word: Quoted },
    #[error("`narrow` is not supported by this version of tierguard")]
    Narrow,
    #[error(transparent)]
    Traffic(InvalidTraffic),
    #[error(transparent)]
    Network(InvalidNetwork),
    #[error("`{address}` is an address, not a network")]
    Address { address: IpAddr },
    #[error("{id} is not {}", kind.noun())]
    Id { id: Quoted, kind: IdKind },
    #[error("unknown name {name}")]
    UnknownName { name: Quoted, nearest: Option<String> },
    #[error("the peers come to more than {most} networks and prefix lists")]
    TooManyNetworks { most: usize },
    #[error("{name} is not a network")]
    NotANetwork { name: Quoted },
    #[error("{name} cannot be a name")]
    Name { name: Quoted },
    #[error("the name {name} is reserved")]
    ReservedName { name: Quoted },
    #[error("the name {name} looks like an id")]
    NameLikeId { name: Quoted },
    #[error("the name {name} looks like a network")]
    NameLikeNetwork { name: Quoted },
    #[error("the name {name} is that of a network already")]
    TakenName { name: Quoted },
    #[error("no group has the name {name}, which looks like an id")]
    IdAsName { name: Quoted },
    #[error("this selects every group")]
    SelectsAll,
    #[error("`{}` in an `{direction}` entry", other(*direction))]
    WrongWay { direction: Direction, has_right: bool },
    #[error("`from` and `to` in one entry")]
    BothWays,
    #[error("`from` or `to` is missing")]
    NoWay,
    #[error("`elsewhere` has both `deny` and what is allowed")]
    AllowAndDeny,
    #[error("`elsewhere` neither allows nor denies anything")]
    NoLimits,
}

/// What was found in place of something else.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Text(Quoted),
    List,
    Map,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(text) => text.fmt(f),
            Self::List => f.write_str("a list"),
            Self::Map => f.write_str("a mapping"),
        }
    }
}

/// Identifiers that a policy may hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum IdKind {
    Group,
    PrefixList,
    Account,
}

impl IdKind {
    const fn noun(self) -> &'static str {
        match self {
            Self::Group => "a security group id",
            Self::PrefixList => "a prefix list id",
            Self::Account => "an account id",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Group => "write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`",
            Self::PrefixList => "write `pl-` and the hexadecimal digits of the id, `pl-0123456789abcdef0`",
            Self::Account => "write the twelve digits of the account, `123456789012/sg-0123456789abcdef0`",
        }
    }
}

impl Problem for Mistake {
    fn help(&self) -> String {
        match self {
            Self::UnknownKey { key: _, nearest: Some(nearest), keys } => {
                format!("write `{nearest}`; the keys here are {}", listed(keys))
            }
            Self::UnknownKey { key: _, nearest: None, keys } => format!("the keys here are {}", listed(keys)),
            Self::PlannedKey { key: _, keys } => format!("remove it; the keys here are {}", listed(keys)),
            Self::MissingKey { key: _, example } => format!("write {example}"),
            Self::Kind { expected, found: _ } | Self::KindOrList { expected, found: _ } => {
                format!("write {}", expected.example)
            }
            Self::Address { address } => {
                format!("write `{address}/{}`", if address.is_ipv4() { 32 } else { 128 })
            }
            Self::UnknownName { name: _, nearest: Some(nearest) } => {
                format!("write {}", Quoted::from(nearest.as_str()))
            }
            Self::WrongWay { direction, has_right: false } => format!("write `{}`", direction.preposition()),
            Self::WrongWay { direction, has_right: true } => {
                format!("remove it; `{direction}` has `{}`", direction.preposition())
            }
            other => other.fixed_help().to_owned(),
        }
    }
}

impl Mistake {
    /// The help of those whose help is always the same.
    const fn fixed_help(&self) -> &'static str {
        match self {
            Self::Empty => "start with `version: 1`, and write `tiers`",
            Self::GovernsNothing => "write `tiers`, `elsewhere`, or both",
            Self::NothingListed { help } => help,
            Self::Version { .. } => "write `version: 1`",
            Self::Mode { .. } => "write `enforce` or `observe`",
            Self::OnViolation { .. } | Self::Narrow => "write `revoke` or `notify`",
            Self::Traffic(error) => error.help(),
            Self::Network(_) => "write an address, `/` and a length: `203.0.113.0/24` or `2001:db8::/32`",
            Self::Id { id: _, kind } => kind.help(),
            Self::UnknownName { .. } => {
                "write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as \
                 `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`"
            }
            Self::TooManyNetworks { .. } => {
                "each counts in every entry that it is written or named in: put long lists of networks into a prefix \
                 list, and name that"
            }
            Self::NotANetwork { .. } => {
                "write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: \
                 `from: [office, bastion]`"
            }
            Self::Name { .. } => "write letters, digits, `-`, `_` and `.`",
            Self::ReservedName { .. } => {
                "choose another; `anywhere`, `internet`, `private`, `self` and `elsewhere` have a meaning already"
            }
            Self::NameLikeId { .. } => "choose a name that does not start with `sg-` or `pl-`",
            Self::NameLikeNetwork { .. } => "choose a name that is not an address and has no `/`",
            Self::TakenName { .. } => "choose another; networks and tiers share one name space",
            Self::IdAsName { .. } => "write it under `ids`",
            Self::SelectsAll => "write `tags`, `names` or `ids`: `groups: { tags: { tier: web } }`",
            Self::BothWays => "write two entries, one for each direction",
            Self::NoWay => "write `from: internet` or `to: internet`",
            Self::AllowAndDeny => "keep `deny`, or keep `ingress` and `egress`",
            Self::NoLimits => "write `deny`, `ingress` or `egress`, or remove `elsewhere`",
            // Their help quotes what is there.
            Self::Kind { .. }
            | Self::KindOrList { .. }
            | Self::UnknownKey { .. }
            | Self::PlannedKey { .. }
            | Self::MissingKey { .. }
            | Self::Address { .. }
            | Self::WrongWay { .. } => "",
        }
    }
}

/// The preposition that `direction` does not have.
const fn other(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => Direction::Egress.preposition(),
        Direction::Egress => Direction::Ingress.preposition(),
    }
}

fn listed(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
