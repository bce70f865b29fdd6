//! The names that events are filtered by, numbered, so that no name has to stand in the script's hands.

use std::collections::{BTreeMap, HashMap};

use super::incident::Incident;

/// How many names of one facet can be chosen; the search finds the others.
const MOST: usize = 300;

/// The names of one facet: those of the most events first.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The name, and how many of the events that are shown have it.
    pub(super) all: Vec<(String, usize)>,
    numbers: HashMap<String, usize>,
}

/// What events are filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facet {
    Tier,
    Caller,
    Rule,
    Account,
    Region,
}

impl Facet {
    pub(super) const ALL: [Self; 5] = [Self::Tier, Self::Caller, Self::Rule, Self::Account, Self::Region];

    /// Its name in the page.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Tier => "tier",
            Self::Caller => "caller",
            Self::Rule => "rule",
            Self::Account => "account",
            Self::Region => "region",
        }
    }

    /// Its name for people.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Tier => "Tier",
            Self::Caller => "Caller",
            Self::Rule => "Rule",
            Self::Account => "Account",
            Self::Region => "Region",
        }
    }

    /// What an event has of it.
    pub(super) fn of(self, incident: &Incident) -> Vec<&str> {
        let facets = &incident.facets;
        match self {
            Self::Tier => facets.tiers.iter().map(String::as_str).collect(),
            Self::Caller => facets.caller.as_deref().into_iter().collect(),
            Self::Rule => facets.rules.iter().map(String::as_str).collect(),
            Self::Account => facets.account.as_deref().into_iter().collect(),
            Self::Region => facets.region.as_deref().into_iter().collect(),
        }
    }
}

impl Names {
    /// Those that `incidents` have of `facet`.
    pub(super) fn of(facet: Facet, incidents: &[&Incident]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in incidents.iter().flat_map(|incident| facet.of(incident)) {
            let count = counts.entry(name).or_default();
            *count = count.saturating_add(1);
        }
        let mut all: Vec<_> = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        all.sort_by(|(one, ones), (other, others)| others.cmp(ones).then(one.cmp(other)));
        all.truncate(MOST);
        let numbers = all.iter().enumerate().map(|(number, (name, _))| (name.clone(), number)).collect();
        Self { all, numbers }
    }

    /// The number of `name`, if it can be chosen.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }
}
