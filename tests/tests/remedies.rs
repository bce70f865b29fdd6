//! Every way in and every way back: a change made through the EC2 API, its event handed to the built function, and what
//! is there afterwards read back through the API.
//!
//! moto lacks `RestoreManagedPrefixListVersion`, the filters by prefix list and a few more things; `src/moto.py` adds
//! them, and `README.md` lists them. That the function's calls are those of EC2 is for the tests of `tierguard-lambda`,
//! which look at each request. What moto has no trace of, `AssociateSecurityGroupVpc`, the samples show on the account in
//! memory.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop at the first surprise")]

use serde_json::{Value, json};
use tierguard_tests::call::Call;
use tierguard_tests::event::{Effect, GUARD_ROLE, Held, Made, Record};
use tierguard_tests::function::Function;
use tierguard_tests::proxy::Seen;
use tierguard_tests::rule::{Rule, Way, tcp, traffic};
use tierguard_tests::scene::{self, ADMIN, INCIDENT};
use tierguard_tests::world::{Message, World};
use tierguard_tests::{interface, list, tags};

const ANYWHERE: &str = "0.0.0.0/0";
const OFFICE: &str = "203.0.113.0/24";
const PARTNER: &str = "198.51.100.0/24";

/// A world, and the function with a policy of every way back.
struct Scene {
    world: World,
    function: Function,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let function = world.function(&scene::ways_back("observe"));
        Self { world, function }
    }

    /// A new group of `tier` with these rules, of which no event has told.
    async fn group(&self, tier: &str, rules: &[Rule]) -> String {
        let group = self.world.group(tier).await;
        if !rules.is_empty() {
            self.world.must(Call::open(&group, rules)).await;
        }
        group
    }

    fn handle(&self, record: &Record) -> Value {
        self.function.report(&record.event())
    }

    async fn revoke(&self, group: &str, rule: &Rule) -> Made {
        let (group, rules) = (group.to_owned(), vec![rule.clone()]);
        self.world.must(Call::Revoke { way: Way::In, group, rules }).await
    }

    async fn describe(&self, group: &str, rule: &Rule, text: &str) {
        let (group, rule, text) = (group.to_owned(), rule.clone(), text.to_owned());
        self.world.must(Call::Describe { way: Way::In, group, rule, text }).await;
    }

    /// The calls since this was last asked that can change anything.
    fn changes(&self) -> Vec<Seen> {
        let mut seen = self.world.proxy.seen();
        seen.retain(|call| !is_harmless(&call.action));
        seen
    }

    /// Nothing was changed since this was last asked.
    fn assert_nothing_changed(&self) {
        let changes = self.changes();
        assert!(changes.is_empty(), "{changes:?}");
    }
}

/// Whether a call changes nothing: the look-ups and the notice.
fn is_harmless(action: &str) -> bool {
    action.starts_with("Describe") || action.starts_with("Get") || action == "Publish"
}

/// Each action: its call, the number of its rules, and its outcome.
fn actions(report: &Value) -> Vec<(&str, usize, &str)> {
    let actions = report["actions"].as_array().unwrap().iter();
    let rules = |action: &Value| action["rules"].as_array().map_or(0, Vec::len);
    actions
        .map(|action| (action["call"].as_str().unwrap(), rules(action), action["outcome"].as_str().unwrap()))
        .collect()
}

/// The codes of the findings.
fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// The machine's copy.
fn json_of(message: &Message) -> Value {
    serde_json::from_str(&message.text).unwrap_or_default()
}

/// That the first of these two calls was answered before the second was made.
fn assert_in_order(calls: &[Seen], first: &str, second: &str) {
    let find = |action: &str| {
        calls.iter().find(|call| call.action == action).unwrap_or_else(|| panic!("no {action} in {calls:?}"))
    };
    assert!(find(first).answered <= find(second).arrived, "{calls:#?}");
}

const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";
const REVOKE: &str = "RevokeSecurityGroupIngress";

mod required {
    use super::*;

    fn probe() -> Rule {
        tcp(9000).with(OFFICE)
    }

    #[tokio::test]
    async fn what_a_revoke_took_comes_back_with_its_description() {
        let scene = Scene::new().await;
        let group = scene.group("probed", &[probe()]).await;
        scene.describe(&group, &probe(), "the probe of OPS-7").await;
        let made = scene.revoke(&group, &probe()).await;
        let report = scene.handle(&made.record());
        assert_eq!(codes(&report), ["required-missing"], "{report}");
        assert_eq!(actions(&report), [(AUTHORIZE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&group).await, [probe()]);
        let text = scene.world.description(&group, &probe()).await;
        assert_eq!(text.as_deref(), Some("the probe of OPS-7"));
        assert_eq!(json_of(&scene.world.message().await)["verdict"], "violation");
    }

    /// A record of the older kind does not tell what was removed, and this call names it by its id.
    #[tokio::test]
    async fn where_no_record_tells_what_it_said_it_comes_from_the_policy() {
        let scene = Scene::new().await;
        let group = scene.group("probed", &[probe()]).await;
        let id = scene.world.rule_id(&group, &probe()).await;
        let revoke = Call::RevokeIds { way: Way::In, group: group.clone(), ids: vec![id] };
        let mut made = scene.world.must(revoke).await;
        made.outcome = Ok(Effect::default());
        let report = scene.handle(&made.record());
        assert_eq!(actions(&report), [(AUTHORIZE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&group).await, [probe()]);
        let text = scene.world.description(&group, &probe()).await;
        assert_eq!(text.as_deref(), Some("tierguard: required by tier probed"));
    }

    #[tokio::test]
    async fn what_an_edit_took_comes_back_before_the_edited_rule_goes() {
        let scene = Scene::new().await;
        let group = scene.group("probed", &[probe()]).await;
        let id = scene.world.rule_id(&group, &probe()).await;
        let edit = Call::Modify { group: group.clone(), id, rule: tcp(9000).with(ANYWHERE) };
        let made = scene.world.must(edit).await;
        let report = scene.handle(&made.record());
        assert_eq!(codes(&report), ["not-allowed", "required-missing"], "{report}");
        assert_eq!(actions(&report), [(AUTHORIZE, 1, "done"), (REVOKE, 1, "done")], "{report}");
        assert_in_order(&scene.world.proxy.seen(), AUTHORIZE, REVOKE);
        assert_eq!(scene.world.ingress(&group).await, [probe()]);
    }

    #[tokio::test]
    async fn the_same_event_twice_puts_it_back_once() {
        let scene = Scene::new().await;
        let group = scene.group("probed", &[probe()]).await;
        let event = scene.revoke(&group, &probe()).await.record();
        assert_eq!(actions(&scene.handle(&event)), [(AUTHORIZE, 1, "done")]);
        assert_eq!(actions(&scene.handle(&event)), [(AUTHORIZE, 1, "already-there")]);
        assert_eq!(scene.world.ingress(&group).await, [probe()]);
        assert_eq!(scene.world.messages().await.len(), 1);
    }

    #[tokio::test]
    async fn a_reference_to_a_group_comes_back_too() {
        let scene = Scene::new().await;
        let web = scene.group("web", &[]).await;
        let rule = tcp(8080).with(&web);
        let app = scene.group("app", std::slice::from_ref(&rule)).await;
        let made = scene.revoke(&app, &rule).await;
        let report = scene.handle(&made.record());
        assert_eq!(actions(&report), [(AUTHORIZE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&app).await, [rule]);
    }

    #[tokio::test]
    async fn what_is_not_required_may_go() {
        let scene = Scene::new().await;
        let extra = tcp(443).with(ANYWHERE);
        let group = scene.group("probed", &[probe(), extra.clone()]).await;
        let made = scene.revoke(&group, &extra).await;
        assert_eq!(scene.handle(&made.record())["verdict"], "compliant");
        scene.assert_nothing_changed();
        assert_eq!(scene.world.ingress(&group).await, [probe()]);
    }
}

mod editors {
    use super::*;

    fn good() -> Rule {
        tcp(443).with(ANYWHERE)
    }

    #[tokio::test]
    async fn an_allowed_rule_of_somebody_else_goes_by_its_id() {
        let scene = Scene::new().await;
        let group = scene.group("frozen", &[]).await;
        let made = scene.world.must(Call::open(&group, [good()])).await;
        let id = scene.world.rule_id(&group, &good()).await;
        let report = scene.handle(&made.record());
        assert_eq!(codes(&report), ["editor"], "{report}");
        assert_eq!(actions(&report), [(REVOKE, 1, "done")], "{report}");
        let calls = scene.changes();
        assert!(calls[0].body.contains(&id) && !calls[0].body.contains("IpPermissions"), "{calls:?}");
        assert_eq!(scene.world.ingress(&group).await, []);
        assert!(scene.world.message().await.text.contains(&group));
    }

    /// Between the call and its event the rule has been replaced by one that says the same.
    #[tokio::test]
    async fn an_editors_rule_that_says_the_same_stays() {
        let scene = Scene::new().await;
        let group = scene.group("frozen", &[]).await;
        let outsiders = scene.world.must(Call::open(&group, [good()])).await.record();
        scene.revoke(&group, &good()).await;
        let editors = scene.world.must(Call::open(&group, [good()])).await.record().by_role(ADMIN);
        let report = scene.handle(&outsiders);
        assert_eq!(codes(&report), ["editor"], "{report}");
        assert_eq!(actions(&report), [(REVOKE, 1, "already-gone")], "{report}");
        assert_eq!(scene.handle(&editors)["verdict"], "compliant");
        assert_eq!(scene.world.ingress(&group).await, [good()]);
    }

    #[tokio::test]
    async fn a_removal_by_somebody_else_is_put_back() {
        let scene = Scene::new().await;
        let group = scene.group("frozen", &[good()]).await;
        scene.describe(&group, &good(), "TLS").await;
        let made = scene.revoke(&group, &good()).await;
        let report = scene.handle(&made.record());
        assert_eq!(codes(&report), ["editor"], "{report}");
        assert_eq!(actions(&report), [(AUTHORIZE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&group).await, [good()]);
        assert_eq!(scene.world.description(&group, &good()).await.as_deref(), Some("TLS"));
    }

    #[tokio::test]
    async fn only_what_the_policy_allows_is_put_back() {
        let scene = Scene::new().await;
        let bad = tcp(22).with(ANYWHERE);
        let group = scene.group("frozen", &[good(), bad.clone()]).await;
        let made = scene.revoke(&group, &bad).await;
        scene.handle(&made.record());
        scene.assert_nothing_changed();
        assert_eq!(scene.world.ingress(&group).await, [good()]);
    }

    #[tokio::test]
    async fn an_editor_adds_and_removes_what_is_allowed() {
        let scene = Scene::new().await;
        let group = scene.group("frozen", &[]).await;
        let made = scene.world.must(Call::open(&group, [good()])).await;
        assert_eq!(scene.handle(&made.record().by_role(ADMIN))["verdict"], "compliant");
        assert_eq!(scene.world.ingress(&group).await, [good()]);
        let made = scene.revoke(&group, &good()).await;
        assert_eq!(scene.handle(&made.record().by_role(ADMIN))["verdict"], "compliant");
        assert_eq!(scene.world.ingress(&group).await, []);
        scene.assert_nothing_changed();
    }

    #[tokio::test]
    async fn an_editor_is_held_to_the_policy_like_anybody() {
        let scene = Scene::new().await;
        let group = scene.group("frozen", &[]).await;
        let made = scene.world.must(Call::open(&group, [good(), tcp(22).with(ANYWHERE)])).await;
        let report = scene.handle(&made.record().by_role(ADMIN));
        assert_eq!(codes(&report), ["not-allowed"], "{report}");
        assert_eq!(scene.world.ingress(&group).await, [good()]);
    }
}

mod narrow {
    use super::*;

    fn wide() -> Rule {
        traffic("tcp", 80, 443).with(OFFICE)
    }

    fn parts() -> Vec<Rule> {
        vec![tcp(80).with(OFFICE), tcp(443).with(OFFICE)]
    }

    #[tokio::test]
    async fn what_is_allowed_is_there_before_the_rest_goes() {
        let scene = Scene::new().await;
        let group = scene.group("narrowed", &[]).await;
        let made = scene.world.must(Call::open(&group, [wide()])).await;
        scene.describe(&group, &wide(), "the office").await;
        let mut record = made.record();
        record.0["responseElements"]["securityGroupRuleSet"]["items"][0]["description"] = json!("the office");
        let report = scene.handle(&record);
        assert_eq!(actions(&report), [(AUTHORIZE, 2, "done"), (REVOKE, 1, "done")], "{report}");
        assert_in_order(&scene.world.proxy.seen(), AUTHORIZE, REVOKE);
        assert_eq!(scene.world.ingress(&group).await, parts());
        for part in parts() {
            let text = scene.world.description(&group, &part).await;
            assert_eq!(text.as_deref(), Some("the office (narrowed by tierguard)"), "{part}");
        }
    }

    #[tokio::test]
    async fn a_part_that_is_there_is_not_added_again() {
        let scene = Scene::new().await;
        let group = scene.group("narrowed", &parts()[..1]).await;
        let made = scene.world.must(Call::open(&group, [wide()])).await;
        let report = scene.handle(&made.record());
        assert_eq!(actions(&report), [(AUTHORIZE, 1, "done"), (REVOKE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&group).await, parts());
    }

    /// Between the look-up and the call somebody else has added the parts: EC2 refuses them, all together and each.
    #[tokio::test]
    async fn parts_that_come_to_be_there_meanwhile_keep_nothing_from_going() {
        let scene = Scene::new().await;
        let group = scene.group("narrowed", &[]).await;
        let made = scene.world.must(Call::open(&group, [wide()])).await;
        scene.world.proxy.refuse(AUTHORIZE, 400, "InvalidPermission.Duplicate");
        let report = scene.handle(&made.record());
        assert_eq!(actions(&report), [(AUTHORIZE, 2, "already-there"), (REVOKE, 1, "done")], "{report}");
        assert_eq!(scene.changes().len(), 4, "the two parts once together and once each");
    }

    #[tokio::test]
    async fn without_room_for_the_parts_the_rule_goes_and_people_hear_of_it() {
        let scene = Scene::new().await;
        let hosts: Vec<_> = (1..60).map(|host| tcp(443).with(&format!("203.0.113.{host}/32"))).collect();
        let group = scene.group("narrowed", &hosts).await;
        let made = scene.world.must(Call::open(&group, [wide()])).await;
        let report = scene.handle(&made.record());
        assert_eq!(actions(&report), [(AUTHORIZE, 2, "no-room"), (REVOKE, 1, "done")], "{report}");
        assert_eq!(scene.changes().len(), 1);
        assert_eq!(scene.world.ingress(&group).await.len(), 59);
        let told = json_of(&scene.world.message().await);
        assert_eq!(told["actions"][0]["outcome"], "no-room", "{told}");
    }

    #[tokio::test]
    async fn of_what_is_forbidden_altogether_nothing_stays() {
        let scene = Scene::new().await;
        let group = scene.group("narrowed", &[]).await;
        let made = scene.world.must(Call::open(&group, [tcp(22).with(ANYWHERE)])).await;
        assert_eq!(actions(&scene.handle(&made.record())), [(REVOKE, 1, "done")]);
        assert_eq!(scene.world.ingress(&group).await, []);
    }

    #[tokio::test]
    async fn the_same_event_twice_leaves_the_parts() {
        let scene = Scene::new().await;
        let group = scene.group("narrowed", &[]).await;
        let event = scene.world.must(Call::open(&group, [wide()])).await.record();
        scene.handle(&event);
        assert_eq!(actions(&scene.handle(&event)), [(REVOKE, 1, "already-gone")]);
        assert_eq!(scene.world.ingress(&group).await, parts());
    }
}

mod callers {
    use super::*;

    #[tokio::test]
    async fn in_an_emergency_nothing_is_undone_and_everything_told() {
        let scene = Scene::new().await;
        for tier in ["web", "frozen", "narrowed"] {
            let group = scene.group(tier, &[]).await;
            let rule = tcp(22).with(ANYWHERE);
            let made = scene.world.must(Call::open(&group, [rule.clone()])).await;
            let report = scene.handle(&made.record().by_role(INCIDENT));
            assert_eq!(report["verdict"], "violation", "{report}");
            assert_eq!(report["remarks"], json!(["break-glass"]), "{report}");
            assert_eq!(actions(&report), []);
            scene.assert_nothing_changed();
            assert_eq!(scene.world.ingress(&group).await, [rule]);
            let told = json_of(&scene.world.message().await);
            assert_eq!((&told["verdict"], &told["notice"]["door"]), (&json!("violation"), &json!("open")));
        }
    }

    #[tokio::test]
    async fn what_is_allowed_in_an_emergency_is_told_too() {
        let scene = Scene::new().await;
        let group = scene.group("web", &[]).await;
        let made = scene.world.must(Call::open(&group, [tcp(443).with(ANYWHERE)])).await;
        let report = scene.handle(&made.record().by_role(INCIDENT));
        assert_eq!((&report["verdict"], &report["remarks"]), (&json!("compliant"), &json!(["break-glass"])));
        assert_eq!(json_of(&scene.world.message().await)["remarks"], json!(["break-glass"]));
        scene.assert_nothing_changed();
    }

    #[tokio::test]
    async fn an_exemption_in_force_counts_and_one_that_has_ended_does_not() {
        let scene = Scene::new().await;
        let group = scene.group("exempt", &[]).await;
        let (in_force, ended) = (tcp(5432).with(PARTNER), tcp(5433).with(PARTNER));
        let made = scene.world.must(Call::open(&group, [in_force.clone(), ended])).await;
        let report = scene.handle(&made.record());
        assert_eq!(codes(&report), ["not-allowed"], "{report}");
        assert!(report["findings"][0]["why"].as_str().unwrap().contains("OPS-2"), "{report}");
        assert_eq!(scene.world.ingress(&group).await, [in_force]);
    }

    #[tokio::test]
    async fn what_the_guard_adds_makes_it_add_and_remove_nothing() {
        let scene = Scene::new().await;
        let probe = tcp(9000).with(OFFICE);
        let group = scene.group("probed", std::slice::from_ref(&probe)).await;
        let made = scene.revoke(&group, &probe).await;
        scene.handle(&made.record());
        assert_eq!(scene.changes().len(), 1);

        // The record of what the guard has just done.
        let added: Vec<Held> =
            scene.world.held(&group).await.into_iter().filter(|held| held.way == Way::In).collect();
        let own = Made {
            call: Call::open(&group, [probe]),
            group,
            outcome: Ok(Effect { added, removed: Vec::new() }),
        };
        scene.world.messages().await;
        let report = scene.handle(&own.record().by_role(GUARD_ROLE));
        assert_eq!((&report["verdict"], &report["reason"]), (&json!("ignored"), &json!("own-change")));
        scene.assert_nothing_changed();
        assert_eq!(scene.world.messages().await, []);
    }

    /// It cannot be, unless somebody else acts under its role, or it has a mistake.
    #[tokio::test]
    async fn a_change_of_the_guards_own_that_breaks_the_policy_is_an_alarm_and_no_more() {
        let scene = Scene::new().await;
        let group = scene.group("web", &[]).await;
        let bad = tcp(22).with(ANYWHERE);
        let made = scene.world.must(Call::open(&group, [bad.clone()])).await;
        let report = scene.handle(&made.record().by_role(GUARD_ROLE));
        assert_eq!((&report["verdict"], &report["remarks"]), (&json!("violation"), &json!(["own-change"])));
        assert_eq!(actions(&report), []);
        scene.assert_nothing_changed();
        assert_eq!(scene.world.ingress(&group).await, [bad]);
        assert_eq!(json_of(&scene.world.message().await)["remarks"], json!(["own-change"]));
    }
}

mod tagged {
    use super::*;

    #[tokio::test]
    async fn a_group_that_comes_into_a_tier_is_judged_as_a_whole() {
        let scene = Scene::new().await;
        let (good, bad) = (tcp(443).with(ANYWHERE), tcp(22).with(ANYWHERE));
        let group = scene.group("elsewhere", &[good.clone(), bad]).await;
        let record = tags::set(&scene.world, &[&group], "tier", "web").await;
        let report = scene.handle(&record);
        assert_eq!((&report["group"], &report["tiers"]), (&json!(group), &json!(["web"])), "{report}");
        assert_eq!(actions(&report), [(REVOKE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&group).await, [good]);
        assert!(scene.world.message().await.text.contains(&group));
    }

    #[tokio::test]
    async fn of_resources_of_several_types_each_group_is_judged() {
        let scene = Scene::new().await;
        let bad = tcp(22).with(ANYWHERE);
        let one = scene.group("elsewhere", std::slice::from_ref(&bad)).await;
        let other = scene.group("elsewhere", &[tcp(80).with(ANYWHERE), bad]).await;
        let subnet = scene.world.subnet().await;
        let resources = [scene.world.vpc.as_str(), &one, &subnet, &other];
        let report = scene.handle(&tags::set(&scene.world, &resources, "tier", "web").await);
        assert_eq!(actions(&report), [(REVOKE, 1, "done"), (REVOKE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&one).await, []);
        assert_eq!(scene.world.ingress(&other).await, [tcp(80).with(ANYWHERE)]);
    }

    #[tokio::test]
    async fn a_group_that_leaves_every_tier_is_announced() {
        let scene = Scene::new().await;
        let rule = tcp(443).with(ANYWHERE);
        let group = scene.group("web", std::slice::from_ref(&rule)).await;
        let report = scene.handle(&tags::remove(&scene.world, &[&group], "tier").await);
        assert_eq!(report["remarks"], json!(["in-no-tier"]), "{report}");
        scene.assert_nothing_changed();
        assert_eq!(scene.world.ingress(&group).await, [rule]);
        assert_eq!(json_of(&scene.world.message().await)["remarks"], json!(["in-no-tier"]));
    }

    #[tokio::test]
    async fn other_tags_and_other_resources_are_nothing() {
        let scene = Scene::new().await;
        let group = scene.group("web", &[tcp(22).with(ANYWHERE)]).await;
        for record in [
            tags::set(&scene.world, &[&group], "owner", "me").await,
            tags::set(&scene.world, &[&scene.world.vpc], "tier", "web").await,
        ] {
            assert_eq!(scene.handle(&record)["verdict"], "ignored");
        }
        assert_eq!(scene.world.proxy.actions(), [""; 0]);
    }
}

mod listed {
    use super::*;

    const INSIDE: &str = "198.51.100.64/26";

    /// A list that may be used, and a group of which a rule names it.
    async fn used(scene: &Scene) -> (String, String) {
        let list = scene.world.prefix_list(&[INSIDE]).await;
        let group = scene.group("listed", &[tcp(8443).with(&list)]).await;
        (list, group)
    }

    #[tokio::test]
    async fn a_list_that_comes_to_say_too_much_is_put_back() {
        let scene = Scene::new().await;
        let (list, group) = used(&scene).await;
        let record = list::edit(&scene.world, &list, 1, &[ANYWHERE], &[]).await.unwrap();
        let report = scene.handle(&record);
        assert_eq!(actions(&report), [("RestoreManagedPrefixListVersion", 0, "done")], "{report}");
        assert_eq!(report["actions"][0]["prefix_list"], json!(list));
        assert_eq!(list::entries(&scene.world, &list).await, [INSIDE]);
        assert_eq!(list::version(&scene.world, &list).await, 3);
        assert_eq!(scene.world.ingress(&group).await, [tcp(8443).with(&list)]);
        assert!(scene.world.message().await.text.contains(&list));
    }

    #[tokio::test]
    async fn a_version_that_is_put_back_by_somebody_is_judged_alike() {
        let scene = Scene::new().await;
        let list = scene.world.prefix_list(&[ANYWHERE]).await;
        list::edit(&scene.world, &list, 1, &[INSIDE], &[ANYWHERE]).await.unwrap();
        scene.group("listed", &[tcp(8443).with(&list)]).await;
        let record = list::restore(&scene.world, &list, 1, 2).await.unwrap();
        let report = scene.handle(&record);
        assert_eq!(actions(&report), [("RestoreManagedPrefixListVersion", 0, "done")], "{report}");
        assert_eq!(list::entries(&scene.world, &list).await, [INSIDE]);
    }

    #[tokio::test]
    async fn where_somebody_has_changed_it_since_the_rules_that_name_it_go() {
        let scene = Scene::new().await;
        let (list, group) = used(&scene).await;
        let other = tcp(8443).with(INSIDE);
        scene.world.must(Call::open(&group, [other.clone()])).await;
        let record = list::edit(&scene.world, &list, 1, &[ANYWHERE], &[]).await.unwrap();
        list::edit(&scene.world, &list, 2, &["10.0.0.0/8"], &[]).await.unwrap();
        let report = scene.handle(&record);
        assert_eq!(actions(&report), [(REVOKE, 1, "done")], "{report}");
        assert_eq!(scene.world.ingress(&group).await, [other]);
        assert_eq!(list::version(&scene.world, &list).await, 3);
    }

    /// The same, but between the look-up and the call.
    #[tokio::test]
    async fn where_ec2_will_not_put_it_back_the_rules_that_name_it_go() {
        let scene = Scene::new().await;
        let (list, group) = used(&scene).await;
        let record = list::edit(&scene.world, &list, 1, &[ANYWHERE], &[]).await.unwrap();
        scene.world.proxy.refuse("RestoreManagedPrefixListVersion", 400, "PrefixListVersionMismatch");
        let report = scene.handle(&record);
        let made = [("RestoreManagedPrefixListVersion", 0, "failed"), (REVOKE, 1, "done")];
        assert_eq!(actions(&report), made, "{report}");
        assert_eq!(scene.world.ingress(&group).await, []);
    }

    #[tokio::test]
    async fn a_rule_out_of_a_group_is_found_too() {
        let scene = Scene::new().await;
        let vendors = scene.world.prefix_list(&[OFFICE]).await;
        // A tier that governs what goes out.
        let function = scene.world.function(&scene::policy("192.0.2.0/24"));
        let db = scene.group("db", &[]).await;
        let before = scene.world.rules(&db, Way::Out).await;
        scene.world.must(Call::let_out(&db, [tcp(443).with(&vendors)])).await;
        let record = list::edit(&scene.world, &vendors, 1, &["198.51.100.0/24"], &[]).await.unwrap();
        let report = function.report(&record.event());
        assert_eq!(actions(&report), [("RestoreManagedPrefixListVersion", 0, "done")], "{report}");
        assert_eq!(list::entries(&scene.world, &vendors).await, [OFFICE]);
        assert_eq!(scene.world.rules(&db, Way::Out).await.len(), before.len() + 1);
    }

    #[tokio::test]
    async fn a_change_that_opens_nothing_too_much_stays() {
        let scene = Scene::new().await;
        let (list, _) = used(&scene).await;
        let record = list::edit(&scene.world, &list, 1, &["198.51.100.1/32"], &[]).await.unwrap();
        assert_eq!(scene.handle(&record)["verdict"], "compliant");
        scene.assert_nothing_changed();
        assert_eq!(list::version(&scene.world, &list).await, 2);
    }

    #[tokio::test]
    async fn a_list_that_nobody_uses_may_say_anything() {
        let scene = Scene::new().await;
        let list = scene.world.prefix_list(&[INSIDE]).await;
        let record = list::edit(&scene.world, &list, 1, &[ANYWHERE], &[]).await.unwrap();
        assert_eq!(scene.handle(&record)["actions"], json!([]));
        scene.assert_nothing_changed();
        assert_eq!(scene.world.messages().await, []);
    }

    #[tokio::test]
    async fn the_same_event_twice_puts_it_back_once() {
        let scene = Scene::new().await;
        let (list, group) = used(&scene).await;
        let record = list::edit(&scene.world, &list, 1, &[ANYWHERE], &[]).await.unwrap();
        scene.handle(&record);
        let _ = scene.handle(&record);
        assert_eq!(list::entries(&scene.world, &list).await, [INSIDE]);
        assert_eq!(list::version(&scene.world, &list).await, 3);
        assert_eq!(scene.world.ingress(&group).await, [tcp(8443).with(&list)]);
    }
}

mod attached {
    use super::*;

    const SET: &str = "ModifyNetworkInterfaceAttribute";

    /// A group of each of these tiers.
    async fn groups<const N: usize>(scene: &Scene, tiers: [&str; N]) -> [String; N] {
        let mut groups = Vec::new();
        for tier in tiers {
            groups.push(scene.group(tier, &[]).await);
        }
        groups.try_into().unwrap()
    }

    #[tokio::test]
    async fn of_tiers_that_may_not_meet_on_a_new_interface_the_outer_one_comes_off() {
        let scene = Scene::new().await;
        let [web, db, ssh] = groups(&scene, ["web", "db", "ssh"]).await;
        let made = interface::create(&scene.world, &[&web, &db, &ssh]).await;
        let report = scene.handle(&made.record);
        assert_eq!(codes(&report), ["together"], "{report}");
        assert_eq!(actions(&report), [(SET, 0, "done")], "{report}");
        let mut stay = [db, ssh];
        stay.sort();
        assert_eq!(interface::groups_of(&scene.world, &made.id).await, stay);
        let told = scene.world.message().await;
        assert!(told.text.contains(&made.id) && told.text.contains(&web), "{told:?}");
    }

    #[tokio::test]
    async fn groups_that_are_put_on_later_come_off_again() {
        let scene = Scene::new().await;
        let [app, db] = groups(&scene, ["app", "db"]).await;
        let made = interface::create(&scene.world, &[&db]).await;
        assert_eq!(scene.handle(&made.record)["verdict"], "compliant");
        let record = interface::replace(&scene.world, &made.id, &[&app, &db]).await;
        let report = scene.handle(&record);
        assert_eq!(actions(&report), [(SET, 0, "done")], "{report}");
        assert_eq!(interface::groups_of(&scene.world, &made.id).await, [db]);
    }

    #[tokio::test]
    async fn an_instance_that_is_started_with_them_loses_one() {
        let scene = Scene::new().await;
        let [web, db] = groups(&scene, ["web", "db"]).await;
        let made = interface::launch(&scene.world, &[&web, &db]).await;
        let report = scene.handle(&made.record);
        assert_eq!(actions(&report), [(SET, 0, "done")], "{report}");
        let primary = interface::primary_of(&scene.world, &made.id).await;
        assert_eq!(interface::groups_of(&scene.world, &primary).await, [db]);
    }

    #[tokio::test]
    async fn the_groups_of_an_instance_are_those_of_its_primary_interface() {
        let scene = Scene::new().await;
        let [web, db] = groups(&scene, ["web", "db"]).await;
        let made = interface::launch(&scene.world, &[&db]).await;
        assert_eq!(scene.handle(&made.record)["verdict"], "compliant");
        let record = interface::replace_of_instance(&scene.world, &made.id, &[&web, &db]).await;
        let report = scene.handle(&record);
        assert_eq!(actions(&report), [(SET, 0, "done")], "{report}");
        let primary = interface::primary_of(&scene.world, &made.id).await;
        assert_eq!(report["actions"][0]["interface"], json!(primary));
        assert_eq!(interface::groups_of(&scene.world, &primary).await, [db]);
    }

    #[tokio::test]
    async fn tiers_that_may_meet_stay() {
        let scene = Scene::new().await;
        let [web, ssh] = groups(&scene, ["web", "ssh"]).await;
        let made = interface::create(&scene.world, &[&web, &ssh]).await;
        assert_eq!(scene.handle(&made.record)["verdict"], "compliant");
        scene.assert_nothing_changed();
        assert_eq!(scene.world.messages().await, []);
    }

    #[tokio::test]
    async fn an_interface_never_loses_its_last_group() {
        let scene = Scene::new().await;
        let [db] = groups(&scene, ["db"]).await;
        tags::set(&scene.world, &[&db], "twin", "yes").await;
        let made = interface::create(&scene.world, &[&db]).await;
        let report = scene.handle(&made.record);
        assert_eq!((codes(&report), actions(&report)), (vec!["together"], vec![]), "{report}");
        scene.assert_nothing_changed();
        assert_eq!(interface::groups_of(&scene.world, &made.id).await, std::slice::from_ref(&db));
        assert!(scene.world.message().await.text.contains(&made.id));
    }

    #[tokio::test]
    async fn an_interface_that_aws_manages_is_not_touched() {
        let scene = Scene::new().await;
        let [web, db] = groups(&scene, ["web", "db"]).await;
        let id = interface::of_endpoint(&scene.world, &[&web, &db]).await;
        let report = scene.handle(&interface::replaced(&id, &[&web, &db]));
        assert_eq!((codes(&report), actions(&report)), (vec!["together"], vec![]), "{report}");
        scene.assert_nothing_changed();
        assert_eq!(interface::groups_of(&scene.world, &id).await.len(), 2);
        assert!(scene.world.message().await.text.contains(&id));
    }

    /// What people hear of it the second time is what was done.
    #[tokio::test]
    async fn the_same_event_twice_sets_the_groups_once_and_is_announced_once() {
        let scene = Scene::new().await;
        let [web, db] = groups(&scene, ["web", "db"]).await;
        let made = interface::create(&scene.world, &[&web, &db]).await;
        scene.handle(&made.record);
        assert_eq!(scene.changes().len(), 1);
        let report = scene.handle(&made.record);
        assert_eq!((codes(&report), actions(&report)), (vec!["together"], vec![]), "{report}");
        scene.assert_nothing_changed();
        assert_eq!(scene.world.messages().await.len(), 1);
    }

    #[tokio::test]
    async fn an_interface_that_has_the_default_group_is_told_of() {
        let scene = Scene::new().await;
        let filter =
            |name, value: &str| aws_sdk_ec2::types::Filter::builder().name(name).values(value).build();
        let found = scene.world.ec2.describe_security_groups();
        let found =
            found.filters(filter("group-name", "default")).filters(filter("vpc-id", &scene.world.vpc));
        let found = found.send().await.unwrap();
        let default = found.security_groups()[0].group_id().unwrap();
        let made = interface::create(&scene.world, &[default]).await;
        let report = scene.handle(&made.record);
        assert_eq!(report["remarks"], json!(["default-group-used"]), "{report}");
        scene.assert_nothing_changed();
        assert!(scene.world.message().await.text.contains(&made.id));
    }
}
