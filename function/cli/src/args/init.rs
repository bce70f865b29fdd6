//! What `policy init` takes.

use std::path::PathBuf;

use super::AnswerFormat;

/// Draft a first policy from an account: what is open in it today, by tiers
///
/// An audit of that account by the draft finds nothing. Comments mark what is doubtful: ports that the internet should
/// not reach, rules that one group of a tier has and the others have not, references to groups that are gone, groups on
/// no network interface. Groups whose tags and names say nothing are in no tier; `elsewhere` holds for them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InitArgs {
    /// The account, in the AWS CLI's output keys, or `-`: groups, and where there are any, rules, prefix lists and interfaces
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) account: PathBuf,

    /// The tag whose values are the tiers [default: a tag named tier, layer, role or the like]
    #[arg(long, value_name = "KEY")]
    pub(crate) tag: Option<String>,

    /// Write the policy there, if there is no such file yet [default: print it]
    #[arg(long, value_name = "FILE", value_parser = super::written())]
    pub(crate) out: Option<PathBuf>,

    /// The policy, or one JSON object: the policy, its tiers with their groups, and what is doubtful
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

const EXAMPLES: &str = "\
Examples:
  aws ec2 describe-security-groups --output json > account.json
  tierguard policy init --account account.json > policy.yaml
  tierguard policy init --account account.json --tag App --out policy.yaml

Exit status: 0 drafted, 1 an error, 64 wrong usage.";
