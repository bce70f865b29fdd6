//! What is typed on the command line. What it means is for [`settings`](crate::settings), and for each command, to say.

mod audit;
mod cases;
mod check;
mod completions;
mod explain;
mod graph;
mod init;
mod man;
mod replay;

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::console::Speech;

pub(crate) use audit::{AuditArgs, AuditFailOn, AuditFormat};
pub(crate) use cases::TestArgs;
pub(crate) use check::{CheckArgs, FailOnWarning};
pub(crate) use completions::CompletionsArgs;
pub(crate) use explain::{ExplainArgs, FailOnAnswer};
pub(crate) use graph::{GraphArgs, Picture};
pub(crate) use init::InitArgs;
pub(crate) use man::ManArgs;
pub(crate) use replay::{FailOn, Format, ModeArg, ReplayArgs};

/// Keeps EC2 security groups within a tier policy
#[derive(Debug, Parser)]
#[command(name = "tierguard", version, after_help = EXAMPLE)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Args {
    /// What was typed.
    ///
    /// # Errors
    /// When it cannot be parsed, or asks for help.
    pub(crate) fn parsed() -> Result<Self, clap::Error> {
        Self::try_parse().map_err(|mut error| {
            if let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand)
                && Self::command()
                    .find_subcommand("policy")
                    .is_some_and(|policy| policy.find_subcommand(typed).is_some())
            {
                let tip = format!("write `tierguard policy {typed}`");
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
            }
            error
        })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draft, check, test and look at a policy
    #[command(subcommand, after_help = POLICY_EXAMPLES)]
    Policy(PolicyCommand),
    Explain(ExplainArgs),
    Audit(AuditArgs),
    Replay(ReplayArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    Init(InitArgs),
    Check(CheckArgs),
    Graph(GraphArgs),
    Test(TestArgs),
    /// Print the JSON Schema of the policy file, from which editors complete and check it
    #[command(after_help = SCHEMA_EXAMPLE)]
    Schema,
}

/// How a command that has one answer gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Takes the path of what is written. `-`, which is the standard input where something is read, is refused: that name
/// would surprise.
fn written() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path == Path::new("-") { Err("give a path: `./-` if that is its name") } else { Ok(path) }
    })
}

impl Command {
    /// How errors are told: as the answer is, where that is JSON.
    pub(crate) const fn speech(&self) -> Speech {
        match self {
            Self::Policy(
                PolicyCommand::Init(InitArgs { format, .. })
                | PolicyCommand::Check(CheckArgs { format, .. })
                | PolicyCommand::Test(TestArgs { format, .. }),
            )
            | Self::Explain(ExplainArgs { format, .. }) => match format {
                AnswerFormat::Text => Speech::Text,
                AnswerFormat::Json => Speech::Json,
            },
            Self::Policy(PolicyCommand::Graph(GraphArgs { format, .. })) => match format {
                Picture::Svg | Picture::Mermaid => Speech::Text,
                Picture::Json => Speech::Json,
            },
            Self::Audit(AuditArgs { format, .. }) => match format {
                AuditFormat::Table => Speech::Text,
                AuditFormat::Json | AuditFormat::Sarif => Speech::Json,
            },
            Self::Replay(ReplayArgs { format, .. }) => match format {
                Format::Text => Speech::Text,
                Format::Jsonl | Format::Json => Speech::Json,
            },
            Self::Policy(PolicyCommand::Schema) | Self::Completions(_) | Self::Man(_) => Speech::Text,
        }
    }
}

const SCHEMA_EXAMPLE: &str = "\
Example:
  tierguard policy schema > policy.schema.json

A policy whose first line is
  # yaml-language-server: $schema=policy.schema.json
is completed and checked by editors that know YAML.";

const POLICY_EXAMPLES: &str = "\
Examples:
  tierguard policy init --account account.json > policy.yaml
  tierguard policy check policy.yaml
  tierguard policy test policy.yaml
  tierguard policy graph policy.yaml > tiers.svg";

const EXAMPLE: &str = "\
Examples:
  tierguard policy init --account account.json > policy.yaml
  tierguard policy check policy.yaml
  tierguard policy graph policy.yaml > tiers.svg
  tierguard audit --policy policy.yaml --account account.json
  tierguard replay events";
