//! The AWS services that the function calls: how each names a call, and how it says that it will not do it.
//!
//! Sources: the EC2, SNS and `DynamoDB` API references, "Common errors"; Smithy, "AWS query", "EC2 query" and "AWS JSON".

use serde_json::json;

use crate::http::{Request, Response};

/// A service, told by the protocol that it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// EC2.
    Ec2,
    /// SNS.
    Sns,
    /// `DynamoDB`, and whatever else speaks JSON and names its calls in `X-Amz-Target`.
    Json,
}

/// How to refuse a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuse {
    /// The status of the answer: 5xx for a server that is down, 4xx for one that declines.
    pub status: u16,
    /// The error code.
    pub code: String,
}

impl Service {
    /// The service that `request` is for, and the name of the call.
    #[must_use]
    pub fn call(request: &Request) -> (Self, String) {
        if let Some(target) = request.header("x-amz-target") {
            return (Self::Json, target.rsplit('.').next().unwrap_or(target).to_owned());
        }
        let form = request.text();
        let action = form.split('&').find_map(|field| field.strip_prefix("Action=")).unwrap_or("?");
        (if action == "Publish" { Self::Sns } else { Self::Ec2 }, action.to_owned())
    }

    /// Too many calls.
    pub(crate) fn throttling(self) -> Refuse {
        match self {
            Self::Ec2 => Refuse::new(503, "RequestLimitExceeded"),
            Self::Sns => Refuse::new(400, "Throttling"),
            Self::Json => Refuse::new(400, "ThrottlingException"),
        }
    }

    /// An error of the service's own.
    pub(crate) fn failing(self) -> Refuse {
        match self {
            Self::Ec2 | Self::Sns => Refuse::new(500, "InternalError"),
            Self::Json => Refuse::new(500, "InternalServerError"),
        }
    }

    /// Credentials that have expired.
    pub(crate) fn expired(self) -> Refuse {
        match self {
            Self::Ec2 => Refuse::new(400, "RequestExpired"),
            Self::Sns => Refuse::new(403, "ExpiredToken"),
            Self::Json => Refuse::new(400, "ExpiredTokenException"),
        }
    }

    /// Credentials that nobody knows.
    pub(crate) fn unknown(self) -> Refuse {
        match self {
            Self::Ec2 => Refuse::new(401, "AuthFailure"),
            Self::Sns => Refuse::new(403, "InvalidClientTokenId"),
            Self::Json => Refuse::new(400, "UnrecognizedClientException"),
        }
    }
}

impl Refuse {
    /// A refusal with this status and this code.
    #[must_use]
    pub fn new(status: u16, code: &str) -> Self {
        Self { status, code: code.to_owned() }
    }

    /// The error in the shape of `service`.
    pub(crate) fn response(&self, service: Service) -> Response {
        let Self { status, code } = self;
        let error = format!(
            "<Error><Type>Sender</Type><Code>{code}</Code><Message>refused by the test</Message></Error>"
        );
        match service {
            Service::Ec2 => {
                let body = format!("<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>");
                Response::new(*status, "text/xml", &body)
            }
            Service::Sns => {
                let body = format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>");
                Response::new(*status, "text/xml", &body)
            }
            Service::Json => {
                let body =
                    json!({"__type": format!("com.amazonaws#{code}"), "message": "refused by the test"});
                Response::new(*status, "application/x-amz-json-1.0", &body.to_string())
            }
        }
    }
}
