//! What is told although nothing is forbidden, or beside what is.

use insta::assert_snapshot;
use serde_json::json;

use crate::change::{Attached, Attachment, ChangeKind, GroupEdit, InterfaceKey, TagChange, TagEdit, Told};
use crate::id::{GroupId, InterfaceId, VpcId};
use crate::interface::Interface;
use crate::notice::Notice;
use crate::notice::tests::read_chat;
use crate::notice::tests::samples::{
    Account, GROUP, edit, handle_change, handle_own, network, policy, published, rule,
};
use crate::permission::Direction;
use crate::policy::{Interfaces, Mode, OnMixture, Policy, Principal, PrincipalName, Principals, Selector};

const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";

/// The policy, in which the developer of the samples may break the glass.
fn break_glass() -> Policy {
    let callers = vec![Principal::arn("arn:aws:iam::*:role/Developer")];
    let names = vec![PrincipalName("incident".into())];
    Policy { break_glass: Principals { names, callers }, ..policy() }
}

fn authorize(traffic: &str) -> ChangeKind {
    let rules = Told::Whole(vec![rule(0, traffic, network("0.0.0.0/0"))]);
    edit(GroupEdit::Authorize { direction: Direction::Ingress, rules })
}

fn told(policy: Policy, account: &Account, name: &str, kind: ChangeKind) -> Notice {
    published(account, &handle_change(policy, account, name, kind))
}

#[test]
fn break_glass_with_a_violation() {
    let notice = told(break_glass(), &Account::new("web"), AUTHORIZE, authorize("22/tcp"));
    assert_snapshot!(notice.subject(), @"OPEN (break-glass): 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    OPEN (break-glass): 22/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and stays open: the policy never undoes changes by
      incident.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): open

    What else there is to know
      a break-glass caller (incident) made this change,
        AuthorizeSecurityGroupIngress on web (sg-0a1b2c3d4e5f60718). The guard
        undoes nothing of it.

    Why it is forbidden
      web allows 80/tcp, 443/tcp from anywhere

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing: the policy never undoes changes by incident.

    What to do next
      See that somebody knows of it, and that it is taken back when the incident
      is over.
      If it should not be open, remove it:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn break_glass_and_nothing_is_forbidden() {
    let notice = told(break_glass(), &Account::new("web"), AUTHORIZE, authorize("443/tcp"));
    assert_snapshot!(notice.subject(), @"BREAK-GLASS: AuthorizeSecurityGroupIngress on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    BREAK-GLASS: a break-glass caller (incident) made this change,
      AuthorizeSecurityGroupIngress on web (sg-0a1b2c3d4e5f60718). The guard
      undoes nothing of it. Nothing in it is forbidden.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What to do next
      See that somebody knows of it, and that it is taken back when the incident
      is over.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # BREAK-GLASS: AuthorizeSecurityGroupIngress on web (sg-0a1b2c3d4e5f60718)
    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > See that somebody knows of it, and that it is taken back when the incident is over.
    keywords: ["tierguard","compliant","closed","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "closed",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-compliant",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "BREAK-GLASS: a break-glass caller (incident) made this change, AuthorizeSecurityGroupIngress on web (sg-0a1b2c3d4e5f60718). The guard undoes nothing of it. Nothing in it is forbidden.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    assert_eq!(machine["remarks"], json!(["break-glass"]));
}

#[test]
fn a_change_of_the_guards_own() {
    let account = Account::new("web");
    let notice = published(&account, &handle_own(policy(), &account, AUTHORIZE, authorize("22/tcp")));
    assert_snapshot!(notice.subject(), @"ALARM: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    ALARM: the guard's own role did what the policy forbids. 22/tcp from
      0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and stays open: the
      guard never answers its own changes.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): open

    What else there is to know
      the guard's own role made this change. Either its policy was changed
        meanwhile, or somebody else uses the role.

    Why it is forbidden
      web allows 80/tcp, 443/tcp from anywhere

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing: the guard never answers its own changes.

    What to do next
      Find out at once who used the guard's role: only the guard may. If it was
      the guard, see which policy it had then.
      If it should not be open, remove it:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

/// The tag of a group is removed that a policy looks at.
fn untagged(mut policy: Policy) -> Notice {
    let tags = [("tier".to_owned(), "web".to_owned())].into();
    policy.tiers[0].groups = Selector { tags, ..Selector::default() };
    let fine = [rule(2, "443/tcp", network("10.0.0.0/8"))];
    let account = Account::new("other").with_rules(&[(GROUP, &fine)]);
    let groups = [GroupId::new(GROUP).unwrap()].into();
    let edit = TagEdit::Removed([("tier".to_owned(), None)].into());
    told(policy, &account, "DeleteTags", ChangeKind::Tags(TagChange { groups, edit }))
}

#[test]
fn a_group_that_is_in_no_tier_now() {
    assert_snapshot!(untagged(Policy { elsewhere: None, ..policy() }).email(), @r#"
    IN NO TIER: tags of other (sg-0a1b2c3d4e5f60718) were changed, and it is in
      no tier now. Nothing of it was judged.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by DeleteTags
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What to do next
      If it should be in a tier, give it the tags, the name or the entry that
      the policy asks for.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    let elsewhere = untagged(policy());
    assert_snapshot!(elsewhere.subject(), @"IN NO TIER: other (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(elsewhere.email(), @r#"
    IN NO TIER: tags of other (sg-0a1b2c3d4e5f60718) were changed, and it is in
      no tier now. Nothing that was judged is forbidden.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by DeleteTags
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing now. No record tells in which tiers a group was before. An earlier
        attempt at this event may have removed rules, and nothing would show
        that now.

    What to do next
      If it should be in a tier, give it the tags, the name or the entry that
      the policy asks for.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_group_that_was_deleted() {
    let mut policy = policy();
    let ids = Some([GroupId::new(GROUP).unwrap()].into());
    policy.tiers[0].groups = Selector { ids, ..Selector::default() };
    let notice = told(policy, &Account::new("web"), "DeleteSecurityGroup", edit(GroupEdit::Delete));
    assert_snapshot!(notice.subject(), @"DELETED: DeleteSecurityGroup on sg-0a1b2c3d4e5f60718 in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    DELETED: sg-0a1b2c3d4e5f60718, which the policy lists in web, was deleted.
      There is nothing left to judge.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by DeleteSecurityGroup
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What to do next
      If it was not meant to go, make it again: no call brings a deleted group
      back. Else drop it from the policy.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_default_group_with_rules() {
    let policy = Policy { elsewhere: None, ..policy() };
    let notice = told(policy, &Account::new("default"), AUTHORIZE, authorize("22/tcp"));
    assert_snapshot!(notice.subject(), @"DEFAULT GROUP: default (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    DEFAULT GROUP: rules were added to the default group default
      (sg-0a1b2c3d4e5f60718), of which the policy says nothing. Nothing of it
      was judged.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What to do next
      Use a group of a tier instead: whatever is started without a group gets
      the default group of its VPC.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_default_group_in_use() {
    let (on_violation, mode) = (OnMixture::Detach, Mode::Enforce);
    let interfaces = Interfaces { together: Vec::new(), on_violation, mode };
    let mut account = Account::new("default");
    let id = InterfaceId::new("eni-0123456789abcdef0").unwrap();
    let attached = Attached {
        interface: InterfaceKey::Id(id.clone()),
        instance: None,
        vpc: None,
        groups: [GroupId::new(GROUP).unwrap()].into(),
    };
    let (groups, told_groups) = (attached.groups.clone(), attached.groups.clone());
    let live = Interface { id, instance: None, vpc: None, groups, told: told_groups, managed_by: None };
    account.answers.interfaces = Ok(vec![live]);
    let kind = ChangeKind::Attachment(Attachment { interfaces: vec![attached] });
    let policy = Policy { interfaces: Some(interfaces), ..policy() };
    assert_snapshot!(told(policy, &account, "RunInstances", kind).email(), @r#"
    DEFAULT GROUP: the default group sg-0a1b2c3d4e5f60718, which is in no tier,
      is on eni-0123456789abcdef0. Nothing of it was judged.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by RunInstances
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What to do next
      Use a group of a tier instead: whatever is started without a group gets
      the default group of its VPC.

    Look closer
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

fn associated(account: &Account) -> Notice {
    let vpc = Some(VpcId::new("vpc-0fedcba9876543210").unwrap());
    told(policy(), account, "AssociateSecurityGroupVpc", edit(GroupEdit::Associate { vpc }))
}

#[test]
fn a_group_in_a_further_vpc() {
    let notice = associated(&Account::new("web").with_rules(&[(GROUP, &[])]));
    assert_snapshot!(notice.subject(), @"ASSOCIATED: web (sg-0a1b2c3d4e5f60718) with vpc-0fedcba9876543210 in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    ASSOCIATED: web (sg-0a1b2c3d4e5f60718) can be used in vpc-0fedcba9876543210
      too now. Nothing that was judged is forbidden.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AssociateSecurityGroupVpc
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What to do next
      If it should not be used there, disassociate it
      (DisassociateSecurityGroupVpc).

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

/// What was found beside a remark leads; the remark is a block of its own.
#[test]
fn a_violation_and_a_remark() {
    let live = [rule(1, "22/tcp", network("0.0.0.0/0"))];
    assert_snapshot!(associated(&Account::new("web").with_rules(&[(GROUP, &live)])).email(), @r#"
    CLOSED: 22/tcp from 0.0.0.0/0 was found on web (sg-0a1b2c3d4e5f60718) and
      has been removed.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000001): removed

    What else there is to know
      web (sg-0a1b2c3d4e5f60718) can be used in vpc-0fedcba9876543210 too now.

    Why it is forbidden
      web allows 80/tcp, 443/tcp from anywhere

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AssociateSecurityGroupVpc
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      If it should not be used there, disassociate it
      (DisassociateSecurityGroupVpc).
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}
