//! What people and machines are told about one event.
//!
//! A notice exists for a violation, whatever became of it, for a change that could not be judged, and for one whose
//! record does not tell all rules; for nothing else.
//! It is rendered once, from what was handled and from nothing else: no clock, no look-up, no policy. It does not
//! publish; that is the port [`Publish`].
//!
//! Much of what is told was written by whoever made the change. `text` keeps whose words are whose, and `escape`
//! makes theirs harmless for each format.

mod attributes;
mod chat;
mod cut;
mod email;
mod escape;
mod fate;
mod limits;
mod link;
mod machine;
mod message;
mod steps;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod undecided;
mod violation;
mod who;

use std::future::Future;

use thiserror::Error;

pub use attributes::Attribute;
use story::{News, Story};
use text::Text;

use crate::respond::Handled;
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

/// What people and machines are told about one event: the same story in every form that a topic delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    subject: String,
    email: String,
    chat: String,
    machine: String,
    sms: String,
    attributes: Vec<Attribute>,
}

impl Notice {
    /// The notice about `handled`; `None` where nobody needs to know.
    #[must_use]
    pub fn of(handled: &Handled) -> Option<Self> {
        let news = News::of(handled)?;
        let shortest = news.story(handled, 0);
        Some(Self {
            subject: email::subject(&shortest, place(handled)),
            email: plain_text(handled, news, &shortest),
            chat: chat_message(handled, news, &shortest),
            machine: machine_copy(handled, news, &shortest),
            sms: escape::ascii(&email::title(&shortest).and(place(handled)).plain(), SMS),
            attributes: attributes::attributes(handled, news),
        })
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

    /// `MessageAttributes`: `verdict`, `outcome`, `tier`, `account` and `region`, as far as they are known.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter()
    }
}

/// ` in 111122223333 eu-west-1`.
fn place(handled: &Handled) -> Text {
    let account = handled.event.account.as_ref().map(|account| Text::new().theirs(account, ID));
    let region = handled.event.region.as_ref().map(|region| Text::new().theirs(region, ID));
    let known: Vec<_> = account.into_iter().chain(region).collect();
    if known.is_empty() { Text::new() } else { Text::from(" in ").and(Text::joined(known, " ")) }
}

fn plain_text(handled: &Handled, news: News<'_>, shortest: &Story) -> String {
    let render = |listed| email::text(&news.story(handled, listed));
    fitted(render, |text| json_bytes(text) <= EMAIL_BYTES, || email::least(shortest))
}

fn chat_message(handled: &Handled, news: News<'_>, shortest: &Story) -> String {
    let door = news.door(handled);
    let message = |listed| chat::message(handled, &news.story(handled, listed), door);
    limits::LISTED.into_iter().find_map(message).unwrap_or_else(|| chat::least(handled, shortest, door))
}

fn machine_copy(handled: &Handled, news: News<'_>, shortest: &Story) -> String {
    let render = |listed| machine::copy(handled, news, shortest, listed);
    fitted(render, |text| json_bytes(text) <= MACHINE_BYTES, || machine::least(handled, news))
}
