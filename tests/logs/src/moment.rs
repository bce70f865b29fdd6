//! A point in time as `CloudTrail` tells it: to the second.

use std::fmt;

use jiff::Timestamp;

/// Seconds since 1970, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) fn of(timestamp: Timestamp) -> Self {
        Self(timestamp.as_second())
    }

    /// So many seconds later.
    pub(crate) fn after(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX)))
    }

    /// So many seconds earlier.
    pub(crate) fn before(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(i64::try_from(seconds).unwrap_or(i64::MAX)))
    }

    /// As the folders of logs are called: `2026/01/31`.
    pub(crate) fn day(self) -> String {
        self.timestamp().strftime("%Y/%m/%d").to_string()
    }

    /// As the files are: `20260131T2355Z`.
    pub(crate) fn minute(self) -> String {
        self.timestamp().strftime("%Y%m%dT%H%MZ").to_string()
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_as_cloudtrail_tells_it() {
        let moment = Moment::of("2026-01-31T23:55:07Z".parse().unwrap());
        assert_eq!(moment.to_string(), "2026-01-31T23:55:07Z");
        assert_eq!(moment.day(), "2026/01/31");
        assert_eq!(moment.after(300).minute(), "20260201T0000Z");
        assert_eq!(moment.before(7).to_string(), "2026-01-31T23:55:00Z");
    }
}
