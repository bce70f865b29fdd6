//! A change is made through the EC2 API, its event is handed to the built function, and the group and the message are
//! read back through the API.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise"
)]

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::event::{Effect, GUARD_ROLE, Made, Record};
use tierguard_tests::function::Function;
use tierguard_tests::rule::{Rule, Traffic, Way, all, tcp, traffic};
use tierguard_tests::scene;
use tierguard_tests::world::{Message, World};

const ANYWHERE: &str = "0.0.0.0/0";

/// A world, and the function with the usual policy.
struct Scene {
    world: World,
    function: Function,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let list = world.prefix_list(&["198.51.100.64/26"]).await;
        let function = world.function(&scene::policy(&list));
        Self { world, function }
    }

    /// Opens `rules` in a new group of `tier`, has the event handled, and says what became of it.
    async fn open(&self, tier: &str, rules: impl Into<Vec<Rule>>) -> (String, Value) {
        let group = self.world.group(tier).await;
        let made = self.world.must(Call::open(&group, rules)).await;
        (group, self.handle(&made))
    }

    fn handle(&self, made: &Made) -> Value {
        self.function.report(&made.record().event())
    }

    /// Opens one rule that must be undone, however it is written.
    async fn undone(&self, tier: &str, rule: Rule, excess: &str) {
        let (group, report) = self.open(tier, [rule]).await;
        assert_eq!(report["verdict"], "violation", "{report}");
        assert_eq!(report["findings"][0]["excess"], json!([excess]), "{report}");
        assert_eq!(outcomes(&report), ["done"], "{report}");
        assert_eq!(self.world.ingress(&group).await, []);
        assert!(self.world.message().await.is_about(&group));
    }
}

trait About {
    fn is_about(&self, text: &str) -> bool;
}

impl About for Message {
    fn is_about(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

/// The outcome of each action.
fn outcomes(report: &Value) -> Vec<&str> {
    report["actions"].as_array().unwrap().iter().map(|action| action["outcome"].as_str().unwrap()).collect()
}

fn icmp(of_type: i32, code: i32) -> Traffic {
    traffic("icmp", of_type, code)
}

#[tokio::test]
async fn a_forbidden_rule_goes_and_the_good_one_of_the_same_call_stays() {
    let scene = Scene::new().await;
    let (good, bad) = (tcp(443).with(ANYWHERE), tcp(22).with(ANYWHERE));
    let (web, report) = scene.open("web", [good.clone(), bad]).await;
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(report["tiers"], json!(["web"]));
    assert_eq!(report["findings"][0]["excess"], json!(["22/tcp from 0.0.0.0/0"]));
    assert_eq!(scene.world.ingress(&web).await, [good]);
    let message = scene.world.message().await;
    assert!(message.subject.is_ascii() && (1..100).contains(&message.subject.len()), "{message:?}");
    assert!(message.is_about(&web) && message.is_about("22/tcp from 0.0.0.0/0"), "{message:?}");
}

#[tokio::test]
async fn the_queue_gets_the_machines_copy_with_its_attributes() {
    let scene = Scene::new().await;
    let (web, _) = scene.open("web", [tcp(22).with(ANYWHERE)]).await;
    let message = scene.world.message().await;
    let copy: Value = serde_json::from_str(&message.text).expect("the variant for queues is JSON");
    assert_eq!(copy["group"], json!(web));
    assert_eq!(copy["notice"]["door"], "closed");
    assert_eq!(message.attributes["verdict"]["Value"], "violation");
}

#[tokio::test]
async fn networks_of_both_kinds_in_one_item_are_rules_of_their_own() {
    let scene = Scene::new().await;
    let mixed = [tcp(22).with(ANYWHERE), tcp(22).with("::/0"), tcp(22).with("203.0.113.0/24")];
    let (group, _) = scene.open("ssh", &mixed).await;
    assert_eq!(scene.world.ingress(&group).await, [tcp(22).with("203.0.113.0/24")]);
}

#[tokio::test]
async fn all_traffic_goes() {
    let scene = Scene::new().await;
    scene.undone("web", all().with(ANYWHERE), "all from 0.0.0.0/0").await;
}

#[tokio::test]
async fn icmp_goes_but_for_the_type_that_is_allowed() {
    let scene = Scene::new().await;
    let (group, _) = scene.open("ping", [icmp(8, -1).with(ANYWHERE), icmp(5, -1).with(ANYWHERE)]).await;
    assert_eq!(scene.world.ingress(&group).await, [icmp(8, -1).with(ANYWHERE)]);
}

#[tokio::test]
async fn ipv6_goes() {
    let scene = Scene::new().await;
    scene.undone("web", tcp(22).with("::/0"), "22/tcp from ::/0").await;
}

#[tokio::test]
async fn a_protocol_number_goes() {
    let scene = Scene::new().await;
    scene.undone("web", traffic("50", -1, -1).with(ANYWHERE), "proto/50 from 0.0.0.0/0").await;
}

#[tokio::test]
async fn a_reference_to_a_group_of_the_wrong_tier_goes() {
    let scene = Scene::new().await;
    let (web, db) = (scene.world.group("web").await, scene.world.group("db").await);
    let (app, report) = scene.open("app", [tcp(8080).with(&web), tcp(8080).with(&db)]).await;
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(scene.world.ingress(&app).await, [tcp(8080).with(&web)]);
}

#[tokio::test]
async fn a_prefix_list_is_judged_by_its_entries() {
    let scene = Scene::new().await;
    let inside = scene.world.prefix_list(&["198.51.100.64/27"]).await;
    let beyond = scene.world.prefix_list(&["198.51.100.64/27", "192.0.2.1/32"]).await;
    let (group, report) = scene.open("vendor", [tcp(8443).with(&inside), tcp(8443).with(&beyond)]).await;
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(scene.world.ingress(&group).await, [tcp(8443).with(&inside)]);
}

#[tokio::test]
async fn egress_goes() {
    let scene = Scene::new().await;
    let db = scene.world.group("db").await;
    let before = scene.world.rules(&db, Way::Out).await;
    let made = scene
        .world
        .must(Call::let_out(&db, [tcp(25).with("192.0.2.0/24"), tcp(443).with("203.0.113.9/32")]))
        .await;
    let report = scene.handle(&made);
    assert_eq!(report["actions"][0]["call"], "RevokeSecurityGroupEgress", "{report}");
    let mut after = [before, vec![tcp(443).with("203.0.113.9/32")]].concat();
    after.sort();
    assert_eq!(scene.world.rules(&db, Way::Out).await, after);
}

#[tokio::test]
async fn ipv6_egress_goes() {
    let scene = Scene::new().await;
    let db = scene.world.group("db").await;
    let made = scene.world.must(Call::let_out(&db, [tcp(25).with("::/0")])).await;
    assert_eq!(outcomes(&scene.handle(&made)), ["done"]);
    assert_eq!(scene.world.rules(&db, Way::Out).await, [all().with(ANYWHERE)]);
}

#[tokio::test]
async fn an_edit_of_a_good_rule_into_a_bad_one_is_undone() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    scene.world.must(Call::open(&web, [tcp(443).with(ANYWHERE), tcp(80).with(ANYWHERE)])).await;
    let id = scene.world.rule_id(&web, &tcp(443).with(ANYWHERE)).await;
    let edit = Call::Modify { group: web.clone(), id, rule: tcp(22).with(ANYWHERE) };
    let made = scene.world.must(edit).await;
    let report = scene.handle(&made);
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(scene.world.ingress(&web).await, [tcp(80).with(ANYWHERE)]);
    assert!(scene.world.message().await.is_about("22/tcp"));
}

#[tokio::test]
async fn a_new_group_of_a_tier_with_governed_egress_loses_the_rule_that_it_is_born_with() {
    let scene = Scene::new().await;
    let vpc = scene.world.vpc.clone();
    let tags = vec![("tier".to_owned(), "db".to_owned())];
    let made = scene.world.must(Call::Create { name: "ledger".to_owned(), vpc, tags }).await;
    assert_eq!(scene.world.rules(&made.group, Way::Out).await, [all().with(ANYWHERE)]);
    let report = scene.handle(&made);
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(scene.world.rules(&made.group, Way::Out).await, []);
}

#[tokio::test]
async fn a_group_of_the_default_vpc_is_found_by_name() {
    let scene = Scene::new().await;
    let vpc = scene.world.default_vpc().await;
    let web = scene.world.group_in(&vpc, "classic", "web").await;
    // Another VPC may have a group of the same name.
    scene.world.group_in(&scene.world.vpc, "classic", "app").await;
    let mut made = scene.world.must(Call::open("classic", [tcp(22).with(ANYWHERE)])).await;
    made.outcome = Ok(Effect::default());
    assert_eq!(made.group, web);
    let report = scene.handle(&made);
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(report["group"], json!(web));
    assert_eq!(scene.world.ingress(&web).await, []);
}

#[tokio::test]
async fn a_flat_request_without_a_rule_set_is_undone() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let made = scene.world.must(Call::open(&web, [tcp(22).with("1.2.3.4/0")])).await;
    let mut record = made.flat_record();
    record.0["responseElements"] = json!({"_return": true});
    assert_eq!(scene.function.report(&record.event())["verdict"], "violation");
    assert_eq!(scene.world.ingress(&web).await, []);
}

#[tokio::test]
async fn what_is_allowed_stays_and_nobody_is_told() {
    let scene = Scene::new().await;
    let rules = [tcp(80).with(ANYWHERE), tcp(443).with("::/0")];
    let (web, report) = scene.open("web", rules).await;
    assert_eq!(report["verdict"], "compliant", "{report}");
    assert_eq!(scene.world.ingress(&web).await.len(), 2);
    assert_eq!(scene.world.messages().await, []);
}

#[tokio::test]
async fn a_group_in_no_tier_is_left_alone() {
    let scene = Scene::new().await;
    let rule = tcp(22).with(ANYWHERE);
    let (group, report) = scene.open("elsewhere", [rule.clone()]).await;
    assert_eq!(report["verdict"], "unmanaged", "{report}");
    assert_eq!(scene.world.ingress(&group).await, [rule]);
    assert_eq!(scene.world.messages().await, []);
}

#[tokio::test]
async fn a_failed_call_that_names_a_rule_that_exists_changes_nothing() {
    let scene = Scene::new().await;
    let db = scene.world.group("db").await;
    let rule = tcp(22).with(ANYWHERE);
    scene.world.must(Call::open(&db, [rule.clone()])).await;
    let made = scene.world.make(Call::open(&db, [rule.clone()])).await;
    assert_eq!(made.outcome, Err("InvalidPermission.Duplicate".to_owned()));
    let report = scene.handle(&made);
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("ignored"), &json!("failed-call")));
    assert_eq!(scene.world.ingress(&db).await, [rule]);
    assert_eq!(scene.world.messages().await, []);
    assert_eq!(scene.world.proxy.actions(), [""; 0]);
}

#[tokio::test]
async fn the_guards_own_change_is_no_reason_to_act() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let good = tcp(443).with(ANYWHERE);
    let own = scene.world.must(Call::open(&web, [good.clone()])).await.record().by_role(GUARD_ROLE);
    let report = scene.function.report(&own.event());
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("ignored"), &json!("own-change")));
    assert!(!scene.world.proxy.actions().iter().any(|action| is_mutating(action)));

    // A session that only calls itself so is nobody special.
    let made = scene.world.must(Call::open(&web, [tcp(22).with(ANYWHERE)])).await;
    let other = made.record().by_role("arn:aws:iam::123456789012:role/dev");
    assert_eq!(scene.function.report(&other.event())["verdict"], "violation");
    assert_eq!(scene.world.ingress(&web).await, [good]);
}

#[tokio::test]
async fn observing_makes_no_call_that_changes_anything() {
    let world = World::new().await;
    let list = world.prefix_list(&["198.51.100.64/26"]).await;
    let function = world.function_in_mode(&scene::policy(&list), Some("observe"));
    let web = world.group("web").await;
    let made = world.must(Call::open(&web, [tcp(22).with(ANYWHERE)])).await;
    let report = function.report(&made.record().event());
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(outcomes(&report), ["withheld"]);
    assert!(!world.proxy.actions().iter().any(|action| is_mutating(action)));
    assert_eq!(world.ingress(&web).await, [tcp(22).with(ANYWHERE)]);
    assert_eq!(json_of(&world.message().await)["notice"]["door"], "open");
}

#[tokio::test]
async fn a_tier_may_be_observed_by_itself() {
    let scene = Scene::new().await;
    let (group, report) = scene.open("watched", [tcp(22).with(ANYWHERE)]).await;
    assert_eq!(outcomes(&report), ["withheld"]);
    assert_eq!(scene.world.ingress(&group).await.len(), 1);
}

#[tokio::test]
async fn notify_only_tells_and_plans_no_call() {
    let scene = Scene::new().await;
    let (group, report) = scene.open("told", [tcp(22).with(ANYWHERE)]).await;
    assert_eq!(report["verdict"], "violation", "{report}");
    assert_eq!(report["actions"], json!([]));
    assert_eq!(scene.world.ingress(&group).await.len(), 1);
    assert!(scene.world.message().await.is_about(&group));
    assert!(!scene.world.proxy.actions().iter().any(|action| is_mutating(action)));
}

#[tokio::test]
async fn the_same_event_twice_ends_in_the_same_state_and_is_announced_once() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let good = tcp(443).with(ANYWHERE);
    let made = scene.world.must(Call::open(&web, [good.clone(), tcp(22).with(ANYWHERE)])).await;
    let event = made.record().event();
    assert_eq!(outcomes(&scene.function.report(&event)), ["done"]);
    assert_eq!(outcomes(&scene.function.report(&event)), ["already-gone"]);
    assert_eq!(scene.world.ingress(&web).await, [good]);
    assert_eq!(scene.world.messages().await.len(), 1);
}

#[tokio::test]
async fn in_the_default_vpc_a_rule_that_is_gone_is_told_from_one_that_was_there() {
    let scene = Scene::new().await;
    let vpc = scene.world.default_vpc().await;
    let web = scene.world.group_in(&vpc, "half-gone", "web").await;
    let report = half_gone(&scene, &web).await;
    let mut outcomes = outcomes(&report);
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["already-gone", "done"], "{report}");
}

#[tokio::test]
async fn in_another_vpc_a_rule_that_is_gone_does_not_keep_its_neighbour() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let report = half_gone(&scene, &web).await;
    let mut outcomes = outcomes(&report);
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["already-gone", "done"], "{report}");
}

/// Two bad rules in one call, one of which somebody takes back before the event comes in: both must be gone.
async fn half_gone(scene: &Scene, group: &str) -> Value {
    let (gone, there) = (tcp(22).with(ANYWHERE), tcp(23).with(ANYWHERE));
    let made = scene.world.must(Call::open(group, [gone.clone(), there])).await;
    scene.world.must(Call::Revoke { way: Way::In, group: group.to_owned(), rules: vec![gone] }).await;
    let report = scene.handle(&made);
    assert_eq!(scene.world.ingress(group).await, []);
    report
}

#[tokio::test]
async fn the_event_of_a_group_that_is_gone_is_nothing() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let made = scene.world.must(Call::open(&web, [tcp(22).with(ANYWHERE)])).await;
    scene.world.must(Call::Delete { group: web }).await;
    let report = scene.handle(&made);
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("ignored"), &json!("group-gone")));
    assert_eq!(scene.world.messages().await, []);
}

#[tokio::test]
async fn a_deletion_is_nothing() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let made = scene.world.must(Call::Delete { group: web }).await;
    assert_eq!(scene.handle(&made)["verdict"], "ignored");
    assert_eq!(scene.world.proxy.actions(), [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_understood_is_announced() {
    let scene = Scene::new().await;
    let request =
        json!({"groupId": "sg-0123456789abcdef0", "ipPermissions": {"items": [{"ipProtocol": "tcp"}]}});
    let record = Record::new("AuthorizeSecurityGroupIngress", &request, &json!({"_return": true}), None);
    let report = scene.function.report(&record.event());
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("undecidable"), &json!("malformed")));
    let message = scene.world.message().await;
    assert_eq!(json_of(&message)["event_id"], record.0["eventID"]);
    assert_eq!(scene.world.proxy.actions(), ["Publish"]);
}

#[tokio::test]
async fn a_new_description_is_nothing() {
    let scene = Scene::new().await;
    let web = scene.world.group("web").await;
    let rule = tcp(22).with(ANYWHERE);
    scene.world.must(Call::open(&web, [rule.clone()])).await;
    let call =
        Call::Describe { way: Way::In, group: web.clone(), rule: rule.clone(), text: "for OPS-1".to_owned() };
    let report = scene.handle(&scene.world.must(call).await);
    assert_eq!((&report["verdict"], &report["reason"]), (&json!("ignored"), &json!("description-only")));
    assert_eq!(scene.world.ingress(&web).await, [rule]);
    assert_eq!(scene.world.messages().await, []);
}

#[tokio::test]
async fn an_event_of_another_kind_is_nothing() {
    let scene = Scene::new().await;
    for event in [r#"{"source":"aws.s3","detail":{}}"#, "{}", "[]", "null", r#""text""#] {
        assert_eq!(scene.function.report(event)["verdict"], "ignored", "{event}");
    }
    assert_eq!(scene.world.proxy.actions(), [""; 0]);
}

/// Whether a call can change anything: all but the look-ups and the notice.
fn is_mutating(action: &str) -> bool {
    !(action.starts_with("Describe") || action.starts_with("Get") || action == "Publish")
}

/// The machine's copy.
fn json_of(message: &Message) -> Value {
    serde_json::from_str(&message.text).unwrap_or_default()
}
