//! From a text to the CloudTrail records in it, one at a time: a list of them is never held as a whole.
//!
//! What fits into the window is unwrapped as one value. What does not is a list, or an object with one, whose elements
//! are taken one after another; anything else that long is no record.

use std::io::{self, Read};

use memchr::memchr3;
use serde_json::from_str;

use crate::object::{self, Extent};
use crate::shape::{self, Collect, DEEPEST, Stray};
use crate::skim::{self, Before};
use crate::values::{Broken, Fault, Next, Values};
use crate::window::Place;

/// What is done with what is found in a text.
pub(crate) trait Take: Collect {
    /// Whether there is any use in reading on.
    fn wants_more(&self) -> bool;
    /// Takes a damage.
    fn broken(&mut self, fault: Fault);
    /// Takes a value that is too long for a record, by where it begins.
    fn too_long(&mut self, place: Place);
    /// Takes it that the text breaks off.
    fn failed(&mut self, error: io::Error);
}

/// Where it was in a list is lost: what comes next is a value of its own.
struct Lost;

/// Gives every record of `values` to `to`, in order, as long as it wants more. Whether there was anything.
pub(crate) fn read<R: Read>(values: &mut Values<R>, to: &mut impl Take) -> bool {
    let mut has_values = false;
    while to.wants_more() {
        has_values |= skim::lines(values, to);
        let next = if skim::is_list(values) { Next::Long } else { values.next() };
        if matches!(next, Next::End) {
            break;
        }
        has_values = true;
        // Where it is lost it has gone on to the next value, as it has where it is not.
        let _ = value(values, next, DEEPEST, to);
    }
    values.failure().into_iter().for_each(|error| to.failed(error));
    has_values
}

/// Unwraps what comes `next`, wrapped at most `deepest` times, and goes on behind it.
fn value<R: Read>(
    values: &mut Values<R>,
    next: Next,
    deepest: usize,
    to: &mut impl Take,
) -> Result<(), Lost> {
    match next {
        Next::Value(length) => {
            shape::unwrap_within(deepest, values.text(length), to);
            values.window.advance(length);
            Ok(())
        }
        Next::Long => long(values, deepest, to),
        Next::Broken(broken) => Err(lost(values, &broken, to)),
        Next::End => Err(astray(values, "EOF while parsing a value", to)),
    }
}

fn long<R: Read>(values: &mut Values<R>, deepest: usize, to: &mut impl Take) -> Result<(), Lost> {
    let Some(deeper) = deepest.checked_sub(1) else {
        to.stray(Stray::TooDeep);
        pass_over(values);
        return Ok(());
    };
    match values.peek() {
        Some(b'[') => elements(values, deeper, to),
        Some(b'{') => members(values, deeper, to),
        Some(_) | None => {
            to.too_long(values.window.place());
            pass_over(values);
            Ok(())
        }
    }
}

/// Unwraps the elements of an array, wrapped at most `deepest` times each.
fn elements<R: Read>(values: &mut Values<R>, deepest: usize, to: &mut impl Take) -> Result<(), Lost> {
    values.window.advance(1);
    if values.peek() == Some(b']') {
        values.window.advance(1);
        return Ok(());
    }
    loop {
        let before = skim::elements(values, deepest, to);
        if !to.wants_more() {
            return Err(Lost);
        }
        if before == Before::Element {
            element(values, deepest, to)?;
        }
        if separator(values, b']', to)? == Separator::End {
            return Ok(());
        }
    }
}

/// Unwraps an element of an array. Damage in an object whose end shows all the same costs no more than that object.
fn element<R: Read>(values: &mut Values<R>, deepest: usize, to: &mut impl Take) -> Result<(), Lost> {
    let next = values.next();
    if let Next::Broken(broken) = &next
        && values.may_look()
    {
        if let Some(length) = broken_object(values.window.rest()) {
            shape::salvage(values.text(length), to);
            to.broken(broken.fault.clone());
            values.window.advance(length);
            return Ok(());
        }
        values.looked_in_vain();
    }
    value(values, next, deepest, to)
}

/// How long the damaged object is with which `text` starts, if it shows where it ends as an element.
fn broken_object(text: &[u8]) -> Option<usize> {
    let Extent::Whole { length, seen: _ } = object::extent(text) else { return None };
    let after = text.get(length..)?.trim_ascii_start().first()?;
    matches!(after, b',' | b']').then_some(length)
}

/// Unwraps the lists in an object. If there is none, it is too long for what it is.
fn members<R: Read>(values: &mut Values<R>, deepest: usize, to: &mut impl Take) -> Result<(), Lost> {
    let place = values.window.place();
    let mut has_list = false;
    values.window.advance(1);
    let mut is_over = values.peek() == Some(b'}');
    if is_over {
        values.window.advance(1);
    }
    while !is_over {
        let list = is_list_key(values, to)? && values.peek() == Some(b'[');
        match deepest.checked_sub(1) {
            Some(deeper) if list => elements(values, deeper, to)?,
            None if list => {
                to.stray(Stray::TooDeep);
                pass_over(values);
            }
            Some(_) | None => other(values, to)?,
        }
        has_list |= list;
        is_over = separator(values, b'}', to)? == Separator::End;
    }
    if !has_list {
        to.too_long(place);
    }
    Ok(())
}

/// Goes on behind the value of a member that is no list.
fn other<R: Read>(values: &mut Values<R>, to: &mut impl Take) -> Result<(), Lost> {
    match values.next() {
        Next::Value(length) => values.window.advance(length),
        Next::Long => pass_over(values),
        Next::Broken(broken) => return Err(lost(values, &broken, to)),
        Next::End => return Err(astray(values, "EOF while parsing a value", to)),
    }
    Ok(())
}

/// Reads a key and the colon behind it: whether it is that of a list of events.
fn is_list_key<R: Read>(values: &mut Values<R>, to: &mut impl Take) -> Result<bool, Lost> {
    let length = match values.next() {
        Next::Value(length) if values.window.rest().first() == Some(&b'"') => length,
        Next::Broken(broken) => return Err(lost(values, &broken, to)),
        Next::Long => {
            pass_over(values);
            0
        }
        Next::Value(_) => return Err(astray(values, "key must be a string", to)),
        Next::End => return Err(astray(values, "EOF while parsing an object", to)),
    };
    let key: Option<String> = from_str(values.text(length)).ok();
    values.window.advance(length);
    match values.peek() {
        Some(b':') => {}
        Some(_) => return Err(astray(values, "expected `:`", to)),
        None => return Err(astray(values, "EOF while parsing an object", to)),
    }
    values.window.advance(1);
    Ok(key.is_some_and(|key| shape::is_list_key(&key)))
}

/// What stands behind an element.
#[derive(PartialEq, Eq)]
enum Separator {
    Comma,
    End,
}

fn separator<R: Read>(values: &mut Values<R>, end: u8, to: &mut impl Take) -> Result<Separator, Lost> {
    // In the words of `serde_json`, which reads what is not long.
    let (expected, of) = match end {
        b']' => ("expected `,` or `]`", "EOF while parsing a list"),
        _ => ("expected `,` or `}`", "EOF while parsing an object"),
    };
    let separator = match values.peek() {
        Some(b',') => Separator::Comma,
        Some(byte) if byte == end => Separator::End,
        Some(_) => return Err(astray(values, expected, to)),
        None => return Err(astray(values, of, to)),
    };
    values.window.advance(1);
    Ok(separator)
}

/// Tells what is wrong with the next byte, or with the end of the text, and goes on behind it.
fn astray<R: Read>(values: &mut Values<R>, message: &str, to: &mut impl Take) -> Lost {
    let broken = values.fault(message);
    lost(values, &broken, to)
}

/// Tells of `broken`, keeps what is whole in it, and goes on behind it.
fn lost<R: Read>(values: &mut Values<R>, broken: &Broken, to: &mut impl Take) -> Lost {
    values.failure().into_iter().for_each(|error| to.failed(error));
    let length = broken.length.unwrap_or(values.window.rest().len());
    shape::salvage(values.text(length), to);
    to.broken(broken.fault.clone());
    values.go_on_after(broken);
    Lost
}

/// Goes on behind the value that comes next, whatever is in it.
fn pass_over<R: Read>(values: &mut Values<R>) {
    if values.peek().is_none() {
        return;
    }
    let mut over = Over::default();
    loop {
        let rest = values.window.rest();
        let passed = over.pass(rest);
        let is_over = passed < rest.len() || over.is_whole;
        values.window.advance(passed);
        if is_over || values.window.is_last() {
            return;
        }
        values.more();
    }
}

/// How far a value has been passed over. Checks no more than that it does not run into the next one.
#[derive(Debug, Default)]
struct Over {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
    is_whole: bool,
    /// The last byte outside texts that is no white space.
    last: Option<u8>,
}

impl Over {
    /// How many of `bytes` still belong to the value.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0_usize;
        while let (Some(byte), false) = (bytes.get(at), self.is_whole) {
            if self.is_escaped {
                self.is_escaped = false;
            } else if self.in_text {
                let rest = bytes.get(at..).unwrap_or_default();
                let Some(next) = memchr3(b'"', b'\\', b'\n', rest) else { return bytes.len() };
                at = at.saturating_add(next);
                self.in_text(bytes.get(at).copied());
            } else if self.ends_before(*byte) {
                self.is_whole = true;
                return at;
            } else {
                self.outside(*byte);
            }
            at = at.saturating_add(1);
        }
        at
    }

    /// Whether `byte`, outside texts, is no part of the value: it ends a number or a name, or starts a value where none
    /// may stand.
    const fn ends_before(&self, byte: u8) -> bool {
        match byte {
            b',' | b']' | b'}' | b'\n' | b' ' | b'\t' | b'\r' => self.depth == 0,
            b'{' | b'[' => !matches!(self.last, None | Some(b'[' | b',' | b':')),
            _ => false,
        }
    }

    /// A text ends with its quotation mark, and where it is broken with its line.
    fn in_text(&mut self, byte: Option<u8>) {
        self.is_escaped = byte == Some(b'\\');
        self.in_text = self.is_escaped;
        self.is_whole = !self.in_text && (self.depth == 0 || byte == Some(b'\n'));
    }

    const fn outside(&mut self, byte: u8) {
        if !byte.is_ascii_whitespace() {
            self.last = Some(byte);
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_whole = self.depth == 0;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
