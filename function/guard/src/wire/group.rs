//! The calls that change one group: its rules, or the group itself.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::call::GroupCall;
use super::loose::{Text, unwrapped};
use super::part::{self, Parts, REQUEST, RESPONSE};
use super::request::Request;
use super::response::Response;
use super::{Malformed, Unreadable};
use crate::change::{GroupChange, GroupEdit, RuleKey, Told};
use crate::group::Rule;
use crate::id::{GroupId, GroupKey, GroupName};
use crate::permission::Direction;

/// The group that these parameters name, whatever else is wrong with them.
pub(super) fn named(json: Option<&RawValue>) -> Option<GroupKey> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        #[serde(alias = "GroupId")]
        group_id: Option<Text>,
        #[serde(alias = "GroupName")]
        group_name: Option<Text>,
    }
    let Named { group_id, group_name } = serde_json::from_str(unwrapped(json?).get()).ok()?;
    let by_id = group_id.and_then(|Text(id)| GroupId::new(&id).ok()).map(GroupKey::Id);
    by_id.or_else(|| group_name.map(|Text(name)| GroupKey::Name(GroupName::new(&name))))
}

/// What the call did to which group; and the account that owns the group, where the record tells.
pub(super) fn change(call: GroupCall, parts: Parts<'_>) -> Result<(GroupChange, Option<String>), Unreadable> {
    let response: Response = parts.response()?;
    let request: Request = match parts.request() {
        // All that is needed stands in the response.
        Err(_) if response.group_of_rules().is_some() => Request::default(),
        request => request?,
    };
    let cut = request.is_cut() || response.is_cut();
    let group = group(call, &request, &response);
    if cut && matches!(group, Err(Malformed::Missing { .. })) {
        return Err(Unreadable::Truncated);
    }
    let change = GroupChange { group: group?, edit: edit(call, &request, &response, cut)? };
    Ok((change, response.owner().map(str::to_owned)))
}

fn group(call: GroupCall, request: &Request, response: &Response) -> Result<GroupKey, Malformed> {
    let (told, part) = if call == GroupCall::Create {
        (response.group_id.as_ref(), RESPONSE)
    } else {
        (request.group_id.as_ref().or(response.group_id.as_ref()), REQUEST)
    };
    let id = told.map(Text::as_str).or_else(|| response.group_of_rules());
    match (id, &request.group_name) {
        (Some(id), _) => part::id(GroupId::new(id), part).map(GroupKey::Id),
        (None, Some(Text(name))) if call != GroupCall::Create => Ok(GroupKey::Name(GroupName::new(name))),
        (None, _) => Err(Malformed::Missing { part, field: "groupId" }),
    }
}

fn edit(call: GroupCall, request: &Request, response: &Response, cut: bool) -> Result<GroupEdit, Malformed> {
    let no_rules = Malformed::Missing { part: REQUEST, field: "ipPermissions" };
    Ok(match call {
        GroupCall::Authorize(direction) => GroupEdit::Authorize {
            direction,
            rules: told(added(direction, request, response)?, cut, no_rules)?,
        },
        GroupCall::Revoke(direction) => GroupEdit::Revoke {
            direction,
            rules: told(revoked(direction, request, response)?, cut, no_rules)?,
            removed: removed(direction, request, response)?,
        },
        GroupCall::Modify => {
            let missing = Malformed::Missing { part: REQUEST, field: "SecurityGroupRule" };
            GroupEdit::Modify { rules: told(request.modifications()?, cut, missing)? }
        }
        GroupCall::Describe(direction) => GroupEdit::Describe {
            direction,
            descriptions: request.descriptions(direction == Direction::Egress),
        },
        GroupCall::Create => GroupEdit::Create {
            name: request.group_name.as_ref().map(|Text(name)| GroupName::new(name)),
            vpc: request.vpc(),
            tags: request.tags()?,
        },
        GroupCall::Delete => GroupEdit::Delete,
        GroupCall::Associate => GroupEdit::Associate { vpc: request.vpc() },
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

/// The rules that a revoke named.
fn revoked(direction: Direction, request: &Request, response: &Response) -> Result<Vec<RuleKey>, Malformed> {
    let is_egress = direction == Direction::Egress;
    let told = response.revoked(is_egress)?.filter(|rules| !rules.is_empty());
    let rules = told.map_or_else(|| request.rules(is_egress), Ok)?;
    let keys = request.rule_ids()?.into_iter().map(RuleKey::Id);
    Ok(keys.chain(rules.into_iter().map(|rule| RuleKey::Content(rule.permission))).collect())
}

/// The rules that a revoke removed, as far as the record tells what they said. In a default VPC a rule that is not
/// there is no error: the response lists it.
fn removed(direction: Direction, request: &Request, response: &Response) -> Result<Vec<Rule>, Malformed> {
    let is_egress = direction == Direction::Egress;
    if response.says_nothing_was_done() {
        return Ok(Vec::new());
    }
    if let Some(rules) = response.revoked(is_egress)? {
        // It tells no accounts of groups. What cannot be read of the request tells none either.
        let asked = request.rules(is_egress).unwrap_or_default();
        return Ok(rules.into_iter().map(|rule| with_owner(rule, &asked)).collect());
    }
    let absent = response.unknown(is_egress)?;
    let was_there =
        |rule: &Rule| !absent.iter().any(|absent| absent.permission.is_one_with(&rule.permission));
    Ok(request.rules(is_egress)?.into_iter().filter(was_there).collect())
}

/// `rule`, whose reference to a group takes its account from the same rule in `asked`, if it lacks one.
fn with_owner(rule: Rule, asked: &[Rule]) -> Rule {
    let same = asked.iter().find(|asked| asked.permission.is_one_with(&rule.permission));
    match same {
        Some(same) if !rule.permission.is_exact() => Rule { permission: same.permission.clone(), ..rule },
        Some(_) | None => rule,
    }
}
