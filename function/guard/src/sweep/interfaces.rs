//! The second part of a sweep: which tiers meet on interfaces.

use super::{Sweep, Sweeper};
use crate::act::{ChangeAccount, act};
use crate::change::InterfaceKey;
use crate::facts::Facts;
use crate::interface::Interface;
use crate::judge::{Mixture, Verdict, judge};
use crate::look::{Answers, LookUpError, Questions, ReadAccount};
use crate::memory::Remember;
use crate::notice::Publish;
use crate::plan::plan;

/// How many interfaces are looked at once more, and mended, between two looks at the clock.
const BATCH: usize = 10;

impl Sweeper<'_> {
    /// Judges all interfaces, if the policy says anything of them; where to go on, and why not, if it cannot.
    pub(super) async fn interfaces<P>(
        &mut self,
        ports: &P,
        has_time: &impl Fn() -> bool,
    ) -> (Option<Sweep>, Option<LookUpError>)
    where
        P: ReadAccount + ChangeAccount + Publish + Remember + Sync,
    {
        if self.policy.interfaces.is_none() {
            return (None, None);
        }
        let suspects = match ports.all_interfaces().await {
            Ok(interfaces) => self.suspects(interfaces),
            Err(error) => return (None, Some(error)),
        };
        for batch in suspects.chunks(BATCH) {
            if !has_time() {
                return (Some(self.rest()), None);
            }
            let done = self.mend(batch, ports).await;
            self.note(ports).await;
            if let Err(error) = done {
                return (None, Some(error));
            }
        }
        (None, None)
    }

    /// Looks at `suspects` once more, and mends them: the list, and the tags of the groups, may be minutes old.
    async fn mend<P>(&mut self, suspects: &[Interface], ports: &P) -> Result<(), LookUpError>
    where
        P: ReadAccount + ChangeAccount + Sync,
    {
        let key = |interface: &Interface| InterfaceKey::Id(interface.id.clone());
        let questions = Questions {
            interfaces: suspects.iter().map(key).collect(),
            groups: suspects.iter().flat_map(|interface| interface.groups.clone()).collect(),
            ..self.questions()
        };
        let answers: Answers = ports.look(&questions).await;
        let interfaces = answers.interfaces.clone()?;
        let facts = Facts::about(Vec::new(), self.home.account.clone(), answers, self.known.at);
        let facts = facts.with_interfaces(interfaces);
        let judgement = judge(&self.policy, &facts);
        let actions = act(&plan(&facts, &judgement.verdict), ports).await;
        self.digest.add(0, &facts, &judgement, &actions);
        Ok(())
    }

    /// Those of `interfaces` on which tiers meet that may not.
    fn suspects(&self, interfaces: Vec<Interface>) -> Vec<Interface> {
        match judge(&self.policy, &self.known.with_interfaces(interfaces)).verdict {
            Verdict::Violation(violation) => {
                violation.mixtures.into_iter().map(|Mixture { interface, .. }| interface).collect()
            }
            Verdict::Compliant | Verdict::Ignored(_) | Verdict::Unmanaged | Verdict::Undecidable(_) => {
                Vec::new()
            }
        }
    }
}
