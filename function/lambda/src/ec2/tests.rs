use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tierguard::act::{RevokeError, Revoked};
use tierguard::id::{GroupId, GroupName, PrefixListId};
use tierguard::look::Answers;
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::Call;
use tierguard::{ChangeAccount, Handled, Publish, ReadAccount};

use super::*;
use crate::testing::server::{Request, Server};
use crate::testing::{authorized, guard, opened};

fn ec2(server: &Server) -> Ec2 {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&server.url)
        .region(aws_sdk_ec2::config::Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    let home =
        Home { account: AccountId::new("111122223333").unwrap(), region: Region::new("eu-west-1").unwrap() };
    Ec2::new(Client::from_conf(config), home).with_lag([Duration::ZERO; 3])
}

fn ok(inside: impl Into<String>) -> (u16, String) {
    (200, inside.into())
}

fn error(status: u16, code: &str, message: &str) -> (u16, String) {
    (
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
        ),
    )
}

fn ids(ids: &[&str]) -> std::collections::BTreeSet<GroupId> {
    ids.iter().map(|id| GroupId::new(id).unwrap()).collect()
}

fn group_xml(id: &str, name: &str, vpc: &str) -> String {
    format!(
        "<item><groupId>{id}</groupId><groupName>{name}</groupName><ownerId>111122223333</ownerId>\
         <vpcId>{vpc}</vpcId><tagSet><item><key>tier</key><value>web</value></item></tagSet></item>"
    )
}

const WEB: &str = "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName>\
                   <ownerId>111122223333</ownerId></item></securityGroupInfo>";

/// A rule that refers to a group which is gone, and whose account went with it.
const DANGLING: &str = "<securityGroupRuleSet><item><securityGroupRuleId>sgr-9</securityGroupRuleId>\
                        <isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort>\
                        <toPort>443</toPort><referencedGroupInfo><groupId>sg-gone</groupId></referencedGroupInfo>\
                        </item></securityGroupRuleSet>";

/// Everything there is to ask, in one round.
fn everything() -> Questions {
    Questions {
        groups: ids(&["sg-1"]),
        named: [GroupName::new("default*")].into(),
        rules_of: GroupId::new("sg-1").ok(),
        prefix_lists: ["pl-1", "pl-2"].map(|list| PrefixListId::new(list).unwrap()).into(),
        ..Questions::default()
    }
}

fn answer_everything(request: &Request) -> (u16, String) {
    match (request["Action"].as_str(), request.get("Filter.1.Name").map(String::as_str)) {
        ("DescribeSecurityGroups", Some("group-id")) => {
            ok(format!("<securityGroupInfo>{}</securityGroupInfo>", group_xml("sg-1", "web", "vpc-1")))
        }
        ("DescribeSecurityGroups", Some("group-name")) => ok(format!(
            "<securityGroupInfo>{}{}</securityGroupInfo>",
            group_xml("sg-3", "default*", "vpc-other"),
            group_xml("sg-4", "default*", "vpc-default"),
        )),
        ("DescribeVpcs", _) => ok("<vpcSet><item><vpcId>vpc-default</vpcId></item></vpcSet>"),
        ("DescribeSecurityGroupRules", _) => ok(
            "<securityGroupRuleSet><item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-1</groupId>\
             <isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>\
             <cidrIpv4>10.0.0.0/8</cidrIpv4></item></securityGroupRuleSet>",
        ),
        ("GetManagedPrefixListEntries", _) => {
            ok("<entrySet><item><cidr>192.0.2.0/24</cidr></item></entrySet>")
        }
        (action, _) => error(400, "InvalidAction", action),
    }
}

/// The endpoint answers nobody until all six calls are there.
#[tokio::test]
async fn all_look_ups_go_out_at_once() {
    let barrier = Barrier::new(6);
    let server = Server::start(move |request| {
        barrier.wait();
        answer_everything(request)
    });
    let answers = ec2(&server).look(&everything()).await;
    assert_eq!(server.requests().len(), 6);
    assert_eq!(answers.groups.unwrap()[0].tags["tier"], "web");
    let named: Vec<_> = answers.named.unwrap().into_iter().map(|group| group.id.to_string()).collect();
    assert_eq!(named, ["sg-4"]);
    assert_eq!(answers.rules.unwrap()[0].permission.to_string(), "22/tcp from 10.0.0.0/8");
    assert_eq!(answers.prefix_lists.len(), 2);
    assert!(answers.prefix_lists.values().all(Result::is_ok));
}

#[tokio::test]
async fn a_name_is_no_pattern() {
    let server = Server::start(answer_everything);
    ec2(&server).look(&Questions { named: everything().named, ..Questions::default() }).await.named.unwrap();
    let values: Vec<_> =
        server.requests().into_iter().filter_map(|mut ask| ask.remove("Filter.1.Value.1")).collect();
    assert!(values.contains(&r"default\*".to_owned()), "{values:?}");
}

#[tokio::test]
async fn what_is_not_asked_is_not_called() {
    let server = Server::start(answer_everything);
    assert_eq!(ec2(&server).look(&Questions::default()).await, Answers::default());
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn every_page_is_read() {
    let server = Server::start(|request| match request.get("NextToken").map(String::as_str) {
        None => ok("<entrySet><item><cidr>10.0.0.0/9</cidr></item></entrySet><nextToken>two</nextToken>"),
        Some(_) => ok("<entrySet><item><cidr>10.128.0.0/9</cidr></item></entrySet>"),
    });
    let questions =
        Questions { prefix_lists: [PrefixListId::new("pl-1").unwrap()].into(), ..Questions::default() };
    let answers = ec2(&server).look(&questions).await;
    let networks = answers.prefix_lists.into_values().next().unwrap().unwrap().networks();
    assert_eq!(networks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8"]);
}

#[tokio::test]
async fn more_groups_than_a_filter_takes_are_several_calls() {
    let server = Server::start(|request| {
        let asked = request.iter().filter(|(name, _)| name.starts_with("Filter.1.Value."));
        let found: String = asked.map(|(_, id)| group_xml(id, "web", "vpc-1")).collect();
        ok(format!("<securityGroupInfo>{found}</securityGroupInfo>"))
    });
    let groups = (0..450).map(|number| GroupId::new(&format!("sg-{number}")).unwrap()).collect();
    let answers = ec2(&server).look(&Questions { groups, ..Questions::default() }).await;
    assert_eq!(answers.groups.unwrap().len(), 450);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_group_that_is_not_seen_yet_is_asked_for_again() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => ok("<securityGroupInfo/>"),
        _ => ok(WEB),
    });
    let questions = Questions { groups: ids(&["sg-1"]), ..Questions::default() };
    assert_eq!(ec2(&server).look(&questions).await.groups.unwrap().len(), 1);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_group_that_stays_away_is_gone_unless_the_event_is_fresh() {
    let server = Server::start(|_| ok("<securityGroupInfo/>"));
    let questions = |seconds| Questions {
        groups: ids(&["sg-1"]),
        age: Some(SignedDuration::from_secs(seconds)),
        ..Questions::default()
    };
    let late = ec2(&server).look(&questions(180)).await;
    assert_eq!((late.groups, late.unseen.len()), (Ok(Vec::new()), 0));
    assert_eq!(server.requests().len(), 1 + LAG.len());
    let fresh = ec2(&server).look(&questions(5)).await;
    assert_eq!(fresh.groups, Ok(Vec::new()));
    assert!(fresh.unseen.values().all(|error| error.retryable) && fresh.unseen.len() == 1);
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_is_an_error() {
    let server = Server::start(|_| {
        ok(
            "<securityGroupRuleSet><item><securityGroupRuleId>sgr-1</securityGroupRuleId><isEgress>false</isEgress>\
            <ipProtocol>tcp</ipProtocol><fromPort>70000</fromPort><toPort>70000</toPort>\
            <cidrIpv4>10.0.0.0/8</cidrIpv4></item></securityGroupRuleSet>",
        )
    });
    let questions = Questions { rules_of: GroupId::new("sg-1").ok(), ..Questions::default() };
    let error = ec2(&server).look(&questions).await.rules.unwrap_err();
    assert_eq!(
        error.to_string(),
        "DescribeSecurityGroupRules failed: rule sgr-1 cannot be read: port 70000 is not between 0 and 65535"
    );
    assert!(!error.retryable);
}

#[tokio::test]
async fn each_question_fails_alone() {
    let server = Server::start(|request| match request["Action"].as_str() {
        "GetManagedPrefixListEntries" => error(400, "InvalidPrefixListID.NotFound", "no such list"),
        "DescribeVpcs" => error(503, "RequestLimitExceeded", "Request limit exceeded."),
        _ => answer_everything(request),
    });
    let answers = ec2(&server).look(&everything()).await;
    assert!(answers.groups.is_ok() && answers.rules.is_ok());
    let named = answers.named.unwrap_err();
    assert_eq!(named.to_string(), "DescribeVpcs failed: RequestLimitExceeded: Request limit exceeded.");
    assert!(named.retryable);
    assert!(answers.prefix_lists.into_values().all(|list| list.is_err_and(|error| !error.retryable)));
}

#[tokio::test]
async fn an_event_from_elsewhere_is_not_looked_up() {
    let server = Server::start(answer_everything);
    for (region, account, message) in [
        ("us-east-1", "111122223333", "the event is from Region us-east-1, this function watches eu-west-1"),
        (
            "eu-west-1",
            "444455556666",
            "the event is from account 444455556666, this function watches 111122223333",
        ),
    ] {
        let (region, account) = (Region::new(region).ok(), AccountId::new(account).ok());
        let answers = ec2(&server).look(&Questions { region, account, ..everything() }).await;
        let error = answers.groups.unwrap_err();
        assert_eq!((error.message.as_str(), error.retryable), (message, false));
        assert_eq!(answers.rules.unwrap_err(), error);
        assert!(answers.prefix_lists.into_values().all(|list| list.as_ref() == Err(&error)));
    }
    assert_eq!(server.requests().len(), 0);
}

/// The account behind a server, and nobody who listens.
struct Account(Ec2);

impl ReadAccount for Account {
    async fn look(&self, questions: &Questions) -> Answers {
        self.0.look(questions).await
    }
}

impl ChangeAccount for Account {
    async fn revoke(&self, call: &Call) -> Result<Revoked, RevokeError> {
        self.0.revoke(call).await
    }
}

impl Publish for Account {
    async fn publish(&self, _: &Notice) -> Result<(), PublishError> {
        Ok(())
    }
}

/// How a guard fares with `record`, of a rule that it must revoke, where EC2 answers the revoke so.
async fn revoking(record: &Value, answer: (u16, String)) -> (Handled, Request) {
    let server = Server::start(move |request| match request["Action"].as_str() {
        "DescribeSecurityGroups" => ok(WEB),
        "GetManagedPrefixListEntries" => ok("<entrySet/>"),
        "DescribeSecurityGroupRules" => ok(DANGLING),
        _ => answer.clone(),
    });
    // Late enough for what is not to be seen to be gone.
    let now = "2026-03-01T12:05:00Z".parse().unwrap();
    let handled = guard().respond(record.to_string().as_bytes(), &Account(ec2(&server)), now).await;
    (handled, server.requests().pop().unwrap())
}

fn request<const N: usize>(fields: [(&str, &str); N]) -> Request {
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

async fn outcome(answer: (u16, String)) -> String {
    let (handled, _) = revoking(&opened(22), answer).await;
    let outcome = &handled.actions[0].outcome;
    format!("{outcome} {} {}", outcome.error().unwrap_or_default(), handled.retry().is_some())
}

#[tokio::test]
async fn a_rule_is_revoked_by_its_content() {
    let (handled, sent) = revoking(&opened(22), ok("<return>true</return>")).await;
    assert_eq!(handled.actions[0].outcome.to_string(), "done");
    let expected = request([
        ("Action", "RevokeSecurityGroupIngress"),
        ("GroupId", "sg-1"),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "22"),
        ("IpPermissions.1.ToPort", "22"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn an_outbound_rule_is_revoked_by_the_other_call() {
    let all =
        json!({ "items": [{ "ipProtocol": "-1", "ipv6Ranges": { "items": [{ "cidrIpv6": "::/0" }] } }] });
    let (handled, sent) =
        revoking(&authorized("Egress", &all, &json!({})), ok("<return>true</return>")).await;
    assert_eq!(handled.actions[0].outcome.to_string(), "done");
    let expected = request([
        ("Action", "RevokeSecurityGroupEgress"),
        ("GroupId", "sg-1"),
        ("IpPermissions.1.IpProtocol", "-1"),
        ("IpPermissions.1.Ipv6Ranges.1.CidrIpv6", "::/0"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_rule_whose_content_does_not_name_it_is_revoked_by_its_id() {
    let response = json!({ "securityGroupRuleSet": { "items": [{
        "groupId": "sg-1", "securityGroupRuleId": "sgr-9", "isEgress": false, "ipProtocol": "tcp",
        "fromPort": 443, "toPort": 443, "referencedGroupInfo": { "groupId": "sg-gone" },
    }] } });
    let record = authorized("Ingress", &json!({}), &response);
    let (handled, sent) = revoking(&record, ok("<return>true</return>")).await;
    assert_eq!(handled.actions[0].outcome.to_string(), "done");
    let expected = request([
        ("Action", "RevokeSecurityGroupIngress"),
        ("GroupId", "sg-1"),
        ("SecurityGroupRuleId.1", "sgr-9"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_rule_or_group_that_is_gone_needs_no_revoking() {
    let unknown = "<return>true</return><unknownIpPermissionSet><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort>\
                   <toPort>22</toPort><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>\
                   </unknownIpPermissionSet>";
    for answer in [
        ok(unknown),
        error(400, "InvalidPermission.NotFound", "The specified rule does not exist in this security group."),
        error(
            400,
            "InvalidSecurityGroupRuleId.NotFound",
            "The security group rule ID 'sgr-1' does not exist",
        ),
        error(400, "InvalidGroup.NotFound", "The security group 'sg-1' does not exist"),
    ] {
        assert_eq!(outcome(answer).await, "already-gone  false");
    }
}

#[tokio::test]
async fn what_was_not_revoked_is_said() {
    assert_eq!(
        outcome(error(400, "InvalidGroup.NotFound", "The security group 'sg-9' does not exist")).await,
        "failed InvalidGroup.NotFound: The security group 'sg-9' does not exist false"
    );
    assert_eq!(
        outcome(error(503, "RequestLimitExceeded", "Request limit exceeded.")).await,
        "failed RequestLimitExceeded: Request limit exceeded. true"
    );
    assert_eq!(
        outcome(ok("<return>false</return>")).await,
        "failed EC2 answered that it revoked nothing, and not why true"
    );
}
