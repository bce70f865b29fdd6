//! What people do to the security groups of an account in a Region: they make and delete groups, open and close them, edit
//! rules in place and change tags, mostly as the policy wants it.
//!
//! It is the same whether a guard acts or only watches: what a guard that acts would have revoked, nobody builds on.

mod allowed;
mod forbidden;

use std::rc::Rc;

use crate::change::{Call, Encoding, Record};
use crate::dice::Dice;
use crate::group::{Content, Group, Rule, Standing};
use crate::made::Tier;
use crate::mix::{Mix, OneIn};
use crate::scene::Scene;
use crate::template::hex;

/// The groups as they are, if nobody undoes anything.
#[derive(Debug)]
pub(crate) struct Story {
    groups: Vec<Group>,
    vpc: String,
    /// How many groups there ever were.
    named: u64,
}

/// One call, as it is told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) record: Record,
    /// The ARN of the role or the user.
    pub(crate) caller: String,
    pub(crate) outcome: Outcome,
}

/// What the policy says of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It allows it, or has nothing to say.
    Allowed,
    /// There is nothing to judge: the call failed.
    Failed,
    /// This tier forbids it.
    Forbidden(Tier),
}

/// A call that is to be told.
type Step = (Call, Outcome);

/// More rules than this no group gets; EC2 would take 60.
const MOST_RULES: usize = 40;
/// More groups than this no account gets in one Region.
const MOST_GROUPS: usize = 40;
const FLAT: OneIn = OneIn::new(3);

impl Story {
    /// One in which nothing has happened yet.
    pub(crate) fn new(scene: &mut Scene) -> Self {
        Self { groups: Vec::new(), vpc: new_id("vpc-", &mut scene.dice), named: 0 }
    }

    /// What happens next, at the instant of `scene`.
    pub(crate) fn go_on(&mut self, mix: Mix, scene: &mut Scene) -> Told {
        let (call, outcome) = self.step(mix, scene);
        let people = Rc::clone(&scene.people);
        let caller = people.editor(&mut scene.dice);
        Told { record: call.record(caller, scene), caller: caller.arn.clone(), outcome }
    }

    fn step(&mut self, mix: Mix, scene: &mut Scene) -> Step {
        let missing =
            Tier::ALL.into_iter().find(|tier| !self.groups.iter().any(|group| group.tier == Some(*tier)));
        if let Some(tier) = missing {
            return self.create(Some(tier), scene);
        }
        if mix.failures.falls(&mut scene.dice) {
            return self.refused(scene);
        }
        let forbidden = mix.violations.falls(&mut scene.dice).then(|| self.forbidden(scene)).flatten();
        let step = forbidden.or_else(|| self.allowed(scene));
        step.unwrap_or_else(|| self.refused(scene))
    }

    /// A group is made, of a tier or of none.
    fn create(&mut self, tier: Option<Tier>, scene: &mut Scene) -> Step {
        let id = new_id("sg-", &mut scene.dice);
        self.named = self.named.saturating_add(1);
        let name = format!("{}-{}", tier.map_or("scratch", Tier::name), self.named);
        let call = Call::create(&id, &name, tier, &self.vpc, scene);
        self.groups.push(Group { id, tier, rules: Vec::new() });
        (call, Outcome::Allowed)
    }

    /// Somebody tries to open something and may not, or comes too late.
    fn refused(&mut self, scene: &mut Scene) -> Step {
        let tier = *scene.dice.pick(&Tier::ALL).unwrap_or(&Tier::Web);
        let content = forbidden::content(tier, &self.groups, &mut scene.dice);
        let rule = Rule { id: String::new(), content, standing: Standing::Bad };
        let group = scene.dice.pick(&self.groups).map(|group| group.id.clone()).unwrap_or_default();
        (Call::refused(&group, &[rule], scene), Outcome::Failed)
    }

    /// Opens the group at `place` to `contents`; nothing, if it is as open already.
    fn authorize(
        &mut self,
        place: usize,
        contents: Vec<(Content, Standing)>,
        scene: &mut Scene,
    ) -> Option<Call> {
        let group = self.groups.get_mut(place).filter(|group| group.rules.len() < MOST_RULES)?;
        if contents.is_empty() || contents.iter().any(|(content, _)| group.has(content)) {
            return None;
        }
        let rule = |(content, standing)| Rule { id: new_id("sgr-", &mut scene.dice), content, standing };
        let rules: Vec<_> = contents.into_iter().map(rule).collect();
        let call = Call::authorize(&group.id, &rules, encoding(&mut scene.dice), scene);
        group.rules.extend(rules);
        Some(call)
    }

    /// The place of a group that `fits`.
    fn place(&self, dice: &mut Dice, fits: impl Fn(&Group) -> bool) -> Option<usize> {
        let places = self.groups.iter().enumerate().filter(|(_, group)| fits(group));
        let places: Vec<_> = places.map(|(place, _)| place).collect();
        dice.pick(&places).copied()
    }

    /// Whether nothing hangs on `group`: no other lets it in, and its tier, if it has one, has another.
    fn is_spare(&self, group: &Group) -> bool {
        let others = || self.groups.iter().filter(|other| other.id != group.id);
        let is_needed = group.tier.is_some() && !others().any(|other| other.tier == group.tier);
        !is_needed && !others().any(|other| other.lets_in(&group.id))
    }
}

fn encoding(dice: &mut Dice) -> Encoding {
    if FLAT.falls(dice) { Encoding::Flat } else { Encoding::Nested }
}

/// The id of something new.
fn new_id(kind: &str, dice: &mut Dice) -> String {
    let mut id = format!("{kind}0").into_bytes();
    hex(dice, 16, &mut id);
    String::from_utf8(id).unwrap_or_default()
}
