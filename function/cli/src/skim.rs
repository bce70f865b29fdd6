//! Reads fast what looks sound: objects whose ends show by their brackets. A record that cannot matter is passed over
//! without being parsed. Whatever looks odd is left alone, and for [`crate::long`] to read.

use std::io::Read;
use std::str::from_utf8;

use memchr::memchr;
use tierguard::wire::Seen;

use crate::long::Take;
use crate::object::{self, Extent};
use crate::shape::{self, DEEPEST};
use crate::values::Values;

/// Whether a list of events comes next, or an object that starts with one: its elements are read one by one, however
/// long it is.
pub(crate) fn is_list<R: Read>(values: &mut Values<R>) -> bool {
    match values.peek() {
        Some(b'[') => true,
        Some(b'{') => shape::starts_with_a_list(values.window.rest()),
        Some(_) | None => false,
    }
}

/// Goes on behind the lines that hold an object each, and nothing else: whether there are any.
pub(crate) fn lines<R: Read>(values: &mut Values<R>, to: &mut impl Take) -> bool {
    let mut has_lines = false;
    while to.wants_more() && values.may_look() && !is_list(values) {
        let (length, end) = lines_at_hand(values.window.rest(), values.window.is_last(), to);
        has_lines |= length > 0;
        values.window.advance(length);
        if end != End::Cut || !values.look_further() {
            break;
        }
    }
    has_lines
}

/// Where reading has come to in an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// Before an element.
    Element,
    /// Before what stands behind one.
    Separator,
}

/// Goes on behind the elements of an array that are objects. Each may be wrapped `deepest` times.
pub(crate) fn elements<R: Read>(values: &mut Values<R>, deepest: usize, to: &mut impl Take) -> Before {
    while to.wants_more() && values.may_look() {
        values.window.skip_space();
        let (length, end) = elements_at_hand(values.window.rest(), deepest, to);
        values.window.advance(length);
        match end {
            End::Cut if values.look_further() => {}
            End::Cut | End::Odd => return Before::Element,
            End::LastElement => return Before::Separator,
        }
    }
    Before::Element
}

/// Why there are no more objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The next one goes on beyond the text.
    Cut,
    /// The next one is none, or looks damaged.
    Odd,
    /// No comma stands behind it.
    LastElement,
}

/// Gives the objects to `to` that stand in a line of `text` each: how long those lines are, and why there are no more.
fn lines_at_hand(text: &[u8], is_last: bool, to: &mut impl Take) -> (usize, End) {
    let mut passed = 0_usize;
    while let Some(rest) = text.get(passed..).filter(|_| to.wants_more()) {
        let rest = rest.trim_ascii_start();
        let line = memchr(b'\n', rest).and_then(|end| rest.get(..end));
        let (length, seen) = match object::extent(line.unwrap_or(rest)) {
            Extent::Whole { length, seen } => (length, seen),
            Extent::Cut if line.is_none() => return (passed, End::Cut),
            Extent::Cut | Extent::Odd => return (passed, End::Odd),
        };
        let Some((object, after)) = rest.split_at_checked(length) else { break };
        let end = after.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        match end.and_then(|end| after.get(end)) {
            None if !is_last => return (passed, End::Cut),
            None | Some(b'\n') => {}
            Some(_) => return (passed, End::Odd),
        }
        if shape::starts_with_a_list(object) || !give(object, seen, DEEPEST, to) {
            return (passed, End::Odd);
        }
        passed = text.len().saturating_sub(after.len());
    }
    (passed, End::Odd)
}

/// Gives the objects to `to` that are elements of an array in `text`: how long they are, with the commas behind them, and
/// why there are no more.
fn elements_at_hand(text: &[u8], deepest: usize, to: &mut impl Take) -> (usize, End) {
    let mut passed = 0_usize;
    while let Some(rest) = text.get(passed..).filter(|_| to.wants_more()) {
        let (length, seen) = match object::extent(rest) {
            Extent::Whole { length, seen } => (length, seen),
            Extent::Cut => return (passed, End::Cut),
            Extent::Odd => return (passed, End::Odd),
        };
        let Some((object, after)) = rest.split_at_checked(length) else { break };
        let next = after.trim_ascii_start();
        match next.first() {
            Some(b',' | b']') if give(object, seen, deepest, to) => {}
            Some(_) => return (passed, End::Odd),
            None => return (passed, End::Cut),
        }
        let Some(next) = next.strip_prefix(b",") else {
            return (passed.saturating_add(length), End::LastElement);
        };
        passed = text.len().saturating_sub(next.trim_ascii_start().len());
    }
    (passed, End::Odd)
}

/// Gives what is in `object`, of which this was `seen`, to `to`: whether it is sound.
fn give(object: &[u8], seen: Seen, deepest: usize, to: &mut impl Take) -> bool {
    if deepest > 0 && shape::starts_like_a_record(object) && to.passes_over(object, seen) {
        return true;
    }
    from_utf8(object).is_ok_and(|json| shape::unwrap_sound(deepest, json, to))
}
