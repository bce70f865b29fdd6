//! What others write is one text in one line of the log.

use serde_json::{Value, json};

use super::*;

#[path = "../../../../../events/hostile/strings.rs"]
mod strings;

/// Where in a record a text stands that comes into its line.
const FIELDS: [&str; 5] = ["eventID", "eventName", "awsRegion", "recipientAccountId", "eventTime"];

/// The lines of a change with `text` in `field`, for which `retry` is the reason to try again.
async fn raw(field: &str, text: &str, retry: &str) -> String {
    let mut record = opened(22);
    record[field] = json!(text);
    let now = "2026-03-01T12:00:02.500Z".parse().unwrap();
    let done = guard().respond(record.to_string().as_bytes(), &ports(), now).await;
    let report = Report::new(&done, None);
    super::text(Some("debug"), None, async || handled(&done, &report, Some(retry), &course())).await
}

#[tokio::test]
async fn what_others_write_is_one_text_in_one_line() {
    for (name, text) in strings::strings() {
        for field in FIELDS {
            let log = raw(field, &text, &text).await;
            let line = log.strip_suffix('\n').unwrap();
            assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{name} as {field}: {line:?}");
            let fields: Value = serde_json::from_str(line).unwrap();
            assert_eq!(
                (&fields["level"], &fields["message"]),
                (&json!("ERROR"), &json!("handled")),
                "{name}"
            );
            assert_eq!(fields["retry"], text, "{name} as {field}");
        }
        println!("{name:<24}log line: ok");
    }
}
