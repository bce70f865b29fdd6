//! Changes by somebody who may not make them.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::brief;
use crate::change::{Content, GroupEdit, Modification, Told};
use crate::notice::tests::read_chat;
use crate::notice::tests::samples::{
    Account, GROUP, authorize, edit, handle_change, network, notice, policy, published, rule, tcp,
};
use crate::policy::{Policy, PrincipalName, Principals};

/// The policy, in which only `editors` may change `web`.
fn edited_by(editors: &[&str]) -> Policy {
    let mut policy = policy();
    let names = editors.iter().map(|name| PrincipalName((*name).into())).collect();
    policy.tiers[0].editors = Some(Principals { names, callers: Vec::new() });
    policy
}

#[test]
fn an_allowed_rule_by_a_stranger() {
    let event = authorize(&[tcp(443, 443, "0.0.0.0/0", "TLS")]);
    let live = [rule(0, "443/tcp", network("0.0.0.0/0"))];
    let account = Account::new("web").with_rules(&[(GROUP, &live)]);
    let notice = notice(edited_by(&["cloud-admins"]), &account, &event);
    assert_snapshot!(notice.subject(), @"CLOSED: 443/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 443/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) by
      somebody who may not change it, and has been removed.

    What was opened
      443/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        described as "TLS"

    Why it is forbidden
      web may be changed only by cloud-admins

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      RevokeSecurityGroupIngress, 1 rule: removed
      What was opened is allowed as such; what counts is who did it.

    What to do next
      To have such a change allowed, let an editor of web make it, or list the
      caller in tiers.web.editors, by a name under principals:
        ["arn:aws:iam::111122223333:role/Developer"]

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # CLOSED: 443/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `443/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): removed
        - described as `TLS`

    *Why it is forbidden*
    - `web may be changed only by cloud-admins`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: removed
    - What was opened is allowed as such; what counts is who did it.

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > To have such a change allowed, let an editor of `web` make it, or list the caller in `tiers.web.editors`, by a name under `principals`:
      `["arn:aws:iam::111122223333:role/Developer"]`
    keywords: ["tierguard","violation","closed","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "closed",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-violation",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "CLOSED: 443/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) by somebody who may not change it, and has been removed.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn a_rule_by_a_stranger_that_has_been_changed_since() {
    let event = authorize(&[tcp(443, 443, "0.0.0.0/0", "TLS")]);
    let live = [rule(0, "80/tcp", network("0.0.0.0/0"))];
    let account = Account::new("web").with_rules(&[(GROUP, &live)]);
    assert_snapshot!(brief(&notice(edited_by(&[]), &account, &event)), @r#"
    OPEN (cannot be undone): 443/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) by somebody who may not change it, and stays open:
      to remove a rule would not surely undo it.

    What was opened
      443/tcp from 0.0.0.0/0: open
        described as "TLS"

    What was done
      Nothing: a rule that is wrong because of who made it is removed by its id,
        if the record gives it and it names no other rule by now; and what an
        edit took the place of, no record tells.
      What was opened is allowed as such; what counts is who did it.

    What to do next
      If it should not be open, remove it.
      To have such a change allowed, let an editor of web make it, or list the
      caller in tiers.web.editors, by a name under principals:
        ["arn:aws:iam::111122223333:role/Developer"]
    "#);
}

#[test]
fn an_edit_by_a_stranger() {
    let live = rule(7, "443/tcp", network("0.0.0.0/0"));
    let account = Account::new("web").with_rules(&[(GROUP, std::slice::from_ref(&live))]);
    let content = Content { traffic: live.permission.traffic, peer: live.permission.peer };
    let modified = Modification { id: live.id.unwrap(), content, description: None };
    let change = edit(GroupEdit::Modify { rules: Told::Whole(vec![modified]) });
    let handled = handle_change(edited_by(&[]), &account, "ModifySecurityGroupRules", change);
    assert_snapshot!(brief(&published(&account, &handled)), @r#"
    OPEN (cannot be undone): 443/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) by somebody who may not change it, and stays open:
      to remove a rule would not surely undo it.

    What was opened
      443/tcp from 0.0.0.0/0 (sgr-00000000000000007): open

    What was done
      Nothing: a rule that is wrong because of who made it is removed by its id,
        if the record gives it and it names no other rule by now; and what an
        edit took the place of, no record tells.
      What was opened is allowed as such; what counts is who did it.

    What to do next
      If it should not be open, remove it:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000007
      To have such a change allowed, let an editor of web make it, or list the
      caller in tiers.web.editors, by a name under principals:
        ["arn:aws:iam::111122223333:role/Developer"]
    "#);
}

#[test]
fn a_change_that_cannot_be_undone() {
    let account = Account::new("web").with_rules(&[(GROUP, &[])]);
    let create = GroupEdit::Create { name: None, vpc: None, tags: BTreeMap::new() };
    let handled = handle_change(edited_by(&[]), &account, "CreateSecurityGroup", edit(create));
    let notice = published(&account, &handled);
    assert_snapshot!(notice.subject(), @"NOT UNDONE: a change of web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    NOT UNDONE: web (sg-0a1b2c3d4e5f60718) was changed by somebody who may not
      change it. That cannot be undone by itself.

    What was changed, and stays as it is
      web (sg-0a1b2c3d4e5f60718), in web

    Why it is forbidden
      web may be changed by nobody

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by CreateSecurityGroup
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing about that: a record does not tell what tags, or rules that it
        does not list, were before.
      CloudTrail cuts long records (more than 100 KB), and the rules that a
        group is born with are in none. An earlier attempt at this event may
        have removed some.

    What to do next
      See in the event what was changed, and change it back by hand if it should
      not be so.
      To have such a change allowed, let an editor of web make it, or list the
      caller in tiers.web.editors, by a name under principals:
        ["arn:aws:iam::111122223333:role/Developer"]

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}
