//! Every order in which things can happen, on small universes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests, which may stop at the first surprise"
)]

mod invocation;
mod known;
mod protocol;
mod state;
mod world;

use stateright::{Checker, DiscoveryClassification, HasDiscoveries, Model, Path};

use protocol::{Action, Protocol, Universe};
use state::{Spare, State};
use world::Act::{Close, Edit, Open};

const SSH: &str = "22/tcp from 0.0.0.0/0";
const HTTP: &str = "80/tcp from 0.0.0.0/0";
const HTTPS: &str = "443/tcp from 0.0.0.0/0";
const WIDE: &str = "80-443/tcp from 0.0.0.0/0";

/// Searches through all of `universe`, and prints how many states it has: more than `least`.
fn explore(name: &str, least: usize, universe: Universe) {
    let search = Protocol::new(universe).checker().threads(2).finish_when(HasDiscoveries::AnyFailures);
    let searched = search.spawn_bfs().join();
    let (states, depth) = (searched.unique_state_count(), searched.max_depth());
    println!("{name}: {states} states, {depth} steps deep");
    for (property, path) in searched.discoveries() {
        if matches!(searched.discovery_classification(property), DiscoveryClassification::Counterexample) {
            panic!("{name}: not so: {property}\n{}", story(path));
        }
    }
    searched.assert_properties();
    assert!(states > least, "{name} has shrunk to {states} states");
}

/// What happened, a line for each step.
fn story(path: Path<State, Action>) -> String {
    let step = |(state, action): (State, Option<Action>)| {
        let action = action.map(|action| format!("{action:?}")).unwrap_or_default();
        let State { world, queue, running, untold, flaw, due, .. } = state;
        let untold: Vec<_> = untold.iter().map(|untold| untold.rule.to_string()).collect();
        format!(
            "{world:?} queue {queue:?} running {running:?} untold {untold:?} due {due} {flaw:?}\n  -> {action}"
        )
    };
    path.into_vec().into_iter().map(step).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_forbidden_rule_comes_back_while_allowed_ones_come_and_go() {
    explore(
        "revoke",
        20_000,
        Universe {
            policy: "{version: 1, tiers: {web: {groups: {names: [web]}, ingress: [{allow: [80/tcp, 443/tcp], from: anywhere}]}}}",
            first: &[HTTP],
            writers: &[&[Open(SSH), Open(SSH)], &[Open(HTTPS), Close(HTTPS)]],
            forbidden: &[SSH],
            kept: &[HTTP],
            spare: Spare { crashes: 1, failures: 1, repeats: 1, ..Spare::default() },
            echoes: false,
        },
    );
}

#[test]
fn a_rule_is_edited_in_place() {
    explore(
        "edit",
        9_000,
        Universe {
            policy: "{version: 1, tiers: {web: {groups: {names: [web]}, ingress: [{allow: [80/tcp, 443/tcp], from: anywhere}]}}}",
            first: &[HTTP, HTTPS],
            writers: &[&[Edit(HTTPS, SSH), Open(SSH)], &[Open(HTTPS)]],
            forbidden: &[SSH],
            kept: &[HTTP],
            spare: Spare { crashes: 1, lags: 1, repeats: 1, ..Spare::default() },
            echoes: false,
        },
    );
}

#[test]
fn a_wide_rule_is_narrowed() {
    explore(
        "narrow",
        55_000,
        Universe {
            policy: "{version: 1, on-violation: narrow, tiers: {web: {groups: {names: [web]}, ingress: [{allow: [80/tcp, 443/tcp], from: anywhere}]}}}",
            first: &[],
            writers: &[&[Open(WIDE), Open(WIDE)], &[Open(HTTPS)]],
            forbidden: &[WIDE],
            kept: &[HTTP, HTTPS],
            spare: Spare { crashes: 1, failures: 1, repeats: 1, ..Spare::default() },
            echoes: false,
        },
    );
}

#[test]
fn a_required_rule_is_taken_away() {
    explore(
        "required",
        20_000,
        Universe {
            policy: "{version: 1, tiers: {web: {groups: {names: [web]}, ingress: [{allow: 443/tcp, from: 0.0.0.0/0, required: true}, {allow: 80/tcp, from: anywhere}]}}}",
            first: &[HTTPS],
            writers: &[&[Close(HTTPS)], &[Edit(HTTPS, SSH)]],
            forbidden: &[SSH],
            kept: &[HTTPS],
            spare: Spare { crashes: 1, failures: 1, repeats: 1, ..Spare::default() },
            echoes: false,
        },
    );
}

#[test]
fn an_event_is_lost_and_the_sweep_comes_by() {
    explore(
        "sweep",
        30_000,
        Universe {
            policy: "{version: 1, sweep: enforce, tiers: {web: {groups: {names: [web]}, ingress: [{allow: [80/tcp, 443/tcp], from: anywhere}]}}}",
            first: &[HTTP],
            writers: &[&[Open(SSH), Open(SSH)], &[Open(HTTPS), Close(HTTPS)]],
            forbidden: &[SSH],
            kept: &[HTTP],
            spare: Spare { losses: 1, sweeps: 1, repeats: 1, ..Spare::default() },
            echoes: false,
        },
    );
}
