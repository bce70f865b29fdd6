use super::*;

const POLICY: &str = "\
version: 1
networks: { office: [203.0.113.0/24, 198.51.100.0/24], vendors: pl-0a }
tiers:
  web:
    groups: { names: [web-*] }
    ingress: [{ allow: [80/tcp, 443/tcp], from: anywhere }, { allow: 8443/tcp, from: vendors }]
  db:
    groups: { tags: { tier: db } }
    ingress: [{ allow: 3306/tcp, from: [web, self] }, { allow: 22/tcp, from: pl-0b }]
    editors: []
elsewhere:
  deny: [{ ports: 22/tcp, from: internet, except: office }]
exemptions:
  - { id: A-1, groups: { tags: { tier: db } }, allow: 3307/tcp, from: office, until: 2026-12-04T00:00:00Z, owner: a, reason: b }
";

fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

fn answers(policy: &str, text: &str) -> Vec<(Case, Answer)> {
    let document = Document::parse("policy.yaml", policy).unwrap();
    let cases = document.cases("policy.test.yaml", text).unwrap_or_else(|errors| panic!("{errors}"));
    let answered = |case: &Case| (case.clone(), document.answer(case, &cases, now()));
    cases.cases.iter().map(answered).collect()
}

/// What the policy says of one case: the word, why, and what is unknown.
fn check(case: &str, expected: &str) {
    let lists = "lists: { pl-0a: [192.0.2.0/24] }";
    let text = format!("{lists}\ncases:\n  - {{ {case}, is: allowed }}\n");
    let (_, Answer { found, why, excess, unknown }) = answers(POLICY, &text).remove(0);
    let word = found.map_or("unknown", Expectation::word);
    let all = [why, excess, unknown].concat().join(" | ");
    let found = if all.is_empty() { word.to_owned() } else { format!("{word}: {all}") };
    assert_eq!(found, expected, "{case}");
}

#[test]
fn a_case_is_judged_as_an_event_would_be() {
    check("tier: web, ports: 443/tcp, from: 10.1.2.3/32", "allowed");
    check(
        "tier: web, ports: [22/tcp, 443/tcp], from: anywhere",
        "partly: web allows 80/tcp, 443/tcp from anywhere; 8443/tcp from vendors | 22/tcp from 0.0.0.0/0 | 22/tcp from ::/0",
    );
    check("tier: web, ports: all, to: anywhere", "allowed");
    check("tier: db, ports: 3306/tcp, from: web", "allowed");
    check("tier: db, ports: 3306/tcp, from: self", "allowed");
    check("tier: db, ports: 3306/tcp, from: db", "allowed");
    check(
        "tier: web, ports: 90/tcp, from: db",
        "denied: web allows 80/tcp, 443/tcp from anywhere; 8443/tcp from vendors | 90/tcp from db",
    );
    check("tier: db, ports: 3306/tcp, from: sg-0a", "unknown: nothing is known of sg-0a without an account");
    check(
        "tier: web, ports: 443/tcp, from: sg-0a",
        "denied: web allows 80/tcp, 443/tcp from anywhere; 8443/tcp from vendors | 443/tcp from sg-0a",
    );
    let why = "db allows 3306/tcp from web, self; 22/tcp from pl-0b";
    check(
        "tier: db, ports: 3306/tcp, from: 111122223333/sg-0a",
        &format!("denied: {why} | 3306/tcp from 111122223333/sg-0a"),
    );
}

#[test]
fn what_is_allowed_in_part_is_not_denied() {
    let policy = "version: 1\ntiers: { web: { groups: { names: [web] }, ingress: [{ allow: 22/tcp, from: 0.0.0.0/0 }] } }\n";
    let text = "cases: [{ tier: web, ports: 22/tcp, from: anywhere, is: denied }, { tier: web, ports: 22/tcp, from: anywhere, is: partly }]";
    let answers = answers(policy, text);
    let expected: Vec<_> = answers.iter().map(|(case, answer)| answer.is_expected(case)).collect();
    assert_eq!(expected, [false, true]);
}

#[test]
fn a_tier_of_all_names_holds_for_every_group() {
    let policy = "version: 1\ntiers:\n  db: { groups: { tags: { tier: db } }, ingress: [{ allow: 3306/tcp, from: self }] }\n  all: { groups: { names: ['*'] }, ingress: [] }\n";
    let text = "cases: [{ tier: db, ports: 3306/tcp, from: self, is: denied, because: all allows no ingress }, { tier: elsewhere, ports: 1/tcp, from: anywhere, is: denied }]";
    let answers = answers(policy, text);
    assert!(answers[0].1.is_expected(&answers[0].0), "{answers:?}");
    assert_eq!(answers[1].1.unknown, ["every group is in a tier of this policy"]);
}

#[test]
fn lists_are_known_by_their_ids_or_by_the_entries_that_are_given() {
    check("tier: web, ports: 8443/tcp, from: 192.0.2.7/32", "allowed");
    check("tier: web, ports: 8443/tcp, from: vendors", "allowed");
    check("tier: db, ports: 22/tcp, from: pl-0b", "allowed");
    check("tier: web, ports: 8443/tcp, from: pl-0c", "unknown: nothing is known of pl-0c");
}

#[test]
fn a_group_in_no_tier_is_elsewhere() {
    check("tier: elsewhere, ports: 22/tcp, from: office", "allowed");
    check(
        "tier: elsewhere, ports: 22/tcp, from: 8.8.8.8/32",
        "denied: elsewhere denies 22/tcp from internet except office | 22/tcp from 8.8.8.8/32",
    );
    let policy = "version: 1\ntiers: { web: { groups: { names: [web] }, ingress: [] } }\n";
    let text = "cases: [{ tier: elsewhere, ports: 22/tcp, from: anywhere, is: unmanaged }]";
    let (case, answer) = answers(policy, text).remove(0);
    assert!(answer.is_expected(&case));
}

#[test]
fn exemptions_count_at_the_instant_of_the_case() {
    check("tier: db, ports: 3307/tcp, from: office", "allowed");
    check("tier: db, ports: 3307/tcp, from: office, at: 2026-12-03T23:59:59Z", "allowed");
    let ended = answers(
        POLICY,
        "cases: [{ tier: db, ports: 3307/tcp, from: office, at: 2026-12-04T00:00:00Z, is: denied, because: exemption A-1 ended }]",
    );
    assert!(ended[0].1.is_expected(&ended[0].0), "{ended:?}");
}

#[test]
fn what_is_expected_is_the_answer_and_the_line_that_decides() {
    let case = |rest: &str| {
        let text = format!("cases: [{{ tier: web, ports: 22/tcp, from: anywhere, {rest} }}]");
        let (case, answer) = answers(POLICY, &text).remove(0);
        answer.is_expected(&case)
    };
    assert!(case("is: denied"));
    assert!(case("is: denied, because: web allows 80/tcp"));
    assert!(!case("is: denied, because: web allows 81/tcp"));
    assert!(!case("is: allowed"));
    assert!(!case("is: unmanaged"));
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let document = Document::parse("policy.yaml", POLICY).unwrap();
    let text = "\
cases:
  - { tier: wbe, ports: 443/tcp, from: anywhere, is: allowed }
  - { tier: office, ports: 443/tcp, from: anywhere, is: allowed }
  - { tier: web, ports: 443, from: ofice, is: fine }
  - { tier: web, from: anywhere, is: denied, why: because }
  - { tier: web, ports: 1/tcp, is: denied, at: tomorrow }
  - { tier: web, ports: 1/tcp, from: office, is: allowed, because: of this }
lists: { sg-0a: [10.0.0.0/8], pl-0a: [10.0.0.0] }
";
    insta::assert_snapshot!(document.cases("policy.test.yaml", text).unwrap_err(), @"
    error: no tier has the name `wbe`
     --> policy.test.yaml:2:13
      |
    2 |   - { tier: wbe, ports: 443/tcp, from: anywhere, is: allowed }
      |             ^^^
      |
      = help: write `web`

    error: `office` is a network, not a tier
     --> policy.test.yaml:3:13
      |
    3 |   - { tier: office, ports: 443/tcp, from: anywhere, is: allowed }
      |             ^^^^^^
      |
      = help: write the name of a tier

    error: `443` is not traffic
     --> policy.test.yaml:4:25
      |
    4 |   - { tier: web, ports: 443, from: ofice, is: fine }
      |                         ^^^
      |
      = help: write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all

    error: unknown name `ofice`
     --> policy.test.yaml:4:36
      |
    4 |   - { tier: web, ports: 443, from: ofice, is: fine }
      |                                    ^^^^^
      |
      = help: write `office`

    error: `fine` is no answer of a policy
     --> policy.test.yaml:4:47
      |
    4 |   - { tier: web, ports: 443, from: ofice, is: fine }
      |                                               ^^^^
      |
      = help: write `allowed`, `partly`, `denied` or `unmanaged`

    error: `ports` is missing
     --> policy.test.yaml:5:5
      |
    5 |   - { tier: web, from: anywhere, is: denied, why: because }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `ports: 443/tcp`

    error: unknown key `why`
     --> policy.test.yaml:5:46
      |
    5 |   - { tier: web, from: anywhere, is: denied, why: because }
      |                                              ^^^
      |
      = help: the keys here are `name`, `tier`, `ports`, `from`, `to`, `is`, `because` and `at`

    error: `from` or `to` is missing
     --> policy.test.yaml:6:5
      |
    6 |   - { tier: web, ports: 1/tcp, is: denied, at: tomorrow }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `from: anywhere` or `to: anywhere`

    error: `tomorrow` is not an instant
     --> policy.test.yaml:6:48
      |
    6 |   - { tier: web, ports: 1/tcp, is: denied, at: tomorrow }
      |                                                ^^^^^^^^
      |
      = help: write a date, a time and `Z` or an offset from UTC: `2026-12-31T00:00:00Z`

    error: only what is denied has a line that decides
     --> policy.test.yaml:7:68
      |
    7 |   - { tier: web, ports: 1/tcp, from: office, is: allowed, because: of this }
      |                                                                    ^^^^^^^
      |
      = help: remove it, or write `is: denied`

    error: `sg-0a` is not a prefix list id
     --> policy.test.yaml:8:10
      |
    8 | lists: { sg-0a: [10.0.0.0/8], pl-0a: [10.0.0.0] }
      |          ^^^^^
      |
      = help: write `pl-` and the hexadecimal digits of the id, `pl-0123456789abcdef0`

    error: `10.0.0.0` is not a network in CIDR notation
     --> policy.test.yaml:8:39
      |
    8 | lists: { sg-0a: [10.0.0.0/8], pl-0a: [10.0.0.0] }
      |                                       ^^^^^^^^
      |
      = help: write an address, `/` and a length: `203.0.113.0/24` or `2001:db8::/32`
    ");
}

#[test]
fn a_file_without_cases_is_a_mistake() {
    let document = Document::parse("policy.yaml", POLICY).unwrap();
    for text in ["", "{}", "cases: []"] {
        let errors = document.cases("policy.test.yaml", text).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors}");
    }
}

#[test]
fn a_case_knows_what_it_is_called_and_where_it_is_written() {
    let text = "cases:\n  - { tier: web, ports: 443/tcp, from: anywhere, is: allowed }\n  - name: mine\n    tier: elsewhere\n    ports: 443/tcp\n    to: office\n    is: allowed\n";
    let cases: Vec<_> = answers(POLICY, text).into_iter().map(|(case, _)| case).collect();
    let named: Vec<_> = cases.iter().map(|case| (case.name.as_str(), case.passage.line)).collect();
    assert_eq!(named, [("web: 443/tcp from anywhere", 2), ("mine", 3)]);
    assert_eq!(cases[1].passage.lines.len(), 5);
}
