//! What callers can write, in every place where they can write it, against every format.

use serde_json::json;

use super::chat;
use super::samples::{Account, GROUP, authorize, handle, notice, policy, tcp};
use crate::id::{GroupId, GroupName, InterfaceId};
use crate::interface::Interface;
use crate::judge::{Code, Hindrance, Missing, Mixture, Remark, Trespass, Verdict};
use crate::look::LookUpError;
use crate::notice::Notice;
use crate::notice::text::Text;
use crate::policy::{Mode, OnMixture, PrincipalName, Principals, TierName};
use crate::sweep::{Digest, Fared, Home, Line, Swept, Wrong};

/// Texts that would do something if they were taken for ours.
const HOSTILE: [&str; 19] = [
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

fn notice_with(text: &str) -> Notice {
    let mut event = authorize(&[tcp(22, 22, "0.0.0.0/0", text)]);
    event["userIdentity"]["arn"] = json!(format!("arn:aws:sts::111122223333:assumed-role/Dev/{text}"));
    event["userIdentity"]["invokedBy"] = json!(text);
    event["sourceIPAddress"] = json!(text);
    event["userAgent"] = json!(text);
    let visible: String = text.chars().filter(char::is_ascii_graphic).collect();
    for key in ["eventID", "awsRegion", "recipientAccountId"] {
        event[key] = json!(if visible.is_empty() { "-" } else { &visible });
    }
    let mut account = Account::new("web");
    account.group.name = Some(GroupName::new(&format!("web{text}")));
    notice(policy(), &account.failing(text, false), &event)
}

/// Every string of a JSON value, keys included.
fn strings(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items.iter().flat_map(strings).collect(),
        serde_json::Value::Object(map) => {
            map.iter().flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat()).collect()
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Vec::new(),
    }
}

/// A character that nobody can see, or that moves others.
pub(super) fn hides(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{590}'..='\u{8ff}')
        || matches!(c, '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
}

/// The lines of a notice that begin in the first column begin with the guard's own words.
pub(super) fn check_email(email: &str) {
    const STATES: [&str; 26] = [
        "CLOSED:",
        "CLOSED (but ",
        "OPEN (observe mode):",
        "OPEN (notify only):",
        "OPEN (break-glass):",
        "OPEN (cannot be undone):",
        "STILL OPEN:",
        "UNDECIDED:",
        "CHECKED:",
        "RESTORED:",
        "RESTORED (but ",
        "MISSING:",
        "MISSING (observe mode):",
        "MISSING (notify only):",
        "MISSING (break-glass):",
        "STILL MISSING:",
        "NOT UNDONE:",
        "NOT UNDONE (break-glass):",
        "ALARM:",
        "BREAK-GLASS:",
        "IN NO TIER:",
        "DELETED:",
        "DEFAULT GROUP:",
        "ASSOCIATED:",
        "SWEEP:",
        "SWEEP ",
    ];
    const DISPUTES: [&str; 2] = ["IN DISPUTE, ", "STILL IN DISPUTE, "];
    const TITLES: [&str; 19] = [
        "What was opened",
        "What was missing",
        "What met on one interface",
        "What was changed, and stays as it is",
        "What could not be judged, and stays as it is",
        "What else there is to know",
        "Why it is forbidden",
        "Why it has to be there",
        "Why it could not be judged",
        "Who did it",
        "What was done",
        "What to do next",
        "Look closer",
        "What is wrong",
        "Why some could not be judged",
        "Exemptions that end within 7 days",
        "What was looked at",
        "What was undone again and again",
        "The two sides",
    ];
    assert!(!email.chars().any(|c| c != '\n' && hides(c)), "{email:?}");
    for (n, line) in email.split('\n').enumerate() {
        let is_title = TITLES.contains(&line);
        let disputed = DISPUTES.iter().find_map(|start| line.strip_prefix(start)).unwrap_or(line);
        let state = STATES.iter().any(|start| disputed.starts_with(start));
        assert!(is_title || state || line.is_empty() || line.starts_with("  "), "{line}");
        assert_eq!(state, n == 0, "{line}");
    }
}

pub(super) fn check_subject(subject: &str) {
    assert!(subject.len() <= 99 && subject.starts_with(|c: char| c.is_ascii_alphanumeric()), "{subject}");
    assert!(subject.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{subject:?}");
}

/// Nothing of a chat message is control syntax of Slack or Teams, and outside code spans there is no markup of theirs.
pub(super) fn check_chat(notice: &Notice) {
    let message = chat(notice);
    for text in strings(&message) {
        assert!(!text.contains(['<', '>', '&', '@']), "{text}");
        assert!(!text.chars().any(|c| c != '\n' && hides(c)), "{text:?}");
    }
    let content = &message["content"];
    let marked =
        [&content["description"]].into_iter().chain(content["nextSteps"].as_array().into_iter().flatten());
    for text in marked.flat_map(strings) {
        for line in text.lines() {
            check_spans(line);
        }
    }
    for text in strings(&content["title"]).into_iter().chain(strings(&message["metadata"])) {
        assert!(!text.contains(['`', '*', '~', '[', ']', '|']), "{text}");
        assert!(!text.contains("//"), "{text}");
        let escapes = text.split('\\').skip(1).all(|rest| rest.starts_with(['n', 'r', 't', 'u', '…']));
        assert!(escapes, "a backslash that may escape something: {text}");
    }
}

/// A line's code spans are closed, are not empty, and stand free; what is outside them is ours.
fn check_spans(line: &str) {
    let parts: Vec<_> = line.split('`').collect();
    assert!(parts.len() % 2 == 1, "a span is not closed: {line}");
    for (n, part) in parts.iter().enumerate() {
        if n % 2 == 1 {
            assert!(!part.is_empty(), "an empty span: {line}");
            continue;
        }
        assert!(n == 0 || !part.starts_with(char::is_alphanumeric), "a span that does not end: {line}");
        assert!(
            !part.contains("evil") && !part.contains(['[', '~', '|', '_']),
            "theirs outside a span: {line}"
        );
        let title = part.starts_with('*') && part.ends_with('*') && parts.len() == 1;
        assert!(title || !part.contains('*'), "markup: {line}");
    }
}

#[test]
fn what_callers_write_is_inert_in_every_format() {
    for text in HOSTILE {
        let notice = notice_with(text);
        check_email(notice.email());
        check_subject(notice.subject());
        assert!(notice.sms().len() <= 140 && notice.sms().bytes().all(|byte| matches!(byte, b' '..=b'~')));
        check_chat(&notice);
        assert!(notice.machine().is_ascii() && !notice.machine().contains('\u{7f}'));
        let machine: serde_json::Value = serde_json::from_str(notice.machine()).unwrap();
        assert_eq!(machine["notice"]["user_agent"], text, "machines get it as it came");
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

#[test]
fn what_policies_and_accounts_say_is_inert_in_every_format() {
    for notice in HOSTILE.into_iter().flat_map(|text| [all_kinds_with(text), sweep_with(text)]) {
        check_email(notice.email());
        check_subject(notice.subject());
        assert!(notice.sms().len() <= 140 && notice.sms().bytes().all(|byte| matches!(byte, b' '..=b'~')));
        check_chat(&notice);
        assert!(notice.machine().is_ascii() && !notice.machine().contains('\u{7f}'));
    }
}

#[test]
fn each_text_in_each_format() {
    let shown = |text: &str| {
        let theirs = Text::new().theirs(&text, 60);
        let quoted = Text::new().quoted(&text, 60);
        format!("{}\n{}\n{}\n{}", theirs.plain(), quoted.plain(), theirs.markdown(), theirs.bare())
    };
    let table: Vec<_> = HOSTILE.into_iter().map(shown).collect();
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

    [click me](https://evil.example/)
    "[click me](https://evil.example/)"
    `[click me](https://evil.example/)`
    ［click me］(https:/∕evil.example/)

    <https://evil.example/|click me>
    "<https://evil.example/|click me>"
    `‹https://evil.example/|click me›`
    ‹https:/∕evil.example/｜click me›

    https://evil.example/login
    "https://evil.example/login"
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

    \u{1b}[2J\u{1b}]8;;https://evil.example/\u{7}click\u{1b}]8;;… (cut)
    "\u{1b}[2J\u{1b}]8;;https://evil.example/\u{7}click\u{1b}]8;;… (cut)"
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
