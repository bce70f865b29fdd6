//! Callers that a policy names, and whether a call was one of theirs.

use std::collections::BTreeSet;
use std::fmt;

use super::NamePattern;
use crate::change::Actor;

/// One caller, or several alike, as a policy names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The ARN of a role, a user or an account's root user, cut at the first five `:`, and at each `/` after them: a
    /// path may hold more `:`. A `*` stands for any text within one segment.
    Arn(Vec<NamePattern>),
    /// An AWS service by its name, `cloudformation.amazonaws.com`: whoever it calls for.
    Service(Box<str>),
}

/// The name under which a policy lists callers. These names have a name space of their own: a network or a tier may
/// have the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalName(pub(crate) Box<str>);

/// Callers, by the names that the policy gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principals {
    /// The names, in the order in which they are written.
    pub names: Vec<PrincipalName>,
    /// All callers under these names.
    pub callers: Vec<Principal>,
}

impl Principal {
    /// The pattern of ARNs that `text` is.
    #[must_use]
    pub fn arn(text: &str) -> Self {
        Self::Arn(segments(text).map(|segment| NamePattern(segment.into())).collect())
    }

    /// Whether it is everybody of a kind: every role, or every user, of an account or of all.
    pub(crate) fn is_everybody(&self) -> bool {
        match self {
            Self::Arn(pattern) => {
                let named = pattern.get(ARN_PARTS..).unwrap_or_default();
                !named.is_empty()
                    && named
                        .iter()
                        .all(|segment| !segment.0.is_empty() && segment.0.chars().all(|c| c == '*'))
            }
            Self::Service(_) => false,
        }
    }

    /// Whether `actor` is one of those that this names. A role is known by its own ARN, from `sessionIssuer`, and by
    /// nothing that a session can choose. A `*` never stands for the root user.
    #[must_use]
    pub fn is(&self, actor: &Actor) -> bool {
        match self {
            Self::Arn(pattern) => actor.identity().is_some_and(|arn| is_match(pattern, arn)),
            Self::Service(name) => actor.invoked_by.as_deref() == Some(name),
        }
    }
}

impl Principals {
    /// Whether `actor` is one of them.
    #[must_use]
    pub fn include(&self, actor: &Actor) -> bool {
        self.callers.iter().any(|caller| caller.is(actor))
    }
}

fn segments(arn: &str) -> impl Iterator<Item = &str> {
    arn.splitn(ARN_PARTS, ':').flat_map(|part| part.split('/'))
}

fn is_match(pattern: &[NamePattern], arn: &str) -> bool {
    let found: Vec<_> = segments(arn).collect();
    let is_root = |segment: &str| segment == ROOT;
    let names_root = pattern.last().is_some_and(|last| is_root(&last.0));
    found.len() == pattern.len()
        && pattern.iter().zip(&found).all(|(pattern, segment)| pattern.matches(segment))
        && (names_root || !found.last().is_some_and(|last| is_root(last)) || found.len() != ROOT_SEGMENTS)
}

/// `arn`, the partition, the service, the Region (empty for IAM), the account and what it is.
const ARN_PARTS: usize = 6;

/// The last segment of a root user's ARN, `arn:aws:iam::111122223333:root`.
const ROOT: &str = "root";
const ROOT_SEGMENTS: usize = ARN_PARTS;

impl fmt::Display for PrincipalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// `cloud-admins, incident`.
impl fmt::Display for Principals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut seen = BTreeSet::new();
        let names = self.names.iter().filter(|name| seen.insert(*name));
        for (n, name) in names.enumerate() {
            let before = if n == 0 { "" } else { ", " };
            write!(f, "{before}{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{RoleArn, UserArn};

    fn role(arn: &str) -> Actor {
        Actor { role: RoleArn::new(arn).ok(), ..Actor::default() }
    }

    fn user(arn: &str) -> Actor {
        Actor { user: UserArn::new(arn).ok(), ..Actor::default() }
    }

    #[test]
    fn a_role_is_known_by_its_arn() {
        let admin = "arn:aws:iam::111122223333:role/CloudAdmin";
        let deep = "arn:aws:iam::111122223333:role/team/a/CloudAdmin";
        for (pattern, arn, is) in [
            (admin, admin, true),
            ("arn:aws:iam::*:role/CloudAdmin", admin, true),
            ("arn:aws:iam::1111*:role/Cloud*", admin, true),
            ("arn:*:iam::*:role/*", admin, true),
            ("arn:aws:iam::*:role/CloudAdmin", "arn:aws-cn:iam::111122223333:role/CloudAdmin", false),
            ("arn:aws:iam::*:role/CloudAdmin", "arn:aws:iam::111122223333:role/CloudAdmin2", false),
            ("arn:aws:iam::*:role/CloudAdmin", "arn:aws:iam::111122223333:role/cloudadmin", false),
            ("arn:aws:iam::444455556666:role/CloudAdmin", admin, false),
            // A `*` is within one segment: a path is not matched by a name, nor a name by a path.
            ("arn:aws:iam::*:role/*", deep, false),
            ("arn:aws:iam::*:role/*/CloudAdmin", deep, false),
            ("arn:aws:iam::*:role/*/*/CloudAdmin", deep, true),
            ("arn:aws:iam::*:role/team/a/CloudAdmin", deep, true),
            // IAM takes a `:` in a path: it is no border there.
            (
                "arn:aws:iam::*:role/team/a/CloudAdmin",
                "arn:aws:iam::111122223333:role/team:a/CloudAdmin",
                false,
            ),
            ("arn:aws:iam::*:role/*/CloudAdmin", "arn:aws:iam::111122223333:role/team:a/CloudAdmin", true),
        ] {
            assert_eq!(Principal::arn(pattern).is(&role(arn)), is, "{pattern} {arn}");
        }
    }

    #[test]
    fn a_user_is_not_a_role_and_root_is_only_root() {
        let alice = "arn:aws:iam::111122223333:user/path/alice";
        let root = "arn:aws:iam::111122223333:root";
        for (pattern, arn, is) in [
            (alice, alice, true),
            ("arn:aws:iam::*:user/path/*", alice, true),
            ("arn:aws:iam::*:role/path/*", alice, false),
            (root, root, true),
            ("arn:aws:iam::*:root", root, true),
            ("arn:aws:iam::444455556666:root", root, false),
            ("arn:aws:iam::111122223333:*", root, false),
            ("arn:*:iam::*:*", root, false),
            ("arn:aws:iam::*:user/root", root, false),
            ("arn:aws:iam::*:user/*", "arn:aws:iam::111122223333:user/root", true),
        ] {
            assert_eq!(Principal::arn(pattern).is(&user(arn)), is, "{pattern} {arn}");
        }
    }

    #[test]
    fn nothing_that_a_session_can_choose_names_its_caller() {
        let arn = "arn:aws:iam::111122223333:role/CloudAdmin";
        let named = Actor { name: Some(arn.to_owned()), ..Actor::default() };
        assert!(!Principal::arn(arn).is(&named));
        assert!(!Principal::arn(arn).is(&Actor::default()));
        let both = Actor { user: UserArn::new("arn:aws:iam::111122223333:user/a").ok(), ..role(arn) };
        assert!(Principal::arn(arn).is(&both));
        assert!(!Principal::arn("arn:aws:iam::*:user/a").is(&both));
    }

    #[test]
    fn a_service_is_known_by_its_name() {
        let service = Principal::Service("cloudformation.amazonaws.com".into());
        let arn = "arn:aws:iam::111122223333:role/CloudAdmin";
        let invoked_by = |name: &str| Actor { invoked_by: Some(name.to_owned()), ..role(arn) };
        assert!(service.is(&invoked_by("cloudformation.amazonaws.com")));
        assert!(!service.is(&invoked_by("eks.amazonaws.com")));
        assert!(!service.is(&role(arn)));
    }

    #[test]
    fn one_of_them_is_enough_and_each_name_is_told_once() {
        let name = |name: &str| PrincipalName(name.into());
        let principals = Principals {
            names: vec![name("cloud-admins"), name("incident"), name("cloud-admins")],
            callers: ["arn:aws:iam::*:role/A", "arn:aws:iam::*:role/B"].map(Principal::arn).into(),
        };
        assert!(principals.include(&role("arn:aws:iam::111122223333:role/B")));
        assert!(!principals.include(&role("arn:aws:iam::111122223333:role/C")));
        assert!(!Principals::default().include(&role("arn:aws:iam::111122223333:role/B")));
        assert_eq!(principals.to_string(), "cloud-admins, incident");
    }
}
