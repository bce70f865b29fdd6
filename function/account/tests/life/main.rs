//! Long random life: weeks of an account, with people, a deployment tool and an intruder at work, records that come late,
//! twice, cut or never, calls that fail in every way, and a guard in the middle of it. Everything follows from a seed.
//!
//! What must hold is in `watcher`. A life takes about a quarter of a second of a core as the tests are built, and a tenth
//! of a second in a release. More lives than the usual, and one life told in full:
//!
//! ```sh
//! TIERGUARD_LIFE_SEEDS=100000 cargo test --release --package tierguard-account --test life -- --nocapture
//! TIERGUARD_LIFE_SEED=4711 cargo test --package tierguard-account --test life -- --nocapture
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a simulation may stop at the first surprise"
)]

mod call;
mod cast;
mod client;
mod clock;
mod cloud;
mod course;
mod dice;
mod lambda;
mod policy;
mod record;
mod scene;
mod story;
mod tally;
mod trail;
mod view;
mod watcher;
mod weather;
mod world;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use course::{Life, live};
use tally::Tally;

/// How many lives are lived if nobody says otherwise.
const LIVES: u64 = 2_000;
/// How many lines of a story are shown.
const LINES: usize = 40;

fn number(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "how much is to be tried is the tester's to say")]
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

#[test]
fn whatever_happens_in_a_life_what_must_hold_holds() {
    if let Some(seed) = number("TIERGUARD_LIFE_SEED") {
        let life = live(seed);
        println!("{}\n{}\n{}", life.policy, life.story.last(usize::MAX), life.tally);
        return check(seed, &life);
    }
    let tally = many(number("TIERGUARD_LIFE_SEEDS").unwrap_or(LIVES));
    println!("{tally}");
    assert_eq!(tally.never(), [""; 0], "{tally}");
}

/// The lives of the first `seeds` seeds.
fn many(seeds: u64) -> Tally {
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let some = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds || is_over.load(Ordering::Relaxed) {
                return tally;
            }
            let life = live(seed);
            is_over.fetch_or(life.objection.is_some(), Ordering::Relaxed);
            check(seed, &life);
            tally += life.tally;
        }
    };
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, Into::into);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        for thread in threads {
            tally += thread.join().unwrap();
        }
    });
    tally
}

fn check(seed: u64, life: &Life) {
    let Life { policy, story, objection: Some(objection), .. } = life else { return };
    panic!(
        "{objection}\n\nseed {seed}, after {} steps:\n{}\n\n{policy}\n\
         TIERGUARD_LIFE_SEED={seed} cargo test --package tierguard-account --test life -- --nocapture",
        story.length(),
        story.last(LINES),
    );
}

#[test]
fn a_seed_is_always_the_same_life() {
    for seed in [1, 4711, u64::MAX] {
        let (one, other) = (live(seed), live(seed));
        assert_eq!((one.story.digest(), one.tally), (other.story.digest(), other.tally));
        assert_ne!(one.story.digest(), live(seed ^ 1).story.digest());
    }
}
