//! The calls that matter, by what they do. Any other call is none of the guard's business.

use std::sync::LazyLock;

use memchr::{memchr, memmem};

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
        match Self::named(name) {
            Some(Self::Attachment(_)) => true,
            Some(Self::Group(_) | Self::Tags(_) | Self::PrefixList(_)) | None => false,
        }
    }

    /// The call with this `eventName`, if it matters.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "AuthorizeSecurityGroupIngress" => Self::Group(GroupCall::Authorize(Direction::Ingress)),
            "AuthorizeSecurityGroupEgress" => Self::Group(GroupCall::Authorize(Direction::Egress)),
            "RevokeSecurityGroupIngress" => Self::Group(GroupCall::Revoke(Direction::Ingress)),
            "RevokeSecurityGroupEgress" => Self::Group(GroupCall::Revoke(Direction::Egress)),
            "ModifySecurityGroupRules" => Self::Group(GroupCall::Modify),
            "UpdateSecurityGroupRuleDescriptionsIngress" => {
                Self::Group(GroupCall::Describe(Direction::Ingress))
            }
            "UpdateSecurityGroupRuleDescriptionsEgress" => {
                Self::Group(GroupCall::Describe(Direction::Egress))
            }
            "CreateSecurityGroup" => Self::Group(GroupCall::Create),
            "DeleteSecurityGroup" => Self::Group(GroupCall::Delete),
            "AssociateSecurityGroupVpc" => Self::Group(GroupCall::Associate),
            "CreateTags" => Self::Tags(TagCall::Create),
            "DeleteTags" => Self::Tags(TagCall::Delete),
            "ModifyManagedPrefixList" => Self::PrefixList(ListCall::Modify),
            "RestoreManagedPrefixListVersion" => Self::PrefixList(ListCall::Restore),
            "RunInstances" => Self::Attachment(AttachmentCall::RunInstances),
            "CreateNetworkInterface" => Self::Attachment(AttachmentCall::CreateInterface),
            "ModifyNetworkInterfaceAttribute" => Self::Attachment(AttachmentCall::ModifyInterface),
            "ModifyInstanceAttribute" => Self::Attachment(AttachmentCall::ModifyInstance),
            _ => return None,
        })
    }
}

/// Whether some `eventName` in `record` may be that of a call that matters; the record is not parsed, and has no
/// letter spelled as an escape. What has no name at all, but speaks of security groups, is for the parser to refuse.
pub(super) fn may_be_named_in(record: &[u8]) -> bool {
    const KEY: &[u8] = br#""eventName""#;
    // Made once, it finds in a record in less time than it takes to make.
    static FINDER: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(KEY));
    let mut names =
        FINDER.find_iter(record).filter_map(|at| record.get(at.saturating_add(KEY.len())..)).peekable();
    match names.peek() {
        Some(_) => names.any(may_be_name),
        None => memmem::find(record, SUBJECT).is_some(),
    }
}

/// Whether `name` is that of a call that matters, or of any call of security groups that does more than look.
pub(super) fn matters(name: &str) -> bool {
    let only_looks = name.starts_with("Describe") || name.starts_with("Get");
    Call::named(name).is_some() || (!only_looks && memmem::find(name.as_bytes(), SUBJECT).is_some())
}

/// What every call that changes a group or its rules has in its name.
const SUBJECT: &[u8] = b"SecurityGroup";

/// Whether what comes after a key may be the name of a call that matters.
fn may_be_name(after_key: &[u8]) -> bool {
    let after = after_key.trim_ascii_start();
    let Some(value) = after.strip_prefix(b":") else {
        // It is the text of a value, or else it is damaged: that is for the parser, as a name is that is no text.
        return !matches!(after.first(), Some(b',' | b'}' | b']') | None);
    };
    let Some(text) = value.trim_ascii_start().strip_prefix(b"\"") else { return true };
    let name = memchr(b'"', text).and_then(|end| text.get(..end)).unwrap_or(text);
    let is_sound = name.iter().all(u8::is_ascii_alphanumeric);
    !is_sound || std::str::from_utf8(name).is_ok_and(matters)
}
