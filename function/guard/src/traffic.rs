//! What a rule lets through: all traffic, TCP or UDP ports, ICMP types, or a bare protocol number.
//!
//! The variants cannot be confused: a port is not an ICMP type, and all traffic has no ports to read. For set
//! arithmetic each maps to an interval of one line of 2²⁴ numbers, `protocol × 65536 + (port | type × 256 + code)`.
//!
//! Sources: the EC2 API reference for `IpPermission` and `SecurityGroupRule`; the IANA protocol numbers.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::intervals::{Interval, Intervals};

/// A set of traffic, as points of the line described in the module documentation.
pub type TrafficSet = Intervals<u32>;

/// What a rule lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Traffic {
    /// Every protocol, every port: `IpProtocol` -1.
    All,
    /// TCP, protocol 6.
    Tcp(PortRange),
    /// UDP, protocol 17.
    Udp(PortRange),
    /// ICMP for IPv4, protocol 1.
    Icmp(IcmpKind),
    /// ICMP for IPv6, protocol 58.
    Icmpv6(IcmpKind),
    /// Any other protocol, which has no ports in EC2.
    Protocol(ProtocolNumber),
}

/// TCP or UDP ports, `first ..= last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// Ports 0 to 65535.
    pub const ALL: Self = Self { first: 0, last: u16::MAX };

    /// The ports from `first` to `last`, both included; `None` where they are the wrong way round.
    #[must_use]
    pub fn new(first: u16, last: u16) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The lowest port.
    #[must_use]
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port.
    #[must_use]
    pub const fn last(self) -> u16 {
        self.last
    }
}

/// Which ICMP messages: all, all codes of a type, or one code of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IcmpKind {
    /// Every type.
    Any,
    /// Every code of a type.
    Type(u8),
    /// One code of a type: `Code(3, 4)` is "fragmentation needed".
    Code(u8, u8),
}

/// A protocol number that has no variant of its own in [`Traffic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolNumber(u8);

impl ProtocolNumber {
    /// `number` as EC2 writes it; `None` for TCP, UDP, ICMP and `ICMPv6`, which are never bare numbers.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (!matches!(number, TCP | UDP | ICMP | ICMPV6)).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

/// The points of one protocol on the line.
const PER_PROTOCOL: u32 = 1 << 16;
/// The last point of the line.
const END: u32 = (1 << 24) - 1;

impl Traffic {
    /// What EC2's three fields mean, in any of their spellings.
    ///
    /// `protocol` is a name (any case) or a number, -1 for all; `from` and `to` are ports, or ICMP type and code with
    /// -1 for any, and are not read where the protocol has none. Both absent mean all of them. EC2 refuses a request
    /// with one port and not the other ("Must specify both from and to ports with TCP/UDP"), so no rule comes of it;
    /// here it is that port alone. A type without a code is every code of the type; a code without a type is nothing
    /// that EC2 has words for, and read as every type, which is the most that it could let through.
    ///
    /// # Errors
    /// When the protocol is unknown, or the ports are out of range or the wrong way round.
    pub fn from_permission(
        protocol: &str,
        from: Option<i64>,
        to: Option<i64>,
    ) -> Result<Self, InvalidTraffic> {
        let number = match protocol.trim().to_ascii_lowercase().as_str() {
            "-1" | "all" => return Ok(Self::All),
            "tcp" => TCP,
            "udp" => UDP,
            "icmp" => ICMP,
            "icmpv6" => ICMPV6,
            other => other.parse().map_err(|_| InvalidTraffic::Protocol { text: shown(protocol) })?,
        };
        match number {
            TCP => ports(from, to).map(Self::Tcp),
            UDP => ports(from, to).map(Self::Udp),
            ICMP => messages(from, to).map(Self::Icmp),
            ICMPV6 => messages(from, to).map(Self::Icmpv6),
            number => Ok(Self::Protocol(ProtocolNumber(number))),
        }
    }

    /// `IpProtocol` as EC2 normalises it: `tcp`, `udp`, `icmp`, `icmpv6`, `-1` or a number.
    #[must_use]
    pub fn protocol(self) -> String {
        match self {
            Self::All => "-1".to_owned(),
            Self::Tcp(_) => "tcp".to_owned(),
            Self::Udp(_) => "udp".to_owned(),
            Self::Icmp(_) => "icmp".to_owned(),
            Self::Icmpv6(_) => "icmpv6".to_owned(),
            Self::Protocol(number) => number.0.to_string(),
        }
    }

    /// `FromPort` and `ToPort` as EC2 reports them: ports, ICMP type and code, or -1 and -1 where there are none.
    #[must_use]
    pub fn from_to(self) -> (i32, i32) {
        match self {
            Self::Tcp(ports) | Self::Udp(ports) => (i32::from(ports.first), i32::from(ports.last)),
            Self::Icmp(IcmpKind::Type(kind)) | Self::Icmpv6(IcmpKind::Type(kind)) => (i32::from(kind), -1),
            Self::Icmp(IcmpKind::Code(kind, code)) | Self::Icmpv6(IcmpKind::Code(kind, code)) => {
                (i32::from(kind), i32::from(code))
            }
            Self::All | Self::Protocol(_) | Self::Icmp(IcmpKind::Any) | Self::Icmpv6(IcmpKind::Any) => {
                (-1, -1)
            }
        }
    }

    /// This traffic as points of the line.
    #[must_use]
    pub fn interval(self) -> Interval<u32> {
        let (protocol, first, last) = match self {
            Self::All => return interval(0, END),
            Self::Tcp(ports) => (TCP, ports.first, ports.last),
            Self::Udp(ports) => (UDP, ports.first, ports.last),
            Self::Icmp(kind) => (ICMP, kind.first(), kind.last()),
            Self::Icmpv6(kind) => (ICMPV6, kind.first(), kind.last()),
            Self::Protocol(ProtocolNumber(number)) => (number, 0, u16::MAX),
        };
        let start = u32::from(protocol) << 16;
        interval(start | u32::from(first), start | u32::from(last))
    }

    /// Writes `set` as few terms of traffic as there are, in the order of the line.
    ///
    /// Exact for every set that consists of rules: a protocol without ports is there wholly or not at all.
    #[must_use]
    pub fn terms(set: &TrafficSet) -> Vec<Self> {
        let whole = interval(0, END);
        if set.iter().next() == Some(whole) {
            return vec![Self::All];
        }
        set.iter()
            .flat_map(|run| (first_protocol(run)..=last_protocol(run)).map(move |number| (run, number)))
            .flat_map(|(run, number)| terms_of_protocol(run, number))
            .collect()
    }
}

impl IcmpKind {
    fn first(self) -> u16 {
        match self {
            Self::Any => 0,
            Self::Type(kind) => u16::from_be_bytes([kind, 0]),
            Self::Code(kind, code) => u16::from_be_bytes([kind, code]),
        }
    }

    fn last(self) -> u16 {
        match self {
            Self::Any => u16::MAX,
            Self::Type(kind) => u16::from_be_bytes([kind, u8::MAX]),
            Self::Code(kind, code) => u16::from_be_bytes([kind, code]),
        }
    }

    /// The messages `first ..= last` in as few terms as there are.
    fn terms(first: u16, last: u16) -> Vec<Self> {
        if (first, last) == (0, u16::MAX) {
            return vec![Self::Any];
        }
        let ([first_type, first_code], [last_type, last_code]) = (first.to_be_bytes(), last.to_be_bytes());
        (first_type..=last_type)
            .flat_map(|kind| {
                let from = if kind == first_type { first_code } else { 0 };
                let to = if kind == last_type { last_code } else { u8::MAX };
                if (from, to) == (0, u8::MAX) {
                    vec![Self::Type(kind)]
                } else {
                    (from..=to).map(|code| Self::Code(kind, code)).collect()
                }
            })
            .collect()
    }
}

fn interval(first: u32, last: u32) -> Interval<u32> {
    Interval::new(first, last).unwrap_or(Interval::only(first))
}

fn first_protocol(run: Interval<u32>) -> u8 {
    u8::try_from(run.first() / PER_PROTOCOL).unwrap_or(u8::MAX)
}

fn last_protocol(run: Interval<u32>) -> u8 {
    u8::try_from(run.last() / PER_PROTOCOL).unwrap_or(u8::MAX)
}

/// The part of `run` that belongs to protocol `number`, as terms.
fn terms_of_protocol(run: Interval<u32>, number: u8) -> Vec<Traffic> {
    let start = u32::from(number) << 16;
    let within = |point: u32| u16::try_from(point.saturating_sub(start)).unwrap_or(u16::MAX);
    let (first, last) = (within(run.first()), within(run.last()));
    let ports = PortRange { first, last };
    match number {
        TCP => vec![Traffic::Tcp(ports)],
        UDP => vec![Traffic::Udp(ports)],
        ICMP => IcmpKind::terms(first, last).into_iter().map(Traffic::Icmp).collect(),
        ICMPV6 => IcmpKind::terms(first, last).into_iter().map(Traffic::Icmpv6).collect(),
        number => vec![Traffic::Protocol(ProtocolNumber(number))],
    }
}

fn ports(from: Option<i64>, to: Option<i64>) -> Result<PortRange, InvalidTraffic> {
    match (from, to) {
        (None | Some(-1), None | Some(-1)) => Ok(PortRange::ALL),
        (Some(from), Some(to)) => {
            PortRange::new(port(from)?, port(to)?).ok_or(InvalidTraffic::Backwards { from, to })
        }
        (Some(only), None) | (None, Some(only)) => {
            let port = port(only)?;
            Ok(PortRange { first: port, last: port })
        }
    }
}

fn port(number: i64) -> Result<u16, InvalidTraffic> {
    u16::try_from(number).map_err(|_| InvalidTraffic::Port { number })
}

fn messages(kind: Option<i64>, code: Option<i64>) -> Result<IcmpKind, InvalidTraffic> {
    let byte = |number: i64| u8::try_from(number).map_err(|_| InvalidTraffic::Icmp { number });
    match (kind, code) {
        (None | Some(-1), _) => Ok(IcmpKind::Any),
        (Some(kind), None | Some(-1)) => byte(kind).map(IcmpKind::Type),
        (Some(kind), Some(code)) => Ok(IcmpKind::Code(byte(kind)?, byte(code)?)),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(64).flat_map(char::escape_default).collect()
}

/// Traffic that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidTraffic {
    /// Neither a known name nor a number from 0 to 255.
    #[error("unknown protocol `{text}`")]
    Protocol {
        /// What was found.
        text: String,
    },
    /// Not a port.
    #[error("port {number} is not between 0 and 65535")]
    Port {
        /// What was found.
        number: i64,
    },
    /// Not an ICMP type or code.
    #[error("ICMP type or code {number} is not between -1 and 255")]
    Icmp {
        /// What was found.
        number: i64,
    },
    /// A range that ends before it starts.
    #[error("ports {from} to {to} are the wrong way round")]
    Backwards {
        /// `FromPort`.
        from: i64,
        /// `ToPort`.
        to: i64,
    },
    /// Not in the notation of the policy file.
    #[error("`{text}` is not traffic")]
    Notation {
        /// What was found, the whole of it.
        text: String,
    },
    /// Nothing, where the notation of the policy file should be.
    #[error("an empty text is not traffic")]
    Nothing,
    /// The bare number of TCP, UDP, ICMP or `ICMPv6` in the notation of the policy file.
    #[error("`{text}` is {name}, which is not written as a number")]
    Numbered {
        /// What was found, the whole of it.
        text: String,
        /// What the number is the number of.
        name: &'static str,
        /// What to write instead.
        help: &'static str,
    },
}

impl InvalidTraffic {
    /// What to write where any traffic may stand.
    pub const HELP: &'static str =
        "write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all";

    /// What to write instead.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Numbered { help, .. } => help,
            Self::Protocol { .. }
            | Self::Port { .. }
            | Self::Icmp { .. }
            | Self::Backwards { .. }
            | Self::Notation { .. }
            | Self::Nothing => Self::HELP,
        }
    }
}

/// The policy file's notation: `443/tcp`, `1024-65535/udp`, `all/tcp`, `icmp`, `icmp/8`, `icmp/3.4`, `icmpv6`,
/// `proto/50`, `all`.
impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tcp(ports) => write!(f, "{ports}/tcp"),
            Self::Udp(ports) => write!(f, "{ports}/udp"),
            Self::Icmp(kind) => write!(f, "icmp{kind}"),
            Self::Icmpv6(kind) => write!(f, "icmpv6{kind}"),
            Self::Protocol(number) => write!(f, "proto/{}", number.0),
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => f.write_str("all"),
            Self { first, last } if first == last => write!(f, "{first}"),
            Self { first, last } => write!(f, "{first}-{last}"),
        }
    }
}

impl fmt::Display for IcmpKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => Ok(()),
            Self::Type(kind) => write!(f, "/{kind}"),
            Self::Code(kind, code) => write!(f, "/{kind}.{code}"),
        }
    }
}

/// Reads what `Display` writes. Numbers are decimal digits alone: no sign, no name of a protocol in their place.
impl FromStr for Traffic {
    type Err = InvalidTraffic;

    fn from_str(text: &str) -> Result<Self, InvalidTraffic> {
        let traffic = match text.split_once('/') {
            None => match text {
                "all" => Some(Self::All),
                "icmp" => Some(Self::Icmp(IcmpKind::Any)),
                "icmpv6" => Some(Self::Icmpv6(IcmpKind::Any)),
                "" => return Err(InvalidTraffic::Nothing),
                _ => None,
            },
            Some(("icmp", kind)) => written_kind(kind).map(Self::Icmp),
            Some(("icmpv6", kind)) => written_kind(kind).map(Self::Icmpv6),
            Some(("proto", number)) => written_protocol(number, text)?.map(Self::Protocol),
            Some((ports, "tcp")) => written_ports(ports)?.map(Self::Tcp),
            Some((ports, "udp")) => written_ports(ports)?.map(Self::Udp),
            Some(_) => None,
        };
        traffic.ok_or_else(|| InvalidTraffic::Notation { text: shown(text) })
    }
}

/// The number that `text` is, if it is digits and no more of them than `N` has room for.
fn written_number<N: FromStr>(text: &str) -> Option<N> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

/// `443`, `1024-65535` or `all`; `None` where it is not in the notation.
fn written_ports(text: &str) -> Result<Option<PortRange>, InvalidTraffic> {
    if text == "all" {
        return Ok(Some(PortRange::ALL));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (Some(first), Some(last)) = (written_number(first), written_number(last)) else { return Ok(None) };
    ports(Some(first), Some(last)).map(Some)
}

/// `8` or `3.4`; `None` where it is not in the notation.
fn written_kind(text: &str) -> Option<IcmpKind> {
    match text.split_once('.') {
        None => written_number(text).map(IcmpKind::Type),
        Some((kind, code)) => Some(IcmpKind::Code(written_number(kind)?, written_number(code)?)),
    }
}

/// `50`, of the whole `text`; `None` where it is not in the notation.
fn written_protocol(number: &str, text: &str) -> Result<Option<ProtocolNumber>, InvalidTraffic> {
    let Some(number) = written_number::<u8>(number) else { return Ok(None) };
    let (name, help) = match number {
        TCP => ("TCP", "write all/tcp, or its ports: 443/tcp"),
        UDP => ("UDP", "write all/udp, or its ports: 1024-65535/udp"),
        ICMP => ("ICMP", "write icmp, or its types: icmp/8"),
        ICMPV6 => ("ICMPv6", "write icmpv6, or its types: icmpv6/128"),
        other => return Ok(ProtocolNumber::new(other)),
    };
    Err(InvalidTraffic::Numbered { text: shown(text), name, help })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn traffic() -> impl Strategy<Value = Traffic> {
        let ports =
            (any::<u16>(), any::<u16>()).prop_map(|(a, b)| PortRange { first: a.min(b), last: a.max(b) });
        let kind = prop_oneof![
            Just(IcmpKind::Any),
            any::<u8>().prop_map(IcmpKind::Type),
            any::<(u8, u8)>().prop_map(|(kind, code)| IcmpKind::Code(kind, code)),
        ];
        prop_oneof![
            Just(Traffic::All),
            ports.clone().prop_map(Traffic::Tcp),
            ports.prop_map(Traffic::Udp),
            kind.clone().prop_map(Traffic::Icmp),
            kind.prop_map(Traffic::Icmpv6),
            any::<u8>()
                .prop_filter_map("has a variant of its own", ProtocolNumber::new)
                .prop_map(Traffic::Protocol),
        ]
    }

    proptest! {
        #[test]
        fn notation_reads_back(traffic in traffic()) {
            prop_assert_eq!(traffic.to_string().parse(), Ok(traffic));
        }

        #[test]
        fn ec2s_fields_read_back(traffic in traffic()) {
            let (from, to) = traffic.from_to();
            let back = Traffic::from_permission(&traffic.protocol(), Some(from.into()), Some(to.into()));
            prop_assert_eq!(back, Ok(traffic));
        }

        #[test]
        fn terms_make_up_the_set_again(traffic in prop::collection::vec(traffic(), 0..6)) {
            let set: TrafficSet = traffic.into_iter().map(Traffic::interval).collect();
            let again: TrafficSet = Traffic::terms(&set).into_iter().map(Traffic::interval).collect();
            prop_assert_eq!(again, set);
        }

        #[test]
        fn one_term_stays_one(traffic in traffic()) {
            prop_assert_eq!(Traffic::terms(&traffic.interval().into()), vec![traffic]);
        }
    }

    #[test]
    fn every_spelling_of_all_traffic_is_all_traffic() {
        for (from, to) in [(None, None), (Some(0), Some(0)), (Some(0), Some(65535)), (Some(-1), Some(-1))] {
            assert_eq!(Traffic::from_permission("-1", from, to), Ok(Traffic::All));
        }
    }

    #[test]
    fn protocols_are_known_by_name_and_number() {
        let https = Traffic::Tcp(PortRange { first: 443, last: 443 });
        for name in ["tcp", "6", "TCP"] {
            assert_eq!(Traffic::from_permission(name, Some(443), Some(443)), Ok(https));
        }
        assert_eq!(
            Traffic::from_permission("58", Some(128), Some(-1)),
            Ok(Traffic::Icmpv6(IcmpKind::Type(128)))
        );
        assert_eq!(
            Traffic::from_permission("50", Some(7), Some(9)),
            Ok(Traffic::Protocol(ProtocolNumber(50)))
        );
    }

    #[test]
    fn one_port_without_the_other_is_that_port_alone() {
        let ssh = Traffic::Tcp(PortRange { first: 22, last: 22 });
        assert_eq!(Traffic::from_permission("tcp", Some(22), None), Ok(ssh));
        assert_eq!(Traffic::from_permission("tcp", None, Some(22)), Ok(ssh));
        for (from, to) in [(Some(-1), Some(22)), (Some(22), Some(-1))] {
            let error = Traffic::from_permission("tcp", from, to);
            assert_eq!(error, Err(InvalidTraffic::Port { number: -1 }), "{from:?} to {to:?}");
        }
        for (from, to) in [(None, None), (Some(-1), None), (None, Some(-1)), (Some(-1), Some(-1))] {
            assert_eq!(Traffic::from_permission("tcp", from, to), Ok(Traffic::Tcp(PortRange::ALL)));
        }
    }

    #[test]
    fn one_of_icmp_type_and_code_without_the_other() {
        let icmp = |kind, code| Traffic::from_permission("icmp", kind, code);
        assert_eq!(icmp(Some(3), None), Ok(Traffic::Icmp(IcmpKind::Type(3))));
        assert_eq!(icmp(None, Some(4)), Ok(Traffic::Icmp(IcmpKind::Any)));
        assert_eq!(icmp(None, None), Ok(Traffic::Icmp(IcmpKind::Any)));
    }

    #[test]
    fn what_ec2_sends_may_be_spelled_as_it_likes() {
        for name in ["-1", "all", "ALL", " -1 "] {
            assert_eq!(Traffic::from_permission(name, None, None), Ok(Traffic::All), "{name}");
        }
        for name in ["udp", "UDP", "17"] {
            assert_eq!(
                Traffic::from_permission(name, None, None),
                Ok(Traffic::Udp(PortRange::ALL)),
                "{name}"
            );
        }
    }

    fn refused(text: &str) -> InvalidTraffic {
        text.parse::<Traffic>().expect_err(text)
    }

    #[test]
    fn what_is_not_traffic_says_so() {
        let error = |text: &str| refused(text).to_string();
        assert_eq!(error("70000/tcp"), "port 70000 is not between 0 and 65535");
        assert_eq!(error("90-80/tcp"), "ports 90 to 80 are the wrong way round");
        assert_eq!(error(""), "an empty text is not traffic");
        assert_eq!(refused("443").help(), InvalidTraffic::HELP);
    }

    #[test]
    fn what_is_not_in_the_notation_is_told_as_a_whole() {
        for text in [
            "443",
            "tcp",
            "/",
            "/tcp",
            "80/sctp",
            "80/TCP",
            "+80/tcp",
            "-1/tcp",
            "-1--1/udp",
            "80-/tcp",
            "-80/tcp",
            "1-2-3/tcp",
            " 80/tcp",
            "80/tcp ",
            "80/tcp/",
            "99999999999999999999/tcp",
            "icmp/",
            "icmp/-1",
            "icmp/+3",
            "icmp/300",
            "icmp/any",
            "icmp/3.",
            "icmp/.4",
            "icmp/3.+4",
            "icmp/3.256",
            "icmp/3.4.5",
            "icmpv6/-1",
            "icmpv6/+1",
            "icmpv6/300",
            "proto/",
            "proto/-1",
            "proto/all",
            "proto/tcp",
            "proto/icmpv6",
            "proto/+50",
            "proto/ 50",
            "proto/300",
            "proto/5.0",
        ] {
            assert_eq!(refused(text).to_string(), format!("`{text}` is not traffic"));
        }
    }

    #[test]
    fn a_protocol_with_notation_of_its_own_is_not_written_as_a_number() {
        let said = |text| format!("{}; {}", refused(text), refused(text).help());
        assert_eq!(
            said("proto/6"),
            "`proto/6` is TCP, which is not written as a number; write all/tcp, or its ports: 443/tcp"
        );
        assert_eq!(
            said("proto/17"),
            "`proto/17` is UDP, which is not written as a number; write all/udp, or its ports: 1024-65535/udp"
        );
        assert_eq!(
            said("proto/1"),
            "`proto/1` is ICMP, which is not written as a number; write icmp, or its types: icmp/8"
        );
        assert_eq!(
            said("proto/058"),
            "`proto/058` is ICMPv6, which is not written as a number; write icmpv6, or its types: icmpv6/128"
        );
    }
}
