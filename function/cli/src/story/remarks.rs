//! What there is to know beside the verdict.

use tierguard::judge::Remark;
use tierguard::policy::TierName;

use crate::story::groups::Groups;
use crate::story::row::Row;
use crate::story::style::OPEN;

/// `remark`, in words.
pub(super) fn row(remark: &Remark, groups: Groups<'_>) -> Row {
    Row::new("note", OPEN, words(remark, groups))
}

fn words(remark: &Remark, groups: Groups<'_>) -> String {
    match remark {
        Remark::BreakGlass { callers } => {
            format!("break-glass: what {callers} changes is told of and never undone")
        }
        Remark::OwnChange => {
            "the guard did this itself: it is not undone, and should never have been made".to_owned()
        }
        Remark::Hearsay => "nobody vouches for this record: only what it names was looked at".to_owned(),
        Remark::InNoTier { group } => format!("{} is in no tier now", groups.name(group)),
        Remark::Deleted { tiers } => {
            let tiers: Vec<_> = tiers.iter().map(TierName::as_str).collect();
            format!("a group of {} is deleted", tiers.join(" and "))
        }
        Remark::DefaultGroupOpened { group } => {
            format!("{} is a VPC's default group, and the policy says nothing about it", groups.name(group))
        }
        Remark::DefaultGroupUsed { group, interface } => {
            format!("{interface} carries the VPC's default group {}", groups.name(group))
        }
        Remark::Associated { group, vpc } => {
            let vpc = vpc.as_ref().map_or_else(|| "a further VPC".to_owned(), ToString::to_string);
            format!("{} can be used in {vpc} now", groups.name(group))
        }
    }
}
