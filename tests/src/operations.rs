//! The calls of AWS that the function's code can make, read from its sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo;

const SOURCES: &str = "function/lambda/src";

/// What is called on a client and is no call of AWS.
const NO_OPERATIONS: [&str; 2] = ["clone", "config"];

/// Each call by the IAM action that it takes (`ec2:DescribeVpcs`), with the files that make it. A call is
/// `client.describe_vpcs()`, however it is broken into lines; tests are left out.
#[must_use]
pub fn operations() -> BTreeMap<String, Vec<PathBuf>> {
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in sources(&cargo::checkout().join(SOURCES)) {
        let text = fs::read_to_string(&file).expect("a source can be read");
        let file = file.strip_prefix(cargo::checkout()).expect("a source is in the checkout").to_owned();
        for operation in called_in(&text) {
            let files = found.entry(action(&operation)).or_default();
            if !files.contains(&file) {
                files.push(file.clone());
            }
        }
    }
    found
}

/// The names of the operations that the source `text` calls on a client.
#[must_use]
pub fn called_in(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let after_client = code.split("client").skip(1);
    after_client.filter_map(operation).filter(|name| !NO_OPERATIONS.contains(&name.as_str())).collect()
}

/// The method at the start of `text`, which follows its receiver.
fn operation(text: &str) -> Option<String> {
    let text = text.trim_start().strip_prefix('.')?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let end = text.find(|c| !is_name(c))?;
    let (name, rest) = text.split_at(end);
    (rest.starts_with('(') && !name.is_empty()).then(|| name.to_owned())
}

/// The IAM action of an operation: all services name them alike.
fn action(operation: &str) -> String {
    let service = match operation {
        "publish" => "sns",
        "get_item" | "put_item" | "scan" => "dynamodb",
        _ => "ec2",
    };
    let words = operation.split('_').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_uppercase() + rest
    });
    format!("{service}:{}", words.collect::<String>())
}

/// The sources below `folder`, but for tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources can be read") {
        let path = entry.expect("a folder of sources can be read").path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name == "tests" || name == "testing" {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
