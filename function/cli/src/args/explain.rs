//! What `explain` takes.

use std::path::PathBuf;

use clap::ValueEnum;

use super::AnswerFormat;

/// Answer one question about a policy, with the lines of it that decide
///
/// May somebody reach something? Who can reach a tier at all, and by way of which others? Why was an event a violation?
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArgs {
    /// `may FROM reach PORTS of TIER`, `who can reach TIER`, or `why EVENT`, the path of an event, with #n for one of several
    #[arg(value_name = "QUESTION", required = true)]
    pub(crate) question: Vec<String>,

    /// The policy [default: policy.yaml; of `why`, the nearest one beside the event or in a folder above it]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The account before the event, of `why`; `-` is the standard input [default: the nearest account.json, else one that learns its groups]
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,

    /// The instant at which exemptions are looked at [default: now]; `why` goes by the time of the event
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,

    /// For people, or one JSON object
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,

    /// Exit with status 2 if the answer to `may` is one of these; may be given several times
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) fail_on: Vec<FailOnAnswer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnAnswer {
    /// None of it is allowed
    No,
    /// Only some of it is allowed
    Partly,
    /// It depends on something that the policy alone does not tell
    Unknown,
}

const EXAMPLES: &str = "\
Examples:
  tierguard explain may 10.1.2.3 reach 3306/tcp of db
  tierguard explain may web reach 8080/tcp of app
  tierguard explain 'who can reach db at all?'
  tierguard explain why events/seed/web-ssh-from-anywhere/event.json
  tierguard explain why log.json#3
  tierguard explain may web reach 8080/tcp of app --fail-on no,partly,unknown

FROM is an address, a network, or a name of the policy; TIER may be `elsewhere`. A name with spaces stands in quotes.

Exit status: 0 answered, 1 an error, 2 what --fail-on names, 64 wrong usage.";
