//! The record around a call: what it was, whether it succeeded, who made it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::loose::{Text, account_digits};
use super::request::{self, Request};
use super::response::Response;
use super::{Dismissal, Malformed, Reading};
use crate::change::{Actor, Change, ChangeKind, Event, RuleKey, Told};
use crate::group::Rule;
use crate::id::{AccountId, EventId, GroupId, GroupKey, GroupName, InvalidId, Region, RoleArn, VpcId};
use crate::permission::Direction;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Record<'a> {
    #[serde(rename = "eventID")]
    event_id: Option<Text>,
    event_name: Option<Text>,
    event_source: Option<Text>,
    event_time: Option<Text>,
    aws_region: Option<Text>,
    recipient_account_id: Option<Text>,
    error_code: Option<Text>,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: Option<Text>,
    user_agent: Option<Text>,
    user_identity: Option<UserIdentity>,
    #[serde(borrow)]
    request_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    response_elements: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct UserIdentity {
    r#type: Option<Text>,
    arn: Option<Text>,
    principal_id: Option<Text>,
    account_id: Option<Text>,
    user_name: Option<Text>,
    invoked_by: Option<Text>,
    session_context: Option<SessionContext>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionContext {
    session_issuer: Option<SessionIssuer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionIssuer {
    arn: Option<Text>,
}

/// The calls that matter, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Authorize(Direction),
    Revoke(Direction),
    Modify,
    Describe(Direction),
    Create,
    Delete,
}

impl Call {
    fn of(record: &Record<'_>) -> Option<Self> {
        // A record without a source is none of CloudTrail's; one that says that it is such a call is looked at.
        if record.event_source.as_ref().is_some_and(|source| source.as_str() != "ec2.amazonaws.com") {
            return None;
        }
        match record.event_name.as_ref()?.as_str() {
            "AuthorizeSecurityGroupIngress" => Some(Self::Authorize(Direction::Ingress)),
            "AuthorizeSecurityGroupEgress" => Some(Self::Authorize(Direction::Egress)),
            "RevokeSecurityGroupIngress" => Some(Self::Revoke(Direction::Ingress)),
            "RevokeSecurityGroupEgress" => Some(Self::Revoke(Direction::Egress)),
            "ModifySecurityGroupRules" => Some(Self::Modify),
            "UpdateSecurityGroupRuleDescriptionsIngress" => Some(Self::Describe(Direction::Ingress)),
            "UpdateSecurityGroupRuleDescriptionsEgress" => Some(Self::Describe(Direction::Egress)),
            "CreateSecurityGroup" => Some(Self::Create),
            "DeleteSecurityGroup" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// What `record` says about itself, as far as it can be read.
pub(super) fn header(record: &[u8]) -> Event {
    serde_json::from_slice(record).map(|record: Record<'_>| record.event(None)).unwrap_or_default()
}

pub(super) fn read(bytes: &[u8], own: Option<&RoleArn>) -> Reading {
    let record: Record<'_> = match serde_json::from_slice(bytes) {
        Ok(record) => record,
        Err(error) => {
            let why = Malformed::Json { part: "the record", message: error.to_string() };
            return Reading::Malformed(Box::default(), why);
        }
    };
    let Some(call) = Call::of(&record) else {
        return Reading::Ignored(Box::new(record.event(None)), Dismissal::NotAChange);
    };
    let group = request::named_group(record.request_parameters);
    let event = || Box::new(Event { group: group.clone(), ..record.event(None) });
    if record.error_code.as_ref().is_some_and(|Text(code)| !code.is_empty()) {
        return Reading::Ignored(event(), Dismissal::FailedCall);
    }
    let change = record.change(call, group.as_ref());
    let told = |change: Result<Change, Unreadable>| change.ok().map(Box::new);
    match (change, call) {
        (change, _) if record.is_by(own) => Reading::Ignored(event(), Dismissal::OwnChange(told(change))),
        (change, Call::Describe(_)) => Reading::Ignored(event(), Dismissal::DescriptionOnly(told(change))),
        (Ok(change), _) => Reading::Change(Box::new(change)),
        (Err(Unreadable::Truncated), _) => Reading::Truncated(event()),
        (Err(Unreadable::Malformed(why)), _) => Reading::Malformed(event(), why),
    }
}

/// Why a change cannot be read.
enum Unreadable {
    /// The group was cut away.
    Truncated,
    Malformed(Malformed),
}

impl From<Malformed> for Unreadable {
    fn from(why: Malformed) -> Self {
        Self::Malformed(why)
    }
}

impl Record<'_> {
    /// Whether the role `own` called.
    fn is_by(&self, own: Option<&RoleArn>) -> bool {
        let role = self.user_identity.as_ref().and_then(UserIdentity::role);
        own.is_some() && role.as_ref() == own
    }

    fn change(&self, call: Call, named: Option<&GroupKey>) -> Result<Change, Unreadable> {
        let response = Response::read(self.response_elements)?;
        let request = match Request::read(self.request_parameters) {
            // All that is needed stands in the response.
            Err(_) if response.group_of_rules().is_some() => Request::default(),
            request => request?,
        };
        let cut = request.is_cut() || response.is_cut();
        let group = group(call, &request, &response);
        if cut && matches!(group, Err(Malformed::Missing { .. })) {
            return Err(Unreadable::Truncated);
        }
        Ok(Change {
            event: Event { group: named.cloned(), ..self.event(response.owner()) },
            group: group?,
            kind: kind(call, &request, &response, cut)?,
        })
    }

    fn event(&self, owner: Option<&str>) -> Event {
        let text = |text: &Option<Text>| text.as_ref().map(|Text(text)| text.clone());
        let identity = self.user_identity.as_ref();
        let recipient = self.recipient_account_id.as_ref().map(Text::as_str);
        let caller = identity.and_then(|identity| identity.account_id.as_ref()).map(Text::as_str);
        Event {
            group: None,
            id: self.event_id.as_ref().and_then(|id| EventId::new(id.as_str()).ok()),
            name: text(&self.event_name),
            time: self.event_time.as_ref().and_then(|time| time.as_str().parse::<Timestamp>().ok()),
            account: recipient.or(owner).or(caller).and_then(account),
            region: self.aws_region.as_ref().and_then(|region| Region::new(region.as_str()).ok()),
            actor: identity.map(UserIdentity::actor).unwrap_or_default(),
            source_ip: text(&self.source_ip_address),
            user_agent: text(&self.user_agent),
        }
    }
}

impl UserIdentity {
    fn role(&self) -> Option<RoleArn> {
        let issuer = self.session_context.as_ref()?.session_issuer.as_ref()?;
        RoleArn::new(issuer.arn.as_ref()?.as_str()).ok()
    }

    fn actor(&self) -> Actor {
        let role = self.role();
        let named = [
            &self.arn,
            &self.user_name,
            &self.principal_id,
            &self.invoked_by,
            &self.account_id,
            &self.r#type,
        ];
        let name = named.into_iter().flatten().next().map(|Text(name)| name.clone());
        Actor {
            name: name.or_else(|| role.as_ref().map(RoleArn::to_string)),
            role,
            invoked_by: self.invoked_by.as_ref().map(|Text(service)| service.clone()),
        }
    }
}

fn account(text: &str) -> Option<AccountId> {
    AccountId::new(&account_digits(text)).ok()
}

fn group(call: Call, request: &Request, response: &Response) -> Result<GroupKey, Malformed> {
    let (told, part) = if call == Call::Create {
        (response.group_id.as_ref(), "responseElements")
    } else {
        (request.group_id.as_ref().or(response.group_id.as_ref()), "requestParameters")
    };
    let id = told.map(Text::as_str).or_else(|| response.group_of_rules());
    let invalid = |source: InvalidId| Malformed::Id { part, source };
    match (id, &request.group_name) {
        (Some(id), _) => GroupId::new(id).map(GroupKey::Id).map_err(invalid),
        (None, Some(Text(name))) if call != Call::Create => Ok(GroupKey::Name(GroupName::new(name))),
        (None, _) => Err(Malformed::Missing { part, field: "groupId" }),
    }
}

fn kind(call: Call, request: &Request, response: &Response, cut: bool) -> Result<ChangeKind, Malformed> {
    let no_rules = Malformed::Missing { part: "requestParameters", field: "ipPermissions" };
    Ok(match call {
        Call::Authorize(direction) => ChangeKind::Authorize {
            direction,
            rules: told(added(direction, request, response)?, cut, no_rules)?,
        },
        Call::Revoke(direction) => ChangeKind::Revoke {
            direction,
            rules: told(removed(direction, request, response)?, cut, no_rules)?,
        },
        Call::Modify => {
            let missing = Malformed::Missing { part: "requestParameters", field: "SecurityGroupRule" };
            ChangeKind::Modify { rules: told(request.modifications()?, cut, missing)? }
        }
        Call::Describe(direction) => ChangeKind::Describe {
            direction,
            descriptions: request.descriptions(direction == Direction::Egress),
        },
        Call::Create => ChangeKind::Create {
            name: request.group_name.as_ref().map(|Text(name)| GroupName::new(name)),
            vpc: request.vpc_id.as_ref().and_then(|vpc| VpcId::new(vpc.as_str()).ok()),
            tags: request.tags(),
        },
        Call::Delete => ChangeKind::Delete,
    })
}

/// `rules`, if the record tells them.
fn told<T>(rules: Vec<T>, cut: bool, missing: Malformed) -> Result<Told<Vec<T>>, Malformed> {
    match (rules.is_empty(), cut) {
        (false, _) => Ok(Told::Whole(rules)),
        (true, true) => Ok(Told::Cut),
        (true, false) => Err(missing),
    }
}

fn added(direction: Direction, request: &Request, response: &Response) -> Result<Vec<Rule>, Malformed> {
    let is_egress = direction == Direction::Egress;
    let rules = response.rules(is_egress)?;
    if rules.is_empty() { request.rules(is_egress) } else { Ok(rules) }
}

fn removed(direction: Direction, request: &Request, response: &Response) -> Result<Vec<RuleKey>, Malformed> {
    let is_egress = direction == Direction::Egress;
    let rules = response.revoked(is_egress)?;
    let rules = if rules.is_empty() { request.rules(is_egress)? } else { rules };
    let keys = request.rule_ids()?.into_iter().map(RuleKey::Id);
    Ok(keys.chain(rules.into_iter().map(|rule| RuleKey::Content(rule.permission))).collect())
}
