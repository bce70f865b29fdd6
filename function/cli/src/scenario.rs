//! Which events belong together: those that are replayed against the same policy and the same account.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use thiserror::Error;
use tierguard::policy::Document;
use tierguard_account::Account;

use crate::console::{Console, Problem};
use crate::files;
use crate::settings::Settings;
use crate::source::Source;

/// What a policy's file is called where it is not given.
const POLICY: &str = "policy.yaml";
/// What an account's file is called where it is not given.
const ACCOUNT: &str = "account.json";

/// Sources that are replayed together, and against what.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// Against what.
    pub(crate) against: Against,
    /// Where the events are.
    pub(crate) sources: Vec<Source>,
}

/// The files that events are replayed against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Against {
    /// The policy's, if there is one.
    pub(crate) policy: Option<PathBuf>,
    /// The account's, if there is one.
    pub(crate) account: Option<PathBuf>,
}

/// A scenario that cannot be replayed.
#[derive(Debug, Error)]
pub(crate) enum ScenarioError {
    #[error("there is no policy for `{first}`")]
    NoPolicy { first: String },
}

impl Problem for ScenarioError {
    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoPolicy { first: _ } => {
                "name one with `--policy FILE`, or put a `policy.yaml` beside the events or in a folder above them"
                    .to_owned()
            }
        })
    }
}

/// The scenario of an account that is to be swept without events; `None` where no account is given.
pub(crate) fn of_account(settings: &Settings) -> Option<Scenario> {
    let account = settings.account.clone()?;
    let policy = settings.policy.clone().or_else(|| policy_beside(&account));
    Some(Scenario { against: Against { policy, account: Some(account) }, sources: Vec::new() })
}

/// The nearest policy beside the file at `path`, or in a folder above it in that path.
pub(crate) fn policy_beside(path: &Path) -> Option<PathBuf> {
    Source::Named(path.to_owned()).folders().find_map(|folder| file_in(folder, POLICY))
}

/// Sorts `sources` into scenarios: that of the topmost policy and account first, then by path.
pub(crate) fn sort(sources: Vec<Source>, settings: &Settings) -> Vec<Scenario> {
    let mut finder = Finder { settings, known: HashMap::new() };
    let mut ranks: HashMap<Against, Rank> = HashMap::new();
    let mut scenarios: BTreeMap<Rank, Scenario> = BTreeMap::new();
    for source in sources {
        let against = finder.nearest(&mut source.folders());
        let rank = ranks.entry(against.clone()).or_insert_with(|| against.rank());
        let scenario =
            scenarios.entry(rank.clone()).or_insert_with(|| Scenario { against, sources: Vec::new() });
        scenario.sources.push(source);
    }
    scenarios.into_values().collect()
}

/// The place of a scenario among the others, and what makes it the same as another: the deeper folder of the two
/// files, then the files, all in the file system's own spelling.
type Rank = (PathBuf, Option<PathBuf>, Option<PathBuf>);

impl Against {
    fn rank(&self) -> Rank {
        let resolved = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        };
        let (policy, account) = (resolved(&self.policy), resolved(&self.account));
        let folders = [&policy, &account].into_iter().flatten().filter_map(|path| path.parent());
        let deepest = folders.max_by_key(|folder| folder.components().count());
        (deepest.unwrap_or(Path::new("")).to_owned(), policy, account)
    }
}

/// Finds the policy and the account of each source; looks into each folder once.
struct Finder<'s> {
    settings: &'s Settings,
    /// What is nearest to the files in a folder.
    known: HashMap<PathBuf, Against>,
}

impl Finder<'_> {
    /// What is nearest to the files in the first of these `folders`, each of which is in the next.
    fn nearest(&mut self, folders: &mut dyn Iterator<Item = &Path>) -> Against {
        let Settings { policy, account, .. } = self.settings;
        let Some(folder) = folders.next() else {
            return Against { policy: policy.clone(), account: account.clone() };
        };
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let beside =
            |given: &Option<PathBuf>, name| if given.is_none() { file_in(folder, name) } else { None };
        let (policy, account) = (beside(policy, POLICY), beside(account, ACCOUNT));
        let above = self.nearest(folders);
        let nearest = Against { policy: policy.or(above.policy), account: account.or(above.account) };
        self.known.insert(folder.to_owned(), nearest.clone());
        nearest
    }
}

fn file_in(folder: &Path, name: &str) -> Option<PathBuf> {
    Some(folder.join(name)).filter(|path| path.is_file())
}

impl Scenario {
    /// Its policy, and the file that it was read from.
    ///
    /// Says what is wrong with it on `console`.
    pub(crate) fn document(&self, console: &mut Console) -> Option<Document> {
        let Some(path) = &self.against.policy else {
            console.report(&ScenarioError::NoPolicy { first: self.first() });
            return None;
        };
        files::policy(path, console)
    }

    /// What it is of: its first source, or else its account.
    fn first(&self) -> String {
        let account = || self.against.account.as_ref().map(|path| path.to_string_lossy().into_owned());
        self.sources.first().map(Source::name).or_else(account).unwrap_or_default()
    }

    /// The account before its first event; without a file, one that learns its groups from the events.
    ///
    /// Says what is wrong with it on `console`.
    pub(crate) fn account(&self, console: &mut Console) -> Option<Account> {
        let Some(path) = &self.against.account else { return Some(Account::learning()) };
        files::account(path, console)
    }
}
