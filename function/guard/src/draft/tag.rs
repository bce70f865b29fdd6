//! Which tags sort groups into tiers. Looks at keys alone: what the values are is for the groups to say.

use super::estate::{Estate, TagKey};

/// What people call such a tag, most telling first; letters and digits alone, in lower case.
const WORDS: [&str; 8] =
    ["tier", "apptier", "applicationtier", "layer", "applayer", "role", "component", "function"];

/// The keys that may sort groups into tiers, the best first: those of the most groups.
pub(super) fn candidates(estate: &Estate) -> Vec<TagKey> {
    let mut keys: Vec<_> = estate.tag_keys().into_iter().filter_map(|key| Some((rank(&key)?, key))).collect();
    // The most groups come first already; a word that is surer goes before one that is common.
    keys.sort_by_key(|&(rank, _)| rank);
    keys.into_iter().map(|(_, key)| key).collect()
}

/// How sure its word is: the lower, the surer.
fn rank(key: &TagKey) -> Option<usize> {
    // What stands before a colon or a slash is whose tag it is: `acme:tier`.
    let word = key.as_str().rsplit([':', '/']).next().unwrap_or_default();
    let letters: String = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    WORDS.iter().position(|known| *known == letters)
}
