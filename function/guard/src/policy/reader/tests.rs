//! What a policy means, what is said about one that is written wrong, and that none is ever too much.

use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::change::Actor;
use crate::dispute::Disputes;
use crate::id::{AccountId, GroupId, PrefixListId, RoleArn};
use crate::network::{AddressSet, Network};
use crate::permission::Direction;
use crate::policy::{
    Allow, Diagnostics, Exemption, Interfaces, Limits, Mode, OnMixture, OnViolation, PeerSet, Policy,
    Principal, Principals, Tier, TierName, schema,
};
use crate::traffic::{Traffic, TrafficSet};

mod errors;
mod keys;
mod robustness;

/// The example of the design, word for word.
const EXAMPLE: &str = r#"
version: 1
mode: enforce                      # or observe: judge and tell, change nothing; a tier may set its own
on-violation: revoke               # revoke the offending rule | narrow it to what is allowed | notify only; a tier may set its own

networks:                          # named address sets
  office:  [203.0.113.0/24, "2001:db8:10::/48"]
  bastion: 198.51.100.7/32
  vendors: pl-0123456789abcdef0    # a managed prefix list: its entries, looked up

principals:                        # named callers: role or user ARNs, * as wildcard within one segment
  cloud-admins: ["arn:aws:iam::*:role/CloudAdmin"]
  incident:     ["arn:aws:iam::*:role/IncidentCommander"]

tiers:
  web:
    groups: { tags: { tier: web } }            # or names: [web-*], or ids: [sg-…]; several keys must all match
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
    egress:                                    # a direction that is absent is not governed
      - { allow: all, to: anywhere }
  app:
    groups: { tags: { tier: app } }
    ingress:
      - { allow: 8080/tcp, from: web, required: true }    # put back if somebody removes it
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [app, self] }
    editors: []                                # nobody changes this group; absent = anyone may make allowed changes
  ssh-admin:
    groups: { names: [ssh-admin] }
    ingress:
      - { allow: 22/tcp, from: [office, bastion] }
    editors: [cloud-admins]

elsewhere:                         # groups in no tier; absent = not managed
  deny:
    - { ports: [22/tcp, 3389/tcp], from: internet, except: [office] }

break-glass: [incident]            # changes by these callers are never undone and always announced

exemptions:                        # every one has an owner, a reason and an end
  - id: OPS-1234
    groups: { ids: [sg-0123456789abcdef0] }
    allow: 5432/tcp
    from: 198.51.100.0/24
    until: 2026-12-31T00:00:00Z
    owner: dba@example.com
    reason: migration of the ledger
"#;

/// What the design has beside its example.
const INTERFACES: &str = r"
interfaces:
  together: [[web, ssh-admin], [app, ssh-admin], [db, ssh-admin]]   # an interface's tiers must fit inside one of these
  on-violation: notify                                             # or detach: the groups that break it come off again
sweep: observe
";

fn parsed(text: &str) -> Policy {
    let policy = Policy::parse("policy.yaml", text).unwrap_or_else(|errors| panic!("{errors}"));
    check_schema(text);
    policy
}

/// What is read, the schema takes as well. The largest texts would say the same, and take it long.
fn check_schema(text: &str) {
    if text.len() < 16 * 1024 {
        schema::testing::check_accepted(text);
    }
}

fn errors(text: &str) -> Diagnostics {
    Policy::parse("policy.yaml", text).unwrap_err()
}

/// A policy whose one tier allows what `allow` says, and that allowance.
fn allow(allow: &str, direction: &str) -> Allow {
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
    for Tier { name, groups, allows, reaction, editors } in &policy.tiers {
        lines.push(format!("{name}: {:?} {:?}", reaction.mode, reaction.on_violation));
        lines.push(format!("  {groups:?}"));
        for direction in [Direction::Ingress, Direction::Egress] {
            let words =
                |allow: &Allow| format!("{}{}", allow.words, if allow.required { " (required)" } else { "" });
            let allows = allows.towards(direction);
            let words = allows.map(|allows| allows.iter().map(words).collect::<Vec<_>>());
            lines.push(format!("  {direction}: {words:?}"));
        }
        lines.push(format!("  editors: {:?}", editors.as_ref().map(ToString::to_string)));
    }
    for Exemption { id, groups, direction, allow, until, owner, reason } in &policy.exemptions {
        lines.push(format!("{id}: {direction} {} until {until}, {owner}, {reason}", allow.words));
        lines.push(format!("  {groups:?}"));
    }
    lines.push(format!("break-glass: {}", policy.break_glass));
    lines.push(format!("interfaces: {:?}", policy.interfaces));
    lines.push(format!("sweep: {:?}", policy.sweep));
    lines.join("\n")
}

fn role(arn: &str) -> Actor {
    Actor { role: RoleArn::new(arn).ok(), ..Actor::default() }
}

#[test]
fn the_design_s_example_is_read() {
    let policy = parsed(EXAMPLE);
    assert_snapshot!(told(&policy), @r#"
    web: Enforce Revoke
      Selector { ids: None, names: None, tags: {"tier": "web"} }
      ingress: Some(["80/tcp, 443/tcp from anywhere"])
      egress: Some(["all to anywhere"])
      editors: None
    app: Enforce Revoke
      Selector { ids: None, names: None, tags: {"tier": "app"} }
      ingress: Some(["8080/tcp from web (required)"])
      egress: None
      editors: None
    db: Enforce Revoke
      Selector { ids: None, names: None, tags: {"tier": "db"} }
      ingress: Some(["3306/tcp from app, self"])
      egress: None
      editors: Some("")
    ssh-admin: Enforce Revoke
      Selector { ids: None, names: Some([NamePattern("ssh-admin")]), tags: {} }
      ingress: Some(["22/tcp from office, bastion"])
      egress: None
      editors: Some("cloud-admins")
    OPS-1234: ingress 5432/tcp from 198.51.100.0/24 until 2026-12-31T00:00:00Z, dba@example.com, migration of the ledger
      Selector { ids: Some({GroupId(sg-0123456789abcdef0)}), names: None, tags: {} }
    break-glass: incident
    interfaces: None
    sweep: Observe
    "#);
    let editors = policy.tiers[3].editors.as_ref().unwrap();
    assert_eq!(editors.callers, [Principal::arn("arn:aws:iam::*:role/CloudAdmin")]);
    assert!(editors.include(&role("arn:aws:iam::111122223333:role/CloudAdmin")));
    assert_eq!(policy.break_glass.callers, [Principal::arn("arn:aws:iam::*:role/IncidentCommander")]);
    let exempt = &policy.exemptions[0].allow;
    assert_eq!(exempt.traffic, traffic(&["5432/tcp"]));
    assert_eq!(exempt.peers.addresses, addresses(&["198.51.100.0/24"]));
}

#[test]
fn the_design_s_example_denies_the_internet() {
    let Limits::Deny(denies) = parsed(EXAMPLE).elsewhere.unwrap().limits else { panic!("a deny list") };
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

/// A policy with one tier, `web`, and these lines.
fn with(lines: &str) -> Policy {
    parsed(&format!("version: 1\ntiers: {{ web: {{ groups: {{ names: w }} }} }}\n{lines}"))
}

#[test]
fn interfaces_are_read() {
    let interfaces = parsed(&format!("{EXAMPLE}{INTERFACES}")).interfaces.unwrap();
    let name = |name: &str| TierName(name.into());
    let together = |tier: &str| [name(tier), name("ssh-admin")].into();
    assert_eq!(
        interfaces,
        Interfaces {
            together: vec![together("web"), together("app"), together("db")],
            on_violation: OnMixture::Notify,
            mode: Mode::Enforce
        }
    );
    for (lines, on_violation, mode) in [
        ("interfaces: { together: [] }", OnMixture::Notify, Mode::Enforce),
        ("mode: observe\ninterfaces: { together: [[web]] }", OnMixture::Notify, Mode::Observe),
        ("interfaces: { together: [], on-violation: detach }", OnMixture::Detach, Mode::Enforce),
        ("mode: observe\ninterfaces: { together: [], mode: enforce }", OnMixture::Notify, Mode::Enforce),
        ("interfaces: { together: [], mode: observe }", OnMixture::Notify, Mode::Observe),
    ] {
        let interfaces = with(lines).interfaces.unwrap();
        assert_eq!((interfaces.on_violation, interfaces.mode), (on_violation, mode), "{lines}");
    }
}

#[test]
fn disputes_have_defaults() {
    let disputes = |after, within| Disputes { after, within: SignedDuration::from_mins(within) };
    for (lines, expected) in [
        ("", disputes(5, 60)),
        ("disputes: {}", disputes(5, 60)),
        ("disputes: { after: 2 }", disputes(2, 60)),
        ("disputes: { within: 30m }", disputes(5, 30)),
        ("disputes: { after: 20, within: 1h 30m }", disputes(20, 90)),
    ] {
        assert_eq!(with(lines).disputes, expected, "{lines}");
    }
}

#[test]
fn the_sweep_acts_only_where_it_is_told_to_and_the_file_does_not_only_observe() {
    for (lines, sweep) in [
        ("", Mode::Observe),
        ("mode: enforce", Mode::Observe),
        ("sweep: observe", Mode::Observe),
        ("sweep: enforce", Mode::Enforce),
        ("sweep: enforce\nmode: observe", Mode::Observe),
    ] {
        assert_eq!(with(lines).sweep, sweep, "{lines}");
    }
}

#[test]
fn principals_are_arns_and_services() {
    let callers =
        |text: &str| with(&format!("principals: {{ a: {text} }}\nbreak-glass: a")).break_glass.callers;
    for arn in [
        "arn:aws:iam::*:role/CloudAdmin",
        "arn:aws:iam::111122223333:role/team/a/Cloud*",
        "arn:aws:iam::1111*:user/path/alice",
        "arn:aws:iam::111122223333:user/alice@example.com",
        "arn:aws:iam::111122223333:root",
        "arn:aws-cn:iam::*:role/*",
        "arn:aws-us-gov:iam::*:role/a+=,.@_-b",
        "arn:*:iam::*:role/*",
        "arn:aws*:iam::*:role/a:b/c",
    ] {
        assert_eq!(callers(&format!("\"{arn}\"")), [Principal::arn(arn)], "{arn}");
    }
    for service in ["cloudformation.amazonaws.com", "eks-nodegroup.amazonaws.com", "ec2.amazonaws.com.cn"] {
        assert_eq!(callers(service), [Principal::Service(service.into())], "{service}");
    }
    assert_eq!(callers("[eks.amazonaws.com, \"arn:aws:iam::*:root\"]").len(), 2);
}

#[test]
fn lists_of_principals() {
    let lines =
        "principals: { a: eks.amazonaws.com, b: ecs.amazonaws.com, web: s3.amazonaws.com }\nbreak-glass: ";
    for (list, names, callers) in [
        ("[]", "", 0),
        ("b", "b", 1),
        ("[b, a]", "b, a", 2),
        ("[a, b, a]", "a, b", 2),
        // Their names are a name space of their own: `web` is a tier as well.
        ("[web]", "web", 1),
    ] {
        let policy = with(&format!("{lines}{list}"));
        assert_eq!(policy.break_glass.to_string(), names);
        assert_eq!((policy.break_glass.names.len(), policy.break_glass.callers.len()), (callers, callers));
    }
    assert_eq!(with("").break_glass, Principals::default());
}

#[test]
fn nobody_and_anybody_are_two_kinds_of_editors() {
    let editors = |text: &str| {
        let text = format!(
            "version: 1\nprincipals: {{ a: eks.amazonaws.com }}\ntiers: {{ web: {{ groups: {{ names: w }}, {text} }} }}"
        );
        parsed(&text).tiers.remove(0).editors
    };
    assert_eq!(editors(""), None);
    assert_eq!(editors("editors: []"), Some(Principals::default()));
    assert_eq!(editors("editors: a"), editors("editors: [a]"));
    assert_eq!(editors("editors: a").map(|editors| editors.to_string()), Some("a".to_owned()));
}

#[test]
fn exemptions_are_read() {
    let exemption = |lines: &str| {
        let text = format!(
            "networks: {{ vendors: [pl-0a, 192.0.2.0/24] }}\nexemptions:\n- {{ id: 7, owner: o, {lines} }}"
        );
        with(&text).exemptions.remove(0)
    };
    let out = exemption(
        "reason: \" two\\nlines \", groups: { tags: { a: b } }, allow: [443/tcp, icmp], to: [vendors, web, self], \
         until: 2026-12-31T01:00:00+01:00",
    );
    assert_eq!(out.id.as_str(), "7");
    assert_eq!(out.direction, Direction::Egress);
    assert_eq!(out.allow.words, "443/tcp, icmp to vendors, web, self");
    assert_eq!(out.allow.traffic, traffic(&["443/tcp", "icmp"]));
    assert!(out.allow.peers.itself && !out.allow.required);
    assert_eq!(out.allow.peers.entries_of, [PrefixListId::new("pl-0a").unwrap()].into());
    assert_eq!(out.until.to_string(), "2026-12-31T00:00:00Z");
    assert_eq!(out.reason, "two\nlines");
    assert_eq!(with("exemptions: []").exemptions, []);
}

#[test]
fn a_rule_may_be_required_in_a_tier() {
    for (text, required) in [
        ("{ allow: all, from: self }", false),
        ("{ allow: all, from: self, required: false }", false),
        ("{ allow: all, from: self, required: true }", true),
        ("{ allow: all, from: [anywhere, office, pl-0b], required: \"true\" }", true),
    ] {
        assert_eq!(allow(text, "ingress").required, required, "{text}");
        assert_eq!(allow(&text.replace("from", "to"), "egress").required, required, "{text}");
    }
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
         b: { groups: { names: b }, mode: enforce, on-violation: revoke }\n  \
         c: { groups: { names: c }, on-violation: narrow }\nelsewhere: { ingress: [], mode: enforce }",
    );
    let reactions =
        policy.tiers.iter().map(|tier| tier.reaction).chain(policy.elsewhere.map(|it| it.reaction));
    let reactions: Vec<_> = reactions.map(|reaction| (reaction.mode, reaction.on_violation)).collect();
    assert_eq!(
        reactions,
        [
            (Mode::Observe, OnViolation::Notify),
            (Mode::Enforce, OnViolation::Revoke),
            (Mode::Observe, OnViolation::Narrow),
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
fn each_peer_keeps_its_own_word() {
    let allow = allow("{ allow: 443/tcp, from: [office, vendors, 10.1.2.3/8, office, self] }", "ingress");
    let named: Vec<_> = allow.named.iter().map(|named| named.word.as_str()).collect();
    assert_eq!(named, ["office", "vendors", "10.0.0.0/8", "self"]);
    assert_eq!(allow.named[0].peers.addresses, addresses(&["203.0.113.0/24"]));
    assert!(allow.named[3].peers.itself && allow.named[3].peers.addresses.is_empty());
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
