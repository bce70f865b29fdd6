//! Bytes that come as an event: an EventBridge event, a bare record, or anything else.

use std::sync::LazyLock;

use tierguard::wire::Reading;

use crate::world::World;

/// An account under a policy: of every topic of the sample events that has its own.
macro_rules! worlds {
    ($(($policy:literal, $account:literal)),* $(,)?) => {
        [$(World::new(
            include_str!(concat!("../../../events/", $policy)),
            include_str!(concat!("../../../events/", $account)),
        )),*]
    };
}

static WORLDS: LazyLock<[World; 11]> = LazyLock::new(|| {
    worlds![
        ("policy.yaml", "account.json"),
        ("observe/policy.yaml", "account.json"),
        ("narrow/policy.yaml", "narrow/account.json"),
        ("required/policy.yaml", "required/account.json"),
        ("editors/policy.yaml", "editors/account.json"),
        ("exemptions/policy.yaml", "exemptions/account.json"),
        ("elsewhere/policy.yaml", "elsewhere/account.json"),
        ("interfaces/policy.yaml", "interfaces/account.json"),
        ("list-entries/policy.yaml", "list-entries/account.json"),
        ("tags/policy.yaml", "tags/account.json"),
        ("own-repairs/policy.yaml", "own-repairs/account.json"),
    ]
});

/// Under each policy, and through each door, the event does no harm: see `world`. What is no change to one of
/// them is none to any.
pub fn check(bytes: &[u8]) {
    let reading = World::read(bytes);
    let hearing = if matches!(reading, Reading::Change(_)) { WORLDS.len() } else { 1 };
    WORLDS.iter().take(hearing).for_each(|world| world.hears_of(&reading));
}
