//! What `audit` takes.

use std::path::PathBuf;

use clap::ValueEnum;

/// Judge every group of an account now: what the sweep would say
///
/// Nothing is changed, and no AWS account is reached: the account comes from a file in the AWS CLI's output keys.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditArgs {
    /// The account, in the AWS CLI's output keys; `-` is the standard input
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) account: PathBuf,

    /// The policy [default: the nearest policy.yaml, beside the account or in a folder above it in its path]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The instant at which exemptions are looked at [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// A table, one JSON object, or SARIF
    #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
    pub(crate) format: AuditFormat,

    /// Exit with status 2 if there was one of these; may be given several times
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) fail_on: Vec<AuditFailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFailOn {
    /// The policy forbids something that is there, or misses something
    Violation,
    /// Something could not be judged: the account file tells too little
    Undecidable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// A table for people: one line for each group, and what is wrong under it
    Table,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, as code scanning services take it
    Sarif,
}

const EXAMPLES: &str = "\
Examples:
  aws ec2 describe-security-groups --output json > account.json
  tierguard audit --policy policy.yaml --account account.json
  tierguard audit --policy policy.yaml --account account.json --format sarif \\
    > tierguard.sarif

Exit status: 0 judged, 1 an error, 2 what --fail-on names, 64 wrong usage.";
