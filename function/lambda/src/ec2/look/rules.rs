//! The rules of groups.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::SecurityGroupRule;
use futures_util::future::join_all;
use tierguard::group::Rule;
use tierguard::id::GroupId;
use tierguard::look::{LookUpError, Questions};

use super::{MOST_VALUES, Page, failed, filter, is_fresh, literal, unreadable};
use crate::ec2::Ec2;
use crate::ec2::convert::{group_of, rule};

/// The most rules that EC2 gives in one page.
const PAGE: i32 = 1000;

const RULES: &str = "DescribeSecurityGroupRules";

/// What is known of the rules of each group.
type ByGroup = BTreeMap<GroupId, Result<Vec<Rule>, LookUpError>>;

/// The groups whose unnamed new rules may be missing among those that EC2 shows of them.
pub(super) fn unshown(questions: &Questions) -> BTreeMap<GroupId, LookUpError> {
    let groups = questions.unnamed_in.iter().filter(|_| is_fresh(questions));
    let error = |group| LookUpError {
        call: RULES,
        message: format!("no record names the new rules of {group}, and they may be slow to show"),
        retryable: true,
    };
    groups.map(|group| (group.clone(), error(group))).collect()
}

impl Ec2 {
    /// All rules of each of `groups`; none of a group that is not there.
    pub(super) async fn rules_of(&self, groups: &BTreeSet<GroupId>) -> ByGroup {
        let groups: Vec<_> = groups.iter().collect();
        let calls = groups.chunks(MOST_VALUES).map(async |groups| match self.rules(groups).await {
            Ok(rules) => sorted(groups, &rules),
            Err(error) => all(groups, &Err(error)),
        });
        join_all(calls).await.into_iter().flatten().collect()
    }

    async fn rules(&self, groups: &[&GroupId]) -> Result<Vec<SecurityGroupRule>, LookUpError> {
        let filter = filter("group-id", groups.iter().map(|group| literal(group.as_str())).collect());
        self.pages(|token| {
            let call = self.client.describe_security_group_rules().max_results(PAGE).set_next_token(token);
            let call = call.filters(filter.clone());
            async {
                let page = call.send().await.map_err(failed(RULES))?;
                Ok(Page { items: page.security_group_rules, next: page.next_token })
            }
        })
        .await
    }
}

/// `answer` as that of each of `groups`.
fn all(groups: &[&GroupId], answer: &Result<Vec<Rule>, LookUpError>) -> ByGroup {
    groups.iter().map(|group| ((*group).clone(), answer.clone())).collect()
}

/// `found`, each rule with its group. A rule that cannot be read leaves nothing known of its group; one of which not
/// even the group can be read, of any.
fn sorted(groups: &[&GroupId], found: &[SecurityGroupRule]) -> ByGroup {
    let mut by_group = all(groups, &Ok(Vec::new()));
    for found in found {
        let group = match group_of(found).map_err(unreadable(RULES)) {
            Ok(group) => group,
            Err(error) => return all(groups, &Err(error)),
        };
        let Some(known) = by_group.get_mut(&group) else { continue };
        match (rule(found).map_err(unreadable(RULES)), known) {
            (Ok(rule), Ok(rules)) => rules.push(rule),
            (Err(error), known @ Ok(_)) => *known = Err(error),
            (_, Err(_)) => {}
        }
    }
    by_group
}
