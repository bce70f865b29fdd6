//! What it means in each format that a text is no more than text.

use crate::notice::Notice;
use crate::visible::{hides, turns};

use super::chat;

/// A format, and what there is in a notice that is more than text, if anything.
pub(super) type Format = (&'static str, fn(&Notice) -> Result<(), String>);

/// Everything that a topic delivers.
pub(super) const FORMATS: [Format; 8] = [
    ("subject", subject),
    ("email", email),
    ("copies", copies),
    ("chat", amazon_q),
    ("machine", machine),
    ("sms", sms),
    ("attributes", attributes),
    ("message", message),
];

/// That a notice is nothing but text in every format.
pub(super) fn check(notice: &Notice) {
    for (name, format) in FORMATS {
        assert_eq!(format(notice), Ok(()), "{name}");
    }
}

/// The words that a first line begins with.
const STATES: [&str; 27] = [
    "CLOSED:",
    "CLOSED (but ",
    "OPEN (observe mode):",
    "OPEN (notify only):",
    "OPEN (break-glass):",
    "OPEN (cannot be undone):",
    "STILL OPEN:",
    "UNDECIDED:",
    "CHECKED:",
    "RESTORED:",
    "RESTORED (but ",
    "MISSING:",
    "MISSING (observe mode):",
    "MISSING (notify only):",
    "MISSING (break-glass):",
    "STILL MISSING:",
    "NOT UNDONE:",
    "NOT UNDONE (break-glass):",
    "ALARM:",
    "BREAK-GLASS:",
    "HEARSAY:",
    "IN NO TIER:",
    "DELETED:",
    "DEFAULT GROUP:",
    "ASSOCIATED:",
    "SWEEP:",
    "SWEEP ",
];

/// What stands before the words of a first line, where something is in dispute.
const DISPUTES: [&str; 2] = ["IN DISPUTE, ", "STILL IN DISPUTE, "];

/// The titles of blocks.
const TITLES: [&str; 19] = [
    "What was opened",
    "What was missing",
    "What met on one interface",
    "What was changed, and stays as it is",
    "What could not be judged, and stays as it is",
    "What else there is to know",
    "Why it is forbidden",
    "Why it has to be there",
    "Why it could not be judged",
    "Who did it",
    "What was done",
    "What to do next",
    "Look closer",
    "What is wrong",
    "Why some could not be judged",
    "Exemptions that end within 7 days",
    "What was looked at",
    "What was undone again and again",
    "The two sides",
];

/// ASCII on one line that begins with a word.
fn subject(notice: &Notice) -> Result<(), String> {
    let subject = notice.subject();
    let fits = subject.len() <= 99 && subject.starts_with(|c: char| c.is_ascii_alphanumeric());
    ensure(fits && is_printable(subject), subject)
}

fn sms(notice: &Notice) -> Result<(), String> {
    ensure(notice.sms().len() <= 140 && is_printable(notice.sms()), notice.sms())
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The lines that begin in the first column are the guard's own: one state, then titles, none of them twice. Addresses
/// are links of its own into the console.
fn email(notice: &Notice) -> Result<(), String> {
    let email = notice.email();
    ensure(all_seen(email), email)?;
    let mut titles = Vec::new();
    for (n, line) in email.split('\n').enumerate() {
        let label = DISPUTES.iter().find_map(|start| line.strip_prefix(start)).unwrap_or(line);
        let is_state = STATES.iter().any(|start| label.starts_with(start));
        ensure(is_state == (n == 0), line)?;
        if TITLES.contains(&line) {
            ensure(!titles.contains(&line), line)?;
            titles.push(line);
        } else {
            ensure(is_state || line.is_empty() || line.starts_with("  "), line)?;
        }
        let address = line.strip_prefix("  Group: ").or_else(|| line.strip_prefix("  Event: "));
        ensure(address.is_some_and(is_of_console) || !line.contains("//"), line)?;
    }
    Ok(())
}

/// What is there to be copied holds nothing that a shell or a policy would take for more than a word.
fn copies(notice: &Notice) -> Result<(), String> {
    let next = notice.email().split("\n\n").find(|block| block.starts_with("What to do next\n"));
    let is_copy = |line: &&str| line.starts_with("    ");
    for copy in next.unwrap_or_default().lines().filter(is_copy) {
        let dull = |c: char| c.is_ascii_alphanumeric() || " -_.:/=,{}[]'\"*@+".contains(c);
        ensure(copy.chars().all(dull), copy)?;
        ensure(copy.matches('\'').count() % 2 == 0 && copy.matches('"').count() % 2 == 0, copy)?;
    }
    Ok(())
}

/// Nothing is control syntax of Slack or Teams, and outside code spans there is no markup of theirs.
fn amazon_q(notice: &Notice) -> Result<(), String> {
    let message = chat(notice);
    ensure(!notice.chat().contains('\n'), notice.chat())?;
    for text in strings(&message) {
        ensure(!text.contains(['<', '>', '&', '@']) && all_seen(&text), &text)?;
    }
    let content = &message["content"];
    let steps = content["nextSteps"].as_array().into_iter().flatten();
    for text in [&content["description"]].into_iter().chain(steps).flat_map(strings) {
        text.lines().try_for_each(spans)?;
    }
    let unmarked = strings(&content["title"]).into_iter().chain(strings(&message["metadata"]));
    for text in unmarked {
        let escapes = text.split('\\').skip(1).all(|rest| rest.starts_with(['n', 'r', 't', 'u', '…']));
        ensure(!text.contains(['`', '*', '~', '[', ']', '|']) && !text.contains("//") && escapes, &text)?;
    }
    Ok(())
}

/// A line's code spans are closed, are not empty, and stand free; what is outside them is ours.
fn spans(line: &str) -> Result<(), String> {
    let parts: Vec<_> = line.split('`').collect();
    ensure(parts.len() % 2 == 1, line)?;
    for (n, part) in parts.iter().enumerate() {
        if n % 2 == 1 {
            ensure(!part.is_empty(), line)?;
            continue;
        }
        let stands_free = n == 0 || !part.starts_with(char::is_alphanumeric);
        let is_theirs = |word: &str| word.contains("evil") && !is_of_console(word);
        ensure(stands_free && !part.split(' ').any(is_theirs) && !part.contains(['[', '~', '|', '_']), line)?;
        let is_title = part.starts_with('*') && part.ends_with('*') && parts.len() == 1;
        ensure(is_title || !part.contains('*'), line)?;
    }
    Ok(())
}

/// Whether `address` is one of the AWS console.
fn is_of_console(address: &str) -> bool {
    let host = address.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| host.ends_with(".console.aws.amazon.com"))
}

/// One line of ASCII: an object that has the keys of a report and no others.
fn machine(notice: &Notice) -> Result<(), String> {
    const KEYS: [&str; 16] = [
        "source",
        "event_id",
        "event_name",
        "event_time",
        "account",
        "region",
        "actor",
        "group",
        "tiers",
        "verdict",
        "reason",
        "findings",
        "actions",
        "remarks",
        "notice",
        "sweep",
    ];
    ensure(is_printable(notice.machine()), notice.machine())?;
    let copy: serde_json::Value =
        serde_json::from_str(notice.machine()).map_err(|error| error.to_string())?;
    let keys = copy.as_object().into_iter().flat_map(|copy| copy.keys());
    keys.into_iter().try_for_each(|key| ensure(KEYS.contains(&key.as_str()), key))
}

/// A word, or a JSON array of strings, in ASCII.
fn attributes(notice: &Notice) -> Result<(), String> {
    notice.attributes().try_for_each(|each| {
        let is_array = serde_json::from_str::<Vec<String>>(each.value()).is_ok();
        let is_sound = is_printable(each.value()) && !each.value().is_empty();
        ensure(is_sound && (each.data_type() == "String" || is_array), each.value())
    })
}

/// An object of texts, each of which is one of the above.
fn message(notice: &Notice) -> Result<(), String> {
    let message: serde_json::Value =
        serde_json::from_str(&notice.message()).map_err(|error| error.to_string())?;
    let ours = [notice.email(), notice.chat(), notice.machine(), notice.sms()];
    let variants = message.as_object().into_iter().flat_map(|message| message.values());
    let mut texts = variants.map(|variant| variant.as_str().unwrap_or_default());
    texts.try_for_each(|text| ensure(ours.contains(&text), text))
}

/// That every character can be seen, and none moves others.
fn all_seen(text: &str) -> bool {
    !text.chars().any(|c| c != '\n' && (hides(c) || turns(c)))
}

/// Every string of a JSON value, keys included.
fn strings(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items.iter().flat_map(strings).collect(),
        serde_json::Value::Object(map) => {
            map.iter().flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat()).collect()
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Vec::new(),
    }
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}
