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
    #[error("this is not a question that can be answered")]
    Question { forms: &'static str },
    #[error("there are no cases")]
    NoCases,
    #[error("only what is denied has a line that decides")]
    BecauseOfNothing,
    #[error("{word} is no answer of a policy")]
    Expectation { word: Quoted },
    #[error("expected {}, found {found}", expected.what)]
    Kind { expected: Expected, found: Found },
    #[error("expected {} or a list, found {found}", expected.what)]
    KindOrList { expected: Expected, found: Found },
    #[error("nothing is listed here")]
    NothingListed { help: &'static str },
    #[error("unknown key {key}")]
    UnknownKey { key: Quoted, nearest: Option<&'static str>, keys: &'static [&'static str] },
    #[error("{key} does not belong here")]
    KeyElsewhere {
        key: Quoted,
        nearest: Option<&'static str>,
        home: &'static str,
        keys: &'static [&'static str],
    },
    #[error("`{key}` is missing")]
    MissingKey { key: &'static str, example: &'static str },
    #[error("version {version} is not supported")]
    Version { version: Quoted },
    #[error("unknown mode {mode}")]
    Mode { mode: Quoted },
    #[error("{word} is not an answer to violations")]
    OnViolation { word: Quoted, expected: Expected },
    #[error("{word} is neither `true` nor `false`")]
    Truth { word: Quoted, key: &'static str },
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
    #[error("`editors` and `break-glass` come to more than {kib} KiB of callers")]
    TooManyCallers { kib: usize },
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
    NoWay { example: &'static str },
    #[error("`elsewhere` has both `deny` and what is allowed")]
    AllowAndDeny,
    #[error("`elsewhere` neither allows nor denies anything")]
    NoLimits,
    #[error("`required` in `elsewhere`")]
    RequiredElsewhere,
    #[error("`required` in an exemption")]
    RequiredForATime,
    #[error("{caller} is neither the ARN of a role or user nor the name of a service")]
    NotACaller { caller: Quoted },
    #[error("{arn} is a session, and whoever starts one chooses its name")]
    Session { arn: Quoted, role: Quoted, is_sso: bool },
    #[error("{partition} is not a partition")]
    Partition { partition: Quoted },
    #[error("{account} is not an account id")]
    ArnAccount { account: Quoted },
    #[error("{resource} is neither a role, a user nor `root`")]
    ArnResource { resource: Quoted },
    #[error("no principal has the name {name}")]
    UnknownPrincipal { name: Quoted, nearest: Option<String> },
    #[error("{name} is {is}, not a principal")]
    NotAPrincipal { name: Quoted, is: &'static str },
    #[error("{caller} is a caller, not the name of one")]
    NamelessCaller { caller: Quoted },
    #[error("`{key}` is empty")]
    EmptyText { key: &'static str, example: &'static str },
    #[error("the id {id} is given twice")]
    SameId { id: Quoted, first_line: usize },
    #[error("{text} is not an instant")]
    NotAnInstant { text: Quoted, utc: Option<String> },
    #[error("{text} is not a number from {least} to {most}")]
    NotSoOften { text: Quoted, least: usize, most: usize },
    #[error("{text} is not a time from one minute to seven days")]
    NotSoLong { text: Quoted },
    #[error("no tier has the name {name}")]
    UnknownTier { name: Quoted, nearest: Option<String>, tiers: Vec<String> },
    #[error("{name} is a network, not a tier")]
    NotATier { name: Quoted },
    #[error("{name} is in this list already")]
    TierTwice { name: Quoted },
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
            Self::KeyElsewhere { key: _, nearest: Some(nearest), home, keys } => {
                format!("write `{nearest}`, or move it to {home}; the keys here are {}", listed(keys))
            }
            Self::KeyElsewhere { key: _, nearest: None, home, keys } => {
                format!("move it to {home}; the keys here are {}", listed(keys))
            }
            Self::MissingKey { key: _, example }
            | Self::EmptyText { key: _, example }
            | Self::NoWay { example } => format!("write {example}"),
            Self::Kind { expected, found: _ }
            | Self::KindOrList { expected, found: _ }
            | Self::OnViolation { word: _, expected } => format!("write {}", expected.example),
            Self::Question { forms } => format!("write {forms}"),
            Self::UnknownTier { name: _, nearest: None, tiers } if !tiers.is_empty() => {
                let tiers: Vec<_> =
                    tiers.iter().map(|tier| Quoted::from(tier.as_str()).to_string()).collect();
                format!("write the name of a tier: {}", tiers.join(", "))
            }
            Self::Truth { word: _, key } => format!("write `{key}: true` or `{key}: false`"),
            Self::Address { address } => {
                format!("write `{address}/{}`", if address.is_ipv4() { 32 } else { 128 })
            }
            Self::UnknownName { name: _, nearest: Some(nearest) }
            | Self::UnknownPrincipal { name: _, nearest: Some(nearest) }
            | Self::UnknownTier { name: _, nearest: Some(nearest), tiers: _ } => {
                format!("write {}", Quoted::from(nearest.as_str()))
            }
            Self::Session { arn: _, role, is_sso: false } => {
                format!("name the role: write {role}, with its path if it has one")
            }
            Self::Session { arn: _, role, is_sso: true } => {
                format!("name the role: write {role}, without `*/` where IAM Identity Center is in us-east-1")
            }
            Self::SameId { id: _, first_line } => {
                format!("choose another; the first is in line {first_line}")
            }
            Self::NotAnInstant { text: _, utc: Some(utc) } => {
                format!("write `{utc}`, or another offset from UTC in place of `Z`")
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
            Self::TooManyCallers { .. } => {
                "each counts in every tier that it is named in: write one with `*` for callers that are alike"
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
            Self::UnknownPrincipal { .. } | Self::NotAPrincipal { .. } => {
                "write a name that stands under `principals`, or `[]` for nobody"
            }
            Self::NamelessCaller { .. } => "give it a name under `principals`, and write that name here",
            Self::NoCases => "write `cases: [{ tier: web, ports: 443/tcp, from: anywhere, is: allowed }]`",
            Self::BecauseOfNothing => "remove it, or write `is: denied`",
            Self::Expectation { .. } => "write `allowed`, `partly`, `denied` or `unmanaged`",
            Self::UnknownTier { .. } | Self::NotATier { .. } => "write the name of a tier",
            Self::TierTwice { .. } => "remove one; groups of one tier may always meet",
            Self::NotACaller { .. } => {
                "write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, \
                 `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`"
            }
            Self::Partition { .. } => "write `aws`, `aws-cn`, `aws-us-gov` or `*`",
            Self::ArnAccount { .. } => "write the twelve digits of the account, or `*`",
            Self::ArnResource { .. } => {
                "write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text \
                 between two `/`"
            }
            Self::NotAnInstant { .. } => {
                "write a date, a time and `Z` or an offset from UTC: `2026-12-31T00:00:00Z`"
            }
            Self::NotSoOften { .. } => {
                "write how often something is undone before it is in dispute: `after: 5`"
            }
            Self::NotSoLong { .. } => "write hours and minutes: `within: 1h`, or `30m`",
            Self::IdAsName { .. } => "write it under `ids`",
            Self::SelectsAll => "write `tags`, `names` or `ids`: `groups: { tags: { tier: web } }`",
            Self::BothWays => "write two entries, one for each direction",
            Self::AllowAndDeny => "keep `deny`, or keep `ingress` and `egress`",
            Self::RequiredElsewhere => {
                "remove it; a rule can be required only in a tier, and these groups are in none"
            }
            Self::RequiredForATime => {
                "remove it; what an exemption allows may be there for a time, and what must be there stands in a tier"
            }
            Self::NoLimits => "write `deny`, `ingress` or `egress`, or remove `elsewhere`",
            // Their help quotes what is there.
            Self::Kind { .. }
            | Self::KindOrList { .. }
            | Self::UnknownKey { .. }
            | Self::KeyElsewhere { .. }
            | Self::MissingKey { .. }
            | Self::EmptyText { .. }
            | Self::NoWay { .. }
            | Self::OnViolation { .. }
            | Self::Truth { .. }
            | Self::Question { .. }
            | Self::Session { .. }
            | Self::SameId { .. }
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
