//! What a revoke removed, exactly.

use serde_json::{Value, json};

use super::{read, record};

fn revoke(response: Value) -> String {
    let request = json!({"groupId": "sg-1", "ipPermissions": {"items": [
        {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
         "groups": {"items": [{"groupId": "sg-2"}]},
         "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "192.0.2.0/24", "description": "old"}]}}]}});
    read(&record("RevokeSecurityGroupIngress", request, response))
}

#[test]
fn without_a_response_it_is_what_was_asked() {
    insta::assert_snapshot!(revoke(json!({"_return": true})), @r#"
    revoke ingress sg-1
      22/tcp from 10.0.0.0/8
      22/tcp from 192.0.2.0/24
      22/tcp from sg-2
      gone: 22/tcp from 10.0.0.0/8
      gone: 22/tcp from 192.0.2.0/24 "old"
      gone: 22/tcp from sg-2
    "#);
}

#[test]
fn the_response_is_preferred_with_its_ids_and_texts() {
    let rule = |id: u8, peer: &str, value: Value| {
        json!({"securityGroupRuleId": format!("sgr-{id}"), "groupId": "sg-1", "isEgress": false,
               "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, peer: value, "description": "x"})
    };
    let info = json!({"userId": "111122223333", "groupId": "sg-2"});
    let response = json!({"_return": true, "revokedSecurityGroupRuleSet": {"items": [
        rule(1, "cidrIpv4", json!("10.0.0.0/8")), rule(2, "referencedGroupId", json!("sg-2")),
        rule(3, "referencedGroupInfo", info)]}});
    insta::assert_snapshot!(revoke(response.clone()), @r#"
    revoke ingress sg-1
      22/tcp from 10.0.0.0/8
      22/tcp from sg-2
      22/tcp from 111122223333/sg-2
      gone: sgr-1 22/tcp from 10.0.0.0/8 "x"
      gone: sgr-2 22/tcp from sg-2 "x"
      gone: sgr-3 22/tcp from 111122223333/sg-2 "x"
    "#);
}

#[test]
fn what_was_not_there_was_not_removed() {
    let unknown = json!({"_return": true, "unknownIpPermissionSet": {"items": [
        {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]},
         "groups": {"items": [{"groupId": "sg-2", "userId": "111122223333"}]}},
        {"ipProtocol": "tcp", "fromPort": 23, "toPort": 23, "ipRanges": {"items": [{"cidrIp": "192.0.2.0/24"}]}}]}});
    insta::assert_snapshot!(revoke(unknown), @r#"
    revoke ingress sg-1
      22/tcp from 10.0.0.0/8
      22/tcp from 192.0.2.0/24
      22/tcp from sg-2
      gone: 22/tcp from 192.0.2.0/24 "old"
    "#);
    let named =
        "revoke ingress sg-1\n  22/tcp from 10.0.0.0/8\n  22/tcp from 192.0.2.0/24\n  22/tcp from sg-2";
    assert_eq!(revoke(json!({"_return": false})), named);
    assert_eq!(revoke(json!({"_return": true, "revokedSecurityGroupRuleSet": {}})), named);
}
