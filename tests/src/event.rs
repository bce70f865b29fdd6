//! What CloudTrail records of a call, in the encodings that AWS uses, and the envelope in which EventBridge hands it on.
//!
//! Source: captured records; the shape of `ModifySecurityGroupRules` is known from several parsers only.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::call::{Call, Refusal};
use crate::rule::{Kind, Rule, Way, items, recorded};

/// The account that the tests play in; moto's own.
pub const ACCOUNT: &str = "123456789012";
/// The Region that they play in.
pub const REGION: &str = "us-east-1";
/// The role that the function runs as.
pub const GUARD_ROLE: &str = "arn:aws:iam::123456789012:role/tierguard";

/// A call that was made, and what came of it.
#[derive(Debug, Clone)]
pub struct Made {
    /// The call.
    pub call: Call,
    /// The group's id.
    pub group: String,
    /// What came of it.
    pub outcome: Result<Effect, Refusal>,
}

/// What a call did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// The rules that were not there before.
    pub added: Vec<Held>,
    /// The rules that are no longer there.
    pub removed: Vec<Held>,
}

/// A rule of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Which way it opens.
    pub way: Way,
    /// What it says.
    pub rule: Rule,
    /// The text beside it.
    pub description: Option<String>,
}

/// A bare CloudTrail record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record(pub Value);

impl Made {
    /// The record of it.
    #[must_use]
    pub fn record(&self) -> Record {
        Record::new(self.call.name(), &self.request(), &self.response(), self.outcome.as_ref().err())
    }

    /// The record of a call that named its one rule in the flat fields.
    #[must_use]
    pub fn flat_record(&self) -> Record {
        let (Call::Authorize { rules, .. } | Call::Revoke { rules, .. }) = &self.call else {
            panic!("{} has no flat form", self.call.name())
        };
        let [rule] = rules.as_slice() else { panic!("the flat form holds one rule") };
        let key = if rule.kind() == Kind::V4 { "cidrIp" } else { "cidrIpv6" };
        let mut record = self.record();
        record.0["requestParameters"] = json!({
            "groupId": self.group, "ipPermissions": {}, "ipProtocol": rule.traffic.protocol,
            "fromPort": rule.traffic.from, "toPort": rule.traffic.to, key: rule.peer,
        });
        record
    }

    fn request(&self) -> Value {
        let group = &self.group;
        match &self.call {
            Call::Authorize { group: name, rules, .. } | Call::Revoke { group: name, rules, .. } => {
                let key = if name.starts_with("sg-") { "groupId" } else { "groupName" };
                let items: Vec<_> = items(rules).iter().map(|item| recorded(item, ACCOUNT)).collect();
                json!({ key: name, "ipPermissions": {"items": items} })
            }
            Call::RevokeIds { ids, .. } => {
                let ids: Vec<_> = ids.iter().map(|id| json!({"securityGroupRuleId": id})).collect();
                json!({"groupId": group, "ipPermissions": {}, "securityGroupRuleIds": {"items": ids}})
            }
            Call::Modify { id, rule, .. } => modify_request(group, id, rule),
            Call::Describe { way, rule, text, .. } => describe_request(*way, group, rule, text),
            Call::Create { name, vpc, tags } => create_request(name, vpc, tags),
            Call::Delete { .. } => json!({"groupId": group}),
        }
    }

    fn response(&self) -> Value {
        let Ok(Effect { added, removed }) = &self.outcome else { return Value::Null };
        let told = |rules: &[Held]| rules.iter().map(|held| self.told(held)).collect::<Vec<_>>();
        match &self.call {
            Call::Authorize { .. } => {
                let rules = json!({"items": told(added)});
                json!({"requestId": "a-request", "_return": true, "securityGroupRuleSet": rules})
            }
            Call::Revoke { .. } | Call::RevokeIds { .. } if !removed.is_empty() => {
                let rules = json!({"items": told(removed)});
                json!({"requestId": "a-request", "_return": true, "revokedSecurityGroupRuleSet": rules})
            }
            Call::Create { .. } => json!({"requestId": "a-request", "_return": true, "groupId": self.group}),
            Call::Modify { .. } => {
                json!({"ModifySecurityGroupRulesResponse": {"requestId": "a-request", "return": true}})
            }
            Call::Describe { .. } | Call::Revoke { .. } | Call::RevokeIds { .. } | Call::Delete { .. } => {
                json!({"requestId": "a-request", "_return": true})
            }
        }
    }

    /// An element of `securityGroupRuleSet` or `revokedSecurityGroupRuleSet`.
    fn told(&self, Held { id, way, rule, description }: &Held) -> Value {
        let mut json = rule.response(ACCOUNT);
        json.insert("securityGroupRuleId".to_owned(), json!(id));
        json.insert("groupId".to_owned(), json!(self.group));
        json.insert("groupOwnerId".to_owned(), json!(ACCOUNT));
        json.insert("isEgress".to_owned(), json!(*way == Way::Out));
        json.extend(description.iter().map(|text| ("description".to_owned(), json!(text))));
        Value::Object(json)
    }
}

fn modify_request(group: &str, id: &str, rule: &Rule) -> Value {
    let key = match rule.kind() {
        Kind::V4 => "CidrIpv4",
        Kind::V6 => "CidrIpv6",
        Kind::Group => "ReferencedGroupId",
        Kind::List => "PrefixListId",
    };
    let content = json!({
        "IpProtocol": coerced(&rule.traffic.protocol), "FromPort": rule.traffic.from, "ToPort": rule.traffic.to,
        key: rule.peer,
    });
    let update = json!({"SecurityGroupRuleId": id, "tag": 1, "SecurityGroupRule": content});
    json!({"ModifySecurityGroupRulesRequest": {"SecurityGroupRule": update, "GroupId": group}})
}

fn describe_request(way: Way, group: &str, rule: &Rule, text: &str) -> Value {
    let traffic = &rule.traffic;
    let range = json!({"tag": 1, "CidrIp": rule.peer, "Description": text});
    let permission = json!({
        "tag": 1, "IpProtocol": coerced(&traffic.protocol), "FromPort": traffic.from, "ToPort": traffic.to,
        "IpRanges": range,
    });
    let name = match way {
        Way::In => "UpdateSecurityGroupRuleDescriptionsIngressRequest",
        Way::Out => "UpdateSecurityGroupRuleDescriptionsEgressRequest",
    };
    json!({ name: {"GroupId": group, "IpPermissions": permission} })
}

fn create_request(name: &str, vpc: &str, tags: &[(String, String)]) -> Value {
    let mut request = json!({"groupName": name, "groupDescription": "made by a test", "vpcId": vpc});
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    if !tags.is_empty() {
        let specification = json!({"resourceType": "security-group", "tags": tags});
        request["tagSpecificationSet"] = json!({"items": [specification]});
    }
    request
}

/// The newer encoding turns texts that look like numbers into numbers.
fn coerced(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
}

impl Record {
    /// The record of a call that some user made.
    #[must_use]
    pub fn new(name: &str, request: &Value, response: &Value, refusal: Option<&Refusal>) -> Self {
        let (id, time) = next();
        let mut record = json!({
            "eventVersion": "1.10",
            "userIdentity": {
                "type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": format!("arn:aws:iam::{ACCOUNT}:user/dev"),
                "accountId": ACCOUNT, "userName": "dev",
            },
            "eventTime": time, "eventSource": "ec2.amazonaws.com", "eventName": name, "awsRegion": REGION,
            "sourceIPAddress": "192.0.2.17", "userAgent": "aws-cli/2.15",
            "requestParameters": request, "responseElements": response,
            "requestID": "a-request", "eventID": id, "readOnly": false, "eventType": "AwsApiCall",
            "managementEvent": true, "recipientAccountId": ACCOUNT, "eventCategory": "Management",
        });
        if let Some(code) = refusal {
            record["errorCode"] = json!(format!("Client.{code}"));
            record["errorMessage"] = json!("refused");
        }
        Self(record)
    }

    /// The same, by a session of `role`.
    #[must_use]
    pub fn by_role(mut self, role: &str) -> Self {
        self.0["userIdentity"] = json!({
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:session",
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/tierguard/session"), "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "principalId": "AROAEXAMPLE", "arn": role, "accountId": ACCOUNT, "userName": "tierguard",
            }},
        });
        self
    }

    /// The event as EventBridge hands it to the function.
    #[must_use]
    pub fn event(&self) -> String {
        envelope(&self.0).to_string()
    }

    /// The record alone.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }
}

/// `record` as EventBridge delivers it.
#[must_use]
pub fn envelope(record: &Value) -> Value {
    let service = record["eventSource"].as_str().unwrap_or_default().trim_end_matches(".amazonaws.com");
    json!({
        "version": "0", "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "AWS API Call via CloudTrail",
        "source": format!("aws.{service}"), "account": record["recipientAccountId"], "time": record["eventTime"],
        "region": record["awsRegion"], "resources": [], "detail": record,
    })
}

/// The id and the time of the next event: a second after the last.
fn next() -> (String, String) {
    static COUNT: AtomicI64 = AtomicI64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let start: Timestamp = "2026-03-02T09:00:00Z".parse().expect("an instant");
    let time = start + SignedDuration::from_secs(count);
    (format!("5f2b3c1d-0000-4000-8000-{count:012}"), time.to_string())
}
