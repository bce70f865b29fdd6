//! Whole histories: logs as S3 holds them, of many accounts and Regions, read by many at once.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::desk::{Desk, Ran, account, event, gzip, opened, rule, unrelated};

/// A log file of `records` as CloudTrail delivers it.
fn log(records: &[Value]) -> Vec<u8> {
    gzip(json!({"Records": records}).to_string())
}

/// Where S3 holds a file of `account`, `region` and `day`.
fn delivered(account: &str, region: &str, day: &str) -> String {
    let date = day.replace('/', "");
    format!(
        "AWSLogs/o-a1/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{date}T0905Z_x.json.gz"
    )
}

/// `record`, of another account, Region and time.
fn moved(mut record: Value, account: &str, region: &str, time: &str) -> Value {
    record["recipientAccountId"] = json!(account);
    record["awsRegion"] = json!(region);
    record["eventTime"] = json!(time);
    record
}

/// A folder of logs: of two accounts, two Regions and two days; and an account file with the groups of both.
fn organisation(test: &str) -> Desk {
    let desk = Desk::new(test);
    let mut both = account();
    both["SecurityGroups"].as_array_mut().unwrap().push(json!({
        "GroupId": "sg-0000000000000web2", "GroupName": "web-other", "OwnerId": "444455556666",
        "VpcId": "vpc-0b5e92abb9b3c7182", "IpPermissions": [], "IpPermissionsEgress": [],
    }));
    desk.write("account.json", both.to_string());
    let mut number = 0;
    for account in ["111122223333", "444455556666"] {
        for region in ["eu-west-1", "us-east-1"] {
            for day in ["2026/03/02", "2026/03/09"] {
                number += 1;
                let time = format!("{}T09:00:00Z", day.replace('/', "-"));
                let id = format!("{account}-{region}-{}", day.replace('/', "-"));
                let record = moved(opened(&id, 0, 1000 + number), account, region, &time);
                desk.write(&delivered(account, region, day), log(&[unrelated("x"), record, unrelated("y")]));
            }
        }
    }
    desk
}

/// Which events were replayed.
fn replayed(ran: &Ran) -> Vec<String> {
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let id = |line: &str| {
        let report: Value = serde_json::from_str(line).unwrap();
        report["event_id"].as_str().unwrap().to_owned()
    };
    ran.out.lines().map(id).filter(|id| id.len() > 1).collect()
}

#[test]
fn all_of_an_organisation_is_replayed_in_the_order_of_time() {
    let desk = organisation("all_of_an_organisation_is_replayed_in_the_order_of_time");
    assert_eq!(
        replayed(&desk.run("replay --format jsonl AWSLogs")),
        [
            "111122223333-eu-west-1-2026-03-02",
            "111122223333-us-east-1-2026-03-02",
            "444455556666-eu-west-1-2026-03-02",
            "444455556666-us-east-1-2026-03-02",
            "111122223333-eu-west-1-2026-03-09",
            "111122223333-us-east-1-2026-03-09",
            "444455556666-eu-west-1-2026-03-09",
            "444455556666-us-east-1-2026-03-09",
        ]
    );
    let ran = desk.run("replay AWSLogs");
    assert!(
        ran.out.contains(
            "
8 security group events: "
        ),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains(
            "
16 other events passed over
"
        ),
        "{}",
        ran.out
    );
}

#[test]
fn only_what_was_asked_for_is_replayed() {
    let desk = organisation("only_what_was_asked_for_is_replayed");
    // A file that lies where its folders do not tell what is in it.
    let of_account = |account| moved(opened(account, 0, 22), account, "eu-west-1", "2026-03-02T09:00:00Z");
    let records = ["111122223333", "444455556666"].map(of_account);
    desk.write("elsewhere.json.gz", log(&records));
    let replayed = |arguments: &str| {
        let ids =
            replayed(&desk.run(&format!("replay --format jsonl {arguments} AWSLogs elsewhere.json.gz")));
        ids.join("\n")
    };
    insta::assert_snapshot!(replayed("--account-id 444455556666 --region us-east-1"), @"
    444455556666-us-east-1-2026-03-02
    444455556666-us-east-1-2026-03-09
    ");
    insta::assert_snapshot!(replayed("--account-id 444455556666 --until 2026-03-02"), @"
    444455556666-eu-west-1-2026-03-02
    444455556666-us-east-1-2026-03-02
    444455556666
    ");
    insta::assert_snapshot!(replayed("--since 2026-03-02T09:00:01Z --region eu-west-1,eu-west-2"), @"
    111122223333-eu-west-1-2026-03-09
    444455556666-eu-west-1-2026-03-09
    ");
    insta::assert_snapshot!(replayed("--until 2026-03-02T09:00:00Z"), @"");
}

/// The account file tells nothing of their groups: to call them gone would be wrong, and to judge those that the logs make
/// alone, odd.
#[test]
fn changes_in_accounts_that_the_file_does_not_hold_are_told_and_not_judged() {
    let desk = organisation("changes_in_accounts_that_the_file_does_not_hold_are_told_and_not_judged");
    desk.write("account.json", account().to_string());
    let lines = desk.run("replay --format jsonl AWSLogs").out;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, events) = lines.split_last().unwrap();
    assert_eq!(last["elsewhere"]["changes"], 4);
    let changes = events.iter().filter(|event| event["verdict"] == "violation");
    assert_eq!(changes.map(|event| &event["account"]).collect::<Vec<_>>(), ["111122223333"; 4]);
    let told = desk.run("replay AWSLogs").out;
    insta::assert_snapshot!(told.split_once("\n4 security").unwrap().1, @"
     group events: 4 violations
    16 other events passed over
    4 changes not judged, in accounts or Regions of which the account file has no group: 444455556666 (4)
    4 forbidden rules: 4 revoked
    ");
    let told: Value = serde_json::from_str(&desk.run("replay --format json AWSLogs").out).unwrap();
    assert_eq!(told["elsewhere"], json!({"changes": 4, "accounts": {"444455556666": 4}, "regions": {}}));
    // Without the file, all groups are learnt from their events.
    desk.write("account.json", json!({"SecurityGroups": []}).to_string());
    assert_eq!(replayed(&desk.run("replay --format jsonl AWSLogs")).len(), 8);
}

/// Most calls on tags name no group: what is told of each event agrees with what is only counted.
#[test]
fn a_call_on_tags_of_something_else_is_no_change() {
    let desk = Desk::new("a_call_on_tags_of_something_else_is_no_change");
    let request = json!({"resourcesSet": {"items": [{"resourceId": "i-1"}]}, "tagSet": {"items": [{"key": "a", "value": "b"}]}});
    let tagged = event("tagged", 0, "CreateTags", &request, &json!({"_return": true}));
    let mut failed = event("failed", 0, "DeleteTags", &request, &Value::Null);
    failed["errorCode"] = json!("Client.UnauthorizedOperation");
    for log in [json!([tagged, failed]).to_string(), format!("{:#}", json!([tagged, failed]))] {
        desk.write("events.json", log);
        let lines = desk.run("replay --format jsonl events.json").out;
        assert_eq!(lines.matches(r#""reason":"not-a-change""#).count(), 2, "{lines}");
        let summary = desk.run("replay --summary events.json").out;
        assert!(summary.contains("0 security group events\n2 other events passed over\n"), "{summary}");
    }
}

/// A group of another Region is not gone because nobody asked for that Region; of one that was made meanwhile everything is
/// known.
#[test]
fn groups_in_regions_that_the_file_does_not_hold_are_not_gone() {
    let desk = Desk::new("groups_in_regions_that_the_file_does_not_hold_are_not_gone");
    let in_region = |region: &str, record: Value| {
        let record = record
            .to_string()
            .replace("0000web1", "0000west")
            .replace("\"opened\"", &format!("\"{region}\""));
        moved(serde_json::from_str(&record).unwrap(), "111122223333", region, "2026-03-02T09:00:00Z")
    };
    let made = event(
        "made",
        0,
        "CreateSecurityGroup",
        &json!({"groupName": "web-new", "vpcId": "vpc-0a4e92abb9b3c7181", "groupDescription": "x", "tagSpecificationSet":
            {"items": [{"resourceType": "security-group", "tags": [{"key": "tier", "value": "web"}]}]}}),
        &json!({"groupId": "sg-0000000000000west", "_return": true}),
    );
    let ran = |account: &Value, records: Value, format: &str| {
        desk.write("account.json", account.to_string());
        desk.write("events.json", records.to_string());
        desk.run(&format!("replay --mode observe {format} events.json")).out
    };
    let opened = opened("opened", 0, 22);
    let known = [in_region("eu-west-1", opened.clone()), in_region("us-west-2", opened.clone())];
    let mut told = account();
    // Where one group's Region is not told, nobody knows whether it is not that one.
    for (index, gone) in [(0, 2), (1, 2), (2, 1)] {
        told["SecurityGroups"][index]["SecurityGroupArn"] =
            json!("arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1");
        let told: Value = serde_json::from_str(&ran(&told, json!(known), "--format json")).unwrap();
        assert_eq!([&told["events"], &told["verdicts"]["ignored"]], [gone, gone]);
        let expected = if gone == 1 { json!({"111122223333/us-west-2": 1}) } else { json!({}) };
        assert_eq!(told["elsewhere"], json!({"changes": 2 - gone, "accounts": {}, "regions": expected}));
    }
    let lines = ran(&told, json!(known), "--summary");
    assert!(lines.contains("1 change not judged, in accounts or Regions of which the account file has no group: 111122223333/us-west-2 (1)\n"), "{lines}");
    // It is counted once, and the sweep is at its time.
    let twice = json!([known[1], known[1]]);
    assert!(ran(&told, twice, "--summary --sweep").contains("111122223333/us-west-2 (1)\n"));
    // What is deleted is gone, whoever knows of it.
    let request = json!({"groupId": "sg-0000000000000west"});
    let deleted = event("deleted", 1, "DeleteSecurityGroup", &request, &json!({"_return": true}));
    let made =
        [in_region("us-west-2", made), in_region("us-west-2", opened), in_region("us-west-2", deleted)];
    let told: Value = serde_json::from_str(&ran(&told, json!(made), "--format json")).unwrap();
    assert_eq!([&told["verdicts"]["violation"], &told["gone"], &told["elsewhere"]["changes"]], [1, 1, 0]);
}

/// A prefix list that another account shares decides about rules here: what happens to it there is applied.
#[test]
fn what_changes_in_other_accounts_bears_on_what_is_judged() {
    let desk = Desk::new("what_changes_in_other_accounts_bears_on_what_is_judged");
    let mut shared = account();
    shared["PrefixLists"] = json!([{"PrefixListId": "pl-0000000000000000a", "OwnerId": "444455556666", "Version": 1,
        "Entries": [{"Cidr": "203.0.113.0/24"}]}]);
    let rule = json!({"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306,
        "PrefixListIds": [{"PrefixListId": "pl-0000000000000000a"}]});
    shared["SecurityGroups"][1]["IpPermissions"] = json!([rule]);
    desk.write("account.json", shared.to_string());
    let widened = event(
        "widened",
        0,
        "ModifyManagedPrefixList",
        &json!({"ModifyManagedPrefixListRequest": {"PrefixListId": "pl-0000000000000000a", "CurrentVersion": 1,
            "AddEntry": {"Cidr": "0.0.0.0/0", "tag": 1}}}),
        &json!({"ModifyManagedPrefixListResponse": {"prefixList": {"prefixListId": "pl-0000000000000000a", "version": 2}}}),
    );
    // That is no change of what is guarded.
    let request = json!({"resourcesSet": {"items": [{"resourceId": "i-1"}]}, "tagSet": {"items": [{"key": "a", "value": "b"}]}});
    let tagged = event("tagged", 0, "CreateTags", &request, &json!({"_return": true}));
    let elsewhere = |record| moved(record, "444455556666", "eu-west-1", "2026-03-02T09:00:00Z");
    desk.write("events.json", json!([elsewhere(widened), elsewhere(tagged)]).to_string());
    let ran = |sweep: &str| desk.run(&format!("replay --format json --mode observe {sweep} events.json")).out;
    let swept: Value = serde_json::from_str(&ran("--sweep --at 2026-03-03")).unwrap();
    assert_eq!(
        [&swept["events"], &swept["elsewhere"]["changes"], &swept["sweeps"][0]["sweep"]["forbidden"]],
        [0, 1, 1]
    );
}

#[test]
fn what_was_not_asked_for_is_counted() {
    let desk = organisation("what_was_not_asked_for_is_counted");
    let told = |arguments: &str| {
        let told = desk.run(&format!("replay {arguments} AWSLogs")).out;
        told.lines().find(|line| line.contains("left out")).unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(told("--since 2026-03-02T09:00:01Z"), @"only events since 2026-03-02T09:00:01Z: 4 changes left out");
    let asked = "--since 2026-03-02 --until 2026-03-02T08:00:00Z --account-id 111122223333 --region eu-west-1,us-east-1";
    insta::assert_snapshot!(told(asked), @"only events since 2026-03-02T00:00:00Z before 2026-03-02T08:00:00Z in account 111122223333 in Region eu-west-1, us-east-1: 2 changes left out");
    assert_eq!(told(""), "");
    let told = desk.run(&format!("replay --format json {asked} AWSLogs")).out;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!([&told["unselected"], &told["events"]], [2, 0]);
    insta::assert_snapshot!(told["selection"], @r#"{"accounts":["111122223333"],"regions":["eu-west-1","us-east-1"],"since":"2026-03-02T00:00:00Z","until":"2026-03-02T08:00:00Z"}"#);
}

/// A group that was made before the window is known in it.
#[test]
fn what_happened_before_is_applied_and_not_told() {
    let desk = Desk::new("what_happened_before_is_applied_and_not_told");
    let made = event(
        "made",
        0,
        "CreateSecurityGroup",
        &json!({"groupName": "shop", "vpcId": "vpc-1", "tagSpecificationSet": {"items": [{"resourceType": "security-group",
            "tags": [{"key": "tier", "value": "web"}]}]}}),
        &json!({"_return": true, "groupId": "sg-0000000000000web9"}),
    );
    let made = moved(made, "111122223333", "eu-west-1", "2026-03-01T23:59:59Z");
    let rule = rule("opened", 0, "sg-0000000000000web9", 22, "0.0.0.0/0");
    desk.write("events.json", json!([rule, made]).to_string());
    let lines = |since: &str| desk.run(&format!("replay --format jsonl --since {since} events.json")).lines();
    assert_eq!(lines("2026-03-02"), ["violation opened events.json#0"]);
    assert_eq!(lines("2026-03-01").len(), 2);
    let told: Value =
        serde_json::from_str(&desk.run("replay --format json --since 2026-03-02 events.json").out).unwrap();
    assert_eq!([&told["events"], &told["unselected"]], [1, 1]);
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let desk = organisation("what_cannot_be_asked_for_is_refused");
    let mut shown = String::new();
    for arguments in [
        "--since 2026-03-02 --until 2026-03-01",
        "--since yesterday",
        "--until 2026-02-30",
        "--until 2026-03-02T08:00:00",
        "--since 2026-03-02[Europe/Paris]",
        "--account-id 1234",
        "--region Ireland",
        "--region eu-west-3",
    ] {
        let ran = desk.run(&format!("replay {arguments} AWSLogs"));
        writeln!(shown, "{arguments}: {}", ran.shown()).unwrap();
    }
    insta::assert_snapshot!(shown, @"
    --since 2026-03-02 --until 2026-03-01: exit 64
    --- stderr
    error: `--since` is not before `--until`
      help: give an earlier `--since` or a later `--until`

    --since yesterday: exit 64
    --- stderr
    error: `yesterday` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02

    --until 2026-02-30: exit 64
    --- stderr
    error: `2026-02-30` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02

    --until 2026-03-02T08:00:00: exit 64
    --- stderr
    error: `2026-03-02T08:00:00` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02

    --since 2026-03-02[Europe/Paris]: exit 64
    --- stderr
    error: `2026-03-02[Europe/Paris]` is not a point in time
      help: write it like 2026-03-02T09:00:00Z, with its offset or Z, or give a day: 2026-03-02

    --account-id 1234: exit 64
    --- stderr
    error: `1234` is not an account
      help: give its 12 digits: `--account-id 111122223333`

    --region Ireland: exit 64
    --- stderr
    error: `Ireland` is not a Region
      help: give its code: `--region eu-west-1`

    --region eu-west-3: exit 1
    --- stderr
    error: no file in the folder `AWSLogs` may hold the events that were asked for
      help: its folders tell other accounts, Regions or days: see `--account-id`, `--region`, `--since`, `--until`
    ");
}

#[test]
fn the_result_does_not_depend_on_the_order_in_which_files_are_given() {
    let desk = Desk::new("the_result_does_not_depend_on_the_order_in_which_files_are_given");
    let name = |number: usize| format!("{number:0>2}.json.gz");
    let request = json!({"groupId": "sg-0000000000000web1"});
    for number in 0..30 {
        // All in one second; some twice.
        let port = 1000 + u16::try_from(number).unwrap();
        let gone = event("gone", 7, "DeleteSecurityGroup", &request, &json!({"_return": true}));
        let records =
            [opened(&format!("a{number}"), 7, port), opened(&format!("a{}", number / 2), 7, port), gone];
        desk.write(&name(number), log(&records));
    }
    let replay = |files: &[usize]| {
        let files: Vec<_> = files.iter().map(|number| name(*number)).collect();
        let ran = desk.run(&format!("replay --format jsonl --account-out out.json {}", files.join(" ")));
        assert_eq!(ran.code, 0, "{}", ran.err);
        (ran.out, std::fs::read_to_string(desk.path("out.json")).unwrap())
    };
    let forwards: Vec<_> = (0..30).collect();
    let backwards: Vec<_> = (0..30).rev().collect();
    let expected = replay(&forwards);
    assert_eq!(expected.0.lines().count(), 90);
    for order in [&backwards, &forwards, &backwards] {
        assert!(replay(order) == expected);
    }
}

#[test]
fn a_name_that_cannot_be_read_is_not_passed_over() {
    let desk = Desk::new("a_name_that_cannot_be_read_is_not_passed_over");
    let sound = json!({"Records": [unrelated("x"), opened("a", 1, 22), opened("b", 2, 23)]}).to_string();
    let name = r#""eventName":"AuthorizeSecurityGroupIngress""#;
    for (number, damaged) in [
        r#""eventName" "AuthorizeSecurityGroupIngress""#,
        r#""eventName";"AuthorizeSecurityGroupIngress""#,
        "\"eventName\":\"Authorize\0SecurityGroupIngress\"",
    ]
    .iter()
    .enumerate()
    {
        desk.write(&format!("{number}.json"), sound.replacen(name, damaged, 1));
        for format in ["text", "jsonl"] {
            let ran = desk.run(&format!("replay --format {format} {number}.json")).in_words();
            // The damage is told, and the record behind it is replayed.
            assert_eq!(
                (ran.code, ran.err.matches("error:").count()),
                (1, 1),
                "{damaged} {format}: {}",
                ran.err
            );
            assert!(
                ran.out.contains("23/tcp") || ran.out.contains("\"b\""),
                "{damaged} {format}: {}",
                ran.out
            );
        }
    }
}

#[test]
fn what_other_services_deliver_is_not_opened() {
    let desk = organisation("what_other_services_deliver_is_not_opened");
    for service in ["CloudTrail-Digest", "Config", "vpcflowlogs"] {
        desk.write(
            &format!("AWSLogs/o-a1/111122223333/{service}/eu-west-1/2026/03/02/x.json.gz"),
            b"no JSON",
        );
    }
    assert_eq!(replayed(&desk.run("replay --format jsonl AWSLogs")).len(), 8);
}

#[test]
fn a_damaged_file_is_named_and_costs_nothing_else() {
    let desk = Desk::new("a_damaged_file_is_named_and_costs_nothing_else");
    for number in 0..6 {
        let records: Vec<_> =
            (0..40).map(|record| opened(&format!("{number}-{record}"), number, 22)).collect();
        let mut file = log(&records);
        match number {
            1 => file.truncate(file.len() / 2),
            3 => {
                let text = json!({"Records": records}).to_string();
                file = gzip(text.replacen("\"requestParameters\":{", "{", 1));
            }
            4 => file = b"<html>503</html>".to_vec(),
            _ => {}
        }
        desk.write(&format!("logs/{number}.json.gz"), file);
    }
    let ran = desk.run("replay --format jsonl logs").in_words();
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err, @"
    error: `logs/1.json.gz` cannot be unpacked to its end: incomplete deflate stream
      help: fetch it again: it is cut or changed; events before the damage were replayed
    error: `logs/1.json.gz`, line 1, column 866: this is not JSON: EOF while parsing a string
      help: fetch or export it again; whatever else is whole in the file was replayed
    error: `logs/3.json.gz`, line 1, column 225: this is not JSON: key must be a string
      help: fetch or export it again; whatever else is whole in the file was replayed
    error: `logs/4.json.gz`, line 1, column 1: this is not JSON: expected value
      help: fetch or export it again; whatever else is whole in the file was replayed
    ");
    for (number, whole) in [(0, 40), (2, 40), (3, 39), (5, 40)] {
        let of_file = ran.verdicts().iter().filter(|line| line.contains(&format!(" {number}-"))).count();
        assert_eq!(of_file, whole, "{number}");
    }
}
