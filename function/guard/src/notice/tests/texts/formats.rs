//! One notice in all of its forms.

use insta::assert_snapshot;
use serde_json::json;

use crate::notice::Notice;
use crate::notice::tests::read_chat;
use crate::notice::tests::samples::{Account, GROUP, authorize, handle, notice, policy, ssh, tcp};

#[test]
fn nobody_is_named() {
    let mut event = ssh();
    for key in ["userIdentity", "sourceIPAddress", "userAgent", "eventTime", "eventID"] {
        event.as_object_mut().unwrap().remove(key);
    }
    let notice = notice(policy(), &Account::new("web"), &event);
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and
      has been removed.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        described as "temporary access"

    Why it is forbidden
      web allows 80/tcp, 443/tcp from anywhere

    Who did it
      not known: the record names no caller
      by AuthorizeSecurityGroupIngress
      in account 111122223333, in Region eu-west-1

    What was done
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    "#);
    assert_snapshot!(read_chat(&notice), @r#"
    # CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
    *What was opened*
    - `22/tcp from 0.0.0.0/0` (`sgr-00000000000000000`): removed
        - described as `temporary access`

    *Why it is forbidden*
    - `web allows 80/tcp, 443/tcp from anywhere`

    *Who did it*
    - not known: the record names no caller
    - by `AuthorizeSecurityGroupIngress`
    - in account `111122223333`, in Region `eu-west-1`

    *What was done*
    - RevokeSecurityGroupIngress, 1 rule: removed

    *Look closer*
    - Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718

    > To have it allowed, add to `tiers.web.ingress` in the policy:
      `- { allow: 22/tcp, from: 0.0.0.0/0 }`
    keywords: ["tierguard","violation","closed","web"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
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
fn silence_where_nobody_needs_to_know() {
    let fine = authorize(&[tcp(443, 443, "0.0.0.0/0", "TLS")]);
    let mut failed = ssh();
    failed["errorCode"] = json!("Client.UnauthorizedOperation");
    let mut own = authorize(&[tcp(443, 443, "0.0.0.0/0", "TLS")]);
    own["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] =
        json!("arn:aws:iam::111122223333:role/tierguard");
    for event in [fine, failed, own] {
        assert_eq!(Notice::of(&handle(policy(), &Account::new("web"), &event)), None, "{event}");
    }
}

#[test]
fn machines_get_the_report_and_more() {
    let notice = notice(policy(), &Account::new("web"), &ssh());
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    assert_eq!(machine["verdict"], "violation");
    assert_eq!(machine["findings"][0]["rule"]["CidrIpv4"], "0.0.0.0/0");
    assert_snapshot!(format!("{:#}", machine["notice"]), @r#"
    {
      "causes": [],
      "door": "closed",
      "event_url": "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301",
      "group_name": "web",
      "group_url": "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718",
      "groups": [
        {
          "id": "sg-0a1b2c3d4e5f60718",
          "name": "web"
        }
      ],
      "handled_at": "2026-03-14T09:27:05Z",
      "headline": "CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and has been removed.",
      "invoked_by": null,
      "omitted": {
        "action_rules": 0,
        "actions": 0,
        "findings": 0,
        "groups": 0,
        "tiers": 0,
        "unsettled": 0
      },
      "outcome": "done",
      "retried": false,
      "role": "arn:aws:iam::111122223333:role/Developer",
      "seconds": 12,
      "source_ip": "203.0.113.77",
      "unsettled": [],
      "user_agent": "aws-cli/2.15.30 md/prompt#off"
    }
    "#);
}

#[test]
fn a_variant_for_each_protocol() {
    let notice = notice(policy(), &Account::new("web"), &ssh());
    let message: serde_json::Value = serde_json::from_str(&notice.message()).unwrap();
    for (protocol, text) in [
        ("default", notice.email()),
        ("email", notice.email()),
        ("sms", notice.sms()),
        ("https", notice.chat()),
        ("http", notice.machine()),
        ("sqs", notice.machine()),
        ("lambda", notice.machine()),
        ("firehose", notice.machine()),
    ] {
        assert_eq!(message[protocol], text, "{protocol}");
    }
}

#[test]
fn attributes_for_filter_policies() {
    let shown = |notice: &Notice| {
        let lines =
            notice.attributes().map(|each| format!("{} {} {}", each.name(), each.data_type(), each.value()));
        lines.collect::<Vec<_>>().join("\n")
    };
    let event = authorize(&[tcp(22, 22, "0.0.0.0/0", "a")]);
    assert_snapshot!(shown(&notice(policy(), &Account::new("web-edge"), &event)), @r#"
    verdict String violation
    outcome String done
    tier String.Array ["web","edge"]
    account String 111122223333
    region String eu-west-1
    "#);
    let mut event = ssh();
    event["requestParameters"] = json!({"groupId": GROUP, "ipPermissions": 7});
    event["responseElements"] = json!(null);
    event.as_object_mut().unwrap().remove("awsRegion");
    assert_snapshot!(shown(&notice(policy(), &Account::new("web"), &event)), @"
    verdict String undecidable
    account String 111122223333
    ");
}

#[test]
fn links_by_partition() {
    let link = |region: &str| {
        let mut event = ssh();
        event["awsRegion"] = json!(region);
        let notice = notice(policy(), &Account::new("web"), &event);
        let links = notice.email().lines().filter(|line| line.contains("https://"));
        links.map(str::trim).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(link("eu-west-1"), @r"
    Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    ");
    assert_snapshot!(link("cn-north-1"), @r"
    Group: https://cn-north-1.console.amazonaws.cn/ec2/home?region=cn-north-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    Event: https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    ");
    assert_snapshot!(link("us-gov-west-1"), @r"
    Group: https://us-gov-west-1.console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
    Event: https://us-gov-west-1.console.amazonaws-us-gov.com/cloudtrailv2/home?region=us-gov-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    ");
    assert_eq!(link("us-iso-east-1"), "");
    assert_eq!(link("evil.example/?x=eu-west-1"), "");
}
