//! What is common to the names of groups that do the same: `web` of `web-1` and `web-2`.

use crate::policy::NamePattern;

/// What a name shares with others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stem {
    /// Its beginning.
    Start(String),
    /// Its end.
    End(String),
    /// All of it.
    Whole(String),
}

/// What stands between the words of a name.
const SEPARATORS: [char; 6] = ['-', '_', '.', ' ', ':', '/'];

/// Words by which tiers are called.
const WORDS: [&str; 50] = [
    "web",
    "www",
    "frontend",
    "front",
    "fe",
    "lb",
    "alb",
    "nlb",
    "elb",
    "edge",
    "proxy",
    "nginx",
    "cdn",
    "app",
    "api",
    "backend",
    "be",
    "service",
    "svc",
    "worker",
    "workers",
    "batch",
    "job",
    "jobs",
    "cron",
    "cache",
    "redis",
    "memcached",
    "queue",
    "mq",
    "kafka",
    "search",
    "db",
    "database",
    "rds",
    "mysql",
    "postgres",
    "postgresql",
    "mongo",
    "aurora",
    "data",
    "bastion",
    "jump",
    "ssh",
    "vpn",
    "nat",
    "monitoring",
    "metrics",
    "ci",
    "lambda",
];

impl Stem {
    /// What is shared by `name` with names of its kind.
    pub(super) fn of(name: &str) -> Self {
        let core = without_number(name);
        let first = core.split(SEPARATORS).next().unwrap_or(core);
        let last = core.rsplit(SEPARATORS).next().unwrap_or(core);
        if is_word(first) {
            Self::Start(first.to_owned())
        } else if core == name && is_word(last) {
            Self::End(last.to_owned())
        } else if core == name {
            Self::Whole(name.to_owned())
        } else {
            Self::Start(core.to_owned())
        }
    }

    /// The text that is shared.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Start(text) | Self::End(text) | Self::Whole(text) => text,
        }
    }

    /// Patterns for `names`, which share it: the exact name where there is but one.
    pub(super) fn patterns(&self, names: &[&str]) -> Vec<NamePattern> {
        let mut patterns: Vec<_> = names.iter().map(|name| self.pattern(name)).collect();
        patterns.sort();
        patterns.dedup();
        if let [first, others @ ..] = names
            && others.iter().all(|other| other == first)
        {
            patterns = vec![(*first).to_owned()];
        }
        patterns.iter().map(|pattern| NamePattern(pattern.as_str().into())).collect()
    }

    /// A pattern for `name` and those that differ from it in what is not shared.
    fn pattern(&self, name: &str) -> String {
        match self {
            Self::Start(text) => {
                match name.strip_prefix(text.as_str()).and_then(|rest| rest.chars().next()) {
                    Some(separator) if SEPARATORS.contains(&separator) => format!("{text}{separator}*"),
                    Some(_) => format!("{text}*"),
                    None => name.to_owned(),
                }
            }
            Self::End(text) => match name.strip_suffix(text.as_str()).and_then(|rest| rest.chars().last()) {
                Some(separator) => format!("*{separator}{text}"),
                None => name.to_owned(),
            },
            Self::Whole(_) => name.to_owned(),
        }
    }
}

/// `name` without what numbers it, or what a tool puts behind it to make it unlike others: `web` of `web-01` and of
/// `web-20260301T0900`, but not of `web-shop`.
fn without_number(name: &str) -> &str {
    let mut core = name;
    while let Some((before, last)) = core.rsplit_once(SEPARATORS) {
        if before.is_empty() || !is_number(last) {
            break;
        }
        core = before;
    }
    let digitless = core.trim_end_matches(|c: char| c.is_ascii_digit());
    if digitless.is_empty() || digitless.ends_with(SEPARATORS) { core } else { digitless }
}

/// Whether `part` is a number, or as long and mixed as only tools write.
fn is_number(part: &str) -> bool {
    let (mut digits, mut others) = (0_usize, 0_usize);
    for c in part.chars() {
        let count = if c.is_ascii_digit() { &mut digits } else { &mut others };
        *count = count.saturating_add(1);
    }
    digits > 0 && (others == 0 || (part.len() >= 8 && part.chars().all(|c| c.is_ascii_alphanumeric())))
}

fn is_word(text: &str) -> bool {
    WORDS.contains(&text.to_lowercase().as_str())
}
