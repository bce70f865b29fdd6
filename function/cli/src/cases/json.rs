//! The results of cases as one JSON object.

use serde::Serialize;
use tierguard::policy::{Answer, Case, Expectation};

use super::Tested;

#[derive(Serialize)]
pub(super) struct Report<'t> {
    policy: &'t str,
    passed: usize,
    failed: usize,
    cases: Vec<CaseReport<'t>>,
}

#[derive(Serialize)]
struct CaseReport<'t> {
    name: &'t str,
    file: &'t str,
    line: usize,
    passed: bool,
    expected: Expected<'t>,
    found: Found<'t>,
}

#[derive(Serialize)]
struct Expected<'t> {
    is: &'static str,
    because: Option<&'t str>,
}

#[derive(Serialize)]
struct Found<'t> {
    /// Absent where it cannot be told.
    is: Option<&'static str>,
    because: &'t [String],
    excess: &'t [String],
    unknown: &'t [String],
}

impl<'t> Report<'t> {
    pub(super) fn new(policy: &'t str, tested: &'t [Tested]) -> Self {
        let of_file = |file: &'t Tested| {
            file.results.iter().map(|(case, answer)| CaseReport::new(&file.file, case, answer))
        };
        let cases: Vec<_> = tested.iter().flat_map(of_file).collect();
        let passed = cases.iter().filter(|case| case.passed).count();
        Self { policy, passed, failed: cases.len().saturating_sub(passed), cases }
    }
}

impl<'t> CaseReport<'t> {
    fn new(file: &'t str, case: &'t Case, answer: &'t Answer) -> Self {
        let Answer { found, why, excess, unknown } = answer;
        Self {
            name: &case.name,
            file,
            line: case.passage.line,
            passed: answer.is_expected(case),
            expected: Expected { is: case.expected.word(), because: case.because.as_deref() },
            found: Found { is: found.map(Expectation::word), because: why, excess, unknown },
        }
    }
}
