//! Looking up: every call of one round at once, and every page of each call.

mod groups;
mod interfaces;
mod lists;
mod rules;

use std::collections::BTreeMap;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::Filter;
use tierguard::ReadAccount;
use tierguard::facts::FRESH;
use tierguard::group::Group;
use tierguard::id::{GroupId, PrefixListId};
use tierguard::interface::Interface;
use tierguard::look::{Answers, LookUpError, Questions};

use super::Ec2;
use super::convert::Unreadable;
use crate::failure::Failure;

/// The most values that EC2 takes in one filter.
const MOST_VALUES: usize = 200;

impl ReadAccount for Ec2 {
    async fn look(&self, questions: &Questions) -> Answers {
        if let Some(refusal) = self.home.refusal_of(questions) {
            return none_of(questions, &refusal);
        }
        let (groups, named, users, rules, prefix_lists, entries_before, list_states, interfaces) = tokio::join!(
            self.groups_once_seen(&questions.groups),
            self.named(&questions.named),
            self.users_of(questions.users_of.as_ref()),
            self.rules_of(&questions.rules_of),
            self.prefix_lists(&questions.prefix_lists),
            self.entries_at(questions.entries_at.as_ref()),
            self.list_states(&questions.list_states),
            self.interfaces_asked(questions),
        );
        let unseen = groups::unseen(questions, &groups);
        Answers {
            groups,
            unseen,
            named,
            users,
            rules,
            unshown_in: rules::unshown(questions),
            prefix_lists,
            entries_before,
            list_states,
            interfaces,
        }
    }

    async fn all_groups(&self) -> Result<Vec<Group>, LookUpError> {
        self.every_group().await
    }

    async fn all_interfaces(&self) -> Result<Vec<Interface>, LookUpError> {
        self.every_interface().await
    }
}

/// Whether what the event names was there so short a time ago that EC2 may only be slow to show it.
fn is_fresh(questions: &Questions) -> bool {
    questions.age.is_some_and(|age| age < FRESH)
}

/// `error` as the answer to every question.
fn none_of(questions: &Questions, error: &LookUpError) -> Answers {
    let unknown_list = |list: &PrefixListId| (list.clone(), Err(error.clone()));
    let unknown_group = |group: &GroupId| (group.clone(), Err(error.clone()));
    Answers {
        groups: Err(error.clone()),
        unseen: BTreeMap::new(),
        named: Err(error.clone()),
        users: Err(error.clone()),
        rules: questions.rules_of.iter().map(unknown_group).collect(),
        unshown_in: BTreeMap::new(),
        prefix_lists: questions.prefix_lists.iter().map(unknown_list).collect(),
        entries_before: questions.entries_at.as_ref().map(|_| Err(error.clone())),
        list_states: questions.list_states.iter().map(|list| (list.clone(), Err(error.clone()))).collect(),
        interfaces: Err(error.clone()),
    }
}

/// One page of an answer, and the token of the next.
struct Page<T> {
    items: Option<Vec<T>>,
    next: Option<String>,
}

impl Ec2 {
    /// Every item of an answer: `ask` asks for the page with a token, the first with none.
    async fn pages<T, F>(&self, ask: impl Fn(Option<String>) -> F) -> Result<Vec<T>, LookUpError>
    where
        F: Future<Output = Result<Page<T>, LookUpError>>,
    {
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            self.pace.read().await;
            let page = ask(token).await?;
            found.extend(page.items.unwrap_or_default());
            token = page.next.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}

fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// `text` as a filter value that stands for nothing but itself: EC2 takes `*` and `?` in one as wildcards, and a
/// backslash before them as an escape.
fn literal(text: &str) -> String {
    let escaped = |letter| [matches!(letter, '*' | '?' | '\\').then_some('\\'), Some(letter)];
    text.chars().flat_map(escaped).flatten().collect()
}

fn failed<E>(call: &'static str) -> impl Fn(SdkError<E>) -> LookUpError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    move |error| Failure::of(&error).into_look_up_error(call)
}

fn unreadable(call: &'static str) -> impl Fn(Unreadable) -> LookUpError {
    move |error| LookUpError { call, message: error.to_string(), retryable: false }
}

/// What is not to be seen of a fresh event.
fn unseen(call: &'static str, what: impl std::fmt::Display) -> LookUpError {
    let message = format!("{what} is not to be seen, but it may only be slow to show");
    LookUpError { call, message, retryable: true }
}

#[cfg(test)]
mod tests;
