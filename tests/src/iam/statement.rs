//! One statement of a policy, and which requests it is about.
//!
//! Knows the elements and operators that the project's policies use. Any other is an error, never a guess. Source: IAM
//! User Guide, "IAM JSON policy elements reference" and "IAM JSON policy elements: Condition operators".

use serde_json::{Map, Value};

use super::request::Request;
use crate::template::texts;

/// A statement.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'s>(&'s Map<String, Value>);

/// What a statement does with a request that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows it.
    Allow,
    /// It denies it, whatever allows it.
    Deny,
}

/// Something in a statement that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown(pub String);

const ELEMENTS: [&str; 6] = ["Action", "Condition", "Effect", "Principal", "Resource", "Sid"];

impl<'s> Statement<'s> {
    /// The statement that `value` is.
    ///
    /// # Errors
    /// When it has an element that is not known here, or lacks its action or effect.
    pub fn new(value: &'s Value) -> Result<Self, Unknown> {
        let fields = value.as_object().ok_or_else(|| Unknown(value.to_string()))?;
        let other = fields.keys().find(|key| !ELEMENTS.contains(&key.as_str()));
        let missing = ["Action", "Effect"].into_iter().find(|key| !fields.contains_key(*key));
        match other.map(String::as_str).or(missing) {
            Some(element) => Err(Unknown(format!("{element} in {value}"))),
            None => Ok(Self(fields)),
        }
    }

    /// What it does.
    ///
    /// # Errors
    /// When that is neither of the two.
    pub fn effect(self) -> Result<Effect, Unknown> {
        match self.0["Effect"].as_str() {
            Some("Allow") => Ok(Effect::Allow),
            Some("Deny") => Ok(Effect::Deny),
            other => Err(Unknown(format!("the effect {other:?}"))),
        }
    }

    /// Whether it is about `request`.
    ///
    /// # Errors
    /// When a condition has an operator that is not known here.
    pub fn is_about(self, request: &Request) -> Result<bool, Unknown> {
        let of_action = texts(&self.0["Action"])
            .any(|pattern| is_like(&pattern.to_lowercase(), &request.action.to_lowercase()));
        // A trust policy names no resource: it is the role's own.
        let of_resource = self
            .0
            .get("Resource")
            .is_none_or(|patterns| texts(patterns).any(|pattern| is_like(pattern, &request.resource)));
        Ok(of_action && of_resource && self.names(request)? && self.holds(request)?)
    }

    /// Whether the caller is a principal of the statement; a policy of the caller's own names none.
    fn names(self, request: &Request) -> Result<bool, Unknown> {
        let caller = request.caller.as_deref().unwrap_or_default();
        match self.0.get("Principal") {
            None => Ok(true),
            Some(Value::String(all)) if all == "*" => Ok(true),
            Some(Value::Object(kinds)) => kinds.iter().try_fold(false, |named, (kind, names)| {
                let is_one = |name: &str| match kind.as_str() {
                    "Service" => Ok(name == caller),
                    "AWS" => Ok(name == "*" || name == caller || is_account_of(name, caller)),
                    _ => Err(Unknown(format!("principals of the kind {kind}"))),
                };
                texts(names).try_fold(named, |named, name| Ok(named || is_one(name)?))
            }),
            Some(other) => Err(Unknown(format!("the principal {other}"))),
        }
    }

    /// Whether every condition holds.
    fn holds(self, request: &Request) -> Result<bool, Unknown> {
        let operators = self.0.get("Condition").and_then(Value::as_object).into_iter().flatten();
        let conditions = operators.flat_map(|(operator, keys)| {
            keys.as_object().into_iter().flatten().map(move |(key, wanted)| (operator, key, wanted))
        });
        conditions.into_iter().try_fold(true, |so_far, (operator, key, wanted)| {
            let found = request.context.get(key).map(Vec::as_slice);
            Ok(condition(operator, wanted, found)? && so_far)
        })
    }
}

/// Whether `found`, the values that a request has for a key, are as `operator` wants them. A key that is not there is
/// like nothing, and so unlike anything.
fn condition(operator: &str, wanted: &Value, found: Option<&[String]>) -> Result<bool, Unknown> {
    let any = |is_one: &dyn Fn(&str, &str) -> bool| {
        found.into_iter().flatten().any(|value| texts(wanted).any(|wanted| is_one(wanted, value)))
    };
    match operator {
        "StringEquals" | "ForAnyValue:StringEquals" => Ok(any(&|wanted, value| wanted == value)),
        "StringLike" | "ForAnyValue:StringLike" => Ok(any(&is_like)),
        // AWS matches the two alike.
        "ArnEquals" | "ArnLike" => Ok(any(&is_arn_like)),
        "ArnNotEquals" | "ArnNotLike" => Ok(!any(&is_arn_like)),
        "Bool" => Ok(any(&|wanted, value| wanted.eq_ignore_ascii_case(value))),
        "Null" => Ok(texts(wanted).any(|wanted| wanted == if found.is_none() { "true" } else { "false" })),
        other => Err(Unknown(format!("the operator {other}"))),
    }
}

/// Whether `account`, an account as a principal, is that of `caller`.
fn is_account_of(account: &str, caller: &str) -> bool {
    let of = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
    account.ends_with(":root") && of(account) == of(caller)
}

/// Whether each of an ARN's six parts is like that of the pattern.
fn is_arn_like(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) =
        (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| is_like(pattern, part))
}

/// Whether `text` is like `pattern`, in which `*` is any text and `?` any character.
fn is_like(pattern: &str, text: &str) -> bool {
    let (mut wanted, mut found) = (pattern.chars(), text.chars());
    match (wanted.next(), found.next()) {
        (None, None) => true,
        (Some('*'), next) => {
            is_like(wanted.as_str(), text) || (next.is_some() && is_like(pattern, found.as_str()))
        }
        (Some(one), Some(other)) if one == '?' || one == other => is_like(wanted.as_str(), found.as_str()),
        (None, Some(_)) | (Some(_), _) => false,
    }
}
