//! The sample scenarios under `events/`, and what a case expects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tierguard::group::Rule;
use tierguard::id::{GroupId, InterfaceId, PrefixListId};
use tierguard::network::{AddressSet, Network};
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
    remarks: Vec<String>,
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
    /// Everything but the account afterwards.
    pub decided: Decided,
    /// The account afterwards.
    pub after: Option<After>,
}

/// What was decided and done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The verdict.
    pub verdict: String,
    /// Its reason, where it has one.
    pub reason: Option<String>,
    /// The tiers that are concerned.
    pub tiers: Vec<String>,
    /// What else there is to know.
    pub remarks: Vec<String>,
    /// What is forbidden.
    pub findings: Vec<Found>,
    /// The calls.
    pub actions: Vec<Action>,
}

impl From<ExpectFile> for Expect {
    fn from(file: ExpectFile) -> Self {
        let ExpectFile { why, verdict, reason, tiers, remarks, finding, action, after } = file;
        let decided = Decided { verdict, reason, tiers, remarks, findings: finding, actions: action };
        Self { why, decided, after }
    }
}

/// Something that is forbidden.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// In which way it is forbidden.
    pub code: String,
    /// The rule that is there or is missing; absent where it is not about one.
    pub rule: Option<String>,
    /// Its group. Beside a rule it matters only where it is stated.
    pub group: Option<String>,
    /// The network interface, where it is about one.
    pub interface: Option<String>,
    /// The groups of that interface that have to come off.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What of it is forbidden.
    #[serde(default)]
    pub excess: Vec<String>,
    /// The line of the policy that it breaks; it matters only where it is stated.
    pub why: Option<String>,
}

/// A call of the guard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Action {
    /// Its name.
    pub call: String,
    /// The group whose rules it changes; it matters only where it is stated.
    pub group: Option<String>,
    /// The rules that it names.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The descriptions of these rules; they matter only where they are stated.
    pub descriptions: Option<Vec<String>>,
    /// The prefix list that it puts back.
    pub prefix_list: Option<String>,
    /// The network interface whose groups it sets.
    pub interface: Option<String>,
    /// The groups that the interface has from then on.
    #[serde(default)]
    pub groups: Vec<String>,
    /// How it went.
    pub outcome: String,
}

/// The account afterwards; what is not stated does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct After {
    /// All inbound rules, sorted, of the group that the case is about.
    pub ingress: Option<Vec<String>>,
    /// All outbound ones.
    pub egress: Option<Vec<String>>,
    /// The rules of groups, by id.
    #[serde(default)]
    pub groups: BTreeMap<String, Rules>,
    /// The entries of prefix lists, by id.
    #[serde(default)]
    pub prefix_lists: BTreeMap<String, BTreeSet<String>>,
    /// The groups of network interfaces, by id.
    #[serde(default)]
    pub interfaces: BTreeMap<String, BTreeSet<String>>,
}

/// All rules of a group, sorted; a direction that is not stated does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
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
        let got = Decided::of(report).limited_to(&self.expect.decided);
        let mut mistakes = Vec::new();
        if got != self.expect.decided {
            mistakes.push(format!("{}\nwant {:#?}\ngot {got:#?}", self.title(), self.expect.decided));
        }
        let wrong = account.zip(self.expect.after.as_ref()).and_then(|(account, want)| {
            let got = After::of(|| self.group(report), account, want);
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
        Self {
            verdict: text(&report["verdict"]),
            reason: some_text(&report["reason"]),
            tiers: texts(&report["tiers"]),
            remarks: texts(&report["remarks"]),
            findings: list(&report["findings"]).iter().map(Found::of).collect(),
            actions: list(&report["actions"]).iter().map(Action::of).collect(),
        }
    }

    /// Only as much of it as `want` states.
    fn limited_to(mut self, want: &Self) -> Self {
        for (got, want) in self.findings.iter_mut().zip(&want.findings) {
            got.why = got.why.take().filter(|_| want.why.is_some());
            // A rule says its group.
            got.group = got.group.take().filter(|_| want.group.is_some() || got.rule.is_none());
        }
        for (got, want) in self.actions.iter_mut().zip(&want.actions) {
            got.group = got.group.take().filter(|_| want.group.is_some());
            got.descriptions = got.descriptions.take().filter(|_| want.descriptions.is_some());
        }
        self
    }
}

impl Found {
    fn of(found: &Value) -> Self {
        Self {
            code: text(&found["code"]),
            rule: found.get("rule").map(rule),
            group: some_text(&found["group"]).or_else(|| some_text(&found["rule"]["GroupId"])),
            interface: some_text(&found["interface"]),
            groups: texts(&found["groups"]),
            excess: texts(&found["excess"]),
            why: some_text(&found["why"]),
        }
    }
}

impl Action {
    fn of(action: &Value) -> Self {
        let rules = list(&action["rules"]);
        Self {
            call: text(&action["call"]),
            group: some_text(&action["group"]),
            rules: rules.iter().map(rule).collect(),
            descriptions: Some(rules.iter().map(|rule| text(&rule["Description"])).collect()),
            prefix_list: some_text(&action["prefix_list"]),
            interface: some_text(&action["interface"]),
            groups: texts(&action["groups"]),
            outcome: text(&action["outcome"]),
        }
    }
}

impl After {
    /// What `account` holds of what `want` states; `group` is the group that the case is about.
    fn of(group: impl Fn() -> GroupId, account: &Account, want: &Self) -> Self {
        let itself = Rules { ingress: want.ingress.clone(), egress: want.egress.clone() };
        let is_stated = itself != Rules::default();
        let Rules { ingress, egress } =
            if is_stated { Rules::of(&group(), account, &itself) } else { Rules::default() };
        let groups = want.groups.iter().map(|(id, want)| {
            let group = GroupId::new(id).expect("the id of a group");
            (id.clone(), Rules::of(&group, account, want))
        });
        Self {
            ingress,
            egress,
            groups: groups.collect(),
            prefix_lists: (want.prefix_lists.iter())
                .map(|(id, want)| (id.clone(), entries(id, account, want)))
                .collect(),
            interfaces: want.interfaces.keys().map(|id| (id.clone(), groups_on(id, account))).collect(),
        }
    }
}

impl Rules {
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

/// The entries of a prefix list: as `want` writes them, if they are the same addresses.
fn entries(id: &str, account: &Account, want: &BTreeSet<String>) -> BTreeSet<String> {
    let list = PrefixListId::new(id).expect("the id of a prefix list");
    let live = account.entries_of(&list).unwrap_or_default();
    let wanted = want.iter().map(|entry| entry.parse::<Network>().expect("a network"));
    if wanted.collect::<AddressSet>() == live {
        return want.clone();
    }
    live.networks().iter().map(ToString::to_string).collect()
}

/// The groups of an interface; none of one that is not there.
fn groups_on(id: &str, account: &Account) -> BTreeSet<String> {
    let id = InterfaceId::new(id).expect("the id of an interface");
    let interface = account.interfaces().find(|interface| interface.id == id);
    interface.into_iter().flat_map(|interface| &interface.groups).map(ToString::to_string).collect()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}

fn some_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
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
