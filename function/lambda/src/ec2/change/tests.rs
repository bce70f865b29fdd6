use serde_json::{Value, json};
use tierguard::act::{AuthorizeError, RestoreError, RevokeError, Revoked, SetGroupsError};
use tierguard::group::Group;
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};
use tierguard::notice::{Notice, PublishError};
use tierguard::plan::{Authorize, RestoreList, Revoke, SetGroups};
use tierguard::{ChangeAccount, Handled, Publish, ReadAccount, Remember};

use crate::ec2::Ec2;
use crate::testing::calls::{authorize, restore, set_groups};
use crate::testing::ec2::{ec2, error, ok};
use crate::testing::server::{Request, Server};
use crate::testing::{authorized, guard, opened};

const WEB: &str = "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName>\
                   <ownerId>111122223333</ownerId></item></securityGroupInfo>";

/// A rule that refers to a group which is gone, and whose account went with it.
const DANGLING: &str = "<securityGroupRuleSet><item><securityGroupRuleId>sgr-9</securityGroupRuleId><groupId>sg-1</groupId>\
                        <isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort>\
                        <toPort>443</toPort><referencedGroupInfo><groupId>sg-gone</groupId></referencedGroupInfo>\
                        </item></securityGroupRuleSet>";

/// The account behind a server, and nobody who listens.
struct Account(Ec2);

impl ReadAccount for Account {
    async fn look(&self, questions: &Questions) -> Answers {
        self.0.look(questions).await
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.0.all_groups().await
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.0.all_interfaces().await
    }
}

impl ChangeAccount for Account {
    async fn revoke(&self, call: &Revoke) -> Result<Revoked, RevokeError> {
        self.0.revoke(call).await
    }

    async fn authorize(&self, call: &Authorize) -> Result<(), AuthorizeError> {
        self.0.authorize(call).await
    }

    async fn restore_list(&self, call: &RestoreList) -> Result<(), RestoreError> {
        self.0.restore_list(call).await
    }

    async fn set_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        self.0.set_groups(call).await
    }
}

impl Publish for Account {
    async fn publish(&self, _: &Notice) -> Result<(), PublishError> {
        Ok(())
    }
}

impl Remember for Account {}

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

/// What comes of `call` where EC2 gives these answers, one after the other; and what was sent.
async fn answered<T>(answers: Vec<(u16, String)>, call: impl AsyncFn(&Ec2) -> T) -> (T, Vec<Request>) {
    let answers = std::sync::Mutex::new(answers.into_iter());
    let server = Server::start(move |_| answers.lock().unwrap().next().unwrap());
    let outcome = call(&ec2(&server)).await;
    (outcome, server.requests())
}

/// What an error means, with what EC2 said.
async fn meaning<T, E: ToString>(answer: (u16, String), call: impl AsyncFn(&Ec2) -> Result<T, E>) -> String {
    let (outcome, _) = answered(vec![answer], call).await;
    outcome.err().map(|error| error.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn rules_are_added_by_their_content_with_their_descriptions() {
    let call = authorize(&[
        ("443/tcp from 192.0.2.0/24", Some("office (narrowed by tierguard)")),
        ("icmpv6/128 from ::/0", None),
        ("22/tcp from pl-1", Some("vendors")),
        ("8080/tcp from sg-2", Some("app")),
    ]);
    let (outcome, sent) =
        answered(vec![ok("<return>true</return>")], async |ec2| ec2.authorize(&call).await).await;
    assert_eq!(outcome, Ok(()));
    let expected = request([
        ("Action", "AuthorizeSecurityGroupIngress"),
        ("GroupId", "sg-1"),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "192.0.2.0/24"),
        ("IpPermissions.1.IpRanges.1.Description", "office (narrowed by tierguard)"),
        ("IpPermissions.2.IpProtocol", "icmpv6"),
        ("IpPermissions.2.FromPort", "128"),
        ("IpPermissions.2.ToPort", "-1"),
        ("IpPermissions.2.Ipv6Ranges.1.CidrIpv6", "::/0"),
        ("IpPermissions.3.IpProtocol", "tcp"),
        ("IpPermissions.3.FromPort", "22"),
        ("IpPermissions.3.ToPort", "22"),
        ("IpPermissions.3.PrefixListIds.1.PrefixListId", "pl-1"),
        ("IpPermissions.3.PrefixListIds.1.Description", "vendors"),
        ("IpPermissions.4.IpProtocol", "tcp"),
        ("IpPermissions.4.FromPort", "8080"),
        ("IpPermissions.4.ToPort", "8080"),
        ("IpPermissions.4.Groups.1.GroupId", "sg-2"),
        ("IpPermissions.4.Groups.1.UserId", "111122223333"),
        ("IpPermissions.4.Groups.1.Description", "app"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, [expected]);
}

#[tokio::test]
async fn an_outbound_rule_is_added_by_the_other_call() {
    let call = authorize(&[("all to 0.0.0.0/0", None)]);
    let (outcome, sent) =
        answered(vec![ok("<return>true</return>")], async |ec2| ec2.authorize(&call).await).await;
    assert_eq!(outcome, Ok(()));
    let expected = request([
        ("Action", "AuthorizeSecurityGroupEgress"),
        ("GroupId", "sg-1"),
        ("IpPermissions.1.IpProtocol", "-1"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, [expected]);
}

#[tokio::test]
async fn why_a_rule_was_not_added() {
    for (code, message, expected) in [
        ("InvalidPermission.Duplicate", "already exists", "the rule is already there"),
        ("RulesPerSecurityGroupLimitExceeded", "The maximum", "the group has no room for more rules"),
        ("InvalidGroup.NotFound", "The security group 'sg-1' does not exist", "the group is gone"),
        (
            "InvalidGroup.NotFound",
            "The security group 'sg-9' does not exist",
            "InvalidGroup.NotFound: The security group 'sg-9' does not exist",
        ),
        ("UnauthorizedOperation", "no", "UnauthorizedOperation: no"),
    ] {
        for rule in ["443/tcp from 192.0.2.0/24", "443/tcp to 192.0.2.0/24"] {
            let call = authorize(&[(rule, None)]);
            let said = meaning(error(400, code, message), async |ec2| ec2.authorize(&call).await).await;
            assert_eq!(said, expected, "{rule}");
        }
    }
}

/// The first attempt was made, but its answer was lost: the second is refused, and all is as it should be.
#[tokio::test]
async fn a_call_whose_answer_was_lost_can_be_made_again() {
    let call = authorize(&[("443/tcp from 192.0.2.0/24", None)]);
    let answers = vec![
        error(503, "Unavailable", "try again"),
        error(400, "InvalidPermission.Duplicate", "already exists"),
    ];
    let (outcomes, _) = answered(answers, async |ec2| {
        let mut outcomes = Vec::new();
        for _ in 0..2 {
            outcomes.push(tierguard::act::Outcome::from(ec2.authorize(&call).await.unwrap_err()));
        }
        outcomes
    })
    .await;
    let lost =
        tierguard::act::Outcome::Failed { message: "Unavailable: try again".to_owned(), retryable: true };
    assert_eq!(outcomes, [lost, tierguard::act::Outcome::AlreadyThere]);
}

#[tokio::test]
async fn a_list_goes_back_to_its_version_unless_it_has_another_one() {
    let (outcome, sent) = answered(vec![ok("")], async |ec2| ec2.restore_list(&restore()).await).await;
    assert_eq!(outcome, Ok(()));
    let expected = request([
        ("Action", "RestoreManagedPrefixListVersion"),
        ("PrefixListId", "pl-1"),
        ("PreviousVersion", "3"),
        ("CurrentVersion", "4"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, [expected]);
}

#[tokio::test]
async fn a_list_that_is_still_changing_is_asked_again() {
    let busy = || error(400, "IncorrectState", "The request cannot be completed in the current state");
    let (outcome, sent) =
        answered(vec![busy(), busy(), ok("")], async |ec2| ec2.restore_list(&restore()).await).await;
    assert_eq!((outcome, sent.len()), (Ok(()), 3));
    let (outcome, sent) =
        answered(vec![busy(), busy(), busy(), busy()], async |ec2| ec2.restore_list(&restore()).await).await;
    assert_eq!((outcome, sent.len()), (Err(RestoreError::Changed), 4));
}

/// EC2 put the list back, the answer was lost, and the SDK asked once more.
#[tokio::test]
async fn a_list_that_is_as_it_should_be_was_put_back() {
    let entries = |cidr: &str| ok(format!("<entrySet><item><cidr>{cidr}</cidr></item></entrySet>"));
    let mismatch = || error(400, "PrefixListVersionMismatch", "no");
    for (live, expected) in [("10.0.0.0/8", Ok(())), ("0.0.0.0/0", Err(RestoreError::Changed))] {
        let answers = vec![mismatch(), entries(live), entries("10.0.0.0/8")];
        let (outcome, sent) = answered(answers, async |ec2| ec2.restore_list(&restore()).await).await;
        assert_eq!((outcome, sent.len()), (expected, 3));
    }
}

/// Until it is known that it was not, no rule that names it has to go.
#[tokio::test]
async fn a_list_of_which_it_is_not_known_whether_it_was_put_back_is_left_to_the_retry() {
    let mismatch = || error(400, "PrefixListVersionMismatch", "no");
    for (code, expected) in [
        ("RequestLimitExceeded", "RequestLimitExceeded: no"),
        ("UnauthorizedOperation", "the prefix list has been changed since"),
    ] {
        let answers = vec![mismatch(), error(400, code, "no"), error(400, code, "no")];
        let (outcome, _) = answered(answers, async |ec2| ec2.restore_list(&restore()).await).await;
        assert_eq!(outcome.map_err(|error| error.to_string()), Err(expected.to_owned()));
    }
}

#[tokio::test]
async fn why_a_list_was_not_put_back() {
    let changed = "the prefix list has been changed since";
    for (code, expected) in [
        ("PrefixListVersionMismatch", changed),
        ("InvalidPrefixListID.NotFound", changed),
        ("InvalidPrefixListId.NotFound", changed),
        ("UnauthorizedOperation", "UnauthorizedOperation: no"),
    ] {
        // What the look at the entries is answered does not tell that they are as they should be.
        let answers = vec![error(400, code, "no"); 3];
        let (outcome, _) = answered(answers, async |ec2| ec2.restore_list(&restore()).await).await;
        assert_eq!(outcome.map_err(|error| error.to_string()), Err(expected.to_owned()));
    }
}

#[tokio::test]
async fn an_interface_keeps_the_groups_that_may_stay() {
    let (outcome, sent) = answered(vec![ok("")], async |ec2| ec2.set_groups(&set_groups()).await).await;
    assert_eq!(outcome, Ok(()));
    let expected = request([
        ("Action", "ModifyNetworkInterfaceAttribute"),
        ("NetworkInterfaceId", "eni-1"),
        ("SecurityGroupId.1", "sg-1"),
        ("SecurityGroupId.2", "sg-2"),
        ("Version", "2016-11-15"),
    ]);
    assert_eq!(sent, [expected]);
}

#[tokio::test]
async fn why_groups_did_not_come_off() {
    for (code, expected) in [
        ("InvalidNetworkInterfaceID.NotFound", "the interface is gone"),
        ("InvalidGroup.NotFound", "InvalidGroup.NotFound: no"),
        ("AuthFailure", "AuthFailure: no"),
    ] {
        let said = meaning(error(400, code, "no"), async |ec2| ec2.set_groups(&set_groups()).await).await;
        assert_eq!(said, expected);
    }
}
