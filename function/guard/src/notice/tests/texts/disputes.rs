//! What is undone again and again.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};

use crate::dispute::{Dispute, Disputes, Matter, Revert, Stage, Undone};
use crate::id::EventId;
use crate::notice::Notice;
use crate::notice::tests::samples::{Account, handle, now, policy, ssh};
use crate::tell::Standing;

const MATTER: &str = "22/tcp from 0.0.0.0/0";
const IAC: &str = "arn:aws:iam::111122223333:role/Terraform";

/// A rule that was removed each minute of the last `times`, and so stands at `stage`; people were told of the first
/// `told`.
fn standing(stage: Stage, times: i64, told: i64) -> Standing {
    let matters = BTreeSet::from([Matter::new(Undone::Removed, &MATTER)]);
    let mut dispute = Dispute::default();
    for n in 0..times {
        let at: Timestamp = now() - SignedDuration::from_mins(times - 1 - n);
        let by = if n == 1 { "arn:aws:iam::111122223333:user/kim" } else { IAC }.to_owned();
        let event = EventId::new(&format!("e-{n}")).ok();
        let _ = dispute.hear(&matters, &Revert { at, event, by }, Disputes::default());
        if n < told {
            dispute.tell(&matters, &dispute.clone(), at, Disputes::default());
        }
    }
    Standing {
        stage,
        bouts: dispute.bouts(&matters).cloned().collect(),
        within: Disputes::default().within,
        own: Some("arn:aws:iam::111122223333:role/tierguard".to_owned()),
    }
}

fn notice(standing: &Standing) -> Notice {
    let handled = handle(policy(), &Account::new("web"), &ssh());
    Notice::in_dispute(&handled, standing).unwrap()
}

#[test]
fn the_message_that_a_dispute_has_begun() {
    let notice = notice(&standing(Stage::Escalated, 5, 4));
    assert_snapshot!(notice.subject(), @"IN DISPUTE, CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    IN DISPUTE, CLOSED: the guard has removed the same rule 5 times, and it is
      added again each time. 22/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and has been removed.

    The two sides
      22/tcp from 0.0.0.0/0: removed 5 times since 2026-03-14T09:23:05Z
        added again by arn:aws:iam::111122223333:role/Terraform (4),
          arn:aws:iam::111122223333:user/kim (1)
        removed by the guard, arn:aws:iam::111122223333:role/tierguard
      From now on the guard undoes it as before, but tells the count once in 60
        min, and after each sweep.

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
      End it at its source: take it out of what makes it again (the caller
      above: an IaC run, a controller), or have the policy allow it. If nobody
      knows that caller, take its credentials away.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    let dispute = notice.attributes().find(|attribute| attribute.name() == "dispute");
    assert_eq!(dispute.map(crate::notice::Attribute::value), Some("escalated"));
}

#[test]
fn the_count_of_a_dispute() {
    let notice = notice(&standing(Stage::Digest, 40, 5));
    assert_snapshot!(notice.subject(), @"STILL IN DISPUTE, CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu...");
    assert_snapshot!(notice.sms(), @"STILL IN DISPUTE, CLOSED: 22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718) in 111122223333 eu-west-1");
    assert_snapshot!(super::brief(&notice), @r#"
    STILL IN DISPUTE, CLOSED: the guard has removed the same rule 40 times, and
      it is added again each time. 22/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and has been removed.

    What was opened
      22/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        described as "temporary access"

    What was done
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      End it at its source: take it out of what makes it again (the caller
      above: an IaC run, a controller), or have the policy allow it. If nobody
      knows that caller, take its credentials away.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }
    "#);
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&machine["notice"]["dispute"]).unwrap(), @r#"
    {
      "matters": [
        {
          "callers": {
            "arn:aws:iam::111122223333:role/Terraform": 39,
            "arn:aws:iam::111122223333:user/kim": 1
          },
          "others": 0,
          "since": "2026-03-14T08:48:05Z",
          "times": 40,
          "undone": "removed",
          "untold": 35,
          "what": "22/tcp from 0.0.0.0/0"
        }
      ],
      "stage": "digest"
    }
    "#);
    let chat: serde_json::Value = serde_json::from_str(notice.chat()).unwrap();
    assert_snapshot!(chat["content"]["description"].as_str().unwrap(), @"
    *The two sides*
    - `22/tcp from 0.0.0.0/0`: removed 40 times since `2026-03-14T08:48:05Z`
        - added again by `arn:aws:iam::111122223333:role/Terraform` (39), `arn:aws:iam::111122223333:user/kim` (1)
        - removed by the guard, `arn:aws:iam::111122223333:role/tierguard`
        - 34 earlier times without a message
    - The guard goes on undoing it, and tells the count once in 60 min, and after each sweep.

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
    ");
}

/// Beside another rule, or after a quiet time: an ordinary message, that does not leave out what was counted.
#[test]
fn what_was_counted_is_told_with_the_next_message() {
    assert_snapshot!(notice(&standing(Stage::Ordinary, 7, 5)).email(), @r#"
    CLOSED: 22/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718) and
      has been removed.

    The two sides
      22/tcp from 0.0.0.0/0: removed 7 times since 2026-03-14T09:21:05Z
        added again by arn:aws:iam::111122223333:role/Terraform (6),
          arn:aws:iam::111122223333:user/kim (1)
        removed by the guard, arn:aws:iam::111122223333:role/tierguard
        1 earlier time without a message

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
      End it at its source: take it out of what makes it again (the caller
      above: an IaC run, a controller), or have the policy allow it. If nobody
      knows that caller, take its credentials away.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}
