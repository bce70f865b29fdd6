//! How to read what could not be looked up.

/// How to read what could not be looked up. A rule that is forbidden however it is read is forbidden, one that is
/// allowed however it is read is allowed; else it cannot be told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    /// The rule opens whatever it may open, and nothing of the unknown is allowed.
    Severe,
    /// The rule opens nothing that is unknown, and all of the unknown is allowed.
    Mild,
}

/// Which side of the comparison an unknown thing stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What is allowed, or excepted from a denial.
    Allowed,
    /// What the rule opens, or what is denied.
    Forbidden,
}

impl Stance {
    /// Whether something unknown counts as everything on `side`; else it counts as nothing.
    pub(super) fn assumes(self, side: Side) -> bool {
        match self {
            Self::Severe => side == Side::Forbidden,
            Self::Mild => side == Side::Allowed,
        }
    }
}
