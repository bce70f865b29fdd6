//! The calls that matter, by what they do. Any other call is none of the guard's business.

use std::sync::LazyLock;

use memchr::{memchr, memmem};

use super::{NAME_KEY, Scope};
use crate::permission::Direction;

/// A call that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Group(GroupCall),
    Tags(TagCall),
    PrefixList(ListCall),
    Attachment(AttachmentCall),
}

/// A call that changes one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupCall {
    Authorize(Direction),
    Revoke(Direction),
    Modify,
    Describe(Direction),
    Create,
    Delete,
    Associate,
}

/// A call that changes tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagCall {
    Create,
    Delete,
}

/// A call that changes the entries of a prefix list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListCall {
    Modify,
    Restore,
}

/// A call that puts groups on interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttachmentCall {
    RunInstances,
    CreateInterface,
    ModifyInterface,
    ModifyInstance,
}

impl Call {
    /// Whether the call `name` puts groups on interfaces.
    pub(super) fn is_attachment(name: &str) -> bool {
        match Self::named(name.as_bytes()) {
            Some(Self::Attachment(_)) => true,
            Some(Self::Group(_) | Self::Tags(_) | Self::PrefixList(_)) | None => false,
        }
    }

    /// The call with this `eventName`, if it matters.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"AuthorizeSecurityGroupIngress" => Self::Group(GroupCall::Authorize(Direction::Ingress)),
            b"AuthorizeSecurityGroupEgress" => Self::Group(GroupCall::Authorize(Direction::Egress)),
            b"RevokeSecurityGroupIngress" => Self::Group(GroupCall::Revoke(Direction::Ingress)),
            b"RevokeSecurityGroupEgress" => Self::Group(GroupCall::Revoke(Direction::Egress)),
            b"ModifySecurityGroupRules" => Self::Group(GroupCall::Modify),
            b"UpdateSecurityGroupRuleDescriptionsIngress" => {
                Self::Group(GroupCall::Describe(Direction::Ingress))
            }
            b"UpdateSecurityGroupRuleDescriptionsEgress" => {
                Self::Group(GroupCall::Describe(Direction::Egress))
            }
            b"CreateSecurityGroup" => Self::Group(GroupCall::Create),
            b"DeleteSecurityGroup" => Self::Group(GroupCall::Delete),
            b"AssociateSecurityGroupVpc" => Self::Group(GroupCall::Associate),
            b"CreateTags" => Self::Tags(TagCall::Create),
            b"DeleteTags" => Self::Tags(TagCall::Delete),
            b"ModifyManagedPrefixList" => Self::PrefixList(ListCall::Modify),
            b"RestoreManagedPrefixListVersion" => Self::PrefixList(ListCall::Restore),
            b"RunInstances" => Self::Attachment(AttachmentCall::RunInstances),
            b"CreateNetworkInterface" => Self::Attachment(AttachmentCall::CreateInterface),
            b"ModifyNetworkInterfaceAttribute" => Self::Attachment(AttachmentCall::ModifyInterface),
            b"ModifyInstanceAttribute" => Self::Attachment(AttachmentCall::ModifyInstance),
            _ => return None,
        })
    }
}

/// Whether some `eventName` in `record` may be that of a call that matters in `scope`; the record is not parsed, and has
/// no letter spelled as an escape. What has no name at all, but speaks of security groups, is for the parser to refuse.
/// If its key stands there once, `seen` may be where.
pub(super) fn may_be_named_in(record: &[u8], seen: Option<usize>, scope: Scope) -> bool {
    // Made once, it finds in a record in less time than it takes to make.
    static NAME: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(NAME_KEY));
    let after = |at: usize| record.get(at..).and_then(|name| name.strip_prefix(NAME_KEY));
    if let Some(after_key) = seen.and_then(after) {
        return may_be_name(after_key, record, scope);
    }
    let mut names = NAME.find_iter(record).filter_map(after).peekable();
    match names.peek() {
        Some(_) => names.any(|after_key| may_be_name(after_key, record, scope)),
        None => speaks_of_groups(record),
    }
}

/// Whether `name` is that of a call that matters in `scope`, or of any call of security groups that does more than look.
pub(super) fn matters(name: &[u8], scope: Scope) -> bool {
    match Call::named(name) {
        Some(Call::Attachment(_)) => scope == Scope::All,
        Some(Call::Group(_) | Call::Tags(_) | Call::PrefixList(_)) => true,
        None => {
            let only_looks = name.starts_with(b"Describe") || name.starts_with(b"Get");
            !only_looks && speaks_of_groups(name)
        }
    }
}

/// Whether there is in `text` what every call that changes a group or its rules has in its name.
fn speaks_of_groups(text: &[u8]) -> bool {
    static SUBJECT: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new(b"SecurityGroup"));
    SUBJECT.find(text).is_some()
}

/// Whether what comes after a key of `record` may be the name of a call that matters in `scope`.
fn may_be_name(after_key: &[u8], record: &[u8], scope: Scope) -> bool {
    let after = after_key.trim_ascii_start();
    let Some(value) = after.strip_prefix(b":") else {
        // It is the text of a value, or else it is damaged: that is for the parser, as a name is that is no text.
        return !matches!(after.first(), Some(b',' | b'}' | b']') | None);
    };
    let Some(text) = value.trim_ascii_start().strip_prefix(b"\"") else { return true };
    let name = memchr(b'"', text).and_then(|end| text.get(..end)).unwrap_or(text);
    let is_sound = name.iter().all(u8::is_ascii_alphanumeric);
    !is_sound || (matters(name, scope) && (!is_of_tags(name) || may_tag_groups(record)))
}

fn is_of_tags(name: &[u8]) -> bool {
    matches!(Call::named(name), Some(Call::Tags(_)))
}

/// Whether `record`, of a call on tags, may name a group. Most name other resources, as AWS spells them, and none.
fn may_tag_groups(record: &[u8]) -> bool {
    let has = |text: &[u8]| memmem::find(record, text).is_some();
    // Of a request that was cut, nobody knows what it named.
    has(b"sg-") || has(b"omitted") || !has(br#""resourceId":""#)
}
