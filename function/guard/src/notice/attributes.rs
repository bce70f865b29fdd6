//! The message attributes of a notice: what a subscription's filter policy can choose by.
//!
//! Source: the Amazon SNS developer guide, "Amazon SNS message attributes" and "Filter policy constraints": names and
//! values are not empty, a filter policy has at most five names, and a `String.Array` matches if one of its strings
//! does, so that a policy can name one tier of several.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::dispute;
use super::door::State;
use super::escape::{ascii, ascii_json};
use super::limits::{ID, NAME, TIERS};
use crate::id::{AccountId, Region};
use crate::respond::Handled;
use crate::sweep::{Digest, Home};
use crate::tell::Standing;

/// One message attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    name: Cow<'static, str>,
    data_type: Cow<'static, str>,
    value: String,
}

impl Attribute {
    /// `Name`: `verdict`, `outcome`, `dispute`, `tier`, `account` or `region`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `DataType`: `String`, or `String.Array` for the tiers, and for the outcomes of a sweep.
    #[must_use]
    pub fn data_type(&self) -> &str {
        &self.data_type
    }

    /// `StringValue`, never empty: a word, or a JSON array of strings.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// What is known of them.
pub(super) fn attributes(handled: &Handled, standing: Option<&Standing>, state: &State) -> Vec<Attribute> {
    let account = handled.event.account.as_ref().map(AccountId::as_str);
    let region = handled.event.region.as_ref().map(Region::as_str);
    let verdict = string("verdict", handled.judgement.verdict.word());
    let outcome = state.outcome.map(|outcome| string("outcome", outcome));
    let dispute = standing.and_then(|standing| dispute::word(standing.stage));
    [verdict]
        .into_iter()
        .chain(outcome)
        .chain(dispute.map(|word| string("dispute", word)))
        .chain(tiers(handled))
        .chain(account.map(|account| string("account", account)))
        .chain(region.map(|region| string("region", region)))
        .collect()
}

/// What is known of those that a sweep has: it may have several outcomes, and its tiers are all of them.
pub(super) fn of_sweep(digest: &Digest, home: &Home) -> Vec<Attribute> {
    let outcomes: BTreeSet<_> = digest.outcomes.keys().map(|outcome| outcome.word()).collect();
    let outcome = (!outcomes.is_empty()).then(|| array("outcome", &outcomes)).flatten();
    let account = home.account.as_ref().map(|account| string("account", account.as_str()));
    let region = home.region.as_ref().map(|region| string("region", region.as_str()));
    [string("verdict", "sweep")].into_iter().chain(outcome).chain(account).chain(region).collect()
}

fn string(name: &'static str, value: &str) -> Attribute {
    Attribute { name: name.into(), data_type: "String".into(), value: ascii(value, ID) }
}

fn array(name: &'static str, values: &impl Serialize) -> Option<Attribute> {
    let json = serde_json::to_string(values).ok()?;
    Some(Attribute { name: name.into(), data_type: "String.Array".into(), value: ascii_json(&json) })
}

fn tiers(handled: &Handled) -> Option<Attribute> {
    let tiers = handled.judgement.tiers.iter().take(TIERS);
    let names: Vec<String> = tiers.map(|tier| tier.as_str().chars().take(NAME).collect()).collect();
    if names.is_empty() { None } else { array("tier", &names) }
}
