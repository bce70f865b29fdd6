//! `tierguard policy init`.

use serde_json::{Value, json};

use crate::desk::Desk;

const OURS: &str = "111122223333";
const WEB: &str = "sg-0000000000000000a";
const APP: &str = "sg-0000000000000000b";
const DB: &str = "sg-0000000000000000c";
const ADMIN: &str = "sg-0000000000000000d";

/// A group as EC2 makes it: everything may leave it.
fn group(id: &str, name: &str, tag: Option<&str>, ingress: &Value) -> Value {
    let tags: Vec<_> = tag.iter().map(|value| json!({"Key": "tier", "Value": value})).collect();
    json!({
        "GroupId": id, "GroupName": name, "OwnerId": OURS, "VpcId": "vpc-0a", "Tags": tags, "IpPermissions": ingress,
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    })
}

fn tcp(port: u16, peers: &Value) -> Value {
    let mut item = json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port});
    item.as_object_mut().unwrap().extend(peers.as_object().unwrap().clone());
    item
}

fn from_groups(ids: &[&str]) -> Value {
    let pairs: Vec<_> = ids.iter().map(|id| json!({"GroupId": id, "UserId": OURS})).collect();
    json!({"UserIdGroupPairs": pairs})
}

fn world() -> Value {
    json!({"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})
}

/// The account of which the README's policy tells.
fn tidy() -> Value {
    let office = json!({
        "IpRanges": [
            {"CidrIp": "203.0.113.0/24", "Description": "office"}, {"CidrIp": "198.51.100.7/32", "Description": "bastion"},
        ],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8:10::/48", "Description": "office"}],
    });
    let mut db = group(DB, "db-shop", Some("db"), &json!([tcp(3306, &from_groups(&[APP, DB]))]));
    db["IpPermissionsEgress"] = json!([]);
    json!({"SecurityGroups": [
        group(WEB, "web-shop", Some("web"), &json!([tcp(80, &world()), tcp(443, &world())])),
        group(APP, "app-shop", Some("app"), &json!([tcp(8080, &from_groups(&[WEB]))])),
        db,
        group(ADMIN, "ssh-admin", None, &json!([tcp(22, &office)])),
    ]})
}

/// An account as it has become over the years.
fn grown() -> Value {
    let quick = json!({"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "quick fix\n#1"}]});
    let stale = json!({"UserIdGroupPairs": [{"GroupId": "sg-0000000000000dead"}]});
    let partner = json!({"UserIdGroupPairs": [
        {"GroupId": "sg-0000000000000beef", "UserId": "444455556666"}, {"GroupId": "sg-00000000000000bad", "UserId": OURS},
        {"GroupId": "sg-00000000000000003", "UserId": OURS},
    ], "PrefixListIds": [{"PrefixListId": "pl-0a"}, {"PrefixListId": "pl-0b"}]});
    json!({
        "SecurityGroups": [
            group(WEB, "web-1", None, &json!([tcp(443, &world()), tcp(22, &quick), tcp(443, &json!({"IpRanges": [{"CidrIp": "203.0.113.0/24"}]}))])),
            group("sg-00000000000000001", "web-2", None, &json!([tcp(443, &world())])),
            group(APP, "app", Some("* {a}"), &json!([tcp(8080, &from_groups(&[WEB]))])),
            group(DB, "db", None, &json!([tcp(3306, &partner)])),
            group("sg-00000000000000002", "lonely", None, &json!([tcp(9000, &stale), tcp(9000, &from_groups(&[APP]))])),
            group("sg-00000000000000003", "default", None, &json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-00000000000000003", "UserId": OURS}]}])),
            group("sg-00000000000000004", "default", None, &json!([tcp(22, &quick)])),
        ],
        "PrefixLists": [{"PrefixListId": "pl-0a", "PrefixListName": "vendors", "Entries": [{"Cidr": "192.0.2.0/24"}]}],
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": WEB}, {"GroupId": DB}, {"GroupId": "sg-00000000000000002"}]}],
    })
}

fn desk(test: &str, account: &Value) -> Desk {
    let desk = Desk::empty(test);
    desk.write("account.json", account.to_string());
    desk
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty("init_help").run("policy init --help").shown(), @"
    exit 0
    --- stdout
    Draft a first policy from an account: what is open in it today, by tiers

    An audit of that account by the draft finds nothing. Comments mark what is doubtful: ports that the
    internet should not reach, rules that one group of a tier has and the others have not, references to
    groups that are gone, groups on no network interface. Groups whose tags and names say nothing are in
    no tier; `elsewhere` holds for them.

    Usage: tierguard policy init [OPTIONS] --account <FILE>

    Options:
          --account <FILE>
              The account, in the AWS CLI's output keys, or `-`: groups, and where there are any, rules,
              prefix lists and interfaces

          --tag <KEY>
              The tag whose values are the tiers [default: a tag named tier, layer, role or the like]

          --out <FILE>
              Write the policy there, if there is no such file yet [default: print it]

          --format <FORMAT>
              The policy, or one JSON object: the policy, its tiers with their groups, and what is
              doubtful

              Possible values:
              - text: For people
              - json: One JSON object
              
              [default: text]

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      aws ec2 describe-security-groups --output json > account.json
      tierguard policy init --account account.json > policy.yaml
      tierguard policy init --account account.json --tag App --out policy.yaml

    Exit status: 0 drafted, 1 an error, 64 wrong usage.
    ");
}

#[test]
fn a_tidy_account() {
    let desk = desk("init_a_tidy_account", &tidy());
    insta::assert_snapshot!(desk.run("policy init --account account.json").shown(), @r#"
    exit 0
    --- stdout
    # yaml-language-server: $schema=policy.schema.json
    #
    # A first policy, drafted by `tierguard policy init` from 4 security groups in account.json.
    # It allows what they open today, so an audit of them by it finds nothing. What is open is not always meant: look at
    # every question below. It says nothing of who may change what (`editors`, `break-glass`), of what must be there
    # (`required`), or of network interfaces. `anywhere` is IPv4 and IPv6: write 0.0.0.0/0 for IPv4 alone.
    #
    # What to do next:
    #   tierguard policy schema > policy.schema.json                 for editors, by the first line of this file
    #   tierguard policy check policy.yaml --account account.json    what in it was perhaps not meant
    #   tierguard audit --policy policy.yaml --account account.json  what breaks it, once it is stricter
    #   tierguard policy test --help                                 how to write down what must stay so, as cases
    #   tierguard replay --mode observe --policy policy.yaml --account account.json LOGS
    # Deploy it as it is, to observe; write `mode: enforce` once its messages surprise nobody.

    version: 1
    mode: observe                  # judge and tell, change nothing

    networks:                      # as the descriptions of rules call them
      bastion: 198.51.100.7/32
      office: [203.0.113.0/24, "2001:db8:10::/48"]

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
        egress:
          - { allow: all, to: anywhere }

      db:
        groups: { tags: { tier: db } }
        ingress:
          - { allow: 3306/tcp, from: [app, self] }
        egress: []

      ssh-admin:
        groups: { names: [ssh-admin] }
        ingress:
          - { allow: 22/tcp, from: [bastion, office] }
        egress:
          - { allow: all, to: anywhere }

    # What holds for groups in no tier, today none:
    elsewhere:
      deny:
        - { ports: [22/tcp, 3389/tcp], from: internet }
    "#);
}

#[test]
fn a_grown_account() {
    let desk = desk("init_a_grown_account", &grown());
    insta::assert_snapshot!(desk.run("policy init --account account.json").shown(), @r#"
    exit 0
    --- stdout
    # yaml-language-server: $schema=policy.schema.json
    #
    # A first policy, drafted by `tierguard policy init` from 7 security groups in account.json.
    # It allows what they open today, so an audit of them by it finds nothing. What is open is not always meant: look at
    # every question below. It says nothing of who may change what (`editors`, `break-glass`), of what must be there
    # (`required`), or of network interfaces. `anywhere` is IPv4 and IPv6: write 0.0.0.0/0 for IPv4 alone.
    #
    # What to do next:
    #   tierguard policy schema > policy.schema.json                 for editors, by the first line of this file
    #   tierguard policy check policy.yaml --account account.json    what in it was perhaps not meant
    #   tierguard audit --policy policy.yaml --account account.json  what breaks it, once it is stricter
    #   tierguard policy test --help                                 how to write down what must stay so, as cases
    #   tierguard replay --mode observe --policy policy.yaml --account account.json LOGS
    # Deploy it as it is, to observe; write `mode: enforce` once its messages surprise nobody.

    version: 1
    mode: observe                  # judge and tell, change nothing

    tiers:
      # on no network interface: web-2
      web:
        groups: { names: [web-*] }  # 2 groups
        # covered by the entries here: 443/tcp from 203.0.113.0/24
        ingress:
          # 22/tcp (SSH) from the internet: is this meant?
          # 22/tcp only in web-1 (1 of 2 groups): in all?
          # “quick fix\n#1”
          - { allow: [22/tcp, 443/tcp], from: anywhere }
        egress:
          - { allow: all, to: anywhere }

      # on no network interface: app
      a:
        groups: { tags: { tier: "* {a}" } }
        ingress:
          - { allow: 8080/tcp, from: web }  # today only from web-1 of web: or all of it?
        egress:
          - { allow: all, to: anywhere }

      lonely:
        groups: { names: [lonely] }
        # lonely has 9000/tcp from sg-0000000000000dead, and nobody knows whose group that is: no policy can allow it
        # ingress is not governed until they are gone. Revoke them, and take the marks off these lines:
        # ingress:
        #   - { allow: 9000/tcp, from: a }
        egress:
          - { allow: all, to: anywhere }

      db:
        groups: { names: [db] }
        ingress:
          - allow: 3306/tcp
            from:
              - sg-00000000000000003  # default
              - sg-00000000000000bad  # not among the groups: is it gone?
              - 444455556666/sg-0000000000000beef  # a group of the account 444455556666
              - pl-0a  # vendors
              - pl-0b
        egress:
          - { allow: all, to: anywhere }

    # What holds for groups in no tier, today 2:
    # neither a tag nor a name says what these are for: default, default
    # 22/tcp is open to the internet in default: close it, then deny it here
    elsewhere:
      deny:
        - { ports: 3389/tcp, from: internet }
    "#);
}

#[test]
fn what_would_open_more_than_today_is_marked() {
    let from = |network: &str| json!({"IpRanges": [{"CidrIp": network, "Description": "office"}]});
    let (web, other_web) = (WEB, ADMIN);
    let account = json!({"SecurityGroups": [
        group(web, "web-a", Some("web"), &json!([tcp(80, &world()), tcp(22, &from("10.1.0.0/16")), tcp(443, &from("10.3.0.0/16"))])),
        group(other_web, "web-b", Some("web"), &json!([tcp(81, &world()), tcp(22, &from("10.2.0.0/16")), tcp(443, &from("10.3.0.0/16"))])),
        group(APP, "app-a", Some("app"), &json!([tcp(8080, &from_groups(&[web]))])),
        group(DB, "app-b", Some("app"), &json!([tcp(8080, &from_groups(&[other_web]))])),
    ]});
    let ran =
        desk("what_would_open_more_than_today_is_marked", &account).run("policy init --account account.json");
    let tiers = ran.out.split("tiers:").nth(1).unwrap();
    insta::assert_snapshot!(tiers, @"

      web:
        groups: { tags: { tier: web } }  # 2 groups
        ingress:
          # 80/tcp only in web-a (1 of 2 groups): in all?
          # 81/tcp only in web-b (1 of 2 groups): in all?
          - { allow: 80-81/tcp, from: anywhere }
          - allow: 22/tcp
            from:
              - office  # only in web-a (1 of 2 groups): in all?
              - office-3  # only in web-b (1 of 2 groups): in all?; “office”
          - { allow: 443/tcp, from: office-2 }  # “office”
        egress:
          - { allow: all, to: anywhere }

      app:
        groups: { tags: { tier: app } }  # 2 groups
        ingress:
          - { allow: 8080/tcp, from: web }  # today not from all of web in every group: or in all?
        egress:
          - { allow: all, to: anywhere }

    # What holds for groups in no tier, today none:
    elsewhere:
      deny:
        - { ports: [22/tcp, 3389/tcp], from: internet }
    ");
}

#[test]
fn the_commands_that_it_proposes_name_the_file_as_it_is() {
    let desk = desk("the_commands_that_it_proposes_name_the_file_as_it_is", &tidy());
    desk.write("it's ours.json", tidy().to_string());
    let mut command = desk.command("policy init --account");
    let ran = crate::desk::Ran::of(command.arg("it's ours.json"));
    assert!(
        ran.out.contains(r"tierguard audit --policy policy.yaml --account 'it'\''s ours.json'"),
        "{}",
        ran.out
    );
}

#[test]
fn an_audit_by_it_finds_nothing() {
    for (test, account) in [("init_audit_tidy", tidy()), ("init_audit_grown", grown())] {
        let desk = desk(test, &account);
        desk.run("policy init --account account.json --out policy.yaml");
        let ran = desk.run("audit --account account.json --fail-on violation");
        assert_eq!(
            (ran.code, ran.out.contains("undecidable"), ran.out.contains("unmanaged")),
            (0, false, false),
            "{}",
            ran.out
        );
        assert_eq!(desk.run("policy check --account account.json").code, 0);
    }
}

#[test]
fn into_a_file_that_is_not_there_yet() {
    let desk = desk("init_into_a_file", &tidy());
    let ran = desk.run("policy init --account account.json --out first.yaml");
    insta::assert_snapshot!(ran.shown(), @"
    exit 0
    --- stdout
    first.yaml: 4 tiers of 4 groups, 0 groups in no tier, 0 doubts
    ");
    let printed = desk.run("policy init --account account.json").out;
    assert_eq!(std::fs::read_to_string(desk.path("first.yaml")).unwrap(), printed);
    insta::assert_snapshot!(desk.run("policy init --account account.json --out first.yaml").shown(), @"
    exit 1
    --- stderr
    error: `first.yaml` is there already
      help: nothing is overwritten: name another file, or move this one away
    ");
    insta::assert_snapshot!(desk.run("policy init --account account.json --out no/such/folder.yaml").shown(), @"
    exit 1
    --- stderr
    error: the policy cannot be written to `no/such/folder.yaml`: No such file or directory (os error 2)
      help: give a file in a folder that you may write to
    ");
}

#[test]
fn one_json_object() {
    let desk = desk("init_one_json_object", &grown());
    let ran = desk.run("policy init --account account.json --format json");
    let mut report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1));
    assert_eq!(report["policy"], desk.run("policy init --account account.json").out);
    report.as_object_mut().unwrap().remove("policy");
    let lines = report.as_object().unwrap().iter().flat_map(|(key, value)| match value {
        Value::Array(items) => items.iter().map(|item| format!("{key}: {item}")).collect(),
        other => vec![format!("{key}: {other}")],
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    account: "account.json"
    doubts: {"about":null,"code":"unused","message":"on no network interface: web-2","tier":"web"}
    doubts: {"about":"22/tcp, 443/tcp from anywhere","code":"exposed","message":"22/tcp (SSH) from the internet: is this meant?","tier":"web"}
    doubts: {"about":"22/tcp, 443/tcp from anywhere","code":"only-in","message":"22/tcp only in web-1 (1 of 2 groups): in all?","tier":"web"}
    doubts: {"about":null,"code":"unused","message":"on no network interface: app","tier":"a"}
    doubts: {"about":"8080/tcp from web","code":"only-of","message":"today only from web-1 of web: or all of it?","tier":"a"}
    doubts: {"about":null,"code":"stuck","message":"lonely has 9000/tcp from sg-0000000000000dead, and nobody knows whose group that is: no policy can allow it","tier":"lonely"}
    doubts: {"about":"3306/tcp from sg-00000000000000bad","code":"gone","message":"not among the groups: is it gone?","tier":"db"}
    doubts: {"about":null,"code":"unsorted","message":"neither a tag nor a name says what these are for: default, default","tier":null}
    doubts: {"about":null,"code":"not-denied","message":"22/tcp is open to the internet in default: close it, then deny it here","tier":null}
    elsewhere: {"group":"sg-00000000000000003","name":"default"}
    elsewhere: {"group":"sg-00000000000000004","name":"default"}
    tiers: {"groups":[{"group":"sg-00000000000000001","name":"web-2"},{"group":"sg-0000000000000000a","name":"web-1"}],"name":"web","why":"the names have `web` in common"}
    tiers: {"groups":[{"group":"sg-0000000000000000b","name":"app"}],"name":"a","why":"the tag `tier` is `* {a}`"}
    tiers: {"groups":[{"group":"sg-00000000000000002","name":"lonely"}],"name":"lonely","why":"the name is `lonely`"}
    tiers: {"groups":[{"group":"sg-0000000000000000c","name":"db"}],"name":"db","why":"the name is `db`"}
    "#);
}

#[test]
fn a_tag_by_name() {
    let mut account = tidy();
    account["SecurityGroups"][3]["Tags"] = json!([{"Key": "Purpose", "Value": "operations"}]);
    let desk = desk("init_a_tag_by_name", &account);
    let ran = desk.run("policy init --account account.json --tag Purpose --format json");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let tiers = report["tiers"].as_array().unwrap().iter();
    let tiers: Vec<_> = tiers.map(|tier| format!("{}: {}", tier["name"], tier["why"])).collect();
    insta::assert_snapshot!(tiers.join("\n"), @r#"
    "web-shop": "the name is `web-shop`"
    "app-shop": "the name is `app-shop`"
    "db-shop": "the name is `db-shop`"
    "operations": "the tag `Purpose` is `operations`"
    "#);
    insta::assert_snapshot!(desk.run("policy init --account account.json --tag purpose").shown(), @"
    exit 1
    --- stderr
    error: no group has the tag `purpose`
      help: the groups have `tier`, `Purpose`: each letter counts
    ");
}

#[test]
fn tiers_that_capitals_alone_tell_apart_are_marked() {
    let account = json!({"SecurityGroups": [
        group(WEB, "a", Some("Web"), &json!([tcp(80, &world())])),
        group(APP, "b", Some("web"), &json!([tcp(80, &world())])),
        group(DB, "WEB-1", None, &json!([tcp(80, &world())])),
        group(ADMIN, "app", None, &json!([tcp(80, &world())])),
    ]});
    let desk = desk("tiers_that_capitals_alone_tell_apart", &account);
    let ran = desk.run("policy init --account account.json --format json");
    let drafted: Value = serde_json::from_str(&ran.out).unwrap();
    let doubts = drafted["doubts"].as_array().unwrap().iter().filter(|doubt| doubt["code"] == "alike");
    let doubts: Vec<_> = doubts.map(|doubt| format!("{}: {}", doubt["tier"], doubt["message"])).collect();
    insta::assert_snapshot!(doubts.join("\n"), @r#"
    "WEB-1": "only capitals tell it apart from Web, web: is it one tier?"
    "Web": "only capitals tell it apart from WEB-1, web: is it one tier?"
    "web": "only capitals tell it apart from WEB-1, Web: is it one tier?"
    "#);
    assert!(drafted["policy"].as_str().unwrap().contains("# only capitals tell it apart from "));
}

#[test]
#[cfg(unix)]
fn a_draft_that_cannot_be_written_leaves_nothing_behind() {
    let desk = desk("a_draft_that_cannot_be_written", &grown());
    // A file may have no more than one block: the write fails halfway.
    let line = "trap '' XFSZ; ulimit -f 1; exec \"$0\" policy init --account account.json --out policy.yaml";
    let tierguard = env!("CARGO_BIN_EXE_tierguard");
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", line, tierguard]).current_dir(desk.path("")).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    insta::assert_snapshot!(err, @"
    error: the policy cannot be written to `policy.yaml`: File too large (os error 27)
      help: give a file in a folder that you may write to
    ");
    let left = std::fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["account.json"]);
    assert_eq!(desk.run("policy init --account account.json --out policy.yaml").code, 0);
}

#[test]
fn nothing_to_draft_from() {
    let desk = desk("init_nothing_to_draft_from", &json!({"SecurityGroups": []}));
    insta::assert_snapshot!(desk.run("policy init").shown(), @"
    exit 64
    --- stderr
    error: the following required arguments were not provided:
      --account <FILE>

    Usage: tierguard policy init --account <FILE>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(desk.run("policy init --account account.json").shown(), @"
    exit 1
    --- stderr
    error: the account `account.json` has no security groups
      help: write what `aws ec2 describe-security-groups --output json` prints into it
    ");
    insta::assert_snapshot!(desk.run("policy init --account nowhere.json").shown(), @"
    exit 1
    --- stderr
    error: the account `nowhere.json` cannot be read: No such file or directory (os error 2)
      help: give the path of a text file that you may read
    ");
    desk.write("untagged.json", json!({"SecurityGroups": [group(WEB, "web", None, &json!([]))]}).to_string());
    insta::assert_snapshot!(desk.run("policy init --account untagged.json --tag tier").shown(), @"
    exit 1
    --- stderr
    error: no group has the tag `tier`
      help: no group has any tag: leave `--tag` out, and tiers follow the names
    ");
}
