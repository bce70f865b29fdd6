//! The record around a call: what it was, whether it succeeded, who made it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::call::{self, Call, GroupCall};
use super::identity::UserIdentity;
use super::loose::{Text, account_digits};
use super::part::Parts;
use super::{Dismissal, Malformed, Reading, Scope, Unreadable};
use super::{attachment, group, prefix_list, tags};
use crate::change::{Change, ChangeKind, Event, Vouching};
use crate::id::{AccountId, EventId, GroupKey, Region, RoleArn};

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

/// What `record` says about itself, as far as it can be read.
pub(super) fn header(record: &[u8]) -> Event {
    serde_json::from_slice(record).map(|record: Record<'_>| record.event(None)).unwrap_or_default()
}

/// Whether `record`, which is parsed for this, names a call that may matter in `scope`, or none at all.
pub(super) fn may_be_named(record: &[u8], scope: Scope) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        event_name: Option<Text>,
    }
    match serde_json::from_slice(record) {
        Ok(Named { event_name: Some(name) }) => call::matters(name.as_str().as_bytes(), scope),
        // To say what is wrong is for whoever reads it.
        Ok(Named { event_name: None }) | Err(_) => true,
    }
}

pub(super) fn read(bytes: &[u8], own: Option<&RoleArn>) -> Reading {
    // Looked at once, not text by text.
    let text = std::str::from_utf8(bytes);
    let record: Record<'_> = match text.map_or_else(|_| serde_json::from_slice(bytes), serde_json::from_str) {
        Ok(record) => record,
        Err(error) => {
            let why = Malformed::Json { part: "the record", message: error.to_string() };
            return Reading::Malformed(Box::default(), why);
        }
    };
    let Some(call) = record.call() else {
        return Reading::Ignored(Box::new(record.event(None)), Dismissal::NotAChange);
    };
    let group = record.named_group(call);
    let event = || Box::new(Event { group: group.clone(), ..record.event(None) });
    let Some(change) = record.change(call, group.as_ref()).transpose() else {
        return Reading::Ignored(event(), Dismissal::NotAChange);
    };
    if record.error_code.as_ref().is_some_and(|Text(code)| !code.is_empty()) {
        return Reading::Ignored(event(), Dismissal::FailedCall);
    }
    let told = |change: Result<Change, Unreadable>| change.ok().map(Box::new);
    let is_description = matches!(call, Call::Group(GroupCall::Describe(_)));
    match change {
        change if record.is_by(own) => Reading::Ignored(event(), Dismissal::OwnChange(told(change))),
        change if is_description => Reading::Ignored(event(), Dismissal::DescriptionOnly(told(change))),
        Ok(change) => Reading::Change(Box::new(change)),
        Err(Unreadable::Truncated) => Reading::Truncated(event()),
        Err(Unreadable::Malformed(why)) => Reading::Malformed(event(), why),
    }
}

impl Record<'_> {
    /// What was called, if it matters.
    fn call(&self) -> Option<Call> {
        // A record without a source is none of CloudTrail's; one that says that it is such a call is looked at.
        if self.event_source.as_ref().is_some_and(|source| source.as_str() != "ec2.amazonaws.com") {
            return None;
        }
        Call::named(self.event_name.as_ref()?.as_str().as_bytes())
    }

    /// Whether the role `own` called.
    fn is_by(&self, own: Option<&RoleArn>) -> bool {
        let role = self.user_identity.as_ref().and_then(UserIdentity::role);
        own.is_some() && role.as_ref() == own
    }

    /// The one group that a call of a group names.
    fn named_group(&self, call: Call) -> Option<GroupKey> {
        match call {
            Call::Group(_) => group::named(self.request_parameters),
            Call::Tags(_) | Call::PrefixList(_) | Call::Attachment(_) => None,
        }
    }

    /// What the call changed; `None` if that is nothing that matters.
    fn change(&self, call: Call, named: Option<&GroupKey>) -> Result<Option<Change>, Unreadable> {
        let parts = Parts { request: self.request_parameters, response: self.response_elements };
        let (kind, owner) = match call {
            Call::Group(call) => {
                let (change, owner) = group::change(call, parts)?;
                (Some(ChangeKind::Group(change)), owner)
            }
            Call::Tags(call) => (tags::change(call, parts)?.map(ChangeKind::Tags), None),
            Call::PrefixList(call) => (prefix_list::change(call, parts)?.map(ChangeKind::PrefixList), None),
            Call::Attachment(call) => (attachment::change(call, parts)?.map(ChangeKind::Attachment), None),
        };
        let event = || Event { group: named.cloned(), ..self.event(owner.as_deref()) };
        Ok(kind.map(|kind| Change { event: event(), kind }))
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
            vouching: Vouching::Vouched,
        }
    }
}

fn account(text: &str) -> Option<AccountId> {
    AccountId::new(&account_digits(text)).ok()
}
