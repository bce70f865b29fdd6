//! What a policy means, what is said about one that is written wrong, and that none is ever too much.

use insta::assert_snapshot;

use crate::id::{AccountId, GroupId, PrefixListId};
use crate::network::{AddressSet, Network};
use crate::permission::Direction;
use crate::policy::{Limits, Mode, OnViolation, PeerSet, Policy, PolicyErrors, TierName};
use crate::traffic::{Traffic, TrafficSet};

mod errors;
mod robustness;

/// The example of the design, as far as its arms exist.
const EXAMPLE: &str = r#"
version: 1
mode: enforce                      # or observe
on-violation: revoke

networks:                          # named address sets
  office:  [203.0.113.0/24, "2001:db8:10::/48"]
  bastion: 198.51.100.7/32
  vendors: pl-0123456789abcdef0    # a managed prefix list: its entries, looked up

tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
    egress:
      - { allow: all, to: anywhere }
  app:
    groups: { tags: { tier: app } }
    ingress:
      - { allow: 8080/tcp, from: web }
    mode: observe
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [app, self] }
    on-violation: notify
  ssh-admin:
    groups: { names: [ssh-admin] }
    ingress:
      - { allow: 22/tcp, from: [office, bastion] }
    egress: []

elsewhere:
  deny:
    - { ports: [22/tcp, 3389/tcp], from: internet, except: [office] }
"#;

fn parsed(text: &str) -> Policy {
    Policy::parse("policy.yaml", text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(text: &str) -> PolicyErrors {
    Policy::parse("policy.yaml", text).unwrap_err()
}

/// A policy whose one tier allows what `allow` says, and that allowance.
fn allow(allow: &str, direction: &str) -> super::super::Allow {
    let text = format!(
        "version: 1\nnetworks: {{ office: 203.0.113.0/24, vendors: [pl-0a, 192.0.2.0/24] }}\n\
         tiers: {{ web: {{ groups: {{ names: web }}, {direction}: [{allow}] }} }}"
    );
    let lists = parsed(&text).tiers.remove(0).allows;
    lists.ingress.or(lists.egress).unwrap().remove(0)
}

fn addresses(networks: &[&str]) -> AddressSet {
    networks.iter().map(|text| text.parse::<Network>().unwrap()).collect()
}

fn traffic(terms: &[&str]) -> TrafficSet {
    terms.iter().map(|text| text.parse::<Traffic>().unwrap().interval()).collect()
}

/// One line a fact.
fn told(policy: &Policy) -> String {
    let mut lines = Vec::new();
    for tier in &policy.tiers {
        lines.push(format!("{}: {:?} {:?}", tier.name, tier.reaction.mode, tier.reaction.on_violation));
        lines.push(format!("  {:?}", tier.groups));
        for direction in [Direction::Ingress, Direction::Egress] {
            let allows = tier.allows.towards(direction);
            let words =
                allows.map(|allows| allows.iter().map(|allow| allow.words.as_str()).collect::<Vec<_>>());
            lines.push(format!("  {direction}: {words:?}"));
        }
    }
    lines.join("\n")
}

#[test]
fn the_design_s_example_is_read() {
    let policy = parsed(EXAMPLE);
    assert_snapshot!(told(&policy), @r#"
    web: Enforce Revoke
      Selector { ids: None, names: None, tags: {"tier": "web"} }
      ingress: Some(["80/tcp, 443/tcp from anywhere"])
      egress: Some(["all to anywhere"])
    app: Observe Revoke
      Selector { ids: None, names: None, tags: {"tier": "app"} }
      ingress: Some(["8080/tcp from web"])
      egress: None
    db: Enforce Notify
      Selector { ids: None, names: None, tags: {"tier": "db"} }
      ingress: Some(["3306/tcp from app, self"])
      egress: None
    ssh-admin: Enforce Revoke
      Selector { ids: None, names: Some([NamePattern("ssh-admin")]), tags: {} }
      ingress: Some(["22/tcp from office, bastion"])
      egress: Some([])
    "#);
    let elsewhere = policy.elsewhere.unwrap();
    let Limits::Deny(denies) = elsewhere.limits else { panic!("a deny list") };
    let deny = &denies[0];
    assert_eq!(deny.words, "22/tcp, 3389/tcp from internet except office");
    assert_eq!(deny.direction, Direction::Ingress);
    assert_eq!(deny.traffic, traffic(&["22/tcp", "3389/tcp"]));
    assert_eq!(deny.except.addresses, addresses(&["203.0.113.0/24", "2001:db8:10::/48"]));
    assert!(deny.peers.addresses.covers(&addresses(&["8.8.8.8/32", "2600::/16"])));
    assert!(!deny.peers.addresses.meets(&addresses(&[
        "10.0.0.0/8",
        "100.64.0.0/10",
        "fe80::/10",
        "::1/128"
    ])));
}

#[test]
fn json_is_yaml() {
    let policy = parsed(
        r#"{"version": 1, "mode": "observe",
            "tiers": {"web": {"groups": {"ids": ["sg-0a"]}, "ingress": [{"allow": ["443/tcp"], "from": "anywhere"}]}}}"#,
    );
    assert_eq!(policy.tiers[0].reaction.mode, Mode::Observe);
    assert_eq!(policy.tiers[0].allows.ingress.as_ref().unwrap()[0].words, "443/tcp from anywhere");
}

#[test]
fn a_tier_s_own_answer_goes_before_the_file_s() {
    let policy = parsed(
        "version: 1\nmode: observe\non-violation: notify\ntiers:\n  a: { groups: { names: a } }\n  \
         b: { groups: { names: b }, mode: enforce, on-violation: revoke }\nelsewhere: { ingress: [], mode: enforce }",
    );
    let reactions =
        policy.tiers.iter().map(|tier| tier.reaction).chain(policy.elsewhere.map(|it| it.reaction));
    let reactions: Vec<_> = reactions.map(|reaction| (reaction.mode, reaction.on_violation)).collect();
    assert_eq!(
        reactions,
        [
            (Mode::Observe, OnViolation::Notify),
            (Mode::Enforce, OnViolation::Revoke),
            (Mode::Enforce, OnViolation::Notify)
        ]
    );
}

#[test]
fn an_empty_list_governs_and_an_absent_one_does_not() {
    let tier = parsed("version: 1\ntiers: { web: { groups: { names: web }, ingress: [] } }").tiers.remove(0);
    assert_eq!(tier.allows.ingress, Some(vec![]));
    assert_eq!(tier.allows.egress, None);
}

#[test]
fn elsewhere_takes_allow_lists() {
    let policy = parsed(
        "version: 1\nelsewhere: { egress: [{ allow: 443/tcp, to: [internet, web] }] }\ntiers: { web: { groups: { names: w } } }",
    );
    let Limits::Allow(lists) = policy.elsewhere.unwrap().limits else { panic!("allow lists") };
    assert_eq!(lists.ingress, None);
    assert_eq!(lists.egress.unwrap()[0].words, "443/tcp to internet, web");
}

#[test]
fn a_deny_entry_has_the_direction_of_its_peers() {
    let policy = parsed("version: 1\nelsewhere: { deny: [{ ports: 25/tcp, to: anywhere, except: [] }] }");
    let Limits::Deny(denies) = policy.elsewhere.unwrap().limits else { panic!("a deny list") };
    assert_eq!((denies[0].direction, denies[0].words.as_str()), (Direction::Egress, "25/tcp to anywhere"));
    assert_eq!(denies[0].except, PeerSet::default());
}

#[test]
fn each_kind_of_peer_is_read() {
    let none = PeerSet::default();
    let (group, list) = (|id| GroupId::new(id).unwrap(), |id| PrefixListId::new(id).unwrap());
    let account = AccountId::new("123456789012").unwrap();
    for (from, words, peers) in [
        ("anywhere", "anywhere", PeerSet { addresses: AddressSet::everything(), ..none.clone() }),
        ("office", "office", PeerSet { addresses: addresses(&["203.0.113.0/24"]), ..none.clone() }),
        ("web", "web", PeerSet { tiers: [TierName("web".into())].into(), ..none.clone() }),
        ("self", "self", PeerSet { itself: true, ..none.clone() }),
        ("10.1.2.3/8", "10.0.0.0/8", PeerSet { addresses: addresses(&["10.0.0.0/8"]), ..none.clone() }),
        (
            "\"2001:DB8::/32\"",
            "2001:db8::/32",
            PeerSet { addresses: addresses(&["2001:db8::/32"]), ..none.clone() },
        ),
        ("sg-0a1b", "sg-0a1b", PeerSet { groups: [(None, group("sg-0a1b"))].into(), ..none.clone() }),
        (
            "123456789012/sg-0a1b",
            "123456789012/sg-0a1b",
            PeerSet { groups: [(Some(account), group("sg-0a1b"))].into(), ..none.clone() },
        ),
        ("pl-0b", "pl-0b", PeerSet { lists: [list("pl-0b")].into(), ..none.clone() }),
        (
            "vendors",
            "vendors",
            PeerSet {
                addresses: addresses(&["192.0.2.0/24"]),
                lists: [list("pl-0a")].into(),
                entries_of: [list("pl-0a")].into(),
                ..none.clone()
            },
        ),
        (
            "[self, sg-0a1b, 10.0.0.0/9, 10.128.0.0/9]",
            "self, sg-0a1b, 10.0.0.0/9, 10.128.0.0/9",
            PeerSet {
                itself: true,
                groups: [(None, group("sg-0a1b"))].into(),
                addresses: addresses(&["10.0.0.0/8"]),
                ..none
            },
        ),
    ] {
        let ingress = allow(&format!("{{ allow: all, from: {from} }}"), "ingress");
        assert_eq!((ingress.peers, ingress.words), (peers.clone(), format!("all from {words}")));
        let egress = allow(&format!("{{ allow: all, to: {from} }}"), "egress");
        assert_eq!((egress.peers, egress.words), (peers, format!("all to {words}")));
    }
}

#[test]
fn private_and_internet_are_the_two_parts_of_anywhere() {
    let named = |name| allow(&format!("{{ allow: all, from: {name} }}"), "ingress").peers.addresses;
    let (private, internet) = (named("private"), named("internet"));
    assert_eq!(private.union(&internet), AddressSet::everything());
    assert!(!private.meets(&internet));
    let networks: Vec<_> = private.networks().iter().map(Network::to_string).collect();
    assert_snapshot!(networks.join(" "), @"
    10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7 fe80::/10
    ");
}

#[test]
fn ports_are_read_and_normalised() {
    let allow =
        allow("{ allow: [443/tcp, 1024-65535/udp, all/tcp, icmp/3.4, proto/50], from: self }", "ingress");
    assert_eq!(allow.traffic, traffic(&["all/tcp", "1024-65535/udp", "icmp/3.4", "proto/50"]));
    assert_eq!(allow.words, "443/tcp, 1024-65535/udp, all/tcp, icmp/3.4, proto/50 from self");
}

#[test]
fn a_selector_may_have_one_text_in_place_of_a_list() {
    let selector = |text: &str| {
        let text = format!("version: 1\ntiers: {{ web: {{ groups: {text} }} }}");
        parsed(&text).tiers.remove(0).groups
    };
    assert_eq!(
        selector("{ ids: sg-0a, names: web-*, tags: { a: 1 } }"),
        selector("{ ids: [sg-0a], names: [web-*], tags: { a: \"1\" } }")
    );
}
