//! IAM policies: which requests a statement is about ([`statement`]), and what is wrong with a policy, as somebody else
//! sees it. [parliament](https://github.com/duo-labs/parliament) knows
//! the grammar, and each service's actions with their resources and condition keys, from the Service Authorization
//! Reference. It needs no network and no account.

pub mod request;
pub mod statement;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::venv::Venv;

/// Prints one line for each thing that is wrong with the policy that comes in.
const CHECK: &str = "
import sys, parliament
for finding in parliament.analyze_policy_string(sys.stdin.read()).findings:
    print(finding.issue, finding.detail or finding.location)
";

/// The most characters of a service control policy. Source: AWS Organizations user guide, "Quotas".
const MOST_OF_SCP: usize = 5120;

/// What is wrong with the identity policy in `text`: nothing, it is to be hoped.
#[must_use]
pub fn complaints(text: &str) -> Vec<String> {
    let mut python = Venv::ready().python();
    let python = python.args(["-W", "ignore", "-c", CHECK]);
    let python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut python = python.spawn().expect("the environment's Python starts");
    let mut stdin = python.stdin.take().expect("its input is a pipe");
    stdin.write_all(text.as_bytes()).expect("it reads its input");
    drop(stdin);
    let Output { status, stdout, stderr } = python.wait_with_output().expect("it ends");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).lines().map(str::to_owned).collect()
}

/// What is wrong with the service control policy in `text`: it is an identity policy that has less.
#[must_use]
pub fn complaints_of_scp(text: &str) -> Vec<String> {
    let mut wrong = complaints(text);
    let length = text.chars().count();
    if length > MOST_OF_SCP {
        wrong.push(format!("SCP_TOO_LONG {length} characters"));
    }
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    for key in statements.iter().filter_map(Value::as_object).flat_map(|statement| statement.keys()) {
        if key.ends_with("Principal") {
            wrong.push(format!("SCP_WITH_PRINCIPAL {key}"));
        }
    }
    let unique: BTreeSet<_> = wrong.into_iter().collect();
    unique.into_iter().collect()
}
