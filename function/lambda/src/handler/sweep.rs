//! One part of a sweep, and who goes on with the rest.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use tierguard::look::LookUpError;
use tierguard::respond::Announced;
use tierguard::sweep::{Digest, Sweep, Swept};

use super::{Unfinished, Watch};
use crate::log;

/// What is kept of the time for the groups that are under way when it is over, all of whose rules may have to be undone
/// at the pace of a sweep, and for the message.
const LAST: Duration = Duration::from_mins(1);

/// What a sweep has found so far, as the invocation answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// `done`, `continued` (by another invocation) or `failed`.
    pub sweep: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many groups there are.
    pub groups: usize,
    /// How many of them the policy says something about.
    pub managed: usize,
    /// How many rules these have.
    pub rules: usize,
    /// How many rules are forbidden.
    pub forbidden: usize,
    /// How many rules are missing.
    pub missing: usize,
    /// On how many interfaces tiers meet that may not.
    pub mixed: usize,
    /// How many rules could not be judged.
    pub unsettled: usize,
    /// How many rules fared how, by the word of the outcome.
    pub outcomes: BTreeMap<&'static str, usize>,
    /// Whether it only observed.
    pub observes: bool,
}

/// How a part of a sweep ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    /// There is no rest.
    Done,
    /// Another invocation goes on.
    Continued,
    /// It could not go on.
    Failed(LookUpError),
    /// Nobody goes on.
    Stopped(LookUpError),
}

/// Sweeps what `order` says, within `left`.
pub(super) async fn handle(
    watch: &impl Watch,
    order: Sweep,
    now: Timestamp,
    left: Duration,
) -> Result<SweepReport, Unfinished> {
    let began = Instant::now();
    let run = Box::pin(run(watch, order, now, || began.elapsed() < time_to_begin(left)));
    let Ok((swept, end)) = tokio::time::timeout(left, run).await else {
        log::sweep_out_of_time(began.elapsed());
        return Err(Unfinished::OutOfTime);
    };
    let (report, unfinished) = (SweepReport::new(&swept.digest, &end), unfinished(&swept.announced, &end));
    log::swept(&report, &swept, unfinished.as_ref(), began.elapsed());
    match unfinished {
        Some(unfinished) => Err(unfinished),
        None => Ok(report),
    }
}

/// How long another batch of groups may be begun: until a minute before the end, or, of a short time, half of it.
fn time_to_begin(left: Duration) -> Duration {
    left.saturating_sub(LAST.min(left / 2))
}

async fn run(watch: &impl Watch, order: Sweep, now: Timestamp, has_time: impl Fn() -> bool) -> (Swept, End) {
    let begun_after = order.after.clone();
    let mut swept = watch.sweep(order, now, has_time).await;
    let Some(rest) = swept.rest.take() else {
        let end = swept.failed.clone().map_or(End::Done, End::Failed);
        return (swept, end);
    };
    let stopped = if rest.after == begun_after {
        // Handed on like this, it would go round for ever.
        "the time was over before a single group was swept".to_owned()
    } else {
        match watch.pass_on(&rest).await {
            Ok(()) => return (swept, End::Continued),
            Err(error) => error.message,
        }
    };
    let error = LookUpError { call: "the rest of the sweep", message: stopped, retryable: false };
    swept.failed = Some(error.clone());
    swept.announced = watch.tell(&swept).await;
    (swept, End::Stopped(error))
}

/// Why the invocation is to fail, if it is.
fn unfinished(announced: &Announced, end: &End) -> Option<Unfinished> {
    match (announced, end) {
        (Announced::Failed(error), _) => {
            Some(Unfinished::Retry { reason: format!("the notice was not published: {}", error.message) })
        }
        (_, End::Failed(error)) if error.retryable => Some(Unfinished::Retry { reason: error.to_string() }),
        (_, End::Stopped(error)) => Some(Unfinished::Stopped { reason: error.to_string() }),
        (_, End::Done | End::Continued | End::Failed(_)) => None,
    }
}

impl SweepReport {
    fn new(digest: &Digest, end: &End) -> Self {
        let (sweep, reason) = match end {
            End::Done => ("done", None),
            End::Continued => ("continued", None),
            End::Failed(error) | End::Stopped(error) => ("failed", Some(error.to_string())),
        };
        Self {
            sweep,
            reason,
            groups: digest.groups,
            managed: digest.managed,
            rules: digest.rules,
            forbidden: digest.forbidden,
            missing: digest.missing,
            mixed: digest.mixed,
            unsettled: digest.unsettled,
            outcomes: digest.outcomes.iter().map(|(fared, count)| (fared.word(), *count)).collect(),
            observes: digest.observes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_kept_for_what_is_under_way() {
        assert_eq!(time_to_begin(Duration::from_secs(299)), Duration::from_secs(239));
        assert_eq!(time_to_begin(Duration::from_secs(30)), Duration::from_secs(15));
        assert!(time_to_begin(Duration::MAX) > Duration::from_hours(24));
    }
}
