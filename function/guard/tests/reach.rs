//! The arithmetic of reach against an oracle that asks one packet at a time.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which may stop at the first surprise")]

#[path = "reach/kept.rs"]
mod kept;

use std::net::IpAddr;

use ipnet::IpNet;
use proptest::prelude::*;
use tierguard::intervals::Intervals;
use tierguard::network::{AddressSet, Network};
use tierguard::permission::{Direction, Peer, Permission};
use tierguard::reach::{Excess, Grant};
use tierguard::traffic::Traffic;

/// A rule or a grant as the oracle knows it: two texts and nothing of the code under test but their parsers.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    traffic: &'a str,
    network: &'a str,
}

/// One packet: protocol number, port (or ICMP type × 256 + code), address of the other side.
#[derive(Debug, Clone, Copy)]
struct Packet {
    protocol: u8,
    port: u16,
    address: IpAddr,
}

impl Part<'_> {
    fn lets_through(self, packet: Packet) -> bool {
        carries(self.traffic, packet) && self.network.parse::<IpNet>().unwrap().contains(&packet.address)
    }

    fn rule(self) -> Permission {
        Permission {
            direction: Direction::Ingress,
            traffic: self.traffic.parse().unwrap(),
            peer: Peer::Network(self.network.parse().unwrap()),
        }
    }

    fn grant(self) -> Grant {
        Grant {
            traffic: self.traffic.parse::<Traffic>().unwrap().interval().into(),
            addresses: self.network.parse::<Network>().unwrap().into(),
        }
    }
}

/// The oracle's own reading of the notation, field by field.
fn carries(traffic: &str, packet: Packet) -> bool {
    let number = |text: &str| text.parse::<u16>().unwrap();
    match traffic.split_once('/') {
        None if traffic == "all" => true,
        None => packet.protocol == if traffic == "icmp" { 1 } else { 58 },
        Some(("proto", protocol)) => u16::from(packet.protocol) == number(protocol),
        Some((family @ ("icmp" | "icmpv6"), kind)) => {
            let (kind, code) = kind.split_once('.').map_or((kind, None), |(kind, code)| (kind, Some(code)));
            packet.protocol == if family == "icmp" { 1 } else { 58 }
                && packet.port >> 8 == number(kind)
                && code.is_none_or(|code| packet.port & 255 == number(code))
        }
        Some((ports, protocol)) => {
            let (first, last) = match ports {
                "all" => (0, u16::MAX),
                ports => {
                    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                    (number(first), number(last))
                }
            };
            packet.protocol == if protocol == "tcp" { 6 } else { 17 } && (first..=last).contains(&packet.port)
        }
    }
}

/// Whether `packet` is in what is written as `term`: `icmp except icmp/8 from 10.0.0.0/8 except 10.1.0.0/16`.
fn is_in_term(term: &str, packet: Packet) -> bool {
    let (traffic, network) = term.split_once(" from ").unwrap();
    let less = |text: &str, test: &dyn Fn(&str) -> bool| {
        let (whole, except) = text.split_once(" except ").unwrap_or((text, ""));
        test(whole) && !except.split(", ").filter(|part| !part.is_empty()).any(test)
    };
    less(traffic, &|part| carries(part, packet))
        && less(network, &|part| part.parse::<IpNet>().unwrap().contains(&packet.address))
}

fn excess(rule: Part<'_>, grants: &[Part<'_>]) -> Vec<String> {
    let network = rule.network.parse().unwrap();
    let grants: Vec<_> = grants.iter().map(|grant| grant.grant()).collect();
    Excess::of_network(&rule.rule(), network, &grants).terms().iter().map(ToString::to_string).collect()
}

/// Each packet is in the excess if and only if the rule lets it through and no grant does. What is left of all
/// traffic is reported as all of it, so there only "nothing is left" is exact.
fn agrees(rule: Part<'_>, grants: &[Part<'_>], packets: &[Packet]) -> Result<(), String> {
    let found = excess(rule, grants);
    for &packet in packets {
        let expected = rule.lets_through(packet) && !grants.iter().any(|grant| grant.lets_through(packet));
        let got = found.iter().any(|term| is_in_term(term, packet));
        if got != expected && (expected || rule.traffic != "all") {
            return Err(format!(
                "{rule:?} less {grants:?} is {found:?}: {packet:?} should be in it: {expected}"
            ));
        }
    }
    Ok(())
}

const TRAFFIC: [&str; 14] = [
    "0/tcp",
    "1/tcp",
    "2/tcp",
    "0-1/tcp",
    "1-2/tcp",
    "0-2/tcp",
    "all/tcp",
    "1/udp",
    "icmp",
    "icmp/8",
    "icmp/8.0",
    "icmpv6/128",
    "proto/50",
    "all",
];
const NETWORKS: [&str; 7] =
    ["10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/31", "10.0.0.0/32", "10.0.0.1/32", "10.0.0.3/32", "0.0.0.0/0"];

fn small_packets() -> Vec<Packet> {
    let ports =
        [(6, 0), (6, 1), (6, 2), (6, 3), (17, 1), (17, 2), (1, 8 << 8), (1, (8 << 8) + 1), (1, 3 << 8)];
    let others = [(58, 128 << 8), (58, 1), (50, 0), (51, 0)];
    let addresses = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "192.0.2.1"];
    let kinds = ports.into_iter().chain(others);
    kinds
        .flat_map(|(protocol, port)| {
            addresses.map(|address| Packet { protocol, port, address: address.parse().unwrap() })
        })
        .collect()
}

#[test]
fn every_rule_of_a_small_universe_against_every_pair_of_grants() {
    let packets = small_packets();
    let parts: Vec<_> =
        TRAFFIC.iter().flat_map(|traffic| NETWORKS.map(|network| Part { traffic, network })).collect();
    let mut compared = 0_usize;
    for (n, &rule) in parts.iter().enumerate() {
        // Every rule meets every grant; the second grant strides through the rest so that all pairs of kinds meet.
        for (m, &first) in parts.iter().enumerate() {
            for &second in parts.iter().skip((n + m) % 13).step_by(13) {
                agrees(rule, &[first, second], &packets).unwrap();
                compared += packets.len();
            }
        }
    }
    assert!(compared > 4_000_000, "{compared}");
}

fn traffic() -> impl Strategy<Value = String> {
    let ports = (any::<u16>(), any::<u16>()).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![
        4 => ports.clone().prop_map(|(a, b)| format!("{a}-{b}/tcp")),
        2 => ports.prop_map(|(a, b)| format!("{a}-{b}/udp")),
        1 => (0..4_u8).prop_map(|kind| format!("icmp/{kind}")),
        1 => (0..4_u8, 0..3_u8).prop_map(|(kind, code)| format!("icmp/{kind}.{code}")),
        1 => Just("icmp".to_owned()),
        1 => Just("proto/50".to_owned()),
        1 => Just("all".to_owned()),
    ]
}

fn network() -> impl Strategy<Value = String> {
    prop_oneof![
        (any::<u32>(), 0..=12_u8)
            .prop_map(|(bits, length)| format!("{}/{length}", std::net::Ipv4Addr::from(bits))),
        (0..1024_u32, 22..=32_u8).prop_map(|(bits, length)| {
            format!("{}/{length}", std::net::Ipv4Addr::from(0x0a00_0000 | bits))
        }),
    ]
}

/// Packets on and beside every edge of the parts, where mistakes live.
fn edges(parts: &[(String, String)]) -> Vec<Packet> {
    let mut kinds = vec![(51, 0)];
    let mut addresses = vec![0_u32, u32::MAX];
    for (traffic, network) in parts {
        let interval = traffic.parse::<Traffic>().unwrap().interval();
        for point in [interval.first(), interval.last()] {
            for beside in [point.saturating_sub(1), point, point.saturating_add(1)] {
                kinds.extend(
                    u8::try_from(beside >> 16).ok().map(|protocol| (protocol, (beside & 0xffff) as u16)),
                );
            }
        }
        let set = AddressSet::from(network.parse::<Network>().unwrap());
        for network in set.networks() {
            let IpNet::V4(network) = network.to_string().parse().unwrap() else { continue };
            for end in [u32::from(network.network()), u32::from(network.broadcast())] {
                addresses.extend([end.wrapping_sub(1), end, end.wrapping_add(1)]);
            }
        }
    }
    let address = |bits: u32| IpAddr::V4(bits.into());
    kinds
        .iter()
        .flat_map(|&(protocol, port)| {
            addresses.iter().map(move |&bits| Packet { protocol, port, address: address(bits) })
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_rule_against_any_grants(parts in prop::collection::vec((traffic(), network()), 1..7)) {
        let packets = edges(&parts);
        let parts: Vec<_> = parts.iter().map(|(traffic, network)| Part { traffic, network }).collect();
        let (rule, grants) = parts.split_first().unwrap();
        prop_assert_eq!(agrees(*rule, grants, &packets), Ok(()));
    }

    #[test]
    fn a_rule_cut_into_grants_is_covered(first in any::<u16>(), last in any::<u16>(), at in any::<u16>(),
                                         bits in any::<u32>(), length in 0..32_u8) {
        let (first, last) = (first.min(last), first.max(last));
        let at = at.clamp(first, last);
        let ports = |a: u16, b: u16| format!("{a}-{b}/tcp");
        let network = |bits: u32, length: u8| format!("{}/{length}", std::net::Ipv4Addr::from(bits));
        let half = 1_u32 << (31 - length);
        let halves = [network(bits & !half, length + 1), network(bits | half, length + 1)];
        let traffic = if at < last { vec![ports(first, at), ports(at + 1, last)] } else { vec![ports(first, last)] };
        let grants: Vec<_> = traffic.iter()
            .flat_map(|traffic| halves.iter().map(move |network| Part { traffic, network }))
            .collect();
        let (whole, all) = (network(bits, length), ports(first, last));
        prop_assert_eq!(excess(Part { traffic: &all, network: &whole }, &grants), Vec::<String>::new());
    }
}

#[test]
fn excess_reads_as_a_person_would_write_it() {
    let check = |rule: (&str, &str), grants: &[(&str, &str)], expected: &[&str]| {
        let grants: Vec<_> = grants.iter().map(|&(traffic, network)| Part { traffic, network }).collect();
        assert_eq!(excess(Part { traffic: rule.0, network: rule.1 }, &grants), expected);
    };
    let web = [("80/tcp", "0.0.0.0/0"), ("443/tcp", "0.0.0.0/0")];
    check(
        ("all/tcp", "0.0.0.0/0"),
        &web,
        &["0-79/tcp from 0.0.0.0/0", "81-442/tcp from 0.0.0.0/0", "444-65535/tcp from 0.0.0.0/0"],
    );
    check(("all", "10.0.0.0/8"), &web, &["all from 10.0.0.0/8"]);
    check(("icmp", "0.0.0.0/0"), &[("icmp/8.0", "0.0.0.0/0")], &["icmp except icmp/8.0 from 0.0.0.0/0"]);
    check(("icmpv6/128", "::/0"), &web, &["icmpv6/128 from ::/0"]);
    check(
        ("22/tcp", "0.0.0.0/0"),
        &[("22/tcp", "203.0.113.0/24")],
        &["22/tcp from 0.0.0.0/0 except 203.0.113.0/24"],
    );
    check(("22/tcp", "0.0.0.0/0"), &[("22/tcp", "0.0.0.0/1")], &["22/tcp from 128.0.0.0/1"]);
    check(
        ("80-81/tcp", "10.0.0.0/8"),
        &[("80/tcp", "10.0.0.0/8"), ("81/tcp", "10.0.0.0/9")],
        &["81/tcp from 10.128.0.0/9"],
    );
    check(
        ("80-82/tcp", "10.0.0.0/8"),
        &[("80/tcp", "10.0.0.0/9"), ("82/tcp", "10.0.0.0/9")],
        &["80-82/tcp from 10.128.0.0/9", "81/tcp from 10.0.0.0/8"],
    );
    check(
        ("22-80/tcp", "0.0.0.0/0"),
        &[("22/tcp", "203.0.113.7/32"), ("80/tcp", "198.51.100.7/32")],
        &[
            "22/tcp from 0.0.0.0/0 except 203.0.113.7/32",
            "23-79/tcp from 0.0.0.0/0",
            "80/tcp from 0.0.0.0/0 except 198.51.100.7/32",
        ],
    );
    check(("proto/50", "10.0.0.0/8"), &[("all", "10.0.0.0/8")], &[]);
    check(("53/udp", "0.0.0.0/0"), &[("53/udp", "0.0.0.0/1"), ("53/udp", "128.0.0.0/1")], &[]);
}

#[test]
fn nothing_left_of_an_empty_set_is_nothing() {
    let rule = Part { traffic: "443/tcp", network: "10.0.0.0/8" }.rule();
    assert!(Excess::of_entries(&rule, &AddressSet::empty(), &[]).is_empty());
    assert!(!Excess::of_peer(&rule, &Intervals::empty()).is_empty());
}
