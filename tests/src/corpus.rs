//! Captured records, in a folder that is not part of the checkout.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::Value;

/// The folder that `TIERGUARD_CORPUS` names.
#[derive(Debug, Clone)]
pub struct Corpus(PathBuf);

/// One captured record.
#[derive(Debug, Clone)]
pub struct Captured {
    /// Its path in the folder.
    pub file: String,
    /// Whether it can change who may reach what.
    pub is_target: bool,
    /// `eventName`
    pub call: String,
    /// The record.
    pub bytes: Vec<u8>,
}

impl Corpus {
    /// The corpus, if there is one. Its records are not ours to publish, so a checkout has none.
    #[must_use]
    pub fn find() -> Option<Self> {
        let folder = env::var_os("TIERGUARD_CORPUS").map(PathBuf::from);
        if folder.is_none() {
            let test = thread::current();
            let name = test.name().unwrap_or_default();
            let said = format!("passing over {name}: TIERGUARD_CORPUS names no folder of captured records\n");
            // Not by a macro: what those print of a test that passes is never seen.
            io::stderr().write_all(said.as_bytes()).expect("standard error can be written to");
        }
        folder.map(Self)
    }

    /// A file or folder of it.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// The single records, as `SOURCES.tsv` lists them.
    #[must_use]
    pub fn records(&self) -> Vec<Captured> {
        let sources = fs::read_to_string(self.path("SOURCES.tsv")).expect("the corpus has SOURCES.tsv");
        let rows = sources.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let records = rows.filter(|row| row[0].starts_with("records/"));
        records.map(|row| Captured::read(&self.0, row[0], row[row.len() - 1])).collect()
    }
}

impl Captured {
    fn read(folder: &Path, file: &str, kind: &str) -> Self {
        let bytes = fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let record: Value = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        let call = record["eventName"].as_str().unwrap_or_default().to_owned();
        Self { file: file.to_owned(), is_target: kind == "target", call, bytes }
    }

    /// Whether it is a call that the guard understands today.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(
            self.call.as_str(),
            "AuthorizeSecurityGroupIngress"
                | "AuthorizeSecurityGroupEgress"
                | "RevokeSecurityGroupIngress"
                | "RevokeSecurityGroupEgress"
                | "ModifySecurityGroupRules"
                | "UpdateSecurityGroupRuleDescriptionsIngress"
                | "UpdateSecurityGroupRuleDescriptionsEgress"
                | "CreateSecurityGroup"
                | "DeleteSecurityGroup"
        )
    }
}
