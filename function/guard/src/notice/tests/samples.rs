//! Events, handled by the real guard against a made-up account.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::FutureExt;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::act::{
    AuthorizeError, CallError, ChangeAccount, RestoreError, RevokeError, Revoked, SetGroupsError,
};
use crate::change::{Change, ChangeKind, Event, GroupChange, GroupEdit};
use crate::facts::FRESH;
use crate::group::{Group, Rule};
use crate::id::{AccountId, GroupId, GroupKey, GroupName, RoleArn, RuleId, VpcId};
use crate::interface::Interface;
use crate::look::{Answers, LookUpError, Questions, ReadAccount};
use crate::memory::Remember;
use crate::network::Network;
use crate::notice::{Notice, Publish, PublishError};
use crate::permission::{Direction, Peer, Permission};
use crate::plan::{Authorize, RestoreList, Revoke, SetGroups};
use crate::policy::{
    Allow, AllowLists, Deny, Elsewhere, Limits, Mode, NamePattern, OnViolation, PeerSet, Policy, Reaction,
    Selector, Tier, TierName,
};
use crate::respond::{Guard, Handled};
use crate::traffic::Traffic;
use crate::wire::{Dismissal, Reading};

pub(super) const GROUP: &str = "sg-0a1b2c3d4e5f60718";

/// How an account answers a call.
type Revokes = dyn Fn(&Revoke) -> Result<Revoked, RevokeError> + Sync;

/// A made-up account and topic.
pub(super) struct Account {
    pub(super) group: Group,
    pub(super) looks: Result<(), LookUpError>,
    /// What it answers beside `group`.
    pub(super) answers: Answers,
    pub(super) revokes: Box<Revokes>,
    pub(super) adds: Result<(), AuthorizeError>,
    pub(super) restores: Result<(), RestoreError>,
    pub(super) sets: Result<(), SetGroupsError>,
    pub(super) told: Mutex<Vec<Notice>>,
}

impl Account {
    pub(super) fn new(name: &str) -> Self {
        Self {
            group: group(GROUP, name),
            looks: Ok(()),
            answers: Answers::default(),
            adds: Ok(()),
            restores: Ok(()),
            sets: Ok(()),
            revokes: Box::new(|_| Ok(Revoked::default())),
            told: Mutex::default(),
        }
    }

    pub(super) fn revoking(
        self,
        revokes: impl Fn(&Revoke) -> Result<Revoked, RevokeError> + Sync + 'static,
    ) -> Self {
        Self { revokes: Box::new(revokes), ..self }
    }

    pub(super) fn failing(self, message: &str, retryable: bool) -> Self {
        let message = message.to_owned();
        self.revoking(move |_| Err(RevokeError::Failed(CallError { message: message.clone(), retryable })))
    }

    /// The same account, in which the live rules of each group are these.
    pub(super) fn with_rules(mut self, rules: &[(&str, &[Rule])]) -> Self {
        let of_group = |(id, rules): &(&str, &[Rule])| (GroupId::new(id).unwrap(), Ok(rules.to_vec()));
        self.answers.rules = rules.iter().map(of_group).collect();
        self
    }

    /// The same account with further groups.
    pub(super) fn with_groups(mut self, groups: Vec<Group>) -> Self {
        self.answers.groups = Ok(groups);
        self
    }
}

impl ReadAccount for Account {
    async fn look(&self, questions: &Questions) -> Answers {
        let groups = self.looks.clone().map(|()| {
            let more = self.answers.groups.iter().flatten().cloned();
            [self.group.clone()].into_iter().chain(more).collect::<Vec<_>>()
        });
        let missing = LookUpError {
            call: "GetManagedPrefixListEntries",
            message: "Request limit exceeded.".to_owned(),
            retryable: true,
        };
        let entries = |list| self.answers.prefix_lists.get(list).cloned().unwrap_or(Err(missing.clone()));
        let lists = questions.prefix_lists.iter().map(|list| (list.clone(), entries(list)));
        let prefix_lists = lists.collect();
        Answers { groups: groups.clone(), named: groups, prefix_lists, ..self.answers.clone() }
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.looks.clone().map(|()| {
            let more = self.answers.groups.iter().flatten().cloned();
            [self.group.clone()].into_iter().chain(more).collect()
        })
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.answers.interfaces.clone()
    }
}

impl ChangeAccount for Account {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        (self.revokes)(call)
    }

    async fn authorize(&self, _: &Authorize) -> Result<(), AuthorizeError> {
        self.adds.clone()
    }

    async fn restore_list(&self, _: &RestoreList) -> Result<(), RestoreError> {
        self.restores.clone()
    }

    async fn set_groups(&self, _: &SetGroups) -> Result<(), SetGroupsError> {
        self.sets.clone()
    }
}

impl Publish for Account {
    async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        self.told.lock().unwrap().push(notice.clone());
        Ok(())
    }
}

impl Remember for Account {}

/// A group of the account.
pub(super) fn group(id: &str, name: &str) -> Group {
    Group {
        id: GroupId::new(id).unwrap(),
        owner: Some(AccountId::new("111122223333").unwrap()),
        name: Some(GroupName::new(name)),
        vpc: Some(VpcId::new("vpc-0123").unwrap()),
        tags: BTreeMap::new(),
    }
}

pub(super) fn reaction(mode: Mode, on_violation: OnViolation) -> Reaction {
    Reaction { mode, on_violation }
}

const ENFORCE: Reaction = Reaction { mode: Mode::Enforce, on_violation: OnViolation::Revoke };

pub(super) fn peers(networks: &[&str]) -> PeerSet {
    let networks = networks.iter().map(|network| network.parse::<Network>().unwrap());
    PeerSet { addresses: networks.collect(), ..PeerSet::default() }
}

fn allow(traffic: &[&str], networks: &[&str], words: &str) -> Allow {
    let traffic = traffic.iter().map(|traffic| traffic.parse::<Traffic>().unwrap().interval());
    Allow {
        traffic: traffic.collect(),
        peers: peers(networks),
        named: Vec::new(),
        words: words.to_owned(),
        required: false,
    }
}

pub(super) fn tier(name: &str, pattern: &str, ingress: Vec<Allow>) -> Tier {
    Tier {
        name: TierName(name.into()),
        groups: Selector { names: Some(vec![NamePattern(pattern.into())]), ..Selector::default() },
        allows: AllowLists { ingress: Some(ingress), egress: None },
        reaction: ENFORCE,
        editors: None,
    }
}

/// `web` allows 80 and 443 from anywhere; `edge` is `web*` too, and allows 443 alone; elsewhere, no ssh.
pub(super) fn policy() -> Policy {
    let anywhere = ["0.0.0.0/0", "::/0"];
    let web = vec![allow(&["80/tcp", "443/tcp"], &anywhere, "80/tcp, 443/tcp from anywhere")];
    let edge = vec![allow(&["443/tcp"], &anywhere, "443/tcp from anywhere")];
    let deny = Deny {
        direction: Direction::Ingress,
        traffic: ["22/tcp".parse::<Traffic>().unwrap().interval()].into_iter().collect(),
        peers: peers(&anywhere),
        except: PeerSet::default(),
        named: Vec::new(),
        excepted: Vec::new(),
        words: "22/tcp from internet".to_owned(),
    };
    Policy {
        tiers: vec![tier("web", "web*", web), tier("edge", "web-edge*", edge)],
        elsewhere: Some(Elsewhere { limits: Limits::Deny(vec![deny]), reaction: ENFORCE }),
        ..Policy::default()
    }
}

/// A policy that answers a violation of any tier so.
pub(super) fn policy_with(mode: Mode, on_violation: OnViolation) -> Policy {
    let mut policy = policy();
    for tier in &mut policy.tiers {
        tier.reaction = reaction(mode, on_violation);
    }
    policy
}

/// `AuthorizeSecurityGroupIngress` by a developer, twelve seconds before it is handled.
pub(super) fn authorize(rules: &[Value]) -> Value {
    let numbered = rules.iter().enumerate().map(|(n, rule)| {
        let mut rule = rule.clone();
        rule["securityGroupRuleId"] = json!(format!("sgr-{n:017}"));
        rule["groupId"] = json!(GROUP);
        rule["isEgress"] = json!(false);
        rule
    });
    json!({
        "eventVersion": "1.08",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress",
        "eventID": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "eventTime": "2026-03-14T09:26:53Z",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "203.0.113.77",
        "userAgent": "aws-cli/2.15.30 md/prompt#off",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/Developer/jane@example.com",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/Developer"}}
        },
        "requestParameters": {"groupId": GROUP, "ipPermissions": {"items": rules.iter().map(request).collect::<Vec<_>>()}},
        "responseElements": {"_return": true, "securityGroupRuleSet": {"items": numbered.collect::<Vec<_>>()}}
    })
}

fn request(rule: &Value) -> Value {
    let ranges = |key: &str, cidr: &str| match rule.get(key) {
        Some(network) => json!({"items": [{cidr: network, "description": rule["description"]}]}),
        None => json!({}),
    };
    json!({
        "ipProtocol": rule["ipProtocol"], "fromPort": rule["fromPort"], "toPort": rule["toPort"], "groups": {},
        "ipRanges": ranges("cidrIpv4", "cidrIp"), "ipv6Ranges": ranges("cidrIpv6", "cidrIpv6"), "prefixListIds": {}
    })
}

pub(super) fn tcp(from: u16, to: u16, network: &str, description: &str) -> Value {
    let key = if network.contains(':') { "cidrIpv6" } else { "cidrIpv4" };
    json!({"ipProtocol": "tcp", "fromPort": from, "toPort": to, key: network, "description": description})
}

pub(super) fn ssh() -> Value {
    authorize(&[tcp(22, 22, "0.0.0.0/0", "temporary access")])
}

/// The instant at which everything is handled: twelve seconds after the event.
pub(super) fn now() -> Timestamp {
    "2026-03-14T09:27:05Z".parse().unwrap()
}

fn guard(policy: Policy) -> Guard {
    Guard { policy, own_role: Some(RoleArn::new("arn:aws:iam::111122223333:role/tierguard").unwrap()) }
}

/// Lets the guard handle `event`, twelve seconds after it.
pub(super) fn handle(policy: Policy, account: &Account, event: &Value) -> Handled {
    handle_bytes(policy, account, event.to_string().as_bytes())
}

/// The same for bytes that need not be JSON.
pub(super) fn handle_bytes(policy: Policy, account: &Account, record: &[u8]) -> Handled {
    guard(policy).respond(record, account, now()).now_or_never().expect("nothing here waits")
}

/// The same for a change that needs no record: `kind`, by the call `name`.
pub(super) fn handle_change(policy: Policy, account: &Account, name: &str, kind: ChangeKind) -> Handled {
    let change = change(name, kind);
    let reading = Reading::Change(Box::new(change));
    guard(policy).handle(reading, account, now()).now_or_never().expect("nothing here waits")
}

/// The same, when the account has had time to show all of it.
pub(super) fn handle_late(policy: Policy, account: &Account, name: &str, kind: ChangeKind) -> Handled {
    let reading = Reading::Change(Box::new(change(name, kind)));
    guard(policy).handle(reading, account, now() + FRESH).now_or_never().expect("nothing here waits")
}

/// The same for a change that the guard made itself.
pub(super) fn handle_own(policy: Policy, account: &Account, name: &str, kind: ChangeKind) -> Handled {
    let change = change(name, kind);
    let dismissal = Dismissal::OwnChange(Some(Box::new(change.clone())));
    let reading = Reading::Ignored(Box::new(change.event), dismissal);
    guard(policy).handle(reading, account, now()).now_or_never().expect("nothing here waits")
}

fn change(name: &str, kind: ChangeKind) -> Change {
    let record = ssh().to_string();
    let Reading::Change(ssh) = guard(policy()).read(record.as_bytes()) else { panic!("it is a change") };
    let group = match &kind {
        ChangeKind::Group(change) => Some(change.group.clone()),
        ChangeKind::Tags(_) | ChangeKind::PrefixList(_) | ChangeKind::Attachment(_) => None,
    };
    Change { event: Event { name: Some(name.to_owned()), group, ..ssh.event }, kind }
}

/// An edit of the account's own group.
pub(super) fn edit(edit: GroupEdit) -> ChangeKind {
    ChangeKind::Group(GroupChange { group: GroupKey::Id(GroupId::new(GROUP).unwrap()), edit })
}

/// `22/tcp` from a network, as a live rule.
pub(super) fn rule(n: usize, traffic: &str, peer: Peer) -> Rule {
    let traffic = traffic.parse::<Traffic>().unwrap();
    Rule {
        id: Some(RuleId::new(&format!("sgr-{n:017}")).unwrap()),
        permission: Permission { direction: Direction::Ingress, traffic, peer },
        description: None,
    }
}

pub(super) fn network(network: &str) -> Peer {
    Peer::Network(network.parse().unwrap())
}

/// The one notice that the guard publishes about `event`.
pub(super) fn notice(policy: Policy, account: &Account, event: &Value) -> Notice {
    let handled = handle(policy, account, event);
    published(account, &handled)
}

/// The one notice that the guard published about what it `handled`.
pub(super) fn published(account: &Account, handled: &Handled) -> Notice {
    let told = account.told.lock().unwrap();
    assert_eq!(told.as_slice(), [Notice::of(handled).expect("there is something to tell")]);
    told[0].clone()
}
