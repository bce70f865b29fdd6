//! Where a guard stands: over the ports of one account, in one place.

use jiff::Timestamp;
use tierguard::change::Vouching;
use tierguard::notice::PublishError;
use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep, Swept};
use tierguard::{ChangeAccount, Guard, Handled, Publish, ReadAccount, Remember};

use crate::handler::Watch;
use crate::relay::PassOn;
use crate::stopwatch::{Stopwatch, Timed};

/// A guard at its post.
#[derive(Debug)]
pub struct Post<P> {
    /// The guard.
    pub guard: Guard,
    /// What it answers events over.
    pub ports: P,
    /// What it sweeps over: the same, but held back.
    pub paced: P,
    /// Where it is.
    pub home: Home,
}

impl<P> Watch for Post<P>
where
    P: ReadAccount + ChangeAccount + Publish + Remember + PassOn + Sync,
{
    async fn respond(
        &self,
        record: &[u8],
        vouching: Vouching,
        now: Timestamp,
        stopwatch: &Stopwatch,
    ) -> Handled {
        let ports = Timed { ports: &self.ports, stopwatch };
        match vouching {
            Vouching::Vouched => self.guard.respond(record, &ports, now).await,
            Vouching::Hearsay => self.guard.respond_to_hearsay(record, &ports, now).await,
        }
    }

    async fn sweep(&self, sweep: Sweep, now: Timestamp, has_time: impl Fn() -> bool) -> Swept {
        self.guard.sweep(sweep, &self.home, &self.paced, now, has_time).await
    }

    async fn pass_on(&self, rest: &Sweep) -> Result<(), PublishError> {
        self.ports.pass_on(rest).await
    }

    async fn tell(&self, swept: &Swept) -> Announced {
        self.guard.tell_of_sweep(swept, &self.home, &self.ports).await
    }
}
