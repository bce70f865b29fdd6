//! Everything that is no change of a security group: what most of a log is.
//!
//! Each kind of record is a [`Kind`], written down under `noise/` by what it is about. All are written afresh, after the
//! shapes and lengths of captured ones.

mod compute;
mod identity;
mod network;
mod storage;
mod watch;

use crate::scene::Scene;
use crate::template::{Template, TemplateError};

/// A kind of record.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// `eventName`.
    pub name: &'static str,
    /// `eventSource`, up to the first dot.
    pub source: &'static str,
    /// How many of `SHARES` records of noise are of this kind.
    pub share: u64,
    /// What the guard must read in it.
    pub tells: Tells,
    effect: Effect,
    category: Category,
    /// The `userIdentity`, if it is not that of somebody in the account.
    identity: &'static str,
    outcome: Outcome,
    request: &'static str,
    response: &'static str,
    /// What else the record has, each with a comma after it.
    more: &'static str,
}

/// What the guard must read in a record of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// Nothing that matters.
    Nothing,
    /// That groups were put on interfaces, which matters to policies with a section `interfaces`.
    Attachment,
    /// That a call failed which would have.
    Failure,
}

#[derive(Debug, Clone, Copy)]
enum Effect {
    Reads,
    Writes,
}

#[derive(Debug, Clone, Copy)]
enum Category {
    /// A call of an API.
    Call,
    /// A call that reads or writes somebody's data.
    Data,
    /// Something that a service did by itself.
    Service,
    /// Somebody who signed in.
    SignIn,
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Done,
    Failed { code: &'static str, message: &'static str },
}

/// What a kind has unless it says otherwise.
const PLAIN: Kind = Kind {
    name: "",
    source: "",
    share: 1,
    tells: Tells::Nothing,
    effect: Effect::Reads,
    category: Category::Call,
    identity: "«identity»",
    outcome: Outcome::Done,
    request: "null",
    response: "null",
    more: "",
};

/// How many shares all kinds have together.
pub(crate) const SHARES: u64 = 1000;

/// Every kind of noise there is.
pub fn kinds() -> impl Iterator<Item = Kind> {
    [compute::KINDS, identity::KINDS, network::KINDS, storage::KINDS, watch::KINDS]
        .into_iter()
        .flatten()
        .copied()
}

/// The noise of a log.
#[derive(Debug)]
pub(crate) struct Noise {
    /// Each with the sum of the shares up to it.
    templates: Vec<(u64, Template)>,
}

impl Noise {
    /// All of it.
    pub(crate) fn new() -> Result<Self, TemplateError> {
        let mut sum = 0_u64;
        let mut templates = Vec::new();
        for kind in kinds() {
            sum = sum.saturating_add(kind.share);
            templates.push((sum, Template::parse(&kind.text())?));
        }
        Ok(Self { templates })
    }

    /// Writes one record to `out`.
    pub(crate) fn write(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        let share = scene.dice.below(SHARES);
        let at = self.templates.partition_point(|(sum, _)| *sum <= share);
        if let Some((_, template)) = self.templates.get(at) {
            template.fill(scene, out);
        }
    }

    /// How long a record is on average, in bytes.
    pub(crate) fn mean_length(&self, scene: &mut Scene) -> u64 {
        const SAMPLE: u64 = 2000;
        let mut out = Vec::new();
        for _ in 0..SAMPLE {
            self.write(scene, &mut out);
        }
        u64::try_from(out.len()).unwrap_or(u64::MAX) / SAMPLE
    }
}

/// A number below [`SHARES`] falls on some kind.
#[cfg(test)]
fn sum_of_shares() -> u64 {
    kinds().map(|kind| kind.share).sum()
}

impl Kind {
    /// The template of the whole record, in the order of CloudTrail's fields.
    fn text(&self) -> String {
        let Self { name, source, identity, request, response, more, .. } = self;
        let failure = self.failure();
        let response = if failure.is_empty() { response } else { "null" };
        let (category, kind, management) = self.category.words();
        let reads = matches!(self.effect, Effect::Reads);
        format!(
            r#"{{"eventVersion":"1.09","userIdentity":{identity},"eventTime":"«time»","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"«region»","sourceIPAddress":"«address»","userAgent":"«agent»",{failure}"requestParameters":{request},"responseElements":{response},{more}"requestID":"«uuid»","eventID":"«uuid»","readOnly":{reads},"eventType":"{kind}","managementEvent":{management},"recipientAccountId":"«account»","eventCategory":"{category}","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{source}.«region».amazonaws.com"}}}}"#
        )
    }

    fn failure(&self) -> String {
        match self.outcome {
            Outcome::Done => String::new(),
            Outcome::Failed { code, message } => {
                format!(r#""errorCode":"{code}","errorMessage":"{message}","#)
            }
        }
    }
}

impl Category {
    /// `eventCategory`, `eventType` and `managementEvent`.
    const fn words(self) -> (&'static str, &'static str, bool) {
        match self {
            Self::Call => ("Management", "AwsApiCall", true),
            Self::Data => ("Data", "AwsApiCall", false),
            Self::Service => ("Management", "AwsServiceEvent", true),
            Self::SignIn => ("Management", "AwsConsoleSignIn", true),
        }
    }
}

impl Noise {
    /// A record of each kind, for the tests.
    #[cfg(test)]
    fn one_of_each(&self, scene: &mut Scene) -> Vec<Vec<u8>> {
        let fill = |(_, template): &(u64, Template)| {
            let mut out = Vec::new();
            template.fill(scene, &mut out);
            out
        };
        self.templates.iter().map(fill).collect()
    }
}

#[cfg(test)]
mod tests;
