//! What `replay` takes.

use std::path::PathBuf;

use clap::ValueEnum;

/// Replay security group changes against a policy, without an AWS account
///
/// Each change is applied to an account in memory, as EC2 would have applied it, and the guard responds to it there:
/// judges it, undoes what the policy forbids, and says so. Events are handled in the order of their time.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// Events: a file, a folder (walked), or `-` for the standard input
    ///
    /// What a file holds is detected: an EventBridge event, a CloudTrail record, a CloudTrail log file, the output of
    /// `aws cloudtrail lookup-events`, an array or JSON lines of these, or any of it in gzip. In a folder, files named
    /// *.json, *.jsonl, *.ndjson and *.gz are taken, account.json is not. Of folders as S3 holds CloudTrail's logs
    /// (AWSLogs/ACCOUNT/CloudTrail/REGION/YEAR/MONTH/DAY) only those are read that may hold the events asked for.
    #[arg(value_name = "PATH", required_unless_present = "sweep")]
    pub(crate) paths: Vec<PathBuf>,

    /// The policy [default: the nearest policy.yaml, beside the events or in a folder above them in PATH]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The account before the first event, in the AWS CLI's output keys, or `-` [default: the nearest account.json, else
    /// one that learns its groups from the events]
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,

    /// Replay only what happened at this time or later: an instant, or a day in UTC from its beginning
    #[arg(long, value_name = "TIME", help_heading = "Which events")]
    pub(crate) since: Option<String>,

    /// Replay only what happened before this instant, or up to the end of this day in UTC
    #[arg(long, value_name = "TIME", help_heading = "Which events")]
    pub(crate) until: Option<String>,

    /// Replay only what happened in these accounts
    #[arg(long, value_name = "DIGITS", value_delimiter = ',', help_heading = "Which events")]
    pub(crate) account_id: Vec<String>,

    /// Replay only what happened in these Regions
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "Which events")]
    pub(crate) region: Vec<String>,

    /// Overrides every `mode` in the policy; `on-violation: notify` and `sweep: observe` still only tell
    #[arg(long, value_enum)]
    pub(crate) mode: Option<ModeArg>,

    /// Sweep the account after the last event: judge every rule of every group. With --account and --at, no PATH is
    /// needed
    #[arg(long)]
    pub(crate) sweep: bool,

    /// When the sweep is [default: the time of the last event]
    #[arg(long, value_name = "RFC3339", requires = "sweep")]
    pub(crate) at: Option<String>,

    /// A story for people, one JSON object per event, or one that sums them up
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Tell no events, only what they came to: totals, and tables by tier, caller, rule, account and Region
    #[arg(long)]
    pub(crate) summary: bool,

    /// Also write what it came to as one page of HTML, which needs no network: timeline, tables, the policy as a picture, and
    /// each violation with its record and why
    #[arg(long, value_name = "FILE", value_parser = super::written())]
    pub(crate) report: Option<PathBuf>,

    /// Write the account as it is after the last event
    #[arg(long, value_name = "FILE", value_parser = super::written())]
    pub(crate) account_out: Option<PathBuf>,

    /// The guard's own role: changes made by it are never undone
    #[arg(long, value_name = "ARN", env = "TIERGUARD_ROLE_ARN", hide_env_values = true)]
    pub(crate) role: Option<String>,

    /// Exit with status 2 if there was one of these
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// Undo violations
    Enforce,
    /// Only say what would be undone
    Observe,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A story for people
    #[default]
    Text,
    /// One JSON object per event, as the Lambda function returns it, and one for each sweep
    Jsonl,
    /// One JSON object, of what the events came to
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// The policy forbids some of a change, or of what a sweep finds
    Violation,
}

const EXAMPLES: &str = "\
Examples:
  tierguard replay events
  tierguard replay --policy policy.yaml --mode observe AWSLogs/
  tierguard replay --policy policy.yaml --since 2026-02-01 --until 2026-02-28 \\
    AWSLogs/
  aws cloudtrail lookup-events --output json |
    tierguard replay --policy policy.yaml --format jsonl -
  tierguard replay --policy policy.yaml --mode observe --summary AWSLogs/
  tierguard replay --policy policy.yaml --mode observe --report march.html \\
    AWSLogs/
  tierguard replay --sweep --account account.json --at 2026-03-02T09:00:00Z

Exit status: 0 handled, 1 an error, 2 a violation with --fail-on violation, 64 wrong usage.";
