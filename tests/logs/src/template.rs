//! The text of a record with holes: `«time»`. What fills them is made here, without a JSON value in between, which is what
//! makes it fast.

use std::io::Write;

use thiserror::Error;

use crate::dice::Dice;
use crate::scene::Scene;

/// A text with holes.
#[derive(Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(Vec<u8>),
    Hole(Hole),
}

/// What goes into a hole.
#[derive(Debug, Clone, Copy)]
enum Hole {
    Account,
    Region,
    Time,
    /// Up to an hour earlier.
    Since,
    /// The `userIdentity` of somebody.
    Identity,
    Agent,
    Address,
    Uuid,
    /// So many hexadecimal digits.
    Hex(usize),
    /// Sixteen capitals and digits, as the ids of keys end.
    Capitals,
    Number,
    /// A name that somebody gave something, in any script.
    Word,
}

/// A template that is none.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// A hole that nothing fits.
    #[error("nothing fits the hole `{name}`")]
    UnknownHole {
        /// What is in it.
        name: String,
    },
    /// A hole that does not end.
    #[error("a hole does not end: `{rest}`")]
    Open {
        /// All that comes after its beginning.
        rest: String,
    },
}

const AGENTS: [&str; 7] = [
    "aws-cli/2.22.7 md/awscrt#0.23.1 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 cfg/retry-mode#standard md/command#ec2.describe-instances",
    "Boto3/1.35.80 md/Botocore#1.35.80 ua/2.0 os/linux#5.10.230 md/arch#aarch64 lang/python#3.11.11 exec-env/AWS_Lambda_python3.11 Botocore/1.35.80",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.80.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.6 os/linux lang/go#1.23.3",
    "aws-sdk-java/2.29.29 md/io#sync md/http#Apache ua/2.1 os/Linux#5.10.228 lang/java#21.0.5 md/OpenJDK_64-Bit_Server_VM vendor#Amazon.com_Inc. exec-env/AWS_ECS_FARGATE",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "AWS Internal",
    "aws-sdk-js/3.709.0 ua/2.1 os/linux#6.1.115 lang/js md/nodejs#20.18.1 api/dynamodb#3.709.0",
];

const WORDS: [&str; 10] = [
    "billing",
    "search",
    "Zahlungsverkehr-Prüfung",
    "données-clients",
    "在庫管理",
    "checkout",
    "отчёты",
    "🚀 launch",
    "über-cache",
    "ledger",
];

impl Template {
    /// Reads `text`.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            let open = || TemplateError::Open { rest: after.to_owned() };
            let (name, after) = after.split_once('»').ok_or_else(open)?;
            parts.extend([Part::Text(before.into()), Part::Hole(Hole::named(name)?)]);
            rest = after;
        }
        parts.push(Part::Text(rest.into()));
        Ok(Self(parts))
    }

    /// Writes it to `out`, filled.
    pub(crate) fn fill(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Hole(hole) => hole.fill(scene, out),
            }
        }
    }
}

impl Hole {
    fn named(name: &str) -> Result<Self, TemplateError> {
        Ok(match name {
            "account" => Self::Account,
            "region" => Self::Region,
            "time" => Self::Time,
            "since" => Self::Since,
            "identity" => Self::Identity,
            "agent" => Self::Agent,
            "address" => Self::Address,
            "uuid" => Self::Uuid,
            "hex8" => Self::Hex(8),
            "hex17" => Self::Hex(17),
            "hex64" => Self::Hex(64),
            "capitals" => Self::Capitals,
            "number" => Self::Number,
            "word" => Self::Word,
            _ => return Err(TemplateError::UnknownHole { name: name.to_owned() }),
        })
    }

    fn fill(self, scene: &mut Scene, out: &mut Vec<u8>) {
        match self {
            Self::Account => out.extend_from_slice(scene.account.as_bytes()),
            Self::Region => out.extend_from_slice(scene.region.as_bytes()),
            Self::Time => put(out, scene.now),
            Self::Since => {
                let earlier = scene.dice.below(3600);
                put(out, scene.now.before(earlier));
            }
            Self::Identity => {
                let people = std::rc::Rc::clone(&scene.people);
                people.anybody(&mut scene.dice).identity.fill(scene, out);
            }
            Self::Agent => out.extend_from_slice(scene.dice.word(&AGENTS).as_bytes()),
            Self::Address => address(&mut scene.dice, out),
            Self::Uuid => uuid(&mut scene.dice, out),
            Self::Hex(digits) => hex(&mut scene.dice, digits, out),
            Self::Capitals => capitals(&mut scene.dice, out),
            Self::Number => {
                let number = scene.dice.below(65_536);
                put(out, number);
            }
            Self::Word => out.extend_from_slice(scene.dice.word(&WORDS).as_bytes()),
        }
    }
}

/// Writes `value`. Memory takes everything.
fn put(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    let _ = write!(out, "{value}");
}

/// An address of the networks that are for documentation, or of one's own.
fn address(dice: &mut Dice, out: &mut Vec<u8>) {
    let [a, b, ..] = dice.roll().to_le_bytes();
    let network = dice.word(&["203.0.113.", "198.51.100.", "10.0.", "192.0.2."]);
    out.extend_from_slice(network.as_bytes());
    if network == "10.0." {
        put(out, a);
        out.push(b'.');
    }
    put(out, b);
}

/// So many hexadecimal digits.
pub(crate) fn hex(dice: &mut Dice, digits: usize, out: &mut Vec<u8>) {
    let mut bits = dice.roll();
    for digit in 0..digits {
        if digit > 0 && digit % 16 == 0 {
            bits = dice.roll();
        }
        out.push(hex_digit(bits));
        bits >>= 4;
    }
}

/// The digit of the last four bits.
fn hex_digit(bits: u64) -> u8 {
    let [low, ..] = (bits & 15).to_le_bytes();
    if low < 10 { b'0' + low } else { b'a' + (low - 10) }
}

/// A random UUID.
pub(crate) fn uuid(dice: &mut Dice, out: &mut Vec<u8>) {
    hex(dice, 8, out);
    out.push(b'-');
    hex(dice, 4, out);
    out.extend_from_slice(b"-4");
    hex(dice, 3, out);
    out.extend_from_slice(b"-a");
    hex(dice, 3, out);
    out.push(b'-');
    hex(dice, 12, out);
}

/// Sixteen capitals and digits.
fn capitals(dice: &mut Dice, out: &mut Vec<u8>) {
    let mut bits = dice.roll();
    for place in 0..16 {
        if place == 8 {
            bits = dice.roll();
        }
        let [low, ..] = (bits & 31).to_le_bytes();
        out.push(if low < 26 { b'A' + low } else { b'2' + (low - 26) });
        bits >>= 5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_is_none_says_what_is_wrong() {
        let error = |text| Template::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("{«tyme»}"), @"nothing fits the hole `tyme`");
        insta::assert_snapshot!(error("{«time}"), @"a hole does not end: `time}`");
    }
}
