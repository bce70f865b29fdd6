//! What the policy forbids.

use super::{Outcome, Step, Story};
use crate::change::Call;
use crate::dice::Dice;
use crate::group::{Content, Group, Peer, Standing, Traffic};
use crate::made::Tier;
use crate::scene::Scene;

impl Story {
    /// One of these, if it can be.
    pub(super) fn forbidden(&mut self, scene: &mut Scene) -> Option<Step> {
        let tier = *scene.dice.pick(&Tier::ALL)?;
        let call = match scene.dice.below(10) {
            0 => self.pull_in(tier, scene),
            1 => self.edit_too_wide(tier, scene),
            _ => None,
        };
        let call = call.or_else(|| self.open_too_wide(tier, scene))?;
        Some((call, Outcome::Forbidden(tier)))
    }

    fn open_too_wide(&mut self, tier: Tier, scene: &mut Scene) -> Option<Call> {
        let place = self.place(&mut scene.dice, |group| group.tier == Some(tier))?;
        let content = content(tier, &self.groups, &mut scene.dice);
        self.authorize(place, vec![(content, Standing::Bad)], scene)
    }

    /// Edits a good rule in place, so that it is good no longer.
    fn edit_too_wide(&mut self, tier: Tier, scene: &mut Scene) -> Option<Call> {
        let network = Peer::V4(format!("10.{}.0.0/16", scene.dice.below(10)));
        let content = Content { traffic: Traffic::Tcp(22, 22), peer: network };
        self.modify(|group| group.tier == Some(tier), content, Standing::Bad, scene)
    }

    /// Puts a group of no tier into one that forbids every rule that it has.
    fn pull_in(&mut self, tier: Tier, scene: &mut Scene) -> Option<Call> {
        let is_open = |group: &Group| group.tier.is_none() && !group.rules.is_empty();
        let place = self.place(&mut scene.dice, is_open)?;
        let group = self.groups.get_mut(place)?;
        group.tier = Some(tier);
        for rule in &mut group.rules {
            rule.standing = Standing::Bad;
        }
        Some(Call::tag(&group.id, "tier", tier.name(), scene))
    }
}

/// Something that `tier` forbids.
pub(super) fn content(tier: Tier, groups: &[Group], dice: &mut Dice) -> Content {
    let host = format!("192.0.2.{}/32", dice.below(256));
    let everybody = || Peer::V4("0.0.0.0/0".to_owned());
    let (from, to, peer) = match (dice.below(6), tier) {
        (0, _) => (22, 22, everybody()),
        (1, _) => (3389, 3389, Peer::V4(host)),
        (2, _) => return Content { traffic: Traffic::All, peer: Peer::V4(host) },
        (3, _) => (0, 65_535, Peer::V6("::/0")),
        (_, Tier::Web) => (8000, 8999, Peer::V4(host)),
        (_, Tier::App) => (8080, 8080, Peer::V4(format!("10.0.{}.0/24", dice.below(256)))),
        (4, Tier::Db) => (3306, 3306, web(groups, dice).unwrap_or_else(everybody)),
        (_, Tier::Db) => (3306, 3306, Peer::V4(host)),
    };
    Content { traffic: Traffic::Tcp(from, to), peer }
}

fn web(groups: &[Group], dice: &mut Dice) -> Option<Peer> {
    let ids: Vec<_> =
        groups.iter().filter(|group| group.tier == Some(Tier::Web)).map(|group| &group.id).collect();
    dice.pick(&ids).map(|id| Peer::Group((*id).clone()))
}
