//! Rules that should be there and are not.

use insta::assert_snapshot;

use super::brief;
use crate::act::{AuthorizeError, CallError};
use crate::change::{Content, GroupEdit, Modification, RuleKey, Told};
use crate::group::Rule;
use crate::notice::Notice;
use crate::notice::tests::samples::{
    Account, GROUP, edit, handle_change, network, peers, policy, policy_with, published, rule,
};
use crate::permission::Direction;
use crate::policy::{Mode, OnViolation, PeerSet, Policy, Principals, TierName};
use crate::traffic::Traffic;

/// `policy`, in which `web` requires what it allows, from one network.
fn required(mut policy: Policy) -> Policy {
    let allow = &mut policy.tiers[0].allows.ingress.as_mut().unwrap()[0];
    allow.traffic = "443/tcp".parse::<Traffic>().unwrap().interval().into();
    allow.peers = peers(&["203.0.113.0/24"]);
    "443/tcp from 203.0.113.0/24".clone_into(&mut allow.words);
    allow.required = true;
    policy
}

fn taken() -> Rule {
    Rule { description: Some("office".to_owned()), ..rule(7, "443/tcp", network("203.0.113.0/24")) }
}

fn told(policy: Policy, adds: Result<(), AuthorizeError>) -> Notice {
    let rules = Told::Whole(vec![RuleKey::Id(taken().id.unwrap())]);
    let revoke = GroupEdit::Revoke { direction: Direction::Ingress, rules, removed: vec![taken()] };
    let account = Account { adds, ..Account::new("web").with_rules(&[(GROUP, &[])]) };
    published(&account, &handle_change(policy, &account, "RevokeSecurityGroupIngress", edit(revoke)))
}

#[test]
fn put_back() {
    let notice = told(required(policy()), Ok(()));
    assert_snapshot!(notice.subject(), @"RESTORED: 443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    RESTORED: 443/tcp from 203.0.113.0/24 was missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and has been put
      back.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): put back
        described as "office"

    Why it has to be there
      web requires 443/tcp from 203.0.113.0/24

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by RevokeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: added

    What to do next
      If it is no longer needed, drop required: true from its entry in
      tiers.web.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    assert_eq!(machine["notice"]["door"], "restored");
    assert_eq!(machine["notice"]["outcome"], "done");
}

#[test]
fn there_again() {
    assert_snapshot!(brief(&told(required(policy()), Err(AuthorizeError::Duplicate))), @r#"
    RESTORED: 443/tcp from 203.0.113.0/24 was missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and is there again.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): there again
        described as "office"

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: already there
      Already there: somebody else put it back, or the guard itself did, in an
        earlier attempt whose message did not get through.

    What to do next
      If it is no longer needed, drop required: true from its entry in
      tiers.web.
    "#);
}

#[test]
fn only_observed_or_told_of() {
    let observed = required(policy_with(Mode::Observe, OnViolation::Revoke));
    assert_snapshot!(brief(&told(observed, Ok(()))), @r#"
    MISSING (observe mode): 443/tcp from 203.0.113.0/24 is missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and would have been
      put back.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): missing
        described as "office"

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: not called, because the policy is
        in observe mode

    What to do next
      If it should be there, add it:
        aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=203.0.113.0/24}]'
      If it is no longer needed, drop required: true from its entry in
      tiers.web.
    "#);
    let told_of = required(policy_with(Mode::Enforce, OnViolation::Notify));
    assert_snapshot!(brief(&told(told_of, Ok(()))), @r#"
    MISSING (notify only): 443/tcp from 203.0.113.0/24 is missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and is not put back:
      the policy says to notify only.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): missing
        described as "office"

    What was done
      Nothing is put back: the policy says to notify only.

    What to do next
      If it should be there, add it:
        aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=203.0.113.0/24}]'
      If it is no longer needed, drop required: true from its entry in
      tiers.web.
    "#);
}

#[test]
fn no_room_or_a_failure() {
    assert_snapshot!(brief(&told(required(policy()), Err(AuthorizeError::NoRoom))), @r#"
    MISSING: 443/tcp from 203.0.113.0/24 is missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and is not put back:
      the group has no room for more rules.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): missing, for
        want of room
        described as "office"

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: not added, because the group has no
        room for more rules

    What to do next
      Make room first: a group holds 60 rules in a direction, IPv4 and IPv6
      counted apart.
      If it should be there, add it:
        aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=203.0.113.0/24}]'
      If it is no longer needed, drop required: true from its entry in
      tiers.web.
    "#);
    let error = CallError { message: "Request limit exceeded.".to_owned(), retryable: true };
    assert_snapshot!(brief(&told(required(policy()), Err(error.into()))), @r#"
    STILL MISSING: 443/tcp from 203.0.113.0/24 is missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and could not be put
      back: Request limit exceeded.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): STILL MISSING
        described as "office"

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: failed: Request limit exceeded.
      The cause may pass: the guard tries again within an hour, and tells how
        that went.

    What to do next
      If no further message comes, add by hand what is still missing:
        aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=203.0.113.0/24}]'
      If it is no longer needed, drop required: true from its entry in
      tiers.web.
    "#);
}

/// A tier, of which more than one group could be meant.
#[test]
fn not_known_which() {
    let mut policy = required(policy());
    let allow = &mut policy.tiers[0].allows.ingress.as_mut().unwrap()[0];
    allow.peers = PeerSet { tiers: [TierName("edge".into())].into(), ..PeerSet::default() };
    "443/tcp from edge".clone_into(&mut allow.words);
    // The record names the removed rule by its id alone.
    let rules = Told::Whole(vec![RuleKey::Id(taken().id.unwrap())]);
    let revoke = GroupEdit::Revoke { direction: Direction::Ingress, rules, removed: Vec::new() };
    let account = Account::new("web").with_rules(&[(GROUP, &[])]);
    let handled = handle_change(policy, &account, "RevokeSecurityGroupIngress", edit(revoke));
    assert_snapshot!(brief(&published(&account, &handled)), @"
    MISSING: 443/tcp from edge is missing on web (sg-0a1b2c3d4e5f60718), where
      the policy requires it, and is not put back: several rules would do, or
      none is known.

    What was missing
      443/tcp from edge on web (sg-0a1b2c3d4e5f60718): missing

    What was done
      Nothing is put back where the policy names a tier and more than one group
        of it could be meant, or none.
      CloudTrail cuts long records (more than 100 KB), and the rules that a
        group is born with are in none. An earlier attempt at this event may
        have removed some.

    What to do next
      Add a rule to web (sg-0a1b2c3d4e5f60718) that gives it 443/tcp from edge.
      If it is no longer needed, drop required: true from its entry in
      tiers.web.
    ");
}

#[test]
fn taken_by_a_stranger() {
    let mut policy = policy();
    policy.tiers[0].editors = Some(Principals::default());
    assert_snapshot!(brief(&told(policy, Ok(()))), @r#"
    RESTORED: 443/tcp from 203.0.113.0/24 was removed from web
      (sg-0a1b2c3d4e5f60718) by somebody who may not change it, and has been put
      back.

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): put back
        described as "office"

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: added

    What to do next
      To have such a change allowed, let an editor of web make it, or list the
      caller in tiers.web.editors, by a name under principals:
        ["arn:aws:iam::111122223333:role/Developer"]
    "#);
}

/// An edit that opens one rule too many, and so takes a required one away.
#[test]
fn forbidden_and_missing() {
    let edited = rule(7, "22/tcp", network("0.0.0.0/0"));
    let content = Content { traffic: edited.permission.traffic, peer: edited.permission.peer.clone() };
    let edits = vec![Modification { id: edited.id.clone().unwrap(), content, description: None }];
    let kind = edit(GroupEdit::Modify { rules: Told::Whole(edits) });
    let account = Account::new("web").with_rules(&[(GROUP, &[edited])]);
    let handled = handle_change(required(policy()), &account, "ModifySecurityGroupRules", kind);
    let notice = published(&account, &handled);
    assert_snapshot!(notice.subject(), @"CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and
      has been removed. 443/tcp from 203.0.113.0/24 was missing on web
      (sg-0a1b2c3d4e5f60718), where the policy requires it, and has been put
      back.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000007): removed

    What was missing
      443/tcp from 203.0.113.0/24 on web (sg-0a1b2c3d4e5f60718): put back
        described as "tierguard: required by tier web"

    Why it is forbidden
      web allows 443/tcp from 203.0.113.0/24
      web requires 443/tcp from 203.0.113.0/24

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by ModifySecurityGroupRules
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      AuthorizeSecurityGroupIngress, 1 rule: added
      RevokeSecurityGroupIngress, 1 rule: removed
      No record tells what a rule said before. An earlier attempt at this event
        may have removed rules, or put some back, and nothing would show that
        now.

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }
      If it is no longer needed, drop required: true from its entry in
      tiers.web.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}
