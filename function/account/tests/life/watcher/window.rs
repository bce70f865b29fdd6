//! Every state of the account that the guard may have seen in an attempt, held against the policy at the instant at which
//! the attempt began.

use tierguard::Policy;
use tierguard::change::{Change, ChangeKind, GroupChange, GroupEdit, TagChange, Told};
use tierguard::group::Rule;
use tierguard::id::{GroupId, InterfaceId, RoleArn, RuleId};
use tierguard::network::Network;
use tierguard::permission::{Peer, Permission};
use tierguard::policy::{Mode, OnMixture, OnViolation, Scope, TierName};

use super::Begun;
use crate::clock::Moment;
use crate::cloud::Cloud;
use crate::scene::list_id;
use crate::view::{Court, Place, View};

/// The states, the last one of now.
pub(super) struct Window<'a> {
    policy: &'a Policy,
    states: Vec<(&'a View, Court<'a>)>,
}

impl<'a> Window<'a> {
    /// All states since `since`, judged at the instant `at`.
    pub(super) fn new(policy: &'a Policy, cloud: &'a Cloud, since: Moment, at: Moment) -> Self {
        Self { policy, states: cloud.since(since).map(|view| (view, view.court(policy, at))).collect() }
    }

    fn courts(&self) -> impl Iterator<Item = &Court<'a>> {
        self.states.iter().map(|(_, court)| court)
    }

    fn now(&self) -> &(&'a View, Court<'a>) {
        &self.states[self.states.len() - 1]
    }

    /// Whether the policy forbids what `rule` says in one of the states.
    pub(super) fn forbids(&self, group: &GroupId, rule: &Rule) -> bool {
        let place = (group.clone(), rule.permission.clone());
        self.courts().any(|court| court.allows(&place) == Some(false))
    }

    pub(super) fn forbids_list(&self) -> bool {
        self.courts().any(Court::forbids_list)
    }

    pub(super) fn forbids_together(&self, interface: &InterfaceId) -> bool {
        let groups = || self.states.iter().filter_map(|(view, _)| view.groups_on(interface));
        self.courts().any(|court| groups().any(|groups| court.forbids_together(groups)))
    }

    /// Whether somebody of the role `maker` may not change the group, in one of the states.
    pub(super) fn is_outsider(&self, group: &GroupId, maker: &str) -> bool {
        self.courts().any(|court| court.is_outsider(group, maker))
    }

    /// What is wrong with `call` where it should only be told of.
    pub(super) fn observes(&self, call: &Begun<'_>) -> Option<&'static str> {
        let enforces = match call {
            Begun::Takes(call) => self.courts().any(|court| court.enforces(call.group())),
            Begun::Adds(call) => self.courts().any(|court| court.enforces(call.group())),
            Begun::Detaches(_) => self.policy.interfaces.as_ref().is_some_and(|it| it.mode == Mode::Enforce),
            Begun::Restores(_) => {
                let groups = |view: &View| crate::call::groups(view);
                self.states.iter().any(|(view, court)| groups(view).iter().any(|group| court.enforces(group)))
            }
        };
        (!enforces).then_some("7: the policy observes")
    }

    /// What is wrong with what `call` adds, or leaves on an interface.
    pub(super) fn is_not_allowed(&self, call: &Begun<'_>) -> Option<&'static str> {
        match call {
            Begun::Adds(call) => {
                let is_allowed = |rule: &Rule| {
                    let place = (call.group().clone(), rule.permission.clone());
                    self.courts().any(|court| court.allows(&place) == Some(true))
                };
                (!call.rules().iter().all(is_allowed)).then_some("8: what it adds is not allowed")
            }
            Begun::Detaches(call) => {
                let states = || self.states.iter().filter_map(|(view, _)| view.groups_on(call.interface()));
                let was_there = states().any(|groups| call.groups().is_subset(groups));
                (call.groups().is_empty() || !was_there)
                    .then_some("8: it puts groups on an interface, or takes all off")
            }
            Begun::Takes(_) | Begun::Restores(_) => None,
        }
    }

    /// The rules that the event of `truth` has made, or may have made forbidden, that are forbidden in all states, and
    /// that are there. Of a record that `is_cut` nobody can tell which rules its caller made.
    pub(super) fn left(&self, truth: &Change, is_cut: bool) -> Vec<(GroupId, Rule)> {
        match &truth.kind {
            ChangeKind::Group(GroupChange { group, edit }) => {
                let Some(group) = group.id() else { return Vec::new() };
                let role = truth.event.actor.role.as_ref().map_or("", RoleArn::as_str);
                let is_strange = !is_cut && self.is_strange(group, edit, role);
                let is_left = |rule: &Rule| is_strange || self.is_forbidden(group, rule);
                let live = self.now().0.rules(group);
                let made = live.into_iter().filter(|rule| is_made_by(edit, rule));
                made.filter(is_left).map(|rule| (group.clone(), rule)).collect()
            }
            ChangeKind::Tags(TagChange { groups, .. }) => {
                groups.iter().flat_map(|it| self.always_forbidden(it)).collect()
            }
            ChangeKind::PrefixList(_) => {
                let groups = crate::call::groups(self.now().0);
                let all = groups.iter().flat_map(|group| self.always_forbidden(group));
                all.filter(|(_, rule)| rule.permission.peer == Peer::PrefixList(list_id())).collect()
            }
            ChangeKind::Attachment(_) => Vec::new(),
        }
    }

    fn is_forbidden(&self, group: &GroupId, rule: &Rule) -> bool {
        let place: Place = (group.clone(), rule.permission.clone());
        self.courts().all(|court| court.allows(&place) == Some(false))
    }

    /// Whether somebody added rules who may not change the group.
    fn is_strange(&self, group: &GroupId, edit: &GroupEdit, role: &str) -> bool {
        matches!(edit, GroupEdit::Authorize { .. })
            && self.courts().all(|court| court.is_outsider(group, role))
    }

    /// The rules of `group` that are there in all states, and forbidden in all.
    fn always_forbidden(&self, group: &GroupId) -> Vec<(GroupId, Rule)> {
        let is_there = |rule: &Rule| self.states.iter().all(|(view, _)| view.rules(group).contains(rule));
        let live = self.now().0.rules(group);
        let left = live.into_iter().filter(|rule| is_there(rule) && self.is_forbidden(group, rule));
        left.map(|rule| (group.clone(), rule)).collect()
    }

    /// A rule of now that the policy forbids and wants gone.
    pub(super) fn left_for_good(&self) -> Option<Place> {
        let (view, court) = self.now();
        view.places()
            .into_iter()
            .find(|place| court.allows(place) == Some(false) && self.wants_gone(&place.0))
    }

    /// Whether all that holds for the group wants what is forbidden to be gone.
    fn wants_gone(&self, group: &GroupId) -> bool {
        let group = self.now().0.account.group(None, group);
        let scopes = group.map(|group| self.policy.scopes(group)).unwrap_or_default();
        let acts = |scope: &Scope<'_>| {
            scope.reaction().mode == Mode::Enforce && scope.reaction().on_violation != OnViolation::Notify
        };
        scopes.iter().all(acts)
    }

    /// An interface of now from which groups should have come off.
    pub(super) fn mixed_for_good(&self) -> Option<&InterfaceId> {
        let (view, court) = self.now();
        let interfaces = self.policy.interfaces.as_ref()?;
        if interfaces.on_violation != OnMixture::Detach || interfaces.mode != Mode::Enforce {
            return None;
        }
        let tiers = |id: &GroupId| -> Vec<&TierName> {
            let group = view.account.group(None, id);
            group.into_iter().flat_map(|group| self.policy.tiers_of(group)).map(|tier| &tier.name).collect()
        };
        let can_mend = |groups: &std::collections::BTreeSet<GroupId>| {
            let all = groups.iter().flat_map(tiers).collect();
            let outer = interfaces.outer(self.policy, &all);
            groups.iter().any(|group| tiers(group).iter().all(|tier| !outer.contains(tier)))
        };
        let mixed = view.account.interfaces().find(|interface| {
            interface.managed_by.is_none()
                && court.forbids_together(&interface.groups)
                && can_mend(&interface.groups)
        });
        mixed.map(|interface| &interface.id)
    }
}

/// Whether `edit` made this rule, which says what it said then.
fn is_made_by(edit: &GroupEdit, rule: &Rule) -> bool {
    match edit {
        GroupEdit::Authorize { rules: Told::Whole(rules), .. } => {
            rules.iter().any(|made| made.id == rule.id && made.permission == rule.permission)
        }
        GroupEdit::Modify { rules: Told::Whole(rules) } => {
            let is_it = |id: &RuleId| rule.id.as_ref() == Some(id);
            rules.iter().any(|made| {
                is_it(&made.id) && made.content.towards(rule.permission.direction) == rule.permission
            })
        }
        GroupEdit::Create { .. } => rule.permission == Permission::all_egress(Network::ALL_IPV4),
        GroupEdit::Authorize { .. }
        | GroupEdit::Modify { .. }
        | GroupEdit::Revoke { .. }
        | GroupEdit::Describe { .. }
        | GroupEdit::Delete
        | GroupEdit::Associate { .. } => false,
    }
}
