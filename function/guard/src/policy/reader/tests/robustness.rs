//! Whatever the text is: no panic, errors that point into it, and no terminal that is commanded by it.

use std::fmt::Write;

use proptest::prelude::*;

use super::{EXAMPLE, errors};
use crate::policy::diagnostic::Errors;
use crate::policy::yaml::{self, Content, Node};
use crate::policy::{Policy, PolicyError};

/// What must hold of any text.
fn check(text: &str) {
    let Err(errors) = Policy::parse("policy.yaml", text) else { return };
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
    let of_text = |name: &str, span: crate::policy::diagnostic::Span| {
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
        let mut chars: Vec<char> = EXAMPLE.chars().collect();
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
    assert_eq!(errors("\u{feff}verson: 1").iter().next().map(PolicyError::column), Some(1));
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
