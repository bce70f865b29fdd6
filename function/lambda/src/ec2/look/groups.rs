//! Groups: by id, by name, by the prefix list that their rules name, and all of them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, SecurityGroup};
use futures_util::future::try_join_all;
use tierguard::group::Group;
use tierguard::id::{GroupId, GroupName, PrefixListId, VpcId};
use tierguard::look::{LookUpError, Questions};

use super::{MOST_VALUES, Page, failed, filter, is_fresh, literal, unreadable};
use crate::ec2::Ec2;
use crate::ec2::convert::group;

/// The most groups that EC2 gives in one page.
const PAGE: i32 = 1000;

const GROUPS: &str = "DescribeSecurityGroups";
const VPCS: &str = "DescribeVpcs";

/// The groups that are not in `found`, although the event that names them is too fresh for that to mean that they are
/// gone.
pub(super) fn unseen(
    questions: &Questions,
    found: &Result<Vec<Group>, LookUpError>,
) -> BTreeMap<GroupId, LookUpError> {
    let (Ok(found), true) = (found, is_fresh(questions)) else { return BTreeMap::new() };
    let is_missing = |id: &&GroupId| !found.iter().any(|group| group.id == **id);
    let missing = questions.groups.iter().filter(is_missing);
    missing.map(|id| (id.clone(), super::unseen(GROUPS, id))).collect()
}

impl Ec2 {
    /// The groups with these ids; asked again a few times if one is missing, since a new one may not be seen yet.
    pub(super) async fn groups_once_seen(&self, ids: &BTreeSet<GroupId>) -> Result<Vec<Group>, LookUpError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.groups(ids).await?;
        for wait in self.lag.iter().copied() {
            if found.len() == ids.len() {
                break;
            }
            tokio::time::sleep(wait).await;
            found = self.groups(ids).await?;
        }
        Ok(found)
    }

    async fn groups(&self, ids: &BTreeSet<GroupId>) -> Result<Vec<Group>, LookUpError> {
        let found = self.with_one_of("group-id", ids.iter().map(GroupId::as_str)).await?;
        Ok(found.into_iter().filter(|group| ids.contains(&group.id)).collect())
    }

    /// The groups of the default VPC with these names.
    pub(super) async fn named(&self, names: &BTreeSet<GroupName>) -> Result<Vec<Group>, LookUpError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let groups = self.with_one_of("group-name", names.iter().map(GroupName::as_str));
        let (groups, vpc) = tokio::try_join!(groups, self.default_vpc())?;
        let is_asked = |group: &Group| group.name.as_ref().is_some_and(|name| names.contains(name));
        let is_default = |group: &Group| group.vpc.is_some() && group.vpc == vpc;
        Ok(groups.into_iter().filter(|group| is_asked(group) && is_default(group)).collect())
    }

    /// The groups of which a rule names `list`, each once.
    pub(super) async fn users_of(&self, list: Option<&PrefixListId>) -> Result<Vec<Group>, LookUpError> {
        let Some(list) = list else { return Ok(Vec::new()) };
        let (ingress, egress) = tokio::try_join!(
            self.with_one_of("ip-permission.prefix-list-id", std::iter::once(list.as_str())),
            self.with_one_of("egress.ip-permission.prefix-list-id", std::iter::once(list.as_str())),
        )?;
        let by_id = ingress.into_iter().chain(egress).map(|group| (group.id.clone(), group));
        Ok(by_id.collect::<BTreeMap<_, _>>().into_values().collect())
    }

    /// All groups that the account owns: those of others that it sees, in a VPC that is shared, it cannot change.
    pub(super) async fn every_group(&self) -> Result<Vec<Group>, LookUpError> {
        let groups = self.filtered(None).await?;
        let is_ours = |group: &Group| group.owner.as_ref().is_none_or(|owner| *owner == self.home.account);
        Ok(groups.into_iter().filter(is_ours).collect())
    }

    /// The groups for which the filter `name` has one of `values`. A filter, where `GroupIds` would refuse the whole
    /// call for one group that is not there.
    async fn with_one_of<'v>(
        &self,
        name: &str,
        values: impl Iterator<Item = &'v str>,
    ) -> Result<Vec<Group>, LookUpError> {
        let values: Vec<_> = values.map(literal).collect();
        let calls =
            values.chunks(MOST_VALUES).map(|values| self.filtered(Some(filter(name, values.to_vec()))));
        Ok(try_join_all(calls).await?.concat())
    }

    async fn filtered(&self, filter: Option<Filter>) -> Result<Vec<Group>, LookUpError> {
        let found: Vec<SecurityGroup> = self
            .pages(|token| {
                let call = self.client.describe_security_groups().max_results(PAGE).set_next_token(token);
                let call = call.set_filters(filter.clone().map(|filter| vec![filter]));
                async {
                    let page = call.send().await.map_err(failed(GROUPS))?;
                    Ok(Page { items: page.security_groups, next: page.next_token })
                }
            })
            .await?;
        found.iter().map(group).collect::<Result<_, _>>().map_err(unreadable(GROUPS))
    }

    async fn default_vpc(&self) -> Result<Option<VpcId>, LookUpError> {
        self.pace.read().await;
        let call = self.client.describe_vpcs().filters(filter("is-default", vec!["true".to_owned()]));
        let answer = call.send().await.map_err(failed(VPCS))?;
        let id = answer.vpcs().iter().find_map(|vpc| vpc.vpc_id());
        id.map(VpcId::new).transpose().map_err(|error| unreadable(VPCS)(error.into()))
    }
}
