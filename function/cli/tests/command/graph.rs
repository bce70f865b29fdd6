//! `policy graph`: a policy as a picture, alone and with an account.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use roxmltree::Document;
use serde_json::{Value, json};

use crate::desk::{Desk, Ran};

/// The example of the policy reference, but for who may change what.
const EXAMPLE: &str = "\
version: 1
mode: enforce
on-violation: revoke
networks:
  office:  [203.0.113.0/24, \"2001:db8:10::/48\"]
  bastion: 198.51.100.7/32
  vendors: pl-0123456789abcdef0
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
    egress:
      - { allow: all, to: anywhere }
      - { allow: 8080/tcp, to: app }
  app:
    groups: { tags: { tier: app } }
    ingress:
      - { allow: 8080/tcp, from: web, required: true }
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [app, self] }
  ssh-admin:
    groups: { names: [ssh-admin] }
    ingress:
      - { allow: 22/tcp, from: [office, bastion] }
elsewhere:
  deny:
    - { ports: [22/tcp, 3389/tcp], from: internet, except: [office] }
exemptions:
  - id: OPS-1234
    groups: { ids: [sg-00000000000000db1] }
    allow: 5432/tcp
    from: 198.51.100.0/24
    until: 2026-12-31T00:00:00Z
    owner: dba@example.com
    reason: migration of the ledger
";

/// Two rules of the web group that are forbidden and one that is not, an app group without what is required, a db group
/// with what is exempt, and a group in no tier.
fn account() -> Value {
    let group = |id: &str, name: &str, tier: &str, rules: Value| {
        json!({
            "GroupId": id, "GroupName": name, "OwnerId": "111122223333", "VpcId": "vpc-0a4e92abb9b3c7181",
            "Tags": [{"Key": "tier", "Value": tier}], "IpPermissions": rules, "IpPermissionsEgress": [],
        })
    };
    let from = |port: u16, networks: &[&str]| {
        let networks: Vec<_> = networks.iter().map(|network| json!({"CidrIp": network})).collect();
        json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": networks})
    };
    let by = |port: u16, group: &str| {
        let groups = json!([{"GroupId": group, "UserId": "111122223333"}]);
        json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": groups})
    };
    json!({"SecurityGroups": [
        group("sg-0000000000000web1", "web-shop", "web", json!([
            from(80, &["0.0.0.0/0"]), from(22, &["0.0.0.0/0", "203.0.113.9/32"]),
        ])),
        group("sg-0000000000000web2", "web-blog", "web", json!([from(22, &["0.0.0.0/0"])])),
        group("sg-0000000000000app1", "app-shop", "app", json!([])),
        group("sg-00000000000000db1", "db-shop", "db", json!([
            by(3306, "sg-0000000000000app1"), by(3306, "sg-0000000000000web1"), by(3306, "sg-0000000000000misc"),
            from(5432, &["198.51.100.0/24"]),
        ])),
        group("sg-0000000000000misc", "misc", "none", json!([from(3389, &["0.0.0.0/0"])])),
    ]})
}

const LIVE: &str = "policy graph --account account.json --at 2026-03-02T09:00:00Z";

fn desk(test: &str, policy: &str) -> Desk {
    let desk = Desk::empty(test);
    desk.write("policy.yaml", policy);
    desk.write("account.json", account().to_string());
    desk
}

/// The nodes and edges of JSON output, a line each.
fn told(ran: &Ran) -> String {
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let graph: Value = serde_json::from_str(&ran.out).unwrap();
    let mut told = String::new();
    if let Some(live) = graph.get("live") {
        writeln!(told, "{live}").unwrap();
    }
    for part in ["nodes", "edges"] {
        graph[part].as_array().unwrap().iter().for_each(|value| writeln!(told, "{value}").unwrap());
    }
    told
}

/// The text of an SVG, a line each; panics where it is none.
fn texts(ran: &Ran) -> Vec<String> {
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let svg = Document::parse(&ran.out).unwrap();
    assert_eq!(svg.root_element().tag_name().name(), "svg");
    assert_eq!(svg.root_element().attribute("role"), Some("img"));
    let texts = svg.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

/// The tags of an SVG.
fn tags(ran: &Ran) -> BTreeSet<String> {
    let svg = Document::parse(&ran.out).unwrap();
    let elements = svg.descendants().filter(roxmltree::Node::is_element);
    elements.map(|node| node.tag_name().name().to_owned()).collect()
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty("graph_help").run("policy graph --help").shown(), @"
    exit 0
    --- stdout
    Draw a policy: the tiers as a picture, internet to database

    Whoever is outside stands on the left, each tier to the right of those that may reach it, and each
    arrow says what is let through. With an account its live rules are laid over the policy: what they
    use of what is allowed, what nothing uses, and what is forbidden. The picture is written to the
    standard output.

    Usage: tierguard policy graph [OPTIONS] [FILE]

    Arguments:
      [FILE]
              The policy; `-` is the standard input
              
              [default: policy.yaml]

    Options:
          --account <FILE>
              An account, in the AWS CLI's output keys, or `-`: its rules are judged, and drawn over the
              policy

          --at <TIME>
              The instant at which the rules are judged [default: now]

          --format <FORMAT>
              What to draw it as

              Possible values:
              - svg:     An image that stands alone, for browsers, documents and paper
              - mermaid: A Mermaid flowchart, for Markdown
              - json:    The nodes and edges as one JSON object
              
              [default: svg]

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      tierguard policy graph policy.yaml > tiers.svg
      tierguard policy graph policy.yaml --format mermaid
      aws ec2 describe-security-groups --output json > account.json
      tierguard policy graph policy.yaml --account account.json > live.svg

    Exit status: 0 drawn, 1 an error, 64 wrong usage.
    ");
}

#[test]
fn a_policy_as_mermaid() {
    let desk = desk("a_policy_as_mermaid", EXAMPLE);
    insta::assert_snapshot!(desk.run("policy graph --format mermaid").shown(), @r#"
    exit 0
    --- stdout
    flowchart LR
      n0(["anywhere"])
      n1(["office<br/>bastion"])
      n2(["internet"])
      n3["<b>web</b><br/>tag tier=web"]
      n4["<b>app</b><br/>tag tier=app<br/>egress not governed"]
      n5["<b>db</b><br/>tag tier=db<br/>egress not governed"]
      n6["<b>ssh-admin</b><br/>name ssh-admin<br/>egress not governed"]
      n7["<b>elsewhere</b><br/>groups in no tier"]
      n8(["anywhere"])
      n0 -->|"80/tcp, 443/tcp"| n3
      n1 -->|"22/tcp"| n6
      n2 --x|"no 22/tcp, 3389/tcp<br/>except office"| n7
      n3 -->|"8080/tcp"| n4
      n3 -->|"all"| n8
      n4 -->|"3306/tcp"| n5
      n5 -->|"3306/tcp<br/>within one group"| n5
      classDef source fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3
      class n0,n1,n2 source
      classDef tier fill:#e0f2fe,stroke:#0369a1,color:#0c2a3f,stroke-width:2px
      class n3,n4,n5,n6 tier
      classDef elsewhere fill:#fef3c7,stroke:#b45309,color:#3f2305
      class n7 elsewhere
      classDef destination fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3
      class n8 destination
      linkStyle 2 stroke:#92400e,color:#92400e
    "#);
}

#[test]
fn a_policy_as_json() {
    let desk = desk("a_policy_as_json", EXAMPLE);
    insta::assert_snapshot!(told(&desk.run("policy graph policy.yaml --format json")), @r#"
    {"id":"n0","kind":"source","name":"anywhere"}
    {"id":"n1","kind":"source","name":"office"}
    {"id":"n2","kind":"source","name":"bastion"}
    {"id":"n3","kind":"source","name":"internet"}
    {"id":"n4","kind":"tier","name":"web","notes":["tag tier=web"]}
    {"id":"n5","kind":"tier","name":"app","notes":["tag tier=app","egress not governed"]}
    {"id":"n6","kind":"tier","name":"db","notes":["tag tier=db","egress not governed"]}
    {"id":"n7","kind":"tier","name":"ssh-admin","notes":["name ssh-admin","egress not governed"]}
    {"id":"n8","kind":"elsewhere","name":"elsewhere","notes":["groups in no tier"]}
    {"id":"n9","kind":"destination","name":"anywhere"}
    {"from":"n0","kind":"allowed","to":"n4","traffic":["80/tcp","443/tcp"]}
    {"from":"n1","kind":"allowed","to":"n7","traffic":["22/tcp"]}
    {"from":"n2","kind":"allowed","to":"n7","traffic":["22/tcp"]}
    {"except":["office"],"from":"n3","kind":"denied","to":"n8","traffic":["22/tcp","3389/tcp"]}
    {"from":"n4","kind":"allowed","to":"n5","traffic":["8080/tcp"]}
    {"from":"n4","kind":"allowed","to":"n9","traffic":["all"]}
    {"from":"n5","kind":"allowed","to":"n6","traffic":["3306/tcp"]}
    {"from":"n6","kind":"allowed","to":"n6","traffic":["3306/tcp"],"within_group":true}
    "#);
}

#[test]
fn a_policy_as_svg() {
    let desk = desk("a_policy_as_svg", EXAMPLE);
    let ran = desk.run("policy graph");
    insta::assert_snapshot!(texts(&ran).join("\n"), @"
    policy.yaml
    4 tiers; traffic flows from left to right
    anywhere
    office
    bastion
    internet
    web
    tag tier=web
    app
    tag tier=app
    egress not governed
    db
    tag tier=db
    egress not governed
    3306/tcp
    within one group
    ssh-admin
    name ssh-admin
    egress not governed
    elsewhere
    groups in no tier
    anywhere
    80/tcp, 443/tcp
    22/tcp
    8080/tcp
    all
    3306/tcp
    no 22/tcp, 3389/tcp
    except office
    allowed
    denied
    ");
    insta::assert_snapshot!(Vec::from_iter(tags(&ran)).join(" "), @"defs desc g marker path rect style svg text title");
    assert_eq!(desk.run("policy graph").out, ran.out, "the same picture comes out the same");
}

#[test]
fn live_rules_as_mermaid() {
    let desk = desk("live_rules_as_mermaid", EXAMPLE);
    insta::assert_snapshot!(desk.run(&format!("{LIVE} --format mermaid")).shown(), @r#"
    exit 0
    --- stdout
    flowchart LR
      n0(["anywhere"])
      n1(["office<br/>bastion"])
      n2(["internet"])
      n3(["198.51.100.0/24"])
      n4(["111122223333/sg-0000000000000misc<br/>misc"])
      n5(["203.0.113.9/32"])
      n6["<b>web</b><br/>tag tier=web<br/>2 groups"]
      n7["<b>app</b><br/>tag tier=app<br/>egress not governed<br/>1 group"]
      n8["<b>db</b><br/>tag tier=db<br/>egress not governed<br/>1 group"]
      n9["<b>ssh-admin</b><br/>name ssh-admin<br/>egress not governed<br/>no groups"]
      n10["<b>elsewhere</b><br/>groups in no tier<br/>1 group"]
      n11(["anywhere"])
      n0 -->|"80/tcp"| n6
      n0 -.->|"443/tcp<br/>unused"| n6
      n0 ==>|"✗ 22/tcp from 0.0.0.0/0<br/>in 2 groups"| n6
      n0 ==>|"✗ 3389/tcp from 0.0.0.0/0<br/>in sg-0000000000000misc"| n10
      n1 -.->|"22/tcp<br/>unused"| n9
      n2 --x|"no 22/tcp, 3389/tcp<br/>except office"| n10
      n3 -->|"5432/tcp<br/>exemption OPS-1234"| n8
      n4 ==>|"✗ 3306/tcp<br/>in sg-00000000000000db1"| n8
      n5 ==>|"✗ 22/tcp<br/>in sg-0000000000000web1"| n6
      n6 -.->|"8080/tcp<br/>unused"| n7
      n6 -.->|"missing: 8080/tcp<br/>in sg-0000000000000app1"| n7
      n6 ==>|"✗ 3306/tcp<br/>in sg-00000000000000db1"| n8
      n6 -.->|"all<br/>unused"| n11
      n7 -->|"3306/tcp"| n8
      n8 -.->|"3306/tcp<br/>within one group<br/>unused"| n8
      classDef source fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3
      class n0,n1,n2,n3,n4,n5 source
      classDef tier fill:#e0f2fe,stroke:#0369a1,color:#0c2a3f,stroke-width:2px
      class n6,n7,n8,n9 tier
      classDef elsewhere fill:#fef3c7,stroke:#b45309,color:#3f2305
      class n10 elsewhere
      classDef destination fill:#f1f5f9,stroke:#64748b,color:#0f172a,stroke-dasharray:4 3
      class n11 destination
      linkStyle 1,4,9,12,14 stroke:#94a3b8,color:#64748b
      linkStyle 6 stroke:#7c3aed,color:#6d28d9,stroke-dasharray:10 4
      linkStyle 5 stroke:#92400e,color:#92400e
      linkStyle 10 stroke:#be123c,color:#be123c
      linkStyle 2,3,7,8,11 stroke:#be123c,color:#be123c,stroke-width:4px
    "#);
}

#[test]
fn live_rules_as_json() {
    let desk = desk("live_rules_as_json", EXAMPLE);
    insta::assert_snapshot!(told(&desk.run(&format!("{LIVE} --format json"))), @r#"
    {"at":"2026-03-02T09:00:00Z","forbidden":6,"managed":5,"missing":1,"unjudged":0,"unmanaged":0}
    {"id":"n0","kind":"source","name":"anywhere"}
    {"id":"n1","kind":"source","name":"office"}
    {"id":"n2","kind":"source","name":"bastion"}
    {"id":"n3","kind":"source","name":"internet"}
    {"id":"n4","kind":"source","name":"198.51.100.0/24"}
    {"id":"n5","kind":"source","name":"111122223333/sg-0000000000000misc","notes":["misc"]}
    {"id":"n6","kind":"source","name":"203.0.113.9/32"}
    {"groups":2,"id":"n7","kind":"tier","name":"web","notes":["tag tier=web"]}
    {"groups":1,"id":"n8","kind":"tier","name":"app","notes":["tag tier=app","egress not governed"]}
    {"groups":1,"id":"n9","kind":"tier","name":"db","notes":["tag tier=db","egress not governed"]}
    {"groups":0,"id":"n10","kind":"tier","name":"ssh-admin","notes":["name ssh-admin","egress not governed"]}
    {"groups":1,"id":"n11","kind":"elsewhere","name":"elsewhere","notes":["groups in no tier"]}
    {"id":"n12","kind":"destination","name":"anywhere"}
    {"from":"n0","groups":["sg-0000000000000web1"],"kind":"allowed","rules":1,"to":"n7","traffic":["80/tcp"]}
    {"from":"n0","groups":[],"kind":"unused","rules":0,"to":"n7","traffic":["443/tcp"]}
    {"from":"n0","groups":["sg-0000000000000web1","sg-0000000000000web2"],"kind":"violation","rules":2,"to":"n7","traffic":["22/tcp from 0.0.0.0/0"]}
    {"from":"n0","groups":["sg-0000000000000misc"],"kind":"violation","rules":1,"to":"n11","traffic":["3389/tcp from 0.0.0.0/0"]}
    {"from":"n1","groups":[],"kind":"unused","rules":0,"to":"n10","traffic":["22/tcp"]}
    {"from":"n2","groups":[],"kind":"unused","rules":0,"to":"n10","traffic":["22/tcp"]}
    {"except":["office"],"from":"n3","groups":[],"kind":"denied","rules":0,"to":"n11","traffic":["22/tcp","3389/tcp"]}
    {"exemption":"OPS-1234","from":"n4","groups":["sg-00000000000000db1"],"kind":"exempt","rules":1,"to":"n9","traffic":["5432/tcp"]}
    {"from":"n5","groups":["sg-00000000000000db1"],"kind":"violation","rules":1,"to":"n9","traffic":["3306/tcp"]}
    {"from":"n6","groups":["sg-0000000000000web1"],"kind":"violation","rules":1,"to":"n7","traffic":["22/tcp"]}
    {"from":"n7","groups":[],"kind":"unused","rules":0,"to":"n8","traffic":["8080/tcp"]}
    {"from":"n7","groups":["sg-0000000000000app1"],"kind":"missing","rules":1,"to":"n8","traffic":["8080/tcp"]}
    {"from":"n7","groups":["sg-00000000000000db1"],"kind":"violation","rules":1,"to":"n9","traffic":["3306/tcp"]}
    {"from":"n7","groups":[],"kind":"unused","rules":0,"to":"n12","traffic":["all"]}
    {"from":"n8","groups":["sg-00000000000000db1"],"kind":"allowed","rules":1,"to":"n9","traffic":["3306/tcp"]}
    {"from":"n9","groups":[],"kind":"unused","rules":0,"to":"n9","traffic":["3306/tcp"],"within_group":true}
    "#);
}

#[test]
fn live_rules_as_svg() {
    let desk = desk("live_rules_as_svg", EXAMPLE);
    insta::assert_snapshot!(texts(&desk.run(LIVE)).join("\n"), @"
    policy.yaml
    4 tiers; traffic flows from left to right
    live rules at 2026-03-02T09:00:00Z: 5 groups
    6 rules forbidden, 1 missing
    anywhere
    office
    bastion
    internet
    198.51.100.0/24
    111122223333/sg-0000000000000misc
    misc
    203.0.113.9/32
    web
    tag tier=web
    2 groups
    app
    tag tier=app
    egress not governed
    1 group
    db
    tag tier=db
    egress not governed
    1 group
    3306/tcp
    within one group
    unused
    ssh-admin
    name ssh-admin
    egress not governed
    no groups
    elsewhere
    groups in no tier
    1 group
    anywhere
    80/tcp
    3306/tcp
    443/tcp
    unused
    22/tcp
    unused
    8080/tcp
    unused
    all
    unused
    5432/tcp
    exemption OPS-1234
    no 22/tcp, 3389/tcp
    except office
    missing: 8080/tcp
    in sg-0000000000000app1
    ✗ 22/tcp from 0.0.0.0/0
    in 2 groups
    ✗ 3389/tcp from 0.0.0.0/0
    in sg-0000000000000misc
    ✗ 3306/tcp
    in sg-00000000000000db1
    ✗ 22/tcp
    in sg-0000000000000web1
    ✗ 3306/tcp
    in sg-00000000000000db1
    allowed, and used by live rules
    allowed, and used by no live rule
    allowed for a time
    denied
    required, and missing
    opened by live rules, and forbidden
    ");
}

#[test]
fn an_exemption_counts_until_it_ends() {
    let desk = desk("an_exemption_counts_until_it_ends", EXAMPLE);
    let later =
        desk.run("policy graph --account account.json --at 2027-01-01T00:00:00Z --format mermaid").out;
    assert!(!later.contains("OPS-1234"));
    assert!(later.contains("✗ 5432/tcp"), "{later}");
}

#[test]
fn what_names_a_group_by_its_id_is_used_whoever_else_is_in_the_file() {
    let policy = "version: 1\ntiers:\n  db:\n    groups: { tags: { tier: db } }\n    ingress:\n      - { allow: 3306/tcp, from: sg-0a }\n      - { allow: 5432/tcp, from: 111122223333/sg-0a }\n";
    let desk = desk("what_names_a_group_by_its_id_is_used", policy);
    let by = |port: u16| {
        let groups = json!([{"GroupId": "sg-0a", "UserId": "111122223333"}]);
        json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": groups})
    };
    let mut account = account();
    account["SecurityGroups"][0]["GroupId"] = json!("sg-0a");
    account["SecurityGroups"][3]["IpPermissions"] = json!([by(3306), by(5432)]);
    for groups in [5, 4] {
        if groups == 4 {
            account["SecurityGroups"].as_array_mut().unwrap().remove(0);
        }
        desk.write("account.json", account.to_string());
        let graph: Value = serde_json::from_str(&desk.run(&format!("{LIVE} --format json")).out).unwrap();
        let edges = graph["edges"].as_array().unwrap().iter();
        let kinds: Vec<_> = edges.map(|edge| edge["kind"].as_str().unwrap()).collect();
        assert_eq!((kinds, &graph["live"]["forbidden"]), (vec!["allowed"; 2], &json!(0)), "{groups}");
    }
}

#[test]
fn many_violations_are_counted() {
    let desk = desk("many_violations_are_counted", EXAMPLE);
    let networks: Vec<_> = (1..=9).map(|n| json!({"CidrIp": format!("192.0.2.{n}/32")})).collect();
    let rule = |port: u16, networks: &Value| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": networks});
    let mut rules: Vec<_> = (1..=7).map(|port| rule(port, &json!([{"CidrIp": "10.0.0.0/8"}]))).collect();
    rules.push(rule(22, &json!(networks)));
    let group = json!({"GroupId": "sg-0a", "Tags": [{"Key": "tier", "Value": "web"}], "IpPermissions": rules, "IpPermissionsEgress": []});
    desk.write("account.json", json!({"SecurityGroups": [group]}).to_string());
    let drawn = desk.run(&format!("{LIVE} --format mermaid")).out;
    let bad: Vec<_> =
        drawn.lines().filter(|line| line.contains("==>") || line.contains("192.0.2.1")).collect();
    insta::assert_snapshot!(bad.join("\n"), @r#"
    n4(["192.0.2.8/32<br/>192.0.2.1/32<br/>192.0.2.2/32<br/>192.0.2.9/32<br/>192.0.2.3/32<br/>192.0.2.5/32<br/>and 3 more"])
    n3 ==>|"✗ 1/tcp<br/>✗ 2/tcp<br/>✗ 3/tcp<br/>✗ 4/tcp<br/>and 3 more<br/>in sg-0a"| n5
    n4 ==>|"✗ 22/tcp<br/>in sg-0a"| n5
    "#);
}

#[test]
fn what_others_named_is_text_and_nothing_else() {
    let desk = desk("what_others_named_is_text_and_nothing_else", EXAMPLE);
    let name = "</text><script>alert(1)</script>\"]; click n0 \"x\" & \u{202e}\u{1b}[2J\n`--> %%{init}";
    let mut account = account();
    account["SecurityGroups"][4]["GroupName"] = json!(name);
    desk.write("account.json", account.to_string());
    let svg = desk.run(LIVE);
    let named = |texts: &[String]| texts.iter().find(|text| text.contains("script")).cloned().unwrap();
    insta::assert_snapshot!(named(&texts(&svg)), @r#"</text><script>alert(1)</script>"]; click n0 "…"#);
    assert!(!tags(&svg).contains("script"));
    let mermaid = desk.run(&format!("{LIVE} --format mermaid")).out;
    let lines: Vec<_> = mermaid.lines().map(str::to_owned).collect();
    insta::assert_snapshot!(named(&lines), @r#"  n4(["111122223333/sg-0000000000000misc<br/>#60;/text#62;#60;script#62;alert#40;1#41;#60;/script#62;#34;#93;#59; click n0 #34;…"])"#);
    for out in [svg.out, mermaid] {
        assert!(out.chars().all(|c| c == '\n' || !c.is_control()) && !out.contains('\u{202e}'));
    }
}

#[test]
fn a_file_may_be_named_anything() {
    let desk = Desk::empty("a_file_may_be_named_anything");
    desk.write("a<b>&\"c\".yaml", EXAMPLE);
    assert_eq!(texts(&desk.run("policy graph a<b>&\"c\".yaml"))[0], "a<b>&\"c\".yaml");
}

#[test]
fn a_policy_may_say_little() {
    let elsewhere = "version: 1\nelsewhere: { ingress: [] }\n";
    let desk = desk("a_policy_may_say_little", elsewhere);
    insta::assert_snapshot!(desk.run("policy graph --format mermaid").shown(), @r#"
    exit 0
    --- stdout
    flowchart LR
      n0["<b>elsewhere</b><br/>groups in no tier<br/>no ingress allowed<br/>egress not governed"]
      classDef elsewhere fill:#fef3c7,stroke:#b45309,color:#3f2305
      class n0 elsewhere
    "#);
    insta::assert_snapshot!(texts(&desk.run("policy graph")).join("\n"), @"
    policy.yaml
    no tiers; traffic flows from left to right
    elsewhere
    groups in no tier
    no ingress allowed
    egress not governed
    ");
    desk.write(
        "policy.yaml",
        "version: 1\ntiers: { web: { groups: { names: w }, ingress: [], egress: [] } }\n",
    );
    insta::assert_snapshot!(texts(&desk.run("policy graph")).join("\n"), @"
    policy.yaml
    1 tier; traffic flows from left to right
    web
    name w
    no ingress allowed
    no egress allowed
    ");
}

#[test]
fn thirty_tiers_that_reach_each_other() {
    let mut policy = "version: 1\nmode: enforce\non-violation: revoke\ntiers:\n".to_owned();
    for n in 0..30 {
        let (before, other) = ((n + 29) % 30, (n * 7) % 30);
        write!(policy, "  t{n}:\n    groups: {{ names: [t{n}] }}\n    ingress:\n").unwrap();
        writeln!(
            policy,
            "      - {{ allow: {}/tcp, from: [t{before}, t{other}, anywhere, 10.{n}.0.0/16] }}",
            1000 + n
        )
        .unwrap();
    }
    let desk = desk("thirty_tiers_that_reach_each_other", &policy);
    let texts = texts(&desk.run("policy graph"));
    for n in 0..30 {
        assert!(texts.contains(&format!("t{n}")) && texts.contains(&format!("10.{n}.0.0/16")), "{n}");
    }
    assert_eq!(texts.iter().filter(|text| *text == "1017/tcp").count(), 4);
}

#[test]
fn a_policy_of_too_many_tiers_is_not_drawn() {
    let mut policy = "version: 1\nmode: enforce\non-violation: revoke\ntiers:\n".to_owned();
    for n in 0..300 {
        let from = if n == 0 { "anywhere".to_owned() } else { format!("[t{}, anywhere]", n - 1) };
        writeln!(
            policy,
            "  t{n}: {{ groups: {{ names: [t{n}] }}, ingress: [{{ allow: 1/tcp, from: {from} }}] }}"
        )
        .unwrap();
    }
    let desk = desk("a_policy_of_too_many_tiers_is_not_drawn", &policy);
    insta::assert_snapshot!(desk.run("policy graph").shown(), @"
    exit 1
    --- stderr
    error: the picture would be too large to be drawn
      help: use `--format mermaid` or `--format json`
    ");
    assert_eq!(desk.run("policy graph --format mermaid").code, 0);
}

#[test]
fn what_is_wrong_is_told() {
    let desk = desk("graph_what_is_wrong_is_told", "version: 2\n");
    assert_eq!(desk.run("policy graph").code, 1);
    assert_eq!(desk.run("policy graph missing.yaml").code, 1);
    desk.write("policy.yaml", EXAMPLE);
    assert_eq!(desk.run("policy graph --account missing.json").code, 1);
    assert_eq!(desk.run("policy graph --account account.json --at yesterday").code, 64);
    insta::assert_snapshot!(desk.run("policy graph --at 2026-03-02T09:00:00Z").shown(), @"
    exit 64
    --- stderr
    error: the following required arguments were not provided:
      --account <FILE>

    Usage: tierguard policy graph --account <FILE> --at <TIME> [FILE]

    For more information, try '--help'.
    ");
}
