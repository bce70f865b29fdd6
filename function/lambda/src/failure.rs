//! What came back from a call that failed, and whether making it again can help.
//!
//! Sources: the EC2 API reference, "Error codes"; the AWS SDKs and Tools reference, "Retry behavior".

use std::error::Error;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use tierguard::look::LookUpError;

/// A call that failed, after the SDK's own retries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The service's code for it, if the service answered.
    pub(crate) code: Option<String>,
    /// What to tell people: the code, and what the service said.
    pub(crate) message: String,
    /// Whether making it again can help.
    pub(crate) retryable: bool,
}

/// How much is shown of a message, in characters.
const LONGEST: usize = 400;

/// EC2 appends kilobytes that only `sts:DecodeAuthorizationMessage` can read.
const ENCODED: &str = "Encoded authorization failure message";

/// Codes of failures that pass by themselves, whatever the HTTP status that they came with. Credentials that have expired
/// are among them: Lambda gives a process those of its role for hours, and the next attempt may have newer ones.
const PASSING: [&str; 21] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalError",
    "InternalFailure",
    "KMSThrottling",
    "KMSThrottlingException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestExpired",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "Unavailable",
];

impl Failure {
    pub(crate) fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let code = error.code().map(str::to_owned);
        let message = match (&code, error.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.clone(),
            (None, _) => chain(error),
        };
        Self { retryable: is_retryable(error), message: readable(&message), code }
    }
}

fn is_retryable<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let is_passing = error.code().is_some_and(|code| PASSING.contains(&code));
    match error {
        // The request could not even be built: a setting is wrong.
        SdkError::ConstructionFailure(_) => false,
        SdkError::ServiceError(_) => {
            is_passing || status.is_some_and(|status| status >= 500 || status == 429)
        }
        // No answer, or none that can be read: a timeout, a connection, a gateway in between.
        _ => true,
    }
}

/// `error` and its causes, each once.
fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.dedup();
    texts.join(": ")
}

fn readable(message: &str) -> String {
    let said = message.split_once(ENCODED).map_or(message, |(said, _)| said.trim_end());
    match said.char_indices().nth(LONGEST) {
        Some(_) => said.chars().take(LONGEST).chain(['…']).collect(),
        None => said.to_owned(),
    }
}

impl Failure {
    /// This failure as that of the look-up `call`.
    pub(crate) fn into_look_up_error(self, call: &'static str) -> LookUpError {
        LookUpError { call, message: self.message, retryable: self.retryable }
    }
}

#[cfg(test)]
mod tests;
