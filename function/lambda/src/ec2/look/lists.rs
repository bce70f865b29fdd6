//! Prefix lists: their entries now and in an earlier version, and their state.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ManagedPrefixList, PrefixListEntry};
use futures_util::future::join_all;
use tierguard::change::ListVersion;
use tierguard::id::PrefixListId;
use tierguard::look::{ListState, LookUpError};
use tierguard::network::AddressSet;

use super::{MOST_VALUES, Page, failed, filter, literal, unreadable};
use crate::ec2::Ec2;
use crate::ec2::convert::{entry, list};

/// The most lists or entries that EC2 gives in one page.
const PAGE: i32 = 100;

const LISTS: &str = "DescribeManagedPrefixLists";
const ENTRIES: &str = "GetManagedPrefixListEntries";

/// What is known of the state of each list.
type States = BTreeMap<PrefixListId, Result<ListState, LookUpError>>;

impl Ec2 {
    /// The entries of each of `lists`.
    pub(super) async fn prefix_lists(
        &self,
        lists: &BTreeSet<PrefixListId>,
    ) -> BTreeMap<PrefixListId, Result<AddressSet, LookUpError>> {
        join_all(lists.iter().map(async |list| (list.clone(), self.entries(list, None).await)))
            .await
            .into_iter()
            .collect()
    }

    /// The entries of a list in one of its versions.
    pub(super) async fn entries_at(
        &self,
        asked: Option<&(PrefixListId, ListVersion)>,
    ) -> Option<Result<AddressSet, LookUpError>> {
        let (list, version) = asked?;
        Some(self.entries(list, Some(*version)).await)
    }

    /// The state of each of `lists`.
    pub(super) async fn list_states(&self, lists: &BTreeSet<PrefixListId>) -> States {
        let lists: Vec<_> = lists.iter().collect();
        let calls = lists.chunks(MOST_VALUES).map(async |lists| {
            let found = self.states(lists).await;
            lists.iter().map(|list| ((*list).clone(), state_of(list, &found))).collect::<Vec<_>>()
        });
        join_all(calls).await.into_iter().flatten().collect()
    }

    /// The entries of a list, now or in an earlier version.
    pub(in crate::ec2) async fn entries(
        &self,
        list: &PrefixListId,
        version: Option<ListVersion>,
    ) -> Result<AddressSet, LookUpError> {
        let found: Vec<PrefixListEntry> = self
            .pages(|token| {
                let call = self.client.get_managed_prefix_list_entries().max_results(PAGE);
                let call = call.prefix_list_id(list.as_str()).set_next_token(token);
                let call = call.set_target_version(version.map(|version| version.0));
                async {
                    let page = call.send().await.map_err(failed(ENTRIES))?;
                    Ok(Page { items: page.entries, next: page.next_token })
                }
            })
            .await?;
        let networks = found.iter().map(|found| entry(list, found));
        networks.collect::<Result<AddressSet, _>>().map_err(unreadable(ENTRIES))
    }

    /// The states of those of `lists` that are there. A filter, where `PrefixListIds` would refuse the whole call for
    /// one list that is not.
    async fn states(
        &self,
        lists: &[&PrefixListId],
    ) -> Result<BTreeMap<PrefixListId, ListState>, LookUpError> {
        let filter = filter("prefix-list-id", lists.iter().map(|list| literal(list.as_str())).collect());
        let found: Vec<ManagedPrefixList> = self
            .pages(|token| {
                let call = self.client.describe_managed_prefix_lists().max_results(PAGE);
                let call = call.filters(filter.clone()).set_next_token(token);
                async {
                    let page = call.send().await.map_err(failed(LISTS))?;
                    Ok(Page { items: page.prefix_lists, next: page.next_token })
                }
            })
            .await?;
        found.iter().map(list).collect::<Result<_, _>>().map_err(unreadable(LISTS))
    }
}

/// What `found` tells of `list`.
fn state_of(
    list: &PrefixListId,
    found: &Result<BTreeMap<PrefixListId, ListState>, LookUpError>,
) -> Result<ListState, LookUpError> {
    let found = found.as_ref().map_err(LookUpError::clone)?;
    let message = || format!("{list} is not there, or not to be seen");
    found.get(list).cloned().ok_or_else(|| LookUpError { call: LISTS, message: message(), retryable: false })
}
