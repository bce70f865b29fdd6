//! The proof that an event came by way of the stack's own rules: a secret that the rules' targets put beside the event,
//! and that the function knows too.
//!
//! It tells such events from those of somebody who may invoke the function, or write to its queue, and no more. Whoever can read
//! the rules' targets or the function's settings can read the secret.

use std::fmt;
use std::str::FromStr;

use tierguard::change::Vouching;

use crate::arn::InvalidArn;

/// The secret. It is not shown, not even in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof(Box<str>);

/// A shorter one could be guessed.
const SHORTEST: usize = 32;

impl Proof {
    /// Whether an event that brings the proof `given` can be believed, where `wanted` is asked for. Where none is, all are.
    pub(crate) fn vouches(wanted: Option<&Self>, given: Option<&str>) -> Vouching {
        match (wanted, given) {
            (None, _) => Vouching::Vouched,
            (Some(wanted), Some(given)) if wanted.is(given) => Vouching::Vouched,
            (Some(_), Some(_) | None) => Vouching::Hearsay,
        }
    }

    /// The secret itself, to be put beside what the function sends to itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `given` is the secret. Takes as long wherever the first difference is.
    fn is(&self, given: &str) -> bool {
        let differences = self.0.bytes().zip(given.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
        self.0.len() == given.len() && std::hint::black_box(differences) == 0
    }
}

impl FromStr for Proof {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let is_secret = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_secret {
            Ok(Self(text.into()))
        } else {
            Err(InvalidArn { expected: "32 visible characters or more" })
        }
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
    /// One character less.
    const SHORT: &str = "0123456789abcdefghijklmnopqrstu";

    #[test]
    fn only_the_secret_vouches_where_one_is_asked_for() {
        let proof: Proof = SECRET.parse().unwrap();
        assert_eq!(Proof::vouches(Some(&proof), Some(SECRET)), Vouching::Vouched);
        let longer = format!("{SECRET}0");
        for given in
            [None, Some(""), Some("0"), Some(SHORT), Some(&*longer), Some("0123456789abcdefghijklmnopqrstuw")]
        {
            assert_eq!(Proof::vouches(Some(&proof), given), Vouching::Hearsay, "{given:?}");
        }
        assert_eq!(Proof::vouches(None, None), Vouching::Vouched);
    }

    #[test]
    fn it_is_not_shown() {
        let proof: Proof = SECRET.parse().unwrap();
        assert_eq!(format!("{proof:?}"), "Proof(…)");
    }

    #[test]
    fn what_could_be_guessed_is_none() {
        for text in ["", "secret", SHORT, "0123456789abcdef 0123456789abcdef"] {
            assert!(text.parse::<Proof>().is_err(), "{text}");
        }
    }
}
