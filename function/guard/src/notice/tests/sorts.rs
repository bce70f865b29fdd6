//! Anything that can have been handled, as bad as it can be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::act::{Action, Outcome};
use crate::change::{Actor, Event};
use crate::group::{Group, Rule};
use crate::id::{AccountId, EventId, GroupId, GroupKey, GroupName, PrefixListId, Region, RoleArn, RuleId};
use crate::judge::{Code, Finding, Ignored, Judgement, Undecidable, Unsettled, Verdict, Violation};
use crate::look::LookUpError;
use crate::network::Network;
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::{Mode, OnViolation, Reaction, TierName};
use crate::reach::Excess;
use crate::respond::{Announced, Basis, Handled};
use crate::traffic::{Traffic, TrafficSet};
use crate::wire::Malformed;

/// Text: usually short, sometimes endless, made of what is special somewhere.
pub(super) fn text() -> impl Strategy<Value = String> {
    let special = "<>!@#*_~`|[]()&;\"'\\/\n\r\t\u{0}\u{1b}\u{7f}\u{85}\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{ffff}\u{10ffff}…é東:. aA0";
    let character = prop_oneof![3 => select(special.chars().collect::<Vec<_>>()), 1 => any::<char>()];
    (vec(character, 0..24), prop_oneof![8 => Just(1_usize), 1 => Just(40), 1 => Just(2000)])
        .prop_map(|(characters, times)| characters.into_iter().collect::<String>().repeat(times))
}

/// What an identifier takes: visible ASCII.
fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["sg-0123456789abcdef0", "eu-west-1", "111122223333"]).prop_map(str::to_owned),
        "[!-~]{1,255}"
    ]
}

fn peer() -> impl Strategy<Value = Peer> {
    let key = prop_oneof![
        id().prop_map(|id| GroupKey::Id(GroupId::new(&id).unwrap())),
        text().prop_map(|name| GroupKey::Name(GroupName::new(&name))),
    ];
    let owner = option::of(id().prop_map(|id| AccountId::new(&id).unwrap()));
    prop_oneof![
        select(vec![Network::ALL_IPV4, Network::ALL_IPV6]).prop_map(Peer::Network),
        id().prop_map(|id| Peer::PrefixList(PrefixListId::new(&id).unwrap())),
        (owner, key).prop_map(|(owner, group)| Peer::Group(GroupRef { owner, group })),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let traffic = select(vec!["22/tcp", "all", "icmp/3.4", "0-1023/udp", "proto/50"]);
    let direction = select(vec![Direction::Ingress, Direction::Egress]);
    (option::of(id()), direction, traffic, peer(), option::of(text())).prop_map(
        |(id, direction, traffic, peer, description)| Rule {
            id: id.map(|id| RuleId::new(&id).unwrap()),
            permission: Permission { direction, traffic: traffic.parse::<Traffic>().unwrap(), peer },
            description,
        },
    )
}

fn finding() -> impl Strategy<Value = Finding> {
    let code = select(vec![Code::NotAllowed, Code::Denied]);
    let mode = select(vec![Mode::Enforce, Mode::Observe]);
    let on_violation = select(vec![OnViolation::Revoke, OnViolation::Notify]);
    (code, rule(), any::<bool>(), option::of(tier()), text(), mode, on_violation).prop_map(
        |(code, rule, whole, tier, why, mode, on_violation)| {
            let half = TrafficSet::from("443/tcp".parse::<Traffic>().unwrap().interval());
            let allowed = if whole { TrafficSet::empty() } else { half };
            let excess = Excess::of_peer(&rule.permission, &allowed);
            Finding { code, rule, excess, tier, why, reaction: Reaction { mode, on_violation } }
        },
    )
}

fn tier() -> impl Strategy<Value = TierName> {
    text().prop_map(|name| TierName(name.into()))
}

fn look_up_error() -> impl Strategy<Value = LookUpError> {
    (text(), any::<bool>()).prop_map(|(message, retryable)| LookUpError {
        call: "DescribeSecurityGroups",
        message,
        retryable,
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Done),
        Just(Outcome::AlreadyGone),
        Just(Outcome::Withheld),
        (text(), any::<bool>()).prop_map(|(message, retryable)| Outcome::Failed { message, retryable }),
    ]
}

/// Some findings and, for most of their rules, what was done; each many times, with different ids.
fn violation() -> impl Strategy<Value = (Verdict, Vec<Action>)> {
    let unsettled = (rule(), look_up_error()).prop_map(|(rule, cause)| Unsettled { rule, cause });
    let fates = vec((finding(), option::weighted(0.8, outcome())), 1..5);
    (fates, vec(unsettled, 0..3), prop_oneof![8 => Just(1_usize), 1 => Just(60), 1 => Just(400)]).prop_map(
        |(fates, unsettled, times)| {
            let numbered = (0..times).flat_map(|n| {
                fates.iter().map(move |(finding, outcome)| {
                    let id = RuleId::new(&format!("sgr-{n}")).unwrap();
                    let rule = Rule { id: Some(id), ..finding.rule.clone() };
                    (Finding { rule, ..finding.clone() }, outcome.clone())
                })
            });
            let (findings, outcomes): (Vec<_>, Vec<_>) = numbered.unzip();
            let made = findings.iter().zip(outcomes).filter_map(|(finding, outcome)| {
                Some(Action {
                    call: "RevokeSecurityGroupIngress",
                    group: GroupId::new("sg-0").unwrap(),
                    rules: vec![finding.rule.clone()],
                    outcome: outcome?,
                })
            });
            let actions = made.collect();
            (Verdict::Violation(Violation { findings, unsettled }), actions)
        },
    )
}

fn verdict() -> impl Strategy<Value = (Verdict, Vec<Action>)> {
    let undecidable = prop_oneof![
        text().prop_map(|message| Undecidable::Malformed(Malformed::Json { part: "the record", message })),
        Just(Undecidable::Truncated),
        vec(look_up_error(), 0..40).prop_map(Undecidable::LookUpFailed),
    ];
    let quiet = select(vec![Verdict::Compliant, Verdict::Unmanaged, Verdict::Ignored(Ignored::OwnChange)]);
    prop_oneof![
        6 => violation(),
        3 => undecidable.prop_map(|why| (Verdict::Undecidable(why), Vec::new())),
        1 => quiet.prop_map(|verdict| (verdict, Vec::new())),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let actor =
        (option::of(text()), option::of(id()), option::of(text())).prop_map(|(name, role, service)| Actor {
            name,
            role: role.map(|role| RoleArn::new(&role).unwrap()),
            invoked_by: service,
        });
    let ids = (option::of(id()), option::of(id()), option::of(id()));
    let texts = (option::of(text()), option::of(text()), option::of(text()));
    (ids, texts, option::of(-9_999_999_i64..9_999_999), actor).prop_map(
        |((id, account, region), (name, source_ip, user_agent), time, actor)| Event {
            group: None,
            id: id.map(|id| EventId::new(&id).unwrap()),
            account: account.map(|id| AccountId::new(&id).unwrap()),
            region: region.map(|id| Region::new(&id).unwrap()),
            name,
            source_ip,
            user_agent,
            time: time.map(|second| Timestamp::from_second(second).unwrap()),
            actor,
        },
    )
}

pub(super) fn handled() -> impl Strategy<Value = Handled> {
    let key = prop_oneof![
        id().prop_map(|id| GroupKey::Id(GroupId::new(&id).unwrap())),
        text().prop_map(|name| GroupKey::Name(GroupName::new(&name))),
    ];
    let found = (id(), option::of(text())).prop_map(|(id, name)| Group {
        id: GroupId::new(&id).unwrap(),
        owner: None,
        name: name.map(|name| GroupName::new(&name)),
        vpc: None,
        tags: BTreeMap::new(),
    });
    let basis = prop_oneof![Just(Basis::Record), Just(Basis::LiveGroup)];
    (event(), option::of(key), option::of(found), vec(tier(), 0..14), verdict(), basis).prop_map(
        |(event, group, found, tiers, (verdict, actions), basis)| Handled {
            event,
            group,
            found,
            judgement: Judgement { tiers, verdict },
            actions,
            judged: Vec::new(),
            basis,
            handled_at: Timestamp::UNIX_EPOCH,
            announced: Announced::NotNeeded,
        },
    )
}
