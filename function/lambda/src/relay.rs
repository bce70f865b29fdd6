//! Handing a sweep that has no time left to the next invocation: as a message to a topic to which the function itself is
//! subscribed.

use std::future::Future;

use aws_sdk_sns::Client;
use tierguard::notice::PublishError;
use tierguard::sweep::Sweep;

use crate::arn::TopicArn;
use crate::config::SWEEPS;
use crate::failure::Failure;
use crate::order;
use crate::proof::Proof;

/// Hands a sweep on.
pub trait PassOn {
    /// Hands `rest` to another invocation.
    ///
    /// # Errors
    /// When nobody takes it.
    fn pass_on(&self, rest: &Sweep) -> impl Future<Output = Result<(), PublishError>> + Send;
}

/// The topic by which sweeps are handed on.
#[derive(Debug, Clone)]
pub struct Relay {
    client: Client,
    arn: TopicArn,
    proof: Option<Proof>,
}

/// SNS takes 256 KB, and Lambda as much of what SNS makes of it: the message once more as a JSON string, and about 2 KB
/// around it.
const LONGEST: usize = 250_000;

impl Relay {
    /// The topic `arn`, through a client of its Region.
    #[must_use]
    pub const fn new(client: Client, arn: TopicArn) -> Self {
        Self { client, arn, proof: None }
    }

    /// The same, which proves that what it hands on is the function's own.
    #[must_use]
    pub fn proving(self, proof: Option<Proof>) -> Self {
        Self { proof, ..self }
    }
}

impl PassOn for Relay {
    async fn pass_on(&self, rest: &Sweep) -> Result<(), PublishError> {
        let message = message(rest.clone(), self.proof.as_ref())
            .map_err(|error| PublishError { message: error.to_string() })?;
        let call = self.client.publish().topic_arn(self.arn.to_string()).message(message);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::of(&error).into()),
        }
    }
}

impl PassOn for Option<Relay> {
    async fn pass_on(&self, rest: &Sweep) -> Result<(), PublishError> {
        match self {
            Some(relay) => relay.pass_on(rest).await,
            None => Err(PublishError { message: format!("{SWEEPS} is not set, so nobody can go on") }),
        }
    }
}

/// The order to go on with `rest`, with as many lines of its digest as fit; the counts are kept whatever is left out.
fn message(mut rest: Sweep, proof: Option<&Proof>) -> serde_json::Result<String> {
    loop {
        let message = order::write(&rest, proof)?;
        let lines = rest.digest.lines.len();
        if lines == 0 || serde_json::to_string(&message)?.len() <= LONGEST {
            return Ok(message);
        }
        rest.digest.lines.truncate(lines / 2);
    }
}

#[cfg(test)]
mod tests {
    use tierguard::id::GroupId;
    use tierguard::sweep::{Digest, Fared, Line, Wrong};

    use super::*;
    use crate::testing::server::Server;
    use crate::testing::sns;

    const ARN: &str = "arn:aws:sns:eu-west-1:111122223333:sweeps";

    fn rest(lines: usize, why: &str) -> Sweep {
        let line = Line {
            group: GroupId::new("sg-1").unwrap(),
            name: Some("web".to_owned()),
            wrong: Wrong::Forbidden,
            rule: "22/tcp from 0.0.0.0/0".to_owned(),
            why: why.to_owned(),
            outcome: Fared::Done,
        };
        let digest = Digest { forbidden: lines, lines: vec![line; lines], ..Digest::default() };
        Sweep { after: GroupId::new("sg-50").ok(), digest }
    }

    fn relay(server: &Server) -> Relay {
        Relay::new(sns(server), ARN.parse().unwrap())
    }

    #[tokio::test]
    async fn the_rest_is_published_as_an_order() {
        let server = Server::start(|_| (200, "<PublishResult/>".to_owned()));
        relay(&server).pass_on(&rest(2, "tiers.web.ingress")).await.unwrap();
        let sent = server.requests().pop().unwrap();
        assert_eq!((sent["Action"].as_str(), sent["TopicArn"].as_str()), ("Publish", ARN));
        assert_eq!(order::read(&sent["Message"], None), Some(rest(2, "tiers.web.ingress")));
    }

    #[tokio::test]
    async fn what_sns_refuses_is_told() {
        let refusal = "<ErrorResponse><Error><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>";
        let server = Server::start(move |_| (403, refusal.to_owned()));
        let error = relay(&server).pass_on(&rest(1, "")).await.unwrap_err();
        assert_eq!(error.to_string(), "AuthorizationError: no");
    }

    #[tokio::test]
    async fn without_a_topic_nobody_goes_on() {
        let error = None::<Relay>.pass_on(&rest(1, "")).await.unwrap_err();
        assert_eq!(error.to_string(), "TIERGUARD_SWEEP_TOPIC_ARN is not set, so nobody can go on");
    }

    /// As many lines as a digest holds, each longer than any can be, and every letter twice as long once SNS has put the
    /// message into its envelope.
    #[test]
    fn a_digest_that_is_too_long_loses_lines_but_no_counts() {
        let message = message(rest(200, &"\"".repeat(2000)), None).unwrap();
        assert!(serde_json::to_string(&message).unwrap().len() <= LONGEST);
        let digest = order::read(&message, None).unwrap().digest;
        assert_eq!((digest.forbidden, digest.lines.len()), (200, 25));
    }
}
