//! The outbox: notices of what was done, from before they are published until the topic has taken them. What one attempt
//! did and could not tell, another finds there: the retry of the event, or else the next sweep.
//!
//! Nothing waits for it: a notice that cannot be put in is published all the same. One that cannot be taken out is
//! published once more.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::change::{Event, Vouching};
use crate::memory::{KeepError, Key, MemoryError, Note, Recalled, Record, Remember};
use crate::notice::{Notice, Publish};
use crate::sweep::Home;
use crate::tell::{ATTEMPTS, Announced, Told};

/// How long a notice waits for a topic that takes it: as long as SQS keeps a message at most.
const WAIT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The notices under one key.
#[derive(Debug)]
pub(crate) struct Outbox<'p, P> {
    key: Key,
    ports: &'p P,
    now: Timestamp,
}

impl Key {
    /// The key of the notices of `event`; of one without an id there is none. What somebody wrote by hand is kept apart
    /// from the event whose id it has.
    pub(crate) fn outbox(event: &Event) -> Option<Self> {
        let id = event.id.as_ref()?;
        Some(match event.vouching {
            Vouching::Vouched => Self::written(&format!("outbox/event/{id}")),
            Vouching::Hearsay => Self::written(&format!("outbox/hearsay/{id}")),
        })
    }

    /// The key of the notices of the sweeps of `home`.
    fn outbox_of_sweeps(Home { account, region }: &Home) -> Self {
        let account = account.as_ref().map_or("", |account| account.as_str());
        let region = region.as_ref().map_or("", |region| region.as_str());
        Self::written(&format!("outbox/sweep/{account}/{region}"))
    }
}

impl<'p, P: Publish + Remember> Outbox<'p, P> {
    /// The outbox under `key`.
    pub(crate) const fn new(key: Key, ports: &'p P, now: Timestamp) -> Self {
        Self { key, ports, now }
    }

    /// That of the sweeps of `home`.
    pub(crate) fn of_sweeps(home: &Home, ports: &'p P, now: Timestamp) -> Self {
        Self::new(Key::outbox_of_sweeps(home), ports, now)
    }

    /// Puts `notice` in, in the place of `draft` if there is one. What is in it is known if it was `recalled`.
    ///
    /// # Errors
    /// When it is not in it.
    pub(crate) async fn put(
        &self,
        notice: &Notice,
        draft: Option<&Notice>,
        recalled: Option<&Recalled>,
    ) -> Result<(), MemoryError> {
        let put = |notices: &mut Vec<Notice>| {
            notices.retain(|it| it != notice && Some(it) != draft);
            notices.push(notice.clone());
        };
        self.edit(recalled, put).await
    }

    /// Takes out what was `told`.
    ///
    /// # Errors
    /// When it is still in it.
    pub(crate) async fn take(&self, told: &[Notice]) -> Result<(), MemoryError> {
        self.edit(None, |notices| notices.retain(|notice| !told.contains(notice))).await
    }

    /// Publishes `left`, what is in it, one after another, up to one that the topic does not take.
    pub(crate) async fn send(&self, left: &[Notice]) -> Told {
        let mut announced = Announced::NotNeeded;
        let mut told = Vec::new();
        for notice in left {
            announced = Announced::by(notice, self.ports).await;
            if announced != Announced::Published {
                break;
            }
            told.push(notice.clone());
        }
        let lapse = if told.is_empty() { None } else { self.take(&told).await.err() };
        Told { announced, lapse }
    }

    /// Publishes `notice`, which is in it from before until after that.
    pub(crate) async fn publish(
        &self,
        notice: &Notice,
        draft: Option<&Notice>,
        recalled: Option<&Recalled>,
    ) -> Told {
        let put = self.put(notice, draft, recalled).await;
        let announced = Announced::by(notice, self.ports).await;
        let taken = match announced {
            Announced::Published if put.is_ok() => self.take(std::slice::from_ref(notice)).await,
            _ => Ok(()),
        };
        Told { announced, lapse: put.and(taken).err() }
    }

    async fn edit(
        &self,
        recalled: Option<&Recalled>,
        change: impl Fn(&mut Vec<Notice>),
    ) -> Result<(), MemoryError> {
        let mut known = recalled.cloned();
        for _ in 0..ATTEMPTS {
            let recalled = match known.take() {
                Some(recalled) => recalled,
                None => self.ports.recall(&BTreeSet::from([self.key.clone()]), self.now).await?,
            };
            let mut notices = recalled.unsent(&self.key).to_vec();
            change(&mut notices);
            let until = self.now.saturating_add(WAIT).unwrap_or(Timestamp::MAX);
            let seen = recalled.version(&self.key);
            let note = Note { key: self.key.clone(), record: Record::Unsent(notices), seen, until };
            match self.ports.keep(&note).await {
                Ok(()) => return Ok(()),
                Err(KeepError::Failed(error)) => return Err(error),
                Err(KeepError::Overtaken) => {}
            }
        }
        Err(MemoryError { call: "the outbox", message: "others write it all the time".to_owned() })
    }
}

/// Publishes what is left in every outbox of `recalled`.
pub(crate) async fn send_all<P: Publish + Remember>(recalled: &Recalled, ports: &P, now: Timestamp) -> Told {
    let mut all = Told { announced: Announced::NotNeeded, lapse: None };
    for (key, left) in recalled.outboxes() {
        all = all.and(Outbox::new(key.clone(), ports, now).send(left).await);
        if matches!(all.announced, Announced::Failed(_)) {
            break;
        }
    }
    all
}
