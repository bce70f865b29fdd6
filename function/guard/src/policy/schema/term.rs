//! What a policy writes as one text: traffic, peers, callers, names, times.
//!
//! The patterns are of the part of regular expressions that ECMAScript (in Unicode mode) and Rust share. What an editor
//! says of a text that does not match is in `patternErrorMessage`, which is no part of the standard: whoever does not
//! know it passes it over.

use serde_json::{Value, json};

use crate::traffic::InvalidTraffic;

/// A port.
const PORT: &str = "0*(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{1,4})";
/// A number of one byte.
const BYTE: &str = "0*(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[0-9]{1,2})";
/// The protocols that are not written as a number: ICMP, TCP, UDP and `ICMPv6`.
const NAMED_PROTOCOLS: &str = "0*(?:1|6|17|58)";
/// A part of an IPv4 address as networks may have it.
const OCTET: &str = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})";
/// The same as addresses have it: without leading zeros.
const STRICT_OCTET: &str = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
/// Blanks around a network. Not all that Rust takes for one is one in ECMAScript.
const BLANKS: &str = r"[\s\u0085]*";
const LETTER: &str = r"[\p{Alphabetic}\p{N}._\-]";
/// The hexadecimal digits of an id, which is 255 bytes at most.
const ID: &str = "[0-9a-f]{1,252}";

/// Where the reader takes any text, YAML may have made a number or a truth value of it.
const SCALAR: [&str; 3] = ["string", "number", "boolean"];
/// Peers that need no definition.
const BUILT_IN: [&str; 4] = ["anywhere", "internet", "private", "self"];

/// The definitions by name.
pub(super) fn definitions() -> [(&'static str, Value); 14] {
    [
        ("mode", json!({ "enum": ["enforce", "observe"] })),
        ("on-violation", json!({ "enum": ["revoke", "narrow", "notify"] })),
        ("traffic", traffic()),
        ("peer", peer()),
        ("network", network()),
        ("group-id", group_id()),
        ("caller", caller()),
        ("name", name()),
        ("group-name", group_name()),
        ("scalar", json!({ "type": SCALAR })),
        ("words", words()),
        ("instant", instant()),
        ("times", times()),
        ("time", time()),
    ]
}

/// Text that matches `pattern`; `help` is what an editor says of any other.
fn text(pattern: &str, help: &str, examples: &[&str]) -> Value {
    json!({ "type": "string", "pattern": pattern, "patternErrorMessage": help, "examples": examples })
}

fn traffic() -> Value {
    let ports = format!("(?:all|{PORT}(?:-{PORT})?)/(?:tcp|udp)");
    let icmp = format!(r"icmp(?:v6)?(?:/{BYTE}(?:\.{BYTE})?)?");
    let protocol = format!("proto/(?!{NAMED_PROTOCOLS}$){BYTE}");
    let examples =
        ["443/tcp", "1024-65535/udp", "all/tcp", "icmp", "icmp/8", "icmp/3.4", "icmpv6", "proto/50", "all"];
    text(&format!("^(?:all|{ports}|{icmp}|{protocol})$"), InvalidTraffic::HELP, &examples)
}

/// What stands under `from`, `to` and `except`. One pattern and not one of several, so that an editor has one thing to say.
fn peer() -> Value {
    let built_in = BUILT_IN.join("|");
    let (name, cidr, group, list) = (name_pattern(), cidr_pattern(), group_pattern(), list_pattern());
    let pattern = format!("^(?:{built_in}|{name}|{cidr}|(?:[0-9]{{12}}/)?{group}|{list})$");
    let help = "write the name of a network or tier, anywhere, internet, private, self, a network such as 203.0.113.0/24, \
                sg-…, 123456789012/sg-… or pl-…";
    json!({ "type": SCALAR, "pattern": pattern, "patternErrorMessage": help, "examples": BUILT_IN })
}

/// What stands under a name in `networks`.
fn network() -> Value {
    let (cidr, list) = (cidr_pattern(), list_pattern());
    let help = "write an address, / and a length (203.0.113.0/24, 2001:db8::/32), or pl-…";
    let examples = ["203.0.113.0/24", "2001:db8::/32", "pl-0123456789abcdef0"];
    text(&format!("^(?:{cidr}|{list})$"), help, &examples)
}

fn group_id() -> Value {
    let help = "write sg- and the hexadecimal digits of the id";
    text(&format!("^{}$", group_pattern()), help, &["sg-0123456789abcdef0"])
}

/// The name of a network, a tier or a principal.
fn name() -> Value {
    let help = "write letters, digits, -, _ and .; no address, nothing that starts with sg- or pl-, and none of the \
                names that have a meaning already: anywhere, internet, private, self, elsewhere";
    json!({ "type": SCALAR, "pattern": format!("^{}$", name_pattern()), "patternErrorMessage": help })
}

fn name_pattern() -> String {
    let reserved = format!("(?:{}|elsewhere)$", BUILT_IN.join("|"));
    let address = format!(r"{STRICT_OCTET}(?:\.{STRICT_OCTET}){{3}}$");
    format!("(?!{reserved}|sg-|pl-|{address}){LETTER}(?:(?:{LETTER}| )*{LETTER})?")
}

fn cidr_pattern() -> String {
    let v4 = format!(r"{OCTET}(?:\.{OCTET}){{3}}/(?:3[0-2]|[0-2]?[0-9])");
    let v6 = r"(?=[0-9A-Fa-f]*:)[0-9A-Fa-f:.]+/(?:12[0-8]|1[01][0-9]|0?[0-9]{1,2})";
    format!("{BLANKS}(?:{v4}|{v6}){BLANKS}")
}

fn group_pattern() -> String {
    format!("sg-{ID}")
}

fn list_pattern() -> String {
    format!("pl-{ID}")
}

fn caller() -> Value {
    let service = r"(?:[a-z0-9\-]+\.)+amazonaws\.com(?:\.cn)?";
    let partition = r"(?:aws|aws-cn|aws-us-gov|[a-z\-]*\*[a-z\-*]*)";
    // Twelve digits; with a star among them, twelve at most.
    let account = r"(?:[0-9]{12}|(?=[0-9]*\*)(?:\**[0-9]){0,12}\**)";
    let path = r"(?:[!-.0-~]+/)*[A-Za-z0-9+=,.@_\-*]+";
    let arn = format!("arn:{partition}:iam::{account}:(?:root|(?:role|user)/{path})");
    text(
        &format!("^(?:{service}|{arn})$"),
        "write the ARN of an IAM role, a user or root, or the name of an AWS service",
        &[
            "arn:aws:iam::111122223333:role/CloudAdmin",
            "arn:aws:iam::*:role/CloudAdmin",
            "cloudformation.amazonaws.com",
        ],
    )
}

/// The name of a group, in which `*` stands for any text. EC2 refuses one that starts as an id does.
fn group_name() -> Value {
    let help = "write the id of a group under ids";
    json!({ "type": SCALAR, "pattern": "^(?!sg-)", "patternErrorMessage": help })
}

/// Text that says something.
fn words() -> Value {
    // ECMAScript takes a byte order mark for a blank, the reader does not.
    json!({ "type": SCALAR, "pattern": r"[\S\uFEFF]", "patternErrorMessage": "write something here" })
}

/// RFC 3339, and what else ISO 8601 allows of it.
fn instant() -> Value {
    let date = r"(?:[0-9]{4}|[+\-][0-9]{6})-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])";
    let offset = r"(?:[Zz]|[+\-][0-9:.,]+)";
    text(
        &format!(r"^{date}[Tt ][0-9:.,]+{offset}(?:\[.+\])*$"),
        "write a date, a time and Z or an offset from UTC: 2026-12-31T00:00:00Z",
        &["2026-12-31T00:00:00Z"],
    )
}

fn times() -> Value {
    let written = text(r"^\+?0*(?:[2-9]|1[0-9]|20)$", "write a number from 2 to 20", &["5"]);
    json!({ "anyOf": [{ "type": "integer", "minimum": 2, "maximum": 20 }, written] })
}

/// A time as `jiff` reads one: at the least a number and its unit.
fn time() -> Value {
    text(r"[0-9][\s\S]*[A-Za-z:]", "write hours and minutes: 1h, or 30m", &["1h", "30m", "1h 30m"])
}
