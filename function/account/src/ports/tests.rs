//! What the ports answer, compared with what EC2 answers.

use futures_executor::block_on;
use tierguard::act::{Outcome, RevokeError};
use tierguard::change::{InterfaceKey, ListVersion};
use tierguard::group::Rule;
use tierguard::id::{GroupName, InstanceId, InterfaceId, PrefixListId};

use super::*;
use crate::testing::{OURS, account, account_id, group_id, read, remedy, revokes, rule, rules, twins};

/// One group in each VPC; the first VPC is the default.
const TWO: &str = r#"
    {"GroupId": "sg-1", "GroupName": "web", "OwnerId": "111122223333", "VpcId": "vpc-1", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
         "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "111122223333"}]}]},
    {"GroupId": "sg-2", "GroupName": "web", "OwnerId": "111122223333", "VpcId": "vpc-2", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
         "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "111122223333"}]}]}"#;

/// Revokes rules in one call, and compares the answer and what is left of the group.
fn check(group: &str, wanted: &[&str], expected: Result<&[&str], RevokeError>, left: &[&str]) {
    let ports = Ports::new(account(TWO)).calling_from(Some(account_id(OURS)));
    let wanted: Vec<_> = wanted.iter().map(|text| rule(text)).collect();
    let calls = revokes(group, &wanted);
    let [call] = calls.as_slice() else { panic!("one call: {calls:?}") };
    let answer = block_on(ports.revoke(call)).map(|revoked| revoked.unknown);
    let expected = expected.map(|unknown| unknown.iter().map(|text| rule(text).permission).collect());
    assert_eq!(answer, expected, "{wanted:?}");
    assert_eq!(rules(&ports.account(), group), left, "{wanted:?}");
}

const SSH: &str = "22/tcp from 10.0.0.0/8";
const SSH_FROM_APP: &str = "22/tcp from 111122223333/sg-2";

#[test]
fn what_is_there_is_revoked() {
    for group in ["sg-1", "sg-2"] {
        check(group, &[SSH], Ok(&[]), &[SSH_FROM_APP]);
        check(group, &[SSH, "22/tcp from 111122223333/sg-2"], Ok(&[]), &[]);
        check(group, &["22/tcp from sg-2"], Ok(&[]), &[SSH]);
        check(group, &["sgr-of-another-time 22/tcp from 10.0.0.0/8 # text"], Ok(&[]), &[SSH_FROM_APP]);
    }
}

/// What comes of revoking `wanted` by content from a group with the one rule `live`, in another VPC than the default.
fn revoked(live: &str, wanted: &str) -> Result<Revoked, RevokeError> {
    let mut account = account(r#"{"GroupId": "sg-1", "OwnerId": "111122223333", "VpcId": "vpc-2"}"#);
    account.apply(&crate::testing::authorize("sg-1", &[live]));
    let ports = Ports::new(account).calling_from(Some(account_id(OURS)));
    let answer = block_on(ports.revoke(&revokes("sg-1", &[rule(wanted)])[0]));
    assert_eq!(rules(&ports.account(), "sg-1").is_empty(), answer.is_ok(), "{live}, {wanted}");
    answer
}

#[test]
fn a_reference_without_an_account_is_to_a_group_of_the_caller() {
    let [nobodys, ours, theirs] =
        ["sg-9", "111122223333/sg-9", "444455556666/sg-9"].map(|peer| format!("all from {peer}"));
    // Neither a group that is not here nor one that is: here, sg-1 itself.
    for own in ["all from sg-1", "all from 111122223333/sg-1"] {
        assert_eq!(revoked("all from 444455556666/sg-1", own), Err(RevokeError::NotThere));
    }
    for (live, wanted, expected) in [
        (&nobodys, &nobodys, Ok(Revoked::default())),
        (&nobodys, &ours, Ok(Revoked::default())),
        (&nobodys, &theirs, Err(RevokeError::NotThere)),
        (&ours, &nobodys, Ok(Revoked::default())),
        (&theirs, &nobodys, Err(RevokeError::NotThere)),
        (&theirs, &ours, Err(RevokeError::NotThere)),
        (&theirs, &theirs, Ok(Revoked::default())),
    ] {
        assert_eq!(revoked(live, wanted), expected, "{live}, {wanted}");
    }
}

#[test]
fn the_default_vpc_tells_what_is_unknown_and_the_others_refuse() {
    check("sg-1", &[SSH, "80/tcp from ::/0"], Ok(&["80/tcp from ::/0"]), &[SSH_FROM_APP]);
    check("sg-2", &[SSH, "80/tcp from ::/0"], Err(RevokeError::NotThere), &[SSH, SSH_FROM_APP]);
}

#[test]
fn an_unknown_id_is_refused_everywhere() {
    for group in ["sg-1", "sg-2"] {
        check(group, &["sgr-9 22/tcp from sg-2"], Err(RevokeError::NotThere), &[SSH, SSH_FROM_APP]);
    }
}

#[test]
fn a_known_id_is_revoked_in_its_direction() {
    let ports = Ports::new(account(TWO));
    let mut known = ports.account().rules_of(&group_id("sg-1"));
    known.retain(|known| known.permission.to_string() == SSH_FROM_APP);
    let id = known[0].id.clone();
    let named = |text| Rule { id: id.clone(), ..rule(text) };
    let revoke = |rule| block_on(ports.revoke(&revokes("sg-1", &[rule])[0]));
    assert_eq!(revoke(named("22/tcp to sg-2")), Err(RevokeError::NotThere));
    assert_eq!(revoke(named("22/tcp from sg-2")), Ok(Revoked::default()));
    assert_eq!(rules(&ports.account(), "sg-1"), [SSH]);
}

#[test]
fn a_group_that_is_not_there_is_gone() {
    check("sg-9", &[SSH], Err(RevokeError::GroupGone), &[]);
}

#[test]
fn a_caller_changes_only_its_own_groups() {
    let ports = Ports::new(twins("sg-1", [OURS, "444455556666"], &[SSH]));
    let other = ports.calling_from(Some(account_id("444455556666")));
    let stranger = ports.calling_from(Some(account_id("777788889999")));
    let call = &revokes("sg-1", &[rule(SSH)])[0];
    assert_eq!(block_on(stranger.revoke(call)), Err(RevokeError::GroupGone));
    assert_eq!(block_on(other.revoke(call)), Ok(Revoked::default()));
    let account = ports.account();
    let left = [OURS, "444455556666"]
        .map(|owner| account.rules_seen_from(Some(&account_id(owner)), &group_id("sg-1")).len());
    assert_eq!(left, [1, 0]);
}

#[test]
fn the_guard_understands_the_answers() {
    for group in ["sg-1", "sg-2"] {
        let ports = Ports::new(account(TWO));
        let actions =
            block_on(tierguard::act::act(&remedy(group, &[rule(SSH), rule("80/tcp from ::/0")]), &ports));
        let outcomes: Vec<_> = actions
            .iter()
            .map(|action| (action.rules()[0].permission.to_string(), &action.outcome))
            .collect();
        let expected = [(SSH, &Outcome::Done), ("80/tcp from ::/0", &Outcome::AlreadyGone)];
        assert_eq!(outcomes, expected.map(|(rule, outcome)| (rule.to_owned(), outcome)));
    }
}

#[test]
fn questions_are_answered_from_the_account_of_the_event() {
    let ports = Ports::new(account(TWO));
    let questions = |account: Option<&str>| Questions {
        account: account.map(account_id),
        groups: [group_id("sg-1"), group_id("sg-9")].into(),
        named: [GroupName::new("web"), GroupName::new("app")].into(),
        rules_of: [group_id("sg-2")].into(),
        ..Questions::default()
    };
    let counts = |account: Option<&str>| {
        let answers = block_on(ports.look(&questions(account)));
        let lengths = [answers.groups.unwrap().len(), answers.named.unwrap().len()];
        (lengths, answers.rules[&group_id("sg-2")].as_ref().unwrap().len())
    };
    assert_eq!(counts(Some(OURS)), ([1, 1], 2));
    assert_eq!(counts(None), ([1, 1], 2));
    assert_eq!(counts(Some("444455556666")), ([0, 0], 0));
    assert_eq!(block_on(ports.look(&Questions::default())), Answers::default());
}

#[test]
fn a_prefix_list_is_its_entries_or_an_error() {
    let text = r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": [{"Cidr": "10.0.0.0/8"}]}]}"#;
    let ports = Ports::new(Account::from_json("account.json", text).unwrap());
    let [one, two] = ["pl-1", "pl-2"].map(|id| PrefixListId::new(id).unwrap());
    let prefix_lists = [one.clone(), two.clone()].into();
    let answers = block_on(ports.look(&Questions { prefix_lists, ..Questions::default() }));
    let network: tierguard::network::Network = "10.0.0.0/8".parse().unwrap();
    assert_eq!(answers.prefix_lists[&one], Ok(network.into()));
    insta::assert_snapshot!(answers.prefix_lists[&two].as_ref().unwrap_err(), @"GetManagedPrefixListEntries failed: the account file has no list pl-2 among its `PrefixLists`: add it, with what `aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-2` prints as its `Entries`");
    assert!(!answers.prefix_lists[&two].as_ref().unwrap_err().retryable);
}

/// A list of ours in its second version, one of AWS, and one of which nothing but its entries is known.
const LISTS: &str = r#"{
    "SecurityGroups": [
        {"GroupId": "sg-1", "OwnerId": "111122223333", "IpPermissions": [
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}]},
        {"GroupId": "sg-2", "OwnerId": "111122223333", "IpPermissionsEgress": [
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}, {"PrefixListId": "pl-2"}]}]},
        {"GroupId": "sg-3", "OwnerId": "444455556666", "IpPermissions": [
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}]}],
    "PrefixLists": [
        {"PrefixListId": "pl-1", "OwnerId": "111122223333", "Version": 2, "MaxEntries": 9,
         "Entries": [{"Cidr": "10.0.0.0/8"}], "Versions": [{"Version": 1, "Entries": [{"Cidr": "10.1.0.0/16"}]}]},
        {"PrefixListId": "pl-2", "OwnerId": "AWS", "Entries": []},
        {"PrefixListId": "pl-3", "Entries": []}],
    "NetworkInterfaces": [
        {"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1"}],
         "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}},
        {"NetworkInterfaceId": "eni-2", "OwnerId": "444455556666", "Groups": [{"GroupId": "sg-3"}],
         "Attachment": {"InstanceId": "i-2", "DeviceIndex": 1}}]}"#;

fn answers(questions: &Questions) -> Answers {
    block_on(Ports::new(read(LISTS)).look(questions))
}

#[test]
fn the_users_of_a_list_are_those_that_the_account_sees() {
    for (account, list, expected) in [
        (Some(OURS), "pl-1", &["sg-1", "sg-2"][..]),
        (Some("444455556666"), "pl-1", &["sg-3"]),
        (None, "pl-1", &["sg-1", "sg-2", "sg-3"]),
        (None, "pl-2", &["sg-2"]),
        (None, "pl-9", &[]),
    ] {
        let users_of = PrefixListId::new(list).ok();
        let users =
            answers(&Questions { account: account.map(account_id), users_of, ..Questions::default() }).users;
        let users: Vec<_> = users.unwrap().into_iter().map(|group| group.id).collect();
        assert_eq!(users, expected.iter().map(|id| group_id(id)).collect::<Vec<_>>(), "{account:?}, {list}");
    }
}

#[test]
fn a_group_whose_rules_nobody_knows_may_use_any_list() {
    let direction = tierguard::permission::Direction::Ingress;
    let rules = tierguard::change::Told::Cut;
    let mut account = Account::learning();
    account
        .apply(&crate::testing::change("sg-1", tierguard::change::GroupEdit::Authorize { direction, rules }));
    let users_of = PrefixListId::new("pl-1").ok();
    let answers = block_on(Ports::new(account).look(&Questions { users_of, ..Questions::default() }));
    assert_eq!(answers.users.unwrap().len(), 1);
}

#[test]
fn a_list_has_an_owner_a_version_and_former_entries() {
    let lists = ["pl-1", "pl-2", "pl-3", "pl-4"].map(|id| PrefixListId::new(id).unwrap());
    let account = Some(account_id(OURS));
    let states =
        answers(&Questions { account, list_states: lists.into(), ..Questions::default() }).list_states;
    let in_words = |state: &Result<tierguard::look::ListState, LookUpError>| match state {
        Ok(tierguard::look::ListState { owner, version, max_entries }) => {
            format!("{owner:?} {version:?} {max_entries:?}")
        }
        Err(error) => error.to_string(),
    };
    let states: Vec<_> = states.values().map(in_words).collect();
    let versions = [1, 2, 3].map(|version| {
        let entries_at = Some((PrefixListId::new("pl-1").unwrap(), ListVersion(version)));
        match answers(&Questions { entries_at, ..Questions::default() }).entries_before.unwrap() {
            Ok(entries) => entries.networks()[0].to_string(),
            Err(error) => error.to_string(),
        }
    });
    insta::assert_snapshot!([states, versions.to_vec()].concat().join("\n"), @"
    Some(AccountId(111122223333)) Some(ListVersion(2)) Some(9)
    None None None
    Some(AccountId(111122223333)) Some(ListVersion(1)) None
    DescribeManagedPrefixLists failed: the account file has no list pl-4 among its `PrefixLists`: add it, with what `aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-4` prints as its `Entries`
    10.1.0.0/16
    10.0.0.0/8
    GetManagedPrefixListEntries failed: nothing tells the entries of pl-1 in version 3
    ");
}

#[test]
fn an_interface_is_found_by_its_id_or_as_the_primary_one_of_its_instance() {
    let id = |text: &str| InterfaceKey::Id(InterfaceId::new(text).unwrap());
    let of = |text: &str| InterfaceKey::PrimaryOf(InstanceId::new(text).unwrap());
    for (account, keys, expected) in [
        (None, [id("eni-1"), of("i-1")], &["eni-1"][..]),
        (None, [id("eni-2"), of("i-2")], &["eni-2"]),
        (None, [of("i-2"), of("i-3")], &[]),
        (Some(account_id(OURS)), [id("eni-1"), id("eni-2")], &["eni-1"]),
    ] {
        let found =
            answers(&Questions { account, interfaces: keys.into(), ..Questions::default() }).interfaces;
        let found: Vec<_> = found.unwrap().into_iter().map(|interface| interface.id.to_string()).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn all_groups_are_those_that_the_caller_sees() {
    let ports = Ports::new(read(LISTS));
    for (caller, expected) in [(None, 3), (Some(OURS), 2), (Some("777788889999"), 0)] {
        let ports = ports.calling_from(caller.map(account_id));
        assert_eq!(block_on(ports.all_groups()).unwrap().len(), expected, "{caller:?}");
    }
}

#[test]
fn a_panic_elsewhere_is_survived() {
    let ports = Ports::new(account(TWO));
    let poisoner = ports.clone();
    let thread = std::thread::spawn(move || {
        let _guard = poisoner.shared.lock().unwrap();
        panic!("on purpose");
    });
    assert!(thread.join().is_err());
    assert!(ports.shared.is_poisoned());
    assert_eq!(rules(&ports.account(), "sg-1").len(), 2);
}
