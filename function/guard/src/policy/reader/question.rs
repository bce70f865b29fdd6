//! A question in words: the first says what is asked, small words between the others are passed over.

use std::net::IpAddr;

use super::cases::{names_of, place_of};
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
/// What a name of several words may stand in.
const QUOTES: [char; 2] = ['"', '\''];
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
    let (first, rest) = words.split_first()?;
    let said: Vec<_> = rest.iter().filter(|word| !word.is_small()).collect();
    match (first.text, said.as_slice()) {
        ("may" | "can", [from, ports, to]) => {
            let (from, traffic, place) = (
                peers(from, names, errors),
                traffic(ports, errors),
                place_of(to.text, to.span, names, errors),
            );
            Some(Question::May { place: place?, flow: Box::new(flow(traffic?, from?)) })
        }
        ("who", [to, rest @ ..]) if rest.iter().all(|word| matches!(word.text, "at" | "all")) => {
            Some(Question::Who { place: place_of(to.text, to.span, names, errors)? })
        }
        _ => None,
    }
}

/// A word, and where it stands.
struct Word<'t> {
    text: &'t str,
    span: Span,
    is_quoted: bool,
}

impl Word<'_> {
    fn is_small(&self) -> bool {
        !self.is_quoted && SMALL.contains(&self.text)
    }
}

/// The words of `text`; a question mark at its end is none of the last one. What stands in quotes is one word.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut rest = text.trim_end().trim_end_matches('?').trim();
    let mut words = Vec::new();
    while !rest.is_empty() {
        let quoted = QUOTES.iter().find_map(|quote| rest.strip_prefix(*quote)?.split_once(*quote));
        let (word, after) = quoted.or_else(|| rest.split_once(char::is_whitespace)).unwrap_or((rest, ""));
        let start = word.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let span = Span { start, end: start.saturating_add(word.len()) };
        words.push(Word { text: word, span, is_quoted: quoted.is_some() });
        rest = after.trim_start();
    }
    words
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
fn peers(asked: &Word<'_>, names: &Names<'_>, errors: &mut Errors<'_>) -> Option<NamedPeers> {
    let network = asked.text.parse::<IpAddr>().map(|address| Network::from(address).to_string());
    let text = network.as_deref().unwrap_or(asked.text);
    let Named { peers, word, networks: _ } = names.peer(text, asked.span, errors)?;
    Some(NamedPeers { word: word.into_owned(), peers: peers.into_owned() })
}

fn traffic(asked: &Word<'_>, errors: &mut Errors<'_>) -> Option<Traffic> {
    asked.text.parse::<Traffic>().map_err(|error| errors.push(asked.span, &Mistake::Traffic(error))).ok()
}
