//! Whatever the text is: no panic, errors that point into it, and no terminal that is commanded by it.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{EXAMPLE, INTERFACES, check_schema, errors, parsed};
use crate::network::Network;
use crate::policy::diagnostic::{Errors, Span};
use crate::policy::reader::mistake::Mistake;
use crate::policy::reader::room;
use crate::policy::yaml::{self, Content, Node};
use crate::policy::{Diagnostic, Policy};

/// What must hold of any text.
fn check(text: &str) {
    let Err(errors) = Policy::parse("policy.yaml", text) else { return check_schema(text) };
    assert!(errors.iter().next().is_some(), "an error without errors");
    assert!(errors.to_string().chars().all(|c| c == '\n' || !c.is_control()), "a control character is shown");
    for error in &errors {
        assert!(error.line() <= text.split('\n').count(), "line {} is not in the text", error.line());
        assert!(!error.message().contains('\n') && !error.message().ends_with('.'), "{}", error.message());
        assert!(!error.help().is_empty(), "{} has no help", error.message());
    }
}

/// Every plain text in the tree stands where its span says.
fn spans_hold(node: &Node, text: &str) {
    let of_text = |name: &str, span: Span| {
        let found = text.get(span.start..span.end).unwrap();
        assert!(found == name || found.starts_with(['"', '\'']), "`{found}` is not `{name}`");
    };
    match &node.content {
        Content::Text(name) => of_text(name, node.span),
        Content::List(nodes) => nodes.iter().for_each(|node| spans_hold(node, text)),
        Content::Map(entries) => entries.iter().for_each(|entry| {
            of_text(&entry.key, entry.key_span);
            spans_hold(&entry.value, text);
        }),
        Content::Nothing | Content::Reported => {}
    }
}

fn tree(text: &str) -> Node {
    yaml::parse(text, &mut Errors::new("", text)).unwrap()
}

/// Pieces that mean something to YAML, or to a policy.
fn piece() -> impl Strategy<Value = String> {
    let pieces = vec![
        "\n",
        "\r\n",
        "\r",
        "  ",
        "\t",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "|",
        ">",
        "|+\n",
        "&a ",
        "*a",
        "!t ",
        "!!str ",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "---\n",
        "...\n",
        "#",
        " # é\n",
        "\"",
        "'",
        "\\",
        "\\x",
        "\\u00e9",
        "~",
        "null",
        "<<",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\0",
        "\u{1b}[31m",
        "é",
        "漢字",
        "😀",
        "a",
        "1",
        "@",
        "`",
        "version: 1\n",
        "tiers:\n",
        "  web: ",
        "{ groups: { names: a } }",
        "allow",
        "from",
        "sg-",
        "pl-0a",
        "10.0.0.0/8",
        "443/tcp",
        "arn:aws:iam::",
        "*:role/a",
        "2026-12-31",
        "T00:00:00Z",
    ];
    prop_oneof![8 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

/// Where to cut the example, how much to leave out, what to put in.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, String)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, piece()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_yaml_is_answered(pieces in prop::collection::vec(piece(), 0..30)) {
        check(&pieces.concat());
    }

    #[test]
    fn any_change_of_a_policy_is_answered(edits in edits()) {
        let mut chars: Vec<char> = EXAMPLE.chars().chain(INTERFACES.chars()).collect();
        for (at, less, more) in edits {
            let at = at.index(chars.len());
            let end = chars.len().min(at + less);
            chars.splice(at..end, more.chars());
        }
        check(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn places_are_those_of_the_text() {
    for text in [
        EXAMPLE.to_owned(),
        EXAMPLE.replace('\n', "\r\n"),
        EXAMPLE.replace("named", "nämed 漢字 😀").replace("web", "wéb"),
        "# é\n\"k\u{e9}y\" : [é, 'é é' , { é: é }]\nb:\n- é\n-  x  # é\n".to_owned(),
    ] {
        spans_hold(&tree(&text), &text);
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_policy() {
    assert!(Policy::parse("policy.yaml", &format!("\u{feff}{EXAMPLE}")).is_ok());
    assert_eq!(errors("\u{feff}verson: 1").iter().next().map(Diagnostic::column), Some(1));
}

#[test]
fn large_texts_are_answered_soon() {
    for (start, piece) in [
        ("", "["),
        ("", "{"),
        ("", "- "),
        ("", "? "),
        ("", "a: "),
        ("", "\""),
        ("", "é"),
        ("", "a\n"),
        ("", "\n"),
        ("", "#"),
        ("", "&a "),
        ("", "!"),
        ("", "%"),
        ("", "---\n"),
        ("[", "a,"),
        ("{", "a: [],"),
        ("a:\n", "- b\n"),
        ("version: 1\ntiers: { a: { groups: { names: a }, ingress: [ { allow: all, from: [", "b,"),
    ] {
        check(&format!("{start}{}", piece.repeat(200_000 / piece.len())));
    }
    let many = (0..20_000).fold(String::from("a:\n"), |mut text, n| {
        writeln!(text, "  k{n}: 1").unwrap();
        text
    });
    check(&many);
}

#[test]
fn only_so_many_errors_are_kept() {
    let text = format!("version: 1\nelsewhere: {{ ingress: [{}] }}", "a, ".repeat(1000));
    let errors = errors(&text);
    assert_eq!(errors.iter().count(), 200);
    assert!(errors.to_string().ends_with("note: 800 more errors are not shown"), "{errors}");
}

#[test]
fn nothing_is_worked_out_for_an_error_that_is_not_kept() {
    let mut errors = Errors::new("policy.yaml", "");
    let mut worked_out = 0;
    for _ in 0..1000 {
        errors.push_with(Span::START, |_| {
            worked_out += 1;
            Mistake::Empty
        });
    }
    assert_eq!(worked_out, 200);
}

/// `count` networks of one address that do not touch each other.
fn networks(count: u32) -> Vec<String> {
    (0..count).map(|n| Network::from(IpAddr::from(Ipv4Addr::from(n * 2))).to_string()).collect()
}

/// A tier whose entries each have these peers.
fn allows(networks: &str, entries: usize, from: &str) -> String {
    let entry = format!("{{ allow: all, from: {from} }},");
    let text = format!(
        "version: 1\nnetworks: {{ {networks} }}\ntiers: {{ web: {{ groups: {{ names: w }}, ingress: [{}] }} }}",
        entry.repeat(entries)
    );
    assert!(text.len() <= 256 * 1024, "{} bytes are refused for their number", text.len());
    text
}

/// 35,000 copies of 9,000 networks would be gigabytes.
#[test]
fn a_network_that_is_named_again_in_a_list_is_not_held_again() {
    let from = format!("[{}]", "a,".repeat(35_000));
    let policy = parsed(&allows(&format!("a: [{}]", networks(9_000).join(",")), 1, &from));
    let allow = &policy.tiers[0].allows.ingress.as_ref().unwrap()[0];
    assert_eq!(allow.words, "all from a");
    assert_eq!(allow.peers.addresses.networks().len(), 9_000);
}

#[test]
fn a_peer_that_is_written_again_is_not_told_again() {
    let policy = parsed(&allows("a: 10.0.0.0/8", 1, "[web, a, 10.1.2.3/8, web, 10.0.0.0/8, self, a, self]"));
    let allow = &policy.tiers[0].allows.ingress.as_ref().unwrap()[0];
    assert_eq!(allow.words, "all from web, a, 10.0.0.0/8, self");
}

#[test]
fn a_mistake_that_is_made_again_is_told_again() {
    let errors = errors(&allows("a: 10.0.0.0/8", 1, "[b, b]"));
    assert_eq!(errors.iter().map(Diagnostic::column).collect::<Vec<_>>(), [70, 73]);
}

/// 12,000 unknown names, each held against 5,000 names, would be minutes.
#[test]
fn the_name_that_was_meant_is_looked_for_only_where_it_is_told() {
    let names = (0..5_000).map(|n| format!("name{n}: 1.1.1.1/32,")).collect::<String>();
    let unknown = (0..12_000).map(|n| format!("nme{n},")).collect::<String>();
    let errors = errors(&allows(&names, 1, &format!("[{unknown}]")));
    assert_eq!(errors.iter().next().map(Diagnostic::help), Some("write `name0`"));
    assert!(errors.to_string().ends_with("note: 11800 more errors are not shown"));
}

/// The first of two equal keys is looked up by reading the file up to it.
#[test]
fn the_line_of_a_first_key_is_looked_for_only_where_it_is_told() {
    let text = format!("#{}\na: 1\n{}", "\n".repeat(100_000), "a: 1\n".repeat(30_000));
    let errors = errors(&text);
    assert_eq!(
        errors.iter().next().map(Diagnostic::help),
        Some("keep one of them; the first is in line 100002")
    );
    assert!(errors.to_string().ends_with("more errors are not shown"));
}

/// 4,000 copies of 9,000 networks, one in each entry, would be gigabytes as well.
#[test]
fn a_policy_comes_to_so_many_networks_and_no_more() {
    let all = networks(1_000).join(",");
    let name = format!("a: [{all}]");
    assert_eq!(room::MOST, 100_000);
    let policy = parsed(&allows(&name, 100, "a"));
    let allows_of = policy.tiers[0].allows.ingress.as_ref().unwrap();
    assert!(allows_of.iter().all(|allow| allow.peers.addresses.networks().len() == 1_000));

    assert_snapshot!(errors(&allows(&format!("{name}\n"), 100, "[a, sg-0a, 10.0.0.0/8, private]")), @"
    error: the peers come to more than 100000 networks and prefix lists
     --> policy.yaml:4:5416
      |
    4 | …e] },{ allow: all, from: [a, sg-0a, 10.0.0.0/8, private] },{ allow: all, from: [a, sg-0a, 10.0.0.0/8, private] },] } }
      |                                                                                  ^
      |
      = help: each counts in every entry that it is written or named in: put long lists of networks into a prefix list, and name that
    ");
}

#[test]
fn prefix_lists_and_networks_that_are_written_out_count_as_well() {
    let lists = (0..9_000).map(|n| format!("pl-{n:x},")).collect::<String>();
    let too_many = |text: &str| errors(text).iter().map(Diagnostic::message).collect::<Vec<_>>().join("\n");
    let message = "the peers come to more than 100000 networks and prefix lists";
    assert_eq!(too_many(&allows(&format!("a: [{lists}]"), 4_000, "a")), message);
    let exact = format!("a: [{}]", networks(10_000).join(","));
    assert!(Policy::parse("policy.yaml", &allows(&exact, 10, "a")).is_ok());
    let text = allows(&exact, 10, "a");
    let elsewhere = |from: &str, except: &str| {
        format!("{text}\nelsewhere: {{ deny: [{{ ports: all, from: {from}, except: {except} }}] }}")
    };
    assert!(Policy::parse("policy.yaml", &elsewhere("[self, sg-0a, web]", "[]")).is_ok());
    assert_eq!(too_many(&elsewhere("10.0.0.0/8", "[]")), message);
    assert_eq!(too_many(&elsewhere("self", "a")), message);
}

/// 2,500 copies of 100,000 segments, each on its own in memory, would be gigabytes too.
#[test]
fn the_callers_that_lists_name_come_to_so_much_text_and_no_more() {
    let arn = |segments: usize| format!("\"arn:aws:iam::*:role{}a\"", "/a".repeat(segments));
    let policy = |arn: &str, tiers: usize| {
        let tier = |n: usize| format!("t{n}: {{ groups: {{ names: a }}, editors: [a, a] }}\n ");
        let tiers: String = (0..tiers).map(tier).collect();
        format!("version: 1\nprincipals: {{ a: {arn} }}\ntiers:\n {tiers}")
    };
    assert_eq!(room::LONGEST, 1024 * 1024);
    // 20 letters and 2 a segment: 1 KiB.
    let kib = arn(502);
    assert_eq!(parsed(&policy(&kib, 1024)).tiers.len(), 1024);
    assert_snapshot!(errors(&policy(&kib, 1025)), @"
    error: `editors` and `break-glass` come to more than 1024 KiB of callers
        --> policy.yaml:1028:43
         |
    1028 |  t1024: { groups: { names: a }, editors: [a, a] }
         |                                           ^
         |
         = help: each counts in every tier that it is named in: write one with `*` for callers that are alike
    ");
    assert_eq!(errors(&policy(&arn(60_000), 2_000)).iter().count(), 1);
    let many = format!("[{}]", "eks.amazonaws.com,".repeat(7_000));
    assert_eq!(errors(&policy(&many, 1_000)).iter().count(), 1);
}
