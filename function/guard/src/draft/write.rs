//! A plan as the YAML of a policy, with comments. Chooses nothing: what is allowed is in the plan.

use super::Detail;
use super::comment::{label, safe};
use super::entry::{Entry, Flows, Source, Standing};
use super::network::NamedNetwork;
use super::note::Note;
use super::plan::{Elsewhere, Plan, PlannedTier};
use super::quote::quoted;
use crate::group::Group;
use crate::permission::Direction;
use crate::policy::{NamePattern, Selector};
use crate::traffic::Traffic;

/// No line is longer, where that can be helped.
const WIDEST: usize = 118;
/// The most peers that stand in one line.
const MOST_IN_LINE: usize = 4;
/// The indentation of an entry.
const ENTRY: &str = "      ";

/// What a reader has to know of every draft.
const MEANING: &str = "It allows what they open today, so an audit of them by it finds nothing. What is open is not always \
    meant: look at every question below. It says nothing of who may change what (`editors`, `break-glass`), of what must be \
    there (`required`), or of network interfaces. `anywhere` is IPv4 and IPv6: write 0.0.0.0/0 for IPv4 alone.";
/// What to do with it, as commands, and what for.
const STEPS: [(&str, &str); 5] = [
    ("tierguard policy schema > policy.schema.json", "for editors, by the first line of this file"),
    ("tierguard policy check policy.yaml --account ACCOUNT", "what in it was perhaps not meant"),
    ("tierguard audit --policy policy.yaml --account ACCOUNT", "what breaks it, once it is stricter"),
    ("tierguard policy test --help", "how to write down what must stay so, as cases"),
    ("tierguard replay --mode observe --policy policy.yaml --account ACCOUNT LOGS", ""),
];
/// How wide the widest command with an explanation is, without the name of the account's file.
const WIDEST_STEP: usize = 47;
/// What the standard input is called.
const STDIN: &str = "<stdin>";
const LAST: &str = "Deploy it as it is, to observe; write `mode: enforce` once its messages surprise nobody.";

/// `path` as a shell takes it.
fn for_a_shell(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-');
    if path.bytes().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Lines of YAML.
struct Page {
    text: String,
    detail: Detail,
}

/// The file of `plan`, which was made from the account in `source`.
pub(super) fn policy(plan: &Plan, source: &str, detail: Detail) -> String {
    let mut page = Page { text: String::new(), detail };
    page.header(plan, source);
    page.networks(&plan.networks);
    if !plan.tiers.is_empty() {
        page.line("");
        page.line("tiers:");
        for tier in &plan.tiers {
            page.tier(tier);
        }
    }
    page.elsewhere(&plan.elsewhere);
    page.text
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn comment(&mut self, indent: &str, text: &str) {
        if self.detail == Detail::Full {
            for line in wrapped(text, WIDEST.saturating_sub(indent.len())) {
                self.line(&format!("{indent}# {line}"));
            }
        }
    }

    /// A comment without which the file says too little.
    fn remark(&mut self, text: &str) {
        for line in wrapped(text, WIDEST) {
            self.line(&format!("# {line}"));
        }
    }

    fn header(&mut self, plan: &Plan, source: &str) {
        let groups = plan.tiers.iter().map(|tier| tier.groups.len()).sum::<usize>();
        let groups = groups.saturating_add(plan.elsewhere.groups.len());
        let groups = counted(groups, "security group");
        let source = safe(source).to_string();
        let first = format!("A first policy, drafted by `tierguard policy init` from {groups} in {source}.");
        self.line("# yaml-language-server: $schema=policy.schema.json");
        self.line("#");
        for text in [first.as_str(), MEANING] {
            self.remark(text);
        }
        if self.detail == Detail::Bare {
            self.remark("What is doubtful is not marked here, for then the file would be too large to be read: `--format json` tells it.");
        }
        self.line("#");
        self.line("# What to do next:");
        // What came by a pipe has to be in a file for what comes next.
        let source = if source == STDIN { "account.json".to_owned() } else { for_a_shell(&source) };
        let widest = source.chars().count().saturating_add(WIDEST_STEP);
        for (command, what) in STEPS {
            let command = command.replace("ACCOUNT", &source);
            let line = format!("#   {command:<widest$}  {what}");
            self.line(line.trim_end());
        }
        self.remark(LAST);
        self.line("");
        for note in &plan.notes {
            self.remark(&note.to_string());
        }
        self.line("version: 1");
        self.line("mode: observe                  # judge and tell, change nothing");
    }

    fn networks(&mut self, networks: &[NamedNetwork]) {
        if networks.is_empty() {
            return;
        }
        self.line("");
        self.line("networks:                      # as the descriptions of rules call them");
        for NamedNetwork { name, networks } in networks {
            let texts: Vec<_> = networks
                .iter()
                .map(|network| if network.is_ipv4() { network.to_string() } else { format!("\"{network}\"") })
                .collect();
            self.line(&format!("  {}: {}", quoted(name), one_or_list(&texts)));
        }
    }

    fn tier(&mut self, tier: &PlannedTier) {
        let PlannedTier { name, selector, groups, why: _, ingress, egress, notes } = tier;
        if self.detail == Detail::Full && !self.text.ends_with("tiers:\n") {
            self.line("");
        }
        for note in notes {
            self.comment("  ", &note.to_string());
        }
        self.line(&format!("  {}:", quoted(name)));
        self.selector(selector, groups);
        self.flows(ingress, Direction::Ingress);
        self.flows(egress, Direction::Egress);
    }

    fn selector(&mut self, selector: &Selector, groups: &[Group]) {
        let Selector { ids, names, tags } = selector;
        if ids.is_some() {
            self.line("    groups:");
            self.line("      ids:");
            for group in groups {
                self.trailed(&format!("        - {}", group.id), &label(group));
            }
            return;
        }
        let tags: Vec<_> =
            tags.iter().map(|(key, value)| format!("{}: {}", quoted(key), quoted(value))).collect();
        let names: Vec<_> = names.iter().flatten().map(NamePattern::as_str).map(quoted).collect();
        let what = if tags.is_empty() {
            format!("names: [{}]", names.join(", "))
        } else {
            format!("tags: {{ {} }}", tags.join(", "))
        };
        let count = if groups.len() > 1 { counted(groups.len(), "group") } else { String::new() };
        self.trailed(&format!("    groups: {{ {what} }}"), &count);
    }

    /// `line`, with a comment behind it where there is something to say.
    fn trailed(&mut self, line: &str, comment: &str) {
        if comment.is_empty() || self.detail == Detail::Bare {
            self.line(line);
        } else {
            self.line(&format!("{line}  # {}", safe(comment)));
        }
    }

    fn flows(&mut self, flows: &Flows, direction: Direction) {
        let Flows { standing, entries, notes } = flows;
        match standing {
            Standing::Unknown => {}
            Standing::Governed => {
                for note in notes {
                    self.comment("    ", &note.to_string());
                }
                self.entries(entries, direction);
            }
            Standing::Stuck => {
                for note in notes {
                    self.comment("    ", &note.to_string());
                }
                let wish = format!(
                    "{direction} is not governed until they are gone. Revoke them, and take the marks off these lines:"
                );
                self.comment("    ", &wish);
                self.commented_out(|page| page.entries(entries, direction));
            }
        }
    }

    fn entries(&mut self, entries: &[Entry], direction: Direction) {
        if entries.is_empty() {
            self.line(&format!("    {direction}: []"));
            return;
        }
        self.line(&format!("    {direction}:"));
        for entry in entries {
            self.entry(entry, direction);
        }
    }

    fn entry(&mut self, Entry { traffic, sources }: &Entry, direction: Direction) {
        let traffic = one_or_list(&traffic.iter().map(Traffic::to_string).collect::<Vec<_>>());
        let words: Vec<_> = sources.iter().map(|source| source.word.to_string()).collect();
        let way = direction.preposition();
        let in_line = format!("{ENTRY}- {{ allow: {traffic}, {way}: {} }}", one_or_list(&words));
        match sources.as_slice() {
            [Source { word: _, notes }] => self.noted(&in_line, ENTRY, notes),
            several => {
                let is_quiet =
                    self.detail == Detail::Bare || several.iter().all(|source| source.notes.is_empty());
                if is_quiet && several.len() <= MOST_IN_LINE && in_line.len() <= WIDEST {
                    return self.line(&in_line);
                }
                self.line(&format!("{ENTRY}- allow: {traffic}"));
                self.line(&format!("{ENTRY}  {way}:"));
                let indent = format!("{ENTRY}    ");
                for Source { word, notes } in several {
                    self.noted(&format!("{indent}- {word}"), &indent, notes);
                }
            }
        }
    }

    /// `line`, and `notes` behind it, or before it where that is too long.
    fn noted(&mut self, line: &str, indent: &str, notes: &[Note]) {
        let said = notes.iter().map(Note::to_string).collect::<Vec<_>>().join("; ");
        let length = line.chars().count().saturating_add(said.chars().count()).saturating_add(4);
        if said.is_empty() || self.detail == Detail::Bare {
            self.line(line);
        } else if length <= WIDEST {
            self.line(&format!("{line}  # {said}"));
        } else {
            for note in notes {
                self.comment(indent, &note.to_string());
            }
            self.line(line);
        }
    }

    /// What `write` writes, as comments that become YAML when their marks are taken off.
    fn commented_out(&mut self, write: impl FnOnce(&mut Self)) {
        if self.detail == Detail::Bare {
            return;
        }
        let mut page = Self { text: String::new(), detail: self.detail };
        write(&mut page);
        for line in page.text.lines() {
            let inside = line.strip_prefix("    ").unwrap_or(line);
            self.line(&format!("    # {inside}"));
        }
    }

    fn elsewhere(&mut self, Elsewhere { groups, denied, notes }: &Elsewhere) {
        self.line("");
        let count = if groups.is_empty() { "none".to_owned() } else { groups.len().to_string() };
        self.remark(&format!("What holds for groups in no tier, today {count}:"));
        for note in notes {
            self.remark(&note.to_string());
        }
        self.line("elsewhere:");
        if denied.is_empty() {
            self.line("  deny: []");
            return;
        }
        let ports: Vec<_> = denied.iter().map(Traffic::to_string).collect();
        self.line("  deny:");
        self.line(&format!("    - {{ ports: {}, from: internet }}", one_or_list(&ports)));
    }
}

/// `web`, or `[web, app]`.
fn one_or_list(texts: &[String]) -> String {
    match texts {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `text` in lines of `width` characters at most, as far as its words let it.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(word.chars().count()) < width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
