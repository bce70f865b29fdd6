//! Ids for what has none: they follow from the content alone, so that a replay gives the same ones every time and in
//! whatever order the events come.

use tierguard::id::{AccountId, GroupId, GroupName, InstanceId, InterfaceId, RuleId};
use tierguard::permission::Permission;

use crate::entry::Entry;

/// An id for a rule of `entry`, other than those that its rules have.
pub(crate) fn rule_id(entry: &Entry, permission: &Permission) -> Option<RuleId> {
    let owner = entry.group.owner.as_ref().map_or("", AccountId::as_str);
    let content = format!("{owner} {} {} {permission}", entry.group.id, permission.direction);
    let is_free = |id: &RuleId| entry.rules.get(id).is_none();
    // Rules of the same content have the first ids.
    let first = u32::try_from(entry.rules.count(permission)).ok()?;
    let mut ids = (first..).filter_map(|attempt| RuleId::new(&hashed("sgr-", &content, attempt)).ok());
    ids.find(is_free)
}

/// An id for a group of which only the name is known.
pub(crate) fn group_id(owner: Option<&AccountId>, name: &GroupName) -> Option<GroupId> {
    let owner = owner.map_or("", AccountId::as_str);
    GroupId::new(&hashed("sg-", &format!("{owner} {name}"), 0)).ok()
}

/// An id for an interface of which only its instance is known.
pub(crate) fn interface_id(instance: &InstanceId) -> Option<InterfaceId> {
    InterfaceId::new(&hashed("eni-", instance.as_str(), 0)).ok()
}

/// `prefix` and 17 hexadecimal digits.
fn hashed(prefix: &str, content: &str, attempt: u32) -> String {
    format!("{prefix}{:017x}", fnv1a(content.bytes().chain(attempt.to_be_bytes())) >> 60)
}

/// The 128-bit FNV-1a hash: the standard library's hashes may change from release to release.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv1a() {
        // The published test vectors of the 128-bit variant.
        assert_eq!(fnv1a(b"".iter().copied()), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a(b"a".iter().copied()), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
