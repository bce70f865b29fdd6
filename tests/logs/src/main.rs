//! `tierguard-logs`: makes `CloudTrail` logs in a folder, with the policy that they are to be held against.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;
use tierguard_logs::{
    Folder, Form, Made, MakeError, Mix, Order, OrderError, Organisation, POLICY, Seed, Shelf, Size, make,
};

/// Make realistic CloudTrail logs of any size, and say what a replay of them must find
///
/// The same options make the same bytes. The folder gets AWS's own layout and a policy.yaml; the standard output
/// gets one JSON object: how much was made, and how many changes each tier forbids, by tier and by caller.
#[derive(Debug, Parser)]
#[command(name = "tierguard-logs", version, after_help = EXAMPLES)]
struct Args {
    /// The folder, which must be empty or not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// What chance begins with
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How much JSON, before compression: like 500KB, 100MB or 10GB
    #[arg(long, default_value = "10MB")]
    size: String,

    /// How many accounts
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    accounts: u16,

    /// How many Regions each account is in; the first gets four times as much as any other
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=17))]
    regions: u16,

    /// The first day
    #[arg(long, default_value = "2026-01-01", value_name = "DATE")]
    start: String,

    /// How many days
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,

    /// One record in so many is a call of security groups
    #[arg(long, default_value = "100", value_name = "N")]
    changes_per: String,

    /// One such call in so many is forbidden
    #[arg(long, default_value = "8", value_name = "N")]
    violations_per: String,

    /// One such call in so many failed
    #[arg(long, default_value = "20", value_name = "N")]
    failures_per: String,

    /// One record in so many is late, by minutes or by hours
    #[arg(long, default_value = "50", value_name = "N")]
    late_per: String,

    /// One record in so many comes twice
    #[arg(long, default_value = "500", value_name = "N")]
    repeats_per: String,

    /// Do not compress
    #[arg(long)]
    plain: bool,

    /// The organisation whose trail it is
    #[arg(long, value_name = "ID")]
    org: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  tierguard-logs --out logs
  tierguard-logs --out logs --seed 7 --size 1GB --accounts 5 --regions 3 --days 90 --org o-a1b2c3d4e5
  tierguard-logs --out logs --size 10GB --changes-per 1000 --plain
  tierguard replay logs

Exit status: 0 made, 1 an error, 64 wrong usage.";

/// Why nothing was made, or not all.
#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error("the folder `{}` is not empty", .path.display())]
    NotEmpty { path: PathBuf },
    #[error("`{text}` is not a day")]
    Start { text: String },
    #[error(transparent)]
    Make(#[from] MakeError),
    #[error("the standard output cannot be written to")]
    Output(#[from] io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has seen enough; the logs are made.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn run() -> Result<(), Failure> {
    let args = Args::try_parse()?;
    let (order, mut folder) = args.order()?;
    let policy = folder.put("policy.yaml", POLICY.as_bytes());
    policy.map_err(|source| MakeError::File { path: "policy.yaml".to_owned(), source })?;
    let made: Made = make(&order, &mut folder)?;
    let json = serde_json::to_string_pretty(&made).map_err(io::Error::from)?;
    Ok(writeln!(io::stdout().lock(), "{json}")?)
}

impl Args {
    /// What is meant by them, and where it goes.
    fn order(self) -> Result<(Order, Folder), Failure> {
        if fs::read_dir(&self.out).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::NotEmpty { path: self.out });
        }
        let day = self.start.parse().and_then(|day: Date| day.to_zoned(TimeZone::UTC));
        let start = day.map_err(|_| Failure::Start { text: self.start })?;
        let order = Order {
            seed: Seed(self.seed),
            size: self.size.parse::<Size>()?,
            accounts: self.accounts,
            regions: self.regions,
            start: start.timestamp(),
            days: self.days,
            mix: Mix {
                changes: self.changes_per.parse()?,
                violations: self.violations_per.parse()?,
                failures: self.failures_per.parse()?,
                late: self.late_per.parse()?,
                repeats: self.repeats_per.parse()?,
            },
            form: if self.plain { Form::Plain } else { Form::Gzip },
            organisation: self.org.map(|id| id.parse::<Organisation>()).transpose()?,
        };
        Ok((order, Folder::new(self.out)))
    }
}

impl Failure {
    /// Says what there is to say, and how the command ends.
    fn tell(self) -> ExitCode {
        let help = match &self {
            Self::CommandLine(error) => {
                let is_wrong = error.use_stderr();
                // Whoever closed the output does not want to read it.
                let _ = error.print();
                return ExitCode::from(if is_wrong { 64 } else { 0 });
            }
            Self::Order(error) => error.help(),
            Self::NotEmpty { .. } => "give another with `--out`, or empty it",
            Self::Start { .. } => "write it like 2026-01-01",
            Self::Make(error) => error.help(),
            Self::Output(_) => "look at the disk, or at what reads the output",
        };
        // There is nowhere left to say that this failed.
        let _ = writeln!(io::stderr().lock(), "error: {}\n  help: {help}", in_one_line(&self));
        ExitCode::from(match self {
            Self::Order(_) | Self::NotEmpty { .. } | Self::Start { .. } | Self::CommandLine(_) => 64,
            Self::Make(_) | Self::Output(_) => 1,
        })
    }
}

/// `error` and what caused it.
fn in_one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.ends_with(&why) {
            text.push_str(": ");
            text.push_str(&why);
        }
        cause = error.source();
    }
    text
}
