//! The live account through the EC2 API.
//!
//! Chooses nothing: what is asked and what is changed comes from the guard. It knows EC2's shapes, its pages, its
//! delay in showing what has changed, its error codes, and how fast it may be called.

mod authorize;
mod change;
mod convert;
mod interfaces;
mod look;
mod pace;
mod restore;
mod revoke;

use std::time::Duration;

use aws_sdk_ec2::Client;
use tierguard::id::{AccountId, Region};
use tierguard::look::{LookUpError, Questions};

pub use self::convert::Unreadable;
use self::pace::Pace;

/// EC2 shows a change to readers seconds late at times. If what an event names is not to be seen, it is asked for again
/// after these waits.
const LAG: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// The security groups of one account in one Region, and what bears on who may reach what through them.
#[derive(Debug, Clone)]
pub struct Ec2 {
    client: Client,
    home: Home,
    lag: Vec<Duration>,
    pace: Pace,
}

/// Where the function watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl Ec2 {
    /// The account and Region of `home`, through a client of the same.
    #[must_use]
    pub fn new(client: Client, home: Home) -> Self {
        Self { client, home, lag: LAG.to_vec(), pace: Pace::free() }
    }

    /// The same, but what is not to be seen is asked for again after these waits.
    #[must_use]
    pub fn with_lag(self, lag: [Duration; 3]) -> Self {
        Self { lag: lag.to_vec(), ..self }
    }

    /// The same for a sweep: held under the rates at which EC2 refills what it lets an account call, so that nothing
    /// else in the account has to wait; and what it does not see is gone, since no event says that it is new.
    #[must_use]
    pub fn paced(&self) -> Self {
        Self { pace: Pace::of_sweep(), lag: Vec::new(), ..self.clone() }
    }

    /// Where it is.
    #[must_use]
    pub const fn home(&self) -> &Home {
        &self.home
    }
}

impl Home {
    /// Why `questions` cannot be answered here: they are about an account or a Region that is not this one.
    fn refusal_of(&self, questions: &Questions) -> Option<LookUpError> {
        let Self { account, region } = self;
        let message = match (&questions.region, &questions.account) {
            (Some(theirs), _) if theirs != region => {
                format!("the event is from Region {theirs}, this function watches {region}")
            }
            (_, Some(theirs)) if theirs != account => {
                format!("the event is from account {theirs}, this function watches {account}")
            }
            (_, _) => return None,
        };
        Some(LookUpError { call: "DescribeSecurityGroups", message, retryable: false })
    }
}
