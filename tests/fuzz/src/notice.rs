//! Bytes that say what a caller wrote, and where: what people are told of it.

use futures_executor::block_on;
use jiff::Timestamp;
use serde_json::{Value, json};
use tierguard::notice::Notice;
use tierguard::{Guard, Policy};
use tierguard_account::{Account, Ports};

#[path = "../../../function/guard/src/notice/tests/inert.rs"]
mod inert;

const POLICY: &str = "
version: 1
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress: [{ allow: 443/tcp, from: anywhere }]
";

const EVENT: &str = include_str!("../../../events/seed/web-ssh-from-anywhere/event.json");
const GROUP: &str = "sg-00bb18eaf629dd916";

/// Where somebody else's text can stand: in the record, then in the account.
const IN_RECORD: [&str; 20] = [
    "/responseElements/securityGroupRuleSet/items/0/description",
    "/userIdentity/arn",
    "/userIdentity/sessionContext/sessionIssuer/arn",
    "/userIdentity/userName",
    "/userIdentity/principalId",
    "/userIdentity/type",
    "/userIdentity/invokedBy",
    "/userAgent",
    "/sourceIPAddress",
    "/eventID",
    "/eventTime",
    "/awsRegion",
    "/recipientAccountId",
    "/requestParameters/groupId",
    "/responseElements/securityGroupRuleSet/items/0/securityGroupRuleId",
    "/responseElements/securityGroupRuleSet/items/0/ipProtocol",
    "/responseElements/securityGroupRuleSet/items/0/fromPort",
    "/responseElements/securityGroupRuleSet/items/0/cidrIpv4",
    "/responseElements/securityGroupRuleSet/items/0/prefixListId",
    "/responseElements/securityGroupRuleSet/items/0/referencedGroupInfo",
];
const IN_ACCOUNT: [&str; 3] =
    ["/SecurityGroups/0/GroupName", "/SecurityGroups/0/VpcId", "/SecurityGroups/0/Tags/1/Value"];

/// The first four bytes choose the places in which the others stand, as text. Whatever is told then is `sound`.
pub fn check(bytes: &[u8]) {
    let Some((places, text)) = bytes.split_first_chunk() else { return };
    let places = u32::from_le_bytes(*places);
    let text = String::from_utf8_lossy(text);
    let is_chosen = |place: usize| places & 1_u32.rotate_left(u32::try_from(place).unwrap()) != 0;
    let chosen = |pointers: &[&'static str], first: usize| -> Vec<_> {
        pointers
            .iter()
            .zip(first..)
            .filter(|&(_, place)| is_chosen(place))
            .map(|(pointer, _)| *pointer)
            .collect()
    };
    let record = with(event(), &chosen(&IN_RECORD, 0), &text);
    let account = with(account(), &chosen(&IN_ACCOUNT, IN_RECORD.len()), &text);
    // A text can be none that an account may hold.
    let Ok(account) = Account::from_json("account.json", &account.to_string()) else { return };
    let guard = Guard { policy: Policy::parse("policy.yaml", POLICY).unwrap(), own_role: None };
    let ports = Ports::new(account);
    block_on(guard.respond(record.to_string().as_bytes(), &ports, Timestamp::UNIX_EPOCH));
    ports.take_notices().iter().for_each(sound);
}

/// What every notice is, whatever it tells: text and nothing else in each of its forms, and within the limits of those
/// who deliver it.
///
/// Sources: the Amazon SNS API reference, `Publish`; "Custom notifications using Amazon Q Developer in chat applications".
pub(crate) fn sound(notice: &Notice) {
    inert::check(notice);
    let attributes = notice.attributes();
    let attributes = attributes.map(|each| [each.name(), each.data_type(), each.value()].concat().len());
    let bytes = attributes.fold(notice.message().len(), usize::saturating_add);
    assert!(bytes <= 256 * 1024, "{bytes} bytes");
    let content = chat(notice)["content"].take();
    let length = |key: &str| content[key].as_str().unwrap().chars().count();
    assert!(length("title") <= 250 && length("description") <= 8000);
    assert!(notice.machine().starts_with('{'));
}

/// The chat message.
fn chat(notice: &Notice) -> Value {
    serde_json::from_str(notice.chat()).unwrap()
}

fn event() -> Value {
    serde_json::from_str::<Value>(EVENT).unwrap()["detail"].take()
}

fn account() -> Value {
    json!({"SecurityGroups": [{
        "GroupId": GROUP, "GroupName": "web", "OwnerId": "111122223333", "VpcId": "vpc-0",
        "Tags": [{"Key": "tier", "Value": "web"}, {"Key": "owner", "Value": ""}],
        "IpPermissions": [], "IpPermissionsEgress": [],
    }]})
}

/// `value` with `text` at each of `places`.
fn with(mut value: Value, places: &[&str], text: &str) -> Value {
    for place in places {
        let (parent, key) = place.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[key] = text.into();
    }
    value
}
