//! The sample scenarios under `events/`, and what a case expects.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tierguard::group::Rule;
use tierguard::id::GroupId;
use tierguard::permission::Direction;
use tierguard::shape::SecurityGroupRule;
use tierguard::{Guard, Policy};
use tierguard_account::Account;

use crate::cargo;
use crate::event;

/// The guard's own role in the samples.
pub const ROLE: &str = "arn:aws:iam::111122223333:role/tierguard";

/// One folder with an event and an expectation.
#[derive(Debug, Clone)]
pub struct Case {
    /// `topic/case`
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// `expect.toml`
    pub expect: Expect,
}

/// `expect.toml`, which `events/README.md` describes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectFile {
    why: String,
    verdict: String,
    reason: Option<String>,
    tiers: Vec<String>,
    #[serde(default)]
    finding: Vec<Found>,
    #[serde(default)]
    action: Vec<Action>,
    after: Option<After>,
}

/// What the guard must decide and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// Why it must.
    pub why: String,
    /// Everything but the rules afterwards.
    pub decided: Decided,
    /// The rules afterwards.
    pub after: Option<After>,
}

/// What was decided and done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The verdict.
    pub verdict: String,
    /// Its reason, where it has one.
    pub reason: Option<String>,
    /// The group's tiers.
    pub tiers: Vec<String>,
    /// The forbidden rules.
    pub findings: Vec<Found>,
    /// The calls.
    pub actions: Vec<Action>,
}

impl From<ExpectFile> for Expect {
    fn from(file: ExpectFile) -> Self {
        let ExpectFile { why, verdict, reason, tiers, finding, action, after } = file;
        Self { why, decided: Decided { verdict, reason, tiers, findings: finding, actions: action }, after }
    }
}

/// A forbidden rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// In which way it is forbidden.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// What of it is.
    pub excess: Vec<String>,
}

/// A call of the guard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its name.
    pub call: String,
    /// The rules that it names.
    pub rules: Vec<String>,
    /// How it went.
    pub outcome: String,
}

/// All rules of the group, sorted; a direction that is not stated does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Inbound.
    pub ingress: Option<Vec<String>>,
    /// Outbound.
    pub egress: Option<Vec<String>>,
}

/// Every case, sorted by name.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut folders = Vec::new();
    walk(&root(), &mut folders);
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}

/// The folder of the samples.
#[must_use]
pub fn root() -> PathBuf {
    cargo::checkout().join("events")
}

/// Collects the folders below `folder` that hold an event or an expectation: one without the other is a mistake.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("event.json").exists() || folder.join("expect.toml").exists() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).expect("a folder of samples can be read") {
        let path = entry.expect("a folder of samples can be read").path();
        if path.is_dir() {
            walk(&path, found);
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let name = folder.strip_prefix(root()).expect("a case is below the root").display().to_string();
        let expect = toml::from_str::<ExpectFile>(&read(&folder.join("expect.toml")));
        let expect = expect.unwrap_or_else(|error| panic!("{name}/expect.toml: {error}"));
        Self { name, folder, expect: expect.into() }
    }

    /// The text of `event.json`.
    #[must_use]
    pub fn event(&self) -> String {
        read(&self.folder.join("event.json"))
    }

    /// The CloudTrail record in it.
    #[must_use]
    pub fn record(&self) -> String {
        let event: Value = serde_json::from_str(&self.event()).expect("a sample is JSON");
        event.get("detail").unwrap_or(&event).to_string()
    }

    /// The event as EventBridge would deliver it, if it is not so already.
    #[must_use]
    pub fn enveloped(&self) -> Value {
        let event: Value = serde_json::from_str(&self.event()).expect("a sample is JSON");
        if event.get("detail").is_some() { event } else { event::envelope(&event) }
    }

    /// The nearest file of this name, from the case's folder up.
    #[must_use]
    pub fn nearest(&self, file: &str) -> PathBuf {
        let found = self.folder.ancestors().map(|folder| folder.join(file)).find(|path| path.exists());
        found.unwrap_or_else(|| panic!("{} has no {file}", self.name))
    }

    /// A guard with the policy of this case.
    #[must_use]
    pub fn guard(&self) -> Guard {
        let path = self.nearest("policy.yaml");
        let policy = Policy::parse(&path.display().to_string(), &read(&path));
        let own_role = tierguard::id::RoleArn::new(ROLE).ok();
        Guard { policy: policy.unwrap_or_else(|errors| panic!("{errors}")), own_role }
    }

    /// The account before this case.
    #[must_use]
    pub fn account(&self) -> Account {
        account(&self.nearest("account.json"))
    }

    /// What is wrong with what was decided and with the account afterwards; nothing, it is to be hoped.
    #[must_use]
    pub fn mistakes(&self, report: &Value, account: Option<&Account>) -> Vec<String> {
        let got = Decided::of(report);
        let mut mistakes = Vec::new();
        if got != self.expect.decided {
            mistakes.push(format!("{}\nwant {:#?}\ngot {got:#?}", self.title(), self.expect.decided));
        }
        let wrong = account.zip(self.expect.after.as_ref()).and_then(|(account, want)| {
            let got = After::of(&self.group(report), account, want);
            (got != *want).then(|| format!("{}\nwant after {want:#?}\ngot after {got:#?}", self.title()))
        });
        mistakes.extend(wrong);
        mistakes
    }

    /// The group that the case is about: as reported, else as the request names it (a failed call reports none).
    fn group(&self, report: &Value) -> GroupId {
        let record: Value = serde_json::from_str(&self.record()).expect("a sample is JSON");
        let id = report["group"].as_str().or(record["requestParameters"]["groupId"].as_str());
        GroupId::new(id.unwrap_or_default()).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn title(&self) -> String {
        format!("{} ({})", self.name, self.expect.why)
    }
}

/// The account in `file`.
#[must_use]
pub fn account(file: &Path) -> Account {
    Account::from_json(&file.display().to_string(), &read(file)).unwrap_or_else(|error| panic!("{error}"))
}

impl Decided {
    /// What a report says.
    #[must_use]
    pub fn of(report: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let found = |found: &Value| Found {
            code: text(&found["code"]),
            rule: rule(&found["rule"]),
            excess: list(&found["excess"]).iter().map(text).collect(),
        };
        let action = |action: &Value| Action {
            call: text(&action["call"]),
            rules: list(&action["rules"]).iter().map(rule).collect(),
            outcome: text(&action["outcome"]),
        };
        Self {
            verdict: text(&report["verdict"]),
            reason: report["reason"].as_str().map(str::to_owned),
            tiers: list(&report["tiers"]).iter().map(text).collect(),
            findings: list(&report["findings"]).iter().map(found).collect(),
            actions: list(&report["actions"]).iter().map(action).collect(),
        }
    }
}

impl After {
    /// The rules of `group` in `account`, in the directions that `want` states.
    fn of(group: &GroupId, account: &Account, want: &Self) -> Self {
        let mut rules: BTreeMap<Direction, Vec<String>> = BTreeMap::new();
        for rule in account.rules_of(group) {
            rules.entry(rule.permission.direction).or_default().push(rule.permission.to_string());
        }
        for rules in rules.values_mut() {
            rules.sort();
        }
        let mut stated =
            |is_stated: bool, direction| is_stated.then(|| rules.remove(&direction).unwrap_or_default());
        Self {
            ingress: stated(want.ingress.is_some(), Direction::Ingress),
            egress: stated(want.egress.is_some(), Direction::Egress),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A rule of a report in the policy's words.
fn rule(value: &Value) -> String {
    let shape: SecurityGroupRule =
        serde_json::from_value(value.clone()).expect("a rule in the AWS CLI's shape");
    Rule::try_from(&shape).expect("a valid rule").permission.to_string()
}
