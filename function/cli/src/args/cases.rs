//! What `policy test` takes.

use std::path::PathBuf;

use super::AnswerFormat;

/// Test a policy: does it say what somebody expected it to say?
///
/// Cases are questions in the policy's own words, with the answer that is expected, in files named *.test.yaml beside the
/// policy, but for those that are named after another policy there. Each is judged as an event would be, on groups that
/// are made up for it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TestArgs {
    /// The policy; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "policy.yaml")]
    pub(crate) file: PathBuf,

    /// A file of cases; may be given several times [default: all *.test.yaml beside the policy]
    #[arg(long, value_name = "FILE")]
    pub(crate) cases: Vec<PathBuf>,

    /// The instant of cases that name none [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// For people, or one JSON object
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,

    /// Also write the results in `JUnit`'s XML, as CI services take it
    #[arg(long, value_name = "FILE", value_parser = super::written())]
    pub(crate) junit: Option<PathBuf>,
}

const EXAMPLES: &str = "\
A file of cases:
  cases:
    - { tier: web, ports: 443/tcp, from: anywhere, is: allowed }
    - { tier: web, ports: 22/tcp, from: anywhere, is: denied, because: web allows 80/tcp }
    - { tier: elsewhere, ports: 3389/tcp, from: internet, is: denied }

Examples:
  tierguard policy test policy.yaml
  tierguard policy test policy.yaml --cases more.test.yaml --junit results.xml

Exit status: 0 all passed, 1 an error, 2 a case failed, 64 wrong usage.";
