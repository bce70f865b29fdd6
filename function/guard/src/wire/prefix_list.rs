//! `ModifyManagedPrefixList` and `RestoreManagedPrefixListVersion`.

use serde::Deserialize;

use super::call::ListCall;
use super::loose::{Flag, List, Number, Text};
use super::part::{self, Parts, REQUEST, RESPONSE};
use super::{Malformed, Unreadable};
use crate::change::{ListChange, ListEdit, ListVersion};
use crate::id::PrefixListId;
use crate::network::Network;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    #[serde(alias = "PrefixListId")]
    prefix_list_id: Option<Text>,
    #[serde(alias = "CurrentVersion")]
    current_version: Option<Number>,
    #[serde(alias = "PreviousVersion")]
    previous_version: Option<Number>,
    #[serde(alias = "AddEntry", alias = "addEntrySet", alias = "addEntries", alias = "AddEntries")]
    add_entry: List<Entry>,
    #[serde(
        alias = "RemoveEntry",
        alias = "removeEntrySet",
        alias = "removeEntries",
        alias = "RemoveEntries"
    )]
    remove_entry: List<Entry>,
    omitted: Option<Flag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(alias = "Cidr")]
    cidr: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    #[serde(alias = "PrefixList")]
    prefix_list: Listed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Listed {
    #[serde(alias = "PrefixListId")]
    prefix_list_id: Option<Text>,
    #[serde(alias = "Version")]
    version: Option<Number>,
    #[serde(alias = "State")]
    state: Option<Text>,
}

/// What the call did to the entries of the list; `None` if it left them alone.
pub(super) fn change(call: ListCall, parts: Parts<'_>) -> Result<Option<ListChange>, Unreadable> {
    let request: Request = parts.request()?;
    let Response { prefix_list: listed } = parts.response()?;
    let Some(edit) = request.edit(call)? else { return Ok(None) };
    let (list, part) = match (&request.prefix_list_id, &listed.prefix_list_id) {
        (Some(id), _) => (id, REQUEST),
        (None, Some(id)) => (id, RESPONSE),
        (None, None) => return Err(parts.missing(REQUEST, "PrefixListId")),
    };
    let before = request.current_version.map(|Number(version)| ListVersion(version));
    Ok(Some(ListChange {
        list: part::id(PrefixListId::new(list.as_str()), part)?,
        before: before.or_else(|| listed.before()),
        edit,
    }))
}

impl Request {
    fn edit(&self, call: ListCall) -> Result<Option<ListEdit>, Malformed> {
        if self.omitted == Some(Flag(true)) {
            return Ok(Some(ListEdit::Cut));
        }
        match call {
            ListCall::Modify => {
                let (added, removed) = (networks(&self.add_entry)?, networks(&self.remove_entry)?);
                let is_edit = !added.is_empty() || !removed.is_empty();
                Ok(is_edit.then_some(ListEdit::Entries { added, removed }))
            }
            ListCall::Restore => {
                let missing = Malformed::Missing { part: REQUEST, field: "PreviousVersion" };
                let Number(version) = self.previous_version.ok_or(missing)?;
                Ok(Some(ListEdit::Restore { version: ListVersion(version) }))
            }
        }
    }
}

impl Listed {
    /// The version that was changed. While the change is under way, EC2 still names that one, and the next when it is
    /// done (Amazon EC2 API Reference, `RestoreManagedPrefixListVersion`, example); without a state it could be either.
    fn before(&self) -> Option<ListVersion> {
        let (Number(version), Text(state)) = (self.version?, self.state.as_ref()?);
        if state.ends_with("-in-progress") {
            Some(ListVersion(version))
        } else if state.ends_with("-complete") {
            version.checked_sub(1).map(ListVersion)
        } else {
            None
        }
    }
}

fn networks(List(entries): &List<Entry>) -> Result<Vec<Network>, Malformed> {
    entries.iter().zip(1..).map(|(entry, number)| entry.network(number)).collect()
}

impl Entry {
    fn network(&self, number: usize) -> Result<Network, Malformed> {
        let Self { cidr } = self;
        let Text(cidr) = cidr.as_ref().ok_or(Malformed::Missing { part: REQUEST, field: "Cidr" })?;
        cidr.parse().map_err(|source| Malformed::Entry { part: REQUEST, number, source })
    }
}
