//! The desk door: the `tierguard` command.
//!
//! `policy init` drafts a policy from an account ([`init`]), `policy check` says what is wrong with a policy ([`check`]), `policy test` whether it says what was expected ([`cases`]),
//! `policy graph` draws it ([`graph`]), `explain` says why ([`explain`]). `audit` says what is wrong in an account ([`audit`]).
//! `completions` ([`completions`]) and `man` ([`man`]) tell shells and people what the command line takes.
//!
//! `replay`: what is typed ([`args`]) becomes what is meant ([`settings`]); events are found ([`source`]), sorted by what they
//! are replayed against ([`scenario`]), read by all cores ([`batch`], [`reading`]), and handled in the order of their time by the guard that
//! also stands in the Lambda function ([`replay`]); after them it may sweep the account ([`sweep`]). What it did is told
//! to people ([`story`]) or machines ([`jsonl`]), or only what it all came to ([`breakdown`]),
//! and may be written down as a page ([`report`]).
//!
//! Judges nothing itself, and reaches no AWS account.

mod args;
mod audit;
mod batch;
mod breakdown;
mod cases;
mod check;
mod clauses;
mod clock;
mod completions;
mod console;
mod damage;
mod encoding;
mod exit;
mod explain;
mod failure;
mod files;
mod graph;
mod gzip;
mod init;
mod jsonl;
mod layout;
mod long;
mod man;
mod object;
mod passed;
mod progress;
mod reading;
mod record;
mod repeats;
mod replay;
mod report;
mod scenario;
mod schema;
mod selection;
mod settings;
mod shape;
mod shown;
mod skim;
mod sorter;
mod source;
mod story;
mod sweep;
mod tally;
mod teller;
mod text;
mod values;
mod whole;
mod window;

use std::process::ExitCode;

use crate::args::{Args, Command, PolicyCommand};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

fn main() -> ExitCode {
    let mut console = Console::default();
    run(&mut console).unwrap_or_else(|failure| failure.exit(&mut console)).into()
}

fn run(console: &mut Console) -> Result<Exit, Failure> {
    let command = Args::parsed()?.command;
    console.speak(command.speech());
    match command {
        Command::Policy(PolicyCommand::Check(args)) => check::check(args, console),
        Command::Policy(PolicyCommand::Init(args)) => init::init(args, console),
        Command::Policy(PolicyCommand::Graph(args)) => graph::graph(args, console),
        Command::Policy(PolicyCommand::Test(args)) => cases::test(args, console),
        Command::Policy(PolicyCommand::Schema) => schema::schema(),
        Command::Explain(args) => explain::explain(args, console),
        Command::Audit(args) => audit::audit(args, console),
        Command::Replay(args) => replay::replay(&Settings::new(args)?, console),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => man::man(args),
    }
}
