//! What is read, what is refused, and what is written again.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::testing::{OURS, account, change, event_from, group_id, rules};
use crate::{Account, Problem};

fn read(json: &Value) -> Account {
    Account::from_json("account.json", &json.to_string()).unwrap()
}

fn refused(text: &str) -> String {
    let error = Account::from_json("account.json", text).unwrap_err();
    format!("{error}\n  {}", error.help())
}

/// One group with every kind of rule, as the AWS CLI prints it.
fn whole() -> Value {
    json!({
        "SecurityGroups": [{
            "GroupId": "sg-1", "GroupName": "web", "OwnerId": "111122223333", "VpcId": "vpc-1",
            "Description": "the web tier", "SecurityGroupArn": "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "Tags": [{"Key": "tier", "Value": "web"}],
            "IpPermissions": [
                {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [],
                 "PrefixListIds": [], "UserIdGroupPairs": [
                    {"GroupId": "sg-2", "UserId": "444455556666", "VpcId": "vpc-9", "PeeringStatus": "active",
                     "VpcPeeringConnectionId": "pcx-1", "Description": "peer"}]},
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                 "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "TLS"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                 "PrefixListIds": [{"PrefixListId": "pl-1"}], "UserIdGroupPairs": []},
                {"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4, "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                 "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []},
                {"IpProtocol": "50", "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [],
                 "PrefixListIds": [], "UserIdGroupPairs": []}
            ],
            "IpPermissionsEgress": [
                {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [],
                 "PrefixListIds": [], "UserIdGroupPairs": []}
            ]
        }],
        "PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "vendors", "OwnerId": "111122223333",
                         "Entries": [{"Cidr": "198.51.100.0/24", "Description": "x"}]}],
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-2", "GroupName": "x"},
                               {"GroupId": "sg-1"}], "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}, "MacAddress": "0a"}],
        "Vpcs": [{"VpcId": "vpc-1", "IsDefault": true, "CidrBlock": "172.31.0.0/16"}],
        "Subnets": [{"anything": null}]
    })
}

#[test]
fn rules_follow_from_permissions() {
    assert_eq!(
        rules(&read(&whole()), "sg-1"),
        [
            "443/tcp from 0.0.0.0/0 # TLS",
            "443/tcp from ::/0",
            "443/tcp from pl-1",
            "all from 444455556666/sg-2 # peer",
            "all to 0.0.0.0/0",
            "icmp/3.4 from 10.0.0.0/8",
            "proto/50 from 10.0.0.0/8",
        ]
    );
}

#[test]
fn what_was_read_is_written() {
    let (before, after) = (whole(), read(&whole()).to_json());
    let rules = after["SecurityGroupRules"].as_array().unwrap();
    assert_eq!(rules.len(), 7);
    assert!(rules.is_sorted_by_key(|rule| rule["SecurityGroupRuleId"].as_str().unwrap()));
    for key in before.as_object().unwrap().keys().filter(|key| *key != "SecurityGroups") {
        assert_eq!(after[key], before[key]);
    }
    let (before, after) = (&before["SecurityGroups"][0], &after["SecurityGroups"][0]);
    for key in before.as_object().unwrap().keys().filter(|key| *key != "IpPermissions") {
        assert_eq!(after[key], before[key]);
    }
    for item in before["IpPermissions"].as_array().unwrap() {
        assert!(after["IpPermissions"].as_array().unwrap().contains(item), "{item}");
    }
}

#[test]
fn rules_are_the_truth_where_there_are_any() {
    let mut json = whole();
    for key in ["IpPermissions", "IpPermissionsEgress"] {
        json["SecurityGroups"][0].as_object_mut().unwrap().remove(key);
    }
    json["SecurityGroupRules"] = json!([]);
    assert_eq!(rules(&read(&json), "sg-1"), [""; 0]);
    json["SecurityGroupRules"] = json!([
        {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "GroupOwnerId": "111122223333", "IsEgress": false,
         "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.1.2.3/8", "Tags": [{"Key": "a"}],
         "SecurityGroupRuleArn": "arn:aws:ec2:eu-west-1:111122223333:security-group-rule/sgr-1"}
    ]);
    let account = read(&json);
    assert_eq!(rules(&account, "sg-1"), ["sgr-1 22/tcp from 10.0.0.0/8"]);
    let written = account.to_json();
    json["SecurityGroupRules"][0]["CidrIpv4"] = json!("10.0.0.0/8");
    assert_eq!(written["SecurityGroupRules"], json["SecurityGroupRules"]);
    assert_eq!(
        written["SecurityGroups"][0]["IpPermissions"],
        json!([
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
             "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
        ])
    );
    assert_eq!(written["SecurityGroups"][0]["IpPermissionsEgress"], json!([]));
}

#[test]
fn a_changed_rule_keeps_no_more_than_is_true() {
    let mut account = account(
        r#"{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [
            {"GroupId": "sg-2", "UserId": "444455556666", "PeeringStatus": "active"}]}]}"#,
    );
    let id = account.rules_of(&group_id("sg-1"))[0].id.clone().unwrap();
    let tierguard::permission::Permission { traffic, peer, .. } =
        crate::testing::permission("all from 444455556666/sg-3");
    let content = tierguard::change::Content { traffic, peer };
    let edit = tierguard::change::Modification { id, content, description: None };
    let rules = tierguard::change::Told::Whole(vec![edit]);
    account.apply(&change("sg-1", tierguard::change::GroupEdit::Modify { rules }));
    assert_eq!(
        account.to_json()["SecurityGroupRules"][0]["ReferencedGroupInfo"],
        json!({"GroupId": "sg-3", "UserId": "444455556666"})
    );
}

#[test]
fn generated_ids_are_the_same_every_time_and_all_different() {
    let ids = |account: &Account| -> Vec<_> {
        account.rules_of(&group_id("sg-1")).into_iter().map(|rule| rule.id.unwrap()).collect()
    };
    let mut twice = ids(&read(&whole()));
    assert_eq!(twice, ids(&read(&whole())));
    assert!(twice.iter().all(|id| id.as_str().len() == 21 && id.as_str().starts_with("sgr-")));
    twice.dedup();
    assert_eq!(twice.len(), 7);
    insta::assert_snapshot!(twice[0], @"sgr-06f05074115a63117");
}

#[test]
fn a_generated_id_is_none_that_the_file_gives() {
    let rule =
        |cidr: &str| json!({"GroupId": "sg-1", "IsEgress": false, "IpProtocol": "-1", "CidrIpv4": cidr});
    let file = |rules: Value| json!({"SecurityGroups": [{"GroupId": "sg-1"}], "SecurityGroupRules": rules});
    let generated = read(&file(json!([rule("10.0.0.0/8")]))).rules_of(&group_id("sg-1")).remove(0).id;
    let mut taken = rule("192.168.0.0/16");
    taken["SecurityGroupRuleId"] = json!(generated);
    let account = read(&file(json!([rule("10.0.0.0/8"), taken])));
    assert_eq!(rules(&account, "sg-1"), ["all from 10.0.0.0/8", "all from 192.168.0.0/16"]);
    assert_eq!(read(&account.to_json()).to_json(), account.to_json());
}

#[test]
fn a_file_may_repeat_a_content() {
    let repeated: Vec<_> =
        (0..5).map(|n| json!({"CidrIp": "10.0.0.0/8", "Description": n.to_string()})).collect();
    let group = json!({"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": repeated}],
                       "IpPermissionsEgress": []});
    let account = read(&json!({"SecurityGroups": [group]}));
    let expected: Vec<_> = (0..5).map(|n| format!("all from 10.0.0.0/8 # {n}")).collect();
    assert_eq!(rules(&account, "sg-1"), expected);
}

#[test]
fn nothing_is_an_account_too() {
    assert_eq!(Account::from_json("x", "{}").unwrap(), Account::default());
    assert_eq!(Account::from_json("x", r#"{"SecurityGroups": null}"#).unwrap().groups().count(), 0);
    assert_eq!(Account::default().to_json(), json!({"SecurityGroups": [], "SecurityGroupRules": []}));
}

#[test]
fn errors_name_the_place_and_the_remedy() {
    let rule = r#""GroupId": "sg-1", "IsEgress": true, "IpProtocol": "tcp", "CidrIpv4": "::/0""#;
    let texts = [
        "{".to_owned(),
        "[]".to_owned(),
        r#"{"SecurityGroups": {}}"#.to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg-1"}, 7]}"#.to_owned(),
        r#"{"SecurityGroups": [{"GroupName": "web"}]}"#.to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg 1"}]}"#.to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg-1"}, {"GroupId": "sg-1", "GroupName": "web"}]}"#.to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "tcp"}]}]}"#.to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [
            {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "::/0"}, {"CidrIp": "10/8"}]}]}]}"#
            .to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": "22", "IpRanges": [{"CidrIp": "::/0"}]}]}]}"#
            .to_owned(),
        r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 70000, "UserIdGroupPairs": [{"GroupId": "sg-1"}]}]}]}"#
            .to_owned(),
        format!(r#"{{"SecurityGroupRules": [{{{rule}}}]}}"#),
        format!(
            r#"{{"SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{{"IpProtocol": "tcp", "Ipv6Ranges": [
                {{"CidrIpv6": "::/0"}}]}}]}}], "SecurityGroupRules": [{{{rule}}}]}}"#
        ),
        format!(
            r#"{{"SecurityGroups": [{{"GroupId": "sg-1"}}], "SecurityGroupRules": [
                {{"SecurityGroupRuleId": "sgr-1", {rule}}}, {{"SecurityGroupRuleId": "sgr-1", "ToPort": 1, {rule}}}]}}"#
        ),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1"}]}"#.to_owned(),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": [{"Cidr": "pl-2"}]}]}"#.to_owned(),
        r#"{"Vpcs": [{"VpcId": "vpc-1", "IsDefault": "yes"}]}"#.to_owned(),
        r#"{"NetworkInterfaces": 1}"#.to_owned(),
        r#"{"NetworkInterfaces": [{"Groups": []}]}"#.to_owned(),
        r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Groups": [{}]}]}"#.to_owned(),
        r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}, {"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1"}]}"#.to_owned(),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": [], "Version": "1"}]}"#.to_owned(),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": [], "MaxEntries": -1}]}"#.to_owned(),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": [], "Versions": [{"Entries": []}]}]}"#.to_owned(),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": [], "Versions": [{"Version": 1}]}]}"#.to_owned(),
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "Entries": []}, {"PrefixListId": "pl-1", "Entries": [], "Version": 2}]}"#
            .to_owned(),
        r#"{"SecurityGroups": [], "NextToken": "eyJ2IjoiMiJ9"}"#.to_owned(),
    ];
    insta::assert_snapshot!(texts.map(|text| refused(&text)).join("\n"), @"
    account.json: not JSON: EOF while parsing an object at line 1 column 1
      write one JSON object with the keys of the AWS CLI: SecurityGroups, SecurityGroupRules, PrefixLists, NetworkInterfaces, Vpcs
    account.json: not a JSON object
      write one JSON object with the keys of the AWS CLI: SecurityGroups, SecurityGroupRules, PrefixLists, NetworkInterfaces, Vpcs
    account.json: SecurityGroups is not a list
      write it as the AWS CLI prints it
    account.json: SecurityGroups[1] is not an object
      write it as the AWS CLI prints it
    account.json: SecurityGroups[0] has no `GroupId`
      add the key, as the AWS CLI prints it
    account.json: SecurityGroups[0].GroupId: `sg 1` cannot be a security group id
      write it as the AWS CLI prints it
    account.json: SecurityGroups[1] repeats `sg-1`
      keep the one that is true: an id is given once
    account.json: SecurityGroups[0].IpPermissions[0]: the rule names no network, group or prefix list
      write it as the AWS CLI prints it
    account.json: SecurityGroups[0].IpPermissions[0].IpRanges[1]: `10/8` is not a network in CIDR notation
      write it as the AWS CLI prints it
    account.json: SecurityGroups[0].IpPermissions[0].IpRanges[0].FromPort is not a whole number
      write it as the AWS CLI prints it
    account.json: SecurityGroups[0].IpPermissions[0].UserIdGroupPairs[0]: port 70000 is not between 0 and 65535
      write it as the AWS CLI prints it
    account.json: SecurityGroupRules[0] belongs to `sg-1`, which is not among the security groups
      add the group to SecurityGroups, or remove the rule
    account.json: SecurityGroups[0].IpPermissions[0].Ipv6Ranges[0] is not among the security group rules
      fetch all groups and all rules again, one right after the other, or leave SecurityGroupRules out
    account.json: SecurityGroupRules[1] repeats `sgr-1`
      keep the one that is true: an id is given once
    account.json: PrefixLists[0] has no `Entries`
      add what `aws ec2 get-managed-prefix-list-entries` prints for the list
    account.json: PrefixLists[0].Entries[0].Cidr: `pl-2` is not a network in CIDR notation
      write it as the AWS CLI prints it
    account.json: Vpcs[0].IsDefault is not true or false
      write it as the AWS CLI prints it
    account.json: NetworkInterfaces is not a list
      write it as the AWS CLI prints it
    account.json: NetworkInterfaces[0] has no `NetworkInterfaceId`
      add the key, as the AWS CLI prints it
    account.json: NetworkInterfaces[0].Groups[0] has no `GroupId`
      add the key, as the AWS CLI prints it
    account.json: NetworkInterfaces[1] repeats `eni-1`
      keep the one that is true: an id is given once
    account.json: PrefixLists[0].Version is not a whole number
      write it as the AWS CLI prints it
    account.json: PrefixLists[0].MaxEntries is not a number of entries
      write it as the AWS CLI prints it
    account.json: PrefixLists[0].Versions[0] has no `Version`
      add the key, as the AWS CLI prints it
    account.json: PrefixLists[0].Versions[0] has no `Entries`
      add what `aws ec2 get-managed-prefix-list-entries` prints for the list
    account.json: PrefixLists[1] repeats `pl-1`
      keep the one that is true: an id is given once
    account.json: there is a `NextToken`: this is only a part of what there is
      let the AWS CLI print all pages: leave out --max-items and --no-paginate
    ");
}

#[test]
fn a_group_tells_its_rules_and_is_there_once() {
    let texts = [
        r#"[{"GroupId": "sg-1", "IpPermissionsEgress": []}]"#,
        r#"[{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": null}]"#,
        r#"[{"GroupId": "sg-1", "OwnerId": "1"}, {"GroupId": "sg-1", "OwnerId": "2"}]"#,
    ];
    let refused = texts.map(|groups| refused(&format!(r#"{{"SecurityGroups": {groups}}}"#)));
    insta::assert_snapshot!(refused.join("\n"), @"
    account.json: SecurityGroups[0] has no `IpPermissions`
      add the list as `aws ec2 describe-security-groups` prints it, even if it is empty, or add what `aws ec2 describe-security-group-rules` prints
    account.json: SecurityGroups[0] has no `IpPermissionsEgress`
      add the list as `aws ec2 describe-security-groups` prints it, even if it is empty, or add what `aws ec2 describe-security-group-rules` prints
    account.json: SecurityGroups[1] repeats `sg-1`
      keep the one that is true: an id is given once
    ");
}

/// The rules of [`whole`] as the AWS CLI prints them, in another spelling than its permissions.
fn rules_of_whole() -> Vec<Value> {
    let rule = |is_egress: bool, protocol: &str, from: i64, to: i64| {
        json!({"GroupId": "sg-1", "GroupOwnerId": "111122223333", "IsEgress": is_egress, "IpProtocol": protocol,
               "FromPort": from, "ToPort": to})
    };
    let with = |mut rule: Value, key: &str, value: Value| {
        rule[key] = value;
        rule
    };
    vec![
        with(
            rule(false, "-1", -1, -1),
            "ReferencedGroupInfo",
            json!({"GroupId": "sg-2", "UserId": "444455556666"}),
        ),
        with(rule(false, "6", 443, 443), "CidrIpv4", json!("0.0.0.0/0")),
        with(rule(false, "tcp", 443, 443), "CidrIpv6", json!("0::/0")),
        with(rule(false, "tcp", 443, 443), "PrefixListId", json!("pl-1")),
        with(rule(false, "icmp", 3, 4), "CidrIpv4", json!("10.1.2.3/8")),
        with(rule(false, "50", -1, -1), "CidrIpv4", json!("10.0.0.0/8")),
        with(rule(true, "-1", -1, -1), "CidrIpv4", json!("0.0.0.0/0")),
    ]
}

#[test]
fn permissions_and_rules_may_both_be_given_if_no_permission_is_missing_among_the_rules() {
    let mut json = whole();
    json["SecurityGroupRules"] = json!(rules_of_whole());
    assert_eq!(rules(&read(&json), "sg-1").len(), 7);
    for left_out in 0..7 {
        let mut listed = rules_of_whole();
        listed.remove(left_out);
        json["SecurityGroupRules"] = json!(listed);
        assert!(refused(&json.to_string()).contains(" is not among the security group rules"), "{left_out}");
    }
    // Of a group that is gone, not every call tells whose it was.
    let mut listed = rules_of_whole();
    listed[0]["ReferencedGroupInfo"].as_object_mut().unwrap().remove("UserId");
    json["SecurityGroupRules"] = json!(listed);
    assert_eq!(rules(&read(&json), "sg-1").len(), 7);
    // More rules than permissions: none is lost.
    json["SecurityGroups"][0]["IpPermissions"] = json!([]);
    json["SecurityGroupRules"] = json!(rules_of_whole());
    assert_eq!(rules(&read(&json), "sg-1").len(), 7);
}

/// The dumps of two accounts, one appended to the other: what they share stands in both.
#[test]
fn what_stands_there_twice_and_is_the_same_is_taken_once() {
    let mut json = whole();
    json["SecurityGroupRules"] = json!(rules_of_whole());
    json["SecurityGroupRules"][1]["SecurityGroupRuleId"] = json!("sgr-1");
    json["PrefixLists"] = json!([{"PrefixListId": "pl-1", "Entries": []}]);
    json["NetworkInterfaces"] = json!([{"NetworkInterfaceId": "eni-1"}]);
    let once = read(&json);
    for (list, copied) in
        [("SecurityGroups", 0), ("SecurityGroupRules", 1), ("PrefixLists", 0), ("NetworkInterfaces", 0)]
    {
        let copy = json[list][copied].clone();
        json[list].as_array_mut().unwrap().push(copy);
    }
    assert_eq!(read(&json), once);
}

#[test]
fn who_manages_an_interface_is_read() {
    for (keys, expected) in [
        (json!({}), None),
        (json!({"RequesterManaged": false, "RequesterId": "111122223333"}), None),
        (json!({"RequesterManaged": true, "RequesterId": "amazon-elb"}), Some("amazon-elb")),
        (json!({"RequesterManaged": true}), Some("an AWS service")),
        (json!({"Operator": {"Managed": true, "Principal": "eks.amazonaws.com"}}), Some("eks.amazonaws.com")),
        (json!({"Operator": {"Managed": false, "Principal": "eks.amazonaws.com"}}), None),
    ] {
        let mut interface = keys;
        interface["NetworkInterfaceId"] = json!("eni-1");
        let account = read(&json!({"NetworkInterfaces": [interface]}));
        let found = account.interfaces().next().unwrap();
        assert_eq!(found.managed_by.as_deref(), expected, "{interface}");
        assert_eq!(account.to_json()["NetworkInterfaces"], json!([interface]));
    }
}

#[test]
fn a_changed_interface_is_written_with_its_groups_and_nothing_else_changed() {
    let mut account = read(&json!({
        "SecurityGroups": [{"GroupId": "sg-2", "GroupName": "app", "IpPermissions": [], "IpPermissionsEgress": []}],
        "NetworkInterfaces": [{
            "NetworkInterfaceId": "eni-1", "InterfaceType": "interface", "Status": "in-use",
            "Groups": [{"GroupId": "sg-3", "GroupName": "kept"}, {"GroupId": "sg-1", "GroupName": "gone"}],
            "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0, "AttachTime": "2026-01-01"}}]}));
    let attached = |interface: &str, groups: &[&str]| tierguard::change::Attached {
        interface: tierguard::change::InterfaceKey::Id(tierguard::id::InterfaceId::new(interface).unwrap()),
        instance: tierguard::id::InstanceId::new("i-9").ok(),
        vpc: tierguard::id::VpcId::new("vpc-1").ok(),
        groups: groups.iter().map(|group| group_id(group)).collect(),
    };
    let interfaces = vec![
        attached("eni-1", &["sg-2", "sg-3"]),
        attached("eni-2", &["sg-2"]),
        attached("eni-3", &["sg-2"]),
    ];
    let attachment = tierguard::change::Attachment { interfaces };
    account.apply(&event_from(OURS, tierguard::change::ChangeKind::Attachment(attachment)));
    insta::assert_snapshot!(serde_json::to_string_pretty(&account.to_json()["NetworkInterfaces"]).unwrap(), @r#"
    [
      {
        "Attachment": {
          "AttachTime": "2026-01-01",
          "DeviceIndex": 0,
          "InstanceId": "i-1"
        },
        "Groups": [
          {
            "GroupId": "sg-3",
            "GroupName": "kept"
          },
          {
            "GroupId": "sg-2",
            "GroupName": "app"
          }
        ],
        "InterfaceType": "interface",
        "NetworkInterfaceId": "eni-1",
        "Status": "in-use"
      },
      {
        "Attachment": {
          "DeviceIndex": 0,
          "InstanceId": "i-9"
        },
        "Groups": [
          {
            "GroupId": "sg-2",
            "GroupName": "app"
          }
        ],
        "NetworkInterfaceId": "eni-2",
        "OwnerId": "111122223333",
        "VpcId": "vpc-1"
      },
      {
        "Attachment": {
          "InstanceId": "i-9"
        },
        "Groups": [
          {
            "GroupId": "sg-2",
            "GroupName": "app"
          }
        ],
        "NetworkInterfaceId": "eni-3",
        "OwnerId": "111122223333",
        "VpcId": "vpc-1"
      }
    ]
    "#);
    let again = read(&account.to_json());
    assert_eq!(again.to_json(), account.to_json());
    assert!(again.interfaces().eq(account.interfaces()));
}

#[test]
fn a_changed_list_is_written_with_its_versions() {
    let mut account = read(&whole());
    let list = tierguard::id::PrefixListId::new("pl-1").unwrap();
    let change = |edit| {
        let change = tierguard::change::ListChange { list: list.clone(), before: None, edit };
        event_from(OURS, tierguard::change::ChangeKind::PrefixList(change))
    };
    let added = vec!["203.0.113.0/24".parse().unwrap()];
    account.apply(&change(tierguard::change::ListEdit::Entries { added, removed: Vec::new() }));
    let written = account.to_json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&written["PrefixLists"]).unwrap(), @r#"
    [
      {
        "Entries": [
          {
            "Cidr": "198.51.100.0/24",
            "Description": "x"
          },
          {
            "Cidr": "203.0.113.0/24"
          }
        ],
        "OwnerId": "111122223333",
        "PrefixListId": "pl-1",
        "PrefixListName": "vendors",
        "Version": 2,
        "Versions": [
          {
            "Entries": [
              {
                "Cidr": "198.51.100.0/24",
                "Description": "x"
              }
            ],
            "Version": 1
          }
        ]
      }
    ]
    "#);
    assert_eq!(read(&written).to_json(), written);
    // What is not known is not written: whoever reads it has to say.
    account.apply(&change(tierguard::change::ListEdit::Cut));
    let error = Account::from_json("account.json", &account.to_json().to_string()).unwrap_err();
    insta::assert_snapshot!(error, @"account.json: PrefixLists[0] has no `Entries`");
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!("{}{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let error = Account::from_json("account.json", &text).unwrap_err();
    assert!(matches!(error.problem, Problem::Json { .. }));
}

/// Any JSON, under the keys that mean something here more often than not.
fn hostile() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        4 => proptest::sample::select(&[
            "SecurityGroups", "SecurityGroupRules", "PrefixLists", "Vpcs", "NetworkInterfaces", "GroupId", "OwnerId",
            "GroupName", "Tags", "Key", "Value", "IpPermissions", "IpPermissionsEgress", "IpProtocol", "FromPort", "ToPort", "IpRanges",
            "CidrIp", "UserIdGroupPairs", "UserId", "PrefixListId", "Entries", "Cidr", "VpcId", "IsDefault",
            "NetworkInterfaceId", "Groups", "Attachment", "InstanceId", "Version", "Versions", "MaxEntries",
            "IsEgress", "CidrIpv4", "ReferencedGroupInfo", "SecurityGroupRuleId", "Description",
        ][..]).prop_map(str::to_owned),
        1 => "[a-z]{0,3}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(&["sg-1", "tcp", "10.0.0.0/8", "-1", "é", ""][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// One item of `IpPermissions`.
fn item() -> impl Strategy<Value = Value> {
    let traffic = proptest::sample::select(
        &[
            ("tcp", 22, 22),
            ("6", 0, 65535),
            ("udp", 1, 9),
            ("icmp", -1, -1),
            ("58", 8, -1),
            ("-1", -1, -1),
            ("47", -1, -1),
        ][..],
    );
    let v4 = proptest::collection::btree_set(any::<u8>(), 0..3);
    (traffic, v4, any::<[bool; 4]>(), proptest::option::of("[a-z ]{1,5}")).prop_map(
        |((protocol, from, to), v4, [v6, list, group, owned], description)| {
            let ranges = v4.into_iter().map(|net| match &description {
                Some(text) => json!({"CidrIp": format!("{net}.0.0.0/8"), "Description": text}),
                None => json!({"CidrIp": format!("{net}.0.0.0/8")}),
            });
            let pair = if owned {
                json!({"GroupId": "sg-7", "UserId": "444455556666", "PeeringStatus": "active"})
            } else {
                json!({"GroupId": "sg-7"})
            };
            json!({"IpProtocol": protocol, "FromPort": from, "ToPort": to,
                   "IpRanges": ranges.chain([json!({"CidrIp": "0.0.0.0/0"})]).collect::<Vec<_>>(),
                   "Ipv6Ranges": v6.then(|| json!({"CidrIpv6": "::/0"})).into_iter().collect::<Vec<_>>(),
                   "PrefixListIds": list.then(|| json!({"PrefixListId": "pl-1"})).into_iter().collect::<Vec<_>>(),
                   "UserIdGroupPairs": group.then_some(pair).into_iter().collect::<Vec<_>>()})
        },
    )
}

fn file() -> impl Strategy<Value = Value> {
    let items = || proptest::collection::vec(item(), 0..4);
    let group =
        (items(), items(), any::<bool>(), any::<bool>()).prop_map(|(ingress, egress, owned, extra)| {
            let mut group = json!({"IpPermissions": ingress, "IpPermissionsEgress": egress});
            if owned {
                group["OwnerId"] = json!("111122223333");
            }
            if extra {
                group["Description"] = json!("anything");
                group["Tags"] = json!([{"Key": "b", "Value": ""}, {"Key": "a", "Value": "é"}]);
            }
            group
        });
    proptest::collection::vec(group, 0..4).prop_map(|mut groups| {
        for (group, number) in groups.iter_mut().zip(1..) {
            group["GroupId"] = json!(format!("sg-{number}"));
        }
        json!({"SecurityGroups": groups, "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "a": 1}]})
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(file in file()) {
        let account = read(&file);
        let written = account.to_json();
        let again = read(&written);
        prop_assert_eq!(again.to_json(), written.clone());
        prop_assert_eq!(&again, &account);
        // The permissions of the groups agree with the rules.
        let mut without_rules = written;
        without_rules.as_object_mut().unwrap().remove("SecurityGroupRules");
        for (group, number) in account.groups().zip(1..) {
            prop_assert_eq!(rules(&read(&without_rules), group.id.as_str()), rules(&account, &format!("sg-{number}")));
        }
    }

    #[test]
    fn any_json_is_read_or_refused(json in hostile()) {
        if let Ok(account) = Account::from_json("account.json", &json.to_string()) {
            let written = account.to_json();
            prop_assert_eq!(read(&written).to_json(), written);
        }
    }
}
