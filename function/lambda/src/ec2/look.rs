//! Looking up: every call of one round at once.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{Filter, SecurityGroup};
use futures_util::future::{join_all, try_join_all};
use jiff::SignedDuration;
use tierguard::ReadAccount;
use tierguard::group::{Group, Rule};
use tierguard::id::{GroupId, GroupName, PrefixListId, VpcId};
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::network::AddressSet;

use super::Ec2;
use super::convert::{Unreadable, entry, group, rule};
use crate::failure::Failure;

/// The most values that EC2 takes in one filter.
const MOST_VALUES: usize = 200;
/// The most items that EC2 gives in one page of groups or rules.
const GROUPS_PAGE: i32 = 1000;
/// The most items that EC2 gives in one page of prefix list entries.
const ENTRIES_PAGE: i32 = 100;

/// How long after an event a group that it names may take to be seen. Describe calls lag by seconds, at worst minutes;
/// the second of Lambda's two retries comes after three.
const FRESH: SignedDuration = SignedDuration::from_secs(120);

const GROUPS: &str = "DescribeSecurityGroups";
const RULES: &str = "DescribeSecurityGroupRules";
const VPCS: &str = "DescribeVpcs";
const ENTRIES: &str = "GetManagedPrefixListEntries";

impl ReadAccount for Ec2 {
    async fn look(&self, questions: &Questions) -> Answers {
        if let Some(refusal) = self.home.refusal_of(questions) {
            return none_of(questions, &refusal);
        }
        let (groups, named, rules, prefix_lists) = tokio::join!(
            self.groups_once_seen(&questions.groups),
            self.named(&questions.named),
            self.rules_of(questions.rules_of.as_ref()),
            self.prefix_lists(&questions.prefix_lists),
        );
        Answers { unseen: unseen(questions, &groups), groups, named, rules, prefix_lists }
    }
}

/// The groups that are not in `found`, although the event that names them is too fresh for that to mean that they are
/// gone.
fn unseen(questions: &Questions, found: &Result<Vec<Group>, LookUpError>) -> BTreeMap<GroupId, LookUpError> {
    let (Ok(found), Some(age)) = (found, questions.age) else { return BTreeMap::new() };
    if age >= FRESH {
        return BTreeMap::new();
    }
    let is_missing = |id: &&GroupId| !found.iter().any(|group| group.id == **id);
    let error = |id: &GroupId| LookUpError {
        call: GROUPS,
        message: format!("{id} is not to be seen, but it may only be slow to show"),
        retryable: true,
    };
    questions.groups.iter().filter(is_missing).map(|id| (id.clone(), error(id))).collect()
}

/// `error` as the answer to every question.
fn none_of(questions: &Questions, error: &LookUpError) -> Answers {
    let unknown = |list: &PrefixListId| (list.clone(), Err(error.clone()));
    Answers {
        groups: Err(error.clone()),
        unseen: BTreeMap::new(),
        named: Err(error.clone()),
        rules: Err(error.clone()),
        prefix_lists: questions.prefix_lists.iter().map(unknown).collect(),
    }
}

impl Ec2 {
    /// The groups with these ids; asked again a few times if one is missing, since a new one may not be seen yet.
    async fn groups_once_seen(&self, ids: &BTreeSet<GroupId>) -> Result<Vec<Group>, LookUpError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.groups(ids).await?;
        for wait in self.lag {
            if found.len() == ids.len() {
                break;
            }
            tokio::time::sleep(wait).await;
            found = self.groups(ids).await?;
        }
        Ok(found)
    }

    async fn groups(&self, ids: &BTreeSet<GroupId>) -> Result<Vec<Group>, LookUpError> {
        let found = self.filtered("group-id", ids.iter().map(GroupId::as_str)).await?;
        Ok(found.into_iter().filter(|group| ids.contains(&group.id)).collect())
    }

    /// The groups of the default VPC with these names.
    async fn named(&self, names: &BTreeSet<GroupName>) -> Result<Vec<Group>, LookUpError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let groups = self.filtered("group-name", names.iter().map(GroupName::as_str));
        let (groups, vpc) = tokio::try_join!(groups, self.default_vpc())?;
        let is_asked = |group: &Group| group.name.as_ref().is_some_and(|name| names.contains(name));
        let is_default = |group: &Group| group.vpc.is_some() && group.vpc == vpc;
        Ok(groups.into_iter().filter(|group| is_asked(group) && is_default(group)).collect())
    }

    /// The groups for which the filter `name` has one of `values`. A filter, where `GroupIds` would refuse the whole
    /// call for one group that is not there.
    async fn filtered<'v>(
        &self,
        name: &str,
        values: impl Iterator<Item = &'v str>,
    ) -> Result<Vec<Group>, LookUpError> {
        let values: Vec<_> = values.map(literal).collect();
        let pages = values.chunks(MOST_VALUES).map(|values| self.page_of_groups(name, values));
        let found = try_join_all(pages).await?.concat();
        found.iter().map(group).collect::<Result<_, _>>().map_err(unreadable(GROUPS))
    }

    async fn page_of_groups(&self, name: &str, values: &[String]) -> Result<Vec<SecurityGroup>, LookUpError> {
        let call = self.client.describe_security_groups().filters(filter(name, values.to_vec()));
        let items = call.into_paginator().page_size(GROUPS_PAGE).items().send();
        items.try_collect().await.map_err(failed(GROUPS))
    }

    async fn default_vpc(&self) -> Result<Option<VpcId>, LookUpError> {
        let call = self.client.describe_vpcs().filters(filter("is-default", vec!["true".to_owned()]));
        let answer = call.send().await.map_err(failed(VPCS))?;
        let id = answer.vpcs().iter().find_map(|vpc| vpc.vpc_id());
        id.map(VpcId::new).transpose().map_err(|error| unreadable(VPCS)(error.into()))
    }

    async fn rules_of(&self, group: Option<&GroupId>) -> Result<Vec<Rule>, LookUpError> {
        let Some(group) = group else { return Ok(Vec::new()) };
        let filter = filter("group-id", vec![literal(group.as_str())]);
        let call = self.client.describe_security_group_rules().filters(filter);
        let items = call.into_paginator().page_size(GROUPS_PAGE).items().send();
        let rules = items.try_collect().await.map_err(failed(RULES))?;
        rules.iter().map(rule).collect::<Result<_, _>>().map_err(unreadable(RULES))
    }

    async fn prefix_lists(
        &self,
        lists: &BTreeSet<PrefixListId>,
    ) -> BTreeMap<PrefixListId, Result<AddressSet, LookUpError>> {
        join_all(lists.iter().map(async |list| (list.clone(), self.entries(list).await)))
            .await
            .into_iter()
            .collect()
    }

    async fn entries(&self, list: &PrefixListId) -> Result<AddressSet, LookUpError> {
        let call = self.client.get_managed_prefix_list_entries().prefix_list_id(list.as_str());
        let items = call.into_paginator().page_size(ENTRIES_PAGE).items().send();
        let entries = items.try_collect().await.map_err(failed(ENTRIES))?;
        let networks = entries.iter().map(|found| entry(list, found));
        networks.collect::<Result<AddressSet, _>>().map_err(unreadable(ENTRIES))
    }
}

fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// `text` as a filter value that stands for nothing but itself: EC2 takes `*` and `?` in one as wildcards, and a
/// backslash before them as an escape.
fn literal(text: &str) -> String {
    let escaped = |letter| [matches!(letter, '*' | '?' | '\\').then_some('\\'), Some(letter)];
    text.chars().flat_map(escaped).flatten().collect()
}

fn failed<E>(call: &'static str) -> impl Fn(SdkError<E>) -> LookUpError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    move |error| Failure::of(&error).into_look_up_error(call)
}

fn unreadable(call: &'static str) -> impl Fn(Unreadable) -> LookUpError {
    move |error| LookUpError { call, message: error.to_string(), retryable: false }
}
