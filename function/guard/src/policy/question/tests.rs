use super::*;

const POLICY: &str = "\
version: 1
networks: { office: 203.0.113.0/24 }
tiers:
  web: { groups: { names: [web] }, ingress: [] }
  db: { groups: { names: [db] }, ingress: [] }
  the tier: { groups: { names: [two] }, ingress: [] }
";

fn read(text: &str) -> Result<Question, Diagnostics> {
    Document::parse("policy.yaml", POLICY).unwrap().question(text)
}

fn check(text: &str, expected: &str) {
    let found = match read(text).unwrap_or_else(|errors| panic!("{errors}")) {
        Question::May { place, flow } => format!("{} to {}", flow.words, place.as_str()),
        Question::Who { place } => format!("who to {}", place.as_str()),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn questions_are_read_in_plain_words() {
    check("may 10.1.2.3 reach 3306/tcp of tier db?", "3306/tcp from 10.1.2.3/32 to db");
    check("may 2001:db8::1 reach 3306/tcp of db", "3306/tcp from 2001:db8::1/128 to db");
    check("can web reach 3306/tcp on the tier db ?", "3306/tcp from web to db");
    check("may office 22/tcp web", "22/tcp from office to web");
    check("may anywhere reach all of elsewhere", "all from anywhere to elsewhere");
    check("who can reach db at all?", "who to db");
    check("who may reach the tier db", "who to db");
    check("who can reach elsewhere", "who to elsewhere");
    check("who can reach \"the tier\"?", "who to the tier");
    check("may 'the tier' reach 3306/tcp of \"the tier\" ?", "3306/tcp from the tier to the tier");
}

#[test]
fn what_is_wrong_is_drawn_under_the_words() {
    insta::assert_snapshot!(read("may ofice reach 3306 of bd?").unwrap_err(), @"
    error: unknown name `ofice`
     --> question:1:5
      |
    1 | may ofice reach 3306 of bd?
      |     ^^^^^
      |
      = help: write `office`

    error: `3306` is not traffic
     --> question:1:17
      |
    1 | may ofice reach 3306 of bd?
      |                 ^^^^
      |
      = help: write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all

    error: no tier has the name `bd`
     --> question:1:25
      |
    1 | may ofice reach 3306 of bd?
      |                         ^^
      |
      = help: write `db`
    ");
    insta::assert_snapshot!(read("who can reach office").unwrap_err(), @"
    error: `office` is a network, not a tier
     --> question:1:15
      |
    1 | who can reach office
      |               ^^^^^^
      |
      = help: write the name of a tier
    ");
    insta::assert_snapshot!(read("where is my database").unwrap_err(), @"
    error: this is not a question that can be answered
     --> question:1:1
      |
    1 | where is my database
      | ^
      |
      = help: write `may 10.1.2.3 reach 3306/tcp of db` or `who can reach db`
    ");
    for text in [
        "",
        "?",
        "who can reach \"the tier",
        "who can reach \"\"",
        "may",
        "may web reach db",
        "who",
        "who can reach",
        "may a b c d",
    ] {
        assert_eq!(read(text).unwrap_err().len(), 1, "{text}");
    }
}
