//! An account in a Region: its records, file by file.

use std::rc::Rc;

use crate::caller::People;
use crate::dice::Dice;
use crate::files;
use crate::made::{Made, MakeError, Violation};
use crate::mix::{Mix, OneIn};
use crate::moment::Moment;
use crate::noise::Noise;
use crate::order::Order;
use crate::scene::Scene;
use crate::shelf::Shelf;
use crate::story::{Outcome, Story, Told};

/// An account in a Region.
#[derive(Debug)]
pub(crate) struct Lane {
    scene: Scene,
    story: Story,
    /// How much of it there is to be, in bytes.
    budget: u64,
    /// Records since the last change.
    since_change: u64,
    /// What is for later files.
    later: Vec<Later>,
}

/// A record for a later file.
#[derive(Debug)]
struct Later {
    from: Moment,
    json: Vec<u8>,
}

/// The time that a file is about.
#[derive(Debug, Clone, Copy)]
struct Window {
    start: Moment,
    seconds: u64,
}

/// A file while it is written.
#[derive(Debug, Default)]
struct Body {
    json: Vec<u8>,
    records: u64,
}

/// The first is the one that everybody works in.
const REGIONS: [&str; 17] = [
    "eu-west-1",
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "us-east-2",
    "eu-west-2",
    "eu-north-1",
    "ca-central-1",
    "ap-south-1",
    "ap-southeast-1",
    "sa-east-1",
    "eu-west-3",
    "us-west-1",
    "ap-northeast-2",
    "ap-northeast-3",
];
/// How much more goes on in the first Region than in any other.
const HOME_WEIGHT: u64 = 4;
/// About how long a file is, in bytes.
const FILE: u64 = 650_000;
const DAY: u64 = 86_400;
const HOUR: u64 = 3600;
/// Of late records, those that are later by hours.
const VERY_LATE: OneIn = OneIn::new(20);

impl Lane {
    /// All lanes of `order`: each account in each Region.
    pub(crate) fn all(order: &Order) -> Result<Vec<Self>, MakeError> {
        let mut ids = Dice::new(order.seed.0, u64::MAX);
        let regions: Vec<_> = REGIONS.into_iter().take(usize::from(order.regions.max(1))).collect();
        let accounts: Vec<_> = (0..order.accounts.max(1)).map(|_| account_id(&mut ids)).collect();
        let others = u64::try_from(regions.len()).unwrap_or(u64::MAX).saturating_sub(1);
        let weights = HOME_WEIGHT.saturating_add(others).saturating_mul(u64::from(order.accounts.max(1)));
        let unit = order.size.bytes() / weights;
        let mut lanes = Vec::new();
        for account in accounts {
            let people = Rc::new(People::of(&account)?);
            for (place, region) in (0_u64..).zip(&regions) {
                let budget = unit.saturating_mul(if place == 0 { HOME_WEIGHT } else { 1 });
                let stream = u64::try_from(lanes.len()).unwrap_or(u64::MAX);
                let scene = Scene {
                    account: account.clone(),
                    region,
                    people: Rc::clone(&people),
                    now: Moment::of(order.start),
                    dice: Dice::new(order.seed.0, stream),
                };
                lanes.push(Self::new(scene, budget));
            }
        }
        Ok(lanes)
    }

    fn new(mut scene: Scene, budget: u64) -> Self {
        let story = Story::new(&mut scene);
        Self { scene, story, budget, since_change: 0, later: Vec::new() }
    }

    /// Lives through the time of `order`, and puts its files on `onto`.
    pub(crate) fn live(
        mut self,
        order: &Order,
        noise: &Noise,
        onto: &mut impl Shelf,
        made: &mut Made,
    ) -> Result<(), MakeError> {
        let mean = noise.mean_length(&mut self.scene).max(1);
        let files = self.budget.div_ceil(FILE).max(1);
        let seconds = u64::from(order.days.max(1)).saturating_mul(DAY) / files;
        let start = Moment::of(order.start);
        let mut written = 0_u64;
        for file in 1..=files {
            let window = Window { start: start.after(seconds.saturating_mul(file - 1)), seconds };
            let wanted = self.wanted(written, file, files) / mean;
            let body = self.fill(window, wanted.max(1), order.mix, noise, made)?;
            written = written.saturating_add(length(&body.json));
            self.put(order, window.end(), body, onto, made)?;
        }
        self.put_what_is_left(order, start.after(seconds.saturating_mul(files)), onto, made)
    }

    /// How long the file of this number is to be: some are longer than others, and together they come to the budget.
    fn wanted(&mut self, written: u64, file: u64, files: u64) -> u64 {
        let even = u128::from(self.budget) * u128::from(file) / u128::from(files.max(1));
        let left = u64::try_from(even).unwrap_or(u64::MAX).saturating_sub(written);
        let percent = if file == files { 100 } else { self.scene.dice.below(100).saturating_add(50) };
        left.saturating_mul(percent) / 100
    }

    /// The file of `window`: `count` records of it, and what came late.
    fn fill(
        &mut self,
        window: Window,
        count: u64,
        mix: Mix,
        noise: &Noise,
        made: &mut Made,
    ) -> Result<Body, MakeError> {
        let mut body = Body::default();
        self.write_what_is_due(window.end(), &mut body);
        let mut changes = self.changes(window, count, mix, made)?;
        let mut json = Vec::new();
        for left in (1..=count).rev() {
            let due = u64::try_from(changes.len()).unwrap_or(u64::MAX);
            let is_change = self.scene.dice.below(left) < due;
            if is_change {
                let place = self.scene.dice.place(changes.len());
                (self.scene.now, json) = changes.swap_remove(place);
            } else {
                self.scene.now = window.start.after(self.scene.dice.below(window.seconds));
                json.clear();
                noise.write(&mut self.scene, &mut json);
            }
            self.deliver(&json, window, mix, &mut body, made);
        }
        Ok(body)
    }

    /// The changes of `window` among `count` records: one to each of as many equal parts of it, so that none shares its
    /// second with another.
    fn changes(
        &mut self,
        window: Window,
        count: u64,
        mix: Mix,
        made: &mut Made,
    ) -> Result<Vec<(Moment, Vec<u8>)>, MakeError> {
        self.since_change = self.since_change.saturating_add(count);
        let changes = self.since_change / mix.changes.number();
        self.since_change %= mix.changes.number();
        let part = window.seconds / changes.max(1);
        if part == 0 {
            return Err(MakeError::TooDense { changes, seconds: window.seconds });
        }
        let mut records = Vec::new();
        for number in 0..changes {
            let second = number.saturating_mul(part).saturating_add(self.scene.dice.below(part));
            self.scene.now = window.start.after(second);
            let told = self.story.go_on(mix, &mut self.scene);
            made.note(&told);
            records.push((self.scene.now, told.record.json));
        }
        Ok(records)
    }

    /// Writes the record of now to `body`, keeps it for later, or both.
    fn deliver(&mut self, json: &[u8], window: Window, mix: Mix, body: &mut Body, made: &mut Made) {
        if mix.late.falls(&mut self.scene.dice) {
            let from = self.scene.now.after(self.delay());
            if from >= window.end() {
                self.later.push(Later { from, json: json.to_vec() });
                made.late = made.late.saturating_add(1);
                return;
            }
        }
        body.add(json);
        if mix.repeats.falls(&mut self.scene.dice) {
            let from = window.end().after(self.delay());
            self.later.push(Later { from, json: json.to_vec() });
            made.repeats = made.repeats.saturating_add(1);
        }
    }

    /// How much later a late record is, in seconds.
    fn delay(&mut self) -> u64 {
        let dice = &mut self.scene.dice;
        if VERY_LATE.falls(dice) {
            dice.below(5 * HOUR).saturating_add(HOUR)
        } else {
            dice.below(900).saturating_add(300)
        }
    }

    /// Writes all that comes before `end`.
    fn write_what_is_due(&mut self, end: Moment, body: &mut Body) {
        for later in self.later.extract_if(.., |later| later.from < end) {
            body.add(&later.json);
        }
    }

    fn put_what_is_left(
        mut self,
        order: &Order,
        end: Moment,
        onto: &mut impl Shelf,
        made: &mut Made,
    ) -> Result<(), MakeError> {
        let Some(last) = self.later.iter().map(|later| later.from).max() else { return Ok(()) };
        let mut body = Body::default();
        self.write_what_is_due(last.after(1), &mut body);
        self.put(order, end.max(last), body, onto, made)
    }

    fn put(
        &mut self,
        order: &Order,
        delivered: Moment,
        body: Body,
        onto: &mut impl Shelf,
        made: &mut Made,
    ) -> Result<(), MakeError> {
        let path = files::path(order, &mut self.scene, delivered);
        let Body { json, records } = body.whole();
        let bytes = length(&json);
        let content = files::packed(order.form, json);
        let put = content.and_then(|content| onto.put(&path, &content).map(|()| length(&content)));
        let kept = put.map_err(|source| MakeError::File { path, source })?;
        made.files = made.files.saturating_add(1);
        made.bytes = made.bytes.saturating_add(bytes);
        made.kept_bytes = made.kept_bytes.saturating_add(kept);
        made.records = made.records.saturating_add(records);
        Ok(())
    }
}

impl Window {
    fn end(self) -> Moment {
        self.start.after(self.seconds)
    }
}

impl Body {
    fn add(&mut self, record: &[u8]) {
        let before: &[u8] = if self.json.is_empty() { br#"{"Records":["# } else { b"," };
        self.json.extend_from_slice(before);
        self.json.extend_from_slice(record);
        self.records = self.records.saturating_add(1);
    }

    /// It, when nothing more is added.
    fn whole(mut self) -> Self {
        let end: &[u8] = if self.json.is_empty() { br#"{"Records":[]}"# } else { b"]}" };
        self.json.extend_from_slice(end);
        self
    }
}

impl Made {
    /// Counts what was told.
    fn note(&mut self, told: &Told) {
        self.changes = self.changes.saturating_add(1);
        match told.outcome {
            Outcome::Allowed => {}
            Outcome::Failed => self.failed = self.failed.saturating_add(1),
            Outcome::Forbidden(tier) => {
                let (event, caller) = (told.record.id.clone(), told.caller.clone());
                self.violations.push(Violation { event, tier, caller });
            }
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Twelve digits, of which the first is no 0.
fn account_id(dice: &mut Dice) -> String {
    dice.below(900_000_000_000).saturating_add(100_000_000_000).to_string()
}
