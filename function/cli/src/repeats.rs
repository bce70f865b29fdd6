//! Which events come again: CloudTrail delivers some twice, and two trails deliver the same.

use std::collections::HashSet;

use jiff::Timestamp;
use tierguard::change::Event;
use tierguard::id::EventId;

/// The events of one instant that have come. Events come in the order of their time, so one that comes again comes at the
/// same.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    time: Option<Timestamp>,
    ids: HashSet<EventId>,
}

impl Repeats {
    /// Whether `event` has come before. One without an `eventID` has not.
    pub(crate) fn has(&mut self, event: &Event) -> bool {
        if self.time != event.time {
            self.time = event.time;
            self.ids.clear();
        }
        event.id.clone().is_some_and(|id| !self.ids.insert(id))
    }
}
