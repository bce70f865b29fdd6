//! The digest of a sweep.

use futures_util::FutureExt;
use insta::assert_snapshot;

use super::brief;
use crate::act::CallError;
use crate::id::{AccountId, Region};
use crate::look::LookUpError;
use crate::notice::Notice;
use crate::notice::tests::read_chat;
use crate::notice::tests::samples::{Account, GROUP, group, network, now, peers, policy, rule};
use crate::permission::Direction;
use crate::policy::{Allow, Exemption, ExemptionId, Mode, Policy, Selector};
use crate::respond::Guard;
use crate::sweep::{Home, Sweep, Swept};
use crate::traffic::Traffic;

const OTHER: &str = "sg-0f1e2d3c4b5a69788";

fn home() -> Home {
    Home {
        account: Some(AccountId::new("111122223333").unwrap()),
        region: Some(Region::new("eu-west-1").unwrap()),
    }
}

fn account() -> Account {
    let web = [rule(1, "22/tcp", network("0.0.0.0/0")), rule(2, "443/tcp", network("0.0.0.0/0"))];
    let other = [rule(3, "0-1023/tcp", network("0.0.0.0/0"))];
    let account = Account::new("web").with_groups(vec![group(OTHER, "batch")]);
    account.with_rules(&[(GROUP, &web), (OTHER, &other)])
}

fn enforcing() -> Policy {
    Policy { sweep: Mode::Enforce, ..policy() }
}

fn sweep(policy: Policy, account: &Account) -> Swept {
    let (guard, home) = (Guard { policy, own_role: None }, home());
    let swept = guard.sweep(Sweep::default(), &home, account, now(), || true);
    swept.now_or_never().expect("nothing here waits")
}

fn told(policy: Policy, account: &Account) -> Notice {
    let swept = sweep(policy, account);
    let notice = Notice::of_sweep(&swept, &home()).expect("there is something to tell");
    assert_eq!(account.told.lock().unwrap().as_slice(), std::slice::from_ref(&notice));
    notice
}

/// The policy, which lets ssh in for a time.
fn exempting(until: &str) -> Policy {
    let allow = Allow {
        traffic: "22/tcp".parse::<Traffic>().unwrap().interval().into(),
        peers: peers(&["0.0.0.0/0"]),
        named: Vec::new(),
        words: "22/tcp from anywhere".to_owned(),
        required: false,
    };
    let exemption = Exemption {
        id: ExemptionId("OPS-1234".into()),
        groups: Selector::default(),
        direction: Direction::Ingress,
        allow,
        until: until.parse().unwrap(),
        owner: "dba@example.com".to_owned(),
        reason: "migration".to_owned(),
    };
    Policy { exemptions: vec![exemption], ..enforcing() }
}

#[test]
fn a_sweep_that_enforces() {
    let notice = told(enforcing(), &account());
    assert_snapshot!(notice.subject(), @"SWEEP: 2 forbidden rules in 111122223333 eu-west-1");
    assert_snapshot!(notice.sms(), @"SWEEP: 2 forbidden rules in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @"
    SWEEP: 2 groups looked at: 2 forbidden rules. Of these 2 put right.

    What is wrong
      web (sg-0a1b2c3d4e5f60718)
        22/tcp from 0.0.0.0/0: removed; web allows 80/tcp, 443/tcp from anywhere
      batch (sg-0f1e2d3c4b5a69788)
        0-1023/tcp from 0.0.0.0/0: removed; elsewhere denies 22/tcp from
          internet

    What was looked at
      2 groups, 2 of them managed, with 3 rules
      from 2026-03-14T09:27:05Z on

    What was done
      2 put right
    ");
    assert_snapshot!(read_chat(&notice), @r#"
    # SWEEP: 2 forbidden rules
    *What is wrong*
    - `web` (`sg-0a1b2c3d4e5f60718`)
        - `22/tcp from 0.0.0.0/0`: removed; `web allows 80/tcp, 443/tcp from anywhere`
    - `batch` (`sg-0f1e2d3c4b5a69788`)
        - `0-1023/tcp from 0.0.0.0/0`: removed; `elsewhere denies 22/tcp from internet`

    *What was looked at*
    - 2 groups, 2 of them managed, with 3 rules
    - from `2026-03-14T09:27:05Z` on

    *What was done*
    - 2 put right


    keywords: ["tierguard","sweep","closed"]
    metadata: {
      "additionalContext": {
        "account": "111122223333",
        "door": "closed",
        "region": "eu-west-1"
      },
      "eventType": "tierguard-sweep",
      "summary": "SWEEP: 2 groups looked at: 2 forbidden rules. Of these 2 put right.",
      "threadId": "tierguard-111122223333-eu-west-1-sweep"
    }
    "#);
}

#[test]
fn machines_get_the_digest() {
    let notice = told(enforcing(), &account());
    let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
    assert_snapshot!(format!("{machine:#}"), @r#"
    {
      "account": "111122223333",
      "notice": {
        "door": "closed",
        "headline": "SWEEP: 2 groups looked at: 2 forbidden rules. Of these 2 put right.",
        "omitted": {
          "ending": 0,
          "lines": 0
        },
        "outcome": "done"
      },
      "region": "eu-west-1",
      "sweep": {
        "began": "2026-03-14T09:27:05Z",
        "causes": [],
        "ending": [],
        "endings": 0,
        "failed": null,
        "forbidden": 2,
        "groups": 2,
        "lines": [
          {
            "group": "sg-0a1b2c3d4e5f60718",
            "name": "web",
            "outcome": "done",
            "rule": "22/tcp from 0.0.0.0/0",
            "why": "web allows 80/tcp, 443/tcp from anywhere",
            "wrong": "forbidden"
          },
          {
            "group": "sg-0f1e2d3c4b5a69788",
            "name": "batch",
            "outcome": "done",
            "rule": "0-1023/tcp from 0.0.0.0/0",
            "why": "elsewhere denies 22/tcp from internet",
            "wrong": "forbidden"
          }
        ],
        "managed": 2,
        "missing": 0,
        "mixed": 0,
        "observes": false,
        "outcomes": {
          "done": 2
        },
        "rules": 3,
        "unfinished": false,
        "unsettled": 0
      },
      "verdict": "sweep"
    }
    "#);
    let attributes = notice.attributes();
    let attributes = attributes.map(|each| format!("{} {} {}", each.name(), each.data_type(), each.value()));
    assert_snapshot!(attributes.collect::<Vec<_>>().join("\n"), @r#"
    verdict String sweep
    outcome String.Array ["done"]
    account String 111122223333
    region String eu-west-1
    "#);
}

#[test]
fn a_sweep_that_observes() {
    let notice = told(policy(), &account());
    assert_snapshot!(notice.subject(), @"SWEEP (observe mode): 2 forbidden rules in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @"
    SWEEP (observe mode): 2 groups looked at: 2 forbidden rules. Nothing was
      changed: the sweep only observes.

    What is wrong
      web (sg-0a1b2c3d4e5f60718)
        22/tcp from 0.0.0.0/0: open, would be removed; web allows 80/tcp,
          443/tcp from anywhere
      batch (sg-0f1e2d3c4b5a69788)
        0-1023/tcp from 0.0.0.0/0: open, would be removed; elsewhere denies
          22/tcp from internet

    What was looked at
      2 groups, 2 of them managed, with 3 rules
      from 2026-03-14T09:27:05Z on

    What was done
      2 would be put right
      No call was made: the sweep observes, as the policy or the function's mode
        has it.

    What to do next
      To have the sweep put this right, set sweep: enforce in the policy, and no
      mode: observe in it or in the function's settings. To have it allowed,
      change the tiers.
    ");
}

#[test]
fn a_sweep_in_which_a_call_failed() {
    assert_snapshot!(told(enforcing(), &account().failing("not authorized", false)).email(), @"
    SWEEP: CALLS FAILED: 2 groups looked at: 2 forbidden rules. Of these 2 NOT
      put right (the call failed).

    What is wrong
      web (sg-0a1b2c3d4e5f60718)
        22/tcp from 0.0.0.0/0: STILL OPEN; web allows 80/tcp, 443/tcp from
          anywhere
      batch (sg-0f1e2d3c4b5a69788)
        0-1023/tcp from 0.0.0.0/0: STILL OPEN; elsewhere denies 22/tcp from
          internet

    What was looked at
      2 groups, 2 of them managed, with 3 rules
      from 2026-03-14T09:27:05Z on

    What was done
      2 NOT put right (the call failed)

    What to do next
      Put right by hand what the guard could not; the next sweep tries again.
    ");
}

#[test]
fn an_exemption_that_ends_and_one_that_ended() {
    let fine = [rule(2, "443/tcp", network("0.0.0.0/0"))];
    let quiet = || Account::new("web").with_rules(&[(GROUP, &fine)]);
    assert_snapshot!(told(exempting("2026-03-20T00:00:00Z"), &quiet()).email(), @"
    SWEEP: 1 group looked at: 1 exemption ends soon.

    Exemptions that end within 7 days
      OPS-1234 (dba@example.com) ends 2026-03-20T00:00:00Z: 22/tcp from anywhere

    What was looked at
      1 group, 1 of them managed, with 1 rule
      from 2026-03-14T09:27:05Z on

    What to do next
      Ask the owners: what an exemption covers is forbidden from its end on.
    ");
    assert_eq!(Notice::of_sweep(&sweep(exempting("2026-04-20T00:00:00Z"), &quiet()), &home()), None);
    let email = told(exempting("2026-03-01T00:00:00Z"), &account()).email().to_owned();
    assert_snapshot!(email.split("\n\n").nth(1).unwrap(), @"
    What is wrong
      web (sg-0a1b2c3d4e5f60718)
        22/tcp from 0.0.0.0/0: removed; web allows 80/tcp, 443/tcp from
          anywhere; exemption OPS-1234 ended 2026-03-01T00:00:00Z
      batch (sg-0f1e2d3c4b5a69788)
        0-1023/tcp from 0.0.0.0/0: removed; elsewhere denies 22/tcp from
          internet; exemption OPS-1234 ended 2026-03-01T00:00:00Z
    ");
}

#[test]
fn a_sweep_that_failed() {
    let message = "UnauthorizedOperation".to_owned();
    let failed = LookUpError { call: "DescribeSecurityGroups", message, retryable: false };
    let account = Account { looks: Err(failed), ..account() };
    let notice = told(policy(), &account);
    assert_snapshot!(notice.subject(), @"SWEEP FAILED: it stopped after 0 groups in 111122223333 eu-west-1");
    assert_snapshot!(notice.email(), @"
    SWEEP FAILED: it stopped after 0 groups: DescribeSecurityGroups failed:
      UnauthorizedOperation

    What was looked at
      0 groups, 0 of them managed, with 0 rules
      from 2026-03-14T09:27:05Z on

    What was done
      It stopped: DescribeSecurityGroups failed: UnauthorizedOperation

    What to do next
      See that the guard's role may make the call above, and start a sweep by
      hand, or wait for the next.
    ");
}

/// A rule that is required and could not be put back.
#[test]
fn a_missing_rule() {
    let mut policy = enforcing();
    let allow = &mut policy.tiers[0].allows.ingress.as_mut().unwrap()[0];
    allow.required = true;
    allow.peers = peers(&["203.0.113.0/24"]);
    "80/tcp, 443/tcp from 203.0.113.0/24".clone_into(&mut allow.words);
    let error = CallError { message: "not authorized".to_owned(), retryable: false };
    let account = Account { adds: Err(error.into()), ..Account::new("web").with_rules(&[(GROUP, &[])]) };
    let notice = told(policy, &account);
    assert_snapshot!(brief(&notice), @"
    SWEEP: CALLS FAILED: 1 group looked at: 2 missing rules. Of these 2 NOT put
      right (the call failed).

    What was done
      2 NOT put right (the call failed)

    What to do next
      Put right by hand what the guard could not; the next sweep tries again.
    ");
    assert_snapshot!(notice.email().split("\n\n").nth(1).unwrap(), @"
    What is wrong
      web (sg-0a1b2c3d4e5f60718)
        80/tcp from 203.0.113.0/24: STILL MISSING; web requires 80/tcp, 443/tcp
          from 203.0.113.0/24
        443/tcp from 203.0.113.0/24: STILL MISSING; web requires 80/tcp, 443/tcp
          from 203.0.113.0/24
    ");
}
