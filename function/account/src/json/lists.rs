//! `PrefixLists`: the AWS CLI's managed prefix lists, each with its `Entries`, and beyond the CLI's own keys with
//! `Versions`, the entries of earlier versions, where any are known.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tierguard::change::ListVersion;
use tierguard::id::{AccountId, PrefixListId};

use super::object::Object;
use super::read::{id_under, needed_id, network, without};
use crate::error::Problem;
use crate::list::{Entries, List, ListOwner, Listed};

/// The `OwnerId` of a list that AWS manages.
const AWS: &str = "AWS";
const ENTRIES: &str = "Entries";
const VERSION: &str = "Version";
const VERSIONS: &str = "Versions";
/// The keys that [`List`] stands for, and which a change may make untrue.
const CHANGING: [&str; 3] = [ENTRIES, VERSION, VERSIONS];

/// All lists of a file.
pub(super) fn read(objects: &[Object<'_>]) -> Result<BTreeMap<PrefixListId, List>, Problem> {
    let mut lists = BTreeMap::new();
    for object in objects {
        let id = needed_id(object, "PrefixListId", PrefixListId::new)?;
        if lists.insert(id.clone(), list(object)?).is_some() {
            return Err(Problem::Repeated { place: object.place.clone(), id: id.to_string() });
        }
    }
    Ok(lists)
}

fn list(object: &Object<'_>) -> Result<List, Problem> {
    let owner = match object.text("OwnerId")? {
        Some(AWS) => ListOwner::Aws,
        Some(_) => {
            id_under(object, "OwnerId", AccountId::new)?.map_or(ListOwner::Unknown, ListOwner::Account)
        }
        None => ListOwner::Unknown,
    };
    let max_entries = object.number("MaxEntries")?.map(u32::try_from).transpose();
    let too_many =
        |_| Problem::WrongKind { place: object.place_of("MaxEntries"), expected: "a number of entries" };
    Ok(List {
        owner,
        version: object.number(VERSION)?.map(ListVersion),
        max_entries: max_entries.map_err(too_many)?,
        entries: Some(entries(object)?),
        earlier: object.objects(VERSIONS)?.iter().map(earlier).collect::<Result<_, _>>()?,
        extras: without(object.fields, &CHANGING),
    })
}

fn earlier(object: &Object<'_>) -> Result<(ListVersion, Entries), Problem> {
    let version = object.number(VERSION)?.ok_or_else(|| object.missing(VERSION))?;
    Ok((ListVersion(version), entries(object)?))
}

fn entries(object: &Object<'_>) -> Result<Entries, Problem> {
    if object.value(ENTRIES).is_none() {
        return Err(object.missing(ENTRIES));
    }
    let entry =
        |entry: &Object<'_>| Ok(Listed { network: network(entry, "Cidr")?, fields: entry.fields.clone() });
    object.objects(ENTRIES)?.iter().map(entry).collect()
}

/// All `lists` as they are written. One whose entries are not known is written without them, so that whoever reads it
/// is asked for them.
pub(super) fn written(lists: &BTreeMap<PrefixListId, List>) -> Value {
    let list = |list: &List| {
        let mut fields = list.extras.clone();
        let versions: Value = list.earlier.iter().map(version).collect();
        let known = [
            (ENTRIES, list.entries.as_ref().map(entries_written)),
            (VERSION, list.version.map(|ListVersion(version)| json!(version))),
            (VERSIONS, (!list.earlier.is_empty()).then_some(versions)),
        ];
        fields.extend(known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        Value::Object(fields)
    };
    lists.values().map(list).collect()
}

fn version((ListVersion(version), entries): (&ListVersion, &Entries)) -> Value {
    json!({VERSION: version, ENTRIES: entries_written(entries)})
}

fn entries_written(entries: &Entries) -> Value {
    entries.iter().map(|entry| Value::Object(entry.fields.clone())).collect()
}
