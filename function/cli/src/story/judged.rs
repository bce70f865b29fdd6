//! What is wrong with something that was judged as it is, without an event.

use std::fmt;

use tierguard::group::Group;
use tierguard::judge::Verdict;

use crate::story::found::Found;
use crate::story::groups::Groups;
use crate::story::row::Row;
use crate::story::style::OPEN;

/// What is wrong, a detail in each line; nothing where nothing is.
pub(crate) struct Judged<'j> {
    /// The groups that it is about.
    pub(crate) groups: &'j [Group],
    pub(crate) verdict: &'j Verdict,
}

impl fmt::Display for Judged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = Vec::new();
        match self.verdict {
            Verdict::Violation(violation) => {
                Found { groups: Groups(self.groups), verb: "holds" }.violation(violation, &mut rows);
            }
            Verdict::Undecidable(why) => {
                rows.extend(why.causes().into_iter().map(|cause| Row::new("because", OPEN, cause)));
            }
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged => {}
        }
        rows.iter().enumerate().try_for_each(|(index, row)| {
            if index > 0 {
                writeln!(f)?;
            }
            row.fmt(f)
        })
    }
}
