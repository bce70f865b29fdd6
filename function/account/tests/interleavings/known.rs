//! A value and its digest: the search compares and hashes digests, as it does with whole states.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, Mutex};

/// A shared value with the digest of what identifies it.
pub(crate) struct Known<T> {
    digest: u64,
    value: Arc<T>,
}

/// The digest of anything: the same in every run, so that a search goes the same way every time.
pub(crate) fn digest(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// What was found out before, by the digest of what it follows from.
pub(crate) struct Memo<T>(Mutex<HashMap<u64, T>>);

impl<T: Clone> Memo<T> {
    /// What follows from `from`: `find` finds it out the first time.
    pub(crate) fn get(&self, from: &impl Hash, find: impl FnOnce() -> T) -> T {
        let key = digest(from);
        if let Some(found) = self.0.lock().unwrap().get(&key) {
            return found.clone();
        }
        let found = find();
        self.0.lock().unwrap().insert(key, found.clone());
        found
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Known<T> {
    /// `value`, identified by `identity`.
    pub(crate) fn by(identity: &impl Hash, value: T) -> Self {
        Self { digest: digest(identity), value: Arc::new(value) }
    }

    pub(crate) const fn digest(&self) -> u64 {
        self.digest
    }
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self { digest: self.digest, value: Arc::clone(&self.value) }
    }
}

impl<T> Deref for Known<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> PartialEq for Known<T> {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl<T> Eq for Known<T> {}

impl<T> PartialOrd for Known<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Known<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.digest.cmp(&other.digest)
    }
}

impl<T> Hash for Known<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}

impl<T: Debug> Debug for Known<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
