//! `CloudTrail` and `EventBridge`: records of what was done, which come late, in any order, twice, cut, or never.

use crate::clock::{HOUR, MINUTE, SECOND};
use crate::dice::Dice;
use crate::record::{Encoding, Made};
use crate::tally::Tally;
use tierguard::change::Change;

/// A record on its way.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) record: String,
    /// The change that was truly made, if one was, and by somebody else than the guard.
    pub(crate) truth: Option<Change>,
    /// After how many milliseconds it is delivered; each time that it is.
    pub(crate) delays: Vec<i64>,
    /// What it is, in words.
    pub(crate) words: String,
}

/// What a record says that nobody can understand: of a group, in a call that matters.
const GARBLED: &str =
    r#""requestParameters": {"groupId": "sg-0000000a", "ipPermissions": {"items": [{"ipProtocol": "?"}]}}"#;

/// The record of what was made.
pub(crate) fn letter(made: &Made, truth: Option<Change>, dice: &mut Dice, tally: &mut Tally) -> Letter {
    let encoding = Encoding::drawn(dice);
    let delays = delays(dice, tally);
    let is_cut = matches!(encoding, Encoding::Cut | Encoding::Nameless | Encoding::CutResponse);
    tally.cut += usize::from(is_cut) * delays.len();
    let words = format!("{} ({encoding:?})", made.change.event.id.as_ref().unwrap());
    Letter { record: made.record(encoding, dice), truth, delays, words }
}

/// A record that nobody can understand.
pub(crate) fn garbled(number: usize) -> Letter {
    let record = format!(
        r#"{{"eventID": "g-{number}", "eventName": "AuthorizeSecurityGroupIngress", "eventSource": "ec2.amazonaws.com", {GARBLED}}}"#
    );
    Letter { record, truth: None, delays: vec![SECOND], words: format!("g-{number}") }
}

fn delays(dice: &mut Dice, tally: &mut Tally) -> Vec<i64> {
    let copies = dice.weighted(&[(3, 0), (88, 1), (7, 2), (2, 3)]);
    tally.lost += usize::from(copies == 0);
    (0..copies).map(|_| delay(dice)).collect()
}

fn delay(dice: &mut Dice) -> i64 {
    let (low, high) = dice.weighted(&[
        (70, (SECOND, 15 * SECOND)),
        (20, (15 * SECOND, 5 * MINUTE)),
        (8, (5 * MINUTE, 2 * HOUR)),
        (2, (2 * HOUR, 12 * HOUR)),
    ]);
    dice.between(low, high)
}
