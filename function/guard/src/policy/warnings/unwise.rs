//! What a policy can say that was perhaps not meant, and what to write instead.

use std::fmt;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};

use crate::network::{AddressSet, Network};
use crate::policy::diagnostic::{Problem, Quoted};
use crate::policy::reader::internet;
use crate::policy::{Allow, Exemption, ExemptionId, TierName};
use crate::traffic::{PortRange, Traffic, TrafficSet};

/// Something that a policy says and that was perhaps not meant.
pub(super) enum Unwise {
    /// An entry that allows nothing new.
    Covered { by: Option<String> },
    /// An entry that lets the internet reach what is not meant for it.
    Wide { services: Vec<String> },
    /// A tier that no group of the account is in.
    NoGroup { tier: TierName },
    /// A tier that allows whatever there is.
    Ungoverned { tier: TierName },
    /// An exemption that is for no group of the account.
    NoGroupExempt { id: ExemptionId },
    /// An exemption that ends soon.
    Ends { id: ExemptionId, until: Timestamp, left: SignedDuration },
    /// An exemption that has ended.
    Ended { id: ExemptionId, until: Timestamp },
    /// A name that nothing uses.
    Unused { noun: &'static str, name: Quoted },
    /// A network that is written with the address of a host.
    HostBits { network: IpNet },
    /// Groups in no tier are not watched.
    NoElsewhere,
    /// A tier that every group is in.
    EveryGroup { tier: TierName },
    /// An entry that denies nothing, after its exceptions.
    NothingDenied,
    /// Everybody may do anything.
    Everybody,
    /// A sweep that is to act, in a file that only observes.
    SweepObserves,
    /// A tier that is listed as one that may meet nobody.
    Alone { tier: Quoted },
    /// Something that a list says already.
    Twice { text: Quoted },
}

/// Services that are attacked wherever the internet reaches them: their TCP ports, by the IANA registry.
const SERVICES: [(u16, &str); 16] = [
    (22, "SSH"),
    (23, "Telnet"),
    (135, "Windows RPC"),
    (445, "SMB"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "Docker"),
    (3306, "MySQL"),
    (3389, "Remote Desktop"),
    (5432, "PostgreSQL"),
    (5900, "VNC"),
    (5985, "WinRM"),
    (6379, "Redis"),
    (9200, "Elasticsearch"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];
/// A public network of so short a prefix or a shorter one belongs to nobody whom a policy can know.
const WIDE_IPV4: u8 = 8;
const WIDE_IPV6: u8 = 16;
/// How many services are named.
const MOST_NAMED: usize = 3;

impl Unwise {
    /// That `allow`, into a tier, lets the internet reach what is not meant for it.
    pub(super) fn wide(allow: &Allow) -> Option<Self> {
        let services = exposed(&allow.traffic, &allow.peers.addresses);
        (!services.is_empty()).then_some(Self::Wide { services })
    }

    /// That `exemption` ends soon, or has ended.
    pub(super) fn ends(exemption: &Exemption, now: Timestamp) -> Option<Self> {
        let (id, until) = (exemption.id.clone(), exemption.until);
        if !exemption.counts_at(now) {
            Some(Self::Ended { id, until })
        } else if exemption.ends_soon(now) {
            Some(Self::Ends { id, until, left: until.duration_since(now) })
        } else {
            None
        }
    }
}

/// What `traffic` from `addresses` opens to the internet that is not meant for it: `22/tcp (SSH)`.
pub(crate) fn exposed(traffic: &TrafficSet, addresses: &AddressSet) -> Vec<String> {
    let is_wide =
        |network: Network| network.prefix_length() <= if network.is_ipv4() { WIDE_IPV4 } else { WIDE_IPV6 };
    if !addresses.intersection(&internet()).networks().into_iter().any(is_wide) {
        return Vec::new();
    }
    let services = SERVICES.iter().filter(|(port, _)| lets_through(traffic, *port));
    services.map(|(port, name)| format!("{port}/tcp ({name})")).collect()
}

fn lets_through(traffic: &TrafficSet, port: u16) -> bool {
    let one = PortRange::new(port, port).map(|ports| Traffic::Tcp(ports).interval());
    one.is_some_and(|one| TrafficSet::from(one).difference(traffic).is_empty())
}

impl fmt::Display for Unwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Covered { by: Some(by) } => {
                write!(f, "this allows nothing that {} does not allow", Quoted::from(by.as_str()))
            }
            Self::Covered { by: None } => {
                f.write_str("this allows nothing that the other entries do not allow")
            }
            Self::Wide { services } => write!(f, "this opens {} to the internet", listed(services)),
            Self::NoGroup { tier } => {
                write!(f, "no group of the account is in the tier {}", Quoted::from(tier.as_str()))
            }
            Self::Ungoverned { tier } => {
                write!(f, "the tier {} governs no direction", Quoted::from(tier.as_str()))
            }
            Self::NoGroupExempt { id } => {
                write!(f, "the exemption {} is for no group of the account", Quoted::from(id.as_str()))
            }
            Self::Ends { id, until, left } => {
                write!(f, "the exemption {} ends {} ({until})", Quoted::from(id.as_str()), within(*left))
            }
            Self::Ended { id, until } => {
                write!(f, "the exemption {} ended on {until}", Quoted::from(id.as_str()))
            }
            Self::Unused { noun, name } => write!(f, "the {noun} {name} is not used"),
            Self::HostBits { network } => {
                write!(f, "`{network}` is the network {}", network.trunc())
            }
            Self::NoElsewhere => f.write_str("groups that are in no tier are not watched"),
            Self::EveryGroup { tier } => {
                write!(f, "every group is in the tier {}", Quoted::from(tier.as_str()))
            }
            Self::NothingDenied => f.write_str("this denies nothing: `except` takes all of it out"),
            Self::Everybody => f.write_str("this lets everybody do anything"),
            Self::SweepObserves => f.write_str("the sweep does not act where `mode` is `observe`"),
            Self::Alone { tier } => write!(f, "the tier {tier} alone is allowed on every interface"),
            Self::Twice { text } => write!(f, "{text} is listed twice"),
        }
    }
}

impl Problem for Unwise {
    fn help(&self) -> String {
        match self {
            Self::Covered { .. } => "remove it, or write what it should allow beyond that".to_owned(),
            Self::Wide { .. } => "name the networks that need it, or leave it to a bastion or a VPN".to_owned(),
            Self::NoGroup { .. } | Self::NoGroupExempt { .. } => {
                "compare with the names and tags of the groups: each letter counts".to_owned()
            }
            Self::Ungoverned { .. } => "write `ingress: []` to allow nothing in, and list what may come".to_owned(),
            Self::Ends { .. } => "after that the rules that it allows are undone: close them, or write a later `until`".to_owned(),
            Self::Ended { .. } => "it allows nothing any more: remove it".to_owned(),
            Self::Unused { .. } => "remove it, or use it".to_owned(),
            Self::HostBits { network } => {
                let host = Network::from(network.addr());
                format!("write `{}` for the network, or `{host}` for this one address", network.trunc())
            }
            Self::EveryGroup { .. } => {
                "a group in several tiers must satisfy them all: write a narrower pattern, or use `elsewhere` for the rest"
                    .to_owned()
            }
            Self::NothingDenied => "take out the exceptions that are too wide, or remove the entry".to_owned(),
            Self::Everybody => "name the few roles that may, for example `arn:aws:iam::*:role/IncidentCommander`".to_owned(),
            Self::SweepObserves => "write `mode: enforce`, or remove `sweep`".to_owned(),
            Self::Alone { .. } => "remove it, or add the tiers that it may meet".to_owned(),
            Self::Twice { .. } => "remove one of them".to_owned(),
            Self::NoElsewhere => {
                "write `elsewhere: { deny: [{ ports: [22/tcp, 3389/tcp], from: internet }] }` to keep the worst \
                 out of every group"
                    .to_owned()
            }
        }
    }
}

/// The first of `services`, and how many more there are.
fn listed(services: &[String]) -> String {
    let named: Vec<_> = services.iter().take(MOST_NAMED).map(String::as_str).collect();
    match services.len().saturating_sub(MOST_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// `in 3 days`, or `within a day`.
fn within(left: SignedDuration) -> String {
    match left.as_hours() / 24 {
        0 => "within a day".to_owned(),
        1 => "in a day".to_owned(),
        days => format!("in {days} days"),
    }
}
