//! How fast a sweep may call EC2.
//!
//! EC2 gives each account in each Region a bucket of calls for each action, and refills it at a fixed rate (EC2
//! Developer Guide, "Request throttling"): 100 for filtered or paginated Describe calls, 20 more a second; 50 for
//! `AuthorizeSecurityGroupIngress`, `RevokeSecurityGroupIngress` and the other changes, 5 more a second. Deployments and
//! the guard's own answers to events draw on the same buckets, so a sweep takes half of what flows in at most, and a
//! small part of what is there. Events never wait here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// 10 Describe calls a second, 20 at once.
const READS: Rate = Rate { interval: Duration::from_millis(100), burst: 20 };
/// 2 changes a second, 10 at once.
const CHANGES: Rate = Rate { interval: Duration::from_millis(500), burst: 10 };

/// Makes calls wait for their turn.
#[derive(Debug, Clone)]
pub(super) struct Pace(Option<Arc<Buckets>>);

#[derive(Debug)]
struct Buckets {
    reads: Mutex<Bucket>,
    changes: Mutex<Bucket>,
}

/// How many calls may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    /// The time in which one more may be made.
    interval: Duration,
    /// How many may be made at once after a pause.
    burst: u32,
}

/// What is left of a [`Rate`].
#[derive(Debug)]
struct Bucket {
    rate: Rate,
    /// When all of the burst will be there again.
    full_at: Instant,
}

impl Pace {
    /// No call waits.
    pub(super) const fn free() -> Self {
        Self(None)
    }

    /// The pace of a sweep, which all clones keep together.
    pub(super) fn of_sweep() -> Self {
        Self::at(READS, CHANGES, Instant::now())
    }

    fn at(reads: Rate, changes: Rate, now: Instant) -> Self {
        let bucket = |rate| Mutex::new(Bucket { rate, full_at: now });
        Self(Some(Arc::new(Buckets { reads: bucket(reads), changes: bucket(changes) })))
    }

    /// Waits until a call that reads may be made.
    pub(super) async fn read(&self) {
        if let Self(Some(buckets)) = self {
            wait(&buckets.reads).await;
        }
    }

    /// Waits until a call that changes something may be made.
    pub(super) async fn change(&self) {
        if let Self(Some(buckets)) = self {
            wait(&buckets.changes).await;
        }
    }
}

async fn wait(bucket: &Mutex<Bucket>) {
    // A bucket is whole after a panic elsewhere: a call is taken in one piece.
    let wait = bucket.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

impl Bucket {
    /// Takes one call at the instant `now`; how long it has to wait. Calls that wait are taken already, each after the
    /// one before.
    fn take(&mut self, now: Instant) -> Duration {
        let Rate { interval, burst } = self.rate;
        let begin = self.full_at.max(now);
        self.full_at = begin + interval;
        begin.duration_since(now).saturating_sub(interval * burst.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use tierguard::ReadAccount;

    use super::*;
    use crate::ec2::Ec2;
    use crate::testing::ec2::{ec2, everything, ok};
    use crate::testing::server::Server;

    fn bucket(now: Instant) -> Bucket {
        Bucket { rate: CHANGES, full_at: now }
    }

    /// When each of `count` calls is made that all want to be made at `now`, in milliseconds from then.
    fn waits(bucket: &mut Bucket, count: usize, now: Instant) -> Vec<u128> {
        (0..count).map(|_| bucket.take(now).as_millis()).collect()
    }

    #[test]
    fn after_the_burst_calls_are_made_at_the_rate() {
        let now = Instant::now();
        assert_eq!(
            waits(&mut bucket(now), 13, now),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 500, 1000, 1500],
            "10 at once, 2 a second from then on"
        );
    }

    #[test]
    fn what_is_not_used_comes_back_but_never_more_than_the_burst() {
        let (begun, mut bucket) = (Instant::now(), bucket(Instant::now()));
        waits(&mut bucket, 10, begun);
        let later = begun + Duration::from_secs(1);
        assert_eq!(waits(&mut bucket, 3, later)[..2], [0, 0], "two came back in a second");
        let much_later = begun + Duration::from_hours(1);
        assert_eq!(waits(&mut bucket, 12, much_later), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 500, 1000]);
    }

    /// A minute of a sweep that never pauses stays under what flows in, and under what is there at all.
    #[test]
    fn a_sweep_takes_no_more_than_half_of_what_flows_in() {
        let now = Instant::now();
        for (rate, filled, refill) in [(READS, 100, 20), (CHANGES, 50, 5)] {
            let mut bucket = Bucket { rate, full_at: now };
            let made = (0..10_000).take_while(|_| bucket.take(now) < Duration::from_mins(1)).count();
            let count = u32::try_from(made).unwrap();
            assert!(count <= refill * 60 / 2 + rate.burst && rate.burst <= filled / 5, "{rate:?}: {count}");
        }
    }

    #[tokio::test]
    async fn every_page_and_every_look_up_waits_for_its_turn() {
        let server = Server::start(|request| match request.get("NextToken") {
            None => ok("<nextToken>two</nextToken>"),
            Some(_) => ok(""),
        });
        let rate = Rate { interval: Duration::from_hours(1), burst: 1000 };
        let begun = Instant::now();
        let paced = Ec2 { pace: Pace::at(rate, rate, begun), lag: Vec::new(), ..ec2(&server) };
        paced.look(&everything()).await;
        paced.all_groups().await.unwrap();
        let Pace(Some(buckets)) = &paced.pace else { panic!("paced") };
        let taken = buckets.reads.lock().unwrap().full_at.duration_since(begun).as_secs() / 3600;
        assert_eq!(taken, u64::try_from(server.requests().len()).unwrap());
    }

    #[test]
    fn an_event_does_not_wait() {
        let server = Server::start(|_| ok(""));
        let free = ec2(&server);
        assert!(free.pace.0.is_none() && free.paced().pace.0.is_some());
    }
}
