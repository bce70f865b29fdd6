//! What stays of a rule that is narrowed, against the same oracle and against the least that trying all finds.

use std::iter::once;

use tierguard::id::{GroupId, GroupKey, PrefixListId};
use tierguard::intervals::Interval;
use tierguard::permission::GroupRef;
use tierguard::reach::{Allowed, TooMany};
use tierguard::traffic::TrafficSet;

use super::*;

type Owned = (String, String);

fn part(part: &Owned) -> Part<'_> {
    Part { traffic: &part.0, network: &part.1 }
}

fn grants(parts: &[Part<'_>]) -> Vec<Grant> {
    parts.iter().map(|part| part.grant()).collect()
}

fn allowed(rule: Part<'_>, parts: &[Part<'_>]) -> Allowed {
    Allowed::of_network(&rule.rule(), rule.network.parse().unwrap(), &grants(parts))
}

fn outside(rule: Part<'_>, parts: &[Part<'_>]) -> Allowed {
    Allowed::outside_network(&rule.rule(), rule.network.parse().unwrap(), &grants(parts))
}

fn set(traffic: &[&str]) -> TrafficSet {
    traffic.iter().map(|text| text.parse::<Traffic>().unwrap().interval()).collect()
}

fn words(rules: &[Permission]) -> Vec<String> {
    rules.iter().map(ToString::to_string).collect()
}

/// A packet is let through by one of `rules` if and only if it `should` be.
fn lets_through(
    rules: &[Permission],
    packets: &[Packet],
    should: impl Fn(Packet) -> bool,
) -> Result<(), String> {
    let words = words(rules);
    let wrong =
        packets.iter().find(|&&packet| words.iter().any(|rule| is_in_term(rule, packet)) != should(packet));
    wrong.map_or(Ok(()), |packet| Err(format!("{packet:?} should be in {words:?}: {}", should(*packet))))
}

/// Each of `rules` alone is allowed by `grants`.
fn are_allowed(rules: &[Permission], grants: &[Grant]) -> bool {
    rules.iter().all(|rule| {
        let Peer::Network(network) = rule.peer else { return false };
        Excess::of_network(rule, network, grants).is_empty()
    })
}

/// Few ports and types, so that parts meet.
fn tangled() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0..12_u8, 0..6_u8).prop_map(|(first, more)| format!("{first}-{}/tcp", first + more)),
        1 => (0..2_u8).prop_map(|kind| format!("icmp/{kind}")),
        1 => (0..2_u8, 0..2_u8).prop_map(|(kind, code)| format!("icmp/{kind}.{code}")),
        1 => Just("icmp".to_owned()),
    ]
}

/// Networks of few addresses, so that they meet.
fn tangled_network() -> impl Strategy<Value = String> {
    (0..16_u8, 28..=32_u8).prop_map(|(host, length)| format!("10.0.0.{host}/{length}"))
}

fn a_list() -> Peer {
    Peer::PrefixList(PrefixListId::new("pl-0123456789abcdef0").unwrap())
}

/// The fewest of `sets` that hold all of `wanted`, by trying each set that holds its first point.
fn least(wanted: u128, sets: &[u128]) -> usize {
    fn fits(left: u128, sets: &[u128], most: usize) -> bool {
        let first = left & left.wrapping_neg();
        left == 0
            || (most > 0 && sets.iter().any(|&set| set & first != 0 && fits(left & !set, sets, most - 1)))
    }
    (0..=sets.len()).find(|&most| fits(wanted, sets, most)).unwrap()
}

#[test]
fn every_region_of_three_ports_and_four_addresses_is_kept_in_the_fewest_rules() {
    // Point n is port n / 4 and address n % 4: a run of ports × a network is a set of points.
    let runs: Vec<(u8, u8)> = (0..3).flat_map(|first| (first..3).map(move |last| (first, last))).collect();
    let networks = [(0, 4), (0, 2), (2, 2), (0, 1), (1, 1), (2, 1), (3, 1_u8)];
    let points = |(first, last): (u8, u8), (start, size): (u8, u8)| {
        (first..=last)
            .flat_map(move |port| (start..start + size).map(move |address| 1_u128 << (port * 4 + address)))
    };
    let sets = runs.iter().flat_map(|&run| networks.map(|network| points(run, network).sum()));
    let sets: Vec<u128> = sets.collect();
    let cells: Vec<Owned> =
        (0..12).map(|point| (format!("{}/tcp", point / 4), format!("10.0.0.{}/32", point % 4))).collect();
    let rule = Part { traffic: "0-2/tcp", network: "10.0.0.0/30" };
    let packets = small_packets();
    for region in 0..1_u128 << 12 {
        let is_in = |point: usize| region >> point & 1 == 1;
        let (inside, rest): (Vec<_>, Vec<_>) = cells.iter().enumerate().partition(|&(point, _)| is_in(point));
        let of = |cells: Vec<(usize, &'_ Owned)>| {
            cells.into_iter().map(|(_, cell)| cell.clone()).collect::<Vec<_>>()
        };
        let (inside, rest) = (of(inside), of(rest));
        let inside: Vec<_> = inside.iter().map(part).collect();
        let rest: Vec<_> = rest.iter().map(part).collect();

        let within: Vec<_> = sets.iter().copied().filter(|set| set & !region == 0).collect();
        let fewest = least(region, &within);
        let rules = allowed(rule, &inside).rules(fewest).unwrap();
        assert_eq!(rules.len(), fewest, "{region:012b}: {:?}", words(&rules));
        let is_kept = |packet| inside.iter().any(|cell| cell.lets_through(packet));
        lets_through(&rules, &packets, is_kept).unwrap();
        assert!(are_allowed(&rules, &grants(&inside)));
        assert_eq!(outside(rule, &rest).rules(fewest), Ok(rules));
        if let Some(most) = fewest.checked_sub(1) {
            assert_eq!(allowed(rule, &inside).rules(most), Err(TooMany { most }));
        }
        // The excess is the same part seen from the other side, and has "except" to be shorter still.
        let excess = excess(rule, &rest);
        assert!(excess.len() <= fewest, "{excess:?}");
        for &packet in &packets {
            assert_eq!(excess.iter().any(|term| is_in_term(term, packet)), is_kept(packet), "{excess:?}");
        }
    }
}

#[test]
fn every_kind_of_traffic_is_kept_in_the_fewest_rules() {
    let packets = small_packets();
    let parts: Vec<_> =
        TRAFFIC.iter().flat_map(|traffic| NETWORKS.map(|network| Part { traffic, network })).collect();
    let points = |part: Part<'_>| {
        let point = |(n, &packet): (usize, &Packet)| u128::from(part.lets_through(packet)) << n;
        packets.iter().enumerate().map(point).sum::<u128>()
    };
    let sets: Vec<u128> = parts.iter().map(|&part| points(part)).collect();
    let mut compared = 0;
    for (n, (&rule, reach)) in parts.iter().zip(&sets).enumerate() {
        for m in 0..parts.len() {
            // Strides that have no divisor in common with the number of parts: all of them meet in time.
            let chosen = [m, m * 5 + n, m * 9 + n * 3 + 1].map(|index| index % parts.len());
            let wanted = reach & chosen.iter().map(|&index| sets[index]).fold(0, |all, set| all | set);
            let within: Vec<_> = sets.iter().copied().filter(|set| set & !wanted == 0).collect();
            let given = chosen.map(|index| parts[index]);
            let rules = allowed(rule, &given).rules(60).unwrap();
            let is_kept =
                |packet| rule.lets_through(packet) && given.iter().any(|part| part.lets_through(packet));
            lets_through(&rules, &packets, is_kept).unwrap();
            assert!(are_allowed(&rules, &grants(&given)));
            assert_eq!(rules.len(), least(wanted, &within), "{rule:?} under {given:?}: {:?}", words(&rules));
            compared += usize::from(wanted != 0);
        }
    }
    assert!(compared > 5_000, "{compared}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_is_exactly_what_is_allowed(parts in prop::collection::vec((traffic(), network()), 1..7)) {
        let packets = edges(&parts);
        let parts: Vec<_> = parts.iter().map(part).collect();
        let (&rule, given) = parts.split_first().unwrap();
        let rules = allowed(rule, given).rules(400).unwrap();
        let is_kept = |packet| rule.lets_through(packet) && given.iter().any(|part| part.lets_through(packet));
        prop_assert_eq!(lets_through(&rules, &packets, is_kept), Ok(()));
        prop_assert!(are_allowed(&rules, &grants(given)));
        let is_whole = excess(rule, given).is_empty();
        prop_assert_eq!(rules == [rule.rule()], is_whole);
    }

    #[test]
    fn what_two_tiers_keep_is_what_both_allow(rule in (traffic(), network()),
                                              one in prop::collection::vec((traffic(), network()), 1..4),
                                              other in prop::collection::vec((traffic(), network()), 1..4)) {
        let packets = edges(&[vec![rule.clone()], one.clone(), other.clone()].concat());
        let rule = part(&rule);
        let one: Vec<_> = one.iter().map(part).chain(once(Part { traffic: "0-9999/tcp", network: "0.0.0.0/0" })).collect();
        let other: Vec<_> = other.iter().map(part).chain(once(Part { traffic: "99-19999/tcp", network: "0.0.0.0/1" })).collect();
        let (mine, theirs) = (allowed(rule, &one), allowed(rule, &other));
        prop_assert_eq!(mine.and(&theirs), theirs.and(&mine));
        prop_assert_eq!(&mine.and(&mine), &mine);
        let rules = mine.and(&theirs).rules(400).unwrap();
        let is_kept = |packet| rule.lets_through(packet)
            && one.iter().any(|part| part.lets_through(packet)) && other.iter().any(|part| part.lets_through(packet));
        prop_assert_eq!(lets_through(&rules, &packets, is_kept), Ok(()));
        prop_assert!(are_allowed(&rules, &grants(&one)) && are_allowed(&rules, &grants(&other)));
    }

    #[test]
    fn what_is_kept_meets_nothing_that_is_denied(parts in prop::collection::vec((traffic(), network()), 1..5)) {
        let packets = edges(&parts);
        let parts: Vec<_> = parts.iter().map(part).collect();
        let (&rule, denied) = parts.split_first().unwrap();
        let kept = outside(rule, denied).rules(400);
        // All of EC2's protocols less one, or all types of ICMP less one, are more rules than any group has room for.
        prop_assume!(kept.is_ok());
        let rules = kept.unwrap();
        let is_kept = |packet| rule.lets_through(packet) && !denied.iter().any(|part| part.lets_through(packet));
        prop_assert_eq!(lets_through(&rules, &packets, is_kept), Ok(()));
        let touches = |rule: &Permission, grant: &Grant| {
            let Peer::Network(network) = rule.peer else { return true };
            grant.traffic.meets(&rule.traffic.interval().into()) && grant.addresses.meets(&network.into())
        };
        let denied = grants(denied);
        prop_assert!(!rules.iter().any(|rule| denied.iter().any(|grant| touches(rule, grant))));
    }

    #[test]
    fn what_a_few_rules_said_takes_no_more(parts in prop::collection::vec((tangled(), tangled_network()), 1..13)) {
        let parts: Vec<_> = parts.iter().map(part).collect();
        let any = Part { traffic: "all", network: "0.0.0.0/0" };
        let kept = allowed(any, &parts).rules(parts.len());
        prop_assert!(kept.is_ok());
        prop_assert!(are_allowed(&kept.unwrap(), &grants(&parts)));
    }

    #[test]
    fn a_prefix_list_keeps_exactly_what_is_allowed(
        rule in prop_oneof![tangled(), Just("all".to_owned())],
        entries in prop::collection::vec(tangled_network(), 0..4),
        given in prop::collection::vec((tangled(), tangled_network()), 0..6),
        by_id in prop::collection::vec(tangled(), 0..3),
    ) {
        let all: Vec<Owned> = given.iter().cloned()
            .chain(entries.iter().map(|entry| (rule.clone(), entry.clone())))
            .chain(by_id.iter().map(|traffic| (traffic.clone(), "10.0.0.0/28".to_owned())))
            .collect();
        let packets = edges(&all);
        let given: Vec<_> = given.iter().map(part).collect();
        let list = permission(&rule, a_list());
        let addresses: AddressSet = entries.iter().map(|entry| entry.parse::<Network>().unwrap()).collect();
        let named: Vec<_> = by_id.iter().map(String::as_str).collect();
        let rules = Allowed::of_entries(&list, &addresses, &grants(&given), &set(&named)).rules(60).unwrap();

        let (by_list, by_network): (Vec<_>, Vec<_>) = rules.iter().cloned().partition(|rule| rule.peer == list.peer);
        prop_assert!(are_allowed(&by_network, &grants(&given)));
        let grants = [grants(&given), vec![Grant { traffic: set(&named), addresses: AddressSet::everything() }]].concat();
        prop_assert!(by_list.iter().all(|rule| Excess::of_entries(rule, &addresses, &grants).is_empty()));
        prop_assert_eq!(rules == [list.clone()], Excess::of_entries(&list, &addresses, &grants).is_empty());
        for packet in packets {
            let is_entry = entries.iter().any(|entry| Part { traffic: "all", network: entry }.lets_through(packet));
            let is_allowed = given.iter().any(|part| part.lets_through(packet));
            let is_named = named.iter().any(|traffic| carries(traffic, packet));
            let is_kept = by_network.iter().any(|rule| is_in_term(&rule.to_string().replace(" to ", " from "), packet))
                || is_entry && by_list.iter().any(|rule| carries(&rule.traffic.to_string(), packet));
            let should = is_entry && carries(&rule, packet) && (is_allowed || is_named);
            prop_assert_eq!(is_kept, should, "{:?} of {:?}", packet, words(&rules));
        }
    }
}

#[test]
fn what_is_kept_reads_as_a_person_would_write_it() {
    let check = |rule: (&str, &str), grants: &[(&str, &str)], expected: &[&str]| {
        let grants: Vec<_> = grants.iter().map(|&(traffic, network)| Part { traffic, network }).collect();
        let rules = allowed(Part { traffic: rule.0, network: rule.1 }, &grants).rules(60).unwrap();
        assert_eq!(words(&rules), expected);
    };
    let web = [("80/tcp", "0.0.0.0/0"), ("443/tcp", "0.0.0.0/0"), ("80/tcp", "::/0"), ("443/tcp", "::/0")];
    check(("all", "0.0.0.0/0"), &web, &["80/tcp from 0.0.0.0/0", "443/tcp from 0.0.0.0/0"]);
    check(("all", "::/0"), &web, &["80/tcp from ::/0", "443/tcp from ::/0"]);
    check(("22/tcp", "0.0.0.0/0"), &web, &[]);
    check(("80-81/tcp", "10.0.0.0/8"), &web, &["80/tcp from 10.0.0.0/8"]);
    check(("80/tcp", "10.0.0.0/8"), &web, &["80/tcp from 10.0.0.0/8"]);
    check(
        ("22/tcp", "0.0.0.0/0"),
        &[("22/tcp", "203.0.113.0/25"), ("22/tcp", "203.0.113.128/25"), ("22/tcp", "198.51.100.7/32")],
        &["22/tcp from 198.51.100.7/32", "22/tcp from 203.0.113.0/24"],
    );
    // All traffic stays all traffic where all of it is allowed, and 443 overlaps it.
    check(
        ("all", "0.0.0.0/0"),
        &[
            ("all", "10.0.0.0/8"),
            ("443/tcp", "0.0.0.0/0"),
            ("icmp/8.0", "0.0.0.0/0"),
            ("proto/50", "10.1.0.0/16"),
        ],
        &["all from 10.0.0.0/8", "icmp/8.0 from 0.0.0.0/0", "443/tcp from 0.0.0.0/0"],
    );
    // One run over the middle of three where a cut by port would take three.
    check(
        ("80-82/tcp", "10.0.0.0/8"),
        &[("80-82/tcp", "10.0.0.0/9"), ("81/tcp", "10.128.0.0/9")],
        &["80-82/tcp from 10.0.0.0/9", "81/tcp from 10.0.0.0/8"],
    );
    check(
        ("icmp", "10.0.0.0/8"),
        &[("icmp/3.4", "0.0.0.0/0"), ("icmp/8", "0.0.0.0/0")],
        &["icmp/3.4 from 10.0.0.0/8", "icmp/8 from 10.0.0.0/8"],
    );
}

fn permission(traffic: &str, peer: Peer) -> Permission {
    Permission { direction: Direction::Egress, traffic: traffic.parse().unwrap(), peer }
}

#[test]
fn a_peer_that_is_named_keeps_what_is_allowed_of_the_traffic() {
    let group = Peer::Group(GroupRef {
        owner: None,
        group: GroupKey::Id(GroupId::new("sg-0123456789abcdef0").unwrap()),
    });
    let all = permission("all", group.clone());
    let web = set(&["80/tcp", "443/tcp"]);
    let expected = ["80/tcp to sg-0123456789abcdef0", "443/tcp to sg-0123456789abcdef0"];
    let kept = Allowed::of_peer(&all, &web);
    assert_eq!(words(&kept.rules(2).unwrap()), expected);
    assert_eq!(kept.rules(1), Err(TooMany { most: 1 }));
    assert_eq!(
        words(&kept.and(&Allowed::of_peer(&all, &set(&["0-100/tcp"]))).rules(60).unwrap()),
        expected[..1]
    );
    assert_eq!(Allowed::of_peer(&all, &set(&["all"])).rules(60), Ok(vec![all]));

    let ports = permission("22-80/tcp", group);
    let without_ssh = Allowed::outside_peer(&ports, &set(&["22/tcp"]));
    assert_eq!(words(&without_ssh.rules(60).unwrap()), ["23-80/tcp to sg-0123456789abcdef0"]);
    assert_eq!(Allowed::outside_peer(&ports, &set(&["all/tcp"])).rules(0), Ok(vec![]));
    assert_eq!(Allowed::outside_peer(&ports, &web.difference(&web)).rules(60), Ok(vec![ports]));
}

#[test]
fn a_prefix_list_stays_where_all_of_its_entries_are_allowed() {
    let list = a_list();
    let entries = ["10.0.0.0/8", "192.0.2.0/24"].map(|text| text.parse::<Network>().unwrap());
    let entries: AddressSet = entries.into_iter().collect();
    let check = |traffic: &str, given: &[(&str, &str)], by_id: &[&str], expected: &[&str]| {
        let given: Vec<_> = given.iter().map(|&(traffic, network)| Part { traffic, network }).collect();
        let rule = permission(traffic, list.clone());
        let kept = Allowed::of_entries(&rule, &entries, &grants(&given), &set(by_id)).rules(60).unwrap();
        assert_eq!(words(&kept), expected);
    };
    let anywhere = [("443/tcp", "0.0.0.0/0")];
    let inside = [("80-90/tcp", "10.0.0.0/8"), ("85/tcp", "0.0.0.0/0")];
    check("443/tcp", &anywhere, &[], &["443/tcp to pl-0123456789abcdef0"]);
    check(
        "all",
        &anywhere,
        &["53/udp"],
        &["443/tcp to pl-0123456789abcdef0", "53/udp to pl-0123456789abcdef0"],
    );
    // What the list has already may be let through again where that saves a rule.
    check("all", &inside, &[], &["80-90/tcp to 10.0.0.0/8", "85/tcp to pl-0123456789abcdef0"]);
    check("all", &inside[..1], &["85/tcp"], &["80-90/tcp to 10.0.0.0/8", "85/tcp to pl-0123456789abcdef0"]);
    // But never by network what is allowed with the list alone.
    check("84-86/tcp", &[], &["85/tcp"], &["85/tcp to pl-0123456789abcdef0"]);
    check("80/tcp", &[("80/tcp", "0.0.0.0/5")], &[], &[]);
    check("80/tcp", &[("80/tcp", "8.0.0.0/5")], &[], &["80/tcp to 10.0.0.0/8"]);
    check("all", &[("all", "10.0.0.0/8")], &["all"], &["all to pl-0123456789abcdef0"]);

    let rule = permission("20-23/tcp", list.clone());
    let denied = [Part { traffic: "22/tcp", network: "192.0.2.0/25" }.grant()];
    let kept =
        |with_peer: &[&str]| Allowed::outside_entries(&rule, &entries, &denied, &set(with_peer)).rules(60);
    assert_eq!(kept(&[]), Ok(vec![rule.clone()]));
    let [low, high, most] =
        [("20-21", "pl-0123456789abcdef0"), ("23", "pl-0123456789abcdef0"), ("20-23", "10.0.0.0/8")]
            .map(|(ports, peer)| format!("{ports}/tcp to {peer}"));
    assert_eq!(
        words(&kept(&["22/tcp"]).unwrap()),
        [low, most, "20-23/tcp to 192.0.2.128/25".to_owned(), high]
    );
    assert_eq!(
        Allowed::of_entries(&rule, &AddressSet::empty(), &[], &set(&[])).rules(60),
        Ok(vec![rule.clone()])
    );
}

#[test]
fn the_part_of_two_tiers_keeps_list_and_networks_apart() {
    let rule = permission("80/tcp", a_list());
    let entries: AddressSet = "10.0.0.0/8".parse::<Network>().unwrap().into();
    let given = [Part { traffic: "80/tcp", network: "10.0.0.0/9" }.grant()];
    let by_id = Allowed::of_entries(&rule, &entries, &[], &set(&["80/tcp"]));
    let by_network = Allowed::of_entries(&rule, &entries, &given, &set(&[]));
    assert_eq!(words(&by_network.rules(60).unwrap()), ["80/tcp to 10.0.0.0/9"]);
    // One tier allows the list and no network, the other a network and not the list: no rule pleases both.
    assert_eq!(by_id.and(&by_network).rules(60), Ok(vec![]));
}

#[test]
fn a_part_of_a_protocol_without_ports_is_not_said_by_rules() {
    let half = |first: u32| Interval::new((50 << 16) + first, (50 << 16) + first + 0x7fff).unwrap().into();
    let grant = |traffic: TrafficSet, network: &str| Grant {
        traffic,
        addresses: network.parse::<Network>().unwrap().into(),
    };
    let rule = Part { traffic: "proto/50", network: "10.0.0.0/8" };
    let network = rule.network.parse().unwrap();
    let low = [grant(half(0), "10.0.0.0/8"), grant(half(0x8000), "10.0.0.0/9")];
    assert_eq!(Allowed::of_network(&rule.rule(), network, &low).rules(60), Err(TooMany { most: 60 }));
    assert_eq!(Allowed::of_peer(&rule.rule(), &half(0)).rules(60), Err(TooMany { most: 60 }));
    // What is left of it still counts as left.
    let some = [grant(half(0), "10.0.0.0/9"), grant(half(0x8000), "10.0.0.0/10")];
    assert!(!Excess::of_network(&rule.rule(), network, &low).is_empty());
    assert!(!Excess::of_network(&rule.rule(), network, &some).is_empty());
}

/// Numbers that look like chance and are the same each time.
fn scattered(seed: u32) -> impl Iterator<Item = u32> {
    (seed..).map(|n| n.wrapping_mul(0x9e37_79b9).rotate_left(13).wrapping_mul(0x85eb_ca6b))
}

#[test]
fn what_takes_too_many_rules_is_given_up() {
    let check = |rule: (&str, &str), denied: &[Owned], takes: usize| {
        let denied: Vec<_> = denied.iter().map(part).collect();
        let kept = outside(Part { traffic: rule.0, network: rule.1 }, &denied);
        assert_eq!(kept.rules(60), Err(TooMany { most: 60 }));
        assert_eq!(kept.rules(takes - 1), Err(TooMany { most: takes - 1 }));
        assert_eq!(kept.rules(takes).unwrap().len(), takes);
    };
    let one = |traffic: &str, network: &str| vec![(traffic.to_owned(), network.to_owned())];
    // 252 numbers, ICMP for either family, UDP, and TCP below and above.
    check(("all", "0.0.0.0/0"), &one("22/tcp", "0.0.0.0/0"), 257);
    check(("icmp", "10.0.0.0/8"), &one("icmp/8.0", "0.0.0.0/0"), 510);
    check(("22/tcp", "::/0"), &one("22/tcp", "2001:db8::1/128"), 128);
    let odd: Vec<_> = (0..100).map(|n| (format!("{}/tcp", 2 * n + 1), "0.0.0.0/0".to_owned())).collect();
    check(("all/tcp", "0.0.0.0/0"), &odd, 101);
}

#[test]
fn hostile_rules_and_grants_are_given_up_before_they_cost_anything() {
    let check = |rules: &[&str], network: &str, given: &[Owned]| {
        let given: Vec<_> = given.iter().map(part).collect();
        for traffic in rules {
            let rule = Part { traffic, network };
            for kept in [allowed(rule, &given), outside(rule, &given)] {
                assert_eq!(kept.rules(60), Err(TooMany { most: 60 }), "{rule:?}");
                assert_eq!(kept.and(&kept), kept);
            }
        }
    };
    let address = |bits: u32| std::net::Ipv4Addr::from(bits).to_string();
    let ssh = |network: String| ("22/tcp".to_owned(), network);
    let hosts: Vec<_> = scattered(1).take(1000).map(|bits| ssh(format!("{}/32", address(bits)))).collect();
    check(&["all", "all/tcp", "22/tcp"], "0.0.0.0/0", &hosts);
    let hosts: Vec<_> =
        scattered(1).take(1000).map(|bits| ssh(format!("2001:db8::{:x}:0/128", bits >> 16))).collect();
    check(&["all", "all/tcp", "22/tcp"], "::/0", &hosts);
    let messages: Vec<_> = scattered(3)
        .take(1000)
        .map(|bits| (format!("icmp/{}.{}", bits >> 24, bits >> 16 & 255), "10.0.0.0/8".to_owned()))
        .collect();
    check(&["all", "icmp"], "0.0.0.0/0", &messages);
    let tangle: Vec<_> = scattered(7)
        .zip(scattered(9_000))
        .take(500)
        .map(|(ports, network)| {
            let first = ports & 0x7fff;
            let last = first + (ports >> 20);
            (format!("{first}-{last}/tcp"), format!("{}/{}", address(network), 8 + network % 17))
        })
        .collect();
    check(&["all", "all/tcp"], "0.0.0.0/0", &tangle);
}

#[test]
fn many_grants_that_come_to_little_are_kept_in_few_rules() {
    let one_by_one: Vec<Owned> =
        (0..500).map(|port| (format!("{port}/tcp"), "10.0.0.0/8".to_owned())).collect();
    let hosts: Vec<Owned> = (0..256).map(|host| ("22/tcp".to_owned(), format!("10.0.0.{host}/32"))).collect();
    // Each network inside the one before, with more ports than it: sixty steps of a stair.
    let stair: Vec<Owned> =
        (0..60).map(|n| (format!("{}-{}/tcp", 100 - n, 200 + n), format!("2001:db8::/{}", 32 + n))).collect();
    let check = |given: &[Owned], network: &str, takes: usize| {
        let given: Vec<_> = given.iter().map(part).collect();
        let kept = allowed(Part { traffic: "all", network }, &given);
        assert_eq!(kept.rules(takes).unwrap().len(), takes);
    };
    check(&one_by_one, "0.0.0.0/0", 1);
    check(&hosts, "0.0.0.0/0", 1);
    check(&stair, "::/0", 60);
}
