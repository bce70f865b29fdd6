//! Every shape in which events come.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use crate::desk::{Desk, POLICY, Ran, account, envelope, gzip, opened, row, unrelated};

#[test]
fn one_event_in_each_shape() {
    let desk = Desk::new("one_event_in_each_shape");
    let record = opened("a", 1, 22);
    for (name, shape) in [
        ("record", record.clone()),
        ("envelope", envelope(&record)),
        ("log", json!({"Records": [record]})),
        ("look-up", json!({"Events": [row(&record)], "NextToken": "x"})),
        ("row", row(&record)),
        ("array", json!([record])),
        ("texts", json!([record.to_string()])),
    ] {
        for (ending, content) in [
            ("json", shape.to_string().into_bytes()),
            ("jsonl", format!("\u{feff}{shape:#}\r\n\n").into_bytes()),
            ("json.gz", gzip(shape.to_string())),
        ] {
            let file = format!("{name}.{ending}");
            desk.write(&file, content);
            let ran = desk.run(&format!("replay --format jsonl {file}"));
            assert_eq!(ran.lines(), [format!("violation a {file}")], "{file}");
        }
    }
}

#[test]
fn several_events_in_each_shape() {
    let desk = Desk::new("several_events_in_each_shape");
    let (a, b, c) = (opened("a", 1, 22), unrelated("b"), opened("c", 2, 443));
    let (one, two) = (format!("{a}\n{b}\n"), format!("{c}\n"));
    for (name, content) in [
        ("log", json!({"Records": [a, b, c]}).to_string().into_bytes()),
        ("look-up", json!({"Events": [row(&a), row(&b), row(&c)]}).to_string().into_bytes()),
        ("array", json!([envelope(&a), row(&b), c]).to_string().into_bytes()),
        ("lines", format!("{a}\n{}\n{}\n", row(&b), envelope(&c)).into_bytes()),
        ("pretty", format!("{a:#}\n{b:#}\n{c:#}").into_bytes()),
        ("logs", format!("{}\n{}", json!({"Records": [a, b]}), json!({"Records": [c]})).into_bytes()),
        ("members.gz", [gzip(&one), gzip(&two)].concat()),
    ] {
        desk.write(name, content);
        assert_eq!(
            desk.run(&format!("replay --format jsonl {name}")).lines(),
            [format!("ignored b {name}#1"), format!("violation a {name}#0"), format!("compliant c {name}#2")],
        );
    }
}

#[test]
fn gzip_however_large_and_however_it_begins() {
    let desk = Desk::new("gzip_however_large_and_however_it_begins");
    let mut chance = 1_u32;
    let mut letter = || {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'A' + (chance >> 27) as u8)
    };
    let mut noisy = unrelated("b");
    noisy["userAgent"] = json!((0..3 << 20).map(|_| letter()).collect::<String>());
    let text = |between: &str, other: &Value| {
        format!("{}\n{between}{other}\n{}\n", opened("a", 1, 22), opened("c", 2, 443))
    };
    let plain = text("", &noisy);
    assert!(gzip(&plain).len() > 1 << 20);
    let mut named = GzBuilder::new().filename("a.json").write(Vec::new(), Compression::fast());
    named.write_all(text("", &unrelated("b")).as_bytes()).unwrap();
    for (name, content) in [
        ("plain", plain.clone().into_bytes()),
        ("large.gz", gzip(&plain)),
        ("of-large-text.gz", gzip(text(&" ".repeat(9 << 20), &unrelated("b")))),
        ("named.gz", named.finish().unwrap()),
        ("small.gz", gzip(text("", &unrelated("b")))),
    ] {
        desk.write(name, content);
        let ran = desk.run(&format!("replay --format jsonl {name}"));
        let expected =
            [format!("ignored b {name}#1"), format!("violation a {name}#0"), format!("compliant c {name}#2")];
        assert_eq!(ran.lines(), expected, "{name}: {}", ran.err);
    }
}

#[test]
fn the_standard_input() {
    let desk = Desk::new("the_standard_input");
    let lines = format!("{}\n{}\n", opened("a", 1, 22), opened("b", 2, 80));
    for input in [lines.clone().into_bytes(), gzip(&lines)] {
        let ran = Ran::of(desk.command("replay --format jsonl -").write_stdin(input));
        assert_eq!(ran.lines(), ["violation a -#0", "compliant b -#1"]);
    }
    let ran = Ran::of(desk.command("replay --format jsonl -").write_stdin(opened("a", 1, 22).to_string()));
    assert_eq!(ran.lines(), ["violation a -"]);
    assert_eq!(Ran::of(desk.command("replay --format jsonl -").write_stdin("")).lines(), [""; 0]);
}

#[test]
fn a_folder_is_walked() {
    let desk = Desk::new("a_folder_is_walked");
    for name in ["2/b.json", "1/a.jsonl", "1/c.ndjson", "d.json.gz", "e.jsonl.gz", "f.GZ"] {
        let id = name.to_owned();
        desk.write(&format!("logs/{name}"), opened(&id, 1, 22).to_string());
    }
    for (name, content) in [
        ("logs/README.md", "# Logs"),
        ("logs/1/expect.toml", "verdict = \"violation\""),
        ("logs/1/account.json", "{}"),
        ("logs/digest.json.gz", r#"{"digestS3Object": "x", "logFiles": []}"#),
        ("logs/empty.json", r#"{"Records": []}"#),
    ] {
        desk.write(name, content);
    }
    let ran = desk.run("replay --format jsonl --account account.json logs");
    let found: Vec<_> = ran.lines().iter().map(|line| line.replace("violation ", "")).collect();
    assert_eq!(
        found,
        [
            "1/a.jsonl logs/1/a.jsonl",
            "1/c.ndjson logs/1/c.ndjson",
            "2/b.json logs/2/b.json",
            "d.json.gz logs/d.json.gz",
            "e.jsonl.gz logs/e.jsonl.gz",
            "f.GZ logs/f.GZ"
        ]
    );
}

#[test]
fn files_named_otherwise_are_no_events() {
    let desk = Desk::new("files_named_otherwise_are_no_events");
    desk.write("all/event.json", opened("a", 1, 22).to_string());
    desk.write("all/before.json", account().to_string());
    let arguments = "replay --format jsonl --policy all/policy.json --account all/before.json --account-out all/after.json";
    desk.write("all/policy.json", POLICY);
    for _ in 0..2 {
        let ran = desk.run(&format!("{arguments} all"));
        assert_eq!(ran.lines(), ["violation a all/event.json"]);
    }
}

#[test]
fn what_happened_in_one_second_is_handled_by_file_and_by_its_place_there() {
    let desk = Desk::new("what_happened_in_one_second_is_handled_by_file_and_by_its_place_there");
    let records = [opened("a", 2, 22), opened("b", 1, 80), opened("c", 1, 443), unrelated("d")];
    desk.write("forth.json", json!({"Records": records}).to_string());
    let mut back = records.to_vec();
    back.reverse();
    desk.write("back.json", json!({"Records": back}).to_string());
    let order = |paths: &str| -> Vec<String> {
        let lines = desk.run(&format!("replay --format jsonl --policy policy.yaml {paths}")).lines();
        lines.iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(order("forth.json"), ["d", "b", "c", "a"]);
    assert_eq!(order("back.json"), ["d", "c", "b", "a"]);
    for (name, id) in [("logs/1/z.json", "y"), ("logs/2.json", "x"), ("other.json", "w")] {
        desk.write(name, opened(id, 1, 22).to_string());
    }
    assert_eq!(order("logs other.json"), ["y", "x", "w"]);
    assert_eq!(order("other.json logs"), ["y", "x", "w"]);
    assert_eq!(order("logs/2.json other.json logs/1"), ["y", "x", "w"]);
}

#[test]
fn a_repeated_event_is_shown_again_and_counted_once() {
    let desk = Desk::new("a_repeated_event_is_shown_again_and_counted_once");
    let record = opened("a", 1, 22);
    desk.write("twice.jsonl", format!("{record}\n{record}\n"));
    let ran = desk.run("replay --format jsonl --account-out after.json twice.jsonl");
    assert_eq!(ran.lines(), ["violation a twice.jsonl#0", "violation a twice.jsonl#1"]);
    assert!(ran.out.lines().nth(1).unwrap().contains(r#""outcome":"already-gone""#));
    desk.write("again.json", record.to_string());
    let out = desk.run("replay twice.jsonl again.json").out;
    assert_eq!(out.matches("violation  ").count(), 3, "{out}");
    assert!(out.contains("\n1 security group event: 1 violation\n1 forbidden rule: 1 revoked\n"), "{out}");
}
