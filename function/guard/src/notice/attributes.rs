//! The message attributes of a notice: what a subscription's filter policy can choose by.
//!
//! Source: the Amazon SNS developer guide, "Amazon SNS message attributes" and "Filter policy constraints": names and
//! values are not empty, a filter policy has at most five names, and a `String.Array` matches if one of its strings
//! does, so that a policy can name one tier of several.

use super::escape::{ascii, ascii_json};
use super::limits::{ID, NAME, TIERS};
use super::story::News;
use crate::id::{AccountId, Region};
use crate::respond::Handled;

/// One message attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    name: &'static str,
    data_type: &'static str,
    value: String,
}

impl Attribute {
    /// `Name`: `verdict`, `outcome`, `tier`, `account` or `region`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// `DataType`: `String`, or `String.Array` for the tiers.
    #[must_use]
    pub const fn data_type(&self) -> &'static str {
        self.data_type
    }

    /// `StringValue`, never empty: a word, or a JSON array of strings.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// What is known of the five.
pub(super) fn attributes(handled: &Handled, news: News<'_>) -> Vec<Attribute> {
    let account = handled.event.account.as_ref().map(AccountId::as_str);
    let region = handled.event.region.as_ref().map(Region::as_str);
    let string = |name, value: &str| Attribute { name, data_type: "String", value: ascii(value, ID) };
    let verdict = string("verdict", handled.judgement.verdict.word());
    let outcome = news.outcome(handled).map(|outcome| string("outcome", outcome.word()));
    [verdict]
        .into_iter()
        .chain(outcome)
        .chain(tiers(handled))
        .chain(account.map(|account| string("account", account)))
        .chain(region.map(|region| string("region", region)))
        .collect()
}

fn tiers(handled: &Handled) -> Option<Attribute> {
    let tiers = handled.judgement.tiers.iter().take(TIERS);
    let names: Vec<String> = tiers.map(|tier| tier.as_str().chars().take(NAME).collect()).collect();
    let json = serde_json::to_string(&names).ok()?;
    (!names.is_empty()).then(|| Attribute {
        name: "tier",
        data_type: "String.Array",
        value: ascii_json(&json),
    })
}
