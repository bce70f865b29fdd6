//! The metrics that CloudWatch takes out of the log: names, units, and the metadata that makes a line of log bring them.
//! What is counted, the module `log` says.
//!
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all of them.
pub const NAMESPACE: &str = "tierguard";
/// The one dimension: each further one, and each further value of one, is a further metric to pay for.
pub const DIMENSION: &str = "FunctionName";

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name, and that of the member of the line that is its value.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
}

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time.
    Milliseconds,
}

/// All metrics. `infra/README.md` says what each is.
pub const METRICS: [Metric; 16] = [
    count("Events"),
    count("Violations"),
    count("Undecided"),
    count("Reverts"),
    count("FailedReverts"),
    count("Notices"),
    count("FailedNotices"),
    count("Retries"),
    Metric { name: "Exposure", unit: Unit::Milliseconds },
    count("SweepsDone"),
    count("SweptGroups"),
    count("SweptManaged"),
    count("SweptForbidden"),
    count("SweptMissing"),
    count("SweptMixed"),
    count("SweptUnsettled"),
];

const fn count(name: &'static str) -> Metric {
    Metric { name, unit: Unit::Count }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        })
    }
}

/// Lets `line`, written at `instant` by `function`, bring the metrics that are among its members; a line that has none
/// stays as it is.
pub(crate) fn embed(line: &mut Map<String, Value>, function: &str, instant: Timestamp) {
    let metrics = METRICS.iter().filter(|metric| line.contains_key(metric.name));
    let metrics: Vec<_> =
        metrics.map(|Metric { name, unit }| json!({ "Name": name, "Unit": unit.to_string() })).collect();
    if metrics.is_empty() {
        return;
    }
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics });
    let metadata = json!({ "Timestamp": instant.as_millisecond(), "CloudWatchMetrics": [directive] });
    line.insert("_aws".to_owned(), metadata);
    line.insert(DIMENSION.to_owned(), json!(function));
}
