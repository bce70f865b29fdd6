//! What callers can write, in every place where they can write it, against every format.

use serde_json::{Value, json};

use super::inert::FORMATS;
use super::samples::{Account, GROUP, authorize, handle, handle_bytes, policy, ssh, tcp};
use crate::id::{GroupId, GroupName, InterfaceId, VpcId};
use crate::interface::Interface;
use crate::judge::{Code, Hindrance, Missing, Mixture, Remark, Trespass, Verdict};
use crate::look::LookUpError;
use crate::notice::Notice;
use crate::notice::text::Text;
use crate::policy::{Mode, OnMixture, PrincipalName, Principals, TierName};
use crate::sweep::{Digest, Fared, Home, Line, Swept, Wrong};

#[path = "../../../../../events/hostile/strings.rs"]
mod strings;

/// A place where somebody else's text can stand, and what is told of a change with it there.
type Field = (&'static str, fn(&str) -> Option<Notice>);

/// Whatever a caller, the account or the policy can say.
const FIELDS: [Field; 33] = [
    ("rule description", |text| told(&authorize(&[tcp(22, 22, "0.0.0.0/0", text)]))),
    ("caller", |text| told(&with(&["userIdentity", "arn"], text))),
    ("user name", |text| told(&without_arn(&["userIdentity", "userName"], text))),
    ("principal id", |text| told(&without_arn(&["userIdentity", "principalId"], text))),
    ("kind of caller", |text| told(&without_arn(&["userIdentity", "type"], text))),
    ("session name", |text| {
        told(&with(&["userIdentity", "arn"], &format!("arn:aws:sts::111122223333:assumed-role/Dev/{text}")))
    }),
    ("role", |text| told(&with(&["userIdentity", "sessionContext", "sessionIssuer", "arn"], text))),
    ("invoked by", |text| told(&with(&["userIdentity", "invokedBy"], text))),
    ("user agent", |text| told(&with(&["userAgent"], text))),
    ("source address", |text| told(&with(&["sourceIPAddress"], text))),
    ("event id", |text| told(&with(&["eventID"], text))),
    ("event id, visible", |text| told(&with(&["eventID"], &visible(text)))),
    ("event time", |text| told(&with(&["eventTime"], text))),
    ("Region", |text| told(&with(&["awsRegion"], &visible(text)))),
    ("account", |text| told(&with(&["recipientAccountId"], &visible(text)))),
    ("group id", |text| told(&with(&["requestParameters", "groupId"], text))),
    ("group by name", |text| {
        let mut account = Account::new("web");
        let name = format!("web{text}");
        account.group.name = Some(GroupName::new(&name));
        told_of(&account, &requested("groupName", &name))
    }),
    ("rule id", |text| told(&answered("securityGroupRuleId", &visible(text)))),
    ("protocol", |text| told(&answered("ipProtocol", text))),
    ("port", |text| told(&answered("fromPort", text))),
    ("network", |text| told(&answered("cidrIpv4", text))),
    ("prefix list", |text| told(&peer(&json!({"prefixListId": visible(text)})))),
    ("other group", |text| told(&peer(&json!({"referencedGroupInfo": {"groupId": visible(text)}})))),
    ("its account", |text| {
        told(&peer(&json!({"referencedGroupInfo": {"groupId": "sg-1", "userId": visible(text)}})))
    }),
    ("group name", |text| {
        let mut account = Account::new("web");
        account.group.name = Some(GroupName::new(&format!("web{text}")));
        told_of(&account, &ssh())
    }),
    ("tag", |text| {
        let mut account = Account::new("web");
        account.group.tags = [(text.to_owned(), text.to_owned())].into();
        told_of(&account, &ssh())
    }),
    ("VPC", |text| {
        let mut account = Account::new("web");
        account.group.vpc = VpcId::new(&visible(text)).ok();
        told_of(&account, &ssh())
    }),
    ("error of a call", |text| told_of(&Account::new("web").failing(text, false), &ssh())),
    ("error of a look-up", |text| {
        let failed =
            LookUpError { call: "DescribeSecurityGroups", message: text.to_owned(), retryable: false };
        told_of(&Account { looks: Err(failed), ..Account::new("web") }, &ssh())
    }),
    ("policy and account", |text| Some(all_kinds_with(text))),
    ("sweep", |text| Some(sweep_with(text))),
    ("event name", |text| told(&with(&["eventName"], text))),
    ("event source", |text| told(&with(&["eventSource"], text))),
];

/// Fields by which a record is known to be a change at all.
const TELLTALE: [&str; 2] = ["event name", "event source"];

fn told(event: &Value) -> Option<Notice> {
    told_of(&Account::new("web"), event)
}

fn told_of(account: &Account, event: &Value) -> Option<Notice> {
    Notice::of(&handle(policy(), account, event))
}

/// A change with `text` at `path` of its record.
fn with(path: &[&str], text: &str) -> Value {
    let mut event = ssh();
    path.iter().fold(&mut event, |value, key| &mut value[*key]).clone_from(&json!(text));
    event
}

/// The same, where nothing else says who made it.
fn without_arn(path: &[&str], text: &str) -> Value {
    let mut event = ssh();
    event["userIdentity"] = json!({});
    path.iter().fold(&mut event, |value, key| &mut value[*key]).clone_from(&json!(text));
    event
}

/// The same in the request, where it says which group is meant.
fn requested(key: &str, text: &str) -> Value {
    let mut event = ssh();
    event["requestParameters"]["groupId"] = Value::Null;
    event["requestParameters"][key] = json!(text);
    event["responseElements"] = json!({"_return": true});
    event
}

/// The same in the rule that the response tells, which the request then must not contradict.
fn answered(key: &str, text: &str) -> Value {
    let mut event = ssh();
    event["responseElements"]["securityGroupRuleSet"]["items"][0][key] = json!(text);
    event
}

/// A rule of another kind of peer.
fn peer(peer: &Value) -> Value {
    let mut event = ssh();
    let rule = &mut event["responseElements"]["securityGroupRuleSet"]["items"][0];
    rule["cidrIpv4"] = Value::Null;
    let (key, value) = peer.as_object().unwrap().iter().next().unwrap();
    rule[key] = value.clone();
    event
}

/// What of `text` an id can hold.
fn visible(text: &str) -> String {
    let visible: String = text.chars().filter(char::is_ascii_graphic).take(255).collect();
    if visible.is_empty() { "-".to_owned() } else { visible }
}

/// The table: a text a line, a format a column, each over every field.
#[test]
fn what_others_write_is_no_more_than_text_in_any_format() {
    let strings = strings::strings();
    let mut told = [0; FIELDS.len()];
    println!("{:<24}{}", "", FORMATS.map(|(format, _)| format!("{format:<12}")).concat());
    let mut wrong = Vec::new();
    for (name, text) in &strings {
        let mut row = [true; FORMATS.len()];
        for ((field, tell), told) in FIELDS.iter().zip(&mut told) {
            let Some(notice) = tell(text) else { continue };
            *told += 1;
            for ((format, check), cell) in FORMATS.iter().zip(&mut row) {
                if let Err(what) = check(&notice) {
                    *cell = false;
                    let what: String = what.chars().take(300).collect();
                    wrong.push(format!("{name}, as {field}, in {format}: {what:?}"));
                }
            }
        }
        let row = row.map(|holds| format!("{:<12}", if holds { "ok" } else { "NOT" }));
        println!("{name:<24}{}", row.concat());
    }
    for ((field, _), told) in FIELDS.iter().zip(told) {
        println!("{field}: in {told} notices");
        let expected = if TELLTALE.contains(field) { 0..=0 } else { 1..=strings.len() };
        assert!(expected.contains(&told), "{field}: {told}");
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

/// JSON can spell what is no character: half of a pair of UTF-16.
#[test]
fn half_a_character_is_no_character() {
    for half in [r"\ud800", r"\udfff", r"\udfff\ud800", r"\ud83d x"] {
        let record = ssh().to_string().replace("temporary access", half);
        let handled = handle_bytes(policy(), &Account::new("web"), record.as_bytes());
        assert!(Notice::of(&handled).is_some(), "it is told: {half}");
    }
}

#[test]
fn machines_get_a_text_as_it_came() {
    for (name, text) in strings::strings() {
        let notice = told(&with(&["userAgent"], &text)).unwrap();
        let machine: Value = serde_json::from_str(notice.machine()).unwrap();
        let copy = machine["notice"]["user_agent"].as_str().unwrap();
        assert!(
            copy == text || copy.strip_suffix("… (cut)").is_some_and(|start| text.starts_with(start)),
            "{name}"
        );
    }
}

/// A violation of every kind, with `text` wherever the policy or the account could say it.
fn all_kinds_with(text: &str) -> Notice {
    let name = || TierName(text.into());
    let group = GroupId::new(GROUP).unwrap();
    let event = authorize(&[tcp(22, 22, "0.0.0.0/0", text)]);
    let mut handled = handle(policy(), &Account::new("web"), &event);
    let Verdict::Violation(violation) = &mut handled.judgement.verdict else { panic!("it is forbidden") };
    violation.findings[0].why = text.to_owned();
    violation.findings[0].code = Code::Editor;
    violation.findings[0].tier = Some(name());
    let (rule, reaction) = (violation.findings[0].rule.clone(), violation.findings[0].reaction);
    for rule in [Some(rule), None] {
        let (group, what, why) = (group.clone(), text.to_owned(), text.to_owned());
        let code = Code::RequiredMissing;
        violation.missing.push(Missing { code, group, rule, what, tier: name(), why, reaction });
    }
    violation.mixtures.push(Mixture {
        interface: Interface {
            id: InterfaceId::new("eni-0123456789abcdef0").unwrap(),
            instance: None,
            vpc: None,
            groups: [group.clone()].into(),
            told: [].into(),
            managed_by: Some(text.to_owned()),
        },
        tiers: vec![name(), name()],
        off: vec![group.clone()],
        stay: Vec::new(),
        why: text.to_owned(),
        on_violation: OnMixture::Detach,
        mode: Mode::Enforce,
        hindrance: Some(Hindrance::Managed { by: text.to_owned() }),
    });
    violation.trespasses.push(Trespass { group: group.clone(), tier: name(), why: text.to_owned() });
    let callers = Principals { names: vec![PrincipalName(text.into())], callers: Vec::new() };
    handled.judgement.remarks = vec![Remark::BreakGlass { callers }, Remark::Deleted { tiers: vec![name()] }];
    Notice::of(&handled).unwrap()
}

/// A sweep, with `text` wherever its digest has one.
fn sweep_with(text: &str) -> Notice {
    let line = Line {
        group: GroupId::new(GROUP).unwrap(),
        name: Some(text.to_owned()),
        wrong: Wrong::Forbidden,
        rule: text.to_owned(),
        why: text.to_owned(),
        outcome: Fared::Failed,
    };
    let texts = || vec![text.to_owned()];
    let digest = Digest {
        forbidden: 1,
        outcomes: [(Fared::Failed, 1)].into(),
        lines: vec![line],
        causes: texts(),
        ending: texts(),
        endings: 1,
        ..Digest::default()
    };
    let failed =
        Some(LookUpError { call: "DescribeSecurityGroups", message: text.to_owned(), retryable: false });
    let swept = Swept::new(digest, None, failed);
    Notice::of_sweep(&swept, &Home { account: None, region: None }).unwrap()
}

/// Texts whose every form is worth reading.
const READ: [&str; 19] = [
    "<!channel>",
    "<!here|here>",
    "<@U123ABC>",
    "<at>everyone</at>",
    "@here @channel @everyone",
    "&lt;!channel&gt; &#60;!channel&#62;",
    "*bold* _italics_ ~struck~",
    "` <!channel> `",
    "```\n<!channel>\n```",
    "[click me](https://evil.example/)",
    "<https://evil.example/|click me>",
    "https://evil.example/login",
    "x\nCLOSED: nothing to see here",
    "x\r\nCLOSED: nothing to see here\r\n\r\nWhat was done",
    "x\u{2028}CLOSED: nothing\u{2029}CLOSED: nothing\u{85}CLOSED: nothing\u{b}CLOSED: nothing",
    "\u{1b}[2J\u{1b}]8;;https://evil.example/\u{7}click\u{1b}]8;;\u{7}\0\u{9b}31m\u{7f}",
    "\u{202e}evil\u{2066}evil\u{2069}\u{200b}\u{feff}\u{200d}\u{ad}\u{e0041}\u{3164}\u{5d0}",
    "\" and has been removed. \"",
    "",
];

#[test]
fn each_text_in_each_format() {
    let shown = |text: &str| {
        let theirs = Text::new().theirs(&text, 60);
        let quoted = Text::new().quoted(&text, 60);
        format!("{}\n{}\n{}\n{}", theirs.plain(), quoted.plain(), theirs.markdown(), theirs.bare())
    };
    let table: Vec<_> = READ.into_iter().map(shown).collect();
    insta::assert_snapshot!(table.join("\n\n"), @r#"
    <!channel>
    "<!channel>"
    `‹!channel›`
    ‹!channel›

    <!here|here>
    "<!here|here>"
    `‹!here|here›`
    ‹!here｜here›

    <@U123ABC>
    "<@U123ABC>"
    `‹＠U123ABC›`
    ‹＠U123ABC›

    <at>everyone</at>
    "<at>everyone</at>"
    `‹at›everyone‹/at›`
    ‹at›everyone‹/at›

    @here @channel @everyone
    "@here @channel @everyone"
    `＠here ＠channel ＠everyone`
    ＠here ＠channel ＠everyone

    &lt;!channel&gt; &#60;!channel&#62;
    "&lt;!channel&gt; &#60;!channel&#62;"
    `＆lt;!channel＆gt; ＆#60;!channel＆#62;`
    ＆lt;!channel＆gt; ＆#60;!channel＆#62;

    *bold* _italics_ ~struck~
    "*bold* _italics_ ~struck~"
    `*bold* _italics_ ~struck~`
    ∗bold∗ ˍitalicsˍ ∼struck∼

    ` <!channel> `
    "` <!channel> `"
    `ˋ ‹!channel› ˋ`
    ˋ ‹!channel› ˋ

    ```\n<!channel>\n```
    "```\n<!channel>\n```"
    `ˋˋˋ\n‹!channel›\nˋˋˋ`
    ˋˋˋ\n‹!channel›\nˋˋˋ

    [click me](https:/∕evil.example/)
    "[click me](https:/∕evil.example/)"
    `[click me](https://evil.example/)`
    ［click me］(https:/∕evil.example/)

    <https:/∕evil.example/|click me>
    "<https:/∕evil.example/|click me>"
    `‹https://evil.example/|click me›`
    ‹https:/∕evil.example/｜click me›

    https:/∕evil.example/login
    "https:/∕evil.example/login"
    `https://evil.example/login`
    https:/∕evil.example/login

    x\nCLOSED: nothing to see here
    "x\nCLOSED: nothing to see here"
    `x\nCLOSED: nothing to see here`
    x\nCLOSED: nothing to see here

    x\r\nCLOSED: nothing to see here\r\n\r\nWhat was done
    "x\r\nCLOSED: nothing to see here\r\n\r\nWhat was done"
    `x\r\nCLOSED: nothing to see here\r\n\r\nWhat was done`
    x\r\nCLOSED: nothing to see here\r\n\r\nWhat was done

    x\u{2028}CLOSED: nothing\u{2029}CLOSED: nothing\u{85}CLOSED:… (cut)
    "x\u{2028}CLOSED: nothing\u{2029}CLOSED: nothing\u{85}CLOSED:… (cut)"
    `x\u{2028}CLOSED: nothing\u{2029}CLOSED: nothing\u{85}CLOSED:… (cut)`
    x\u{2028}CLOSED: nothing\u{2029}CLOSED: nothing\u{85}CLOSED:… (cut)

    \u{1b}[2J\u{1b}]8;;https:/∕evil.example/\u{7}click\u{1b}]8;;… (cut)
    "\u{1b}[2J\u{1b}]8;;https:/∕evil.example/\u{7}click\u{1b}]8;;… (cut)"
    `\u{1b}[2J\u{1b}]8;;https://evil.example/\u{7}click\u{1b}]8;;… (cut)`
    \u{1b}［2J\u{1b}］8;;https:/∕evil.example/\u{7}click\u{1b}］8;;… (cut)

    \u{202e}evil\u{2066}evil\u{2069}\u{200b}\u{feff}\u{200d}… (cut)
    "\u{202e}evil\u{2066}evil\u{2069}\u{200b}\u{feff}\u{200d}… (cut)"
    `\u{202e}evil\u{2066}evil\u{2069}\u{200b}\u{feff}\u{200d}… (cut)`
    \u{202e}evil\u{2066}evil\u{2069}\u{200b}\u{feff}\u{200d}… (cut)

    " and has been removed. "
    "' and has been removed. '"
    `" and has been removed. "`
    " and has been removed. "

    (empty)
    "(empty)"
    `(empty)`
    (empty)
    "#);
}

#[test]
fn what_is_real_reads_as_it_is() {
    let kept = [
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane",
        "2001:db8::/32",
        "443/tcp from ::/0",
        "aws-cli/2.15.30 md/prompt#off",
        "Büro München 東京",
    ];
    for text in kept {
        assert_eq!(Text::new().theirs(&text, 100).plain(), text);
        assert_eq!(Text::new().theirs(&text, 100).markdown(), format!("`{text}`"));
        assert_eq!(Text::new().theirs(&text, 100).bare(), text);
    }
}

#[test]
fn a_cut_is_seen() {
    let long = "a".repeat(300);
    assert_eq!(Text::new().theirs(&long, 5).plain(), "aaaaa… (cut)");
    assert_eq!(Text::new().quoted(&long, 5).plain(), "\"aaaaa… (cut)\"");
    assert_eq!(Text::new().theirs(&long, 5).markdown(), "`aaaaa… (cut)`");
}

/// Two harmless texts do not make an address together.
#[test]
fn no_address_across_texts() {
    let text = Text::new().theirs(&"https:/", 20).ours("/").theirs(&"/evil.example/", 20);
    assert_eq!(text.bare(), "https:∕/∕evil.example∕");
}
