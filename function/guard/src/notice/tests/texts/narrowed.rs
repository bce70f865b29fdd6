//! Rules that are narrowed to what is allowed of them.

use insta::assert_snapshot;

use super::brief;
use crate::act::{Action, CallError, Outcome, Target};
use crate::group::Rule;
use crate::judge::{Keep, Verdict};
use crate::notice::Notice;
use crate::notice::tests::samples::{Account, authorize, handle, network, policy_with, rule, tcp};
use crate::policy::{Mode, OnViolation};
use crate::respond::Handled;

/// A rule that is too wide, of which the judgement wants to `keep` something that was `added` so.
fn narrowed(mode: Mode, keep: &Keep, added: Option<Outcome>) -> Notice {
    let event = authorize(&[tcp(80, 443, "0.0.0.0/0", "the site")]);
    let mut handled = handle(policy_with(mode, OnViolation::Narrow), &Account::new("web"), &event);
    let Verdict::Violation(violation) = &mut handled.judgement.verdict else { panic!("it is too wide") };
    violation.findings.iter_mut().for_each(|finding| finding.keep = keep.clone());
    let parts = match keep {
        Keep::Parts(parts) => parts.clone(),
        Keep::Nothing | Keep::TooMany => Vec::new(),
    };
    let part = |permission| Rule { id: None, permission, description: None };
    let rules = parts.into_iter().map(part).collect();
    let target = Target::Rules { group: violation.findings[0].group.clone(), rules };
    let added = added.map(|outcome| Action { call: "AuthorizeSecurityGroupIngress", target, outcome });
    let removed = handled.actions.into_iter().filter(|action| !action.adds());
    let actions = added.into_iter().chain(removed).collect();
    Notice::of(&Handled { actions, ..handled }).unwrap()
}

fn parts() -> Keep {
    let part = |traffic| rule(0, traffic, network("0.0.0.0/0")).permission;
    Keep::Parts(vec![part("80/tcp"), part("443/tcp")])
}

#[test]
fn a_rule_that_was_narrowed() {
    assert_snapshot!(narrowed(Mode::Enforce, &parts(), Some(Outcome::Done)).email(), @r#"
    CLOSED: 80-443/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718)
      and has been narrowed to 80/tcp from 0.0.0.0/0, 443/tcp from 0.0.0.0/0.

    What was opened
      80-443/tcp from 0.0.0.0/0 (sgr-00000000000000000): narrowed
        what stays: 80/tcp from 0.0.0.0/0, 443/tcp from 0.0.0.0/0
        forbidden of it: 81-442/tcp from 0.0.0.0/0
        described as "the site"

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
      AuthorizeSecurityGroupIngress, 2 rules: added
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 80-443/tcp, from: 0.0.0.0/0 }

    Look closer
      Group: https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1b2c3d4e5f60718
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_rule_that_would_be_narrowed() {
    assert_snapshot!(brief(&narrowed(Mode::Observe, &parts(), Some(Outcome::Withheld))), @r#"
    OPEN (observe mode): 80-443/tcp from 0.0.0.0/0 was opened on web
      (sg-0a1b2c3d4e5f60718) and would have been narrowed to 80/tcp from
      0.0.0.0/0, 443/tcp from 0.0.0.0/0.

    What was opened
      80-443/tcp from 0.0.0.0/0 (sgr-00000000000000000): open
        would stay: 80/tcp from 0.0.0.0/0, 443/tcp from 0.0.0.0/0
        forbidden of it: 81-442/tcp from 0.0.0.0/0
        described as "the site"

    What was done
      AuthorizeSecurityGroupIngress, 2 rules: not called, because the policy is
        in observe mode
      RevokeSecurityGroupIngress, 1 rule: not called, because the policy is in
        observe mode

    What to do next
      If it should not be open, remove it:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000000
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 80-443/tcp, from: 0.0.0.0/0 }
    "#);
}

#[test]
fn what_is_allowed_does_not_fit() {
    assert_snapshot!(brief(&narrowed(Mode::Enforce, &Keep::TooMany, None)), @r#"
    CLOSED: 80-443/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718)
      and has been removed whole: the group has no room for the rules that would
      be left of it.

    What was opened
      80-443/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        what is allowed of it does not fit (60 rules in a direction), so nothing
          of it stays
        forbidden of it: 81-442/tcp from 0.0.0.0/0
        described as "the site"

    What was done
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      If web (sg-0a1b2c3d4e5f60718) needs what is allowed of it, add that by
      hand.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 80-443/tcp, from: 0.0.0.0/0 }
    "#);
    assert_snapshot!(brief(&narrowed(Mode::Enforce, &parts(), Some(Outcome::NoRoom))), @r#"
    CLOSED: 80-443/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718)
      and has been removed whole: the group has no room for the rules that would
      be left of it.

    What was opened
      80-443/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        what is allowed of it does not fit (60 rules in a direction), so nothing
          of it stays
        forbidden of it: 81-442/tcp from 0.0.0.0/0
        described as "the site"

    What was done
      AuthorizeSecurityGroupIngress, 2 rules: not added, because the group has
        no room for more rules
      RevokeSecurityGroupIngress, 1 rule: removed

    What to do next
      If web (sg-0a1b2c3d4e5f60718) needs what is allowed of it, add that by
      hand.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 80-443/tcp, from: 0.0.0.0/0 }
    "#);
}

#[test]
fn what_is_allowed_could_not_be_added() {
    let error = CallError { message: "Request limit exceeded.".to_owned(), retryable: true };
    assert_snapshot!(brief(&narrowed(Mode::Enforce, &parts(), Some(error.into()))), @r#"
    CLOSED: 80-443/tcp from 0.0.0.0/0 was opened on web (sg-0a1b2c3d4e5f60718)
      and has been removed whole: what is allowed of it could not be added.

    What was opened
      80-443/tcp from 0.0.0.0/0 (sgr-00000000000000000): removed
        what is allowed of it could not be added: Request limit exceeded.
        forbidden of it: 81-442/tcp from 0.0.0.0/0
        described as "the site"

    What was done
      AuthorizeSecurityGroupIngress, 2 rules: failed: Request limit exceeded.
      RevokeSecurityGroupIngress, 1 rule: removed
      The cause may pass: the guard tries again within an hour, and tells how
        that went.

    What to do next
      If web (sg-0a1b2c3d4e5f60718) needs what is allowed of it, add that by
      hand.
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 80-443/tcp, from: 0.0.0.0/0 }
    "#);
}
