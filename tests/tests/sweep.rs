//! The sweep, ordered as the schedule orders it, over an account in which nobody else plays. moto answers long lists in
//! parts here (`src/moto.py`).
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use std::time::Duration;

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::function::Function;
use tierguard_tests::rule::{Rule, tcp};
use tierguard_tests::world::{Message, World};
use tierguard_tests::{interface, list, scene, tags};

const ORDER: &str = r#"{"tierguard": "sweep"}"#;

const ANYWHERE: &str = "0.0.0.0/0";
const OFFICE: &str = "203.0.113.0/24";
const PARTNER: &str = "198.51.100.0/24";

/// An account with something wrong in it, of which no event has told.
struct Scene {
    world: World,
    function: Function,
    web: String,
    probed: String,
    narrowed: String,
    exempt: String,
    elsewhere: String,
}

impl Scene {
    async fn new(sweep: &str) -> Self {
        let world = World::alone().await;
        let function = world.function(&scene::ways_back(sweep));
        let web = with(&world, "web", &[tcp(443).with(ANYWHERE), tcp(22).with(ANYWHERE)]).await;
        let probed = with(&world, "probed", &[tcp(443).with(ANYWHERE)]).await;
        let narrowed = with(&world, "narrowed", &[tcp(80).with("203.0.112.0/23")]).await;
        let exempt = with(&world, "exempt", &[tcp(5432).with(PARTNER), tcp(5433).with(PARTNER)]).await;
        let elsewhere = with(&world, "elsewhere", &[tcp(22).with(ANYWHERE)]).await;
        Self { world, function, web, probed, narrowed, exempt, elsewhere }
    }

    /// The groups in the order of their making, each with its ingress rules.
    async fn rules(&self) -> [Vec<Rule>; 5] {
        [
            self.world.ingress(&self.web).await,
            self.world.ingress(&self.probed).await,
            self.world.ingress(&self.narrowed).await,
            self.world.ingress(&self.exempt).await,
            self.world.ingress(&self.elsewhere).await,
        ]
    }

    /// The names of the calls since this was last asked that can change anything.
    fn changes(&self) -> Vec<String> {
        let mut actions = self.world.proxy.actions();
        let is_harmless =
            |action: &str| action.starts_with("Describe") || action.starts_with("Get") || action == "Publish";
        actions.retain(|action| !is_harmless(action));
        actions
    }
}

async fn with(world: &World, tier: &str, rules: &[Rule]) -> String {
    let group = world.group(tier).await;
    world.must(Call::open(&group, rules)).await;
    group
}

fn json_of(message: &Message) -> Value {
    serde_json::from_str(&message.text).unwrap()
}

#[tokio::test]
async fn observing_it_tells_all_and_changes_nothing() {
    let scene = Scene::new("observe").await;
    let before = scene.rules().await;
    let report = scene.function.report(ORDER);
    assert_eq!((&report["sweep"], &report["observes"]), (&json!("done"), &json!(true)), "{report}");
    assert_eq!((&report["forbidden"], &report["missing"]), (&json!(3), &json!(1)), "{report}");
    assert_eq!(report["managed"], json!(4), "{report}");
    assert_eq!(report["outcomes"], json!({"withheld": 4}), "{report}");
    assert_eq!(scene.changes(), [""; 0]);
    assert_eq!(scene.rules().await, before);
    let message = scene.world.message().await;
    let all = [&scene.web, &scene.probed, &scene.narrowed, &scene.exempt];
    assert!(all.into_iter().all(|group| message.text.contains(group.as_str())), "{message:?}");
    assert!(!message.text.contains(&scene.elsewhere), "{message:?}");
}

#[tokio::test]
async fn enforcing_it_leaves_what_is_allowed_and_puts_back_what_is_required() {
    let scene = Scene::new("enforce").await;
    let report = scene.function.report(ORDER);
    assert_eq!((&report["sweep"], &report["observes"]), (&json!("done"), &json!(false)), "{report}");
    assert_eq!(report["outcomes"], json!({"done": 3, "narrowed": 1}), "{report}");
    let after = [
        vec![tcp(443).with(ANYWHERE)],
        vec![tcp(443).with(ANYWHERE), tcp(9000).with(OFFICE)],
        vec![tcp(80).with(OFFICE)],
        vec![tcp(5432).with(PARTNER)],
        vec![tcp(22).with(ANYWHERE)],
    ];
    assert_eq!(scene.rules().await, after);
    let told = json_of(&scene.world.message().await);
    assert!(told.to_string().contains("OPS-2"), "the exemption that had ended: {told}");

    // Once it is mended there is nothing to do, and nothing to tell.
    drop(scene.changes());
    let report = scene.function.report(ORDER);
    assert_eq!((&report["forbidden"], &report["missing"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(scene.changes(), [""; 0]);
    assert_eq!(scene.world.messages().await, []);
}

#[tokio::test]
async fn where_everything_observes_the_sweep_does_too() {
    let scene = Scene::new("enforce").await;
    let function = scene.world.function_in_mode(&scene::ways_back("enforce"), Some("observe"));
    let before = scene.rules().await;
    let report = function.report(ORDER);
    assert_eq!(report["forbidden"], json!(3), "{report}");
    assert_eq!(scene.changes(), [""; 0]);
    assert_eq!(scene.rules().await, before);
}

#[tokio::test]
async fn a_rule_that_names_a_list_is_judged_by_its_entries() {
    let world = World::alone().await;
    let function = world.function(&scene::ways_back("enforce"));
    let list = world.prefix_list(&["198.51.100.64/26"]).await;
    let group = with(&world, "listed", &[tcp(8443).with(&list)]).await;
    assert_eq!(function.report(ORDER)["forbidden"], json!(0));
    list::edit(&world, &list, 1, &[ANYWHERE], &[]).await.unwrap();
    let report = function.report(ORDER);
    assert_eq!((&report["forbidden"], &report["outcomes"]), (&json!(1), &json!({"done": 1})), "{report}");
    assert_eq!(world.ingress(&group).await, []);
}

#[tokio::test]
async fn of_tiers_that_may_not_meet_the_outer_one_comes_off() {
    let world = World::alone().await;
    let function = world.function(&scene::ways_back("enforce"));
    let (web, db) = (world.group("web").await, world.group("db").await);
    let made = interface::create(&world, &[&web, &db]).await;
    let endpoint = interface::of_endpoint(&world, &[&web, &db]).await;
    let report = function.report(ORDER);
    assert_eq!((&report["sweep"], &report["forbidden"]), (&json!("done"), &json!(0)), "{report}");
    assert_eq!(interface::groups_of(&world, &made.id).await, std::slice::from_ref(&db));
    assert_eq!(interface::groups_of(&world, &endpoint).await.len(), 2, "AWS's own is left alone");
    let told = world.message().await;
    assert!(told.text.contains(&made.id) && told.text.contains(&endpoint), "{told:?}");
}

/// 101 groups of a tier: EC2's lists of groups and of rules are several pages long, and the sweep takes three looks at
/// the clock. It only observes: at the pace of a sweep so many revokes would take a minute.
#[tokio::test]
async fn a_sweep_of_many_pages_sees_every_group() {
    let world = World::alone().await;
    let function = world.function(&scene::ways_back("observe"));
    for _ in 0..101 {
        with(&world, "web", &[tcp(443).with(ANYWHERE), tcp(22).with(ANYWHERE)]).await;
    }
    let report = function.report(ORDER);
    assert_eq!((&report["managed"], &report["rules"]), (&json!(101), &json!(303)), "{report}");
    assert_eq!((&report["forbidden"], &report["outcomes"]), (&json!(101), &json!({"withheld": 101})));
    let calls = world.proxy.actions();
    let count = |action| calls.iter().filter(|call| *call == action).count();
    assert!(count("DescribeSecurityGroups") > 3 && count("DescribeSecurityGroupRules") > 3, "{calls:?}");
    assert_eq!(count("Publish"), 1, "one message");
}

/// Every call takes so long that the first part of the sweep, fifty groups, takes up the time; the second is ordered by
/// the message that the first leaves.
#[tokio::test]
async fn what_there_is_no_time_for_another_invocation_does() {
    let world = World::alone().await;
    let function = world.function(&scene::ways_back("enforce"));
    let mut groups = Vec::new();
    for _ in 0..60 {
        groups.push(world.group("elsewhere").await);
    }
    groups.sort();
    // In the first part and in the last: a part is swept in the order of the groups' ids.
    let wrong = [groups.first().unwrap().as_str(), groups.last().unwrap().as_str()];
    for group in wrong {
        world.must(Call::open(group, [tcp(22).with(ANYWHERE)])).await;
    }
    tags::set(&world, &wrong, "tier", "web").await;

    // Two pages of groups, then the first part: it may not begin later than four and a half seconds after the order, and
    // ends no sooner than five.
    world.proxy.hold_up(Duration::from_millis(1700));
    let report = function.report_within(ORDER, Duration::from_secs(10));
    world.proxy.hold_up(Duration::ZERO);
    assert_eq!(report["sweep"], json!("continued"), "{report}");
    assert_eq!(world.messages().await, [], "people hear of it when it is over");
    assert_eq!([world.ingress(wrong[0]).await.len(), world.ingress(wrong[1]).await.len()], [0, 1]);

    let handed_on = world.handed_on().await;
    assert_eq!(handed_on.len(), 1, "{handed_on:?}");
    let report = function.report(&handed_on[0].to_string());
    assert_eq!((&report["sweep"], &report["forbidden"]), (&json!("done"), &json!(2)), "{report}");
    assert_eq!(world.ingress(wrong[1]).await, []);
    let message = world.message().await;
    assert!(wrong.iter().all(|group| message.text.contains(group)), "both parts in one: {message:?}");
    assert_eq!(world.handed_on().await, Vec::<Value>::new());
}
