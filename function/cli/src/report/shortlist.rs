//! Which events are shown in full, where there are more than a page can hold: of each kind the latest, and of the rest as
//! many as there is room for, the latest first.
//!
//! Follows from the events and their order alone.

use std::collections::{BTreeMap, HashMap};

use super::incident::{Incident, Kind};

/// How many events are shown.
const MOST: usize = 2000;
/// How much of the page they take at most, in bytes.
const ROOM: usize = 14 << 20;

/// What is to be shown.
#[derive(Debug, Default)]
pub(super) struct Shortlist {
    /// How many were offered.
    offered: usize,
    /// How much room those take that are shown.
    size: usize,
    /// The latest of each kind, by the order in which they came.
    latest: BTreeMap<usize, Incident>,
    /// The others.
    repeats: BTreeMap<usize, Incident>,
    /// The place of the latest of each kind.
    kinds: HashMap<Kind, usize>,
}

impl Shortlist {
    /// One more event.
    pub(super) fn offer(&mut self, incident: Incident) {
        let place = self.offered;
        self.offered = place.saturating_add(1);
        self.size = self.size.saturating_add(incident.size());
        let before = self.kinds.insert(incident.kind(), place);
        if let Some((before, repeat)) = before.and_then(|before| self.latest.remove_entry(&before)) {
            self.repeats.insert(before, repeat);
        }
        self.latest.insert(place, incident);
        while self.latest.len().saturating_add(self.repeats.len()) > MOST || self.size > ROOM {
            self.drop_one();
        }
    }

    /// Those that are shown, the latest first.
    pub(super) fn shown(&self) -> Vec<&Incident> {
        let mut all: Vec<_> = self.latest.iter().chain(&self.repeats).collect();
        all.sort_by_key(|(place, incident)| std::cmp::Reverse((incident.facets.time, **place)));
        all.into_iter().map(|(_, incident)| incident).collect()
    }

    /// How many are not shown.
    pub(super) fn left_out(&self) -> usize {
        self.offered.saturating_sub(self.latest.len().saturating_add(self.repeats.len()))
    }

    fn drop_one(&mut self) {
        let dropped = self.repeats.pop_first().or_else(|| {
            let dropped = self.latest.pop_first()?;
            self.kinds.remove(&dropped.1.kind());
            Some(dropped)
        });
        self.size = self.size.saturating_sub(dropped.map_or(self.size, |(_, incident)| incident.size()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::incident::Facets;
    use super::super::standing::Standing;
    use super::*;

    fn incident(caller: &str, second: i64, length: usize) -> Incident {
        Incident {
            facets: Facets {
                time: Some(jiff::Timestamp::from_second(second).unwrap()),
                standing: Standing::Undone,
                tiers: Vec::new(),
                group: None,
                caller: Some(caller.to_owned()),
                account: None,
                region: None,
                rules: Vec::new(),
            },
            headline: String::new(),
            body: "x".repeat(length),
        }
    }

    #[test]
    fn the_latest_of_each_kind_outlives_a_flood_of_another() {
        let mut shortlist = Shortlist::default();
        for n in 0..100 {
            shortlist.offer(incident(&format!("seldom-{n}"), n, 0));
        }
        for n in 100..10_000 {
            shortlist.offer(incident("often", n, 0));
        }
        let shown = shortlist.shown();
        let seldom = shown.iter().filter(|it| it.facets.caller.as_deref() != Some("often")).count();
        assert_eq!((shown.len(), seldom, shortlist.left_out()), (MOST, 100, 10_000 - MOST));
        assert_eq!(shown[0].facets.time.unwrap().as_second(), 9999);
        assert!(shown.is_sorted_by_key(|it| std::cmp::Reverse(it.facets.time)));
    }

    #[test]
    fn many_kinds_and_large_ones_stay_within_the_room() {
        let mut shortlist = Shortlist::default();
        for n in 0..10_000 {
            shortlist.offer(incident(&n.to_string(), n, 20_000));
        }
        let size: usize = shortlist.shown().iter().map(|it| it.size()).sum();
        assert!(size <= ROOM && size > ROOM - 30_000 && size == shortlist.size);
        assert!(shortlist.kinds.len() == shortlist.latest.len());
        assert_eq!(shortlist.shown().len() + shortlist.left_out(), 10_000);
    }
}
