//! One group of the account, what writers do to it, and the record that `CloudTrail` makes of that.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};
use tierguard::Guard;
use tierguard::group::Rule;
use tierguard::id::{GroupId, RuleId};
use tierguard::permission::{Direction, Peer, Permission};
use tierguard::shape::SecurityGroupRule;
use tierguard::wire::{Dismissal, Reading};
use tierguard::{ChangeAccount, ReadAccount};
use tierguard_account::{Account, Ports};

use futures_executor::block_on;

use super::invocation::{Answer, Asked};
use super::known::Known;

pub(crate) const OWN_ROLE: &str = "arn:aws:iam::111122223333:role/tierguard";
pub(crate) const WRITER: &str = "arn:aws:iam::111122223333:role/Developer";
pub(crate) const ACCOUNT: &str = "111122223333";
const GROUP: &str = "sg-0000000000000000a";

/// The account as it is at one moment.
pub(crate) struct World {
    account: Account,
    /// The rules of its one group.
    pub(crate) rules: Vec<Rule>,
}

/// Something that a writer does, if it is possible at the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Adds this rule.
    Open(&'static str),
    /// Removes it.
    Close(&'static str),
    /// Edits the first rule in place, so that it becomes the second.
    Edit(&'static str, &'static str),
}

/// The `CloudTrail` record of one call.
pub(crate) struct Record {
    pub(crate) text: String,
    /// What was done, for a person.
    what: String,
    /// Whether the guard made the call.
    pub(crate) is_own: bool,
}

impl World {
    /// The account whose one group, `web`, has these rules.
    pub(crate) fn with(rules: &[&str]) -> Known<Self> {
        let group =
            json!({"GroupId": GROUP, "GroupName": "web", "OwnerId": ACCOUNT, "VpcId": "vpc-1", "Tags": []});
        let rules: Vec<_> = rules
            .iter()
            .enumerate()
            .map(|(n, text)| {
                let rule = Rule { id: rule_id(&format!("sgr-first-{n}")), ..rule(text) };
                serde_json::to_value(SecurityGroupRule::of(&rule, Some(&group_id()))).unwrap()
            })
            .collect();
        let text = json!({"SecurityGroups": [group], "SecurityGroupRules": rules,
                          "Vpcs": [{"VpcId": "vpc-1", "IsDefault": false}]});
        Self::of(Account::from_json("account.json", &text.to_string()).unwrap())
    }

    fn of(account: Account) -> Known<Self> {
        let rules = account.rules_of(&group_id());
        Known::by(&rules.clone(), Self { account, rules })
    }

    /// What the rules of the group say.
    pub(crate) fn permissions(&self) -> BTreeSet<Permission> {
        self.rules.iter().map(|rule| rule.permission.clone()).collect()
    }

    fn id_of(&self, text: &str) -> Option<RuleId> {
        let permission = permission(text);
        self.rules.iter().find(|rule| rule.permission == permission)?.id.clone()
    }

    /// The account once `act` is done, and its record; `None` where EC2 would refuse. `number` makes its ids.
    pub(crate) fn after(
        &self,
        act: Act,
        number: usize,
        guard: &Guard,
    ) -> Option<(Known<Self>, Known<Record>)> {
        let id = format!("sgr-new-{number}");
        let record = match act {
            Act::Open(text) => match self.id_of(text) {
                Some(_) => return None,
                None => Record::of_call(
                    "AuthorizeSecurityGroupIngress",
                    &[with_id(text, rule_id(&id))],
                    WRITER,
                    number,
                ),
            },
            Act::Close(text) => Record::of_call(
                "RevokeSecurityGroupIngress",
                &[with_id(text, Some(self.id_of(text)?))],
                WRITER,
                number,
            ),
            Act::Edit(from, to) => match (self.id_of(from)?, self.id_of(to)) {
                (_, Some(_)) => return None,
                (id, None) => Record::of_edit(&with_id(to, Some(id)), number),
            },
        };
        let ports = Ports::new(self.account.clone());
        match guard.read(record.text.as_bytes()) {
            Reading::Change(change) | Reading::Ignored(_, Dismissal::OwnChange(Some(change))) => {
                ports.apply(&change);
            }
            other => panic!("not a change: {other:?}"),
        }
        Some((Self::of(ports.account()), record))
    }

    /// What EC2 answers to `call`, and the account afterwards if it is another one. The topic takes everything.
    pub(crate) fn take(&self, call: &Asked) -> (Option<Known<Self>>, Answer) {
        let ports = Ports::new(self.account.clone());
        let answer = match call {
            Asked::Look(questions) => Answer::Looked(block_on(ports.look(questions))),
            Asked::AllGroups => Answer::Groups(block_on(ports.all_groups())),
            Asked::AllInterfaces => Answer::Interfaces(block_on(ports.all_interfaces())),
            Asked::Revoke(revoke) => Answer::Revoked(block_on(ports.revoke(revoke))),
            Asked::Authorize(authorize) => Answer::Authorized(block_on(ports.authorize(authorize))),
            Asked::Publish(_) => Answer::Published(Ok(())),
        };
        let after = Self::of(ports.account());
        ((after.rules != self.rules).then_some(after), answer)
    }
}

impl Record {
    /// The record of a call of the guard that made `after` of `before`.
    pub(crate) fn of_own(call: &str, before: &World, after: &World) -> Known<Self> {
        let is_changed = |rule: &&Rule| before.rules.contains(rule) != after.rules.contains(rule);
        let rules: Vec<_> = before.rules.iter().chain(&after.rules).filter(is_changed).cloned().collect();
        // Nobody compares the ids of the guard's own events.
        Self::of_call(call, &rules, OWN_ROLE, 0)
    }

    /// The record of a call that added or removed `rules`.
    pub(crate) fn of_call(call: &str, rules: &[Rule], role: &str, number: usize) -> Known<Self> {
        let items: Vec<_> = rules.iter().map(item).collect();
        let response = json!({"_return": true, "securityGroupRuleSet": {"items": items},
                              "revokedSecurityGroupRuleSet": {"items": items}});
        let texts: Vec<_> = rules.iter().map(|rule| rule.permission.to_string()).collect();
        let what = format!("{call} {}", texts.join(", "));
        Self::new(call, &json!({"groupId": GROUP}), &response, role, what, number)
    }

    fn of_edit(rule: &Rule, number: usize) -> Known<Self> {
        let shape = SecurityGroupRule::of(rule, None);
        let id = shape.security_group_rule_id.clone();
        let content = json!({"IpProtocol": shape.ip_protocol, "FromPort": shape.from_port,
                             "ToPort": shape.to_port, "CidrIpv4": shape.cidr_ipv4});
        let request = json!({"ModifySecurityGroupRulesRequest": {"GroupId": GROUP,
            "SecurityGroupRule": {"SecurityGroupRuleId": id, "tag": 1, "SecurityGroupRule": content}}});
        let what = format!("ModifySecurityGroupRules {}", rule.permission);
        Self::new("ModifySecurityGroupRules", &request, &Value::Null, WRITER, what, number)
    }

    fn new(
        call: &str,
        request: &Value,
        response: &Value,
        role: &str,
        what: String,
        number: usize,
    ) -> Known<Self> {
        let text = json!({
            "eventID": format!("e-{number}"), "eventName": call, "eventSource": "ec2.amazonaws.com",
            "eventTime": "2026-03-02T09:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": ACCOUNT,
            "requestParameters": request, "responseElements": response,
            "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/x/x",
                             "sessionContext": {"sessionIssuer": {"arn": role}}},
        })
        .to_string();
        Known::by(&text.clone(), Self { text, what, is_own: role == OWN_ROLE })
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.rules.iter().map(|rule| rule.permission.to_string())).finish()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

fn group_id() -> GroupId {
    GroupId::new(GROUP).unwrap()
}

fn rule_id(text: &str) -> Option<RuleId> {
    RuleId::new(text).ok()
}

fn rule(text: &str) -> Rule {
    Rule { id: None, permission: permission(text), description: None }
}

fn with_id(text: &str, id: Option<RuleId>) -> Rule {
    Rule { id, ..rule(text) }
}

/// `80/tcp from 10.0.0.0/8`.
pub(crate) fn permission(text: &str) -> Permission {
    let (traffic, peer) = text.split_once(" from ").unwrap();
    let (traffic, peer) = (traffic.parse().unwrap(), Peer::Network(peer.parse().unwrap()));
    Permission { direction: Direction::Ingress, traffic, peer }
}

/// A rule as a response tells it.
fn item(rule: &Rule) -> Value {
    let shape = SecurityGroupRule::of(rule, None);
    json!({"groupId": GROUP, "securityGroupRuleId": shape.security_group_rule_id, "isEgress": shape.is_egress,
           "ipProtocol": shape.ip_protocol, "fromPort": shape.from_port, "toPort": shape.to_port,
           "cidrIpv4": shape.cidr_ipv4})
}
