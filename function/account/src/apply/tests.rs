//! Each call, and what EC2 makes of it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tierguard::change::{Content, Event, GroupEdit, Modification, Told};
use tierguard::id::{GroupName, RuleId, VpcId};
use tierguard::permission::{Direction, Permission};

use super::*;
use crate::testing::{
    OURS, account, account_id, authorize, change, change_from, event_from, group_id, permission, read,
    revoke, rule_key, rules, twins,
};

const WEB: &str = r#"{"GroupId": "sg-1", "GroupName": "web", "OwnerId": "111122223333", "VpcId": "vpc-1",
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                       "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "TLS"}]}]}"#;

/// Applies changes to the account of the web group, and compares the group's rules.
fn check(changes: &[Change], expected: &[&str]) {
    let mut account = account(WEB);
    for change in changes {
        account.apply(change);
    }
    assert_eq!(rules(&account, "sg-1"), expected, "{changes:?}");
}

fn modify(group: &str, id: &str, content: &str, description: Option<&str>) -> Change {
    let Permission { traffic, peer, .. } = permission(content);
    let edit = Modification {
        id: RuleId::new(id).unwrap(),
        content: Content { traffic, peer },
        description: description.map(str::to_owned),
    };
    change(group, GroupEdit::Modify { rules: Told::Whole(vec![edit]) })
}

fn describe(group: &str, rule: &str, text: Option<&str>) -> Change {
    let descriptions = vec![(rule_key(rule), text.map(str::to_owned))];
    change(group, GroupEdit::Describe { direction: Direction::Ingress, descriptions })
}

fn create(group: &str, name: &str, vpc: Option<&str>) -> Change {
    let tags = BTreeMap::from([("tier".to_owned(), "web".to_owned())]);
    let vpc = vpc.map(|vpc| VpcId::new(vpc).unwrap());
    change(group, GroupEdit::Create { name: Some(GroupName::new(name)), vpc, tags })
}

#[test]
fn an_authorize_adds_its_rules() {
    let tls = "443/tcp from 0.0.0.0/0 # TLS";
    check(
        &[authorize("sg-1", &["sgr-1 22/tcp from 10.0.0.0/8 # ssh"])],
        &[tls, "sgr-1 22/tcp from 10.0.0.0/8 # ssh"],
    );
    check(
        &[authorize("sg-1", &["22/tcp from ::/0", "all to pl-1"])],
        &["22/tcp from ::/0", tls, "all to pl-1"],
    );
    check(&[authorize("web", &["22/tcp from ::/0"])], &["22/tcp from ::/0", tls]);
}

#[test]
fn an_authorize_of_what_is_there_says_what_it_is_called() {
    check(
        &[authorize("sg-1", &["sgr-1 443/tcp from 0.0.0.0/0 # web"])],
        &["sgr-1 443/tcp from 0.0.0.0/0 # web"],
    );
    // A rule id names one rule: what had it before is out of date.
    check(
        &[
            authorize("sg-1", &["sgr-1 443/tcp from 0.0.0.0/0"]),
            authorize("sg-1", &["sgr-1 80/tcp from 0.0.0.0/0"]),
        ],
        &["sgr-1 80/tcp from 0.0.0.0/0"],
    );
}

#[test]
fn of_rules_that_a_file_repeats_the_one_of_that_id_is_meant() {
    let mut account = account(
        r#"{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [
            {"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.0.0.0/8"}]}]}"#,
    );
    let described = |rule: Rule| Rule { description: rule.id.as_ref().map(ToString::to_string), ..rule };
    let repeated: Vec<_> = account.rules_of(&group_id("sg-1")).into_iter().map(described).collect();
    for rule in repeated.iter().rev() {
        let rules = Told::Whole(vec![rule.clone()]);
        account.apply(&change("sg-1", GroupEdit::Authorize { direction: Direction::Ingress, rules }));
    }
    assert_eq!(account.rules_of(&group_id("sg-1")), repeated);
}

#[test]
fn a_revoke_removes_by_content_or_by_id() {
    check(&[revoke("sg-1", &["443/tcp from 0.0.0.0/0"])], &[]);
    check(&[revoke("web", &["443/tcp from 0.0.0.0/0"])], &[]);
    check(
        &[revoke("sg-1", &["443/tcp to 0.0.0.0/0", "443/tcp from 0.0.0.0/1"])],
        &["443/tcp from 0.0.0.0/0 # TLS"],
    );
    check(&[authorize("sg-1", &["sgr-1 443/tcp from 0.0.0.0/0"]), revoke("sg-1", &["sgr-1"])], &[]);
}

#[test]
fn a_reference_without_an_account_is_to_the_own_account() {
    let added = |text| authorize("sg-1", &[text]);
    let removed = |text| revoke("sg-1", &["443/tcp from 0.0.0.0/0", text]);
    // EC2 adds the account and the id of a group that it knows.
    for told in ["80/tcp from sg-1", "80/tcp from 111122223333/sg-1", "80/tcp from web"] {
        check(
            &[added(told), revoke("sg-1", &["443/tcp from 0.0.0.0/0"])],
            &["80/tcp from 111122223333/sg-1"],
        );
        for named in ["80/tcp from sg-1", "80/tcp from 111122223333/sg-1", "80/tcp from web"] {
            check(&[added(told), removed(named)], &[]);
        }
        check(&[added(told), removed("80/tcp from 444455556666/sg-1")], &["80/tcp from 111122223333/sg-1"]);
    }
    // A group that is not here.
    check(&[added("80/tcp from sg-9"), removed("80/tcp from 111122223333/sg-9")], &[]);
    check(
        &[added("80/tcp from 444455556666/sg-9"), removed("80/tcp from sg-9")],
        &["80/tcp from 444455556666/sg-9"],
    );
}

#[test]
fn a_modify_keeps_id_and_direction() {
    let out = authorize("sg-1", &["sgr-1 53/udp to 10.0.0.2/32 # dns"]);
    let tls = "443/tcp from 0.0.0.0/0 # TLS";
    check(
        &[out.clone(), modify("sg-1", "sgr-1", "all from ::/0", Some("new"))],
        &[tls, "sgr-1 all to ::/0 # new"],
    );
    check(
        &[out.clone(), modify("sg-2", "sgr-1", "all from ::/0", None)],
        &[tls, "sgr-1 53/udp to 10.0.0.2/32 # dns"],
    );
    check(
        &[out, modify("sg-1", "sgr-2", "all from ::/0", None)],
        &[tls, "sgr-1 53/udp to 10.0.0.2/32 # dns"],
    );
    // What had this content before is out of date.
    check(
        &[
            authorize("sg-1", &["sgr-1 80/tcp from 0.0.0.0/0"]),
            modify("sg-1", "sgr-1", "443/tcp from 0.0.0.0/0", None),
        ],
        &["sgr-1 443/tcp from 0.0.0.0/0"],
    );
}

#[test]
fn a_modify_keeps_the_account_of_a_group() {
    let theirs = authorize("sg-1", &["sgr-1 80/tcp from 444455556666/sg-9"]);
    let tls = "443/tcp from 0.0.0.0/0 # TLS";
    for (told, expected) in [
        // The record names a group by its id alone.
        ("22/tcp from sg-9", "sgr-1 22/tcp from 444455556666/sg-9"),
        ("22/tcp from 777788889999/sg-9", "sgr-1 22/tcp from 777788889999/sg-9"),
        // Another group: one that is here has our account.
        ("22/tcp from sg-1", "sgr-1 22/tcp from 111122223333/sg-1"),
        ("22/tcp from sg-8", "sgr-1 22/tcp from sg-8"),
    ] {
        check(&[theirs.clone(), modify("sg-1", "sgr-1", told, None)], &[tls, expected]);
    }
    // That of the same id here is not meant.
    check(
        &[
            authorize("sg-1", &["sgr-1 80/tcp from 444455556666/sg-1"]),
            modify("sg-1", "sgr-1", "22/tcp from sg-1", None),
        ],
        &[tls, "sgr-1 22/tcp from 444455556666/sg-1"],
    );
}

#[test]
fn a_new_description_changes_nothing_else() {
    check(&[describe("sg-1", "443/tcp from 0.0.0.0/0", Some("all"))], &["443/tcp from 0.0.0.0/0 # all"]);
    check(&[describe("sg-1", "443/tcp from 0.0.0.0/0", None)], &["443/tcp from 0.0.0.0/0"]);
    check(&[describe("sg-1", "443/tcp from 0.0.0.0/1", Some("all"))], &["443/tcp from 0.0.0.0/0 # TLS"]);
    let named = authorize("sg-1", &["sgr-1 443/tcp from 0.0.0.0/0"]);
    check(&[named, describe("sg-1", "sgr-1", Some("all"))], &["sgr-1 443/tcp from 0.0.0.0/0 # all"]);
}

#[test]
fn what_was_cut_changes_nothing() {
    let direction = Direction::Ingress;
    for kind in [
        GroupEdit::Authorize { direction, rules: Told::Cut },
        GroupEdit::Revoke { direction, rules: Told::Cut, removed: Vec::new() },
        GroupEdit::Modify { rules: Told::Cut },
    ] {
        check(&[change("sg-1", kind)], &["443/tcp from 0.0.0.0/0 # TLS"]);
    }
}

#[test]
fn a_new_group_lets_everything_out() {
    let mut account = account(WEB);
    account.apply(&create("sg-2", "app", Some("vpc-2")));
    assert_eq!(rules(&account, "sg-2"), ["all to 0.0.0.0/0"]);
    let group = account.group(Some(&account_id(OURS)), &group_id("sg-2")).unwrap();
    assert_eq!(group.name, Some(GroupName::new("app")));
    assert_eq!(group.vpc, Some(VpcId::new("vpc-2").unwrap()));
    assert_eq!(group.owner, Some(account_id(OURS)));
    assert_eq!(group.tags, BTreeMap::from([("tier".to_owned(), "web".to_owned())]));

    account.apply(&create("sg-3", "in the default VPC", None));
    let group = account.group(None, &group_id("sg-3")).unwrap();
    assert_eq!(group.vpc, Some(VpcId::new("vpc-1").unwrap()));
}

#[test]
fn a_late_create_takes_nothing_back() {
    check(&[create("sg-1", "other", Some("vpc-2"))], &["443/tcp from 0.0.0.0/0 # TLS"]);
}

#[test]
fn a_delete_removes_the_group_and_its_rules() {
    let mut account = account(WEB);
    account.apply(&change_from("444455556666", "sg-1", GroupEdit::Delete));
    assert_eq!(account.groups().count(), 1);
    account.apply(&change("sg-1", GroupEdit::Delete));
    assert_eq!(account.groups().count(), 0);
    assert_eq!(account.rules_of(&group_id("sg-1")), []);
}

fn tagged(groups: &[&str], edit: TagEdit) -> Change {
    let groups = groups.iter().map(|group| group_id(group)).collect();
    event_from(OURS, ChangeKind::Tags(TagChange { groups, edit }))
}

/// `tier=web b=`, of one group, after it has been tagged so.
fn tags(account: &Account, group: &str) -> String {
    let tags = account.group(None, &group_id(group)).map(|group| group.tags.clone()).unwrap_or_default();
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn tags_are_set_and_removed() {
    let set = |tags: &[(&str, &str)]| {
        TagEdit::Set(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    };
    let removed = |tags: &[(&str, Option<&str>)]| {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
        TagEdit::Removed(tags.collect())
    };
    for (edits, expected) in [
        (vec![], "tier=web"),
        (vec![set(&[("tier", "db"), ("b", "")])], "b= tier=db"),
        (vec![set(&[("b", "1")]), removed(&[("tier", None)])], "b=1"),
        (vec![removed(&[("tier", Some("web"))])], ""),
        (vec![removed(&[("tier", Some("db")), ("c", None)])], "tier=web"),
        (vec![set(&[("b", "1")]), removed(&[])], ""),
    ] {
        let mut account = account(
            r#"{"GroupId": "sg-1", "OwnerId": "111122223333", "Tags": [{"Key": "tier", "Value": "web"}]},
               {"GroupId": "sg-2", "OwnerId": "444455556666"}"#,
        );
        for edit in &edits {
            account.apply(&tagged(&["sg-1", "sg-2", "sg-3"], edit.clone()));
        }
        assert_eq!(tags(&account, "sg-1"), expected, "{edits:?}");
        // Another account's group is not meant, and one that is not here stays unknown.
        assert_eq!((tags(&account, "sg-2").as_str(), account.groups().count()), ("", 2));
        assert_eq!(Account::from_json("again", &account.to_json().to_string()).unwrap(), account);
    }
    let mut learning = Account::learning();
    learning.apply(&tagged(&["sg-3"], set(&[("tier", "db")])));
    assert_eq!(tags(&learning, "sg-3"), "tier=db");
}

#[test]
fn to_be_usable_in_a_further_vpc_changes_no_rule() {
    check(&[change("sg-1", GroupEdit::Associate { vpc: None })], &["443/tcp from 0.0.0.0/0 # TLS"]);
}

#[test]
fn an_unknown_group_stays_unknown_unless_the_account_learns() {
    let changes = [
        authorize("sg-9", &["22/tcp from 0.0.0.0/0"]),
        authorize("nobody", &["22/tcp from 0.0.0.0/0"]),
        revoke("sg-8", &["22/tcp from 0.0.0.0/0"]),
    ];
    let (mut told, mut learning) = (account(WEB), Account::learning());
    for change in &changes {
        told.apply(change);
        learning.apply(change);
    }
    assert_eq!(told, account(WEB));
    assert_eq!(learning.groups().count(), 3);
    let group = learning.group(Some(&account_id(OURS)), &group_id("sg-9")).unwrap();
    assert_eq!((&group.owner, &group.name), (&Some(account_id(OURS)), &None));
    let named = learning.group_named(Some(&account_id(OURS)), &GroupName::new("nobody")).unwrap();
    for id in [&group.id, &named.id] {
        assert_eq!(rules(&learning, id.as_str()), ["22/tcp from 0.0.0.0/0"]);
    }
    assert_eq!(rules(&learning, "sg-8"), [""; 0]);
    learning.apply(&revoke("nobody", &["22/tcp from 0.0.0.0/0"]));
    assert_eq!(rules(&learning, named_id(&learning).as_str()), [""; 0]);
}

/// A change whose request names the group by `name`.
fn by_name(name: &str, change: Change) -> Change {
    let event = Event { group: Some(GroupKey::Name(GroupName::new(name))), ..change.event };
    Change { event, ..change }
}

#[test]
fn a_group_is_known_by_the_name_of_a_request_and_the_id_of_its_response() {
    let named = by_name("default", authorize("sg-1", &["sgr-1 22/tcp from 0.0.0.0/0"]));
    let nameless = authorize("sg-1", &["sgr-2 23/tcp from 0.0.0.0/0"]);
    let before = authorize("default", &["22/tcp from 0.0.0.0/0", "24/tcp from 0.0.0.0/0"]);
    let itself = authorize("default", &["all from default"]);
    let revoke = revoke("default", &["22/tcp from 0.0.0.0/0"]);
    for (changes, left) in [
        (vec![&named, &revoke], &[][..]),
        (vec![&nameless, &named, &revoke], &["sgr-2 23/tcp from 0.0.0.0/0"]),
        (vec![&revoke, &named, &revoke], &[]),
        (vec![&before, &named], &["24/tcp from 0.0.0.0/0", "sgr-1 22/tcp from 0.0.0.0/0"]),
        (vec![&itself, &named, &revoke], &["all from 111122223333/sg-1"]),
        (
            vec![&nameless, &before, &named, &revoke],
            &["24/tcp from 0.0.0.0/0", "sgr-2 23/tcp from 0.0.0.0/0"],
        ),
    ] {
        let mut account = Account::learning();
        for change in &changes {
            account.apply(change);
        }
        let groups: Vec<_> = account.groups().map(|group| (group.id.as_str(), group.name.clone())).collect();
        assert_eq!(groups, [("sg-1", Some(GroupName::new("default")))], "{changes:?}");
        assert_eq!(rules(&account, "sg-1"), left, "{changes:?}");
    }
}

#[test]
fn a_cut_record_of_a_name_makes_the_rules_of_its_group_unknown() {
    let cut = change("default", GroupEdit::Authorize { direction: Direction::Ingress, rules: Told::Cut });
    let named = by_name("default", authorize("sg-1", &["22/tcp from ::/0"]));
    let mut account = Account::learning();
    account.apply(&cut);
    account.apply(&named);
    assert!(account.entry(None, &group_id("sg-1")).unwrap().cut);
}

#[test]
fn a_name_that_is_known_stays() {
    let mut account = account(WEB);
    account.apply(&by_name("other", authorize("sg-1", &["22/tcp from ::/0"])));
    assert_eq!(account.groups().next().unwrap().name, Some(GroupName::new("web")));
}

#[test]
fn what_was_learned_of_a_name_that_several_groups_have_stays() {
    let mut account = Account::learning();
    account.apply(&authorize("web", &["22/tcp from ::/0"]));
    let learned = account.groups().next().unwrap().id.clone();
    account.apply(&create("sg-1", "web", Some("vpc-2")));
    account.apply(&authorize("web", &["23/tcp from ::/0"]));
    assert_eq!(rules(&account, learned.as_str()), ["22/tcp from ::/0", "23/tcp from ::/0"]);
}

fn named_id(account: &Account) -> tierguard::id::GroupId {
    account.group_named(None, &GroupName::new("nobody")).unwrap().id.clone()
}

#[test]
fn a_name_means_a_group_of_the_default_vpc() {
    let twins = r#"{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1"},
                   {"GroupId": "sg-2", "GroupName": "web", "VpcId": "vpc-2"}"#;
    let mut account = account(twins);
    account.apply(&authorize("web", &["22/tcp from ::/0"]));
    assert_eq!(rules(&account, "sg-1"), ["22/tcp from ::/0"]);
    assert_eq!(rules(&account, "sg-2"), [""; 0]);

    // Without VPCs a name means something only if it is the only one.
    let text = format!(r#"{{"SecurityGroups": [{twins}, {{"GroupId": "sg-3", "GroupName": "app"}}]}}"#);
    let mut account = read(&text);
    account.apply(&authorize("web", &["22/tcp from ::/0"]));
    account.apply(&authorize("app", &["22/tcp from ::/0"]));
    assert_eq!(["sg-1", "sg-2", "sg-3"].map(|id| rules(&account, id).len()), [0, 0, 1]);
}

#[test]
fn the_same_id_in_two_accounts_is_two_groups() {
    let mut account = twins("sg-1", [OURS, "444455556666"], &[]);
    account.apply(&authorize("sg-1", &["22/tcp from ::/0"]));
    let counts = [OURS, "444455556666", "777788889999"]
        .map(|owner| account.rules_seen_from(Some(&account_id(owner)), &group_id("sg-1")).len());
    assert_eq!(counts, [1, 0, 0]);
    assert_eq!(account.rules_of(&group_id("sg-1")).len(), 1);
}

const TEXTS: [&str; 7] = [
    "22/tcp from 0.0.0.0/0",
    "22/tcp from ::/0",
    "all to pl-1",
    "80/tcp from sg-1",
    "80/tcp from 444455556666/sg-9",
    "icmp/8 from 10.0.0.0/8",
    "proto/50 from 10.0.0.0/8",
];

proptest! {
    #[test]
    fn to_authorize_and_to_revoke_is_to_do_nothing(texts in proptest::sample::subsequence(&TEXTS[..], 1..7)) {
        let before = account(WEB);
        let mut after = before.clone();
        after.apply(&authorize("sg-1", &texts));
        prop_assert_eq!(after.rules_of(&group_id("sg-1")).len(), texts.len() + 1);
        after.apply(&revoke("sg-1", &texts));
        prop_assert_eq!(after, before);
    }

    #[test]
    fn the_order_of_authorizes_does_not_matter(texts in Just(TEXTS).prop_shuffle()) {
        let (mut together, mut one_by_one) = (account(WEB), account(WEB));
        together.apply(&authorize("sg-1", &TEXTS));
        for text in texts {
            one_by_one.apply(&authorize("sg-1", &[text]));
        }
        prop_assert_eq!(one_by_one, together);
    }

    #[test]
    fn the_order_of_create_and_authorize_does_not_matter_to_one_who_learns(first in any::<bool>()) {
        let mut changes = [create("sg-1", "web", Some("vpc-1")), authorize("sg-1", &["22/tcp from ::/0"])];
        if first {
            changes.reverse();
        }
        let mut account = Account::learning();
        for change in &changes {
            account.apply(change);
        }
        prop_assert_eq!(rules(&account, "sg-1"), ["22/tcp from ::/0", "all to 0.0.0.0/0"]);
        prop_assert_eq!(account.group(None, &group_id("sg-1")).unwrap().tags.len(), 1);
    }

    #[test]
    fn the_same_change_twice_is_the_change_once(texts in proptest::sample::subsequence(&TEXTS[..], 1..7)) {
        let mut once = account(WEB);
        once.apply(&authorize("sg-1", &texts));
        let mut twice = once.clone();
        twice.apply(&authorize("sg-1", &texts));
        prop_assert_eq!(twice, once);
    }
}
