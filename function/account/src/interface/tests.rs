//! What attachments make of interfaces.

use tierguard::change::{Attachment, Change, ChangeKind};
use tierguard::id::VpcId;

use super::*;
use crate::testing::{OURS, event_from, group_id};

const FILE: &str = r#"{"NetworkInterfaces": [
    {"NetworkInterfaceId": "eni-1", "OwnerId": "111122223333", "Groups": [{"GroupId": "sg-1"}],
     "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}},
    {"NetworkInterfaceId": "eni-2", "OwnerId": "111122223333", "Groups": [{"GroupId": "sg-1"}],
     "Attachment": {"InstanceId": "i-1", "DeviceIndex": 1}}]}"#;

/// `eni-1`, or an instance, of which the primary interface is meant.
fn key(text: &str) -> InterfaceKey {
    if text.starts_with("i-") {
        InterfaceKey::PrimaryOf(InstanceId::new(text).unwrap())
    } else {
        InterfaceKey::Id(InterfaceId::new(text).unwrap())
    }
}

fn attach(account: &str, interfaces: &[(&str, Option<&str>, &[&str])]) -> Change {
    let attached = |(interface, instance, groups): &(&str, Option<&str>, &[&str])| Attached {
        interface: key(interface),
        instance: instance.map(|instance| InstanceId::new(instance).unwrap()),
        vpc: VpcId::new("vpc-1").ok(),
        groups: groups.iter().map(|group| group_id(group)).collect(),
    };
    let interfaces = interfaces.iter().map(attached).collect();
    event_from(account, ChangeKind::Attachment(Attachment { interfaces }))
}

/// `eni-1 primary of i-1: sg-1`, one line each.
fn check(change: &Change, expected: &[&str]) {
    let mut account = Account::from_json("account.json", FILE).unwrap();
    account.apply(change);
    let line = |interface: &Interface| {
        let of = match &interface.instance {
            Some((instance, IsPrimary::Yes)) => format!(" primary of {instance}"),
            Some((instance, IsPrimary::No)) => format!(" of {instance}"),
            None => String::new(),
        };
        let groups: Vec<_> = interface.groups.iter().map(GroupId::as_str).collect();
        format!("{}{of}: {}", interface.id, groups.join(" "))
    };
    assert_eq!(account.interfaces().map(line).collect::<Vec<_>>(), expected, "{change:?}");
}

const ONE: &str = "eni-1 primary of i-1: sg-1";
const TWO: &str = "eni-2 of i-1: sg-1";

#[test]
fn groups_are_replaced() {
    check(&attach(OURS, &[("eni-2", None, &["sg-2", "sg-3"])]), &[ONE, "eni-2 of i-1: sg-2 sg-3"]);
    check(&attach(OURS, &[("i-1", Some("i-1"), &["sg-2"])]), &["eni-1 primary of i-1: sg-2", TWO]);
    // No interface is without a group: the record does not tell.
    check(&attach(OURS, &[("eni-1", None, &[])]), &[ONE, TWO]);
    // Nobody changes what is another's.
    check(&attach("444455556666", &[("eni-1", None, &["sg-2"])]), &[ONE, TWO]);
}

#[test]
fn what_is_not_here_was_made() {
    check(&attach(OURS, &[("eni-3", None, &["sg-2"])]), &[ONE, TWO, "eni-3: sg-2"]);
    check(
        &attach(OURS, &[("eni-4", Some("i-2"), &["sg-2"]), ("eni-3", Some("i-2"), &["sg-3"])]),
        &[ONE, TWO, "eni-3 of i-2: sg-3", "eni-4 primary of i-2: sg-2"],
    );
}

#[test]
fn a_primary_interface_of_which_only_the_instance_is_known_is_met_again() {
    let mut account = Account::default();
    for groups in [&["sg-2"], &["sg-3"]] {
        account.apply(&attach(OURS, &[("i-3", None, groups)]));
    }
    let interfaces: Vec<_> = account.interfaces().collect();
    let [interface] = interfaces[..] else { panic!("one interface: {interfaces:?}") };
    assert!(interface.is(&key("i-3")));
    assert_eq!(interface.groups, [group_id("sg-3")].into());
    assert_eq!(interface.vpc, VpcId::new("vpc-1").ok());
}
