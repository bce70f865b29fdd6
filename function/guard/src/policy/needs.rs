//! What a policy needs to know beyond the change itself: asked once, before anything is looked up.

use std::collections::BTreeSet;

use super::{AllowLists, OnViolation, Policy};
use crate::change::Actor;
use crate::permission::Direction;

impl Policy {
    /// The keys of all tags that decide what a group is held against.
    #[must_use]
    pub fn selector_keys(&self) -> BTreeSet<&str> {
        let tiers = self.tiers.iter().map(|tier| &tier.groups);
        let selectors = tiers.chain(self.exemptions.iter().map(|exemption| &exemption.groups));
        selectors.flat_map(|groups| groups.tags.keys().map(String::as_str)).collect()
    }

    /// Whether a rule in `direction` must be there in any tier.
    #[must_use]
    pub fn requires(&self, direction: Direction) -> bool {
        self.tiers.iter().any(|tier| tier.allows.required(direction).next().is_some())
    }

    /// Whether a rule that somebody removed may have to be put back.
    #[must_use]
    pub fn puts_back(&self) -> bool {
        let has_editors = self.tiers.iter().any(|tier| tier.editors.is_some());
        has_editors || self.tiers.iter().any(|tier| tier.allows.requires())
    }

    /// Whether a rule may have to be added: put back, or narrowed.
    #[must_use]
    pub fn adds(&self) -> bool {
        self.puts_back()
            || self.all_scopes().any(|scope| scope.reaction().on_violation == OnViolation::Narrow)
    }

    /// Whether `actor` is an editor of every tier that has editors.
    #[must_use]
    pub fn lets_edit(&self, actor: &Actor) -> bool {
        self.tiers.iter().filter_map(|tier| tier.editors.as_ref()).all(|editors| editors.include(actor))
    }
}

impl AllowLists {
    /// Whether anything must be there.
    #[must_use]
    pub fn requires(&self) -> bool {
        Direction::BOTH.into_iter().any(|direction| self.required(direction).next().is_some())
    }
}
