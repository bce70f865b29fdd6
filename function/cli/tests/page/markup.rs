//! What stands in the page.

use roxmltree::{Document, Node};
use serde_json::json;

use crate::desk::{Desk, rule};
use crate::history::{desk, forbidden, page, page_of};

/// Everything that the page is made of.
const ELEMENTS: [&str; 53] = [
    "html", "head", "meta", "title", "style", "body", "a", "header", "div", "span", "button", "h1", "h2",
    "h4", "p", "dl", "dt", "dd", "main", "section", "strong", "b", "figure", "svg", "rect", "ul", "li", "i",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "small", "desc", "defs", "marker", "path", "g",
    "text", "form", "label", "input", "select", "option", "details", "summary", "time", "pre", "footer",
    "script",
];
const ATTRIBUTES: [&str; 49] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "type",
    "id",
    "hidden",
    "data-facet",
    "data-value",
    "role",
    "aria-label",
    "viewBox",
    "preserveAspectRatio",
    "x",
    "y",
    "width",
    "height",
    "data-from",
    "data-to",
    "scope",
    "aria-hidden",
    "title",
    "tabindex",
    "aria-labelledby",
    "refX",
    "refY",
    "markerWidth",
    "markerHeight",
    "markerUnits",
    "orient",
    "d",
    "marker-end",
    "transform",
    "rx",
    "placeholder",
    "autocomplete",
    "spellcheck",
    "value",
    "aria-live",
    "data-standing",
    "data-time",
    "data-tier",
    "data-caller",
    "data-rule",
    "data-account",
    "data-region",
];

/// The page as XML: it is written so that it is both, and read here by a parser that forgives nothing. The style and the
/// script are the command's own, and are cut out.
pub(crate) fn as_xml(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, script) = rest.rsplit_once("<script>").unwrap();
    let (_, end) = script.split_once("</script>").unwrap();
    let xml = format!("{head}<style></style>{body}<script></script>{end}");
    xml.strip_prefix("<!doctype html>").unwrap().to_owned()
}

/// What in `page` is more than it may be.
pub(crate) fn strange(page: &str) -> Vec<String> {
    let xml = as_xml(page);
    let document = match Document::parse(&xml) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let mut strange: Vec<_> =
        document.descendants().filter(Node::is_element).flat_map(strange_element).collect();
    strange.extend(document.descendants().filter(Node::is_comment).map(|_| "a comment".to_owned()));
    for (element, count) in [("script", 1), ("style", 1), ("meta", 5), ("form", 1)] {
        let there = document.descendants().filter(|node| node.has_tag_name(element)).count();
        if there != count {
            strange.push(format!("{there} {element}"));
        }
    }
    strange
}

fn strange_element(node: Node<'_, '_>) -> Vec<String> {
    let name = node.tag_name().name();
    let mut strange = Vec::new();
    if !ELEMENTS.contains(&name) {
        strange.push(format!("<{name}>"));
    }
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        let is_out =
            matches!(key, "href" | "marker-end") && !value.trim_start_matches("url(").starts_with('#');
        if !ATTRIBUTES.contains(&key) || is_out {
            strange.push(format!("<{name} {key}={value:?}>"));
        }
    }
    strange
}

#[test]
fn it_is_well_formed_and_made_of_what_it_should_be() {
    let desk = desk("it_is_well_formed_and_made_of_what_it_should_be");
    for arguments in ["", "--mode observe", "--sweep"] {
        let page = std::fs::read_to_string(page(&desk, arguments)).unwrap();
        assert_eq!(strange(&page), Vec::<String>::new(), "{arguments}");
    }
}

#[test]
fn it_names_nothing_that_could_be_loaded() {
    let page = std::fs::read_to_string(page(&desk("it_names_nothing_that_could_be_loaded"), "")).unwrap();
    // The name space of SVG is a name.
    let rest = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for word in
        ["http:", "https:", "//cdn", "@import", "url(http", "src=", "data:", "@font-face", "javascript:"]
    {
        assert!(!rest.contains(word), "{word}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
}

#[test]
fn every_identifier_is_there_once() {
    let desk = Desk::new("every_identifier_is_there_once");
    desk.write("two/policy.yaml", crate::desk::POLICY);
    desk.write("two/event.json", rule("b", 2, "sg-0000000000000web1", 25, "0.0.0.0/0").to_string());
    desk.write("events.json", json!([forbidden()]).to_string());
    let page = std::fs::read_to_string(page(&desk, "two")).unwrap();
    let xml = as_xml(&page);
    let document = Document::parse(&xml).unwrap();
    let mut ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids.iter().filter(|id| id.ends_with("end-allowed")).count(), 2, "two policies are drawn");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

/// What a reader without the script, and without a browser, sees of one change.
#[test]
fn a_violation_in_words() {
    let desk = Desk::new("a_violation_in_words");
    let page = page_of(&desk, &json!([forbidden()]));
    let xml = as_xml(&page);
    let document = Document::parse(&xml).unwrap();
    let is_record = |node: Node<'_, '_>| node.attribute("class") == Some("record");
    let words = |node: Node<'_, '_>| {
        let texts = node.descendants().filter(|it| it.is_text() && !it.ancestors().any(is_record));
        let texts = texts.filter_map(|node| node.text());
        texts.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let find = |tag: &str| document.descendants().find(|node| node.has_tag_name(tag)).unwrap();
    insta::assert_snapshot!(words(find("header")), @"
    tierguard
    replay report
    Dark
    2 March 2026
    Of 1 change to security groups,
    1 broke the policy
    : it was undone.
    Policy
    policy.yaml
    Mode
    enforce: violations are undone
    Accounts
    111122223333
    Regions
    eu-west-1
    State at the start
    account.json
    ");
    insta::assert_snapshot!(words(find("details")), @"
    2026-03-02 09:00:01
    undone
    22/tcp from 0.0.0.0/0
    web
    sg-0000000000000web1
    Developer/alice
    opened
    22/tcp from 0.0.0.0/0
    because
    web allows 80/tcp, 443/tcp from anywhere
    done
    revoked 22/tcp from 0.0.0.0/0
    group
    web-shop in vpc-0a4e92abb9b3c7181
    caller
    arn:aws:sts::111122223333:assumed-role/Developer/alice from 198.51.100.23
    event
    AuthorizeSecurityGroupIngress in events.json
    The lines of policy.yaml that decide
    8
    groups: { tags: { tier: web } }
    9
    ingress:
    10
    - { allow: [80/tcp, 443/tcp], from: anywhere }
    ");
    insta::assert_snapshot!(words(find("figure")), @"
    1 per hour
    2 March 2026, 09:00: 1 undone
    2 March 2026
    undone
    ");
}

#[test]
fn nothing_at_all_is_a_page_too() {
    let desk = Desk::new("nothing_at_all_is_a_page_too");
    let page = page_of(&desk, &json!([]));
    assert_eq!(strange(&page), Vec::<String>::new());
    assert!(page.contains("No change of a security group was found."));
}

/// However much there was, a browser can open it; all of it is counted.
#[test]
fn of_very_many_the_latest_are_listed() {
    let desk = Desk::new("of_very_many_the_latest_are_listed");
    let description = "x".repeat(250);
    let change = |n: u16| {
        let mut change = rule(&format!("event-{n}"), 0, "sg-0000000000000web1", 1000 + n, "0.0.0.0/0");
        change["eventTime"] =
            json!(format!("2026-03-02T{:0>2}:{:0>2}:{:0>2}Z", n / 3600, n / 60 % 60, n % 60));
        change["userAgent"] = json!(description.repeat(100));
        change
    };
    let page = page_of(&desk, &json!((0..2500).map(change).collect::<Vec<_>>()));
    assert!(page.len() < 20 << 20 && page.len() > 10 << 20, "{} bytes", page.len());
    assert!(page.contains("2,500 broke the policy"));
    let listed = page.matches("<details class=\"incident\"").count();
    assert!(
        listed < 1000 && page.contains(&format!("{listed} of 2,500 are listed: the latest of each kind")),
        "{listed}"
    );
    assert!(page.contains("3499/tcp from 0.0.0.0/0") && !page.contains("<span class=\"what\">1000/tcp"));
    assert!(page.contains(" more bytes of it are left out here."));
}

#[test]
fn what_was_left_out_is_told() {
    let desk = desk("what_was_left_out_is_told");
    let facts = |arguments: &str| {
        let page = std::fs::read_to_string(page(&desk, arguments)).unwrap();
        let facts = page.split_once("<dl").unwrap().1.split_once("</dl>").unwrap().0.to_owned();
        facts
            .lines()
            .filter(|line| line.contains("Only") || line.contains("Left"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(facts(""), "");
    insta::assert_snapshot!(facts("--since 2026-03-01 --region eu-west-1"), @"
    <div><dt>Only events</dt><dd>since 2026-03-01T00:00:00Z in Region eu-west-1</dd></div>
    <div><dt>Left out</dt><dd>28 changes not asked for</dd></div>
    ");
    let account = crate::desk::account().to_string().replace("111122223333", "444455556666");
    desk.write("account.json", account);
    insta::assert_snapshot!(facts(""), @"<div><dt>Left out</dt><dd>40 changes in accounts or Regions of which the account file has no group: 111122223333</dd></div>");
}
