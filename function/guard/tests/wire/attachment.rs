//! `RunInstances`, `CreateNetworkInterface`, `ModifyNetworkInterfaceAttribute`, `ModifyInstanceAttribute`.

use serde_json::{Value, json};

use super::{read, record};

fn check(name: &str, request: Value, response: Value, expect: &str) {
    assert_eq!(read(&record(name, request.clone(), response.clone())), expect, "{request} {response}");
}

fn group_set(ids: &[&str]) -> Value {
    json!({"items": ids.iter().map(|id| json!({"groupId": id, "groupName": "x"})).collect::<Vec<_>>()})
}

#[test]
fn a_launch_is_told_by_its_response() {
    let interface = |id: &str, groups: &[&str]| json!({"networkInterfaceId": id, "vpcId": "vpc-1", "groupSet": group_set(groups)});
    let response = json!({"groupSet": {}, "instancesSet": {"items": [
        {"instanceId": "i-1", "vpcId": "vpc-1", "groupSet": group_set(&["sg-9"]), "networkInterfaceSet": {"items":
            [interface("eni-1", &["sg-2", "sg-1"]), interface("eni-2", &[]), interface("eni-1", &["sg-7"])]}},
        {"instanceId": "i-2", "networkInterfaceSet": {"item": {"networkInterfaceId": "eni-3",
            "groupSet": {"item": {"groupId": "sg-3"}}}}},
    ]}});
    let expect = "eni-1 of i-1 in vpc-1: sg-1 sg-2\neni-2 of i-1 in vpc-1:\neni-3 of i-2: sg-3";
    let template = json!({"launchTemplate": {"launchTemplateId": "lt-1"}});
    check("RunInstances", template, response.clone(), expect);
    check("RunInstances", json!({"omitted": true}), json!({"RunInstancesResponse": response}), expect);
}

#[test]
fn without_interfaces_the_primary_one_is_meant() {
    let response = |groups: Value| json!({"instancesSet": {"items": [{"instanceId": "i-1", "vpcId": "vpc-1", "groupSet": groups}]}});
    let expect = "the primary interface of i-1 of i-1 in vpc-1: sg-1";
    check("RunInstances", json!({"groupSet": group_set(&["sg-2"])}), response(group_set(&["sg-1"])), expect);
    for request in [
        json!({"groupSet": group_set(&["sg-1"])}),
        json!({"securityGroupSet": group_set(&["sg-1"])}),
        json!({"networkInterfaceSet": {"items": [
            {"deviceIndex": 1, "groupSet": group_set(&["sg-2"])},
            {"deviceIndex": 0, "groupSet": group_set(&["sg-1"])}]}}),
        json!({"RunInstancesRequest": {"InstanceType": "t3.nano", "NetworkInterface":
            {"tag": 1, "DeviceIndex": 0, "SecurityGroupId": {"content": "sg-1", "tag": 1}}}}),
    ] {
        check("RunInstances", request, response(json!({})), expect);
    }
}

#[test]
fn a_launch_that_names_nothing_is_cut_or_malformed() {
    let request = json!({"groupSet": group_set(&["sg-1"])});
    let missing = "malformed: responseElements has no instancesSet";
    check("RunInstances", request.clone(), Value::Null, missing);
    check("RunInstances", request.clone(), json!({"omitted": true}), "truncated");
    let nameless = json!({"instancesSet": {"items": [{"groupSet": {}}]}});
    check("RunInstances", request, nameless, "malformed: responseElements has no instanceId");
}

#[test]
fn a_new_interface_is_told_by_its_response() {
    let made = |groups: Value| {
        json!({"requestId": "r", "networkInterface":
            {"networkInterfaceId": "eni-1", "vpcId": "vpc-1", "groupSet": groups}})
    };
    let named = json!({"subnetId": "subnet-1", "groupSet": group_set(&["sg-2"])});
    let create =
        |request: Value, response: Value, expect| check("CreateNetworkInterface", request, response, expect);
    create(json!({"groupSet": {}}), made(group_set(&["sg-1"])), "eni-1 in vpc-1: sg-1");
    create(named.clone(), made(json!({})), "eni-1 in vpc-1: sg-2");
    create(named.clone(), Value::Null, "malformed: responseElements has no networkInterfaceId");
    create(named, json!({"omitted": true}), "truncated");
}

#[test]
fn the_groups_of_an_interface_are_replaced() {
    let modify = |request: Value, expect: &str| {
        check("ModifyNetworkInterfaceAttribute", request, json!({"_return": true}), expect);
    };
    let interface = |groups: Value| json!({"networkInterfaceId": "eni-1", "groupSet": groups});
    modify(interface(group_set(&["sg-2", "sg-1"])), "eni-1: sg-1 sg-2");
    modify(interface(json!(["sg-1"])), "eni-1: sg-1");
    let wrapped = json!({"ModifyNetworkInterfaceAttributeRequest":
        {"NetworkInterfaceId": "eni-1", "SecurityGroupId": [{"content": "sg-1", "tag": 1}]}});
    modify(wrapped, "eni-1: sg-1");
    for other in
        [json!({"description": {"value": "x"}}), json!({"sourceDestCheck": {"value": false}, "groupSet": {}})]
    {
        let mut request = other;
        request["networkInterfaceId"] = json!("eni-1");
        modify(request, "not a change");
    }
    modify(json!({"omitted": true, "networkInterfaceId": "eni-1"}), "eni-1:");
    modify(json!({"omitted": true}), "truncated");
    let nowhere = "malformed: requestParameters has no networkInterfaceId";
    modify(json!({"groupSet": group_set(&["sg-1"])}), nowhere);
    let odd = "malformed: requestParameters: `sg 1` cannot be a security group id";
    modify(interface(group_set(&["sg 1"])), odd);
}

#[test]
fn the_groups_of_an_instance_are_those_of_its_primary_interface() {
    let modify = |request: Value, expect: &str| {
        check("ModifyInstanceAttribute", request, json!({"_return": true}), expect);
    };
    let expect = "the primary interface of i-1 of i-1: sg-1";
    for request in [
        json!({"instanceId": "i-1", "groupSet": group_set(&["sg-1"])}),
        json!({"instanceId": "i-1", "securityGroups": ["sg-1"]}),
        json!({"instanceId": "i-1", "attribute": "groupSet", "value": "sg-1"}),
        json!({"ModifyInstanceAttributeRequest": {"InstanceId": "i-1", "GroupId": {"content": "sg-1", "tag": 1}}}),
    ] {
        modify(request, expect);
    }
    modify(json!({"instanceId": "i-1", "disableApiTermination": {"value": false}}), "not a change");
    modify(json!({"instanceId": "i-1", "attribute": "instanceType", "value": "t3.nano"}), "not a change");
    let nowhere = "malformed: requestParameters has no instanceId";
    modify(json!({"groupSet": group_set(&["sg-1"])}), nowhere);
}
