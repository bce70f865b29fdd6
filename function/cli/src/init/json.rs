//! A draft as one JSON object.

use std::path::Path;

use serde::Serialize;
use tierguard::draft::{Doubt, Draft, PlannedTier};
use tierguard::group::Group;
use tierguard::id::GroupName;

/// The object.
#[derive(Serialize)]
pub(super) struct Report<'d> {
    account: String,
    /// The file, as it is printed.
    policy: &'d str,
    tiers: Vec<TierReport<'d>>,
    /// The groups in no tier.
    elsewhere: Vec<GroupReport<'d>>,
    doubts: Vec<DoubtReport<'d>>,
}

#[derive(Serialize)]
struct TierReport<'d> {
    name: &'d str,
    why: String,
    groups: Vec<GroupReport<'d>>,
}

#[derive(Serialize)]
struct GroupReport<'d> {
    group: &'d str,
    name: Option<&'d str>,
}

/// Something that a person has to look at.
#[derive(Serialize)]
struct DoubtReport<'d> {
    /// What it is about; nothing, where it is about no tier alone.
    tier: Option<&'d str>,
    /// What of it.
    about: Option<String>,
    code: Option<&'static str>,
    message: String,
}

impl<'d> Report<'d> {
    pub(super) fn new(account: &Path, Draft { plan, text }: &'d Draft) -> Self {
        let doubts = plan.doubts();
        Self {
            account: account.to_string_lossy().into_owned(),
            policy: text,
            tiers: plan.tiers.iter().map(TierReport::new).collect(),
            elsewhere: plan.elsewhere.groups.iter().map(GroupReport::new).collect(),
            doubts: doubts.map(DoubtReport::new).collect(),
        }
    }
}

impl<'d> TierReport<'d> {
    fn new(PlannedTier { name, groups, why, .. }: &'d PlannedTier) -> Self {
        Self { name, why: why.to_string(), groups: groups.iter().map(GroupReport::new).collect() }
    }
}

impl<'d> GroupReport<'d> {
    fn new(Group { id, name, .. }: &'d Group) -> Self {
        Self { group: id.as_str(), name: name.as_ref().map(GroupName::as_str) }
    }
}

impl<'d> DoubtReport<'d> {
    fn new(Doubt { tier, about, note }: Doubt<'d>) -> Self {
        Self { tier, about, code: note.code(), message: note.to_string() }
    }
}
