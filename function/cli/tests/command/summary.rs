//! What a replay came to, without its events.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::desk::{Desk, Ran, event, opened, rule, unrelated};

/// Events of three days: two callers, three verdicts, and rules that are forbidden here and allowed there.
fn desk(test: &str) -> Desk {
    let desk = Desk::new(test);
    let mut later = rule("c", 3, "sg-00000000000000db1", 3306, "203.0.113.7/32");
    later["eventTime"] = json!("2026-03-04T17:30:00Z");
    later["userIdentity"]["arn"] = json!("arn:aws:sts::111122223333:assumed-role/Deploy/bob");
    let mut broken = event("d", 4, "AuthorizeSecurityGroupIngress", &json!({"groupId": 1}), &Value::Null);
    broken["awsRegion"] = json!("eu-north-1");
    let events = json!([
        opened("a", 1, 22),
        rule("b", 2, "sg-00000000000000db1", 22, "0.0.0.0/0"),
        later,
        broken,
        unrelated("e")
    ]);
    desk.write("events.json", events.to_string());
    desk
}

#[test]
fn for_people() {
    insta::assert_snapshot!(desk("for_people").run("replay --summary events.json").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json

    4 security group events: 2 violations, 1 undecidable, 1 compliant
    1 other event passed over
    2 forbidden rules: 2 revoked
    from 2026-03-02T09:00:01Z to 2026-03-04T17:30:00Z

    TIER   EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    db          2           1            0  2026-03-02  2026-03-04  1 revoked
    web         1           1            0  2026-03-02  2026-03-02  1 revoked
    -           1           0            1  2026-03-02  2026-03-02

    CALLER                                                   EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    arn:aws:sts::111122223333:assumed-role/Developer/alice        3           2            1  2026-03-02  2026-03-02  2 revoked
    arn:aws:sts::111122223333:assumed-role/Deploy/bob             1           0            0  2026-03-04  2026-03-04

    RULE                           EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    22/tcp from 0.0.0.0/0               2           2            0  2026-03-02  2026-03-02  2 revoked
    3306/tcp from 203.0.113.7/32        1           0            0  2026-03-04  2026-03-04

    ACCOUNT        EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    111122223333        4           2            1  2026-03-02  2026-03-04  2 revoked

    REGION       EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    eu-west-1         3           2            0  2026-03-02  2026-03-04  2 revoked
    eu-north-1        1           0            1  2026-03-02  2026-03-02
    ");
}

#[test]
fn of_what_would_be_done() {
    let desk = desk("of_what_would_be_done");
    insta::assert_snapshot!(desk.run("replay --mode observe --summary events.json").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json

    4 security group events: 2 violations, 1 undecidable, 1 compliant
    1 other event passed over
    2 forbidden rules: 2 would be revoked
    from 2026-03-02T09:00:01Z to 2026-03-04T17:30:00Z

    TIER   EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    db          2           1            0  2026-03-02  2026-03-04  1 would be undone
    web         1           1            0  2026-03-02  2026-03-02  1 would be undone
    -           1           0            1  2026-03-02  2026-03-02

    CALLER                                                   EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    arn:aws:sts::111122223333:assumed-role/Developer/alice        3           2            1  2026-03-02  2026-03-02  2 would be undone
    arn:aws:sts::111122223333:assumed-role/Deploy/bob             1           0            0  2026-03-04  2026-03-04

    RULE                           EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    22/tcp from 0.0.0.0/0               2           2            0  2026-03-02  2026-03-02  2 would be undone
    3306/tcp from 203.0.113.7/32        1           0            0  2026-03-04  2026-03-04

    ACCOUNT        EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    111122223333        4           2            1  2026-03-02  2026-03-04  2 would be undone

    REGION       EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    eu-west-1         3           2            0  2026-03-02  2026-03-04  2 would be undone
    eu-north-1        1           0            1  2026-03-02  2026-03-02
    ");
}

#[test]
fn many_rows_are_told_in_part() {
    let desk = Desk::new("many_rows_are_told_in_part");
    let events: Vec<_> = (0..13).map(|n| opened(&n.to_string(), 1, 8000 + n)).collect();
    desk.write("events.json", json!(events).to_string());
    let out = desk.run("replay --summary events.json").out;
    let rules: Vec<_> = out.lines().skip_while(|line| !line.starts_with("RULE")).take(12).collect();
    insta::assert_snapshot!(rules.join("\n"), @"
    RULE                      EVENTS  VIOLATIONS  UNDECIDABLE  FIRST       LAST        DONE
    8000/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8001/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8002/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8003/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8004/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8005/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8006/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8007/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8008/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    8009/tcp from 0.0.0.0/0        1           1            0  2026-03-02  2026-03-02  1 revoked
    and 3 more rules
    ");
}

#[test]
fn nothing_and_a_sweep() {
    let desk = Desk::new("nothing_and_a_sweep");
    desk.write("events.json", json!([unrelated("a")]).to_string());
    insta::assert_snapshot!(desk.run("replay --summary --sweep --at 2026-03-02T09:00:00Z events.json").shown(), @"
    exit 0
    --- stdout
    policy policy.yaml, account account.json
    2026-03-02T09:00:00Z  sweep        observing only: 3 groups, 2 managed, 0 rules: nothing is wrong

    0 security group events
    1 other event passed over
    ");
}

#[test]
fn for_machines() {
    let desk = desk("for_machines");
    let ran = desk.run("replay --format json events.json");
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1));
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    let lines = object.as_object().unwrap().iter().map(|(key, value)| format!("{key}: {value}"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    accounts: {"exact":true,"rows":[{"events":4,"first":"2026-03-02T09:00:01Z","last":"2026-03-04T17:30:00Z","name":"111122223333","undecidable":1,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":2,"would_be_undone":0},"violations":2}]}
    callers: {"exact":true,"rows":[{"events":3,"first":"2026-03-02T09:00:01Z","last":"2026-03-02T09:00:04Z","name":"arn:aws:sts::111122223333:assumed-role/Developer/alice","undecidable":1,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":2,"would_be_undone":0},"violations":2},{"events":1,"first":"2026-03-04T17:30:00Z","last":"2026-03-04T17:30:00Z","name":"arn:aws:sts::111122223333:assumed-role/Deploy/bob","undecidable":0,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":0,"would_be_undone":0},"violations":0}]}
    elsewhere: {"accounts":{},"changes":0,"regions":{}}
    events: 4
    first: "2026-03-02T09:00:01Z"
    gone: 0
    last: "2026-03-04T17:30:00Z"
    regions: {"exact":true,"rows":[{"events":3,"first":"2026-03-02T09:00:01Z","last":"2026-03-04T17:30:00Z","name":"eu-west-1","undecidable":0,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":2,"would_be_undone":0},"violations":2},{"events":1,"first":"2026-03-02T09:00:04Z","last":"2026-03-02T09:00:04Z","name":"eu-north-1","undecidable":1,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":0,"would_be_undone":0},"violations":0}]}
    rules: {"exact":true,"rows":[{"events":2,"first":"2026-03-02T09:00:01Z","last":"2026-03-02T09:00:02Z","name":"22/tcp from 0.0.0.0/0","undecidable":0,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":2,"would_be_undone":0},"violations":2},{"events":1,"first":"2026-03-04T17:30:00Z","last":"2026-03-04T17:30:00Z","name":"3306/tcp from 203.0.113.7/32","undecidable":0,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":0,"would_be_undone":0},"violations":0}]}
    scenarios: [{"account":"account.json","mode":"enforce","policy":"policy.yaml"}]
    tiers: {"exact":true,"rows":[{"events":2,"first":"2026-03-02T09:00:02Z","last":"2026-03-04T17:30:00Z","name":"db","undecidable":0,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":1,"would_be_undone":0},"violations":1},{"events":1,"first":"2026-03-02T09:00:01Z","last":"2026-03-02T09:00:01Z","name":"web","undecidable":0,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":1,"would_be_undone":0},"violations":1},{"events":1,"first":"2026-03-02T09:00:04Z","last":"2026-03-02T09:00:04Z","name":null,"undecidable":1,"undone":{"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":0,"would_be_undone":0},"violations":0}]}
    undone: {"already_right":0,"detached":0,"failed":0,"left":0,"narrowed":0,"put_back":0,"revoked":2,"would_be_undone":0}
    unrelated: 1
    unselected: 0
    verdicts: {"compliant":1,"ignored":0,"undecidable":1,"unmanaged":0,"violation":2}
    "#);
    assert_eq!(desk.run("replay --summary --format json events.json").out, ran.out);
}

#[test]
fn a_sweep_for_machines() {
    let desk = desk("a_sweep_for_machines");
    let ran = desk.run("replay --format json --sweep events.json");
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    let sweep = &object["sweeps"][0];
    assert_eq!((&sweep["at"], &sweep["sweep"]["groups"]), (&json!("2026-03-04T17:30:00Z"), &json!(3)));
}

#[test]
fn lines_and_a_summary_are_not_told_at_once() {
    let desk = desk("lines_and_a_summary_are_not_told_at_once");
    insta::assert_snapshot!(desk.run("replay --summary --format jsonl events.json").in_words().shown(), @"
    exit 64
    --- stderr
    error: `--format jsonl` tells each event, and `--summary` tells none
      help: leave one of them out, or take `--format json`
    ");
}

#[test]
fn whatever_the_form_the_exit_status_is_the_same() {
    let desk = desk("whatever_the_form_the_exit_status_is_the_same");
    for form in ["--summary", "--format json"] {
        assert_eq!(desk.run(&format!("replay {form} --fail-on violation events.json")).code, 2);
        assert_eq!(desk.run(&format!("replay {form} nowhere.json events.json")).code, 1);
    }
}

/// How many events and violations each has, by the reports of the events.
fn counted(lines: &str, names: impl Fn(&Value) -> Vec<Value>) -> BTreeMap<String, (u64, u64)> {
    let mut counts = BTreeMap::new();
    for line in lines.lines() {
        let report: Value = serde_json::from_str(line).unwrap();
        if report["reason"] == "not-a-change" {
            continue;
        }
        for name in names(&report) {
            let (events, violations): &mut (u64, u64) = counts.entry(name.to_string()).or_default();
            *events += 1;
            *violations += u64::from(report["verdict"] == "violation");
        }
    }
    counts
}

fn rows(table: &Value) -> BTreeMap<String, (u64, u64)> {
    let row = |row: &Value| {
        (row["name"].to_string(), (row["events"].as_u64().unwrap(), row["violations"].as_u64().unwrap()))
    };
    table["rows"].as_array().unwrap().iter().map(row).collect()
}

/// The oracle is what is told of each event.
#[test]
fn the_tables_are_the_sums_of_the_samples() {
    let desk = Desk::empty("the_tables_are_the_sums_of_the_samples");
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let replay = |format: &str| Ran::of(desk.command("replay --format").arg(format).arg(&events));
    let lines = replay("jsonl").out;
    let object: Value = serde_json::from_str(&replay("json").out).unwrap();
    for (table, key) in [("callers", "actor"), ("accounts", "account"), ("regions", "region")] {
        assert_eq!(rows(&object[table]), counted(&lines, |report| vec![report[key].clone()]), "{table}");
    }
    let tiers = |report: &Value| match report["tiers"].as_array().unwrap().as_slice() {
        [] => vec![Value::Null],
        tiers => tiers.to_vec(),
    };
    assert_eq!(rows(&object["tiers"]), counted(&lines, tiers));
    let all = counted(&lines, |_| vec![json!("all")])["\"all\""];
    assert_eq!(
        (object["events"].as_u64(), object["verdicts"]["violation"].as_u64()),
        (Some(all.0), Some(all.1))
    );
    // What the story counts by kinds, the breakdown counts by what became of it.
    let story = Ran::of(desk.command("replay").arg(&events)).out;
    let said = |words: &str| -> u64 {
        let count = |part: &str| part.strip_suffix(words)?.rsplit([' ', ':']).next()?.parse::<u64>().ok();
        let end = story.lines().rev().take(6).flat_map(|line| line.split(", "));
        end.filter_map(|part| count(part.trim_end_matches(char::is_control))).sum()
    };
    let undone = |key: &str| object["undone"][key].as_u64().unwrap();
    assert_eq!(undone("revoked"), said(" revoked"));
    assert_eq!(undone("narrowed"), said(" narrowed"));
    assert_eq!(undone("detached"), said(" detached"));
    assert!(undone("revoked") > 100 && undone("narrowed") > 10 && undone("detached") > 5);
}
