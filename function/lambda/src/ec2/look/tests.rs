use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use tierguard::change::{InterfaceKey, ListVersion};
use tierguard::group::Rule;
use tierguard::id::{AccountId, InstanceId, Region};
use tierguard::look::ListState;

use super::*;
use crate::ec2::LAG;
use crate::testing::ec2::{ec2, error, everything, group_id, interface_id, list_id, ok};
use crate::testing::server::{Request, Server};

fn group_xml(id: &str, name: &str, vpc: &str) -> String {
    format!(
        "<item><groupId>{id}</groupId><groupName>{name}</groupName><ownerId>111122223333</ownerId>\
         <vpcId>{vpc}</vpcId><tagSet><item><key>tier</key><value>web</value></item></tagSet></item>"
    )
}

const WEB: &str = "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName>\
                   <ownerId>111122223333</ownerId></item></securityGroupInfo>";

const INTERFACE: &str = "<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><vpcId>vpc-1</vpcId>\
                         <groupSet><item><groupId>sg-1</groupId></item></groupSet>\
                         <attachment><instanceId>i-1</instanceId><deviceIndex>0</deviceIndex></attachment>\
                         <interfaceType>interface</interfaceType></item></networkInterfaceSet>";

fn rule_xml(group: &str, port: u32) -> String {
    format!(
        "<item><securityGroupRuleId>sgr-{port}</securityGroupRuleId><groupId>{group}</groupId>\
         <isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>{port}</fromPort><toPort>{port}</toPort>\
         <cidrIpv4>10.0.0.0/8</cidrIpv4></item>"
    )
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
        ("DescribeSecurityGroups", _) => ok(WEB),
        ("DescribeSecurityGroupRules", _) => {
            ok(format!("<securityGroupRuleSet>{}</securityGroupRuleSet>", rule_xml("sg-1", 22)))
        }
        ("GetManagedPrefixListEntries", _) if request.contains_key("TargetVersion") => {
            ok("<entrySet><item><cidr>198.51.100.0/24</cidr></item></entrySet>")
        }
        ("GetManagedPrefixListEntries", _) => {
            ok("<entrySet><item><cidr>192.0.2.0/24</cidr></item></entrySet>")
        }
        ("DescribeManagedPrefixLists", _) => {
            ok("<prefixListSet><item><prefixListId>pl-1</prefixListId><ownerId>111122223333</ownerId>\
             <version>4</version><maxEntries>20</maxEntries><state>modify-complete</state></item></prefixListSet>")
        }
        ("DescribeNetworkInterfaces", _) => ok(INTERFACE),
        (action, _) => error(400, "InvalidAction", action),
    }
}

/// The endpoint answers nobody until all twelve calls are there.
#[tokio::test]
async fn all_look_ups_go_out_at_once() {
    let barrier = Barrier::new(12);
    let server = Server::start(move |request| {
        barrier.wait();
        answer_everything(request)
    });
    let answers = ec2(&server).look(&everything()).await;
    assert_eq!(server.requests().len(), 12);
    assert_eq!(answers.groups.unwrap()[0].tags["tier"], "web");
    let named: Vec<_> = answers.named.unwrap().into_iter().map(|group| group.id.to_string()).collect();
    assert_eq!(named, ["sg-4"]);
    let users: Vec<_> = answers.users.unwrap().into_iter().map(|group| group.id.to_string()).collect();
    assert_eq!(users, ["sg-1"], "once, though both calls find it");
    assert_eq!(written(&answers.rules), ["sg-1: 22/tcp from 10.0.0.0/8", "sg-2: "]);
    assert_eq!(answers.prefix_lists.len(), 2);
    assert!(answers.prefix_lists.values().all(Result::is_ok));
    assert_eq!(answers.entries_before.unwrap().unwrap().networks()[0].to_string(), "198.51.100.0/24");
    let owner = AccountId::new("111122223333").ok();
    let state = ListState { owner, version: Some(ListVersion(4)), max_entries: Some(20) };
    assert_eq!(answers.list_states, [(list_id("pl-1"), Ok(state))].into());
    let interfaces = answers.interfaces.unwrap();
    assert_eq!(interfaces.len(), 1, "once, though both calls find it");
    assert_eq!(interfaces[0].groups, [group_id("sg-1")].into());
}

/// What is known of the rules of each group, in a line for each.
fn written(rules: &BTreeMap<GroupId, Result<Vec<Rule>, LookUpError>>) -> Vec<String> {
    let rules = rules.iter().map(|(group, rules)| match rules {
        Ok(rules) => {
            let rules: Vec<_> = rules.iter().map(|rule| rule.permission.to_string()).collect();
            format!("{group}: {}", rules.join(", "))
        }
        Err(error) => format!("{group}: {error}"),
    });
    rules.collect()
}

/// What a question is called by: its parameters, but for those of every call.
fn asked(server: &Server) -> Vec<String> {
    let asked = server.requests().into_iter().map(|mut request| {
        request.remove("Version");
        let action = request.remove("Action").unwrap();
        let fields: Vec<_> = request.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{action} {}", fields.join(" "))
    });
    let mut asked: Vec<_> = asked.collect();
    asked.sort();
    asked
}

#[tokio::test]
async fn what_is_sent_for_each_question() {
    let server = Server::start(answer_everything);
    ec2(&server).look(&everything()).await;
    ec2(&server).all_groups().await.unwrap();
    assert_eq!(
        asked(&server),
        [
            "DescribeManagedPrefixLists Filter.1.Name=prefix-list-id Filter.1.Value.1=pl-1 MaxResults=100",
            "DescribeNetworkInterfaces Filter.1.Name=attachment.instance-id Filter.1.Value.1=i-1 \
             Filter.2.Name=attachment.device-index Filter.2.Value.1=0 MaxResults=1000",
            "DescribeNetworkInterfaces Filter.1.Name=network-interface-id Filter.1.Value.1=eni-1 MaxResults=1000",
            "DescribeSecurityGroupRules Filter.1.Name=group-id Filter.1.Value.1=sg-1 Filter.1.Value.2=sg-2 \
             MaxResults=1000",
            "DescribeSecurityGroups Filter.1.Name=egress.ip-permission.prefix-list-id Filter.1.Value.1=pl-1 \
             MaxResults=1000",
            "DescribeSecurityGroups Filter.1.Name=group-id Filter.1.Value.1=sg-1 MaxResults=1000",
            r"DescribeSecurityGroups Filter.1.Name=group-name Filter.1.Value.1=default\* MaxResults=1000",
            "DescribeSecurityGroups Filter.1.Name=ip-permission.prefix-list-id Filter.1.Value.1=pl-1 \
             MaxResults=1000",
            "DescribeSecurityGroups MaxResults=1000",
            "DescribeVpcs Filter.1.Name=is-default Filter.1.Value.1=true",
            "GetManagedPrefixListEntries MaxResults=100 PrefixListId=pl-1",
            "GetManagedPrefixListEntries MaxResults=100 PrefixListId=pl-1 TargetVersion=3",
            "GetManagedPrefixListEntries MaxResults=100 PrefixListId=pl-2",
        ]
    );
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
    let questions = Questions { groups: [group_id("sg-1")].into(), ..Questions::default() };
    assert_eq!(ec2(&server).look(&questions).await.groups.unwrap().len(), 1);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_group_that_stays_away_is_gone_unless_the_event_is_fresh() {
    let server = Server::start(|_| ok("<securityGroupInfo/>"));
    let questions = |seconds| Questions {
        groups: [group_id("sg-1")].into(),
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
async fn rules_that_no_record_names_may_be_slow_to_show_while_the_event_is_fresh() {
    let server = Server::start(|_| ok("<securityGroupRuleSet/>"));
    let questions = |seconds| Questions {
        rules_of: [group_id("sg-1")].into(),
        unnamed_in: [group_id("sg-1")].into(),
        age: Some(SignedDuration::from_secs(seconds)),
        ..Questions::default()
    };
    assert_eq!(ec2(&server).look(&questions(120)).await.unshown_in, BTreeMap::new());
    let fresh = ec2(&server).look(&questions(119)).await.unshown_in;
    let texts: Vec<_> = fresh.values().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "DescribeSecurityGroupRules failed: no record names the new rules of sg-1, and they may be slow to show"
        ]
    );
    assert!(fresh.values().all(|error| error.retryable));
}

const NO_PORT: &str =
    "DescribeSecurityGroupRules failed: rule sgr-70000 cannot be read: port 70000 is not between 0 and 65535";

#[tokio::test]
async fn a_rule_that_cannot_be_read_is_an_error_of_its_group() {
    let server = Server::start(|_| {
        let rules: String =
            [("sg-1", 70000), ("sg-1", 22), ("sg-2", 22)].map(|(group, port)| rule_xml(group, port)).concat();
        ok(format!("<securityGroupRuleSet>{rules}</securityGroupRuleSet>"))
    });
    let questions = Questions { rules_of: everything().rules_of, ..Questions::default() };
    let rules = ec2(&server).look(&questions).await.rules;
    assert_eq!(written(&rules), [format!("sg-1: {NO_PORT}"), "sg-2: 22/tcp from 10.0.0.0/8".to_owned()]);
    assert!(rules.values().all(|rules| rules.as_ref().is_ok_and(|rules| rules.len() == 1)
        || rules.as_ref().is_err_and(|error| !error.retryable)));
}

#[tokio::test]
async fn a_rule_of_nobody_knows_which_group_is_an_error_of_all() {
    let server = Server::start(|_| {
        let rule = rule_xml("", 22).replace("<groupId></groupId>", "");
        ok(format!("<securityGroupRuleSet>{rule}</securityGroupRuleSet>"))
    });
    let questions = Questions { rules_of: everything().rules_of, ..Questions::default() };
    let error = "DescribeSecurityGroupRules failed: a security group rule has no GroupId";
    assert_eq!(
        written(&ec2(&server).look(&questions).await.rules),
        [format!("sg-1: {error}"), format!("sg-2: {error}")]
    );
}

#[tokio::test]
async fn the_rules_of_many_groups_are_several_calls() {
    let server = Server::start(|request| {
        let asked = request.iter().filter(|(name, _)| name.starts_with("Filter.1.Value."));
        let found: String = asked.map(|(_, id)| rule_xml(id, 22)).collect();
        match request.get("Filter.1.Value.1").map(String::as_str) {
            Some("sg-1000") => ok(format!("<securityGroupRuleSet>{found}</securityGroupRuleSet>")),
            _ => error(503, "RequestLimitExceeded", "slow down"),
        }
    });
    let rules_of = (1000..1250).map(|number| group_id(&format!("sg-{number}"))).collect();
    let rules = ec2(&server).look(&Questions { rules_of, ..Questions::default() }).await.rules;
    assert_eq!(server.requests().len(), 2);
    assert_eq!(
        rules.values().filter(|rules| rules.as_ref().is_ok_and(|rules| rules.len() == 1)).count(),
        200
    );
    assert_eq!(rules.values().filter(|rules| rules.as_ref().is_err_and(|error| error.retryable)).count(), 50);
}

#[tokio::test]
async fn groups_of_other_accounts_are_not_swept() {
    let server = Server::start(|request| match request.get("NextToken").map(String::as_str) {
        None => ok(WEB.replace("</securityGroupInfo>", "</securityGroupInfo><nextToken>two</nextToken>")),
        Some(_) => {
            ok("<securityGroupInfo><item><groupId>sg-2</groupId><ownerId>444455556666</ownerId></item>\
                <item><groupId>sg-3</groupId><ownerId>111122223333</ownerId></item></securityGroupInfo>")
        }
    });
    let groups = ec2(&server).all_groups().await.unwrap();
    let groups: Vec<_> = groups.iter().map(|group| group.id.as_str()).collect();
    assert_eq!(groups, ["sg-1", "sg-3"]);
}

#[tokio::test]
async fn a_list_that_is_not_there_leaves_the_others_known() {
    let server = Server::start(answer_everything);
    let questions =
        Questions { list_states: [list_id("pl-1"), list_id("pl-9")].into(), ..Questions::default() };
    let states = ec2(&server).look(&questions).await.list_states;
    assert!(states[&list_id("pl-1")].is_ok());
    assert_eq!(
        states[&list_id("pl-9")].as_ref().unwrap_err().to_string(),
        "DescribeManagedPrefixLists failed: pl-9 is not there, or not to be seen"
    );
}

fn of_interfaces(keys: impl IntoIterator<Item = InterfaceKey>, age: i64) -> Questions {
    let age = Some(SignedDuration::from_secs(age));
    Questions { interfaces: keys.into_iter().collect(), age, ..Questions::default() }
}

#[tokio::test]
async fn an_interface_that_is_not_seen_yet_is_asked_for_again() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => ok("<networkInterfaceSet/>"),
        _ => ok(INTERFACE),
    });
    let primary = InterfaceKey::PrimaryOf(InstanceId::new("i-1").unwrap());
    let found = ec2(&server).look(&of_interfaces([primary], 5)).await.interfaces.unwrap();
    assert_eq!((found.len(), server.requests().len()), (1, 3));
}

#[tokio::test]
async fn an_interface_that_stays_away_is_gone_unless_the_event_is_fresh() {
    let server = Server::start(|_| ok(INTERFACE));
    let keys = || ["eni-1", "eni-2"].map(|id| InterfaceKey::Id(interface_id(id)));
    let late = ec2(&server).look(&of_interfaces(keys(), 180)).await.interfaces.unwrap();
    assert_eq!((late.len(), server.requests().len()), (1, 1 + LAG.len()));
    let fresh = ec2(&server).look(&of_interfaces(keys(), 5)).await.interfaces.unwrap_err();
    assert_eq!(
        fresh.to_string(),
        "DescribeNetworkInterfaces failed: eni-2 is not to be seen, but it may only be slow to show"
    );
    assert!(fresh.retryable);
}

#[tokio::test]
async fn each_question_fails_alone() {
    let server = Server::start(|request| match request["Action"].as_str() {
        "GetManagedPrefixListEntries" => error(400, "InvalidPrefixListID.NotFound", "no such list"),
        "DescribeVpcs" => error(503, "RequestLimitExceeded", "Request limit exceeded."),
        _ => answer_everything(request),
    });
    let answers = ec2(&server).look(&everything()).await;
    assert!(answers.groups.is_ok() && answers.rules.values().all(Result::is_ok));
    assert!(answers.users.is_ok() && answers.interfaces.is_ok() && answers.entries_before.unwrap().is_err());
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
        assert!(answers.rules.values().all(|rules| rules.as_ref() == Err(&error)));
        assert_eq!((answers.users, answers.interfaces.err()), (Err(error.clone()), Some(error.clone())));
        assert_eq!((answers.rules.len(), answers.list_states.len()), (2, 1));
        assert!(answers.prefix_lists.into_values().all(|list| list.as_ref() == Err(&error)));
    }
    assert_eq!(server.requests().len(), 0);
}
