//! What the policy allows, or has nothing to say about.

use super::{MOST_GROUPS, Outcome, Step, Story, encoding};
use crate::change::Call;
use crate::dice::Dice;
use crate::group::{Content, Group, Peer, Standing, Traffic};
use crate::made::Tier;
use crate::scene::Scene;

impl Story {
    /// One of these, if it can be.
    pub(super) fn allowed(&mut self, scene: &mut Scene) -> Option<Step> {
        let step = match scene.dice.below(100) {
            0..40 => self.open(scene),
            40..75 => self.close(scene),
            75..80 => self.found(scene),
            80..84 => self.delete(scene),
            84..90 => self.tag_owner(scene),
            90..94 => self.describe(scene),
            94..98 => self.edit(scene),
            _ => self.retag(scene),
        };
        step.or_else(|| self.close(scene)).or_else(|| self.open(scene)).map(|call| (call, Outcome::Allowed))
    }

    fn open(&mut self, scene: &mut Scene) -> Option<Call> {
        let place = scene.dice.place(self.groups.len());
        let group = self.groups.get(place)?;
        let content = content(group, &self.groups, &mut scene.dice)?;
        let more = content_for_monitoring(&mut scene.dice);
        let mut contents = vec![(content, Standing::Good)];
        if group.tier.is_some() && scene.dice.below(4) == 0 {
            contents.push((more, Standing::Good));
        }
        self.authorize(place, contents, scene)
    }

    /// Takes a rule away, be it good or bad. A guard may have been first.
    fn close(&mut self, scene: &mut Scene) -> Option<Call> {
        let place = self.place(&mut scene.dice, |group| !group.rules.is_empty())?;
        let group = self.groups.get_mut(place)?;
        let rule = group.rules.swap_remove(scene.dice.place(group.rules.len()));
        let encoding = encoding(&mut scene.dice);
        Some(Call::revoke(&group.id, &rule, encoding, scene))
    }

    fn found(&mut self, scene: &mut Scene) -> Option<Call> {
        if self.groups.len() >= MOST_GROUPS {
            return None;
        }
        // One in four is of no tier.
        let tier = Tier::ALL.get(scene.dice.place(4)).copied();
        Some(self.create(tier, scene).0)
    }

    fn delete(&mut self, scene: &mut Scene) -> Option<Call> {
        let place = self.place(&mut scene.dice, |group| self.is_spare(group))?;
        let group = self.groups.swap_remove(place);
        Some(Call::delete(&group.id, scene))
    }

    /// Sets a tag by which no tier is chosen.
    fn tag_owner(&mut self, scene: &mut Scene) -> Option<Call> {
        let place = self.place(&mut scene.dice, Group::is_as_it_seems)?;
        let group = self.groups.get(place)?;
        let owner = scene.dice.word(&["platform", "Zahlungsverkehr-Prüfung", "データ基盤", "checkout"]);
        Some(Call::tag(&group.id, "owner", owner, scene))
    }

    fn describe(&mut self, scene: &mut Scene) -> Option<Call> {
        let place = self.place(&mut scene.dice, |group| group.is_as_it_seems() && !group.rules.is_empty())?;
        let group = self.groups.get(place)?;
        let rule = scene.dice.pick(&group.rules)?;
        Some(Call::describe(&group.id, &rule.id))
    }

    /// Edits a rule of an IPv4 network in place.
    fn edit(&mut self, scene: &mut Scene) -> Option<Call> {
        let content = content_for_monitoring(&mut scene.dice);
        self.modify(|group| group.tier.is_some(), content, Standing::Good, scene)
    }

    /// Puts an empty group of no tier into one, or takes one out, to which nobody comes back.
    fn retag(&mut self, scene: &mut Scene) -> Option<Call> {
        if let Some(place) =
            self.place(&mut scene.dice, |group| group.tier.is_none() && group.rules.is_empty())
        {
            let tier = *scene.dice.pick(&Tier::ALL)?;
            let group = self.groups.get_mut(place)?;
            group.tier = Some(tier);
            return Some(Call::tag(&group.id, "tier", tier.name(), scene));
        }
        let place = self.place(&mut scene.dice, |group| group.rules.is_empty() && self.is_spare(group))?;
        let group = self.groups.swap_remove(place);
        Some(Call::untag(&group.id, group.tier?, scene))
    }

    /// Edits a good rule of an IPv4 network, of a group that `fits`, in place.
    pub(super) fn modify(
        &mut self,
        fits: impl Fn(&Group) -> bool,
        content: Content,
        standing: Standing,
        scene: &mut Scene,
    ) -> Option<Call> {
        let is_editable =
            |standing: Standing, peer: &Peer| standing == Standing::Good && matches!(peer, Peer::V4(_));
        let place = self.place(&mut scene.dice, |group| {
            fits(group) && group.rules.iter().any(|rule| is_editable(rule.standing, &rule.content.peer))
        })?;
        let group = self.groups.get_mut(place).filter(|group| !group.has(&content))?;
        let rule = group.rules.iter_mut().find(|rule| is_editable(rule.standing, &rule.content.peer))?;
        (rule.content, rule.standing) = (content, standing);
        Some(Call::modify(&group.id, &rule.id, &rule.content))
    }
}

/// Something that `group` may be opened to.
fn content(group: &Group, groups: &[Group], dice: &mut Dice) -> Option<Content> {
    let of_tier = |tier, dice: &mut Dice| {
        let ids: Vec<_> =
            groups.iter().filter(|group| group.tier == Some(tier)).map(|group| &group.id).collect();
        dice.pick(&ids).map(|id| Peer::Group((*id).clone()))
    };
    let (port, peer) = match group.tier {
        Some(Tier::Web) => (if dice.below(3) == 0 { 80 } else { 443 }, anywhere(dice)),
        Some(Tier::App) if dice.below(3) > 0 => (8080, of_tier(Tier::Web, dice)?),
        Some(Tier::Db) if dice.below(4) == 0 => (3306, Peer::Group(group.id.clone())),
        Some(Tier::Db) if dice.below(3) > 0 => (3306, of_tier(Tier::App, dice)?),
        Some(Tier::App | Tier::Db) => return Some(content_for_monitoring(dice)),
        // Where no tier has a say, anything goes; no tier would have it.
        None => (22, Peer::V4(format!("10.1.{}.{}/32", dice.below(256), dice.below(256)))),
    };
    Some(Content { traffic: Traffic::Tcp(port, port), peer })
}

/// What every tier allows.
fn content_for_monitoring(dice: &mut Dice) -> Content {
    let network = format!("10.20.{}.{}/32", dice.below(256), dice.below(256));
    Content { traffic: Traffic::Tcp(9100, 9100), peer: Peer::V4(network) }
}

fn anywhere(dice: &mut Dice) -> Peer {
    match dice.below(6) {
        0 => Peer::V4("0.0.0.0/0".to_owned()),
        1 => Peer::V6("::/0"),
        2 => Peer::V4(format!("203.0.113.{}/32", dice.below(256))),
        _ => Peer::V4(format!("198.{}.{}.0/24", dice.below(200), dice.below(256))),
    }
}
