//! Every policy in the documents is one.

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
