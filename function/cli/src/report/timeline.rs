//! How many events stood how, hour by hour; where that is too many hours, in longer steps.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::standing::{Standing, Standings};

/// How many steps are kept apart. A year has 8784 hours.
const MOST: usize = 20_000;
/// How many bars are drawn.
const BARS: i64 = 120;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// The Monday before the first instant of Unix time, from which weeks are counted.
const MONDAY: i64 = -3 * DAY;

/// How long a step is, in seconds: an hour, a day, a week, or a number of weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step(i64);

/// How many events stood how, and when.
#[derive(Debug)]
pub(super) struct Timeline {
    step: Step,
    counts: BTreeMap<i64, Standings>,
    /// Events without a time.
    pub(super) undated: usize,
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    /// When it begins, in seconds of Unix time.
    pub(super) from: i64,
    /// When it ends: the first second that is not in it.
    pub(super) to: i64,
    /// What is in it.
    pub(super) standings: Standings,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { step: Step(HOUR), counts: BTreeMap::new(), undated: 0 }
    }
}

impl Step {
    const fn longer(self) -> Self {
        match self.0 {
            HOUR => Self(DAY),
            DAY => Self(WEEK),
            long => Self(long.saturating_mul(2)),
        }
    }

    const fn number(self, second: i64) -> i64 {
        second.saturating_sub(MONDAY).div_euclid(self.0)
    }

    const fn start(self, number: i64) -> i64 {
        number.saturating_mul(self.0).saturating_add(MONDAY)
    }

    /// In words.
    pub(super) fn words(self) -> String {
        match self.0 {
            HOUR => "hour".to_owned(),
            DAY => "day".to_owned(),
            WEEK => "week".to_owned(),
            long => format!("{} weeks", long.div_euclid(WEEK)),
        }
    }
}

impl Timeline {
    /// One more event.
    pub(super) fn count(&mut self, time: Option<Timestamp>, standing: Standing) {
        let Some(time) = time else {
            self.undated = self.undated.saturating_add(1);
            return;
        };
        let start = self.step.start(self.step.number(time.as_second()));
        self.counts.entry(start).or_default().add(standing, 1);
        while self.counts.len() > MOST {
            self.step = self.step.longer();
            self.counts = self.in_steps_of(self.step);
        }
    }

    /// A bar for each step from the first event to the last, and before and after where the `period` is longer; and how
    /// long a step is.
    pub(super) fn bars(&self, period: Option<(Timestamp, Timestamp)>) -> (Step, Vec<Bar>) {
        let ends = self.counts.first_key_value().zip(self.counts.last_key_value());
        let Some(((first, _), (last, _))) = ends else { return (self.step, Vec::new()) };
        let (mut first, mut last) = (*first, *last);
        if let Some((start, end)) = period {
            (first, last) = (first.min(start.as_second()), last.max(end.as_second()));
        }
        let mut step = self.step;
        while step.number(last).saturating_sub(step.number(first)) >= BARS {
            step = step.longer();
        }
        let counts = self.in_steps_of(step);
        let bar = |number: i64| {
            let from = step.start(number);
            let standings = counts.get(&from).copied().unwrap_or_default();
            Bar { from, to: step.start(number.saturating_add(1)), standings }
        };
        (step, (step.number(first)..=step.number(last)).map(bar).collect())
    }

    /// The same counts in longer steps: each begins where one of the shorter does.
    fn in_steps_of(&self, step: Step) -> BTreeMap<i64, Standings> {
        let mut longer: BTreeMap<i64, Standings> = BTreeMap::new();
        for (start, standings) in &self.counts {
            longer.entry(step.start(step.number(*start))).or_default().merge(standings);
        }
        longer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(times: &[&str]) -> Timeline {
        let mut timeline = Timeline::default();
        for time in times {
            timeline.count(Some(time.parse().unwrap()), Standing::Open);
        }
        timeline
    }

    fn shown(times: &[&str]) -> String {
        let (step, bars) = timeline(times).bars(None);
        // A step may begin before the first instant that there is, and end after the last.
        let at =
            |second| Timestamp::from_second(second).map_or_else(|_| second.to_string(), |it| it.to_string());
        let line = |bar: &Bar| format!("{} {} {}", at(bar.from), at(bar.to), bar.standings.total());
        let some: Vec<_> = bars.iter().filter(|bar| bar.standings.total() > 0).map(line).collect();
        format!("{} bars of a {}\n{}", bars.len(), step.words(), some.join("\n"))
    }

    #[test]
    fn a_morning_is_told_in_hours() {
        insta::assert_snapshot!(shown(&["2026-03-02T09:00:47Z", "2026-03-02T09:59:59Z", "2026-03-02T11:00:00Z"]), @"
        3 bars of a hour
        2026-03-02T09:00:00Z 2026-03-02T10:00:00Z 2
        2026-03-02T11:00:00Z 2026-03-02T12:00:00Z 1
        ");
    }

    #[test]
    fn a_month_is_told_in_days_and_a_year_in_weeks_from_monday() {
        insta::assert_snapshot!(shown(&["2026-03-02T09:00:47Z", "2026-04-02T00:00:00Z"]), @"
        32 bars of a day
        2026-03-02T00:00:00Z 2026-03-03T00:00:00Z 1
        2026-04-02T00:00:00Z 2026-04-03T00:00:00Z 1
        ");
        insta::assert_snapshot!(shown(&["2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z"]), @"
        53 bars of a week
        2025-12-29T00:00:00Z 2026-01-05T00:00:00Z 1
        2026-12-28T00:00:00Z 2027-01-04T00:00:00Z 1
        ");
    }

    #[test]
    fn the_whole_period_is_there() {
        let period = ["2026-03-01T00:00:00Z", "2026-03-31T12:00:00Z"].map(|time| time.parse().unwrap());
        let (step, bars) = timeline(&["2026-03-02T09:00:47Z"]).bars(Some((period[0], period[1])));
        assert_eq!((step, bars.len()), (Step(DAY), 31));
        assert_eq!(bars.iter().position(|bar| bar.standings.total() == 1), Some(1));
        // What is not in it is drawn all the same.
        assert_eq!(timeline(&["2026-04-02T00:00:00Z"]).bars(Some((period[0], period[1]))).1.len(), 33);
    }

    #[test]
    fn any_two_times_are_told() {
        insta::assert_snapshot!(shown(&["-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z"]), @"
        65 bars of a 16384 weeks
        -386452944000 -009963-10-19T00:00:00Z 1
        9820-02-14T00:00:00Z 257634864000 1
        ");
        assert_eq!(Timeline::default().bars(None).1, []);
    }

    #[test]
    fn it_takes_no_more_than_its_room_and_loses_nothing() {
        let mut timeline = Timeline::default();
        for hour in 0..100_000 {
            timeline.count(Some(Timestamp::from_second(hour * HOUR).unwrap()), Standing::Undone);
        }
        assert!(timeline.counts.len() <= MOST);
        let bars = timeline.bars(None).1;
        assert!(i64::try_from(bars.len()).unwrap() <= BARS);
        assert_eq!(bars.iter().map(|bar| bar.standings.total()).sum::<usize>(), 100_000);
    }
}
