//! What goes wrong between the guard and AWS: calls that are throttled, refused, or answered by nobody; Describe calls that
//! lag; invocations that die.

use crate::clock::{HOUR, MINUTE, Moment, SECOND};
use crate::cloud::LAG;
use crate::dice::Dice;

/// The weather of a life: bad now and then, very bad for some hours, and fine when the life is over.
pub(crate) struct Weather {
    dice: Dice,
    storms: Vec<(Moment, Moment)>,
    /// From then on nothing goes wrong.
    fine_from: Moment,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is made, and answered.
    Fine,
    /// It is refused for a passing reason.
    Throttled,
    /// It is refused for a lasting reason.
    Denied,
    /// It takes effect, and the answer is lost.
    Unanswered,
}

/// A call on its way: after how many milliseconds it takes effect, and how many later its answer is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journey {
    pub(crate) fate: Fate,
    pub(crate) there: i64,
    pub(crate) back: i64,
}

impl Weather {
    pub(crate) fn new(mut dice: Dice, fine_from: Moment) -> Self {
        let storms = (0..dice.between(0, 4)).map(|_| {
            let begin = Moment(dice.between(0, fine_from.0));
            (begin, begin.plus(dice.between(10 * MINUTE, 6 * HOUR)))
        });
        Self { storms: storms.collect(), dice, fine_from }
    }

    fn is_fine(&self, now: Moment) -> bool {
        now >= self.fine_from
    }

    fn is_storm(&self, now: Moment) -> bool {
        self.storms.iter().any(|(begin, end)| (*begin..*end).contains(&now))
    }

    /// What becomes of a call that begins now.
    pub(crate) fn journey(&mut self, now: Moment) -> Journey {
        let dice = &mut self.dice;
        let (there, back) = (dice.between(5, 200), dice.between(5, 100));
        let slow = if dice.percent(2) { dice.between(SECOND, 20 * SECOND) } else { 0 };
        let fate = if self.is_fine(now) {
            Fate::Fine
        } else if self.is_storm(now) {
            self.dice.weighted(&[
                (50, Fate::Fine),
                (35, Fate::Throttled),
                (3, Fate::Denied),
                (12, Fate::Unanswered),
            ])
        } else {
            self.dice.weighted(&[
                (94, Fate::Fine),
                (3, Fate::Throttled),
                (1, Fate::Denied),
                (2, Fate::Unanswered),
            ])
        };
        Journey { fate, there: there + slow, back }
    }

    /// How far a Describe call lags behind.
    pub(crate) fn lag(&mut self, now: Moment) -> i64 {
        if self.is_fine(now) {
            return 0;
        }
        let most = self.dice.weighted(&[(50, 1), (35, 5 * SECOND), (15, LAG)]);
        self.dice.between(0, most)
    }

    /// After how many milliseconds an invocation dies, if it does.
    pub(crate) fn death(&mut self, now: Moment) -> Option<i64> {
        let dies = !self.is_fine(now) && self.dice.percent(4);
        dies.then(|| self.dice.between(0, SECOND))
    }

    /// Which of several parts goes wrong.
    pub(crate) fn part(&mut self, parts: usize) -> usize {
        self.dice.below(parts)
    }
}
