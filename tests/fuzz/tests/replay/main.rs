//! Every sample, every finding of the fuzzer, and a few monsters that it would not come to in its time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests, which may stop at the first surprise"
)]

mod monsters;

use std::path::{Path, PathBuf};

use tierguard_fuzz::{account, event, notice, policy};
use walkdir::WalkDir;

/// What must hold of some bytes.
type Check = fn(&[u8]);

#[path = "../../../../events/hostile/strings.rs"]
mod strings;

#[test]
fn samples_hold() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    for (name, check) in [
        ("event.json", event::check as Check),
        ("policy.yaml", policy::check),
        ("account.json", account::check),
    ] {
        let files: Vec<_> = files(samples).into_iter().filter(|file| file.ends_with(name)).collect();
        assert!(files.len() > 10, "{name}: {}", files.len());
        replay(&files, check);
    }
}

#[test]
fn hostile_strings_hold() {
    for (_, text) in strings::strings() {
        for place in 0..24_u32 {
            notice::check(&[&(1_u32 << place).to_le_bytes(), text.as_bytes()].concat());
        }
        notice::check(&[&[0xff; 4], text.as_bytes()].concat());
    }
}

#[test]
fn findings_hold() {
    let findings = concat!(env!("CARGO_MANIFEST_DIR"), "/findings");
    for (target, check) in [
        ("event", event::check as Check),
        ("policy", policy::check),
        ("account", account::check),
        ("notice", notice::check),
    ] {
        replay(&files(Path::new(findings).join(target)), check);
    }
}

fn replay(files: &[PathBuf], check: Check) {
    for file in files {
        println!("{}", file.display());
        check(&std::fs::read(file).unwrap());
    }
}

fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
