//! Makes one call, and sorts its rules by how they fared.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{Action, AuthorizeError, ChangeAccount, Outcome, RestoreError, RevokeError, Revoked, Target};
use crate::group::Rule;
use crate::id::GroupId;
use crate::permission::Permission;
use crate::plan::{Authorize, Call, Making, Patience, RestoreList, Revoke, SetGroups};
use crate::policy::Mode;

/// A call that takes something away, when it is known what was `added`.
pub(super) async fn removal(call: &Call, added: &[Action], account: &impl ChangeAccount) -> Vec<Action> {
    match call {
        Call::Revoke(call) => match held_back(call, added) {
            Some(outcome) => {
                vec![rules_of(call.name(), call.group(), call.rules().to_vec(), outcome)]
            }
            None => revoke(call, account).await,
        },
        Call::RestoreList(call) => restore(call, account).await,
        Call::SetGroups(call) => vec![set_groups(call, account).await],
    }
}

pub(super) async fn authorize(call: &Authorize, account: &impl ChangeAccount) -> Vec<Action> {
    let all = |outcome| vec![rules_of(call.name(), call.group(), call.rules().to_vec(), outcome)];
    match call.making() {
        Making::Withhold => return all(Outcome::Withheld),
        Making::NoRoom => return all(Outcome::NoRoom),
        Making::Make => {}
    }
    match account.authorize(call).await {
        Ok(()) => all(Outcome::Done),
        // One rule that is there keeps the others of the call from being added.
        Err(AuthorizeError::Duplicate) if call.rules().len() > 1 => {
            let alone: Vec<_> = call.one_by_one().collect();
            let outcomes = join_all(alone.iter().map(async |call| match account.authorize(call).await {
                Ok(()) => Outcome::Done,
                Err(error) => error.into(),
            }))
            .await;
            grouped(call.name(), call.group(), call.rules().iter().cloned().zip(outcomes))
        }
        Err(error) => all(error.into()),
    }
}

/// How a call fares that has to wait for the next attempt.
fn held_back(call: &Revoke, added: &[Action]) -> Option<Outcome> {
    let is_of_call = |action: &&Action| match &action.target {
        Target::Rules { group, rules } => {
            group == call.group() && rules.iter().all(|rule| rule.permission.direction == call.direction())
        }
        Target::PrefixList(_) | Target::Interface { .. } => false,
    };
    let why = |action: &Action| match &action.outcome {
        Outcome::Failed { message, retryable: true } => Some(message.clone()),
        Outcome::Failed { .. }
        | Outcome::Done
        | Outcome::AlreadyGone
        | Outcome::AlreadyThere
        | Outcome::Withheld
        | Outcome::NoRoom => None,
    };
    let why = added.iter().filter(is_of_call).find_map(why);
    let why = why.filter(|_| call.patience() == Patience::UntilAdded)?;
    let message =
        format!("left to the next attempt, because what is allowed of it could not be added: {why}");
    Some(Outcome::Failed { message, retryable: true })
}

async fn revoke(call: &Revoke, account: &impl ChangeAccount) -> Vec<Action> {
    let all = |outcome| vec![rules_of(call.name(), call.group(), call.rules().to_vec(), outcome)];
    if call.mode() == Mode::Observe {
        return all(Outcome::Withheld);
    }
    match account.revoke(call).await {
        Ok(revoked) => sorted(call, &revoked.unknown),
        // One missing rule keeps the others of the call from being revoked.
        Err(RevokeError::NotThere) if call.rules().len() > 1 => {
            let alone: Vec<_> = call.one_by_one().collect();
            let outcomes = join_all(alone.iter().map(|call| revoke_one(call, account))).await;
            grouped(call.name(), call.group(), call.rules().iter().cloned().zip(outcomes))
        }
        Err(error) => all(error.into()),
    }
}

async fn revoke_one(call: &Revoke, account: &impl ChangeAccount) -> Outcome {
    match account.revoke(call).await {
        Ok(Revoked { unknown }) if unknown.is_empty() => Outcome::Done,
        Ok(Revoked { .. }) => Outcome::AlreadyGone,
        Err(error) => error.into(),
    }
}

/// Puts a prefix list back; if EC2 refuses, the rules that name it go.
async fn restore(call: &RestoreList, account: &impl ChangeAccount) -> Vec<Action> {
    let target = Target::PrefixList(call.list().clone());
    let action = |outcome| Action { call: call.name(), target: target.clone(), outcome };
    if call.mode() == Mode::Observe {
        return vec![action(Outcome::Withheld)];
    }
    match account.restore_list(call).await {
        Ok(()) => vec![action(Outcome::Done)],
        // The next attempt may put it back, and then no rule has to go.
        Err(RestoreError::Failed(error)) if error.retryable => vec![action(error.into())],
        Err(error) => {
            let instead = join_all(call.otherwise().iter().map(|call| revoke(call, account))).await;
            // Whether trying again can help, the calls that were made instead tell.
            let refused = Outcome::Failed { message: error.to_string(), retryable: false };
            [action(refused)].into_iter().chain(instead.concat()).collect()
        }
    }
}

async fn set_groups(call: &SetGroups, account: &impl ChangeAccount) -> Action {
    let outcome = match call.mode() {
        Mode::Observe => Outcome::Withheld,
        Mode::Enforce => match account.set_groups(call).await {
            Ok(()) => Outcome::Done,
            Err(error) => error.into(),
        },
    };
    let target = Target::Interface { interface: call.interface().clone(), groups: call.groups().clone() };
    Action { call: call.name(), target, outcome }
}

fn sorted(call: &Revoke, unknown: &[Permission]) -> Vec<Action> {
    let unknown: BTreeSet<_> = unknown.iter().collect();
    let outcome = |rule: &Rule| {
        if unknown.contains(&rule.permission) { Outcome::AlreadyGone } else { Outcome::Done }
    };
    grouped(call.name(), call.group(), call.rules().iter().map(|rule| (rule.clone(), outcome(rule))))
}

/// One action for each different outcome.
fn grouped(call: &'static str, group: &GroupId, fared: impl Iterator<Item = (Rule, Outcome)>) -> Vec<Action> {
    let mut sorted: Vec<(Outcome, Vec<Rule>)> = Vec::new();
    for (rule, outcome) in fared {
        match sorted.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, rules)) => rules.push(rule),
            None => sorted.push((outcome, vec![rule])),
        }
    }
    sorted.into_iter().map(|(outcome, rules)| rules_of(call, group, rules, outcome)).collect()
}

fn rules_of(call: &'static str, group: &GroupId, rules: Vec<Rule>, outcome: Outcome) -> Action {
    Action { call, target: Target::Rules { group: group.clone(), rules }, outcome }
}
