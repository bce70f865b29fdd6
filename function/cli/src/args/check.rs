//! What `policy check` takes.

use std::path::PathBuf;

use clap::ValueEnum;

use super::AnswerFormat;

/// Say what is wrong with a policy, and what in it was perhaps not meant
///
/// Every error is told at once, underlined, with what to write instead. A policy without errors is looked at for what
/// is legal and unwise: entries that allow nothing new, a port that the internet should not reach, exemptions that end,
/// networks written with host bits, names that nothing uses, and groups that nothing holds for.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {
    /// The policy; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "policy.yaml")]
    pub(crate) file: PathBuf,

    /// An account, in the AWS CLI's output keys, or `-`: tiers and exemptions that are for none of its groups are told
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,

    /// The instant at which exemptions are looked at [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// For people, or one JSON object
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,

    /// Exit with status 2 if there was one of these
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOnWarning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnWarning {
    /// Something in the policy was perhaps not meant
    Warning,
}

const EXAMPLES: &str = "\
Examples:
  tierguard policy check policy.yaml
  git show HEAD:policy.yaml | tierguard policy check -
  tierguard policy check policy.yaml --at 2027-01-01
  aws ec2 describe-security-groups --output json > account.json
  tierguard policy check policy.yaml --account account.json --fail-on warning

Exit status: 0 no error, 1 an error, 2 a warning with --fail-on warning, 64 wrong usage.";
