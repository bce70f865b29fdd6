//! Several groups in one event: changes of tags, and of prefix lists.

use insta::assert_snapshot;

use super::brief;
use crate::act::{CallError, RestoreError};
use crate::change::{ChangeKind, ListChange, ListEdit, ListVersion, TagChange, TagEdit};
use crate::id::{AccountId, GroupId, PrefixListId};
use crate::look::ListState;
use crate::network::{AddressSet, Network};
use crate::notice::tests::samples::{
    Account, GROUP, group, handle_change, network, peers, policy, policy_with, published, rule,
};
use crate::permission::Peer;
use crate::policy::{Mode, OnViolation, Policy, Selector};

const OTHER: &str = "sg-0f1e2d3c4b5a69788";
const LIST: &str = "pl-0123456789abcdef0";

/// The policy, in which a tag decides about the other tier.
fn tagged() -> Policy {
    let mut policy = policy();
    let tags = [("tier".to_owned(), "edge".to_owned())].into();
    policy.tiers[1].groups = Selector { tags, ..Selector::default() };
    policy
}

fn tags() -> ChangeKind {
    let groups = [GROUP, OTHER].map(|id| GroupId::new(id).unwrap());
    let edit = TagEdit::Removed([("tier".to_owned(), None)].into());
    ChangeKind::Tags(TagChange { groups: groups.into(), edit })
}

fn account() -> Account {
    let rules = [rule(1, "22/tcp", network("0.0.0.0/0")), rule(2, "443/tcp", network("0.0.0.0/0"))];
    let other = vec![group(OTHER, "web-2")];
    Account::new("web").with_groups(other).with_rules(&[(GROUP, &rules), (OTHER, &rules)])
}

#[test]
fn tags_of_two_groups() {
    let account = account();
    let handled = handle_change(tagged(), &account, "CreateTags", tags());
    let notice = published(&account, &handled);
    assert_snapshot!(notice.subject(), @"CLOSED: 2 rules on 2 groups in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: 2 rules became forbidden on 2 groups by a change of tags and have
      been removed.

    What was opened
      22/tcp from 0.0.0.0/0 on web (sg-0a1b2c3d4e5f60718)
        (sgr-00000000000000001): removed
      22/tcp from 0.0.0.0/0 on web-2 (sg-0f1e2d3c4b5a69788)
        (sgr-00000000000000001): removed

    Why it is forbidden
      web allows 80/tcp, 443/tcp from anywhere

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by CreateTags
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      RevokeSecurityGroupIngress, 1 rule of web (sg-0a1b2c3d4e5f60718): removed
      RevokeSecurityGroupIngress, 1 rule of web-2 (sg-0f1e2d3c4b5a69788):
        removed
      No record tells in which tiers a group was before. An earlier attempt at
        this event may have removed rules, and nothing would show that now.

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 22/tcp, from: 0.0.0.0/0 }

    Look closer
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    assert_snapshot!(machine["notice"]["groups"], @r#"[{"id":"sg-0a1b2c3d4e5f60718","name":"web"},{"id":"sg-0f1e2d3c4b5a69788","name":"web-2"}]"#);
    let chat: serde_json::Value = serde_json::from_str(notice.chat()).unwrap();
    assert_snapshot!(chat["metadata"]["relatedResources"], @r#"["sg-0a1b2c3d4e5f60718","sg-0f1e2d3c4b5a69788"]"#);
}

#[test]
fn tags_and_nothing_is_forbidden() {
    let fine = [rule(2, "443/tcp", network("0.0.0.0/0"))];
    let account = account().with_rules(&[(GROUP, &fine), (OTHER, &fine)]);
    let handled = handle_change(tagged(), &account, "CreateTags", tags());
    assert_snapshot!(published(&account, &handled).email(), @r#"
    CHECKED: tags of 2 groups were changed, so all live rules were judged by the
      tiers of now. None is forbidden now.

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by CreateTags
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      Nothing now. No record tells in which tiers a group was before. An earlier
        attempt at this event may have removed rules, and nothing would show
        that now.

    What to do next
      If rules are missing, look for this event in the guard's log: it has a
      line for each attempt.

    Look closer
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

/// A list that was widened, and two groups that use it.
fn list() -> Account {
    let id = PrefixListId::new(LIST).unwrap();
    let rules = [rule(1, "443/tcp", Peer::PrefixList(id.clone()))];
    let mut account = account().with_rules(&[(GROUP, &rules), (OTHER, &rules)]);
    let set = |network: &str| AddressSet::from(network.parse::<Network>().unwrap());
    account.answers.users = Ok(vec![account.group.clone(), group(OTHER, "web-2")]);
    account.answers.prefix_lists = [(id.clone(), Ok(set("0.0.0.0/0")))].into();
    account.answers.entries_before = Some(Ok(set("203.0.113.0/24")));
    let owner = Some(AccountId::new("111122223333").unwrap());
    let state = ListState { owner, version: Some(ListVersion(4)), max_entries: Some(10) };
    account.answers.list_states = [(id, Ok(state))].into();
    account
}

fn widened() -> ChangeKind {
    let edit = ListEdit::Entries { added: vec!["0.0.0.0/0".parse().unwrap()], removed: Vec::new() };
    let list = PrefixListId::new(LIST).unwrap();
    ChangeKind::PrefixList(ListChange { list, before: Some(ListVersion(3)), edit })
}

/// The policy, whose tiers let in no more than one network.
fn from_office(mut policy: Policy) -> Policy {
    for allow in policy.tiers.iter_mut().flat_map(|tier| tier.allows.ingress.iter_mut().flatten()) {
        allow.peers = peers(&["203.0.113.0/24"]);
        "443/tcp from 203.0.113.0/24".clone_into(&mut allow.words);
    }
    policy
}

#[test]
fn a_prefix_list_that_was_put_back() {
    let account = list();
    let handled = handle_change(from_office(policy()), &account, "ModifyManagedPrefixList", widened());
    let notice = published(&account, &handled);
    assert_snapshot!(notice.subject(), @"CLOSED: 2 rules on 2 groups in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @r#"
    CLOSED: pl-0123456789abcdef0 was changed, by which 2 rules became forbidden
      on 2 groups. It has been put back to version 3.

    What was opened
      443/tcp from pl-0123456789abcdef0 on web (sg-0a1b2c3d4e5f60718)
        (sgr-00000000000000001): right again
      443/tcp from pl-0123456789abcdef0 on web-2 (sg-0f1e2d3c4b5a69788)
        (sgr-00000000000000001): right again

    Why it is forbidden
      web allows 443/tcp from 203.0.113.0/24

    Who did it
      arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com
      from 203.0.113.77, with "aws-cli/2.15.30 md/prompt#off"
      by ModifyManagedPrefixList
      event 3f2504e0-4f89-41d3-9a0c-0305e82c3301
      at 2026-03-14T09:26:53Z; the guard answered 12 s later
      in account 111122223333, in Region eu-west-1

    What was done
      RestoreManagedPrefixListVersion, pl-0123456789abcdef0: put back

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 443/tcp, from: pl-0123456789abcdef0 }

    Look closer
      Event: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/3f2504e0-4f89-41d3-9a0c-0305e82c3301
    "#);
}

#[test]
fn a_prefix_list_that_would_be_put_back() {
    let account = list();
    let policy = from_office(policy_with(Mode::Observe, OnViolation::Revoke));
    let handled = handle_change(policy, &account, "ModifyManagedPrefixList", widened());
    assert_snapshot!(brief(&published(&account, &handled)), @"
    OPEN (observe mode): pl-0123456789abcdef0 was changed, by which 2 rules
      became forbidden on 2 groups. It would have been put back to version 3.

    What was opened
      443/tcp from pl-0123456789abcdef0 on web (sg-0a1b2c3d4e5f60718)
        (sgr-00000000000000001): open
      443/tcp from pl-0123456789abcdef0 on web-2 (sg-0f1e2d3c4b5a69788)
        (sgr-00000000000000001): open

    What was done
      RestoreManagedPrefixListVersion, pl-0123456789abcdef0: not called, because
        the policy is in observe mode

    What to do next
      If the list should not be so, put it back:
        aws ec2 restore-managed-prefix-list-version --region eu-west-1 --prefix-list-id pl-0123456789abcdef0 --previous-version 3 --current-version 4
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 443/tcp, from: pl-0123456789abcdef0 }
    ");
}

#[test]
fn a_prefix_list_that_could_not_be_put_back() {
    let account = Account { restores: Err(RestoreError::Changed), ..list() };
    let handled = handle_change(from_office(policy()), &account, "ModifyManagedPrefixList", widened());
    assert_snapshot!(brief(&published(&account, &handled)), @"
    CLOSED: 2 rules became forbidden on 2 groups by a change of a prefix list
      and have been removed.

    What was opened
      443/tcp from pl-0123456789abcdef0 on web (sg-0a1b2c3d4e5f60718)
        (sgr-00000000000000001): removed
      443/tcp from pl-0123456789abcdef0 on web-2 (sg-0f1e2d3c4b5a69788)
        (sgr-00000000000000001): removed

    What was done
      RestoreManagedPrefixListVersion, pl-0123456789abcdef0: failed: the prefix
        list has been changed since
      RevokeSecurityGroupIngress, 1 rule of web (sg-0a1b2c3d4e5f60718): removed
      RevokeSecurityGroupIngress, 1 rule of web-2 (sg-0f1e2d3c4b5a69788):
        removed
      As the prefix list could not be put back, the rules that name it had to go
        instead.

    What to do next
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 443/tcp, from: pl-0123456789abcdef0 }
    ");

    let error = CallError { message: "not authorized".to_owned(), retryable: false };
    let account = Account { restores: Err(error.into()), ..list() }.failing("not authorized", false);
    let handled = handle_change(from_office(policy()), &account, "ModifyManagedPrefixList", widened());
    assert_snapshot!(brief(&published(&account, &handled)), @"
    STILL OPEN: 2 rules became forbidden on 2 groups by a change of a prefix
      list and could not be removed: not authorized

    What was opened
      443/tcp from pl-0123456789abcdef0 on web (sg-0a1b2c3d4e5f60718)
        (sgr-00000000000000001): STILL OPEN
      443/tcp from pl-0123456789abcdef0 on web-2 (sg-0f1e2d3c4b5a69788)
        (sgr-00000000000000001): STILL OPEN

    What was done
      RestoreManagedPrefixListVersion, pl-0123456789abcdef0: failed: not
        authorized
      RevokeSecurityGroupIngress, 1 rule of web (sg-0a1b2c3d4e5f60718): failed:
        not authorized
      RevokeSecurityGroupIngress, 1 rule of web-2 (sg-0f1e2d3c4b5a69788):
        failed: not authorized
      As the prefix list could not be put back, the rules that name it had to go
        instead.

    What to do next
      Remove by hand what is still open; the guard does not try again:
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids sgr-00000000000000001
        aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0f1e2d3c4b5a69788 --security-group-rule-ids sgr-00000000000000001
      To have it allowed, add to tiers.web.ingress in the policy:
        - { allow: 443/tcp, from: pl-0123456789abcdef0 }
    ");
}
