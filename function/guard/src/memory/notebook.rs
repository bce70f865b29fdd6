//! Records in the memory of one process, for as long as that lasts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{KeepError, Key, Note, Recalled, Record, Version};

/// The most records that are kept; of more, those go that may be forgotten first.
const MOST: usize = 10_000;

/// The records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notebook(BTreeMap<Key, Page>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    version: Version,
    record: Record,
    until: Timestamp,
}

impl Notebook {
    /// What is under each of `keys` at the instant `now`.
    #[must_use]
    pub fn recall(&self, keys: &BTreeSet<Key>, now: Timestamp) -> Recalled {
        let pages = keys.iter().filter_map(|key| Some((key, self.0.get(key)?)));
        read(pages, now)
    }

    /// Writes `note`.
    ///
    /// # Errors
    /// When it was written under its key since.
    pub fn keep(&mut self, note: &Note) -> Result<(), KeepError> {
        let Note { key, record, seen, until } = note;
        let version = self.0.get(key).map(|page| page.version).unwrap_or_default();
        if version != *seen {
            return Err(KeepError::Overtaken);
        }
        if self.0.len() >= MOST && !self.0.contains_key(key) {
            self.forget();
        }
        let page = Page { version: version.next(), record: record.clone(), until: *until };
        self.0.insert(key.clone(), page);
        Ok(())
    }

    /// All records in which something waits to be told.
    #[must_use]
    pub fn untold(&self, now: Timestamp) -> Recalled {
        read(self.0.iter().filter(|(_, page)| page.record.untold() > 0), now)
    }

    /// Makes room for many more, so that it is rarely needed.
    fn forget(&mut self) {
        let mut ends: Vec<_> = self.0.values().map(|page| page.until).collect();
        let (_, middle, _) = ends.select_nth_unstable(MOST / 2);
        let middle = *middle;
        self.0.retain(|_, page| page.until > middle);
    }
}

fn read<'a>(pages: impl Iterator<Item = (&'a Key, &'a Page)>, now: Timestamp) -> Recalled {
    let mut recalled = Recalled::default();
    for (key, Page { version, record, until }) in pages {
        let record = (*until > now).then(|| record.clone());
        recalled.insert(key.clone(), *version, record);
    }
    recalled
}

#[cfg(test)]
mod tests {
    use super::super::Telling;
    use super::*;
    use crate::id::EventId;

    fn note(n: usize, seen: u64, until: i64) -> Note {
        let telling = Telling { verdict: "violation".to_owned(), door: "closed".to_owned() };
        Note {
            key: Key::event(&EventId::new(&format!("e-{n}")).unwrap()),
            record: Record::Telling(telling),
            seen: Version(seen),
            until: Timestamp::from_second(until).unwrap(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn who_has_not_seen_the_last_version_does_not_write() {
        let mut notebook = Notebook::default();
        assert_eq!(notebook.keep(&note(1, 0, 100)), Ok(()));
        assert_eq!(notebook.keep(&note(1, 0, 100)), Err(KeepError::Overtaken));
        assert_eq!(notebook.keep(&note(1, 1, 100)), Ok(()));
        assert_eq!(notebook.keep(&note(2, 1, 100)), Err(KeepError::Overtaken));
    }

    #[test]
    fn what_may_be_forgotten_is_not_there_but_keeps_its_version() {
        let mut notebook = Notebook::default();
        notebook.keep(&note(1, 0, 100)).unwrap();
        let key = note(1, 0, 100).key;
        let keys = BTreeSet::from([key.clone()]);
        assert!(notebook.recall(&keys, at(99)).telling(&key).is_some());
        let late = notebook.recall(&keys, at(100));
        assert_eq!((late.telling(&key), late.version(&key)), (None, Version(1)));
    }

    #[test]
    fn of_too_many_the_oldest_go() {
        let mut notebook = Notebook::default();
        for n in 0..=MOST {
            notebook.keep(&note(n, 0, i64::try_from(n).unwrap())).unwrap();
        }
        assert!(notebook.0.len() <= MOST);
        let keys = [0, MOST].map(|n| note(n, 0, 0).key);
        let recalled = notebook.recall(&BTreeSet::from(keys.clone()), at(-1));
        assert_eq!(keys.map(|key| recalled.telling(&key).is_some()), [false, true]);
    }
}
