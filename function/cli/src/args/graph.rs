//! What `policy graph` takes.

use std::path::PathBuf;

use clap::ValueEnum;

/// Draw a policy: the tiers as a picture, internet to database
///
/// Whoever is outside stands on the left, each tier to the right of those that may reach it, and each arrow says what is
/// let through. With an account its live rules are laid over the policy: what they use of what is allowed, what nothing
/// uses, and what is forbidden. The picture is written to the standard output.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GraphArgs {
    /// The policy; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "policy.yaml")]
    pub(crate) file: PathBuf,

    /// An account, in the AWS CLI's output keys, or `-`: its rules are judged, and drawn over the policy
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,

    /// The instant at which the rules are judged [default: now]
    #[arg(long, value_name = "TIME", requires = "account")]
    pub(crate) at: Option<String>,

    /// What to draw it as
    #[arg(long, value_enum, default_value_t = Picture::Svg)]
    pub(crate) format: Picture,
}

/// What a policy is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// An image that stands alone, for browsers, documents and paper
    Svg,
    /// A Mermaid flowchart, for Markdown
    Mermaid,
    /// The nodes and edges as one JSON object
    Json,
}

const EXAMPLES: &str = "\
Examples:
  tierguard policy graph policy.yaml > tiers.svg
  tierguard policy graph policy.yaml --format mermaid
  aws ec2 describe-security-groups --output json > account.json
  tierguard policy graph policy.yaml --account account.json > live.svg

Exit status: 0 drawn, 1 an error, 64 wrong usage.";
