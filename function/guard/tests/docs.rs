//! Every policy in the documents is one, and the runbook leaves nothing out.

use std::fs;
use std::path::{Path, PathBuf};

use tierguard::Policy;

/// The fenced `yaml` blocks of `text` that are whole policies, with the number of the line after the fence.
fn policies(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        if line == "```yaml" {
            let block: String = lines
                .by_ref()
                .take_while(|(_, line)| *line != "```")
                .map(|(_, line)| format!("{line}\n"))
                .collect();
            if block.starts_with("version:") {
                found.push((n.saturating_add(2), block));
            }
        }
    }
    found
}

fn check(name: &str, text: &str, how_many: usize) {
    let policies = policies(text);
    assert_eq!(policies.len(), how_many, "{name} has that many policies");
    for (line, policy) in policies {
        // The places in the errors are counted from the line after the fence.
        let errors = Policy::parse(name, &policy).err().map(|errors| errors.to_string());
        assert_eq!(errors, None, "{name}:{line}");
    }
}

#[test]
fn the_policies_of_the_readme_are_policies() {
    check("README.md", include_str!("../../../README.md"), 1);
}

#[test]
fn the_policies_of_the_cookbook_are_policies() {
    check("docs/COOKBOOK.md", include_str!("../../../docs/COOKBOOK.md"), 6);
}

#[test]
fn the_policy_to_start_with_is_a_policy() {
    let text = include_str!("../../../infra/policy.yaml");
    assert!(Policy::parse("infra/policy.yaml", text).is_ok());
}

#[test]
fn what_the_policy_to_start_with_shows_is_a_policy_too() {
    let text = include_str!("../../../infra/policy.yaml");
    let shown: String =
        text.lines().map(|line| format!("{}\n", line.strip_prefix("#> ").unwrap_or(line))).collect();
    assert_ne!(shown, text, "some of it is shown");
    let errors = Policy::parse("infra/policy.yaml", &shown).err().map(|errors| errors.to_string());
    assert_eq!(errors, None);
}

const RUNBOOK: &str = include_str!("../../../docs/RUNBOOK.md");

/// Where the subjects of notices begin: each source that words one.
const LABELS: [&str; 9] = [
    include_str!("../src/notice/bound.rs"),
    include_str!("../src/notice/digest.rs"),
    include_str!("../src/notice/dispute.rs"),
    include_str!("../src/notice/door.rs"),
    include_str!("../src/notice/interfaces.rs"),
    include_str!("../src/notice/missing.rs"),
    include_str!("../src/notice/remarks.rs"),
    include_str!("../src/notice/rules.rs"),
    include_str!("../src/notice/undecided.rs"),
];

/// The texts in the source `code`.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.lines().flat_map(|line| line.split('"').skip(1).step_by(2))
}

/// What is shouted at the start of a subject: `STILL OPEN`, of `OPEN (observe mode)` only `OPEN`.
fn label(literal: &str) -> Option<&str> {
    let label = literal.split(" (").next()?.trim_end_matches(", ");
    let is_shouted = |c: char| c.is_ascii_uppercase() || " -:".contains(c);
    (label.len() > 3 && label.starts_with(|c: char| c.is_ascii_uppercase()) && label.chars().all(is_shouted))
        .then_some(label)
}

fn has_heading(wanted: &str) -> bool {
    RUNBOOK.lines().any(|line| line.strip_prefix("### ") == Some(wanted))
}

#[test]
fn the_runbook_explains_every_alarm() {
    let template = include_str!("../../../infra/template.yaml");
    let name = |line: &'static str| line.strip_prefix("  ")?.strip_suffix("Alarm:");
    let alarms: Vec<_> = template.lines().filter_map(name).filter(|name| !name.starts_with(' ')).collect();
    assert!(alarms.len() > 8, "{alarms:?}");
    let missing: Vec<_> = alarms.iter().filter(|name| !has_heading(&format!("{name}Alarm"))).collect();
    assert!(missing.is_empty(), "the runbook has no heading for {missing:?}");
}

#[test]
fn the_runbook_explains_every_subject() {
    let labels: Vec<_> = LABELS.into_iter().flat_map(literals).filter_map(label).collect();
    for known in [
        "CLOSED",
        "STILL OPEN",
        "BREAK-GLASS",
        "SWEEP: UNDECIDED",
        "CHECKED",
        "ALARM",
        "IN DISPUTE",
        "HEARSAY",
    ] {
        assert!(labels.contains(&known), "{known} is not found in {labels:?}");
    }
    let missing: Vec<_> = labels.iter().filter(|label| !has_heading(label)).collect();
    assert!(missing.is_empty(), "the runbook has no heading for {missing:?}");
}

#[test]
fn the_runbook_explains_every_word_for_the_door() {
    let door = include_str!("../src/notice/door.rs");
    let words: Vec<_> = door.lines().filter(|line| line.contains("=> \"")).flat_map(literals).collect();
    assert_eq!(words.len(), 8, "{words:?}");
    let missing: Vec<_> = words.iter().filter(|word| !RUNBOOK.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "the runbook has no word about {missing:?}");
}

/// A link within a document that leads nowhere leaves whoever follows it, at three in the morning, with nothing.
#[test]
fn the_links_within_the_runbook_lead_somewhere() {
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
    };
    let anchors: Vec<_> = RUNBOOK
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#').trim_start()))
        .collect();
    let links: Vec<_> = RUNBOOK.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 5, "{links:?}");
    let broken: Vec<_> = links.iter().filter(|link| !anchors.iter().any(|anchor| anchor == *link)).collect();
    assert!(broken.is_empty(), "{broken:?} are no headings: {anchors:?}");
}

/// All Rust sources below `folder`.
#[expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(below).filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

/// A threat model whose proofs are gone proves nothing.
#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let texts: Vec<_> = ["function", "tests/src", "tests/tests"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let security = include_str!("../../../SECURITY.md");
    let rows = security.lines().filter(|line| line.starts_with('|')).skip(2);
    let shown: Vec<_> = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next()).collect();
    assert!(shown.len() > 12, "{shown:?}");
    for cell in shown {
        let named: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "an attack that no test shows: {cell}");
        for name in named {
            let is_there = if name.contains('/') {
                root.join(name).is_file()
            } else {
                texts.iter().any(|text| text.contains(&format!("fn {name}(")))
            };
            assert!(is_there, "SECURITY.md names {name}, which is not there");
        }
    }
}
