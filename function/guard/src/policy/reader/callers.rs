//! Callers by the names that the policy gives them, and the lists that name them.
//!
//! Their names are a name space of their own: what `from` and `to` name is never a caller.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Expected, map, some_texts, texts};
use super::mistake::Mistake;
use super::names::{NameKind, Names, name_mistake};
use super::nearest::nearest;
use super::room::Room;
use crate::policy::diagnostic::{Errors, Quoted};
use crate::policy::yaml::{Entry, Node};
use crate::policy::{Principal, PrincipalName, Principals};

/// The callers under each name.
pub(super) struct Callers<'n> {
    known: BTreeMap<&'n str, Named>,
    /// What is left of it for the lists to come.
    room: Room,
}

/// What a name stands for.
#[derive(Default)]
struct Named {
    callers: Vec<Principal>,
    /// How long their texts are.
    length: usize,
}

const PRINCIPALS: Expected = Expected {
    what: "a mapping of callers by name",
    example: "`principals: { cloud-admins: [\"arn:aws:iam::*:role/CloudAdmin\"] }`",
};
const CALLER: Expected = Expected {
    what: "a caller",
    example: "`cloud-admins: [\"arn:aws:iam::*:role/CloudAdmin\", cloudformation.amazonaws.com]`",
};
const NAMED: Expected =
    Expected { what: "the name of a principal", example: "`[cloud-admins]`, or `[]` for nobody" };

const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];
const SERVICES: [&str; 2] = [".amazonaws.com", ".amazonaws.com.cn"];

impl<'n> Callers<'n> {
    /// The value of `principals`.
    pub(super) fn read(node: Option<&'n Node>, errors: &mut Errors<'_>) -> Self {
        let entries = node.and_then(|node| map(node, &PRINCIPALS, errors)).unwrap_or_default();
        let known = entries.iter().map(|Entry { key, key_span, value }| {
            if let Some(mistake) = principal_name_mistake(key) {
                errors.push(*key_span, &mistake);
            }
            (key.as_str(), named(value, errors))
        });
        Self { known: known.collect(), room: Room::for_callers() }
    }

    /// The value of `editors` or `break-glass`. `names` are those of networks and tiers.
    pub(super) fn list(&mut self, node: &Node, names: &Names<'_>, errors: &mut Errors<'_>) -> Principals {
        let (mut principals, mut seen) = (Principals::default(), BTreeSet::new());
        for (name, span) in texts(node, &NAMED, errors) {
            let Some(Named { callers, length }) = self.known.get(name) else {
                errors.push_with(span, |_| self.unknown(name, names));
                continue;
            };
            if seen.insert(name) && self.room.take(*length, span, errors) {
                principals.names.push(PrincipalName(name.into()));
                principals.callers.extend_from_slice(callers);
            }
        }
        principals
    }

    fn unknown(&self, name: &str, names: &Names<'_>) -> Mistake {
        if is_arn(name) || is_service(name) {
            return Mistake::NamelessCaller { caller: name.into() };
        }
        match names.kind(name) {
            Some(NameKind::Network) => Mistake::NotAPrincipal { name: name.into(), is: "a network" },
            Some(NameKind::Tier) => Mistake::NotAPrincipal { name: name.into(), is: "a tier" },
            None => {
                let nearest = nearest(name, self.known.keys().copied()).map(str::to_owned);
                Mistake::UnknownPrincipal { name: name.into(), nearest }
            }
        }
    }
}

fn principal_name_mistake(name: &str) -> Option<Mistake> {
    if is_arn(name) { Some(Mistake::Name { name: name.into() }) } else { name_mistake(name) }
}

fn named(node: &Node, errors: &mut Errors<'_>) -> Named {
    let mut all = Named::default();
    for (text, span) in some_texts(node, &CALLER, "write a caller, or remove the name", errors) {
        match principal(text) {
            Ok(caller) => all.callers.push(caller),
            Err(mistake) => errors.push(span, &mistake),
        }
        all.length = all.length.saturating_add(text.len());
    }
    all
}

fn principal(text: &str) -> Result<Principal, Mistake> {
    if is_service(text) {
        return Ok(Principal::Service(text.into()));
    }
    check_arn(text).map(|()| Principal::arn(text))
}

/// Whether `text` is the name of an AWS service, as CloudTrail's `invokedBy` has it.
fn is_service(text: &str) -> bool {
    let name = SERVICES.iter().find_map(|end| text.strip_suffix(end));
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    name.is_some_and(|name| name.split('.').all(is_word))
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

/// Whether `text` is a pattern of ARNs of roles, users or root users.
fn check_arn(text: &str) -> Result<(), Mistake> {
    let arn = || Quoted::from(text);
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let &["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return Err(Mistake::NotACaller { caller: arn() });
    };
    if let ("sts", Some(session)) = (service, resource.strip_prefix("assumed-role/")) {
        return Err(session_mistake(text, partition, account, session));
    }
    if service != "iam" || !region.is_empty() {
        return Err(Mistake::NotACaller { caller: arn() });
    }
    if !is_partition(partition) {
        return Err(Mistake::Partition { partition: partition.into() });
    }
    if !is_account(account) {
        return Err(Mistake::ArnAccount { account: account.into() });
    }
    if is_resource(resource) { Ok(()) } else { Err(Mistake::ArnResource { resource: resource.into() }) }
}

/// The role of a session, without the session's name.
fn session_mistake(arn: &str, partition: &str, account: &str, session: &str) -> Mistake {
    let role = session.split('/').next().unwrap_or_default();
    // IAM Identity Center puts its roles under a path, which the ARN of a session does not tell.
    let is_sso = role.starts_with("AWSReservedSSO_");
    let path = if is_sso { "aws-reserved/sso.amazonaws.com/*/" } else { "" };
    let role = format!("arn:{partition}:iam::{account}:role/{path}{role}");
    Mistake::Session { arn: arn.into(), role: Quoted::remedy(&role), is_sso }
}

fn is_partition(text: &str) -> bool {
    let is_pattern = text.contains('*') && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'-' | b'*'));
    PARTITIONS.contains(&text) || is_pattern
}

fn is_account(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let stars = text.bytes().filter(|&byte| byte == b'*').count();
    let is_whole = if stars == 0 { digits == 12 } else { digits <= 12 };
    is_whole && digits.saturating_add(stars) == text.len()
}

/// Whether `text` is `root`, or the path and name of a role or user, of the letters that IAM takes, and `*`.
fn is_resource(text: &str) -> bool {
    let Some(("role" | "user", path)) = text.split_once('/') else { return text == "root" };
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-*".contains(c);
    name.chars().all(is_letter)
        && path.split('/').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic()))
}
