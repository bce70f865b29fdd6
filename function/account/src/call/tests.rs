//! What EC2 makes of the calls that do not revoke; of those that do, the tests of the ports tell.

use tierguard::act::{AuthorizeError, RestoreError, SetGroupsError};
use tierguard::id::{InterfaceId, PrefixListId};

use crate::Account;
use crate::testing::{OURS, account_id, authorize, put_back, read, restore, rule, rules, set_groups};

const FILE: &str = r#"{"SecurityGroups": [
    {"GroupId": "sg-1", "GroupName": "web", "OwnerId": "111122223333", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
    {"GroupId": "sg-2", "OwnerId": "111122223333"}, {"GroupId": "sg-3", "OwnerId": "444455556666"}],
  "PrefixLists": [
    {"PrefixListId": "pl-1", "OwnerId": "111122223333", "Version": 4, "MaxEntries": 30, "Entries": [{"Cidr": "10.0.0.0/8"}],
     "Versions": [{"Version": 3, "Entries": [{"Cidr": "10.1.0.0/16"}]}]},
    {"PrefixListId": "pl-2", "Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "192.168.0.0/16"}]}],
  "NetworkInterfaces": [
    {"NetworkInterfaceId": "eni-1", "OwnerId": "111122223333", "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]},
    {"NetworkInterfaceId": "eni-2", "OwnerId": "111122223333", "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
     "RequesterManaged": true, "RequesterId": "amazon-elb"}]}"#;

fn account() -> Account {
    read(FILE)
}

/// Adds rules to `sg-1`, beside the one that it has; what becomes of the group, or the error, which changes nothing.
fn authorized(mut account: Account, group: &str, texts: &[&str]) -> Result<Vec<String>, AuthorizeError> {
    let added: Vec<_> = texts.iter().map(|text| rule(text)).collect();
    let before = account.clone();
    let answer = account.authorize(Some(&account_id(OURS)), &put_back(group, &added));
    assert_eq!(answer.is_err(), before == account, "{texts:?}");
    answer.map(|()| rules(&account, group))
}

#[test]
fn rules_are_added_as_new_ones() {
    let tls = "443/tcp from 0.0.0.0/0";
    for (added, expected) in [
        ("sgr-1 22/tcp from 10.0.0.0/8 # ssh", "22/tcp from 10.0.0.0/8 # ssh"),
        ("22/tcp from sg-2", "22/tcp from 111122223333/sg-2"),
        ("22/tcp from 444455556666/sg-9", "22/tcp from 444455556666/sg-9"),
        ("22/tcp from pl-9", "22/tcp from pl-9"),
    ] {
        assert_eq!(authorized(account(), "sg-1", &[added]), Ok(vec![expected.to_owned(), tls.to_owned()]));
    }
}

#[test]
fn one_refused_rule_keeps_all_others_away() {
    let ssh = "22/tcp from 10.0.0.0/8";
    for (group, texts, expected) in [
        ("sg-1", &[ssh, "443/tcp from 0.0.0.0/0"][..], AuthorizeError::Duplicate),
        ("sg-1", &[ssh, ssh], AuthorizeError::Duplicate),
        ("sg-9", &[ssh], AuthorizeError::GroupGone),
        ("sg-3", &[ssh], AuthorizeError::GroupGone),
    ] {
        assert_eq!(authorized(account(), group, texts), Err(expected), "{texts:?}");
    }
    for peer in ["sg-9", "111122223333/sg-9", "nobody"] {
        let error = authorized(account(), "sg-1", &[ssh, &format!("22/tcp from {peer}")]).unwrap_err();
        assert!(error.to_string().starts_with("InvalidGroup.NotFound: "), "{error}");
    }
}

#[test]
fn a_learning_account_does_not_know_which_groups_there_are() {
    let mut account = Account::learning();
    account.apply(&authorize("sg-1", &[]));
    let added = authorized(account, "sg-1", &["22/tcp from sg-9"]);
    assert_eq!(added, Ok(vec!["22/tcp from sg-9".to_owned()]));
}

#[test]
fn a_group_has_room_for_sixty_rules_of_each_family_in_each_direction() {
    for (v4, v6, added, fits) in [
        // One rule of IPv4 is there beside these.
        (58, 60, "23/tcp from 10.0.0.0/8", true),
        (59, 0, "23/tcp from 10.0.0.0/8", false),
        (60, 59, "23/tcp from ::/0", true),
        (0, 60, "23/tcp from ::/0", false),
        (60, 60, "23/tcp to ::/0", true),
        (58, 59, "23/tcp from sg-2", true),
        (59, 0, "23/tcp from sg-2", false),
        (0, 60, "23/tcp from sg-2", false),
        // As many entries as it may have, or as it has.
        (29, 30, "23/tcp from pl-1", true),
        (30, 0, "23/tcp from pl-1", false),
        (0, 31, "23/tcp from pl-1", false),
        (57, 0, "23/tcp from pl-2", true),
        (58, 0, "23/tcp from pl-2", false),
    ] {
        let mut account = account();
        let v4 = (0..v4).map(|n| format!("22/tcp from 10.0.{n}.0/24"));
        let held: Vec<_> = v4.chain((0..v6).map(|n| format!("22/tcp from 2001:db8:{n}::/48"))).collect();
        account.apply(&authorize("sg-1", &held.iter().map(String::as_str).collect::<Vec<_>>()));
        let answer = authorized(account, "sg-1", &[added]).map(drop);
        assert_eq!(
            answer,
            if fits { Ok(()) } else { Err(AuthorizeError::NoRoom) },
            "{added} to {}",
            held.len()
        );
    }
}

/// What becomes of `pl-1`: its entries, or why they stay.
fn restored(caller: &str, to: i64, from: i64) -> Result<String, RestoreError> {
    let (mut account, before) = (account(), account());
    let answer = account.restore_list(Some(&account_id(caller)), &restore(to, from));
    assert_eq!(answer.is_err(), before == account);
    let entries = account.entries_of(&PrefixListId::new("pl-1").unwrap()).unwrap();
    answer.map(|()| entries.networks()[0].to_string())
}

#[test]
fn a_list_is_put_back_by_its_owner_if_nobody_has_changed_it() {
    assert_eq!(restored(OURS, 3, 4), Ok("10.1.0.0/16".to_owned()));
    assert_eq!(restored(OURS, 2, 3), Err(RestoreError::Changed));
    let errors = [restored(OURS, 2, 4), restored("444455556666", 3, 4)].map(|answer| answer.unwrap_err());
    insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"), @"
    the prefix list pl-1 has no version 2
    the prefix list pl-1 belongs to somebody else
    ");
}

#[test]
fn a_list_of_aws_or_one_that_is_not_there_is_not_put_back() {
    let read = |text: &str| Account::from_json("account.json", text).unwrap();
    let mut aws = read(r#"{"PrefixLists": [{"PrefixListId": "pl-1", "OwnerId": "AWS", "Entries": []}]}"#);
    let error = aws.restore_list(None, &restore(1, 1)).unwrap_err();
    assert!(matches!(error, RestoreError::Failed(_)));
    assert_eq!(read("{}").restore_list(None, &restore(1, 2)), Err(RestoreError::Changed));
}

#[test]
fn a_list_that_was_put_back_has_a_new_version() {
    let mut account = account();
    account.restore_list(None, &restore(3, 4)).unwrap();
    account.restore_list(None, &restore(4, 5)).unwrap();
    assert_eq!(account.restore_list(None, &restore(4, 5)), Err(RestoreError::Changed));
    insta::assert_snapshot!(account.to_json()["PrefixLists"][0], @r#"{"Entries":[{"Cidr":"10.0.0.0/8"}],"MaxEntries":30,"OwnerId":"111122223333","PrefixListId":"pl-1","Version":6,"Versions":[{"Entries":[{"Cidr":"10.1.0.0/16"}],"Version":3},{"Entries":[{"Cidr":"10.0.0.0/8"}],"Version":4},{"Entries":[{"Cidr":"10.1.0.0/16"}],"Version":5}]}"#);
}

/// What becomes of the groups of an interface, or why they stay.
fn detached(caller: &str, interface: &str, stay: &[&str]) -> Result<usize, SetGroupsError> {
    let (mut account, before) = (account(), account());
    let id = InterfaceId::new(interface).unwrap();
    let known = before.interfaces().next().unwrap().clone();
    let call = set_groups(&tierguard::interface::Interface { id: id.clone(), ..known }, stay);
    let answer = account.set_groups(Some(&account_id(caller)), &call);
    assert_eq!(answer.is_err(), before == account);
    answer.map(|()| account.interfaces().find(|found| found.id == id).unwrap().groups.len())
}

#[test]
fn an_interface_gets_the_groups_that_are_there() {
    assert_eq!(detached(OURS, "eni-1", &["sg-2"]), Ok(1));
    assert_eq!(detached(OURS, "eni-9", &["sg-2"]), Err(SetGroupsError::InterfaceGone));
    assert_eq!(detached("444455556666", "eni-1", &["sg-2"]), Err(SetGroupsError::InterfaceGone));
    let errors = [detached(OURS, "eni-2", &["sg-2"]), detached(OURS, "eni-1", &["sg-2", "sg-9"])];
    let errors = errors.map(|answer| answer.unwrap_err().to_string());
    insta::assert_snapshot!(errors.join("\n"), @"
    OperationNotPermitted: The network interface 'eni-2' is managed by amazon-elb
    InvalidGroup.NotFound: The security group 'sg-9' does not exist
    ");
}
