//! What a sweep would say, group by group. Nothing is done about it, and nobody is told.

use jiff::Timestamp;

use super::{Digest, Home, Sweeper};
use crate::facts::Facts;
use crate::group::{Group, Rule};
use crate::judge::{Judgement, Undecidable, Verdict, judge};
use crate::look::{LookUpError, ReadAccount};
use crate::respond::Guard;

/// Every group of an account, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The groups, in the order of their ids.
    pub groups: Vec<Audited>,
    /// All interfaces together; unmanaged where the policy says nothing of interfaces.
    pub interfaces: Judgement,
    /// What was known of the account: all groups, and each prefix list that decides about a rule.
    pub known: Facts,
}

/// A group, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// The group.
    pub group: Group,
    /// All of its rules; none of a group that the policy says nothing about.
    pub rules: Vec<Rule>,
    /// What is to be said of them.
    pub judgement: Judgement,
}

impl Guard {
    /// Judges all groups and interfaces of `home` as a sweep at the instant `now` would.
    ///
    /// # Errors
    /// When a look-up fails that every judgement needs.
    pub async fn audit<P>(&self, home: &Home, ports: &P, now: Timestamp) -> Result<Audit, LookUpError>
    where
        P: ReadAccount + Sync,
    {
        let mut groups = ports.all_groups().await?;
        groups.sort_by(|one, other| one.id.cmp(&other.id));
        let mut sweeper = Sweeper::new(self.policy.clone(), home, &groups, now, Digest::default());
        let mut audited = Vec::with_capacity(groups.len());
        for group in groups {
            audited.push(sweeper.audit(group, ports).await?);
        }
        let interfaces = match &self.policy.interfaces {
            Some(_) => ports.all_interfaces().await?,
            None => Vec::new(),
        };
        let interfaces = judge(&self.policy, &sweeper.known.with_interfaces(interfaces));
        Ok(Audit { groups: audited, interfaces, known: sweeper.known })
    }
}

impl Sweeper<'_> {
    async fn audit<P>(&mut self, group: Group, ports: &P) -> Result<Audited, LookUpError>
    where
        P: ReadAccount + Sync,
    {
        let (facts, unknown) = self.look_at(&[&group], ports).await?;
        // A group is judged in its own account, as an event about it would be.
        let account = self.home.account.clone().or_else(|| group.owner.clone());
        let facts = facts.in_account(account);
        let judgement = if unknown.is_empty() {
            judge(&self.policy, &facts)
        } else {
            let tiers = self.policy.tiers_of(&group).map(|tier| tier.name.clone()).collect();
            Judgement { tiers, ..Verdict::Undecidable(Undecidable::LookUpFailed(unknown)).into() }
        };
        let rules = facts.subjects.into_iter().flat_map(|subject| subject.rules).collect();
        Ok(Audited { group, rules, judgement })
    }
}
