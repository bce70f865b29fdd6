//! A first policy, drafted from the groups of an account: what is open today is allowed, and what of it is doubtful is
//! marked.
//!
//! ```text
//! Estate ─ sort ─▶ tiers ─ flows ─▶ Plan ─ write ─▶ YAML
//! ```
//!
//! The groups that a draft was made from keep it, whatever they are: an audit by it finds nothing. Does not judge
//! whether what is open is wise, and does not make anything required: what must be there, the account does not tell.

mod comment;
mod cover;
mod entry;
mod estate;
mod flows;
mod naming;
mod network;
mod note;
mod peer;
mod plan;
mod quote;
mod rank;
mod sort;
mod stem;
mod tag;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;

pub use entry::{Entry, Flows, Source, Standing};
pub use estate::{Estate, Holding, KnownList, TagKey};
pub use network::NamedNetwork;
pub use note::Note;
pub use peer::Word;
pub use plan::{Doubt, Elsewhere, Plan, PlannedTier};
pub use sort::Why;

use crate::id::GroupId;
use crate::policy::Document;

/// A first policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is in it.
    pub plan: Plan,
    /// Its file, as YAML with comments.
    pub text: String,
}

/// How much is told beside the policy itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Names for networks, and every comment.
    Full,
    /// No more than is needed: a policy may be no larger than can be read.
    Bare,
}

impl Draft {
    /// A first policy for the groups of `estate`, whose file is called `source`. Tiers follow the tag `tag`, if one is
    /// named.
    ///
    /// What is too large for one policy is written without comments, and if that is still too large, without the tiers
    /// that take the most room: their groups are then in no tier, and the draft says so.
    #[must_use]
    pub fn of(estate: &Estate, source: &str, tag: Option<&TagKey>) -> Self {
        let mut too_many = BTreeSet::new();
        loop {
            let bare = Self::drafted(estate, source, tag, &too_many, Detail::Bare);
            if is_policy(&bare.text) {
                let full = Self::drafted(estate, source, tag, &too_many, Detail::Full);
                return if is_policy(&full.text) { full } else { bare };
            }
            let largest = bare.plan.largest(bare.text.len());
            if largest.is_empty() {
                // Without tiers there is nothing left that an account could make too large.
                return bare;
            }
            too_many.extend(largest);
        }
    }

    fn drafted(
        estate: &Estate,
        source: &str,
        tag: Option<&TagKey>,
        too_many: &BTreeSet<GroupId>,
        detail: Detail,
    ) -> Self {
        let plan = Plan::of(estate, tag, too_many, detail);
        Self { text: write::policy(&plan, source, detail), plan }
    }
}

/// Whether `text` can be read as a policy: it may be too large.
fn is_policy(text: &str) -> bool {
    Document::parse("policy.yaml", text).is_ok()
}
