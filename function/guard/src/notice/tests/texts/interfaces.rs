//! Tiers that meet on one interface and may not.

use insta::assert_snapshot;

use super::brief;
use crate::act::CallError;
use crate::change::{Attached, Attachment, ChangeKind, InterfaceKey};
use crate::id::{GroupId, InstanceId, InterfaceId};
use crate::interface::{Interface, IsPrimary};
use crate::notice::Notice;
use crate::notice::tests::samples::{
    Account, GROUP, group, handle_change, handle_late, policy, published, tier,
};
use crate::policy::{Interfaces, Mode, OnMixture, Policy};

const DB: &str = "sg-0f1e2d3c4b5a69788";
const ENI: &str = "eni-0123456789abcdef0";

fn with(on_violation: OnMixture, mode: Mode) -> Policy {
    let mut policy = policy();
    policy.tiers = vec![policy.tiers.remove(0), tier("db", "db*", Vec::new())];
    Policy { interfaces: Some(Interfaces { together: Vec::new(), on_violation, mode }), ..policy }
}

/// An account with one interface, and the event said that it got both groups.
fn account(groups: &[&str], managed_by: Option<&str>) -> Account {
    let mut account = Account::new("web").with_groups(vec![group(DB, "db")]);
    account.answers.interfaces = Ok(vec![Interface {
        id: InterfaceId::new(ENI).unwrap(),
        instance: Some((InstanceId::new("i-0123456789abcdef0").unwrap(), IsPrimary::Yes)),
        vpc: None,
        groups: groups.iter().map(|id| GroupId::new(id).unwrap()).collect(),
        told: [].into(),
        managed_by: managed_by.map(str::to_owned),
    }]);
    account
}

fn told(policy: Policy, account: &Account) -> Notice {
    published(account, &handle_change(policy, account, CALL, attached()))
}

/// The same where the account shows other groups by now.
fn told_late(policy: Policy, account: &Account) -> Notice {
    published(account, &handle_late(policy, account, CALL, attached()))
}

const CALL: &str = "ModifyNetworkInterfaceAttribute";

fn attached() -> ChangeKind {
    let groups = [GROUP, DB].map(|id| GroupId::new(id).unwrap()).into();
    let interface = InterfaceKey::Id(InterfaceId::new(ENI).unwrap());
    let attached = Attached { interface, instance: None, vpc: None, groups };
    ChangeKind::Attachment(Attachment { interfaces: vec![attached] })
}

#[test]
fn taken_off() {
    let notice = told(with(OnMixture::Detach, Mode::Enforce), &account(&[GROUP, DB], None));
    assert_snapshot!(notice.subject(), @"CLOSED: web with db on eni-0123456789abcdef0 of i-0123456789abcdef0 in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: web and db met on eni-0123456789abcdef0 of i-0123456789abcdef0,
      where they may not; sg-0a1b2c3d4e5f60718 has been taken off.

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        taken off: sg-0a1b2c3d4e5f60718
        may stay: sg-0f1e2d3c4b5a69788

    Why it is forbidden
      on one interface only groups of one tier may meet

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by ModifyNetworkInterfaceAttribute
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      ModifyNetworkInterfaceAttribute, eni-0123456789abcdef0: groups set

    What to do next
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]

    Look closer
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn off_already() {
    assert_snapshot!(brief(&told_late(with(OnMixture::Detach, Mode::Enforce), &account(&[DB], None))), @"
    CLOSED: web and db met on eni-0123456789abcdef0 of i-0123456789abcdef0,
      where they may not; sg-0a1b2c3d4e5f60718 is off already.

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        taken off: sg-0a1b2c3d4e5f60718
        may stay: sg-0f1e2d3c4b5a69788

    What was done
      Off already: somebody else took them off, or the guard itself did, in an
        earlier attempt whose message did not get through.

    What to do next
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]
    ");
}

#[test]
fn only_observed_or_told_of() {
    let both = || account(&[GROUP, DB], None);
    assert_snapshot!(brief(&told(with(OnMixture::Detach, Mode::Observe), &both())), @"
    OPEN (observe mode): web and db met on eni-0123456789abcdef0 of
      i-0123456789abcdef0, where they may not; sg-0a1b2c3d4e5f60718 would have
      been taken off.

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        has to come off: sg-0a1b2c3d4e5f60718
        may stay: sg-0f1e2d3c4b5a69788

    What was done
      ModifyNetworkInterfaceAttribute, eni-0123456789abcdef0: not called,
        because the policy is in observe mode

    What to do next
      If they should not meet, set the groups that may stay:
        aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id eni-0123456789abcdef0 --groups sg-0f1e2d3c4b5a69788
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]
    ");
    assert_snapshot!(brief(&told(with(OnMixture::Notify, Mode::Enforce), &both())), @"
    OPEN (notify only): web and db met on eni-0123456789abcdef0 of
      i-0123456789abcdef0, where they may not; sg-0a1b2c3d4e5f60718 stays on:
      the policy says to notify only.

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        has to come off: sg-0a1b2c3d4e5f60718
        may stay: sg-0f1e2d3c4b5a69788

    What was done
      Nothing came off: the policy says to notify only.

    What to do next
      If they should not meet, set the groups that may stay:
        aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id eni-0123456789abcdef0 --groups sg-0f1e2d3c4b5a69788
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]
    ");
}

#[test]
fn managed_by_a_service() {
    let account = account(&[GROUP, DB], Some("amazon-elb"));
    assert_snapshot!(brief(&told(with(OnMixture::Detach, Mode::Enforce), &account)), @"
    STILL OPEN: web and db met on eni-0123456789abcdef0 of i-0123456789abcdef0,
      where they may not; sg-0a1b2c3d4e5f60718 stays on: amazon-elb manages the
      interface.

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        has to come off: sg-0a1b2c3d4e5f60718
        may stay: sg-0f1e2d3c4b5a69788

    What was done
      Nothing came off an interface that an AWS service manages: only the
        service may do that.

    What to do next
      Change the groups where amazon-elb is configured.
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]
    ");
}

#[test]
fn a_failure() {
    let error = CallError { message: "not authorized".to_owned(), retryable: false };
    let account = Account { sets: Err(error.into()), ..account(&[GROUP, DB], None) };
    assert_snapshot!(brief(&told(with(OnMixture::Detach, Mode::Enforce), &account)), @"
    STILL OPEN: web and db met on eni-0123456789abcdef0 of i-0123456789abcdef0,
      where they may not; sg-0a1b2c3d4e5f60718 could not be taken off: not
      authorized

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        has to come off: sg-0a1b2c3d4e5f60718
        may stay: sg-0f1e2d3c4b5a69788

    What was done
      ModifyNetworkInterfaceAttribute, eni-0123456789abcdef0: failed: not
        authorized

    What to do next
      Set by hand the groups that may stay; the guard does not try again:
        aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id eni-0123456789abcdef0 --groups sg-0f1e2d3c4b5a69788
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]
    ");
}

/// One group that is in both tiers.
#[test]
fn the_last_group() {
    let mut policy = with(OnMixture::Detach, Mode::Enforce);
    policy.tiers[1].groups = policy.tiers[0].groups.clone();
    assert_snapshot!(brief(&told_late(policy, &account(&[GROUP], None))), @"
    STILL OPEN: web and db met on eni-0123456789abcdef0 of i-0123456789abcdef0,
      where they may not; sg-0a1b2c3d4e5f60718 stays on: no other group would be
      left, and EC2 wants one on each interface.

    What met on one interface
      eni-0123456789abcdef0 of i-0123456789abcdef0: web with db
        has to come off: sg-0a1b2c3d4e5f60718

    What was done
      Nothing came off where no group would be left: the guard never leaves an
        interface bare.

    What to do next
      Put another group on the interface, and take off those that have to come
      off.
      To have it allowed, add to interfaces.together in the policy:
        - [web, db]
    ");
}
