//! What a draft must hold, whatever account it was made from: it is a policy, and every group of that account keeps it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which may stop at the first surprise"
)]

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use tierguard::draft::{Draft, TagKey};
use tierguard::judge::Verdict;
use tierguard::policy::Document;
use tierguard::sweep::Home;
use tierguard::{Guard, Policy};
use tierguard_account::{Account, Desk};

const OURS: &str = "111122223333";
const THEIRS: &str = "444455556666";
/// More than there are groups: some are gone.
const IDS: [&str; 12] = [
    "sg-0000000000000000a",
    "sg-0000000000000000b",
    "sg-0000000000000000c",
    "sg-0000000000000000d",
    "sg-0000000000000000e",
    "sg-0000000000000000f",
    "sg-00000000000000001",
    "sg-00000000000000002",
    "sg-1234abcd",
    "sg-5678abcd",
    "sg-not-hexadecimal",
    "sg-00000000000000gone",
];
const LISTS: [&str; 3] = ["pl-0a", "pl-0b", "pl-not-hexadecimal"];

/// Text that people, tools and enemies write.
fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "",
        " ",
        "web",
        "Web",
        "app",
        "db",
        "web-1",
        "web-2",
        "web-shop",
        "prod-web",
        "web*",
        "*",
        "default",
        "anywhere",
        "self",
        "elsewhere",
        "internet",
        "null",
        "true",
        "no",
        "~",
        "1",
        "1.0",
        "0x1f",
        "2026-03-02",
        "10.0.0.0/8",
        "::1",
        "sg-web",
        "pl-web",
        "a: b",
        "a #b",
        "- a",
        "{a}",
        "[a]",
        "\"a\"",
        "'a'",
        "a\\b",
        "a\nb",
        "a\r\n\tb",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{0}",
        "\u{202e}",
        "🙂",
        "é",
        "אשם",
        "app-20260301T0900",
        "launch-wizard-7",
    ]);
    let long = "[a-z]{1,4}(-[a-z0-9]{1,8}){0,3}";
    prop_oneof![8 => known.prop_map(str::to_owned), 2 => long, 2 => any::<String>(), 1 => Just("x".repeat(300))]
}

fn peer() -> impl Strategy<Value = (&'static str, Value)> {
    let network = prop::sample::select(vec![
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.1.2.3/32",
        "203.0.113.0/24",
        "198.51.100.7/32",
        "0.0.0.0/1",
        "128.0.0.0/1",
    ]);
    let network6 = prop::sample::select(vec!["::/0", "2001:db8::/32", "2001:db8::1/128", "fc00::/7"]);
    let owner = prop::sample::select(vec![None, Some(OURS), Some(OURS), Some(THEIRS)]);
    let group = (prop::sample::select(&IDS[..]), owner).prop_map(|(id, owner)| {
        let mut reference = json!({"GroupId": id});
        if let Some(owner) = owner {
            reference["UserId"] = json!(owner);
        }
        ("ReferencedGroupInfo", reference)
    });
    prop_oneof![
        3 => network.prop_map(|network| ("CidrIpv4", json!(network))),
        1 => network6.prop_map(|network| ("CidrIpv6", json!(network))),
        3 => group,
        1 => prop::sample::select(&LISTS[..]).prop_map(|list| ("PrefixListId", json!(list))),
    ]
}

fn traffic() -> impl Strategy<Value = (&'static str, i32, i32)> {
    prop::sample::select(vec![
        ("-1", -1, -1),
        ("tcp", 22, 22),
        ("tcp", 80, 80),
        ("tcp", 81, 81),
        ("tcp", 443, 443),
        ("tcp", 0, 65535),
        ("tcp", 3000, 4000),
        ("udp", 53, 53),
        ("udp", 0, 65535),
        ("icmp", -1, -1),
        ("icmp", 8, -1),
        ("icmp", 3, 4),
        ("icmpv6", -1, -1),
        ("icmpv6", 128, 0),
        ("50", -1, -1),
        ("0", -1, -1),
        ("255", -1, -1),
    ])
}

fn rule() -> impl Strategy<Value = Value> {
    (any::<prop::sample::Index>(), any::<bool>(), traffic(), peer(), prop::option::of(text())).prop_map(
        |(group, egress, (protocol, from, to), (key, peer), description)| {
            let mut rule = json!({"IsEgress": egress, "IpProtocol": protocol, "FromPort": from, "ToPort": to, "Group": group.index(1 << 16)});
            rule[key] = peer;
            if let Some(description) = description {
                rule["Description"] = json!(description);
            }
            rule
        },
    )
}

fn group(id: &'static str) -> impl Strategy<Value = Value> {
    let owner = prop::sample::select(vec![None, Some(OURS), Some(OURS), Some(OURS), Some(THEIRS)]);
    let vpc = prop::sample::select(vec!["vpc-1", "vpc-1", "vpc-2"]);
    let key = prop_oneof![
        4 => prop::sample::select(vec!["tier", "Tier", "Role", "Name", "acme:layer"]).prop_map(str::to_owned),
        1 => text(),
    ];
    (owner, vpc, prop::option::of(text()), prop::collection::btree_map(key, text(), 0..3)).prop_map(
        move |(owner, vpc, name, tags)| {
            let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            let mut group = json!({"GroupId": id, "VpcId": vpc, "Tags": tags});
            if let Some(owner) = owner {
                group["OwnerId"] = json!(owner);
            }
            if let Some(name) = name {
                group["GroupName"] = json!(name);
            }
            group
        },
    )
}

fn account() -> impl Strategy<Value = Value> {
    let ids = prop::sample::subsequence(&IDS[..11], 1..9);
    let groups = ids.prop_flat_map(|ids| ids.into_iter().map(group).collect::<Vec<_>>());
    let rules = prop::collection::vec(rule(), 0..24);
    (groups, rules, any::<[bool; 3]>()).prop_map(|(groups, mut rules, [has_lists, has_interfaces, has_egress])| {
        for rule in &mut rules {
            let place = usize::try_from(rule["Group"].as_u64().unwrap()).unwrap() % groups.len();
            rule["GroupId"] = groups[place]["GroupId"].clone();
        }
        rules.retain(|rule| has_egress || rule["IsEgress"] == false);
        let mut account = json!({"SecurityGroups": groups, "SecurityGroupRules": rules});
        if has_lists {
            account["PrefixLists"] = json!([{"PrefixListId": "pl-0a", "PrefixListName": "the office\n", "Entries": [{"Cidr": "203.0.113.0/24"}]}]);
        }
        if has_interfaces {
            account["NetworkInterfaces"] = json!([{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": IDS[0]}]}]);
        }
        account
    })
}

/// What an audit by the draft finds: nothing, where it is as it should be.
fn objections(account: &Value, tag: Option<&TagKey>) -> (String, Vec<String>) {
    let account = Account::from_json("account.json", &account.to_string()).unwrap();
    let draft = Draft::of(&account.estate(), "account.json", tag);
    let policy = match Document::parse("policy.yaml", &draft.text) {
        Ok(document) => document.into_policy(),
        Err(errors) => return (draft.text, vec![errors.to_string()]),
    };
    let found = audited(policy, account);
    (draft.text, found)
}

fn audited(policy: Policy, account: Account) -> Vec<String> {
    let desk = Desk::new(Guard { policy, own_role: None }, account);
    let audit = desk.audit(&Home { account: None, region: None }, Timestamp::UNIX_EPOCH).unwrap();
    let groups = audit.groups.iter().filter(|group| group.judgement.verdict != Verdict::Compliant);
    groups.map(|group| format!("{}: {:?}", group.group.id, group.judgement.verdict)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn every_account_keeps_its_draft(account in account()) {
        let (text, found) = objections(&account, None);
        prop_assert!(found.is_empty(), "{}\n{text}", found.join("\n"));
    }

    #[test]
    fn whatever_the_tag(account in account(), tag in text()) {
        let (text, found) = objections(&account, Some(&TagKey::new(&tag)));
        prop_assert!(found.is_empty(), "{}\n{text}", found.join("\n"));
    }
}

/// The property can fail: a draft of the same groups with fewer rules is broken by the others.
#[test]
fn a_rule_that_came_later_breaks_it() {
    let group = json!({"GroupId": IDS[0], "GroupName": "web", "OwnerId": OURS});
    let before = json!({"SecurityGroups": [group]});
    let rule = json!({"GroupId": IDS[0], "IsEgress": false, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8"});
    let harmless = json!({"GroupId": IDS[0], "IsEgress": false, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "10.0.0.0/8"});
    let mut before = before;
    before["SecurityGroupRules"] = json!([harmless]);
    let (text, found) = objections(&before, None);
    assert_eq!(found, Vec::<String>::new());
    before["SecurityGroupRules"] = json!([harmless, rule]);
    let policy = Policy::parse("policy.yaml", &text).unwrap();
    let found = audited(policy, Account::from_json("account.json", &before.to_string()).unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
}

/// Groups with thousands of rules, and more of them than a policy may be long.
#[test]
fn what_is_too_large_is_left_out() {
    let ids: Vec<_> = (0..40).map(|n| format!("sg-{n:017x}")).collect();
    let named =
        |id: &String| json!({"GroupId": id, "GroupName": format!("group {id} it is"), "OwnerId": OURS});
    let groups: Vec<_> = ids.iter().map(named).collect();
    let host = |n: usize, m: usize| {
        json!({
            "GroupId": ids[n], "IsEgress": false, "IpProtocol": "tcp", "FromPort": m, "ToPort": m,
            "CidrIpv4": format!("10.{n}.{}.{}/32", m / 256, m % 256), "Description": "a host of ours",
        })
    };
    let rules: Vec<_> =
        (0..40).flat_map(|n| (0..300).map(move |m| (n, m))).map(|(n, m)| host(n, m)).collect();
    let (text, found) = objections(&json!({"SecurityGroups": groups, "SecurityGroupRules": rules}), None);
    assert_eq!(found, Vec::<String>::new());
    let tiers = Policy::parse("policy.yaml", &text).unwrap().tiers.len();
    assert!((1..40).contains(&tiers), "{tiers} tiers in {} bytes", text.len());
}
