//! What several tests here need: a small policy, a small account, and records of changes to it.

pub(crate) mod calls;
pub(crate) mod ec2;
pub(crate) mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region};
use jiff::Timestamp;
use serde_json::{Value, json};
use tierguard::change::Vouching;
use tierguard::id::GroupId;
use tierguard::notice::PublishError;
use tierguard::respond::Announced;
use tierguard::sweep::{Sweep, Swept};
use tierguard::{ChangeAccount, Guard, Handled, Policy, Publish, ReadAccount, Remember};
use tierguard_account::{Account, Ports};

use self::server::Server;
use crate::config::Environment;
use crate::handler::Watch;
use crate::post::Post;
use crate::relay::PassOn;
use crate::stopwatch::Stopwatch;

/// A web tier, and a name for the entries of a list.
pub(crate) const POLICY: &str = "
version: 1
networks:
  vendors: pl-1
tiers:
  web:
    groups: { names: [web] }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
      - { allow: 22/tcp, from: vendors }
    egress:
      - { allow: 443/tcp, to: anywhere }
";

/// The role that the guard runs as.
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/tierguard";

/// An environment in a map.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    variables: BTreeMap<String, String>,
    program: Option<PathBuf>,
}

impl Variables {
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { variables: variables.into(), program: Some("/nowhere/bootstrap".into()) }
    }
}

impl Environment for Variables {
    fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn program(&self) -> Option<PathBuf> {
        self.program.clone()
    }
}

/// A client of SNS that talks to `server`.
pub(crate) fn sns(server: &Server) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&server.url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_sns::Client::from_conf(config)
}

/// The guard of [`POLICY`].
pub(crate) fn guard() -> Guard {
    Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role: Some(role()) }
}

fn role() -> tierguard::id::RoleArn {
    tierguard::id::RoleArn::new(ROLE).unwrap()
}

/// An account with one web group, in which port 22 is open to everyone.
pub(crate) fn ports() -> Ports {
    let account = json!({
        "SecurityGroups": [{ "GroupId": "sg-1", "GroupName": "web", "OwnerId": "111122223333" }],
        "SecurityGroupRules": [{
            "SecurityGroupRuleId": "sgr-22", "GroupId": "sg-1", "IsEgress": false,
            "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0",
        }],
        "PrefixLists": [{ "PrefixListId": "pl-1", "Entries": [{ "Cidr": "192.0.2.0/24" }] }],
    });
    Ports::new(Account::from_json("account.json", &account.to_string()).unwrap())
}

/// The record of a call that opened `port` to everyone in sg-1.
pub(crate) fn opened(port: u16) -> Value {
    let permissions = json!({ "items": [{
        "ipProtocol": "tcp", "fromPort": port, "toPort": port, "groups": {},
        "ipRanges": { "items": [{ "cidrIp": "0.0.0.0/0" }] }, "ipv6Ranges": {}, "prefixListIds": {},
    }] });
    authorized("Ingress", &permissions, &json!({ "_return": true }))
}

/// The record of a call that added rules to sg-1.
pub(crate) fn authorized(direction: &str, permissions: &Value, response: &Value) -> Value {
    json!({
        "eventID": "e-1", "eventName": format!("AuthorizeSecurityGroup{direction}"),
        "eventSource": "ec2.amazonaws.com", "eventTime": "2026-03-01T12:00:00Z",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/dev" },
        "requestParameters": { "groupId": "sg-1", "ipPermissions": permissions },
        "responseElements": response,
    })
}

/// A watch whose sweeps have time for the groups up to one, and no more.
pub(crate) struct Sweeping<P> {
    pub(crate) post: Post<P>,
    after: Option<GroupId>,
}

/// `post`, at which a sweep is over when it comes to `after`; without one, before it has begun.
pub(crate) fn sweeping<P>(post: Post<P>, after: Option<&str>) -> Sweeping<P> {
    Sweeping { post, after: after.map(ec2::group_id) }
}

impl<P> Watch for Sweeping<P>
where
    P: ReadAccount + ChangeAccount + Publish + Remember + PassOn + Sync,
{
    async fn respond(
        &self,
        record: &[u8],
        vouching: Vouching,
        now: Timestamp,
        stopwatch: &Stopwatch,
    ) -> Handled {
        self.post.respond(record, vouching, now, stopwatch).await
    }

    async fn sweep(&self, sweep: Sweep, now: Timestamp, _: impl Fn() -> bool) -> Swept {
        let swept = self.post.sweep(sweep, now, || false).await;
        Swept { rest: swept.rest.map(|rest| Sweep { after: self.after.clone(), ..rest }), ..swept }
    }

    async fn pass_on(&self, rest: &Sweep) -> Result<(), PublishError> {
        self.post.pass_on(rest).await
    }

    async fn tell(&self, swept: &Swept) -> Announced {
        self.post.tell(swept).await
    }
}
