//! How long anything may be.
//!
//! Sources: the Amazon SNS API reference, `Publish` (`Subject`, `Message`, `MessageAttributes`); "Custom notifications
//! using Amazon Q Developer in chat applications" (title and description). Everything else is ours, chosen so that a
//! person can read it.

/// A subject: fewer than 100 characters.
pub(super) const SUBJECT: usize = 99;
/// A text message that fits into one SMS.
pub(super) const SMS: usize = 140;
/// All variants of a message, their JSON, and the attributes, in bytes.
pub(super) const MESSAGE: usize = 256 * 1024;

/// `title` of a chat message, and our own limit for its other short texts.
pub(super) const TITLE: usize = 250;
/// `description` of a chat message.
pub(super) const DESCRIPTION: usize = 8000;

/// An account, a Region, an id, in characters.
pub(super) const ID: usize = 64;
/// A name.
pub(super) const NAME: usize = 80;
/// A rule.
pub(super) const RULE: usize = 160;
/// A caller, a description, a user agent.
pub(super) const FREE: usize = 256;
/// An error message, or a line of the policy.
pub(super) const LONG: usize = 480;
/// A text in the machine's copy.
pub(super) const MACHINE_TEXT: usize = 512;

/// Tiers that are listed.
pub(super) const TIERS: usize = 10;
/// Lines that one step gives to be copied.
pub(super) const COPIES: usize = 5;

/// The plain text, in bytes of JSON.
pub(super) const EMAIL_BYTES: usize = 16 * 1024;
/// The chat message, in bytes of JSON.
pub(super) const CHAT_BYTES: usize = 48 * 1024;
/// The machine's copy, in bytes of JSON.
pub(super) const MACHINE_BYTES: usize = 40 * 1024;
/// Everything else: keys, the text message, the attributes.
pub(super) const REST_BYTES: usize = 12 * 1024;

/// How many findings are listed, at most; each next try if the text is too long with the last.
pub(super) const LISTED: [usize; 8] = [50, 30, 20, 10, 5, 2, 1, 0];

/// The first text of `render` for fewer and fewer findings that `fits`, else `bare`, which always does.
pub(super) fn fitted(
    render: impl Fn(usize) -> String,
    fits: impl Fn(&str) -> bool,
    bare: impl FnOnce() -> String,
) -> String {
    LISTED.into_iter().map(render).find(|text| fits(text)).unwrap_or_else(bare)
}

/// The length of `text` as a JSON string, in bytes.
pub(super) fn json_bytes(text: &str) -> usize {
    let escapes = text.chars().map(|c| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => c.len_utf8(),
    });
    escapes.sum::<usize>().saturating_add(2)
}
