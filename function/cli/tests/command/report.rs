//! The file that `--report` writes. What stands in it is for the tests in `tests/page` to say.

use std::fs;

use serde_json::json;

use crate::desk::{Desk, opened, rule};

fn desk(test: &str) -> Desk {
    let desk = Desk::new(test);
    desk.write("events.json", json!([opened("a", 1, 22), opened("b", 2, 443)]).to_string());
    desk
}

/// What is in the folder beside what was put there.
fn beside(desk: &Desk) -> Vec<String> {
    let names =
        fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .filter(|name| !["policy.yaml", "account.json", "events.json"].contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_told_is_the_same_with_it() {
    let desk = desk("what_is_told_is_the_same_with_it");
    for form in ["", "--summary", "--format jsonl", "--format json", "--mode observe"] {
        let alone = desk.run(&format!("replay {form} events.json"));
        let with = desk.run(&format!("replay {form} --report page.html events.json"));
        assert_eq!((alone.code, alone.out, alone.err), (with.code, with.out, with.err), "{form}");
    }
    assert_eq!(beside(&desk), ["page.html"]);
}

#[test]
fn it_takes_the_place_of_the_one_before() {
    let desk = desk("it_takes_the_place_of_the_one_before");
    desk.write("page.html", "an older one, and longer than the new one will ever be".repeat(10_000));
    assert_eq!(desk.run("replay --report page.html events.json").code, 0);
    let page = fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert_eq!(beside(&desk), ["page.html"]);
}

#[test]
fn where_it_cannot_be_written_is_said_before_anything_is_read() {
    let desk = desk("where_it_cannot_be_written_is_said");
    fs::create_dir(desk.path("folder")).unwrap();
    for path in ["folder", "nowhere/page.html", "folder/..", "events.json/page.html"] {
        // The events are not even looked for.
        let ran = desk.run(&format!("replay --report {path} no-events.json"));
        assert_eq!((ran.code, ran.out.as_str(), ran.err.contains("no-events")), (1, "", false), "{path}");
    }
    insta::assert_snapshot!(desk.run("replay --report nowhere/page.html events.json").shown(), @"
    exit 1
    --- stderr
    error: the report cannot be written to `nowhere/page.html`: No such file or directory (os error 2)
      help: give a file in a folder that you may write to
    ");
    insta::assert_snapshot!(desk.run("replay --report folder events.json").shown(), @"
    exit 1
    --- stderr
    error: the report cannot be written to `folder`: something else is there
      help: give a file in a folder that you may write to
    ");
    assert_eq!(beside(&desk), ["folder"]);
}

#[cfg(unix)]
#[test]
fn behind_a_link_is_where_it_goes() {
    let desk = desk("behind_a_link_is_where_it_goes");
    desk.write("pages/march.html", "an older one");
    std::os::unix::fs::symlink("pages/march.html", desk.path("latest.html")).unwrap();
    assert_eq!(desk.run("replay --report latest.html events.json").code, 0);
    assert!(fs::symlink_metadata(desk.path("latest.html")).unwrap().is_symlink());
    assert!(fs::read_to_string(desk.path("pages/march.html")).unwrap().starts_with("<!doctype html>"));
}

#[test]
fn without_a_reader_it_is_written_all_the_same() {
    let desk = desk("without_a_reader_the_page_is_written");
    let records: Vec<_> = (0..2000).map(|number| opened(&number.to_string(), 1, 22)).collect();
    desk.write("events.json", json!(records).to_string());
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tierguard"));
    command.current_dir(desk.path("")).args(["replay", "--report", "page.html", "events.json"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(beside(&desk), ["page.html"]);
}

/// Neither the order of files, nor the run, nor the hour changes anything.
#[test]
fn it_follows_from_the_events_alone() {
    let desk = desk("it_follows_from_the_events_alone");
    let change =
        |n: u16| rule(&format!("e-{n}"), u32::from(n), "sg-00000000000000db1", 5000 + n, "0.0.0.0/0");
    desk.write("one.json", json!((0..30).map(change).collect::<Vec<_>>()).to_string());
    desk.write("two.json", json!((30..60).map(change).collect::<Vec<_>>()).to_string());
    let mut pages = Vec::new();
    for order in ["one.json two.json", "two.json one.json", "one.json two.json"] {
        let ran = desk.run(&format!("replay --format json --report page.html {order}"));
        pages.push((ran.out, fs::read_to_string(desk.path("page.html")).unwrap()));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
}
