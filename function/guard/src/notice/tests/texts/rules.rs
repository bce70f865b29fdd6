//! Rules that are forbidden, and what became of them.

use insta::assert_snapshot;

use crate::act::{CallError, RevokeError, Revoked};
use crate::notice::tests::read_chat;
use crate::notice::tests::samples::{Account, authorize, notice, policy, policy_with, ssh, tcp};
use crate::policy::{Mode, OnViolation};

#[test]
fn a_rule_that_was_removed() {
    let notice = notice(policy(), &Account::new("web"), &ssh());
    assert_snapshot!(notice.subject(), @"CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.sms(), @"CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and
      has been removed.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        described as "temporary access"

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
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): removed
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: removed

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
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
      "summary": "CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and has been removed.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn several_rules_in_two_tiers() {
    let event = authorize(&[
        tcp(80, 80, "0.0.0.0/0", "http"),
        tcp(0, 65535, "0.0.0.0/0", "all of it"),
        tcp(443, 443, "2001:db8::/32", "fine"),
        tcp(3389, 3389, "2001:db8::/32", ""),
    ]);
    let notice = notice(policy(), &Account::new("web-edge"), &event);
    assert_snapshot!(notice.subject(), @"CLOSED: 3 rules on web-edge (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 3 forbidden rules were opened on web-edge (sg-0a1b2c3d4e5f60718) and
      have been removed.

    What was opened
      80/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        described as "http"
      all/tcp from 0.0.0.0/0 (sgr-00000000000000001): removed
        forbidden of it by web: 0-79/tcp from 0.0.0.0/0, 81-442/tcp from
          0.0.0.0/0, 444-65535/tcp from 0.0.0.0/0
        forbidden of it by edge: 0-442/tcp from 0.0.0.0/0, 444-65535/tcp from
          0.0.0.0/0
        described as "all of it"
      3389/tcp from 2001:db8::/32 (sgr-00000000000000003): removed

    Why it is forbidden
      edge allows 443/tcp from anywhere
      web allows 80/tcp, 443/tcp from anywhere
      The group is in the tiers web, edge: each of them must allow a rule.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      RevokeSecurityGroupIngress, 3 rules: removed

    What to do next
      To have it allowed, add to tiers.edge.ingress in the policy:
        - { allow: 80/tcp, from: 0.0.0.0/0 }
        - { allow: all/tcp, from: 0.0.0.0/0 }
        - { allow: 3389/tcp, from: "2001:db8::/32" }
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: all/tcp, from: 0.0.0.0/0 }
        - { allow: 3389/tcp, from: "2001:db8::/32" }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # CLOSED: 3 rules on web-edge (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `80/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): removed
        - described as `http`
    - `all/tcp from 0.0.0.0/0` (`sgr-00000000000000001`): removed
        - forbidden of it by `web`: `0-79/tcp from 0.0.0.0/0`, `81-442/tcp from 0.0.0.0/0`, `444-65535/tcp from 0.0.0.0/0`
        - forbidden of it by `edge`: `0-442/tcp from 0.0.0.0/0`, `444-65535/tcp from 0.0.0.0/0`
        - described as `all of it`
    - `3389/tcp from 2001:db8::/32` (`sgr-00000000000000003`): removed

    *Why it is forbidden*
    - `edge allows 443/tcp from anywhere`
    - `web allows 80/tcp, 443/tcp from anywhere`
    - The group is in the tiers `web`, `edge`: each of them must allow a rule.

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 3 rules: removed

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > To have it allowed, add to `tiers.edge.ingress` in the policy:
      `- { allow: 80/tcp, from: 0.0.0.0/0 }`
      `- { allow: all/tcp, from: 0.0.0.0/0 }`
      `- { allow: 3389/tcp, from: "2001:db8::/32" }`
    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: all/tcp, from: 0.0.0.0/0 }`
      `- { allow: 3389/tcp, from: "2001:db8::/32" }`
    keywords: ["tierguard","violation","closed","web","edge"]
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
      "summary": "CLOSED: 3 forbidden rules were opened on web-edge (sg-0a1b2c3d4e5f60718) and have been removed.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn observe_mode() {
    let notice = notice(policy_with(Mode::Observe, OnViolation::Revoke), &Account::new("web"), &ssh());
    assert_snapshot!(notice.subject(), @"OPEN (observe mode): 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    OPEN (observe mode): 22/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and would have been removed.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): open
        described as "temporary access"

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
      RevokeSecurityGroupIngress, 1 rule: not called, because the policy is in
        observe mode

    What to do next
      If it should not be open, remove it:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # OPEN (observe mode): 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): open
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: not called, because the policy is in observe mode

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > If it should not be open, remove it:
      `aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000`
    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
    keywords: ["tierguard","violation","open","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "open",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-violation",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "OPEN (observe mode): 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and would have been removed.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn notify_only() {
    let notice = notice(policy_with(Mode::Enforce, OnViolation::Notify), &Account::new("web"), &ssh());
    assert_snapshot!(notice.subject(), @"OPEN (notify only): 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    OPEN (notify only): 22/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and stays open: the policy says to notify only.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): open
        described as "temporary access"

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
      Nothing: the policy says to notify only.

    What to do next
      If it should not be open, remove it:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # OPEN (notify only): 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): open
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - Nothing: the policy says to notify only.

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > If it should not be open, remove it:
      `aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000`
    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
    keywords: ["tierguard","violation","open","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "open",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-violation",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "OPEN (notify only): 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and stays open: the policy says to notify only.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn a_failure_that_stays() {
    let account = Account::new("web").failing("You are not authorized to perform this operation.", false);
    let notice = notice(policy(), &account, &ssh());
    assert_snapshot!(notice.subject(), @"STILL OPEN: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    STILL OPEN: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718)
      and could not be removed: You are not authorized to perform this
      operation.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): STILL OPEN
        described as "temporary access"

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
      RevokeSecurityGroupIngress, 1 rule: failed: You are not authorized to
        perform this operation.

    What to do next
      Remove by hand what is still open; the guard does not try again:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # STILL OPEN: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): STILL OPEN
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: failed: `You are not authorized to perform this operation.`

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > Remove by hand what is still open; the guard does not try again:
      `aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000`
    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
    keywords: ["tierguard","violation","still-open","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "still-open",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-violation",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "STILL OPEN: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and could not be removed: You are not authorized to perform this operation.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn a_failure_that_may_pass() {
    let notice = notice(policy(), &Account::new("web").failing("Request limit exceeded.", true), &ssh());
    assert_snapshot!(notice.email(), @r#"
    STILL OPEN: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718)
      and could not be removed: Request limit exceeded.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): STILL OPEN
        described as "temporary access"

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
      RevokeSecurityGroupIngress, 1 rule: failed: Request limit exceeded.
      The cause may pass: the guard tries again within an hour, and tells how
        that went.

    What to do next
      If no further message comes, remove by hand what is still open:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # STILL OPEN: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): STILL OPEN
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: failed: `Request limit exceeded.`
    - The cause may pass: the guard tries again within an hour, and tells how that went.

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > If no further message comes, remove by hand what is still open:
      `aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000`
    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
    keywords: ["tierguard","violation","still-open","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "still-open",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-violation",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "STILL OPEN: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and could not be removed: Request limit exceeded.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn a_rule_that_was_already_gone() {
    let account = Account::new("web").revoking(|_| Err(RevokeError::NotThere));
    let notice = notice(policy(), &account, &ssh());
    assert_snapshot!(notice.subject(), @"CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and
      was already gone.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): already gone
        described as "temporary access"

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
      RevokeSecurityGroupIngress, 1 rule: already gone
      Already gone: somebody else removed it, or the guard itself did, in an
        earlier attempt whose message did not get through.

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): already gone
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: already gone
    - Already gone: somebody else removed it, or the guard itself did, in an earlier attempt whose message did not get through.

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
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
      "summary": "CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and was already gone.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn one_removed_and_one_already_gone() {
    let account = Account::new("web").revoking(|call| {
        let gone = call.rules().iter().take(1).map(|rule| rule.permission.clone());
        Ok(Revoked { unknown: gone.collect() })
    });
    let event = authorize(&[tcp(22, 22, "0.0.0.0/0", "a"), tcp(23, 23, "0.0.0.0/0", "b")]);
    assert_snapshot!(notice(policy(), &account, &event).email(), @r#"
    CLOSED: 2 forbidden rules were opened on web (sg-0a1b2c3d4e5f60718) and are
      gone now.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): already gone
        described as "a"
      23/tcp from 0.0.0.0/0 (sgr-00000000000000001): removed
        described as "b"

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
      RevokeSecurityGroupIngress, 1 rule: already gone
      RevokeSecurityGroupIngress, 1 rule: removed
      Already gone: somebody else removed it, or the guard itself did, in an
        earlier attempt whose message did not get through.

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }
        - { allow: 23/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn one_removed_and_one_that_failed() {
    let account = Account::new("web").revoking(|call| match call.rules() {
        [only] if only.description.as_deref() == Some("a") => Ok(Revoked::default()),
        [_] => Err(RevokeError::Failed(CallError {
            message: "Request limit exceeded.".to_owned(),
            retryable: true,
        })),
        _ => Err(RevokeError::NotThere),
    });
    let event = authorize(&[tcp(22, 22, "0.0.0.0/0", "a"), tcp(23, 23, "0.0.0.0/0", "b")]);
    assert_snapshot!(notice(policy(), &account, &event).email(), @r#"
    STILL OPEN: 1 of 2 forbidden rules opened on web (sg-0a1b2c3d4e5f60718)
      could not be removed: Request limit exceeded.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        described as "a"
      23/tcp from 0.0.0.0/0 (sgr-00000000000000001): STILL OPEN
        described as "b"

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
      RevokeSecurityGroupIngress, 1 rule: removed
      RevokeSecurityGroupIngress, 1 rule: failed: Request limit exceeded.
      The cause may pass: the guard tries again within an hour, and tells how
        that went.

    What to do next
      If no further message comes, remove by hand what is still open:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000001
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }
        - { allow: 23/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_deny_list() {
    let notice = notice(policy(), &Account::new("other"), &authorize(&[tcp(0, 1023, "0.0.0.0/0", "x")]));
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 0-1023/tcp from 0.0.0.0/0 was opened on other (sg-0a1b2c3d4e5f60718)
      and has been removed.

    What was opened
      0-1023/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        forbidden of it: 22/tcp from 0.0.0.0/0
        described as "x"

    Why it is forbidden
      elsewhere denies 22/tcp from internet

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      To have it allowed, name its peer under `except` of the policy entry that
      denies it, or put the group into a tier that allows it.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}
