//! The calls that change the entries of a managed prefix list, and their records.

use aws_sdk_ec2::types::{AddPrefixListEntry, ManagedPrefixList, RemovePrefixListEntry};
use serde_json::{Value, json};

use crate::call::{Refusal, code};
use crate::event::Record;
use crate::world::World;

/// `ModifyManagedPrefixList`: adds and removes entries of the version `from`, which must be the current one.
///
/// # Errors
/// The code with which EC2 refused it.
pub async fn edit(
    world: &World,
    list: &str,
    from: i64,
    added: &[&str],
    removed: &[&str],
) -> Result<Record, Refusal> {
    let new = added.iter().map(|cidr| AddPrefixListEntry::builder().cidr(*cidr).build());
    let gone = removed.iter().map(|cidr| RemovePrefixListEntry::builder().cidr(*cidr).build());
    let call = world.ec2.modify_managed_prefix_list().prefix_list_id(list).current_version(from);
    let call = call.set_add_entries(Some(new.collect())).set_remove_entries(Some(gone.collect()));
    code(call.send().await)?;
    let request = json!({
        "PrefixListId": list, "CurrentVersion": from, "AddEntry": elements(added), "RemoveEntry": elements(removed),
    });
    Ok(record("ModifyManagedPrefixList", list, from, &request))
}

/// `RestoreManagedPrefixListVersion`: makes the entries of the version `to` those of the version after `from`, which
/// must be the current one.
///
/// # Errors
/// The code with which EC2 refused it.
pub async fn restore(world: &World, list: &str, to: i64, from: i64) -> Result<Record, Refusal> {
    let call = world.ec2.restore_managed_prefix_list_version().prefix_list_id(list);
    code(call.previous_version(to).current_version(from).send().await)?;
    let request = json!({"PrefixListId": list, "PreviousVersion": to, "CurrentVersion": from});
    Ok(record("RestoreManagedPrefixListVersion", list, from, &request))
}

/// The entries of a list, sorted.
pub async fn entries(world: &World, list: &str) -> Vec<String> {
    let found = world.ec2.get_managed_prefix_list_entries().prefix_list_id(list).send().await;
    let found = found.expect("a list has entries");
    let mut entries: Vec<_> =
        found.entries().iter().filter_map(|entry| entry.cidr()).map(str::to_owned).collect();
    entries.sort();
    entries
}

/// The version of a list.
pub async fn version(world: &World, list: &str) -> i64 {
    let found = world.ec2.describe_managed_prefix_lists().prefix_list_ids(list).send().await;
    let found = found.expect("lists are described");
    found.prefix_lists().first().and_then(ManagedPrefixList::version).expect("a list of ours has a version")
}

/// Elements of a list in the newer encoding.
fn elements(entries: &[&str]) -> Value {
    let elements = entries.iter().zip(1..).map(|(cidr, tag)| json!({"Cidr": cidr, "tag": tag}));
    elements.collect()
}

/// In the newer encoding, as EC2 answers while the change is under way.
fn record(call: &str, list: &str, from: i64, request: &Value) -> Record {
    let state = if call.starts_with("Modify") { "modify-in-progress" } else { "restore-in-progress" };
    let request = json!({ format!("{call}Request"): request });
    let listed = json!({"prefixListId": list, "version": from, "state": state});
    let response = json!({ format!("{call}Response"): {"requestId": "a-request", "prefixList": listed} });
    Record::new(call, &request, &response, None)
}
