//! Putting the entries of a prefix list back, unless somebody has changed it since.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use tierguard::act::{CallError, RestoreError};
use tierguard::look::LookUpError;
use tierguard::plan::RestoreList;

use super::Ec2;
use super::change::refusal;

/// What EC2 makes of a call.
enum Refusal {
    /// The list is on its way from one version to the next (`IncorrectState`), which takes seconds.
    Busy,
    /// It is in another version, or gone.
    Changed,
    /// Anything else.
    Failed(CallError),
}

impl Ec2 {
    /// Makes `call`. A list that is still taking in the change is asked to go back once it has: otherwise the rules that
    /// name it would be revoked for the sake of a moment.
    pub(super) async fn restore_version(&self, call: &RestoreList) -> Result<(), RestoreError> {
        for wait in self.lag.iter().copied() {
            match self.restore_once(call).await {
                Err(Refusal::Busy) => tokio::time::sleep(wait).await,
                done => return self.unless_restored(call, done).await,
            }
        }
        let done = self.restore_once(call).await;
        self.unless_restored(call, done).await
    }

    /// A list that was changed since may have been put back by this very call, whose answer got lost and which the SDK
    /// made once more.
    async fn unless_restored(
        &self,
        call: &RestoreList,
        done: Result<(), Refusal>,
    ) -> Result<(), RestoreError> {
        let Err(Refusal::Changed) = done else { return done.map_err(RestoreError::from) };
        let (live, wanted) =
            tokio::join!(self.entries(call.list(), None), self.entries(call.list(), Some(call.to())));
        match (live, wanted) {
            (Ok(live), Ok(wanted)) if live == wanted => Ok(()),
            // If it was, no rule that names it has to go; the next attempt will find out.
            (Err(LookUpError { message, retryable: true, .. }), _)
            | (_, Err(LookUpError { message, retryable: true, .. })) => {
                Err(CallError { message, retryable: true }.into())
            }
            (_, _) => Err(RestoreError::Changed),
        }
    }

    async fn restore_once(&self, call: &RestoreList) -> Result<(), Refusal> {
        let request = self
            .client
            .restore_managed_prefix_list_version()
            .prefix_list_id(call.list().as_str())
            .previous_version(call.to().0)
            .current_version(call.from().0);
        request.send().await.map(drop).map_err(|error| refused(&error))
    }
}

fn refused<E>(error: &SdkError<E>) -> Refusal
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, error) = refusal(error);
    match code.as_deref() {
        Some("IncorrectState") => Refusal::Busy,
        // EC2 writes the id both ways.
        Some(
            "PrefixListVersionMismatch" | "InvalidPrefixListID.NotFound" | "InvalidPrefixListId.NotFound",
        ) => Refusal::Changed,
        Some(_) | None => Refusal::Failed(error),
    }
}

impl From<Refusal> for RestoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // Busy for longer than a change of its own takes: with somebody else's.
            Refusal::Busy | Refusal::Changed => Self::Changed,
            Refusal::Failed(error) => error.into(),
        }
    }
}
