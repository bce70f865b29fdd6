//! Where and when a record is made.

use std::rc::Rc;

use crate::caller::People;
use crate::dice::Dice;
use crate::moment::Moment;

/// An account in a Region at an instant, who is there, and chance.
#[derive(Debug)]
pub(crate) struct Scene {
    /// Twelve digits.
    pub(crate) account: String,
    pub(crate) region: &'static str,
    pub(crate) people: Rc<People>,
    pub(crate) now: Moment,
    pub(crate) dice: Dice,
}
