//! Names for tiers and networks, which share one name space: none is given twice, and none is one that a policy may not
//! have.

use std::collections::BTreeSet;

use crate::policy::is_name;

/// The names that are given.
#[derive(Debug, Default)]
pub(super) struct Naming(BTreeSet<String>);

/// The longest, in characters.
const LONGEST: usize = 48;

impl Naming {
    /// The first of `wanted` that may be a name and is not given yet, else one that is made of it; from now on it is
    /// given. `noun` is for what has nothing in it to make a name of.
    pub(super) fn give(&mut self, wanted: &[&str], noun: &str) -> String {
        let names: Vec<_> = wanted.iter().filter_map(|text| name_of(text, noun)).collect();
        let first = names.first().cloned().unwrap_or_else(|| noun.to_owned());
        let numbered = (2_usize..).map(|n| format!("{first}-{n}"));
        let mut free = names.into_iter().chain([first.clone()]).chain(numbered);
        let name = free.find(|name| !self.0.contains(name)).unwrap_or(first);
        self.0.insert(name.clone());
        name
    }
}

/// `text` as a name, with as little of it changed as may be.
fn name_of(text: &str, noun: &str) -> Option<String> {
    if is_name(text) && text.chars().count() <= LONGEST {
        return Some(text.to_owned());
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined: String = words.collect::<Vec<_>>().join("-").chars().take(LONGEST).collect();
    let joined = joined.trim_end_matches('-').to_owned();
    if joined.is_empty() {
        return None;
    }
    let spoken = if is_name(&joined) { joined } else { format!("{noun}-{joined}") };
    is_name(&spoken).then_some(spoken)
}
