//! What could not be judged, or only by the live group.

use insta::assert_snapshot;
use serde_json::json;

use crate::look::LookUpError;
use crate::notice::tests::read_chat;
use crate::notice::tests::samples::{Account, GROUP, notice, policy, ssh};

/// The rule on a prefix list cannot be judged; the other one can.
#[test]
fn a_rule_that_could_not_be_judged() {
    let mut event = ssh();
    let list = json!({"ipProtocol": "tcp", "fromPort": 25, "toPort": 25, "prefixListIds": {"items": [{"prefixListId": "pl-0123456789abcdef0"}]}});
    event["requestParameters"]["ipPermissions"]["items"].as_array_mut().unwrap().push(list);
    event["responseElements"] = json!({"_return": true});
    assert_snapshot!(notice(policy(), &Account::new("web"), &event).email(), @r#"
    CLOSED (but 1 rule undecided): 22/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and has been removed.

    What was opened
      22/tcp from 0.0.0.0/0: removed
        described as "temporary access"

    What could not be judged, and stays as it is
      25/tcp from pl-0123456789abcdef0
        GetManagedPrefixListEntries failed: Request limit exceeded.

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
      The cause may pass: the guard tries again within an hour, and tells how
        that went.

    What to do next
      If no further message comes, look by hand at what could not be judged.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn malformed() {
    let mut event = ssh();
    event["requestParameters"]["ipPermissions"]["items"][0]["ipProtocol"] = json!("quic");
    event["responseElements"] = json!({"_return": true});
    let notice = notice(policy(), &Account::new("web"), &event);
    assert_snapshot!(notice.subject(), @"UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 could not
      be understood. Whatever it opened is open.

    Why it could not be judged
      rule 1 of requestParameters: unknown protocol `quic`

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing: the guard changes only what it has judged.

    What to do next
      Look at the event and at the group, and remove by hand what should not be
      there. If the event is genuine, it has a shape that the guard does not
      know: please report it.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718
    *Why it could not be judged*
    - `rule 1 of requestParameters: unknown protocol ˋquicˋ`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - Nothing: the guard changes only what it has judged.

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > Look at the event and at the group, and remove by hand what should not be there. If the event is genuine, it has a shape that the guard does not know: please report it.
    keywords: ["tierguard","undecidable","undecided"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "undecided",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-undecidable",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 could not be understood. Whatever it opened is open.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}

#[test]
fn truncated() {
    let mut event = ssh();
    event["requestParameters"] = json!({"groupName": "web", "omitted": true});
    event["responseElements"] = json!({"omitted": true});
    let notice = notice(policy(), &Account::new("web"), &event);
    assert_snapshot!(notice.subject(), @"UNDECIDED: AuthorizeSecurityGroupIngress on web in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    UNDECIDED: AuthorizeSecurityGroupIngress on web could not be judged: its
      record was cut. Whatever it opened is open.

    Why it could not be judged
      CloudTrail cut the record for its length (more than 100 KB), and what is
        left has no group id.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing: the guard changes only what it has judged.

    What to do next
      Find the group in the event, and remove by hand what should not be there.

    Look closer
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # UNDECIDED: AuthorizeSecurityGroupIngress on web
    *Why it could not be judged*
    - CloudTrail cut the record for its length (more than 100 KB), and what is left has no group id.

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - Nothing: the guard changes only what it has judged.

    *Look closer*
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > Find the group in the event, and remove by hand what should not be there.
    keywords: ["tierguard","undecidable","undecided"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "undecided",
        "event": "AuthorizeSecurityGroupIngress",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-undecidable",
      "summary": "UNDECIDED: AuthorizeSecurityGroupIngress on web could not be judged: its record was cut. Whatever it opened is open."
    }
    "#);
}

#[test]
fn cut_and_nothing_is_forbidden() {
    let mut event = ssh();
    event["requestParameters"] = json!({"groupId": GROUP, "omitted": true});
    event["responseElements"] = json!({"omitted": true});
    let notice = notice(policy(), &Account::new("web"), &event);
    assert_snapshot!(notice.subject(), @"UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 could not
      be judged. Whatever it opened is open.

    Why it could not be judged
      DescribeSecurityGroupRules failed: nothing is known of the rules of
        sg-0a1b2c3d4e5f60718

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing: the guard changes only what it has judged.

    What to do next
      Look at the group, and remove by hand what should not be there. If this
      keeps happening, see that the guard's role may make the call above.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_look_up_that_failed() {
    let message = "service error (503): Unavailable".to_owned();
    let failed = LookUpError { call: "DescribeSecurityGroups", message, retryable: true };
    let account = Account { looks: Err(failed), ..Account::new("web") };
    let notice = notice(policy(), &account, &ssh());
    assert_snapshot!(notice.subject(), @"UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 could not
      be judged. Whatever it opened is open.

    Why it could not be judged
      DescribeSecurityGroups failed: service error (503): Unavailable

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by AuthorizeSecurityGroupIngress
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing: the guard changes only what it has judged.
      The cause may pass: the guard tries again within an hour, and tells how
        that went.

    What to do next
      Look at the group, and remove by hand what should not be there. If this
      keeps happening, see that the guard's role may make the call above.

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718
    *Why it could not be judged*
    - `DescribeSecurityGroups failed: service error (503): Unavailable`

    *Who did it*
    - `arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com`
    - from `203.0.113.77`, with `aws-cli/2.15.30 md/prompt#off`
    - by `AuthorizeSecurityGroupIngress`
    - event `3f2504e0-4f89-41d3-9a0c-0305e82c3301`
    - at `2026-03-14T09:26:53Z`; the guard answered 12 s later
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - Nothing: the guard changes only what it has judged.
    - The cause may pass: the guard tries again within an hour, and tells how that went.

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    - Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301

    > Look at the group, and remove by hand what should not be there. If this keeps happening, see that the guard's role may make the call above.
    keywords: ["tierguard","undecidable","undecided"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "actor": "arn:aws:sts::111122223333:assumed-role/Developer/jane＠example.com",
        "door": "undecided",
        "event": "AuthorizeSecurityGroupIngress",
        "group": "sg-0a1b2c3d4e5f60718",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-undecidable",
      "relatedResources": [
        "sg-0a1b2c3d4e5f60718"
      ],
      "summary": "UNDECIDED: AuthorizeSecurityGroupIngress on sg-0a1b2c3d4e5f60718 could not be judged. Whatever it opened is open.",
      "threadId": "tierguard-111122223333-eu-west-1-sg-0a1b2c3d4e5f60718"
    }
    "#);
}
