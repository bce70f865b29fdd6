//! A question in words: the first says what is asked, small words between the others are passed over.

use std::net::IpAddr;

use super::cases::{names_of, place_of};
use super::interfaces::tier;
use super::mistake::Mistake;
use super::names::{Named, Names};
use crate::network::Network;
use crate::policy::diagnostic::{Diagnostics, Errors, Span};
use crate::policy::yaml::Node;
use crate::policy::{Allow, NamedPeers, Question};
use crate::traffic::Traffic;

/// What a question is called where it is drawn.
const NAME: &str = "question";
/// Words that say nothing here.
const SMALL: [&str; 7] = ["can", "may", "reach", "of", "on", "the", "tier"];
const FORMS: &str = "`may 10.1.2.3 reach 3306/tcp of db` or `who can reach db`";

/// Reads the question in `text`, in the words of the policy in `root`, which has no mistakes.
pub(in crate::policy) fn read_question(root: &Node, text: &str) -> Result<Question, Diagnostics> {
    let names = names_of(root);
    let mut errors = Errors::new(NAME, text);
    if let Some(question) = question(text, &names, &mut errors) {
        return errors.finish(question);
    }
    errors.push_first(&Mistake::Question { forms: FORMS });
    Err(errors.found())
}

fn question(text: &str, names: &Names<'_>, errors: &mut Errors<'_>) -> Option<Question> {
    let words = words(text);
    let (&(first, _), rest) = words.split_first()?;
    let said: Vec<_> = rest.iter().copied().filter(|(word, _)| !SMALL.contains(word)).collect();
    match (first, said.as_slice()) {
        ("may" | "can", [from, ports, to]) => {
            let (from, traffic, place) =
                (peers(*from, names, errors), traffic(*ports, errors), place_of(to.0, to.1, names, errors));
            Some(Question::May { place: place?, flow: Box::new(flow(traffic?, from?)) })
        }
        ("who", [to, rest @ ..]) if rest.iter().all(|(word, _)| matches!(*word, "at" | "all")) => {
            Some(Question::Who { tier: tier(to.0, to.1, names, errors)? })
        }
        _ => None,
    }
}

/// The words of `text`, each with its place; a question mark at its end is none of the last one.
fn words(text: &str) -> Vec<(&str, Span)> {
    let text = text.trim_end().trim_end_matches('?');
    let start = |word: &str| word.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let place = |word: &str| Span { start: start(word), end: start(word).saturating_add(word.len()) };
    text.split_whitespace().map(|word| (word, place(word))).collect()
}

fn flow(traffic: Traffic, from: NamedPeers) -> Allow {
    Allow {
        traffic: traffic.interval().into(),
        peers: from.peers.clone(),
        words: format!("{traffic} from {}", from.word),
        named: vec![from],
        required: false,
    }
}

/// The peers that are asked about: an address stands for itself.
fn peers((word, span): (&str, Span), names: &Names<'_>, errors: &mut Errors<'_>) -> Option<NamedPeers> {
    let network = word.parse::<IpAddr>().map(|address| Network::from(address).to_string());
    let text = network.as_deref().unwrap_or(word);
    let Named { peers, word, networks: _ } = names.peer(text, span, errors)?;
    Some(NamedPeers { word: word.into_owned(), peers: peers.into_owned() })
}

fn traffic((word, span): (&str, Span), errors: &mut Errors<'_>) -> Option<Traffic> {
    word.parse::<Traffic>().map_err(|error| errors.push(span, &Mistake::Traffic(error))).ok()
}
