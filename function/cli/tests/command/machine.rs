//! Errors told to machines, a policy from the standard input, and instants that are days.

use crate::desk::{Desk, POLICY, Ran};

#[test]
fn where_the_answer_is_json_an_error_is_too() {
    let desk = Desk::new("json_errors");
    desk.write(
        "bad.yaml",
        POLICY.replace("443/tcp]", "443/tpc]").replace("from: [web, office]", "from: [wbe]"),
    );
    let err = |arguments: &str| {
        let ran = desk.run(arguments);
        assert_eq!(ran.out, "");
        for line in ran.err.lines() {
            let told: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(told["error"].is_string() && told["help"].is_string(), "{line}");
        }
        format!("exit {}\n{}", ran.code, ran.err)
    };
    insta::assert_snapshot!(err("policy test bad.yaml --format json"), @r#"
    exit 1
    {"error":"`443/tpc` is not traffic","help":"write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all","file":"bad.yaml","line":10,"column":27}
    {"error":"unknown name `wbe`","help":"write `web`","file":"bad.yaml","line":14,"column":35}
    "#);
    insta::assert_snapshot!(err("policy check policy.yaml --format json --at soon"), @r#"
    exit 64
    {"error":"`soon` is not a point in time","help":"write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02"}
    "#);
    insta::assert_snapshot!(err("policy graph bad.yaml --format json"), @r#"
    exit 1
    {"error":"`443/tpc` is not traffic","help":"write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all","file":"bad.yaml","line":10,"column":27}
    {"error":"unknown name `wbe`","help":"write `web`","file":"bad.yaml","line":14,"column":35}
    "#);
    insta::assert_snapshot!(err("explain who can reach vault --format json"), @r#"
    exit 1
    {"error":"no tier has the name `vault`","help":"write the name of a tier: `db`, `web`","file":"question","line":1,"column":15}
    "#);
    insta::assert_snapshot!(err("audit --account account.json --policy bad.yaml --format json"), @r#"
    exit 1
    {"error":"`443/tpc` is not traffic","help":"write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all","file":"bad.yaml","line":10,"column":27}
    {"error":"unknown name `wbe`","help":"write `web`","file":"bad.yaml","line":14,"column":35}
    "#);
    for arguments in [
        "audit --account nowhere.json --format sarif",
        "replay --account nowhere.json --format jsonl account.json",
    ] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(err(arguments), @r#"
            exit 1
            {"error":"the account `nowhere.json` cannot be read: No such file or directory (os error 2)","help":"give the path of a text file that you may read"}
            "#);
        }
    }
    insta::assert_snapshot!(err("explain may web reach 80/tcp of web --account account.json --format json"), @r#"
    exit 64
    {"error":"`--account` is for `why`: other questions are about the policy alone","help":"leave it out"}
    "#);
}

#[test]
fn a_policy_may_come_from_the_standard_input() {
    let desk = Desk::new("policy_from_stdin");
    let piped = |arguments: &str, policy: &str| {
        Ran::of(desk.command(arguments).write_stdin(policy.to_owned())).shown()
    };
    insta::assert_snapshot!(piped("policy check - --at 2027-01-01", POLICY), @"
    exit 0
    --- stdout
    warning: groups that are in no tier are not watched
     --> <stdin>:6:1
      |
    6 | tiers:
      | ^^^^^
      |
      = help: write `elsewhere: { deny: [{ ports: [22/tcp, 3389/tcp], from: internet }] }` to keep the worst out of every group

    <stdin>: 2 tiers, 0 exemptions, 1 warning
    ");
    insta::assert_snapshot!(piped("policy check - --at 2027-01-01", &POLICY.replace("version: 1", "version: 2")), @"
    exit 1
    --- stdout
    error: version `2` is not supported
     --> <stdin>:1:10
      |
    1 | version: 2
      |          ^
      |
      = help: write `version: 1`

    <stdin>: 1 error
    ");
    insta::assert_snapshot!(piped("policy graph - --format mermaid", POLICY), @r#"
    exit 0
    --- stdout
    flowchart LR
      n0(["anywhere"])
      n1(["office"])
      n2["<b>web</b><br/>tag tier=web<br/>egress not governed"]
      n3["<b>db</b><br/>tag tier=db<br/>egress not governed"]
      n0 -->|"80/tcp, 443/tcp"| n2
      n1 -->|"3306/tcp"| n3
      n2 -->|"3306/tcp"| n3
      classDef source fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3
      class n0,n1 source
      classDef tier fill:#e0f2fe,stroke:#0369a1,color:#0c2a3f,stroke-width:2px
      class n2,n3 tier
    "#);
    insta::assert_snapshot!(piped("replay --policy - -", POLICY), @"
    exit 64
    --- stderr
    error: the standard input (`-`) is given twice
      help: give it once
    ");
}

#[test]
fn a_day_begins_at_midnight_in_utc() {
    let desk = Desk::new("days");
    desk.write("policy.yaml", format!("{POLICY}{EXEMPTION}"));
    let warned = |at: &str| desk.run(&format!("policy check policy.yaml --at {at}")).out.contains("ended");
    // The exemption ends as the day begins.
    assert!(warned("2027-01-01"));
    assert!(warned("2027-01-01T00:00:00Z"));
    assert!(!warned("2026-12-31"));
    assert!(!warned("2026-12-31T23:59:59Z"));
    for at in ["2027", "2027-13-01", "01/02/2027", "2027-01-01T10:00", "tomorrow"] {
        let ran = desk.run(&format!("policy check policy.yaml --at {at}"));
        assert_eq!(ran.code, 64);
        assert!(ran.err.starts_with(&format!("error: `{at}` is not a point in time\n")), "{}", ran.err);
    }
    insta::assert_snapshot!(desk.run("policy check policy.yaml --at 2027-01-01T10:00").err, @"
    error: `2027-01-01T10:00` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02
    ");
}

const EXEMPTION: &str = "\
exemptions:
  - id: OPS-1
    groups: { tags: { tier: db } }
    allow: 5432/tcp
    from: office
    until: 2027-01-01T00:00:00Z
    owner: dba@example.com
    reason: migration
";
