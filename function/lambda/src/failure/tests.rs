use std::io;

use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::error::{ConnectorError, ErrorMetadata};

use super::*;

type AnyError = SdkError<ErrorMetadata>;

fn answered(status: u16, code: &str, message: &str) -> Failure {
    let error = ErrorMetadata::builder().code(code).message(message).build();
    Failure::of(&AnyError::service_error(error, response(status)))
}

fn response(status: u16) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), "".into())
}

#[test]
fn throttling_and_the_services_own_trouble_pass() {
    assert!(answered(503, "RequestLimitExceeded", "Request limit exceeded.").retryable);
    assert!(answered(400, "Throttling", "Rate exceeded").retryable);
    assert!(answered(400, "KMSThrottlingException", "Rate exceeded").retryable);
    assert!(answered(500, "InternalError", "An internal error has occurred").retryable);
    assert!(answered(429, "Whatever", "").retryable);
}

#[test]
fn credentials_that_have_expired_are_others_the_next_time() {
    assert!(answered(400, "RequestExpired", "Request has expired.").retryable);
    assert!(answered(403, "ExpiredToken", "The security token included in the request is expired").retryable);
    assert!(answered(400, "ExpiredTokenException", "The security token has expired").retryable);
}

#[test]
fn a_refusal_stands() {
    assert!(!answered(401, "AuthFailure", "AWS was not able to validate the credentials").retryable);
    assert!(!answered(403, "UnauthorizedOperation", "You are not authorized.").retryable);
    assert!(!answered(400, "InvalidParameterValue", "Value () is invalid.").retryable);
    assert!(!answered(404, "NotFound", "Topic does not exist").retryable);
}

#[test]
fn no_answer_may_be_one_the_next_time() {
    let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
    let failures = [
        AnyError::timeout_error("no answer in 3 s"),
        AnyError::dispatch_failure(ConnectorError::io(refused.into())),
        AnyError::response_error("not XML", response(200)),
    ];
    let failures = failures.iter().map(Failure::of);
    let told: Vec<_> = failures.map(|failure| (failure.retryable, failure.code, failure.message)).collect();
    assert_eq!(
        told,
        [
            (true, None, "request has timed out: no answer in 3 s".to_owned()),
            (true, None, "dispatch failure: io error: connection refused".to_owned()),
            (true, None, "response error: not XML".to_owned()),
        ]
    );
}

#[test]
fn a_request_that_cannot_be_built_never_will_be() {
    assert!(!Failure::of(&AnyError::construction_failure("no Region")).retryable);
}

#[test]
fn the_message_is_the_code_and_what_was_said() {
    let failure = answered(400, "InvalidGroup.NotFound", "The security group 'sg-1' does not exist");
    assert_eq!(failure.code.as_deref(), Some("InvalidGroup.NotFound"));
    assert_eq!(failure.message, "InvalidGroup.NotFound: The security group 'sg-1' does not exist");
}

#[test]
fn the_encoded_authorization_message_is_cut() {
    let message = "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/g/g is not \
                   authorized to perform: ec2:RevokeSecurityGroupIngress. Encoded authorization failure message: ";
    let failure = answered(403, "UnauthorizedOperation", &(message.to_owned() + &"x".repeat(5000)));
    assert_eq!(
        failure.message,
        "UnauthorizedOperation: You are not authorized to perform this operation. User: \
         arn:aws:sts::1:assumed-role/g/g is not authorized to perform: ec2:RevokeSecurityGroupIngress."
    );
    assert_eq!(answered(400, "Odd", &"é".repeat(5000)).message.chars().count(), LONGEST + 1);
}
