//! What `explain` takes.

use std::path::PathBuf;

use super::AnswerFormat;

/// Answer one question about a policy, with the lines of it that decide
///
/// May somebody reach something? Who can reach a tier at all, and by way of which others? Why was an event a violation?
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArgs {
    /// `may FROM reach PORTS of TIER`, `who can reach TIER`, or `why EVENT`, the path of an event
    #[arg(value_name = "QUESTION", required = true)]
    pub(crate) question: Vec<String>,

    /// The policy [default: policy.yaml; of `why`, the nearest one beside the event or in a folder above it]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The account before the event, of `why` [default: the nearest account.json, else one that learns its groups]
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,

    /// The instant at which exemptions are looked at [default: now]; `why` goes by the time of the event
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// For people, or one JSON object
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

const EXAMPLES: &str = "\
Examples:
  tierguard explain may 10.1.2.3 reach 3306/tcp of db
  tierguard explain may web reach 8080/tcp of app
  tierguard explain 'who can reach db at all?'
  tierguard explain why events/seed/web-ssh-from-anywhere/event.json

FROM is an address, a network, or a name of the policy; TIER may be `elsewhere`.

Exit status: 0 answered, 1 an error, 64 wrong usage.";
