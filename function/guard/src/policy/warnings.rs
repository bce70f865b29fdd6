//! What a policy says that was perhaps not meant. A policy with warnings means what it says all the same.

mod covered;
mod unwise;

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;

use super::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use super::document::{Clause, Document};
use super::yaml::{Content, Entry, Node};
use super::{AllowLists, Limits, Principal, Tier, TierName};
use crate::group::Group;
use crate::permission::Direction;
use unwise::Unwise;
pub(crate) use unwise::exposed;

impl Document {
    /// What in it was perhaps not meant, at the instant `now`: and if these are all groups of an account, what of it
    /// is about none of them.
    #[must_use]
    pub fn warnings(&self, now: Timestamp, groups: Option<&[Group]>) -> Diagnostics {
        let mut warnings = Warnings { document: self, found: Vec::new() };
        warnings.of_allows();
        warnings.of_tiers(groups);
        warnings.of_exemptions(now, groups);
        warnings.of_names();
        warnings.of_networks();
        warnings.of_elsewhere();
        warnings.of_denies();
        warnings.of_break_glass();
        warnings.of_sweep();
        warnings.of_interfaces();
        warnings.of_lists(&self.root);
        Diagnostics::new(&self.name, warnings.found, 0)
    }
}

/// Where names of networks and of callers are used.
const USES: [&str; 5] = ["from", "to", "except", "editors", "break-glass"];
/// Where networks are written.
const NETWORKS: [&str; 4] = ["networks", "from", "to", "except"];

/// The warnings found so far.
struct Warnings<'d> {
    document: &'d Document,
    found: Vec<(Span, Diagnostic)>,
}

impl Warnings<'_> {
    fn push(&mut self, span: Span, unwise: &Unwise) {
        let diagnostic = Diagnostic::new(Severity::Warning, &self.document.text, span, unwise);
        self.found.push((span, diagnostic));
    }

    fn push_at(&mut self, clause: &Clause, unwise: &Unwise) {
        // What is in the policy is in its text.
        if let Some(span) = self.document.span(clause) {
            self.push(span, unwise);
        }
    }

    /// The same, at the value of `key` in it.
    fn push_in(&mut self, clause: &Clause, key: &str, unwise: &Unwise) {
        if let Some(span) = self.document.span_in(clause, key) {
            self.push(span, unwise);
        }
    }

    /// Entries that allow nothing new, or too much.
    fn of_allows(&mut self) {
        let policy = self.document.policy();
        let elsewhere = policy.elsewhere.iter().filter_map(|elsewhere| match &elsewhere.limits {
            Limits::Allow(lists) => Some((None, lists)),
            Limits::Deny(_) => None,
        });
        let tiers = policy.tiers.iter().map(|tier| (Some(&tier.name), &tier.allows));
        for (tier, lists) in tiers.chain(elsewhere) {
            for direction in Direction::BOTH {
                self.of_list(tier, lists, direction);
            }
        }
    }

    fn of_list(&mut self, tier: Option<&TierName>, lists: &AllowLists, direction: Direction) {
        let allows = lists.towards(direction).unwrap_or_default();
        let clause = |n| Clause::Allow(tier.cloned(), direction, n);
        for (n, by) in covered::entries(tier, allows, direction) {
            self.push_at(&clause(n), &Unwise::Covered { by });
        }
        for (n, allow) in allows.iter().enumerate().filter(|_| direction == Direction::Ingress) {
            if let Some(wide) = Unwise::wide(allow) {
                self.push_at(&clause(n), &wide);
            }
        }
    }

    /// Tiers that govern nothing, or that no group is in.
    fn of_tiers(&mut self, groups: Option<&[Group]>) {
        for Tier { name, groups: selector, allows, editors, .. } in &self.document.policy().tiers {
            if allows.ingress.is_none() && allows.egress.is_none() && editors.is_none() {
                self.push_at(&Clause::Tier(name.clone()), &Unwise::Ungoverned { tier: name.clone() });
            }
            if selector.is_everything() {
                self.push_at(&Clause::Groups(name.clone()), &Unwise::EveryGroup { tier: name.clone() });
            }
            if groups.is_some_and(|groups| !groups.iter().any(|group| selector.matches(group))) {
                self.push_at(&Clause::Groups(name.clone()), &Unwise::NoGroup { tier: name.clone() });
            }
        }
    }

    fn of_exemptions(&mut self, now: Timestamp, groups: Option<&[Group]>) {
        for (n, exemption) in self.document.policy().exemptions.iter().enumerate() {
            let clause = Clause::Exemption(n);
            if let Some(ends) = Unwise::ends(exemption, now) {
                self.push_in(&clause, "until", &ends);
            }
            if groups.is_some_and(|groups| !groups.iter().any(|group| exemption.is_for(group))) {
                self.push_in(&clause, "groups", &Unwise::NoGroupExempt { id: exemption.id.clone() });
            }
            if let Some(wide) =
                Unwise::wide(&exemption.allow).filter(|_| exemption.direction == Direction::Ingress)
            {
                self.push_at(&clause, &wide);
            }
        }
    }

    /// Names that nothing uses.
    fn of_names(&mut self) {
        let document = self.document;
        let used: BTreeSet<_> = document.root.texts_under(&USES).into_iter().map(|(text, _)| text).collect();
        for (key, noun) in [("networks", "network"), ("principals", "principal")] {
            let unused = entries_of(&document.root, key).filter(|entry| !used.contains(entry.key.as_str()));
            for Entry { key, key_span, .. } in unused {
                self.push(*key_span, &Unwise::Unused { noun, name: key.as_str().into() });
            }
        }
    }

    /// Networks that are written with the address of a host.
    fn of_networks(&mut self) {
        let document = self.document;
        for (text, span) in document.root.texts_under(&NETWORKS) {
            if let Some(network) = text.parse::<IpNet>().ok().filter(|network| network.trunc() != *network) {
                self.push(span, &Unwise::HostBits { network });
            }
        }
    }

    /// Nothing that holds for the groups that are in no tier.
    fn of_elsewhere(&mut self) {
        let document = self.document;
        if document.policy().elsewhere.is_none() {
            let tiers = map(&document.root).iter().find(|entry| entry.key == "tiers");
            self.push(tiers.map_or(Span::START, |entry| entry.key_span), &Unwise::NoElsewhere);
        }
    }

    /// Entries of `deny` that their exceptions leave nothing of.
    fn of_denies(&mut self) {
        let Some(elsewhere) = &self.document.policy().elsewhere else { return };
        let Limits::Deny(denies) = &elsewhere.limits else { return };
        for (n, _) in denies.iter().enumerate().filter(|(_, deny)| deny.except.includes(&deny.peers)) {
            self.push_at(&Clause::Deny(n), &Unwise::NothingDenied);
        }
    }

    /// Callers that may do anything, and are everybody.
    fn of_break_glass(&mut self) {
        if self.document.policy().break_glass.callers.iter().any(Principal::is_everybody) {
            self.push_at(&Clause::BreakGlass, &Unwise::Everybody);
        }
    }

    /// A sweep that is to act in a file that does not.
    fn of_sweep(&mut self) {
        let value = |key: &str| {
            map(&self.document.root).iter().find(|entry| entry.key == key).map(|entry| &entry.value)
        };
        let is = |node: &Node, word: &str| matches!(&node.content, Content::Text(text) if text == word);
        if let (Some(sweep), Some(mode)) = (value("sweep"), value("mode"))
            && is(sweep, "enforce")
            && is(mode, "observe")
        {
            self.push(sweep.span, &Unwise::SweepObserves);
        }
    }

    /// Tiers that may meet nobody.
    fn of_interfaces(&mut self) {
        let document = self.document;
        let together = entries_of(&document.root, "interfaces").filter(|entry| entry.key == "together");
        for set in together.flat_map(|entry| items(&entry.value)) {
            if let [Node { content: Content::Text(tier), .. }] = items(set) {
                self.push(set.span, &Unwise::Alone { tier: tier.as_str().into() });
            }
        }
    }

    /// What a list in `node` says twice.
    fn of_lists(&mut self, node: &Node) {
        let mut seen = BTreeSet::new();
        for item in items(node) {
            match &item.content {
                Content::Text(text) if !seen.insert(text) => {
                    self.push(item.span, &Unwise::Twice { text: text.as_str().into() });
                }
                Content::Text(_)
                | Content::List(_)
                | Content::Map(_)
                | Content::Nothing
                | Content::Reported => self.of_lists(item),
            }
        }
        for entry in map(node) {
            self.of_lists(&entry.value);
        }
    }
}

/// The items of `node`, if it is a list.
fn items(node: &Node) -> &[Node] {
    match &node.content {
        Content::List(nodes) => nodes,
        Content::Nothing | Content::Text(_) | Content::Map(_) | Content::Reported => &[],
    }
}

/// The entries of the mapping under `key` of the file.
fn entries_of<'n>(root: &'n Node, key: &str) -> impl Iterator<Item = &'n Entry> {
    let named = map(root).iter().filter(move |entry| entry.key == key);
    named.flat_map(|entry| map(&entry.value))
}

/// The entries of `node`, if it is a mapping.
fn map(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Map(entries) => entries,
        Content::Nothing | Content::Text(_) | Content::List(_) | Content::Reported => &[],
    }
}

#[cfg(test)]
mod tests;
