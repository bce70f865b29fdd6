//! Anything that can have been handled, as bad as it can be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::act::{Action, Outcome, Target};
use crate::change::{Actor, Event, ListVersion, Vouching};
use crate::dispute::{Dispute, Disputes, Matter, Revert, Stage, Undone};
use crate::group::{Group, Rule};
use crate::id::{
    AccountId, EventId, GroupId, GroupKey, GroupName, InstanceId, InterfaceId, PrefixListId, Region, RoleArn,
    RuleId, VpcId,
};
use crate::interface::{Interface, IsPrimary};
use crate::judge::{
    Code, Finding, Hindrance, Ignored, Judgement, Keep, ListUndo, Missing, Mixture, Remark, Trespass,
    Undecidable, Unsettled, Verdict, Violation,
};
use crate::look::LookUpError;
use crate::network::Network;
use crate::permission::{Direction, GroupRef, Peer, Permission};
use crate::policy::{Mode, OnMixture, OnViolation, PrincipalName, Principals, Reaction, TierName};
use crate::reach::Excess;
use crate::respond::{Announced, Basis, Handled};
use crate::sweep::{Digest, Disputed, Fared, Line, Sweep, Swept, Wrong};
use crate::tell::Standing;
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
        // Short enough for a number after it.
        "[!-~]{1,250}"
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

fn group_id() -> impl Strategy<Value = GroupId> {
    prop_oneof![
        6 => select(vec!["sg-0", "sg-1"]).prop_map(str::to_owned),
        1 => id(),
    ]
    .prop_map(|id| GroupId::new(&id).unwrap())
}

fn reaction() -> impl Strategy<Value = Reaction> {
    let mode = select(vec![Mode::Enforce, Mode::Observe]);
    let on_violation = select(vec![OnViolation::Revoke, OnViolation::Narrow, OnViolation::Notify]);
    (mode, on_violation).prop_map(|(mode, on_violation)| Reaction { mode, on_violation })
}

fn keep() -> impl Strategy<Value = Keep> {
    prop_oneof![
        Just(Keep::Nothing),
        vec(rule().prop_map(|rule| rule.permission), 0..20).prop_map(Keep::Parts),
        Just(Keep::TooMany),
    ]
}

fn finding() -> impl Strategy<Value = Finding> {
    let code = select(vec![Code::NotAllowed, Code::Denied, Code::Editor]);
    let about = (group_id(), rule(), any::<bool>(), option::of(tier()), text());
    (code, about, reaction(), keep()).prop_map(|(code, (group, rule, whole, tier, why), reaction, keep)| {
        let half = TrafficSet::from("443/tcp".parse::<Traffic>().unwrap().interval());
        let allowed = if whole { TrafficSet::empty() } else { half };
        let excess = Excess::of_peer(&rule.permission, &allowed);
        Finding { code, group, rule, excess, tier, why, reaction, keep }
    })
}

fn missing() -> impl Strategy<Value = Missing> {
    let code = select(vec![Code::RequiredMissing, Code::Editor]);
    (code, group_id(), option::weighted(0.8, rule()), text(), tier(), text(), reaction()).prop_map(
        |(code, group, rule, what, tier, why, reaction)| Missing {
            code,
            group,
            rule,
            what,
            tier,
            why,
            reaction,
        },
    )
}

fn interface() -> impl Strategy<Value = Interface> {
    (id(), option::of(id()), vec(group_id(), 0..3)).prop_map(|(id, instance, groups)| Interface {
        id: InterfaceId::new(&id).unwrap(),
        instance: instance.map(|id| (InstanceId::new(&id).unwrap(), IsPrimary::Yes)),
        vpc: None,
        groups: groups.into_iter().collect(),
        told: BTreeSet::new(),
        managed_by: None,
    })
}

fn mixture() -> impl Strategy<Value = Mixture> {
    let hindrance = prop_oneof![
        text().prop_map(|by| Hindrance::Managed { by }),
        Just(Hindrance::LastGroup),
        Just(Hindrance::AlreadyOff),
    ];
    let groups = (vec(group_id(), 1..8), vec(group_id(), 0..12));
    let on = (select(vec![OnMixture::Detach, OnMixture::Notify]), select(vec![Mode::Enforce, Mode::Observe]));
    (interface(), vec(tier(), 0..12), groups, text(), on, option::of(hindrance)).prop_map(
        |(interface, tiers, (off, stay), why, (on_violation, mode), hindrance)| Mixture {
            interface,
            tiers,
            off,
            stay,
            why,
            on_violation,
            mode,
            hindrance,
        },
    )
}

fn trespass() -> impl Strategy<Value = Trespass> {
    (group_id(), tier(), text()).prop_map(|(group, tier, why)| Trespass { group, tier, why })
}

fn undo() -> impl Strategy<Value = ListUndo> {
    (id(), any::<i64>()).prop_map(|(id, version)| ListUndo {
        list: PrefixListId::new(&id).unwrap(),
        to: ListVersion(version),
        from: ListVersion(version),
    })
}

fn callers() -> impl Strategy<Value = Principals> {
    vec(text(), 0..4).prop_map(|names| Principals {
        names: names.into_iter().map(|name| PrincipalName(name.into())).collect(),
        callers: Vec::new(),
    })
}

fn remark() -> impl Strategy<Value = Remark> {
    prop_oneof![
        callers().prop_map(|callers| Remark::BreakGlass { callers }),
        Just(Remark::OwnChange),
        Just(Remark::Hearsay),
        group_id().prop_map(|group| Remark::InNoTier { group }),
        vec(tier(), 1..14).prop_map(|tiers| Remark::Deleted { tiers }),
        group_id().prop_map(|group| Remark::DefaultGroupOpened { group }),
        (group_id(), id()).prop_map(|(group, id)| Remark::DefaultGroupUsed {
            group,
            interface: InterfaceId::new(&id).unwrap()
        }),
        (group_id(), option::of(id()))
            .prop_map(|(group, id)| Remark::Associated { group, vpc: id.map(|id| VpcId::new(&id).unwrap()) }),
    ]
}

/// None for most, or some, or many.
fn remarks() -> impl Strategy<Value = Vec<Remark>> {
    prop_oneof![4 => Just(Vec::new()), 3 => vec(remark(), 1..4), 1 => vec(remark(), 100..300)]
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
        Just(Outcome::AlreadyThere),
        Just(Outcome::NoRoom),
        Just(Outcome::Withheld),
        (text(), any::<bool>()).prop_map(|(message, retryable)| Outcome::Failed { message, retryable }),
    ]
}

fn action(call: &'static str, target: Target, outcome: Option<Outcome>) -> Option<Action> {
    Some(Action { call, target, outcome: outcome? })
}

fn of_rule(call: &'static str, group: &GroupId, rule: &Rule, outcome: Option<Outcome>) -> Option<Action> {
    action(call, Target::Rules { group: group.clone(), rules: vec![rule.clone()] }, outcome)
}

/// Something of everything that can be wrong and, for most of it, what was done; each many times, with different ids.
fn violation() -> impl Strategy<Value = (Verdict, Vec<Action>)> {
    fn with_outcome<T: std::fmt::Debug>(
        it: impl Strategy<Value = T>,
        most: usize,
    ) -> impl Strategy<Value = Vec<(T, Option<Outcome>)>> {
        vec((it, option::weighted(0.8, outcome())), 0..most)
    }
    let unsettled = (group_id(), option::of(rule()), look_up_error())
        .prop_map(|(group, rule, cause)| Unsettled { group, rule, cause });
    let wrong = (with_outcome(finding(), 5), with_outcome(missing(), 3), with_outcome(mixture(), 3));
    let list = option::weighted(0.2, (undo(), outcome()));
    let rest = (vec(trespass(), 0..3), vec(unsettled, 0..3), list, any::<bool>());
    let times = prop_oneof![8 => Just(1_usize), 1 => Just(60), 1 => Just(300)];
    (wrong, rest, trespass(), times).prop_map(
        |((findings, missing, mixtures), (mut trespasses, unsettled, list, added), one, times)| {
            if findings.is_empty() && missing.is_empty() && mixtures.is_empty() {
                trespasses.push(one);
            }
            let numbered = (0..times).flat_map(|n| {
                findings.iter().map(move |(finding, outcome)| {
                    // No two rules of a group say the same.
                    let group = GroupId::new(&format!("{}{n}", finding.group)).unwrap();
                    (Finding { group, ..finding.clone() }, outcome.clone())
                })
            });
            let numbered: Vec<_> = numbered.collect();
            let removed = numbered.iter().filter_map(|(finding, outcome)| {
                of_rule("RevokeSecurityGroupIngress", &finding.group, &finding.rule, outcome.clone())
            });
            let parts = numbered.iter().filter(|_| added).filter_map(|(finding, outcome)| {
                of_rule("AuthorizeSecurityGroupIngress", &finding.group, &finding.rule, outcome.clone())
            });
            let missing: Vec<_> = missing.iter().cycle().take(missing.len() * times).cloned().collect();
            let back = missing.iter().filter_map(|(missing, outcome)| {
                let rule = missing.rule.as_ref()?;
                of_rule("AuthorizeSecurityGroupIngress", &missing.group, rule, outcome.clone())
            });
            let off = mixtures.iter().filter_map(|(mixture, outcome)| {
                let interface = mixture.interface.id.clone();
                let target = Target::Interface { interface, groups: mixture.stay.iter().cloned().collect() };
                action("ModifyNetworkInterfaceAttribute", target, outcome.clone())
            });
            let restored = list.iter().filter_map(|(undo, outcome)| {
                let target = Target::PrefixList(undo.list.clone());
                action("RestoreManagedPrefixListVersion", target, Some(outcome.clone()))
            });
            let actions = parts.chain(back).chain(restored).chain(removed).chain(off).collect();
            let violation = Violation {
                findings: numbered.iter().map(|(finding, _)| finding.clone()).collect(),
                missing: missing.iter().map(|(missing, _)| missing.clone()).collect(),
                mixtures: mixtures.iter().map(|(mixture, _)| mixture.clone()).collect(),
                trespasses,
                list: list.filter(|_| !findings.is_empty()).map(|(undo, _)| undo),
                unsettled,
            };
            (Verdict::Violation(violation), actions)
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
            user: None,
            invoked_by: service,
        });
    let ids = (option::of(id()), option::of(id()), option::of(id()));
    let names = vec![
        "ModifyManagedPrefixList",
        "CreateTags",
        "AssociateSecurityGroupVpc",
        "RevokeSecurityGroupIngress",
        "ModifySecurityGroupRules",
    ];
    let name = prop_oneof![1 => text(), 1 => select(names).prop_map(str::to_owned)];
    let texts = (option::of(name), option::of(text()), option::of(text()));
    (ids, texts, option::of(-9_999_999_i64..9_999_999), actor).prop_map(
        |((id, account, region), (name, source_ip, user_agent), time, actor)| Event {
            vouching: Vouching::Vouched,
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
    let group = || {
        (group_id(), option::of(text())).prop_map(|(id, name)| Group {
            id,
            owner: None,
            name: name.map(|name| GroupName::new(&name)),
            vpc: None,
            tags: BTreeMap::new(),
        })
    };
    let basis = prop_oneof![Just(Basis::Record), Just(Basis::LiveGroup)];
    let groups = prop_oneof![6 => vec(group(), 0..4), 1 => vec(group(), 100..200)];
    (event(), option::of(key), groups, vec(tier(), 0..14), verdict(), remarks(), basis).prop_map(
        |(event, group, groups, tiers, (verdict, actions), remarks, basis)| Handled {
            event,
            group,
            groups,
            judgement: Judgement { tiers, verdict, remarks },
            actions,
            judged: Vec::new(),
            basis,
            handled_at: Timestamp::UNIX_EPOCH,
            announced: Announced::NotNeeded,
            lapse: None,
        },
    )
}

fn line() -> impl Strategy<Value = Line> {
    let wrong = select(vec![Wrong::Forbidden, Wrong::Missing, Wrong::Together]);
    (group_id(), option::of(text()), wrong, text(), text(), fared())
        .prop_map(|(group, name, wrong, rule, why, outcome)| Line { group, name, wrong, rule, why, outcome })
}

fn fared() -> impl Strategy<Value = Fared> {
    select(vec![
        Fared::Done,
        Fared::Narrowed,
        Fared::AlreadyGone,
        Fared::AlreadyThere,
        Fared::Failed,
        Fared::Withheld,
        Fared::NoRoom,
        Fared::NotifyOnly,
    ])
}

fn matter() -> impl Strategy<Value = Matter> {
    let undone = select(vec![Undone::Removed, Undone::PutBack, Undone::Restored, Undone::Detached]);
    (undone, text()).prop_map(|(undone, what)| Matter::new(undone, &what))
}

fn disputed() -> impl Strategy<Value = Disputed> {
    (id(), matter(), 1_usize..3000, option::of(text())).prop_map(|(place, matter, untold, by)| Disputed {
        place,
        matter,
        untold,
        times: untold,
        since: Timestamp::UNIX_EPOCH,
        by,
    })
}

/// Anything that can be in dispute.
pub(super) fn standing() -> impl Strategy<Value = Standing> {
    let stage = select(vec![Stage::Counted, Stage::Digest, Stage::Ordinary, Stage::Escalated]);
    let reverts = vec((matter(), vec(text(), 1..12)), 1..6);
    (stage, reverts, option::of(text())).prop_map(|(stage, reverts, own)| {
        let mut dispute = Dispute::default();
        for (matter, callers) in &reverts {
            let matters = BTreeSet::from([matter.clone()]);
            for by in callers {
                let revert = Revert { at: Timestamp::UNIX_EPOCH, event: None, by: by.clone() };
                let _ = dispute.hear(&matters, &revert, Disputes::default());
            }
        }
        let bouts = dispute.untold_bouts().cloned().collect();
        Standing { stage, bouts, within: Disputes::default().within, own }
    })
}

/// Anything that can come of a sweep.
pub(super) fn swept() -> impl Strategy<Value = Swept> {
    let counts = vec(prop_oneof![3 => Just(0_usize), 1 => 1_usize..3000], 7);
    let texts = (vec(text(), 0..30), vec(text(), 0..30), vec(disputed(), 0..30));
    let lines = prop_oneof![4 => vec(line(), 0..6), 1 => vec(line(), 100)];
    let outcomes = btree_map(fared(), 1_usize..2000, 0..7);
    let rest = (option::weighted(0.2, look_up_error()), any::<bool>(), any::<bool>());
    (counts, texts, lines, outcomes, rest).prop_map(
        |(counts, (causes, ending, disputed), lines, outcomes, (failed, observes, unfinished))| {
            let digest = Digest {
                began: Some(Timestamp::UNIX_EPOCH),
                observes,
                groups: counts[0],
                managed: counts[1],
                rules: counts[2],
                forbidden: lines.len() + counts[3],
                missing: counts[4],
                mixed: counts[0] % 3,
                unsettled: counts[5],
                outcomes,
                lines,
                causes,
                endings: ending.len() + counts[6],
                ending,
                untold: disputed.iter().map(|it| it.untold).sum(),
                disputed,
            };
            let rest = unfinished.then(|| Sweep { after: None, digest: digest.clone() });
            Swept::new(digest, rest, failed)
        },
    )
}
