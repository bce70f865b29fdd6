//! Every fault at every call of every flow: one at a time, and in random pairs. After Lambda's attempts the account and
//! the messages must be as they would be without, or a person must have been told why not.
//!
//! A flow is first run without faults, and its calls are noted: so a call that the function comes to make later is
//! covered by itself. `-- --nocapture` shows the table.
//!
//! At each call every third kind is tried, at the next call the next ones; with `TIERGUARD_FAULTS_EVERY=1` every kind at
//! every call. `TIERGUARD_FAULT_PAIRS` is how many pairs are tried, `TIERGUARD_FAULT_SEED` with which seed, and
//! `TIERGUARD_FAULT_FLOW` the one flow that is tried, by its name in the table.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests stop at the first surprise; the environment says how much to try"
)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Mutex;
use std::thread;

use tierguard_tests::dice::Dice;
use tierguard_tests::fault::Place;
use tierguard_tests::flow::Flow;
use tierguard_tests::kind::Kind;
use tierguard_tests::moto::Moto;
use tierguard_tests::scene;
use tierguard_tests::trial::{Broken, Case};
use tierguard_tests::world::World;

/// How many cases run at once. Most of the time all of them wait: for the SDK to try again, and for answers that come
/// late.
const PLAYERS: usize = 12;
/// How many of them play alone, in an account of their own, for the sweep.
const ALONE: usize = 2;
/// How many cases one process of the function is used for.
const MOST: usize = 20;
/// How many cases are played on one API server: moto forgets nothing, and gets slow.
const ROUND: usize = 300;
/// How many pairs are tried.
const PAIRS: usize = 20;
/// At each call every so manieth kind of fault is tried, at the next call the next ones.
const EVERY: usize = 3;
const SEED: u64 = 1;

/// What came of a case.
struct Outcome {
    case: Case,
    result: Result<Vec<Place>, Broken>,
}

#[test]
fn every_fault_at_every_call_is_survived() {
    let flow: Option<String> = setting("TIERGUARD_FAULT_FLOW");
    let flows = Flow::ALL.into_iter().filter(|it| flow.as_ref().is_none_or(|name| name == it.name()));
    let calm: Vec<_> = flows.map(|flow| Case { flow, faults: Vec::new() }).collect();
    let calm = play(&calm);
    assert_survived(&calm);
    let singles: Vec<_> = calm.iter().flat_map(each_fault).collect();
    let singles = play(&singles);
    println!("{}", table(&singles));
    assert_survived(&singles);
    let seed = setting("TIERGUARD_FAULT_SEED").unwrap_or(SEED);
    let count = setting("TIERGUARD_FAULT_PAIRS").unwrap_or(PAIRS);
    let pairs = play(&random_pairs(&singles, &mut Dice::new(seed), count));
    println!("{} random pairs (seed {seed}), all survived", pairs.len());
    assert_survived(&pairs);
}

/// Each fault at each call of a flow that was run without: all of them, or those whose turn it is.
fn each_fault(calm: &Outcome) -> Vec<Case> {
    let (flow, every) = (calm.case.flow, setting("TIERGUARD_FAULTS_EVERY").unwrap_or(EVERY));
    let row = Flow::ALL.iter().position(|of| *of == flow).unwrap();
    let of_place = |(place, turn): (&Place, usize)| {
        let kinds = (turn..).zip(Kind::ALL).filter(|(turn, _)| turn.is_multiple_of(every));
        let kinds =
            kinds.map(|(_, kind)| kind).filter(|kind| kind.can_befall(&place.action) && tells(flow, *kind));
        kinds.map(|kind| Case { flow, faults: vec![(kind, place.clone())] }).collect::<Vec<_>>()
    };
    calm.result.iter().flatten().zip(row..).flat_map(of_place).collect()
}

/// Nothing tells a sweep that there is something to see that the account is slow to show: the next sweep sees it.
fn tells(flow: Flow, kind: Kind) -> bool {
    flow != Flow::Swept || kind != Kind::Behind
}

/// Random pairs: a fault that was survived, and another one at any of the calls that were made then, those included that
/// only the first one brought about.
fn random_pairs(singles: &[Outcome], dice: &mut Dice, count: usize) -> Vec<Case> {
    let mut pairs = Vec::new();
    while pairs.len() < count {
        let Outcome { case, result } = dice.pick(singles).unwrap();
        let place = dice.pick(result.as_ref().unwrap()).unwrap();
        let kind = *dice.pick(&Kind::ALL).unwrap();
        if kind.can_befall(&place.action) && tells(case.flow, kind) {
            pairs.push(Case {
                faults: [case.faults.clone(), vec![(kind, place.clone())]].concat(),
                ..case.clone()
            });
        }
    }
    pairs
}

/// Plays all of `cases`.
fn play(cases: &[Case]) -> Vec<Outcome> {
    cases.chunks(ROUND).flat_map(play_round).collect()
}

/// Plays `cases`, several at once.
fn play_round(cases: &[Case]) -> Vec<Outcome> {
    let moto = Moto::start();
    let (alone, together): (Vec<_>, Vec<_>) =
        cases.iter().cloned().partition(|case| case.flow == Flow::Swept);
    let (alone, together) = (Mutex::new(alone), Mutex::new(together));
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for player in 0..PLAYERS {
            let (cases, shared) = if player < ALONE { (&alone, None) } else { (&together, Some(&moto)) };
            let outcomes = &outcomes;
            scope.spawn(move || play_some(cases, shared, outcomes));
        }
    });
    outcomes.into_inner().unwrap()
}

/// Plays cases until there are no more, in an account that is shared with others or, without one, in one of its own.
#[tokio::main(flavor = "current_thread")]
async fn play_some(cases: &Mutex<Vec<Case>>, shared: Option<&Moto>, outcomes: &Mutex<Vec<Outcome>>) {
    let Some(mut case) = next(cases) else { return };
    let world = match shared {
        Some(moto) => World::on(moto).await,
        None => World::alone().await,
    };
    let start = async || world.remembering(&scene::ways_back("enforce")).await;
    // The SDK tries again so often and no more in one process, and a sweep makes so many calls in a second.
    let most = if shared.is_none() { 1 } else { MOST };
    let (mut function, mut played) = (start().await, 0);
    loop {
        let result = case.run(&world, &function).await;
        played += 1;
        if played % most == 0 {
            function = start().await;
        }
        outcomes.lock().unwrap().push(Outcome { case, result });
        match next(cases) {
            Some(next) => case = next,
            None => return,
        }
    }
}

fn next(cases: &Mutex<Vec<Case>>) -> Option<Case> {
    cases.lock().unwrap().pop()
}

fn assert_survived(outcomes: &[Outcome]) {
    let broken: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().err()).collect();
    let all: Vec<_> = broken.iter().map(|broken| broken.as_str()).collect();
    assert!(broken.is_empty(), "{} of {} cases:\n{}", broken.len(), outcomes.len(), all.join("\n"));
}

/// Flows by faults: at how many calls it was survived, of how many.
fn table(outcomes: &[Outcome]) -> String {
    let mut cells: BTreeMap<(Flow, Kind), (usize, usize)> = BTreeMap::new();
    for Outcome { case, result } in outcomes {
        for (kind, _) in &case.faults {
            let (survived, all) = cells.entry((case.flow, *kind)).or_default();
            *survived += usize::from(result.is_ok());
            *all += 1;
        }
    }
    let columns = ('A'..).zip(Kind::ALL);
    let legend = columns.clone().map(|(letter, kind)| format!("{letter}  {}\n", kind.name()));
    let head = columns.clone().map(|(letter, _)| format!("{letter:>6}")).collect::<String>();
    let row = |flow: Flow| {
        let cell = |kind| match cells.get(&(flow, kind)) {
            Some((survived, all)) => format!("{survived:>3}/{all:<2}"),
            None => format!("{:>6}", "-"),
        };
        format!("{:<22}{}\n", flow.name(), columns.clone().map(|(_, kind)| cell(kind)).collect::<String>())
    };
    let rows = Flow::ALL.into_iter().map(row).collect::<String>();
    format!("{}\n{:<22}{head}\n{rows}", legend.collect::<String>(), "")
}

fn setting<T: FromStr<Err: Debug>>(name: &str) -> Option<T> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}
