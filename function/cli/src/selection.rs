//! Which events are wanted: of what time, of which accounts, of which Regions.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Serialize;
use tierguard::id::{AccountId, Region};

use crate::layout::Layout;
use crate::record::Header;

/// The events that are wanted: all, unless it says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Selection {
    /// Those at this instant and later.
    pub(crate) since: Option<Timestamp>,
    /// Those before this instant.
    pub(crate) until: Option<Timestamp>,
    /// Those of these accounts; if there are none, of all.
    pub(crate) accounts: BTreeSet<AccountId>,
    /// Those of these Regions; if there are none, of all.
    pub(crate) regions: BTreeSet<Region>,
}

/// How much later than its events a file may have been delivered, in days. `CloudTrail` takes about 5 minutes, and
/// promises nothing. (AWS: "How CloudTrail works".)
const LATEST: i64 = 2;

impl Selection {
    /// Whether it is every event.
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the event with this header is wanted, but for [`Self::is_after`]. What it does not tell is no reason to
    /// leave it out.
    pub(crate) fn takes(&self, header: &Header<'_>) -> bool {
        let Self { since: _, until, accounts, regions } = self;
        until.is_none_or(|until| header.time().is_none_or(|time| time < until))
            && (accounts.is_empty() || header.account().is_none_or(|account| has_account(accounts, &account)))
            && (regions.is_empty() || header.region().is_none_or(|region| has_region(regions, &region)))
    }

    /// Whether all of it is after an event of this `time`.
    pub(crate) fn is_after(&self, time: Option<Timestamp>) -> bool {
        time.zip(self.since).is_some_and(|(time, since)| time < since)
    }

    /// Whether a wanted event may be in the file at `path`, as far as the folders tell that it lies in.
    pub(crate) fn may_be_in(&self, path: &Path) -> bool {
        let Self { since, until, accounts, regions } = self;
        if self.is_all() {
            return true;
        }
        let Some(Layout { account, region, day }) = Layout::of(path) else { return true };
        // An event is delivered after it happened, and soon.
        let day = day.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
        let days = |count| Span::new().hours(24 * count);
        let is_late = |start: Timestamp| {
            until.is_some_and(|until| start.checked_sub(days(LATEST)).is_ok_and(|first| until <= first))
        };
        let is_early = |start: Timestamp| {
            since.is_some_and(|since| start.checked_add(days(1)).is_ok_and(|end| end <= since))
        };
        (accounts.is_empty() || has_account(accounts, account))
            && (regions.is_empty() || has_region(regions, region))
            && day.is_none_or(|start| !is_early(start) && !is_late(start))
    }
}

/// `since 2026-03-01T00:00:00Z in account 111122223333`: which events they are.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { since, until, accounts, regions } = self;
        let all = |word: &str, names: Vec<&str>| {
            (!names.is_empty()).then(|| format!("in {word} {}", names.join(", ")))
        };
        let parts = [
            since.map(|since| format!("since {since}")),
            until.map(|until| format!("before {until}")),
            all("account", accounts.iter().map(AccountId::as_str).collect()),
            all("Region", regions.iter().map(Region::as_str).collect()),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

fn has_account(accounts: &BTreeSet<AccountId>, account: &str) -> bool {
    accounts.iter().any(|one| one.as_str() == account)
}

fn has_region(regions: &BTreeSet<Region>, region: &str) -> bool {
    regions.iter().any(|one| one.as_str() == region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection() -> Selection {
        Selection {
            since: Some("2026-03-02T00:00:00Z".parse().unwrap()),
            until: Some("2026-03-03T00:00:00Z".parse().unwrap()),
            accounts: [AccountId::new("111122223333").unwrap()].into(),
            regions: [Region::new("eu-west-1").unwrap()].into(),
        }
    }

    fn takes(time: &str, account: &str, region: &str) -> bool {
        let json =
            format!(r#"{{"eventTime":"{time}","recipientAccountId":"{account}","awsRegion":"{region}"}}"#);
        let (header, all) = (Header::of(&json), Selection::default());
        assert!(all.takes(&header) && !all.is_after(header.time()));
        selection().takes(&header) && !selection().is_after(header.time())
    }

    #[test]
    fn an_event_is_taken_by_its_time_account_and_region() {
        assert!(takes("2026-03-02T00:00:00Z", "111122223333", "eu-west-1"));
        assert!(takes("2026-03-02T23:59:59Z", "111122223333", "eu-west-1"));
        assert!(!takes("2026-03-01T23:59:59Z", "111122223333", "eu-west-1"));
        assert!(!takes("2026-03-03T00:00:00Z", "111122223333", "eu-west-1"));
        assert!(!takes("2026-03-02T00:00:00Z", "444455556666", "eu-west-1"));
        assert!(!takes("2026-03-02T00:00:00Z", "111122223333", "eu-west-2"));
    }

    #[test]
    fn what_an_event_does_not_tell_does_not_leave_it_out() {
        for json in ["{}", "not JSON", r#"{"eventTime":"soon"}"#] {
            assert!(selection().takes(&Header::of(json)), "{json}");
        }
    }

    #[test]
    fn a_file_is_opened_if_a_wanted_event_may_be_in_it() {
        let may_be_in =
            |folders: &str| selection().may_be_in(Path::new(&format!("AWSLogs/{folders}/x.json.gz")));
        assert!(!may_be_in("111122223333/CloudTrail/eu-west-1/2026/03/01"));
        // It may be delivered late.
        for day in ["02", "03", "04"] {
            assert!(may_be_in(&format!("111122223333/CloudTrail/eu-west-1/2026/03/{day}")), "{day}");
        }
        assert!(!may_be_in("111122223333/CloudTrail/eu-west-1/2026/03/05"));
        assert!(!may_be_in("444455556666/CloudTrail/eu-west-1/2026/03/02"));
        assert!(!may_be_in("111122223333/CloudTrail/eu-west-2/2026/03/02"));
        assert!(may_be_in("elsewhere"));
    }
}
