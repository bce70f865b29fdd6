//! `tierguard explain`.

use serde_json::Value;

use crate::desk::{Desk, Ran, opened, rule};

const POLICY: &str = "\
version: 1
networks:
  office: [203.0.113.0/24]
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
      - { allow: 22/tcp, from: office }
  app:
    groups: { tags: { tier: app } }
    ingress: [{ allow: 8080/tcp, from: web }]
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [app, self] }
    editors: []
  loose:
    groups: { names: [loose] }
    egress: []
elsewhere:
  deny:
    - { ports: 3389/tcp, from: internet }
    - { ports: 22/tcp, from: internet, except: office }
exemptions:
  - id: OPS-1
    groups: { tags: { tier: db } }
    allow: 5432/tcp
    from: office
    until: 2026-12-31T00:00:00Z
    owner: dba@example.com
    reason: migration
";

const AT: &str = "--at 2026-03-02T09:00:00Z";

fn desk(test: &str) -> Desk {
    let desk = Desk::new(test);
    desk.write("policy.yaml", POLICY);
    desk
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty("explain_help").run("explain --help").shown(), @"
    exit 0
    --- stdout
    Answer one question about a policy, with the lines of it that decide

    May somebody reach something? Who can reach a tier at all, and by way of which others? Why was an
    event a violation?

    Usage: tierguard explain [OPTIONS] <QUESTION>...

    Arguments:
      <QUESTION>...
              `may FROM reach PORTS of TIER`, `who can reach TIER`, or `why EVENT`, the path of an
              event, with #n for one of several

    Options:
          --policy <FILE>
              The policy [default: policy.yaml; of `why`, the nearest one beside the event or in a
              folder above it]

          --account <FILE>
              The account before the event, of `why`; `-` is the standard input [default: the nearest
              account.json, else one that learns its groups]

          --at <TIME>
              The instant at which exemptions are looked at [default: now]; `why` goes by the time of
              the event

          --format <FORMAT>
              For people, or one JSON object

              Possible values:
              - text: For people
              - json: One JSON object
              
              [default: text]

          --fail-on <WHAT>
              Exit with status 2 if the answer to `may` is one of these; may be given several times

              Possible values:
              - no:      None of it is allowed
              - partly:  Only some of it is allowed
              - unknown: It depends on something that the policy alone does not tell

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      tierguard explain may 10.1.2.3 reach 3306/tcp of db
      tierguard explain may web reach 8080/tcp of app
      tierguard explain 'who can reach db at all?'
      tierguard explain why events/seed/web-ssh-from-anywhere/event.json
      tierguard explain why log.json#3
      tierguard explain may web reach 8080/tcp of app --fail-on no,partly,unknown

    FROM is an address, a network, or a name of the policy; TIER may be `elsewhere`. A name with spaces
    stands in quotes.

    Exit status: 0 answered, 1 an error, 2 what --fail-on names, 64 wrong usage.
    ");
}

#[test]
fn of_much_that_is_too_much_some_is_told() {
    let desk = desk("of_much_that_is_too_much_some_is_told");
    let told = desk.run(&format!("explain {AT} may internet reach 22/tcp of db")).out;
    let excess: Vec<_> = told.lines().filter(|line| line.starts_with("too much: ")).collect();
    assert_eq!((excess.len(), excess.first().copied()), (11, Some("too much: 22/tcp from 0.0.0.0/5")));
    insta::assert_snapshot!(excess[10], @"too much: 175 more");
}

#[test]
fn what_may_reach_what() {
    let desk = desk("what_may_reach_what");
    let ask = |question: &str| desk.run(&format!("explain {AT} may {question}")).shown();
    insta::assert_snapshot!(ask("10.1.2.3 reach 3306/tcp of tier db?"), @"
    exit 0
    --- stdout
    no: db allows 3306/tcp from app, self
    too much: 3306/tcp from 10.1.2.3/32

      --> policy.yaml
    15 |     ingress:
    16 |       - { allow: 3306/tcp, from: [app, self] }
    ");
    insta::assert_snapshot!(ask("app reach 3306/tcp of db"), @"
    exit 0
    --- stdout
    yes: db allows 3306/tcp from app

      --> policy.yaml
    16 |       - { allow: 3306/tcp, from: [app, self] }
    ");
    insta::assert_snapshot!(ask("203.0.113.9 reach 22/tcp of web"), @"
    exit 0
    --- stdout
    yes: web allows 22/tcp from 203.0.113.9/32

      --> policy.yaml
     9 |       - { allow: 22/tcp, from: office }
    ");
    insta::assert_snapshot!(ask("anywhere reach 80-443/tcp of web"), @"
    exit 0
    --- stdout
    no: web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
    too much: 81-442/tcp from 0.0.0.0/0
    too much: 81-442/tcp from ::/0

      --> policy.yaml
     7 |     ingress:
     8 |       - { allow: [80/tcp, 443/tcp], from: anywhere }
     9 |       - { allow: 22/tcp, from: office }
    ");
}

#[test]
fn what_decides_is_an_entry_an_exemption_or_that_nothing_is_said() {
    let desk = desk("what_decides");
    let ask = |question: &str| desk.run(&format!("explain {AT} may {question}")).shown();
    insta::assert_snapshot!(ask("office reach 5432/tcp of db"), @"
    exit 0
    --- stdout
    yes: the exemption OPS-1 allows 5432/tcp from office until 2026-12-31T00:00:00Z, in the groups that it is for

      --> policy.yaml
    15 |     ingress:
    16 |       - { allow: 3306/tcp, from: [app, self] }
       ...
    26 |   - id: OPS-1
    27 |     groups: { tags: { tier: db } }
    28 |     allow: 5432/tcp
    29 |     from: office
    30 |     until: 2026-12-31T00:00:00Z
    31 |     owner: dba@example.com
    32 |     reason: migration
    ");
    insta::assert_snapshot!(ask("anywhere reach 1/tcp of loose"), @"
    exit 0
    --- stdout
    yes: loose does not govern what comes in, so 1/tcp from anywhere stays
    not in a group that is also in web: web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
    not in a group that is also in app: app allows 8080/tcp from web
    not in a group that is also in db: db allows 3306/tcp from app, self

      --> policy.yaml
    18 |   loose:
    ");
    insta::assert_snapshot!(ask("198.51.100.1 reach 22/tcp of elsewhere"), @"
    exit 0
    --- stdout
    no: elsewhere denies 22/tcp from internet except office
    too much: 22/tcp from 198.51.100.1/32

      --> policy.yaml
    24 |     - { ports: 22/tcp, from: internet, except: office }
    ");
    insta::assert_snapshot!(ask("office reach 22/tcp of elsewhere"), @"
    exit 0
    --- stdout
    yes: elsewhere denies nothing of 22/tcp from office

      --> policy.yaml
    21 | elsewhere:
    ");
    insta::assert_snapshot!(ask("pl-0a reach 443/tcp of web"), @"
    exit 0
    --- stdout
    yes: web allows 443/tcp from pl-0a

     --> policy.yaml
    8 |       - { allow: [80/tcp, 443/tcp], from: anywhere }
    ");
    let ended = desk.run("explain --at 2027-01-01T00:00:00Z may office reach 5432/tcp of db").shown();
    insta::assert_snapshot!(ended, @"
    exit 0
    --- stdout
    no: db allows 3306/tcp from app, self; exemption OPS-1 ended 2026-12-31T00:00:00Z
    too much: 5432/tcp from 203.0.113.0/24

      --> policy.yaml
    15 |     ingress:
    16 |       - { allow: 3306/tcp, from: [app, self] }
    ");
}

#[test]
fn the_entry_that_denies_is_shown_and_not_one_with_like_words() {
    let desk = desk("the_entry_that_denies_is_shown");
    let policy = "version: 1\nelsewhere:\n  deny:\n    - { ports: 80/tcp, from: internet }\n    - { ports: 8080/tcp, from: internet }\n";
    desk.write("policy.yaml", policy);
    let out = desk.run(&format!("explain {AT} may 198.51.100.1 reach 8080/tcp of elsewhere")).out;
    assert!(
        out.ends_with("5 |     - { ports: 8080/tcp, from: internet }\n") && !out.contains("4 |"),
        "{out}"
    );
}

#[test]
fn exemptions_of_which_each_is_enough_are_all_shown() {
    let desk = desk("exemptions_of_which_each_is_enough");
    let second = POLICY.split("exemptions:\n").nth(1).unwrap().replace("OPS-1", "OPS-2");
    desk.write("policy.yaml", format!("{POLICY}{second}"));
    let out = desk.run(&format!("explain {AT} may office reach 5432/tcp of db")).out;
    assert!(out.starts_with("yes: the exemption OPS-1") && out.contains("id: OPS-2"), "{out}");
}

#[test]
fn who_can_reach_a_tier() {
    let desk = desk("who_can_reach_a_tier");
    insta::assert_snapshot!(desk.run(&format!("explain who can reach db at all? {AT}")).shown(), @"
    exit 0
    --- stdout
    db: 3306/tcp from app, self
    db: 5432/tcp from office, in some groups, until 2026-12-31T00:00:00Z (OPS-1)
    app: 8080/tcp from web
    web: 80/tcp, 443/tcp from anywhere
    web: 22/tcp from office

      --> policy.yaml
     8 |       - { allow: [80/tcp, 443/tcp], from: anywhere }
     9 |       - { allow: 22/tcp, from: office }
       ...
    12 |     ingress: [{ allow: 8080/tcp, from: web }]
       ...
    16 |       - { allow: 3306/tcp, from: [app, self] }
       ...
    26 |   - id: OPS-1
    27 |     groups: { tags: { tier: db } }
    28 |     allow: 5432/tcp
    29 |     from: office
    30 |     until: 2026-12-31T00:00:00Z
    31 |     owner: dba@example.com
    32 |     reason: migration
    ");
    insta::assert_snapshot!(desk.run(&format!("explain who can reach loose {AT}")).shown(), @"
    exit 0
    --- stdout
    loose: anybody, for the policy does not govern what comes in

      --> policy.yaml
    18 |   loose:
    ");
}

#[test]
fn why_an_event_was_a_violation() {
    let desk = desk("why_an_event_was_a_violation");
    desk.write("event.json", opened("a", 1, 3306).to_string());
    insta::assert_snapshot!(desk.run("explain why was event.json a violation?").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:01Z  violation    web    sg-0000000000000web1  AuthorizeIngress  Developer/alice
        opened     3306/tcp from 0.0.0.0/0
        because    web allows 80/tcp, 443/tcp from anywhere; 22/tcp from office
        done       revoked 3306/tcp from 0.0.0.0/0
        group      web-shop in vpc-0a4e92abb9b3c7181
        caller     arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
        event      AuthorizeSecurityGroupIngress in event.json

      --> policy.yaml
     6 |     groups: { tags: { tier: web } }
     7 |     ingress:
     8 |       - { allow: [80/tcp, 443/tcp], from: anywhere }
     9 |       - { allow: 22/tcp, from: office }
    ");
    desk.write("event.json", rule("b", 1, "sg-00000000000000db1", 3306, "10.0.0.0/8").to_string());
    let ran = desk.run("explain why event.json --format json");
    let explained: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1));
    assert_eq!(explained[0]["verdict"], "violation");
    insta::assert_snapshot!(format!("{:#}", explained[0]["because"]), @r#"
    [
      {
        "file": "policy.yaml",
        "line": 14,
        "lines": [
          "    groups: { tags: { tier: db } }"
        ]
      },
      {
        "file": "policy.yaml",
        "line": 15,
        "lines": [
          "    ingress:",
          "      - { allow: 3306/tcp, from: [app, self] }"
        ]
      }
    ]
    "#);
}

#[test]
fn one_json_object() {
    let ran = desk("explain_one_json_object")
        .run(&format!("explain {AT} --format json may app reach 3306/tcp of db"));
    insta::assert_snapshot!(ran.shown(), @r#"
    exit 0
    --- stdout
    {"answer":"yes","lines":["db allows 3306/tcp from app"],"because":[{"file":"policy.yaml","line":16,"lines":["      - { allow: 3306/tcp, from: [app, self] }"]}]}
    "#);
}

/// A policy that names groups by their ids, one of them of another account.
const NAMED: &str = "\
version: 1
tiers:
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [sg-0a, 111122223333/sg-0b] }
elsewhere:
  deny:
    - { ports: 22/tcp, from: sg-0c }
";

#[test]
fn a_group_that_the_policy_names_is_known() {
    let desk = Desk::empty("a_group_that_the_policy_names_is_known");
    desk.write("policy.yaml", NAMED);
    let ask = |question: &str| desk.run(&format!("explain {AT} may {question}")).shown();
    insta::assert_snapshot!(ask("sg-0a reach 3306/tcp of db"), @"
    exit 0
    --- stdout
    yes: db allows 3306/tcp from sg-0a

     --> policy.yaml
    6 |       - { allow: 3306/tcp, from: [sg-0a, 111122223333/sg-0b] }
    ");
    insta::assert_snapshot!(ask("sg-0a reach 22/tcp of db"), @"
    exit 0
    --- stdout
    no: db allows 3306/tcp from sg-0a, 111122223333/sg-0b
    too much: 22/tcp from sg-0a

     --> policy.yaml
    5 |     ingress:
    6 |       - { allow: 3306/tcp, from: [sg-0a, 111122223333/sg-0b] }
    ");
    insta::assert_snapshot!(ask("111122223333/sg-0b reach 3306/tcp of db"), @"
    exit 0
    --- stdout
    yes: db allows 3306/tcp from 111122223333/sg-0b

     --> policy.yaml
    6 |       - { allow: 3306/tcp, from: [sg-0a, 111122223333/sg-0b] }
    ");
    insta::assert_snapshot!(ask("sg-0c reach 22/tcp of elsewhere"), @"
    exit 0
    --- stdout
    no: elsewhere denies 22/tcp from sg-0c
    too much: 22/tcp from sg-0c

      --> policy.yaml
     9 |     - { ports: 22/tcp, from: sg-0c }
    ");
    insta::assert_snapshot!(ask("self reach 22/tcp of elsewhere"), @"
    exit 0
    --- stdout
    yes: elsewhere denies nothing of 22/tcp from self

     --> policy.yaml
    7 | elsewhere:
    ");
    // It may be in a tier.
    desk.write("policy.yaml", POLICY);
    insta::assert_snapshot!(ask("sg-0a reach 8080/tcp of app"), @"
    exit 0
    --- stdout
    that cannot be told: nothing is known of sg-0a without an account
    ");
}

#[test]
fn a_group_of_two_tiers_has_to_satisfy_both() {
    let desk = Desk::empty("a_group_of_two_tiers_has_to_satisfy_both");
    desk.write(
        "policy.yaml",
        "version: 1
tiers:
  web:
    groups: { names: [web-*] }
    ingress:
      - { allow: 443/tcp, from: anywhere }
  admin:
    groups: { names: ['*-admin'] }
    ingress:
      - { allow: 22/tcp, from: 203.0.113.0/24 }
      - { allow: 443/tcp, from: 203.0.113.0/24 }
  db:
    groups: { names: [db-shop] }
    ingress: []
",
    );
    let ask = |question: &str| desk.run(&format!("explain {AT} may {question}")).shown();
    insta::assert_snapshot!(ask("anywhere reach 443/tcp of web"), @"
    exit 0
    --- stdout
    yes: web allows 443/tcp from anywhere
    not in a group that is also in admin: admin allows 22/tcp from 203.0.113.0/24; 443/tcp from 203.0.113.0/24

     --> policy.yaml
    6 |       - { allow: 443/tcp, from: anywhere }
    ");
    insta::assert_snapshot!(ask("203.0.113.9 reach 443/tcp of web"), @"
    exit 0
    --- stdout
    yes: web allows 443/tcp from 203.0.113.9/32

     --> policy.yaml
    6 |       - { allow: 443/tcp, from: anywhere }
    ");
}

#[test]
fn who_can_reach_follows_exemptions_and_knows_elsewhere() {
    let desk = Desk::empty("who_can_reach_follows_exemptions");
    let policy = POLICY
        .replace("    allow: 5432/tcp\n    from: office", "    allow: 5432/tcp\n    from: loose")
        .replace("- id: OPS-1", "- { id: OPS-2, groups: { names: [misc] }, allow: 3389/tcp, from: web, until: 2026-12-31T00:00:00Z, owner: a@example.com, reason: b }\n  - id: OPS-1");
    desk.write("policy.yaml", &policy);
    insta::assert_snapshot!(desk.run(&format!("explain who can reach db {AT}")).out, @"
    db: 3306/tcp from app, self
    db: 3389/tcp from web, in some groups, until 2026-12-31T00:00:00Z (OPS-2)
    db: 5432/tcp from loose, in some groups, until 2026-12-31T00:00:00Z (OPS-1)
    app: 8080/tcp from web
    app: 3389/tcp from web, in some groups, until 2026-12-31T00:00:00Z (OPS-2)
    web: 80/tcp, 443/tcp from anywhere
    web: 22/tcp from office
    web: 3389/tcp from web, in some groups, until 2026-12-31T00:00:00Z (OPS-2)
    loose: anybody, for the policy does not govern what comes in

      --> policy.yaml
     8 |       - { allow: [80/tcp, 443/tcp], from: anywhere }
     9 |       - { allow: 22/tcp, from: office }
       ...
    12 |     ingress: [{ allow: 8080/tcp, from: web }]
       ...
    16 |       - { allow: 3306/tcp, from: [app, self] }
       ...
    18 |   loose:
       ...
    26 |   - { id: OPS-2, groups: { names: [misc] }, allow: 3389/tcp, from: web, until: 2026-12-31T00:00:00Z, owner: a@example.com, reason: b }
    27 |   - id: OPS-1
    28 |     groups: { tags: { tier: db } }
    29 |     allow: 5432/tcp
    30 |     from: loose
    31 |     until: 2026-12-31T00:00:00Z
    32 |     owner: dba@example.com
    33 |     reason: migration
    ");
    insta::assert_snapshot!(desk.run(&format!("explain who can reach elsewhere {AT}")).out, @"
    elsewhere: not 3389/tcp from internet
    elsewhere: not 22/tcp from internet except office
    elsewhere: anybody, but for that
    elsewhere: 3389/tcp from web, in some groups, until 2026-12-31T00:00:00Z (OPS-2)
    web: 80/tcp, 443/tcp from anywhere
    web: 22/tcp from office
    web: 3389/tcp from web, in some groups, until 2026-12-31T00:00:00Z (OPS-2)

      --> policy.yaml
     8 |       - { allow: [80/tcp, 443/tcp], from: anywhere }
     9 |       - { allow: 22/tcp, from: office }
       ...
    23 |     - { ports: 3389/tcp, from: internet }
    24 |     - { ports: 22/tcp, from: internet, except: office }
       ...
    26 |   - { id: OPS-2, groups: { names: [misc] }, allow: 3389/tcp, from: web, until: 2026-12-31T00:00:00Z, owner: a@example.com, reason: b }
    ");
    // Where a pattern of an exemption is a tier's by one name, it may be for others.
    let pattern = policy.replace("groups: { names: [misc] }", "groups: { names: ['*-misc'] }");
    desk.write(
        "policy.yaml",
        pattern.replace("  web:\n", "  odd: { groups: { names: ['*example*'] }, ingress: [] }\n  web:\n"),
    );
    let told = desk.run(&format!("explain who can reach elsewhere {AT}")).out;
    assert!(told.contains("elsewhere: 3389/tcp from web, in some groups"), "{told}");
    let start = policy.split("elsewhere:").next().unwrap();
    desk.write("policy.yaml", format!("{start}elsewhere: {{ deny: [{{ ports: 22/tcp, to: internet }}] }}"));
    let told = desk.run(&format!("explain who can reach elsewhere {AT}")).out;
    assert!(told.starts_with("elsewhere: anybody, for the policy does not govern what comes in\n"), "{told}");
    desk.write("policy.yaml", start);
    insta::assert_snapshot!(desk.run(&format!("explain who can reach elsewhere {AT}")).out, @"elsewhere: anybody, for the policy does not govern what comes in");
    desk.write("policy.yaml", format!("{start}elsewhere: {{ ingress: [{{ allow: 80/tcp, from: loose }}] }}"));
    insta::assert_snapshot!(desk.run(&format!("explain who can reach elsewhere {AT}")).out, @"
    elsewhere: 80/tcp from loose
    loose: anybody, for the policy does not govern what comes in

      --> policy.yaml
    18 |   loose:
       ...
    21 | elsewhere: { ingress: [{ allow: 80/tcp, from: loose }] }
    ");
}

#[test]
fn a_name_of_several_words_is_asked_in_quotes() {
    let desk = Desk::empty("a_name_of_several_words");
    desk.write("policy.yaml", POLICY.replace("  loose:", "  loose ends:"));
    for words in [&["who can reach \"loose ends\"?"][..], &["who", "can", "reach", "loose ends"]] {
        let ran = Ran::of(desk.command("explain").args(words));
        assert!(ran.out.starts_with("loose ends: anybody, "), "{}", ran.shown());
    }
}

#[test]
fn one_event_of_several_is_explained_as_a_replay_names_it() {
    let desk = desk("one_event_of_several");
    let records = [opened("a", 1, 80), opened("b", 2, 3306), opened("c", 3, 3307)];
    desk.write("log.json", serde_json::json!({ "Records": records }).to_string());
    desk.write("one.json", opened("d", 1, 22).to_string());
    desk.write("odd#1", opened("e", 1, 22).to_string());
    for (path, expected) in
        [("log.json", "a b c"), ("log.json#1", "b"), ("one.json#0", "d"), ("odd#1", "e"), ("odd#1#0", "e")]
    {
        let ran = desk.run(&format!("explain why {path} --format json"));
        let explained: Value = serde_json::from_str(&ran.out).unwrap();
        let ids: Vec<_> =
            explained.as_array().unwrap().iter().map(|event| event["event_id"].as_str().unwrap()).collect();
        assert_eq!((ran.code, ids.join(" ").as_str()), (0, expected), "{path}");
    }
    insta::assert_snapshot!(desk.run("explain why log.json#3").shown(), @"
    exit 1
    --- stderr
    error: `log.json` has no record 3
      help: count from 0, or leave the number out to see all
    ");
}

#[test]
fn the_exit_status_tells_the_answer_if_it_is_to() {
    let desk = desk("the_exit_status_tells_the_answer");
    let code = |question: &str, fail_on: &str| desk.run(&format!("explain {AT} {question} {fail_on}")).code;
    for (question, no, partly, unknown) in [
        ("may web reach 8080/tcp of app", 0, 0, 0),
        ("may office reach 8080/tcp of app", 2, 0, 0),
        ("may anywhere reach 22/tcp of elsewhere", 2, 0, 0),
        ("may sg-0a reach 8080/tcp of app", 0, 0, 2),
    ] {
        assert_eq!(code(question, ""), 0);
        assert_eq!(code(question, "--fail-on no"), no, "{question}");
        assert_eq!(code(question, "--fail-on partly"), partly, "{question}");
        assert_eq!(code(question, "--fail-on unknown"), unknown, "{question}");
        assert_eq!(code(question, "--fail-on no,partly,unknown"), no.max(partly).max(unknown), "{question}");
    }
    assert_eq!(code("who can reach db", "--fail-on no"), 64);
    assert_eq!(desk.run("explain why event.json --fail-on no").code, 64);
    desk.write(
        "policy.yaml",
        "version: 1\ntiers: { web: { groups: { names: [web] }, ingress: [{ allow: 22/tcp, from: 0.0.0.0/0 }] } }\n",
    );
    assert_eq!(code("may anywhere reach 22/tcp of web", "--fail-on partly"), 2);
    assert_eq!(code("may anywhere reach 22/tcp of web", "--fail-on no"), 0);
}

#[test]
fn what_cannot_be_answered() {
    let desk = desk("what_cannot_be_answered");
    let ask = |question: &str| desk.run(&format!("explain {question}")).shown();
    insta::assert_snapshot!(ask("may ofice reach 3306 of bd"), @"
    exit 1
    --- stderr
    error: unknown name `ofice`
     --> question:1:5
      |
    1 | may ofice reach 3306 of bd
      |     ^^^^^
      |
      = help: write `office`

    error: `3306` is not traffic
     --> question:1:17
      |
    1 | may ofice reach 3306 of bd
      |                 ^^^^
      |
      = help: write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all

    error: no tier has the name `bd`
     --> question:1:25
      |
    1 | may ofice reach 3306 of bd
      |                         ^^
      |
      = help: write `db`
    ");
    insta::assert_snapshot!(ask("where is my database"), @"
    exit 1
    --- stderr
    error: this is not a question that can be answered
     --> question:1:1
      |
    1 | where is my database
      | ^
      |
      = help: write `may 10.1.2.3 reach 3306/tcp of db` or `who can reach db`
    ");
    insta::assert_snapshot!(ask("why"), @"
    exit 64
    --- stderr
    error: `why` is asked about one event
      help: give the path of its file: `tierguard explain why event.json`
    ");
    insta::assert_snapshot!(ask("why nowhere.json"), @"
    exit 1
    --- stderr
    error: `nowhere.json` cannot be found: No such file or directory (os error 2)
      help: give a file, a folder, or `-` for the standard input
    ");
    assert_eq!(desk.run("explain why a.json b.json").code, 64);
    assert_eq!(desk.run("explain why a.json --at 2026-03-02T09:00:00Z").code, 64);
    assert_eq!(desk.run("explain who can reach db --account account.json").code, 64);
}
