//! The calls that people make: what they are named, which EC2 refuses, and how they read in a story.

use std::collections::BTreeSet;

use tierguard::change::{
    Attached, Attachment, ChangeKind, Content, GroupChange, GroupEdit, InterfaceKey, ListChange, ListEdit,
    ListVersion, Modification, RuleKey, TagChange, TagEdit, Told,
};
use tierguard::group::{Group, Rule};
use tierguard::id::{GroupId, GroupKey, GroupName, InterfaceId, RuleId, VpcId};
use tierguard::network::Network;
use tierguard::permission::{Direction, GroupRef, Peer, Permission};

use crate::cloud::Refusal;
use crate::scene::list_id;
use crate::view::View;

/// The most entries of the prefix list.
const MOST_ENTRIES: usize = 6;

fn edit(group: &GroupId, edit: GroupEdit) -> ChangeKind {
    ChangeKind::Group(GroupChange { group: GroupKey::Id(group.clone()), edit })
}

/// Adds rules of one direction.
pub(crate) fn authorize(group: &GroupId, permissions: &[Permission], text: Option<&str>) -> ChangeKind {
    let rule = |permission: &Permission| Rule {
        id: None,
        permission: permission.clone(),
        description: text.map(str::to_owned),
    };
    let direction = permissions[0].direction;
    let rules = Told::Whole(permissions.iter().filter(|it| it.direction == direction).map(rule).collect());
    edit(group, GroupEdit::Authorize { direction, rules })
}

/// Gives the rules of a change that adds some this id.
pub(crate) fn name_rules(kind: &mut ChangeKind, id: Option<&RuleId>) {
    if let ChangeKind::Group(GroupChange {
        edit: GroupEdit::Authorize { rules: Told::Whole(rules), .. },
        ..
    }) = kind
    {
        for rule in rules {
            rule.id = id.cloned();
        }
    }
}

/// Removes a rule, by its id or by what it says.
pub(crate) fn revoke(group: &GroupId, rule: &Rule, by_id: bool) -> ChangeKind {
    let key = match (&rule.id, by_id) {
        (Some(id), true) => RuleKey::Id(id.clone()),
        (Some(_) | None, _) => RuleKey::Content(rule.permission.clone()),
    };
    let direction = rule.permission.direction;
    edit(group, GroupEdit::Revoke { direction, rules: Told::Whole(vec![key]), removed: vec![rule.clone()] })
}

/// Edits a rule in place.
pub(crate) fn modify(
    group: &GroupId,
    id: &RuleId,
    Permission { traffic, peer, .. }: &Permission,
) -> ChangeKind {
    let content = Content { traffic: *traffic, peer: peer.clone() };
    let rules = Told::Whole(vec![Modification { id: id.clone(), content, description: None }]);
    edit(group, GroupEdit::Modify { rules })
}

/// Changes the text beside a rule.
pub(crate) fn describe(group: &GroupId, rule: &Rule, text: &str) -> ChangeKind {
    let described = (RuleKey::Content(rule.permission.clone()), Some(text.to_owned()));
    edit(group, GroupEdit::Describe { direction: rule.permission.direction, descriptions: vec![described] })
}

pub(crate) fn create(group: &GroupId, tier: &str) -> ChangeKind {
    let tags = [("tier".to_owned(), tier.to_owned())].into();
    edit(
        group,
        GroupEdit::Create { name: Some(GroupName::new(group.as_str())), vpc: VpcId::new("vpc-1").ok(), tags },
    )
}

pub(crate) fn delete(group: &GroupId) -> ChangeKind {
    edit(group, GroupEdit::Delete)
}

/// Gives a group the tag that makes tiers, or takes it away.
pub(crate) fn tag(group: &GroupId, tier: Option<&str>) -> ChangeKind {
    let edit = match tier {
        Some(tier) => TagEdit::Set([("tier".to_owned(), tier.to_owned())].into()),
        None => TagEdit::Removed([("tier".to_owned(), None)].into()),
    };
    ChangeKind::Tags(TagChange { groups: [group.clone()].into(), edit })
}

/// Puts a network into the prefix list, or takes it out.
pub(crate) fn edit_list(version: i64, network: Network, adds: bool) -> ChangeKind {
    let (added, removed) = if adds { (vec![network], vec![]) } else { (vec![], vec![network]) };
    let edit = ListEdit::Entries { added, removed };
    ChangeKind::PrefixList(ListChange { list: list_id(), before: Some(ListVersion(version)), edit })
}

/// Replaces the groups of an interface.
pub(crate) fn attach(interface: &InterfaceId, groups: BTreeSet<GroupId>) -> ChangeKind {
    let interface = InterfaceKey::Id(interface.clone());
    ChangeKind::Attachment(Attachment {
        interfaces: vec![Attached { interface, instance: None, vpc: None, groups }],
    })
}

/// The name of the call in the EC2 API.
pub(crate) const fn name(kind: &ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Group(GroupChange { edit, .. }) => match edit {
            GroupEdit::Authorize { direction: Direction::Ingress, .. } => "AuthorizeSecurityGroupIngress",
            GroupEdit::Authorize { direction: Direction::Egress, .. } => "AuthorizeSecurityGroupEgress",
            GroupEdit::Revoke { direction: Direction::Ingress, .. } => "RevokeSecurityGroupIngress",
            GroupEdit::Revoke { direction: Direction::Egress, .. } => "RevokeSecurityGroupEgress",
            GroupEdit::Modify { .. } => "ModifySecurityGroupRules",
            GroupEdit::Describe { direction: Direction::Ingress, .. } => {
                "UpdateSecurityGroupRuleDescriptionsIngress"
            }
            GroupEdit::Describe { direction: Direction::Egress, .. } => {
                "UpdateSecurityGroupRuleDescriptionsEgress"
            }
            GroupEdit::Create { .. } => "CreateSecurityGroup",
            GroupEdit::Delete => "DeleteSecurityGroup",
            GroupEdit::Associate { .. } => "AssociateSecurityGroupVpc",
        },
        ChangeKind::Tags(TagChange { edit: TagEdit::Set(_), .. }) => "CreateTags",
        ChangeKind::Tags(TagChange { edit: TagEdit::Removed(_), .. }) => "DeleteTags",
        ChangeKind::PrefixList(ListChange { edit: ListEdit::Restore { .. }, .. }) => {
            "RestoreManagedPrefixListVersion"
        }
        ChangeKind::PrefixList(_) => "ModifyManagedPrefixList",
        ChangeKind::Attachment(_) => "ModifyNetworkInterfaceAttribute",
    }
}

/// The code with which EC2 refuses a call, if it does.
pub(crate) fn refusal(view: &View, kind: &ChangeKind) -> Option<Refusal> {
    let code = match kind {
        ChangeKind::Group(GroupChange { group, edit }) => of_group(view, group.id()?, edit),
        ChangeKind::Tags(tags) => tags.groups.iter().find_map(|group| missing(view, group)),
        ChangeKind::PrefixList(ListChange { before, edit, .. }) => of_list(view, before.as_ref(), edit),
        ChangeKind::Attachment(Attachment { interfaces }) => {
            interfaces.iter().find_map(|it| of_interface(view, it))
        }
    };
    code.map(Refusal)
}

fn missing(view: &View, group: &GroupId) -> Option<&'static str> {
    view.account.group(None, group).is_none().then_some("InvalidGroup.NotFound")
}

fn of_group(view: &View, group: &GroupId, edit: &GroupEdit) -> Option<&'static str> {
    if let GroupEdit::Create { .. } = edit {
        return missing(view, group).is_none().then_some("InvalidGroup.Duplicate");
    }
    let live = view.rules(group);
    let has = |permission: &Permission| live.iter().any(|rule| rule.permission == *permission);
    let of_edit = match edit {
        GroupEdit::Authorize { rules: Told::Whole(rules), .. } => rules.iter().find_map(|rule| {
            has(&rule.permission)
                .then_some("InvalidPermission.Duplicate")
                .or_else(|| of_peer(view, &rule.permission.peer))
        }),
        GroupEdit::Revoke { removed, .. } => {
            removed.iter().any(|rule| !has(&rule.permission)).then_some("InvalidPermission.NotFound")
        }
        GroupEdit::Modify { rules: Told::Whole(rules) } => {
            rules.iter().find_map(|it| of_edit_in_place(view, &live, it))
        }
        GroupEdit::Delete => is_in_use(view, group).then_some("DependencyViolation"),
        GroupEdit::Authorize { .. }
        | GroupEdit::Modify { .. }
        | GroupEdit::Describe { .. }
        | GroupEdit::Create { .. }
        | GroupEdit::Associate { .. } => None,
    };
    missing(view, group).or(of_edit)
}

/// EC2 takes references only to groups that are there.
fn of_peer(view: &View, peer: &Peer) -> Option<&'static str> {
    match peer {
        Peer::Group(GroupRef { group: GroupKey::Id(id), .. }) => missing(view, id),
        Peer::Group(_) | Peer::Network(_) | Peer::PrefixList(_) => None,
    }
}

/// An edit leaves the kind of peer as it is, and no two rules may say the same.
fn of_edit_in_place(
    view: &View,
    live: &[Rule],
    Modification { id, content, .. }: &Modification,
) -> Option<&'static str> {
    let Some(edited) = live.iter().find(|rule| rule.id.as_ref() == Some(id)) else {
        return Some("InvalidSecurityGroupRuleId.NotFound");
    };
    let becomes = content.towards(edited.permission.direction);
    if live.iter().any(|rule| rule.permission == becomes) {
        return Some("InvalidPermission.Duplicate");
    }
    let is_other_kind =
        std::mem::discriminant(&edited.permission.peer) != std::mem::discriminant(&becomes.peer);
    is_other_kind.then_some("InvalidParameterCombination").or_else(|| of_peer(view, &becomes.peer))
}

fn is_in_use(view: &View, group: &GroupId) -> bool {
    let names_it = |permission: &Permission| match &permission.peer {
        Peer::Group(GroupRef { group: peer, .. }) => peer.id() == Some(group),
        Peer::Network(_) | Peer::PrefixList(_) => false,
    };
    view.places().iter().any(|(of, permission)| of != group && names_it(permission))
        || view.account.interfaces().any(|interface| interface.groups.contains(group))
}

fn of_list(view: &View, before: Option<&ListVersion>, edit: &ListEdit) -> Option<&'static str> {
    if before != Some(&ListVersion(view.version)) {
        return Some("PrefixListVersionMismatch");
    }
    let ListEdit::Entries { added, removed } = edit else { return None };
    let entries = view.account.entries_of(&list_id()).unwrap_or_default();
    let held = entries.networks();
    let is_held = |network: &Network| held.contains(network);
    let is_refused =
        added.iter().any(|it| is_held(it) || held.len() >= MOST_ENTRIES) || !removed.iter().all(is_held);
    is_refused.then_some("InvalidParameterValue")
}

fn of_interface(view: &View, Attached { interface, groups, .. }: &Attached) -> Option<&'static str> {
    let Some(live) = view.account.interfaces().find(|live| live.is(interface)) else {
        return Some("InvalidNetworkInterfaceID.NotFound");
    };
    let refused = live.managed_by.is_some().then_some("OperationNotPermitted");
    refused.or_else(|| groups.iter().find_map(|group| missing(view, group)))
}

/// What a change does, in words.
pub(crate) fn in_words(kind: &ChangeKind) -> String {
    let name = name(kind);
    match kind {
        ChangeKind::Group(GroupChange { group, edit }) => format!("{name} {group} {}", edit_in_words(edit)),
        ChangeKind::Tags(TagChange { groups, edit }) => {
            let groups: Vec<_> = groups.iter().map(GroupId::as_str).collect();
            let tags = match edit {
                TagEdit::Set(tags) => format!("{tags:?}"),
                TagEdit::Removed(tags) => format!("but {:?}", tags.keys()),
            };
            format!("{name} {} {tags}", groups.join(", "))
        }
        ChangeKind::PrefixList(ListChange { before, edit, .. }) => format!("{name} of {before:?}: {edit:?}"),
        ChangeKind::Attachment(Attachment { interfaces }) => {
            let all = interfaces.iter().map(|it| {
                let groups: Vec<_> = it.groups.iter().map(GroupId::as_str).collect();
                format!("{} {}", it.interface, groups.join(", "))
            });
            format!("{name} {}", all.collect::<Vec<_>>().join("; "))
        }
    }
}

fn edit_in_words(edit: &GroupEdit) -> String {
    match edit {
        GroupEdit::Authorize { rules: Told::Whole(rules), .. } | GroupEdit::Revoke { removed: rules, .. } => {
            rules.iter().map(rule_in_words).collect::<Vec<_>>().join(", ")
        }
        GroupEdit::Modify { rules: Told::Whole(rules) } => {
            let rule =
                |it: &Modification| format!("{} to {} with {}", it.id, it.content.traffic, it.content.peer);
            rules.iter().map(rule).collect::<Vec<_>>().join(", ")
        }
        GroupEdit::Create { tags, .. } => format!("{tags:?}"),
        GroupEdit::Authorize { .. }
        | GroupEdit::Modify { .. }
        | GroupEdit::Describe { .. }
        | GroupEdit::Delete
        | GroupEdit::Associate { .. } => String::new(),
    }
}

pub(crate) fn rule_in_words(rule: &Rule) -> String {
    let id = rule.id.as_ref().map_or("", RuleId::as_str);
    format!("{} ({id})", rule.permission)
}

/// The groups that are there.
pub(crate) fn groups(view: &View) -> Vec<GroupId> {
    view.account.groups().map(|Group { id, .. }| id.clone()).collect()
}
