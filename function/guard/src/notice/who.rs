//! Who made a change, from where, and when: as the record says, which is partly what the caller says.

use super::limits::{FREE, ID, NAME};
use super::story::{Block, Line};
use super::text::Text;
use crate::change::Event;
use crate::respond::Handled;

/// The block.
pub(super) fn block(handled: &Handled) -> Block {
    let event = &handled.event;
    let how = [origin(event), service(event), call(event), record(event)];
    let lines = [caller(event)].into_iter().chain(how.into_iter().flatten());
    let lines = lines.chain(time(handled)).chain(place(event)).map(Line::Item);
    Block { title: "Who did it", lines: lines.collect() }
}

fn caller(event: &Event) -> Text {
    match (&event.actor.name, &event.actor.role) {
        (Some(name), _) => Text::new().named(name, FREE),
        (None, Some(role)) => Text::from("a session of ").theirs(role, FREE),
        (None, None) => Text::from("not known: the record names no caller"),
    }
}

fn origin(event: &Event) -> Option<Text> {
    let from = event.source_ip.as_ref().map(|source| Text::from("from ").named(source, NAME));
    let with = event.user_agent.as_ref().map(|agent| Text::from("with ").quoted(agent, FREE));
    let known: Vec<_> = from.into_iter().chain(with).collect();
    (!known.is_empty()).then(|| Text::joined(known, ", "))
}

fn service(event: &Event) -> Option<Text> {
    event.actor.invoked_by.as_ref().map(|service| Text::from("through ").named(service, NAME))
}

fn call(event: &Event) -> Option<Text> {
    event.name.as_ref().map(|name| Text::from("by ").named(name, NAME))
}

fn record(event: &Event) -> Option<Text> {
    event.id.as_ref().map(|id| Text::from("event ").theirs(id, ID))
}

fn time(handled: &Handled) -> Option<Text> {
    let at = Text::from("at ").theirs(handled.event.time.as_ref()?, ID);
    Some(match seconds(handled) {
        Some(seconds) => at.ours("; the guard answered ").and(duration(seconds)).ours(" later"),
        None => at,
    })
}

fn place(event: &Event) -> Option<Text> {
    let account = event.account.as_ref().map(|account| Text::from("in account ").theirs(account, ID));
    let region = event.region.as_ref().map(|region| Text::from("in Region ").theirs(region, ID));
    let known: Vec<_> = account.into_iter().chain(region).collect();
    (!known.is_empty()).then(|| Text::joined(known, ", "))
}

/// From the event to its handling, if that took any time: the event's own time has one-second resolution.
pub(super) fn seconds(handled: &Handled) -> Option<usize> {
    let passed = handled.handled_at.as_second().checked_sub(handled.event.time?.as_second())?;
    usize::try_from(passed).ok().filter(|&seconds| seconds > 0)
}

/// `12 s`, `5 min`, `30 h`.
pub(super) fn duration(seconds: usize) -> Text {
    match seconds {
        0..120 => Text::new().count(seconds).ours(" s"),
        120..7200 => Text::new().count(seconds / 60).ours(" min"),
        7200.. => Text::new().count(seconds / 3600).ours(" h"),
    }
}
