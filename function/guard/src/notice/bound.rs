//! Why the guard does no more than tell.

use super::limits::NAME;
use super::text::Text;
use crate::judge::Remark;
use crate::policy::Principals;
use crate::respond::Handled;

/// Why the guard does no more than tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound<'a> {
    /// The policy wants no more.
    Policy,
    /// It was a break-glass caller.
    BreakGlass(&'a Principals),
    /// It was the guard itself.
    Own,
}

impl<'a> Bound<'a> {
    pub(super) fn of(handled: &'a Handled) -> Self {
        let of_remark = |remark: &'a Remark| match remark {
            Remark::OwnChange => Some(Self::Own),
            Remark::BreakGlass { callers } => Some(Self::BreakGlass(callers)),
            Remark::Hearsay
            | Remark::InNoTier { .. }
            | Remark::Deleted { .. }
            | Remark::DefaultGroupOpened { .. }
            | Remark::DefaultGroupUsed { .. }
            | Remark::Associated { .. } => None,
        };
        handled.judgement.remarks.iter().find_map(of_remark).unwrap_or(Self::Policy)
    }

    /// `OPEN (notify only)`, of what is `OPEN` or `MISSING`.
    pub(super) fn label(self, state: &'static str) -> Text {
        match self {
            Self::Policy => Text::from(state).ours(" (notify only)"),
            Self::BreakGlass(_) => Text::from(state).ours(" (break-glass)"),
            Self::Own => Text::from("ALARM"),
        }
    }

    /// `the policy says to notify only`.
    pub(super) fn reason(self) -> Text {
        match self {
            Self::Policy => Text::from("the policy says to notify only"),
            Self::BreakGlass(callers) => {
                Text::from("the policy never undoes changes by ").named(&callers.to_string(), NAME)
            }
            Self::Own => Text::from("the guard never answers its own changes"),
        }
    }
}
