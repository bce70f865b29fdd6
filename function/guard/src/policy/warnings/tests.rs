use super::*;
use crate::id::{GroupId, GroupName};

fn group(name: &str) -> Group {
    Group {
        id: GroupId::new("sg-0a").unwrap(),
        owner: None,
        name: Some(GroupName::new(name)),
        vpc: None,
        tags: [("tier".to_owned(), "web".to_owned())].into(),
    }
}

fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

fn warnings(text: &str, groups: Option<&[Group]>) -> String {
    Document::parse("policy.yaml", text).unwrap().warnings(now(), groups).to_string()
}

/// The warnings of a policy with a web tier of this `ingress`, a line each.
fn of_ingress(ingress: &str) -> Vec<String> {
    let text = format!(
        "version: 1\nnetworks: {{ office: 203.0.113.0/24 }}\nelsewhere: {{ ingress: [{{ allow: all, from: office }}] }}\n\
         tiers:\n  web:\n    groups: {{ names: [web] }}\n    ingress:\n{ingress}"
    );
    let document = Document::parse("policy.yaml", &text).unwrap();
    let line = |diagnostic: &Diagnostic| format!("{}: {}", diagnostic.line() - 7, diagnostic.message());
    document.warnings(now(), None).iter().map(line).collect()
}

fn check(ingress: &[&str], expected: &[&str]) {
    let text: String = ingress.iter().map(|entry| format!("      - {{ {entry} }}\n")).collect();
    assert_eq!(of_ingress(&text), expected, "{ingress:?}");
}

#[test]
fn a_policy_that_means_what_it_says_has_none() {
    check(&["allow: [80/tcp, 443/tcp], from: anywhere", "allow: 22/tcp, from: office"], &[]);
    let text = include_str!("../../../../../infra/policy.yaml");
    insta::assert_snapshot!(warnings(text, None), @"");
}

#[test]
fn an_entry_that_allows_nothing_new_is_told() {
    let anywhere = "allow: [80/tcp, 443/tcp], from: anywhere";
    check(
        &[anywhere, "allow: 443/tcp, from: office"],
        &["2: this allows nothing that `80/tcp, 443/tcp from anywhere` does not allow"],
    );
    check(
        &["allow: 443/tcp, from: office", anywhere],
        &["1: this allows nothing that `80/tcp, 443/tcp from anywhere` does not allow"],
    );
    // Of two that are the same, the later.
    check(
        &[anywhere, anywhere],
        &["2: this allows nothing that `80/tcp, 443/tcp from anywhere` does not allow"],
    );
    // One that says more is not covered.
    check(&[anywhere, "allow: [443/tcp, 444/tcp], from: office"], &[]);
    check(&["allow: 443/tcp, from: 10.0.0.0/8", "allow: 443/tcp, from: [10.1.0.0/16, 11.0.0.0/16]"], &[]);
}

#[test]
fn an_entry_that_several_others_cover_is_told() {
    let halves = ["allow: 443/tcp, from: 10.0.0.0/9", "allow: 443/tcp, from: 10.128.0.0/9"];
    let message = "this allows nothing that the other entries do not allow";
    check(&[halves[0], halves[1], "allow: 443/tcp, from: 10.0.0.0/8"], &[&format!("3: {message}")]);
    check(
        &["allow: 80/tcp, from: self", "allow: 81/tcp, from: self", "allow: 80-81/tcp, from: self"],
        &[&format!("3: {message}")],
    );
}

#[test]
fn groups_lists_and_tiers_are_covered_by_themselves() {
    for peer in ["sg-0a", "111122223333/sg-0a", "pl-0a", "web", "self"] {
        let (one, more) = (format!("allow: 80/tcp, from: {peer}"), format!("allow: 80-90/tcp, from: {peer}"));
        let expected = format!("1: this allows nothing that `80-90/tcp from {peer}` does not allow");
        check(&[&one, &more], &[&expected]);
        check(&[&one, "allow: 80/tcp, from: 10.0.0.0/8"], &[]);
    }
    // The group itself is a group of its tier.
    check(
        &["allow: 80/tcp, from: web", "allow: 80/tcp, from: self"],
        &["2: this allows nothing that `80/tcp from web` does not allow"],
    );
}

#[test]
fn what_is_required_says_more_than_what_is_allowed() {
    check(&["allow: 80-90/tcp, from: self", "allow: 80/tcp, from: self, required: true"], &[]);
    check(
        &["allow: 80/tcp, from: self", "allow: 80/tcp, from: self, required: true"],
        &["1: this allows nothing that `80/tcp from self` does not allow"],
    );
}

#[test]
fn what_is_no_business_of_the_internet_is_told() {
    check(&["allow: 22/tcp, from: anywhere"], &["1: this opens 22/tcp (SSH) to the internet"]);
    check(&["allow: 22/tcp, from: internet"], &["1: this opens 22/tcp (SSH) to the internet"]);
    check(&["allow: 22/tcp, from: 8.0.0.0/8"], &["1: this opens 22/tcp (SSH) to the internet"]);
    check(&["allow: 22/tcp, from: \"2000::/3\""], &["1: this opens 22/tcp (SSH) to the internet"]);
    check(
        &["allow: all, from: anywhere"],
        &["1: this opens 22/tcp (SSH), 23/tcp (Telnet), 135/tcp (Windows RPC) and 13 more to the internet"],
    );
    check(&["allow: [22/tcp, 3306/tcp], from: [private, office, 8.0.0.0/9]"], &[]);
    check(&["allow: 22/udp, from: anywhere"], &[]);
}

#[test]
fn everything_else_is_drawn_under_its_text() {
    let text = "\
version: 1
networks:
  office: [203.0.113.7/24]
  unused: 198.51.100.0/24
principals:
  nobody: arn:aws:iam::*:role/Nobody
tiers:
  web:
    groups: { tags: { tier: Web } }
    ingress: [{ allow: 443/tcp, from: office }]
  db:
    groups: { tags: { tier: web } }
exemptions:
  - { id: A-1, groups: { names: [web] }, allow: 1/tcp, from: office, until: 2026-12-04T00:00:00Z, owner: a, reason: b }
  - { id: A-2, groups: { names: [web-1] }, allow: 1/tcp, from: office, until: 2026-12-01T00:00:00Z, owner: a, reason: b }
";
    insta::assert_snapshot!(warnings(text, Some(&[group("web-1")])), @"
    warning: `203.0.113.7/24` is the network 203.0.113.0/24
     --> policy.yaml:3:12
      |
    3 |   office: [203.0.113.7/24]
      |            ^^^^^^^^^^^^^^
      |
      = help: write `203.0.113.0/24` for the network, or `203.0.113.7/32` for this one address

    warning: the network `unused` is not used
     --> policy.yaml:4:3
      |
    4 |   unused: 198.51.100.0/24
      |   ^^^^^^
      |
      = help: remove it, or use it

    warning: the principal `nobody` is not used
     --> policy.yaml:6:3
      |
    6 |   nobody: arn:aws:iam::*:role/Nobody
      |   ^^^^^^
      |
      = help: remove it, or use it

    warning: groups that are in no tier are not watched
     --> policy.yaml:7:1
      |
    7 | tiers:
      | ^^^^^
      |
      = help: write `elsewhere: { deny: [{ ports: [22/tcp, 3389/tcp], from: internet }] }` to keep the worst out of every group

    warning: no group of the account is in the tier `web`
     --> policy.yaml:9:5
      |
    9 |     groups: { tags: { tier: Web } }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: compare with the names and tags of the groups: each letter counts

    warning: the tier `db` governs no direction
      --> policy.yaml:11:3
       |
    11 |   db:
       |   ^^
       |
       = help: write `ingress: []` to allow nothing in, and list what may come

    warning: the exemption `A-1` is for no group of the account
      --> policy.yaml:14:24
       |
    14 |   - { id: A-1, groups: { names: [web] }, allow: 1/tcp, from: office, until: 2026-12-04T00:00:00Z, owner: a, reason: b }
       |                        ^^^^^^^^^^^^^^^^
       |
       = help: compare with the names and tags of the groups: each letter counts

    warning: the exemption `A-1` ends in 3 days (2026-12-04T00:00:00Z)
      --> policy.yaml:14:77
       |
    14 |   - { id: A-1, groups: { names: [web] }, allow: 1/tcp, from: office, until: 2026-12-04T00:00:00Z, owner: a, reason: b }
       |                                                                             ^^^^^^^^^^^^^^^^^^^^
       |
       = help: after that the rules that it allows are undone: close them, or write a later `until`

    warning: the exemption `A-2` ended on 2026-12-01T00:00:00Z
      --> policy.yaml:15:79
       |
    15 |   - { id: A-2, groups: { names: [web-1] }, allow: 1/tcp, from: office, until: 2026-12-01T00:00:00Z, owner: a, reason: b }
       |                                                                               ^^^^^^^^^^^^^^^^^^^^
       |
       = help: it allows nothing any more: remove it
    ");
}

#[test]
fn a_tag_that_looks_like_a_network_is_none() {
    let text = "version: 1\nelsewhere: { ingress: [] }\ntiers: { web: { groups: { tags: { range: 10.1.2.3/8 } }, ingress: [] } }\n";
    assert_eq!(warnings(text, None), "");
}

#[test]
fn an_account_is_only_missed_where_it_is_given() {
    let text =
        "version: 1\nelsewhere: { ingress: [] }\ntiers: { web: { groups: { names: [no] }, ingress: [] } }\n";
    assert_eq!(warnings(text, None), "");
    assert_eq!(
        warnings(text, Some(&[])).lines().next(),
        Some("warning: no group of the account is in the tier `web`")
    );
}

#[test]
fn what_says_nothing_or_too_much() {
    let text = "\
version: 1
mode: observe
sweep: enforce
networks:
  office: [203.0.113.0/24, 203.0.113.0/24]
principals:
  all: [\"arn:aws:iam::*:role/*\"]
break-glass: [all]
tiers:
  web: { groups: { names: [\"*\"] }, ingress: [{ allow: [80/tcp, 443/tcp, 80/tcp], from: [office, anywhere] }] }
  db: { groups: { names: [db] }, ingress: [{ allow: 3306/tcp, from: web }] }
interfaces: { together: [[web], [web, db]] }
elsewhere:
  deny:
    - { ports: 22/tcp, from: internet, except: [anywhere] }
    - { ports: 22/tcp, from: anywhere, except: [office] }
";
    insta::assert_snapshot!(warnings(text, None), @r#"
    warning: the sweep does not act where `mode` is `observe`
     --> policy.yaml:3:8
      |
    3 | sweep: enforce
      |        ^^^^^^^
      |
      = help: write `mode: enforce`, or remove `sweep`

    warning: `203.0.113.0/24` is listed twice
     --> policy.yaml:5:28
      |
    5 |   office: [203.0.113.0/24, 203.0.113.0/24]
      |                            ^^^^^^^^^^^^^^
      |
      = help: remove one of them

    warning: this lets everybody do anything
     --> policy.yaml:8:1
      |
    8 | break-glass: [all]
      | ^^^^^^^^^^^^^^^^^^
      |
      = help: name the few roles that may, for example `arn:aws:iam::*:role/IncidentCommander`

    warning: every group is in the tier `web`
      --> policy.yaml:10:10
       |
    10 |   web: { groups: { names: ["*"] }, ingress: [{ allow: [80/tcp, 443/tcp, 80/tcp], from: [office, anywhere] }] }
       |          ^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: a group in several tiers must satisfy them all: write a narrower pattern, or use `elsewhere` for the rest

    warning: `80/tcp` is listed twice
      --> policy.yaml:10:73
       |
    10 |   web: { groups: { names: ["*"] }, ingress: [{ allow: [80/tcp, 443/tcp, 80/tcp], from: [office, anywhere] }] }
       |                                                                         ^^^^^^
       |
       = help: remove one of them

    warning: the tier `web` alone is allowed on every interface
      --> policy.yaml:12:26
       |
    12 | interfaces: { together: [[web], [web, db]] }
       |                          ^^^^^
       |
       = help: remove it, or add the tiers that it may meet

    warning: this denies nothing: `except` takes all of it out
      --> policy.yaml:15:7
       |
    15 |     - { ports: 22/tcp, from: internet, except: [anywhere] }
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: take out the exceptions that are too wide, or remove the entry
    "#);
}

/// None of these is too much.
#[test]
fn what_is_narrow_enough_is_not_told() {
    let text = "\
version: 1
mode: enforce
sweep: enforce
principals:
  some: [\"arn:aws:iam::*:role/Incident*\", \"arn:aws:iam::111122223333:role/team/*/Admin\"]
break-glass: [some]
tiers:
  web: { groups: { names: [\"*\"], tags: { tier: web } }, ingress: [{ allow: 80/tcp, from: [self, anywhere] }] }
  db: { groups: { names: [\"db-*\"] }, ingress: [{ allow: 3306/tcp, from: web }] }
interfaces: { together: [[web, db]] }
elsewhere: { deny: [{ ports: 22/tcp, from: internet, except: [private] }] }
";
    assert_eq!(warnings(text, None), "");
}
