//! A few weeks of changes, and the page that they come to.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::desk::{Desk, event, opened, rule};

/// A policy, an account, and changes of five weeks.
pub(crate) fn desk(test: &str) -> Desk {
    let desk = Desk::new(test);
    desk.write("events.json", json!(events()).to_string());
    desk
}

/// Forty changes by three callers in two tiers: 33 are forbidden, and of one nobody can tell.
fn events() -> Vec<Value> {
    let callers = ["Developer/alice", "Deploy/bob", "Deploy/carol"];
    let groups = ["sg-0000000000000web1", "sg-00000000000000db1"];
    let change = |n: usize| {
        let port = [22, 443, 5432][n % 3];
        let peer = if n % 3 == 1 && n % 2 == 1 { "203.0.113.7/32" } else { "0.0.0.0/0" };
        let mut change = rule(&format!("event-{n}"), 0, groups[n % 2], port, peer);
        if n == 39 {
            change =
                event("event-39", 0, "AuthorizeSecurityGroupIngress", &json!({"groupId": 1}), &Value::Null);
        }
        change["eventTime"] = json!(format!("2026-{:0>2}-{:0>2}T09:{n:0>2}:00Z", 2 + n / 28, 1 + n % 28));
        change["userIdentity"]["arn"] =
            json!(format!("arn:aws:sts::111122223333:assumed-role/{}", callers[n % 5 % 3]));
        change
    };
    (0..40).map(change).collect()
}

/// The page of `desk`, with these arguments.
pub(crate) fn page(desk: &Desk, arguments: &str) -> PathBuf {
    let ran = desk.run(&format!("replay --summary --report page.html {arguments} events.json"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    desk.path("page.html")
}

/// The page of one change with this event.
pub(crate) fn page_of(desk: &Desk, events: &Value) -> String {
    desk.write("events.json", events.to_string());
    std::fs::read_to_string(page(desk, "")).unwrap()
}

/// A change that is forbidden.
pub(crate) fn forbidden() -> Value {
    opened("a", 1, 22)
}
