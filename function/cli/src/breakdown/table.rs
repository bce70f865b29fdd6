//! A table of counts, a row for each name. Names are an open-ended set, of which a hostile log may have one an event: a
//! table keeps those with the most violations, and folds the others into one row.
//!
//! Exact as long as no more than twice [`MOST`] names were seen. After that, all sums still hold, but what was counted of a
//! name before its row was folded stays with the others: its own row says "at least".

use std::collections::HashMap;

use super::Counts;

/// How many rows are kept when there are twice as many.
const MOST: usize = 4096;
/// How much of a name is kept, in characters: more than the longest ARN of a role that IAM takes.
const LONGEST: usize = 700;

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: HashMap<Option<Box<str>>, Counts>,
    others: Option<Counts>,
}

/// A row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'t> {
    /// Whose it is; `None` of events that do not say.
    pub(crate) name: Option<&'t str>,
    /// What it says.
    pub(crate) counts: &'t Counts,
}

impl Table {
    /// Counts these of `name` too.
    pub(crate) fn count(&mut self, name: Option<&str>, counts: &Counts) {
        let name = name.map(|name| name.chars().take(LONGEST).collect::<String>().into_boxed_str());
        self.rows.entry(name).or_default().merge(counts);
        if self.rows.len() > MOST.saturating_mul(2) {
            self.fold();
        }
    }

    /// All rows: those with the most violations first, then with the most events, then by name.
    pub(crate) fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<_> =
            self.rows.iter().map(|(name, counts)| Row { name: name.as_deref(), counts }).collect();
        rows.sort_by(|one, other| other.weight().cmp(&one.weight()).then(one.name.cmp(&other.name)));
        rows
    }

    /// What was folded away; `None` while every row is exact.
    pub(crate) const fn others(&self) -> Option<&Counts> {
        self.others.as_ref()
    }

    fn fold(&mut self) {
        let least = self.rows().into_iter().skip(MOST).map(|row| row.name.map(Box::from));
        for name in least.collect::<Vec<_>>() {
            if let Some(counts) = self.rows.remove(&name) {
                self.others.get_or_insert_default().merge(&counts);
            }
        }
    }
}

impl Row<'_> {
    const fn weight(&self) -> (usize, usize, usize) {
        (self.counts.violations, self.counts.undecidable, self.counts.events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(violations: usize) -> Counts {
        Counts { events: 1, violations, ..Counts::default() }
    }

    #[test]
    fn below_its_limit_it_is_exact() {
        let mut table = Table::default();
        for n in 0..2 * MOST {
            table.count(Some(&n.to_string()), &one(0));
            table.count(Some("often"), &one(1));
        }
        assert_eq!(table.rows().len(), MOST);
        assert!(table.others().is_some());

        let mut table = Table::default();
        for n in 0..2 * MOST {
            table.count(Some(&n.to_string()), &one(0));
        }
        assert_eq!((table.rows().len(), table.others()), (2 * MOST, None));
    }

    #[test]
    fn above_it_what_matters_stays_and_the_sums_hold() {
        let mut table = Table::default();
        for n in 0..20 * MOST {
            table.count(Some(&n.to_string()), &one(0));
            if n % 100 == 0 {
                table.count(Some("bad"), &one(1));
            }
        }
        let rows = table.rows();
        assert!(rows.len() <= 2 * MOST);
        assert_eq!((rows[0].name, rows[0].counts.violations), (Some("bad"), 20 * MOST / 100 + 1));
        let events = rows.iter().map(|row| row.counts.events).sum::<usize>();
        assert_eq!(events + table.others().unwrap().events, 20 * MOST + 20 * MOST / 100 + 1);
    }

    #[test]
    fn the_order_of_rows_does_not_depend_on_that_of_the_names() {
        let mut table = Table::default();
        for name in [Some("b"), None, Some("a"), Some("c")] {
            table.count(name, &one(usize::from(name == Some("c"))));
        }
        let names: Vec<_> = table.rows().into_iter().map(|row| row.name).collect();
        assert_eq!(names, [Some("c"), None, Some("a"), Some("b")]);
    }

    #[test]
    fn a_name_without_end_is_cut() {
        let mut table = Table::default();
        table.count(Some(&"ä".repeat(1 << 20)), &one(0));
        assert_eq!(table.rows()[0].name.unwrap().chars().count(), LONGEST);
    }
}
