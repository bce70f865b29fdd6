use super::*;

const TEXT: &str = "\u{feff}\
version: 1
tiers:
  web:
    groups:
      tags: { tier: web }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
      - allow: 8443/tcp
        from: 10.0.0.0/8
    editors: []
elsewhere:
  deny: [{ ports: 22/tcp, from: internet }, { ports: 3389/tcp, from: internet }]
exemptions:
  - { id: A-1, groups: { ids: [sg-0a] }, allow: 1/tcp, from: 10.0.0.1/32, until: 2026-12-31T00:00:00Z, owner: a, reason: b }
";

fn web() -> TierName {
    TierName("web".into())
}

fn check(clause: &Clause, expected: Option<(usize, &[&str])>) {
    let document = Document::parse("policy.yaml", TEXT).unwrap();
    let passage = document.passage(clause);
    let found = passage
        .as_ref()
        .map(|Passage { line, lines }| (*line, lines.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(found, expected.map(|(line, lines)| (line, lines.to_vec())), "{clause:?}");
}

#[test]
fn every_clause_is_found_where_it_is_written() {
    let ingress = Direction::Ingress;
    check(&Clause::Tier(web()), Some((3, &["  web:"])));
    check(&Clause::Groups(web()), Some((4, &["    groups:", "      tags: { tier: web }"])));
    check(&Clause::Editors(web()), Some((10, &["    editors: []"])));
    check(
        &Clause::Allow(Some(web()), ingress, 0),
        Some((7, &["      - { allow: [80/tcp, 443/tcp], from: anywhere }"])),
    );
    check(
        &Clause::Allow(Some(web()), ingress, 1),
        Some((8, &["      - allow: 8443/tcp", "        from: 10.0.0.0/8"])),
    );
    check(&Clause::Elsewhere, Some((11, &["elsewhere:"])));
    let denies = "  deny: [{ ports: 22/tcp, from: internet }, { ports: 3389/tcp, from: internet }]";
    check(&Clause::Deny(1), Some((12, &[denies])));
    check(&Clause::Exemption(0), Some((14, &[TEXT.lines().last().unwrap()])));
}

#[test]
fn what_is_not_written_is_nowhere() {
    check(&Clause::Tier(TierName("db".into())), None);
    check(&Clause::Allow(Some(web()), Direction::Ingress, 2), None);
    check(&Clause::Allows(Some(web()), Direction::Egress), None);
    check(&Clause::Allows(None, Direction::Ingress), None);
    check(&Clause::BreakGlass, None);
}

#[test]
fn of_a_long_list_the_first_lines_are_shown() {
    let ports: String = (1..=20).map(|port| format!("        - {port}/tcp\n")).collect();
    let text = format!(
        "version: 1\ntiers:\n  web:\n    groups: {{ names: [web] }}\n    ingress:\n      - from: anywhere\n        allow:\n{ports}"
    );
    let document = Document::parse("policy.yaml", &text).unwrap();
    let passage = document.passage(&Clause::Allow(Some(web()), Direction::Ingress, 0)).unwrap();
    assert_eq!((passage.line, passage.lines.len()), (6, MOST_LINES));
}
