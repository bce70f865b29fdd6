//! What events were replayed against, in words.

use serde::Serialize;
use tierguard::Policy;
use tierguard::policy::Mode;

use crate::scenario::Against;

/// A policy and an account, as they were given, and what the policy lets the guard do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Scene {
    /// The file of the policy.
    pub(crate) policy: String,
    /// The file of the account; absent where it was learnt from the events.
    pub(crate) account: Option<String>,
    /// Whether the guard acts.
    pub(crate) mode: ModeWord,
}

/// Whether the guard acts, or only says what it would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModeWord {
    /// In each tier, and elsewhere.
    Enforce,
    /// Nowhere.
    Observe,
    /// In some.
    Mixed,
}

impl Scene {
    pub(crate) fn new(against: &Against, policy: &Policy) -> Self {
        let path = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
        let Against { policy: file, account } = against;
        Self {
            policy: file.as_ref().map(path).unwrap_or_default(),
            account: account.as_ref().map(path),
            mode: ModeWord::of(policy),
        }
    }
}

impl ModeWord {
    fn of(policy: &Policy) -> Self {
        let tiers = policy.tiers.iter().map(|tier| tier.reaction.mode);
        let modes = tiers.chain(policy.elsewhere.as_ref().map(|elsewhere| elsewhere.reaction.mode));
        let (observing, all) = modes.fold((0_usize, 0_usize), |(observing, all), mode| match mode {
            Mode::Observe => (observing.saturating_add(1), all.saturating_add(1)),
            Mode::Enforce => (observing, all.saturating_add(1)),
        });
        match observing {
            0 => Self::Enforce,
            some if some == all => Self::Observe,
            _ => Self::Mixed,
        }
    }
}
