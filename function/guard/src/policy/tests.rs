//! What a policy can be asked as a whole.

use super::*;
use crate::id::GroupName;

const POLICY: &str = "
version: 1
networks: { vendors: pl-01, partners: [pl-02, 192.0.2.0/24] }
tiers:
  web: { groups: { tags: { tier: web, stage: prod } }, ingress: [{ allow: 443/tcp, from: [vendors, pl-03] }] }
elsewhere: { deny: [{ ports: 22/tcp, to: internet, except: partners }] }
exemptions:
  - { id: A, groups: { tags: { team: x } }, allow: 22/tcp, from: partners, until: 2026-12-31T00:00:00Z, owner: o, reason: r }
  - { id: B, groups: { names: web-* }, allow: 22/tcp, to: [vendors, pl-04], until: 2020-01-01T00:00:00Z, owner: o, reason: r }
";

fn parsed(text: &str) -> Policy {
    Policy::parse("policy.yaml", text).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn the_entries_of_lists_that_an_exemption_names_may_decide() {
    let policy = parsed(POLICY);
    let towards = |direction| policy.lists_towards(direction).map(PrefixListId::as_str).collect::<Vec<_>>();
    assert_eq!(towards(Direction::Ingress), ["pl-01", "pl-02"]);
    assert_eq!(towards(Direction::Egress), ["pl-02", "pl-01"]);
}

#[test]
fn exemptions_are_those_for_the_group() {
    let policy = parsed(POLICY);
    let ids = |name: &str, tags: &[(&str, &str)]| {
        let group = Group {
            id: GroupId::new("sg-0a").unwrap(),
            owner: None,
            name: Some(GroupName::new(name)),
            vpc: None,
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        policy.exemptions_for(&group).map(|exemption| exemption.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids("db", &[("team", "x")]), ["A"]);
    // Whether one has ended is for the moment to say.
    assert_eq!(ids("web-1", &[("team", "x")]), ["A", "B"]);
    assert_eq!(ids("db", &[("team", "y")]), [""; 0]);
}

#[test]
fn every_tag_that_a_selector_looks_at_is_known() {
    assert_eq!(parsed(POLICY).selector_keys(), ["stage", "team", "tier"].into());
    assert_eq!(Policy::default().selector_keys(), [].into());
}

#[test]
fn what_a_policy_uses() {
    for (tier, elsewhere, uses) in [
        ("ingress: []", "deny: []", (false, false)),
        ("ingress: [{ allow: all, from: self, required: false }]", "deny: []", (false, false)),
        ("ingress: [{ allow: all, from: self, required: true }]", "deny: []", (true, true)),
        ("egress: [{ allow: all, to: self, required: true }]", "deny: []", (true, true)),
        ("on-violation: narrow", "deny: []", (false, true)),
        ("ingress: []", "deny: [], on-violation: narrow", (false, true)),
        ("editors: []", "deny: []", (true, true)),
    ] {
        let text = format!(
            "version: 1\ntiers: {{ a: {{ groups: {{ names: a }} }}, b: {{ groups: {{ names: b }}, {tier} }} }}\n\
             elsewhere: {{ {elsewhere} }}"
        );
        let policy = parsed(&text);
        assert_eq!((policy.puts_back(), policy.adds()), uses, "{text}");
    }
}
