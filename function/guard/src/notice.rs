//! What people and machines are told about one event.
//!
//! A notice exists for a violation, whatever became of it, for a change that could not be judged, for one of which no
//! record tells all, for whatever else the judgement remarks, and for a sweep that found something; for nothing else.
//! It is rendered once, from what was handled and from nothing else: no clock, no look-up, no policy. It does not
//! publish; that is the port [`Publish`].
//!
//! Much of what is told was written by whoever made the change. `text` keeps whose words are whose, and `escape`
//! makes theirs harmless for each format.

mod attributes;
mod bound;
mod chat;
mod command;
mod cut;
mod digest;
mod dispute;
mod door;
mod email;
mod escape;
mod fate;
mod frame;
mod interfaces;
mod limits;
mod link;
mod machine;
mod message;
mod missing;
mod part;
mod remarks;
mod rules;
mod steps;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod trespass;
mod undecided;
mod violation;
mod who;

use std::future::Future;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use attributes::Attribute;
use door::Door;
use frame::Frame;
use story::{News, Story};
use text::Text;

use crate::id::{AccountId, Region};
use crate::respond::Handled;
use crate::sweep::{Home, Swept};
use crate::tell::Standing;
use limits::{EMAIL_BYTES, ID, MACHINE_BYTES, SMS, fitted, json_bytes};

/// Tells people.
pub trait Publish {
    /// Publishes one notice.
    fn publish(&self, notice: &Notice) -> impl Future<Output = Result<(), PublishError>> + Send;
}

/// A notice that the topic did not take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PublishError {
    /// What came back.
    pub message: String,
}

/// What people and machines are told about one event, or one sweep: the same story in every form that a topic delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    subject: String,
    email: String,
    chat: String,
    machine: String,
    sms: String,
    attributes: Vec<Attribute>,
    door: Door,
}

impl Notice {
    /// The notice about `handled`; `None` where nobody needs to know.
    #[must_use]
    pub fn of(handled: &Handled) -> Option<Self> {
        Self::about(handled, None)
    }

    /// The same, where what was undone is undone again and again.
    pub(crate) fn in_dispute(handled: &Handled, standing: &Standing) -> Option<Self> {
        Self::about(handled, Some(standing))
    }

    fn about(handled: &Handled, standing: Option<&Standing>) -> Option<Self> {
        let news = News::of(handled)?;
        let story = |listed| match standing {
            Some(standing) => dispute::story(news.story(handled, listed), standing),
            None => news.story(handled, listed),
        };
        let shortest = story(0);
        Some(Self {
            attributes: attributes::attributes(handled, standing, &shortest.state),
            ..Self::told(
                &place(handled.event.account.as_ref(), handled.event.region.as_ref()),
                &Frame::of(handled, &shortest.state),
                handled.judgement.verdict.word(),
                story,
                |story, listed| machine::copy(handled, standing, story, listed),
            )
        })
    }

    /// The notice about a whole sweep, in one message; `None` where nothing is wrong, or will be soon.
    #[must_use]
    pub fn of_sweep(swept: &Swept, home: &Home) -> Option<Self> {
        if !digest::is_news(swept) {
            return None;
        }
        let state = digest::story(swept, 0).state;
        Some(Self {
            attributes: attributes::of_sweep(&swept.digest, home),
            ..Self::told(
                &place(home.account.as_ref(), home.region.as_ref()),
                &Frame::of_sweep(home, &state),
                "sweep",
                |listed| digest::story(swept, listed),
                |story, listed| digest::machine(swept, home, story, listed),
            )
        })
    }

    /// Everything but the attributes: `story` and `machine` with at most so many of anything that there can be many
    /// of, as many as fit.
    fn told(
        place: &Text,
        frame: &Frame,
        verdict: &str,
        story: impl Fn(usize) -> Story,
        machine: impl Fn(&Story, usize) -> String,
    ) -> Self {
        let shortest = story(0);
        let email = fitted(
            |listed| email::text(&story(listed)),
            |text| json_bytes(text) <= EMAIL_BYTES,
            || email::least(&shortest),
        );
        let chat = limits::LISTED.into_iter().find_map(|listed| chat::message(frame, &story(listed)));
        let copy = |listed| machine(&shortest, listed);
        let least = || machine::least(verdict, &shortest);
        Self {
            subject: email::subject(&shortest, place.clone()),
            email,
            chat: chat.unwrap_or_else(|| chat::least(frame, &shortest)),
            machine: fitted(copy, |text| json_bytes(text) <= MACHINE_BYTES, least),
            sms: escape::ascii(&email::title(&shortest).and(place.clone()).plain(), SMS),
            attributes: Vec::new(),
            door: shortest.state.door,
        }
    }

    /// `Subject`: at most 99 ASCII characters on one line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Plain text for a person: lines of about 76 characters, no control characters but line feeds.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// JSON: a custom notification of Amazon Q Developer in chat applications.
    #[must_use]
    pub fn chat(&self) -> &str {
        &self.chat
    }

    /// JSON in ASCII: the [`Report`](crate::Report) and, under `notice`, what else there is to know. Many findings are
    /// cut to the first few; `notice.omitted` says how many are not there.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// At most 140 ASCII characters for a telephone.
    #[must_use]
    pub fn sms(&self) -> &str {
        &self.sms
    }

    /// `Message` for `MessageStructure` `json`: a JSON object with a text for each protocol, less than 256 KB.
    #[must_use]
    pub fn message(&self) -> String {
        message::message(self)
    }

    /// `MessageAttributes`: `verdict`, `outcome`, `tier`, `account` and `region`, as far as they are known; and
    /// `dispute` where there is one.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter()
    }

    /// How things stand, in a word: `closed`, `still-open`, …
    #[must_use]
    pub fn door(&self) -> &'static str {
        self.door.word()
    }

    /// Whether nothing is left to be done.
    pub(crate) fn is_well(&self) -> bool {
        self.door.is_well()
    }
}

/// ` in 111122223333 eu-west-1`.
fn place(account: Option<&AccountId>, region: Option<&Region>) -> Text {
    let account = account.map(|account| Text::new().theirs(account, ID));
    let region = region.map(|region| Text::new().theirs(region, ID));
    let known: Vec<_> = account.into_iter().chain(region).collect();
    if known.is_empty() { Text::new() } else { Text::from(" in ").and(Text::joined(known, " ")) }
}
