//! Network interfaces: by id, and by the instance whose primary interface they are.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, NetworkInterface};
use futures_util::future::try_join_all;
use tierguard::change::InterfaceKey;
use tierguard::id::GroupId;
use tierguard::interface::Interface;
use tierguard::look::{LookUpError, Questions};

use super::{MOST_VALUES, Page, failed, filter, is_fresh, literal, unreadable, unseen};
use crate::ec2::Ec2;
use crate::ec2::convert::interface;

/// The most interfaces that EC2 gives in one page.
const PAGE: i32 = 1000;

const INTERFACES: &str = "DescribeNetworkInterfaces";

impl Ec2 {
    /// The interfaces that `questions` are about.
    pub(super) async fn interfaces_asked(
        &self,
        questions: &Questions,
    ) -> Result<Vec<Interface>, LookUpError> {
        let (named, carrying) = tokio::try_join!(
            self.interfaces_once_seen(&questions.interfaces, is_fresh(questions)),
            self.interfaces_with(&questions.interfaces_with),
        )?;
        Ok(each_once([named, carrying].concat()))
    }

    /// The interfaces that carry one of `groups`.
    async fn interfaces_with(&self, groups: &BTreeSet<GroupId>) -> Result<Vec<Interface>, LookUpError> {
        let ids: Vec<_> = groups.iter().map(|group| literal(group.as_str())).collect();
        let calls = ids.chunks(MOST_VALUES).map(|ids| self.with(vec![filter("group-id", ids.to_vec())]));
        Ok(each_once(try_join_all(calls).await?.concat()))
    }

    /// The interfaces that `keys` name; asked again a few times if one is missing, since a new one may not be seen yet.
    /// What a fresh event names and is still missing then is an error; of an older one, it is gone.
    async fn interfaces_once_seen(
        &self,
        keys: &BTreeSet<InterfaceKey>,
        is_fresh: bool,
    ) -> Result<Vec<Interface>, LookUpError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.interfaces(keys).await?;
        for wait in self.lag.iter().copied() {
            if missing(keys, &found).is_none() {
                break;
            }
            tokio::time::sleep(wait).await;
            found = self.interfaces(keys).await?;
        }
        match missing(keys, &found) {
            Some(key) if is_fresh => Err(unseen(INTERFACES, key)),
            Some(_) | None => Ok(found),
        }
    }

    /// All interfaces of the account.
    pub(super) async fn every_interface(&self) -> Result<Vec<Interface>, LookUpError> {
        self.with(Vec::new()).await
    }

    async fn interfaces(&self, keys: &BTreeSet<InterfaceKey>) -> Result<Vec<Interface>, LookUpError> {
        let (mut ids, mut instances) = (Vec::new(), Vec::new());
        for key in keys {
            match key {
                InterfaceKey::Id(id) => ids.push(literal(id.as_str())),
                InterfaceKey::PrimaryOf(instance) => instances.push(literal(instance.as_str())),
            }
        }
        let by_id = ids.chunks(MOST_VALUES).map(|ids| vec![filter("network-interface-id", ids.to_vec())]);
        let primary = || filter("attachment.device-index", vec!["0".to_owned()]);
        let by_instance = instances.chunks(MOST_VALUES);
        let by_instance =
            by_instance.map(|ids| vec![filter("attachment.instance-id", ids.to_vec()), primary()]);
        let calls = by_id.chain(by_instance).map(|filters| self.with(filters));
        Ok(each_once(try_join_all(calls).await?.concat()))
    }

    async fn with(&self, filters: Vec<Filter>) -> Result<Vec<Interface>, LookUpError> {
        let found: Vec<NetworkInterface> = self
            .pages(|token| {
                let call = self.client.describe_network_interfaces().max_results(PAGE);
                let call = call.set_filters(Some(filters.clone())).set_next_token(token);
                async {
                    let page = call.send().await.map_err(failed(INTERFACES))?;
                    Ok(Page { items: page.network_interfaces, next: page.next_token })
                }
            })
            .await?;
        found.iter().map(interface).collect::<Result<_, _>>().map_err(unreadable(INTERFACES))
    }
}

/// Each of `found`, which may have been asked for in several ways, once.
fn each_once(mut found: Vec<Interface>) -> Vec<Interface> {
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found.dedup_by(|one, other| one.id == other.id);
    found
}

/// The first of `keys` that names none of `found`.
fn missing<'k>(keys: &'k BTreeSet<InterfaceKey>, found: &[Interface]) -> Option<&'k InterfaceKey> {
    keys.iter().find(|key| !found.iter().any(|interface| interface.is(key)))
}
