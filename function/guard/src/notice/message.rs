//! One SNS message with a variant for each protocol.
//!
//! Source: the Amazon SNS API reference, `Publish`, `MessageStructure`: a JSON object of strings with a `default`, at
//! most 256 KB with all its variants, keys that are no protocol ignored. Cuts nothing: each variant comes with its
//! length within [`super::limits`].

use serde::Serialize;

use super::Notice;
use super::limits::{CHAT_BYTES, EMAIL_BYTES, MACHINE_BYTES, MESSAGE, REST_BYTES};

/// Amazon Q listens over `https`; everything else that is no person gets the machine's copy.
#[derive(Serialize)]
struct Variants<'a> {
    default: &'a str,
    email: &'a str,
    sms: &'a str,
    https: &'a str,
    http: &'a str,
    sqs: &'a str,
    lambda: &'a str,
    firehose: &'a str,
}

// All variants together fit, whatever is in them.
const _: () = assert!(2 * EMAIL_BYTES + CHAT_BYTES + 4 * MACHINE_BYTES + REST_BYTES <= MESSAGE);

/// The message.
pub(super) fn message(notice: &Notice) -> String {
    let Notice { email, chat, machine, sms, subject: _, attributes: _, door: _ } = notice;
    let variants = Variants {
        default: email,
        email,
        sms,
        https: chat,
        http: machine,
        sqs: machine,
        lambda: machine,
        firehose: machine,
    };
    serde_json::to_string(&variants).unwrap_or_default()
}
