//! What is made, held against the order, the guard's reader and a desk.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test harness stops at the first surprise"
)]

mod command;
mod oracle;
mod reading;
mod same;

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::value::RawValue;
use tierguard_logs::{Form, Made, Memory, Mix, Order, Seed, Size, make};

/// An order of a few files in each of four lanes.
fn order() -> Order {
    Order {
        seed: Seed(1),
        size: Size::new(8_000_000),
        accounts: 2,
        regions: 2,
        start: "2026-01-01T00:00:00Z".parse().unwrap(),
        days: 30,
        mix: Mix::default(),
        form: Form::Gzip,
        organisation: None,
    }
}

fn made(order: &Order) -> (Made, Memory) {
    let mut memory = Memory::default();
    let made = make(order, &mut memory).unwrap();
    (made, memory)
}

#[derive(serde::Deserialize)]
struct Log<'l> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'l RawValue>,
}

/// The records of each file.
fn records(memory: &Memory) -> Vec<Vec<String>> {
    memory.files.iter().map(|(path, content)| records_of(&text(path, content))).collect()
}

fn records_of(text: &str) -> Vec<String> {
    let log: Log<'_> = serde_json::from_str(text).unwrap();
    log.records.iter().map(|record| record.get().to_owned()).collect()
}

fn text(path: &str, content: &[u8]) -> String {
    let mut text = String::new();
    let mut content = content;
    if ends_in(path, "gz") {
        GzDecoder::new(content).read_to_string(&mut text).unwrap();
    } else {
        content.read_to_string(&mut text).unwrap();
    }
    text
}

fn ends_in(path: &str, extension: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|found| found == extension)
}
