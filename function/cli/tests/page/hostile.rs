//! What callers write stays text in the page, wherever it stands in a record.

use serde_json::{Value, json};

use crate::browser::{Browser, DESK};
use crate::desk::{Desk, account};
use crate::history::{forbidden, page, page_of};
use crate::markup::strange;

#[path = "../../../../events/hostile/strings.rs"]
mod strings;

/// Where in a record a text stands that a caller chooses, or whoever writes a record.
const FIELDS: [&str; 12] = [
    "/eventID",
    "/eventName",
    "/eventTime",
    "/awsRegion",
    "/recipientAccountId",
    "/sourceIPAddress",
    "/userAgent",
    "/userIdentity/arn",
    "/userIdentity/invokedBy",
    "/requestParameters/groupId",
    "/responseElements/securityGroupRuleSet/items/0/description",
    "/responseElements/securityGroupRuleSet/items/0/cidrIpv4",
];

/// What a page is made of that could break out of it.
const PAGE: [(&str, &str); 10] = [
    ("end of a script", "</script><script>document.title='broken'</script>"),
    (
        "end of everything",
        "</pre></details></section></main></body></html><script>document.title='broken'</script>",
    ),
    ("comment", "<!-- --!> <!--<script>document.title='broken'"),
    ("CDATA", "]]><![CDATA[<script>document.title='broken'</script>]]>"),
    ("attribute", "\" onmouseover=\"document.title='broken'\" autofocus onfocus=\"document.title='broken'"),
    ("quote", "' onclick='document.title=`broken`'"),
    ("SVG", "</svg><svg onload=\"document.title='broken'\"><script>document.title='broken'</script></svg>"),
    ("image", "<img src=x onerror=\"document.title='broken'\"><base href=\"https://evil.example/\">"),
    ("template", "{{items}}{{script}}{{nonsense"),
    ("link", "javascript:document.title='broken'"),
];

fn texts() -> Vec<(&'static str, String)> {
    let short = |(name, text): (&'static str, String)| (name, text.chars().take(500).collect::<String>());
    let own = PAGE.iter().map(|(name, text)| (*name, (*text).to_owned()));
    strings::strings().into_iter().map(short).chain(own).collect()
}

/// A change with `text`, which has this number, at each of the fields in turn.
fn events(number: usize, text: &str) -> Vec<Value> {
    let event = |path: &&str| {
        let mut event = forbidden();
        event["eventID"] = json!(format!("{path} {number}"));
        let (parent, key) = path.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[key] = json!(text);
        event
    };
    FIELDS.iter().map(event).collect()
}

#[test]
fn every_text_in_every_field_is_inert() {
    let desk = Desk::new("every_text_in_every_field_is_inert");
    for (name, text) in texts() {
        let mut account = account();
        account["SecurityGroups"][0]["GroupName"] = json!(text);
        desk.write("account.json", account.to_string());
        let page = page_of(&desk, &json!(events(0, &text)));
        assert_eq!(strange(&page), Vec::<String>::new(), "{name}");
        assert!(page.matches("<details class=\"incident\"").count() >= FIELDS.len() - 3, "{name}");
        let hidden = page
            .chars()
            .find(|c| *c != '\n' && (tierguard::visible::hides(*c) || tierguard::visible::turns(*c)));
        assert_eq!(hidden, None, "{name}");
    }
}

/// Escapes of half a character are no text that any parser of JSON gives back: the record is shown as it was written.
#[test]
fn half_characters_are_shown_as_they_were_written() {
    let desk = Desk::new("half_characters_are_shown_as_they_were_written");
    let record = forbidden().to_string().replace("Developer/alice", r"Developer\ud800/</script>\udfff\u0000");
    desk.write("events.json", &record);
    let page = std::fs::read_to_string(page(&desk, "")).unwrap();
    assert_eq!(strange(&page), Vec::<String>::new());
    assert!(page.contains(r"Developer\ud800/&lt;/script&gt;\udfff\u0000"), "the record is there");
}

/// All of it at once, in a real browser: its parser of HTML is another one.
#[test]
fn a_browser_sees_text_and_nothing_else() {
    let desk = Desk::new("a_browser_sees_text_and_nothing_else");
    let all: Vec<_> =
        texts().iter().enumerate().flat_map(|(number, (_, text))| events(number, text)).collect();
    let count = page_of(&desk, &json!(all)).matches("<details class=\"incident\"").count();
    let mut browser = Browser::open(&desk.path("page.html"), DESK, "a_browser_sees_text_and_nothing_else");
    let listed = browser.number("document.querySelectorAll('#list > details.incident').length");
    assert_eq!((listed, count > 500), (f64::from(u32::try_from(count).unwrap()), true));
    for (what, expected) in [
        ("document.scripts.length", 1.0),
        ("document.styleSheets.length", 1.0),
        (
            "document.querySelectorAll('img, iframe, object, embed, base, link, video, audio, foreignObject').length",
            0.0,
        ),
        (
            "[...document.querySelectorAll('*')].filter(it => [...it.attributes].some(a => /^on|^style$/i.test(a.name))).length",
            0.0,
        ),
        (
            "[...document.querySelectorAll('[href]')].filter(it => !it.getAttribute('href').startsWith('#')).length",
            0.0,
        ),
        ("document.querySelectorAll('main').length", 1.0),
    ] {
        assert!((browser.number(what) - expected).abs() < 0.5, "{what}");
    }
    // What is touched, opened and searched for is no script either.
    browser.value("document.querySelectorAll('details').forEach(it => { it.open = true; })");
    browser.value("document.querySelectorAll('a, summary, button, td, span').forEach(it => it.dispatchEvent(new Event('mouseover', {bubbles: true})))");
    browser.press("/");
    browser.enter("</script>");
    assert!(browser.number("document.querySelectorAll('#list > details:not([hidden])').length") > 10.0);
    assert!(browser.text("document.title").starts_with("tierguard replay, "));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
