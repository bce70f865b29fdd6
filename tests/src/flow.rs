//! The ways that an event, or an order to sweep, can go: what is there before, what is changed, and how it must end.
//!
//! All of them are under the policy [`scene::ways_back`](crate::scene::ways_back), enforcing.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::call::Call;
use crate::event::Record;
use crate::rule::{Rule, Way, all, tcp, traffic};
use crate::state::{Facts, Things, carries, has, holds};
use crate::world::{World, unique};
use crate::{interface, list, tags};

const ANYWHERE: &str = "0.0.0.0/0";
const OFFICE: &str = "203.0.113.0/24";
const INSIDE: &str = "198.51.100.64/26";

/// A way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// A forbidden ingress rule is revoked.
    Ingress,
    /// A forbidden egress rule is revoked.
    Egress,
    /// Of several rules of one call the forbidden ones are revoked.
    Several,
    /// The call names the group.
    Named,
    /// A rule is edited in place.
    Edited,
    /// Only the group is left of the record: the live rules are judged.
    Cut,
    /// Nothing is left of the record.
    Truncated,
    /// A rule is narrowed.
    Narrowed,
    /// A required rule is put back.
    Required,
    /// The rule of somebody who is no editor is revoked by its id.
    Outsider,
    /// A group comes into a tier.
    Tagged,
    /// A prefix list is put back.
    Listed,
    /// To put a prefix list back does not help: the rule that names it is revoked.
    Spoiled,
    /// A group is taken off an interface.
    Attached,
    /// The change is allowed.
    Allowed,
    /// A sweep enforces the policy. It needs an account in which nobody else plays.
    Swept,
}

/// What is changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What happened, if an event tells it, at this instant.
    record: Option<(Record, Timestamp)>,
    /// What is there at the end: the first; the others only where AWS refuses a call for good.
    pub ends: Vec<Facts>,
    /// What people must hear.
    pub news: News,
    /// Whether nothing in the account shows, once it is undone, that it was: then only the memory can tell.
    pub leaves_no_trace: bool,
    /// Whether only the last attempt is late enough to know all.
    pub takes_all_attempts: bool,
}

/// What people must hear of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// That it was undone.
    Undone,
    /// That nobody could judge it.
    Undecided,
    /// Nothing.
    Nothing,
}

impl Change {
    /// Whether no event tells of it.
    #[must_use]
    pub const fn is_swept(&self) -> bool {
        self.record.is_none()
    }

    /// What the function is invoked with when the change was made so long ago.
    #[must_use]
    pub fn payload(&self, age: SignedDuration) -> String {
        let Some((record, made)) = &self.record else { return json!({"tierguard": "sweep"}).to_string() };
        let mut record = record.clone();
        record.0["eventTime"] = json!((*made - age).strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        record.event()
    }
}

impl Flow {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 16] = [
        Self::Ingress,
        Self::Egress,
        Self::Several,
        Self::Named,
        Self::Edited,
        Self::Cut,
        Self::Truncated,
        Self::Narrowed,
        Self::Required,
        Self::Outsider,
        Self::Tagged,
        Self::Listed,
        Self::Spoiled,
        Self::Attached,
        Self::Allowed,
        Self::Swept,
    ];

    /// Its name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingress => "ingress revoked",
            Self::Egress => "egress revoked",
            Self::Several => "several rules at once",
            Self::Named => "group by its name",
            Self::Edited => "edited in place",
            Self::Cut => "cut record",
            Self::Truncated => "truncated record",
            Self::Narrowed => "narrowed",
            Self::Required => "required, put back",
            Self::Outsider => "rule of an outsider",
            Self::Tagged => "tagged into a tier",
            Self::Listed => "list put back",
            Self::Spoiled => "list spoiled twice",
            Self::Attached => "group detached",
            Self::Allowed => "allowed",
            Self::Swept => "swept",
        }
    }

    /// Makes what is there before.
    pub async fn stage(self, world: &World) -> Things {
        match self {
            Self::Ingress | Self::Several | Self::Cut | Self::Truncated | Self::Allowed => {
                group(world, "web", &[tcp(443).with(ANYWHERE)]).await
            }
            Self::Edited => group(world, "web", &[tcp(443).with(ANYWHERE), tcp(80).with(ANYWHERE)]).await,
            Self::Egress => outward(world).await,
            Self::Named => named(world).await,
            Self::Narrowed => group(world, "narrowed", &[tcp(443).with("203.0.113.9/32")]).await,
            Self::Required => {
                group(world, "probed", &[tcp(9000).with(OFFICE), tcp(443).with(ANYWHERE)]).await
            }
            Self::Outsider => group(world, "frozen", &[tcp(80).with(ANYWHERE)]).await,
            Self::Tagged => {
                group(world, "elsewhere", &[tcp(443).with(ANYWHERE), tcp(22).with(ANYWHERE)]).await
            }
            Self::Listed => listed(world).await,
            Self::Spoiled => spoiled(world).await,
            Self::Attached => attached(world).await,
            Self::Swept => swept(world).await,
        }
    }

    /// Makes the change.
    pub async fn change(self, world: &World, things: &Things) -> Change {
        match self {
            Self::Ingress => opened(world, things, &[], &[tcp(22).with(ANYWHERE)]).await,
            Self::Several | Self::Named => opened(world, things, &[tcp(80).with(ANYWHERE)], &bad()).await,
            Self::Allowed => {
                let change = opened(world, things, &[tcp(80).with(ANYWHERE)], &[]).await;
                Change { news: News::Nothing, ..change }
            }
            Self::Outsider => opened(world, things, &[], &[tcp(443).with(ANYWHERE)]).await,
            Self::Cut => cut(world, things).await,
            Self::Truncated => truncated(world, things).await,
            Self::Egress => let_out(world, things).await,
            Self::Edited => edited(world, things).await,
            Self::Narrowed => widened(world, things).await,
            Self::Required => revoked(world, things).await,
            Self::Tagged => tagged(world, things).await,
            Self::Listed => list_edited(world, things).await,
            Self::Spoiled => list_spoiled(world, things).await,
            Self::Attached => put_on(world, things).await,
            Self::Swept => ordered(things),
        }
    }
}

/// A new group of `tier` with these rules.
async fn group(world: &World, tier: &str, rules: &[Rule]) -> Things {
    let group = world.group(tier).await;
    world.must(Call::open(&group, rules)).await;
    Things { groups: vec![group], ..Things::default() }
}

/// What is forbidden in the tier `web`.
fn bad() -> [Rule; 3] {
    [tcp(22).with(ANYWHERE), tcp(22).with("::/0"), tcp(3389).with("10.0.0.0/8")]
}

/// A group without the rule that it is born with, which the tier forbids.
async fn outward(world: &World) -> Things {
    let group = world.group("outward").await;
    let born = Call::Revoke { way: Way::Out, group: group.clone(), rules: vec![all().with(ANYWHERE)] };
    world.must(born).await;
    world.must(Call::let_out(&group, [tcp(443).with(OFFICE)])).await;
    Things { groups: vec![group], ..Things::default() }
}

/// A group of the default VPC, where names are enough.
async fn named(world: &World) -> Things {
    let (vpc, name) = (world.default_vpc().await, unique("named"));
    let group = world.group_in(&vpc, &name, "web").await;
    world.must(Call::open(&group, [tcp(443).with(ANYWHERE)])).await;
    Things { groups: vec![group], names: vec![name], ..Things::default() }
}

async fn listed(world: &World) -> Things {
    let list = world.prefix_list(&[INSIDE]).await;
    let things = group(world, "listed", &[tcp(8443).with(&list), tcp(8443).with(INSIDE)]).await;
    Things { lists: vec![list], ..things }
}

/// A list that says too much in its former version too.
async fn spoiled(world: &World) -> Things {
    let things = listed(world).await;
    list::edit(world, &things.lists[0], 1, &[ANYWHERE], &[]).await.expect("a list can be edited");
    things
}

async fn attached(world: &World) -> Things {
    let groups = vec![world.group("app").await, world.group("db").await];
    let interfaces = vec![interface::create(world, &[&groups[1]]).await.id];
    Things { groups, interfaces, ..Things::default() }
}

/// Something to revoke, something to put back and something to narrow.
async fn swept(world: &World) -> Things {
    let mut things = group(world, "web", &[tcp(443).with(ANYWHERE), tcp(22).with(ANYWHERE)]).await;
    things.groups.extend(group(world, "probed", &[tcp(443).with(ANYWHERE)]).await.groups);
    things.groups.extend(group(world, "narrowed", &[tcp(80).with("203.0.112.0/23")]).await.groups);
    things
}

/// What the groups have at the end: what they have now, less `gone`, and `come`.
async fn end(world: &World, things: &Things, gone: Facts, come: Facts) -> Facts {
    let now = crate::state::State::of(world, things).await.facts;
    now.difference(&gone).cloned().chain(come).collect()
}

/// The change of `record`, made just now, which is to be undone: at the end `gone` is no longer there, and `come` is.
async fn undone(world: &World, things: &Things, record: Record, gone: Facts, come: Facts) -> Change {
    let ends = vec![end(world, things, gone, come).await];
    let record = Some((record, Timestamp::now()));
    Change { record, ends, news: News::Undone, leaves_no_trace: false, takes_all_attempts: false }
}

fn ingress(group: &str, rules: &[Rule]) -> Facts {
    rules.iter().map(|rule| has(group, Way::In, rule)).collect()
}

/// Rules are opened in the group, some of them `good`; as the group is named in the scene.
async fn opened(world: &World, things: &Things, good: &[Rule], bad: &[Rule]) -> Change {
    let group = &things.groups[0];
    let call = Call::open(things.names.first().unwrap_or(group), [good, bad].concat());
    let record = world.must(call).await.record();
    undone(world, things, record, ingress(group, bad), Facts::new()).await
}

async fn cut(world: &World, things: &Things) -> Change {
    let (group, bad) = (&things.groups[0], tcp(22).with(ANYWHERE));
    let mut record = world.must(Call::open(group, [bad.clone()])).await.record();
    record.0["requestParameters"] = json!({"omitted": true, "originalSize": 131_842, "groupId": group});
    record.0["responseElements"] = json!({"omitted": true, "originalSize": 164_210});
    let change = undone(world, things, record, ingress(group, &[bad]), Facts::new()).await;
    Change { takes_all_attempts: true, ..change }
}

async fn truncated(world: &World, things: &Things) -> Change {
    let mut change = cut(world, things).await;
    if let Some((record, _)) = &mut change.record {
        record.0["requestParameters"]["groupId"] = Value::Null;
    }
    let ends = vec![end(world, things, Facts::new(), Facts::new()).await];
    Change { ends, news: News::Undecided, takes_all_attempts: false, ..change }
}

async fn let_out(world: &World, things: &Things) -> Change {
    let (group, bad) = (&things.groups[0], tcp(25).with("192.0.2.0/24"));
    let record = world.must(Call::let_out(group, [bad.clone()])).await.record();
    undone(world, things, record, [has(group, Way::Out, &bad)].into(), Facts::new()).await
}

async fn edited(world: &World, things: &Things) -> Change {
    let (group, bad) = (things.groups[0].clone(), tcp(22).with(ANYWHERE));
    let id = world.rule_id(&group, &tcp(443).with(ANYWHERE)).await;
    let edit = Call::Modify { group: group.clone(), id, rule: bad.clone() };
    let record = world.must(edit).await.record();
    undone(world, things, record, ingress(&group, &[bad]), Facts::new()).await
}

async fn widened(world: &World, things: &Things) -> Change {
    let (group, wide) = (&things.groups[0], traffic("tcp", 80, 443).with(OFFICE));
    let record = world.must(Call::open(group, [wide.clone()])).await.record();
    let parts = ingress(group, &[tcp(80).with(OFFICE), tcp(443).with(OFFICE)]);
    let gone = ingress(group, &[wide]);
    let change = undone(world, things, record, gone.clone(), parts).await;
    // Where nothing may be added what is forbidden goes all the same.
    let without = end(world, things, gone, Facts::new()).await;
    Change { ends: [change.ends, vec![without]].concat(), ..change }
}

async fn revoked(world: &World, things: &Things) -> Change {
    let (group, rule) = (things.groups[0].clone(), tcp(9000).with(OFFICE));
    let revoke = Call::Revoke { way: Way::In, group: group.clone(), rules: vec![rule.clone()] };
    let record = world.must(revoke).await.record();
    undone(world, things, record, Facts::new(), ingress(&group, &[rule])).await
}

async fn tagged(world: &World, things: &Things) -> Change {
    let group = &things.groups[0];
    let record = tags::set(world, &[group], "tier", "web").await;
    undone(world, things, record, ingress(group, &[tcp(22).with(ANYWHERE)]), Facts::new()).await
}

async fn list_edited(world: &World, things: &Things) -> Change {
    let (group, list) = (&things.groups[0], &things.lists[0]);
    let record = list::edit(world, list, 1, &[ANYWHERE], &[]).await.expect("a list can be edited");
    let change = undone(world, things, record, [holds(list, ANYWHERE)].into(), Facts::new()).await;
    // Where EC2 does not put it back the rule goes.
    let without = end(world, things, ingress(group, &[tcp(8443).with(list)]), Facts::new()).await;
    Change { ends: [change.ends, vec![without]].concat(), ..change }
}

async fn list_spoiled(world: &World, things: &Things) -> Change {
    let (group, list) = (&things.groups[0], &things.lists[0]);
    let record = list::edit(world, list, 2, &["10.0.0.0/8"], &[]).await.expect("a list can be edited");
    let gone = ingress(group, &[tcp(8443).with(list)]);
    // Once no rule names it, it is a list like any other that nobody uses: only the memory has what was done.
    Change { leaves_no_trace: true, ..undone(world, things, record, gone, Facts::new()).await }
}

async fn put_on(world: &World, things: &Things) -> Change {
    let ([app, db], [interface]) = (things.groups.as_slice(), things.interfaces.as_slice()) else {
        panic!("two groups and an interface: {things:?}")
    };
    let record = interface::replace(world, interface, &[app, db]).await;
    undone(world, things, record, [carries(interface, app)].into(), Facts::new()).await
}

fn ordered(things: &Things) -> Change {
    let [web, probed, narrowed] = things.groups.as_slice() else { panic!("three groups: {things:?}") };
    let mut without = ingress(web, &[tcp(443).with(ANYWHERE)]);
    without.extend(ingress(probed, &[tcp(443).with(ANYWHERE), tcp(9000).with(OFFICE)]));
    without.extend(things.groups.iter().map(|group| has(group, Way::Out, &all().with(ANYWHERE))));
    let facts = without.iter().cloned().chain(ingress(narrowed, &[tcp(80).with(OFFICE)])).collect();
    // Where nothing may be added what is forbidden goes all the same, and the next sweep finds it gone.
    let ends = vec![facts, without];
    Change { record: None, ends, news: News::Undone, leaves_no_trace: true, takes_all_attempts: false }
}
