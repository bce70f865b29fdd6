//! Every case under `events/`, through each of the three ways in. A new case is a new folder; nothing here knows one.
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use serde_json::value::RawValue;
use tierguard::change::Vouching;
use tierguard::notice::PublishError;
use tierguard::respond::Announced;
use tierguard::sweep::{Home, Sweep, Swept};
use tierguard::{Handled, Report};
use tierguard_account::{Account, Desk};
use tierguard_lambda::handler::{Function, Watch};
use tierguard_lambda::stopwatch::Stopwatch;
use tierguard_tests::command;
use tierguard_tests::sample::{Case, cases, root};

/// A watch over an account in memory.
struct AtDesk(Rc<Desk>);

impl Watch for AtDesk {
    async fn respond(&self, record: &[u8], _: Vouching, _: Timestamp, _: &Stopwatch) -> Handled {
        self.0.handle_async(record).await
    }

    async fn sweep(&self, sweep: Sweep, now: Timestamp, _: impl Fn() -> bool) -> Swept {
        self.0.sweep_async(sweep, &Home { account: None, region: None }, now).await
    }

    async fn pass_on(&self, _: &Sweep) -> Result<(), PublishError> {
        Err(PublishError { message: "a desk has time".to_owned() })
    }

    async fn tell(&self, swept: &Swept) -> Announced {
        swept.announced.clone()
    }
}

/// Holds every case against what `handle` makes of it, and tells all mistakes at once.
fn check(handle: impl Fn(&Case) -> (Value, Account)) {
    let cases = cases();
    assert!(!cases.is_empty());
    let mistakes: Vec<_> = cases
        .iter()
        .flat_map(|case| {
            let (report, account) = handle(case);
            case.mistakes(&report, Some(&account))
        })
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
}

#[test]
fn the_guard_decides_as_expected() {
    check(|case| {
        let mut desk = Desk::new(case.guard(), case.account());
        let handled = desk.handle(case.record().as_bytes());
        (serde_json::to_value(Report::new(&handled, None)).unwrap(), desk.account())
    });
}

#[test]
fn the_handler_of_the_function_answers_as_expected() {
    check(|case| {
        let desk = Rc::new(Desk::new(case.guard(), case.account()));
        let function = Function::new(AtDesk(Rc::clone(&desk)), || Timestamp::UNIX_EPOCH);
        let payload = RawValue::from_string(case.event()).expect("a sample is JSON");
        let answer = wait(function.handle(LambdaEvent::new(payload, Context::default())));
        let report = answer.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        (serde_json::to_value(report).unwrap(), desk.account())
    });
}

#[test]
fn the_command_prints_what_is_expected() {
    check(|case| {
        let mut replayed = command::replay_to_account([
            "--policy".into(),
            case.nearest("policy.yaml"),
            "--account".into(),
            case.nearest("account.json"),
            case.folder.join("event.json"),
        ]);
        assert_eq!(replayed.reports.len(), 1, "{}", case.name);
        (replayed.reports.remove(0), replayed.account)
    });
}

#[test]
fn replayed_all_at_once_they_are_decided_alike() {
    let by_source: BTreeMap<_, _> = command::replay([root()])
        .into_iter()
        .map(|report| (report["source"].as_str().unwrap_or_default().to_owned(), report))
        .collect();
    let cases = cases();
    assert_eq!(by_source.len(), cases.len(), "one report for each case");
    let mistakes: Vec<_> = cases
        .iter()
        .flat_map(|case| {
            let source = case.folder.join("event.json").display().to_string();
            let report = by_source.get(&source).unwrap_or_else(|| panic!("{source} is not reported"));
            case.mistakes(report, None)
        })
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
}

/// Runs the future on a runtime of its own: the handler sets timers.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}
