//! The binaries under test, built with the settings of the running test so that both share every artefact.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// The root of the checkout.
#[must_use]
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is a folder of the workspace")
}

/// The target folder that this test was built into.
#[must_use]
pub fn target_dir() -> PathBuf {
    ancestor(3)
}

/// A path in the target folder that nobody else uses.
#[must_use]
pub fn scratch(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = target_dir().join("tierguard-scratch");
    fs::create_dir_all(&folder).expect("the target folder is writable");
    folder.join(format!("{}-{}-{name}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// Builds the binary `name` of the workspace, or finds it fresh, and returns its path.
///
/// Naming a test target beside the binary makes cargo count the development dependencies' features in, as `cargo test
/// --workspace` does: without it the SDK, which takes minutes, could be built once more.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(checkout())
        .args(["build", "--quiet", "--workspace", "--bin", name, "--test", &this_test()])
        .args(["--profile", &profile(), "--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(target_dir())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{name} does not build");
    executable(name, &String::from_utf8_lossy(&output.stdout))
        .unwrap_or_else(|| panic!("cargo built no binary {name}"))
}

/// The path of the binary `name` among cargo's messages.
fn executable(name: &str, messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message["target"]["name"] == name && message["target"]["kind"][0] == "bin")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// The test target that is running: the executable's name without its hash.
#[must_use]
pub fn this_test() -> String {
    let executable = env::current_exe().expect("a process knows its executable");
    let stem = executable.file_stem().expect("an executable has a name").to_string_lossy();
    stem.rsplit_once('-').map_or_else(|| stem.to_string(), |(name, _)| name.to_owned())
}

/// The profile that this test was built with: the folder is named after it, but for `dev`.
fn profile() -> String {
    let folder = ancestor(2);
    match folder.file_name().expect("the profile's folder has a name").to_string_lossy().as_ref() {
        "debug" => "dev".to_owned(),
        other => other.to_owned(),
    }
}

/// `<target>/<profile>/deps/<executable>`, `levels` up.
fn ancestor(levels: usize) -> PathBuf {
    let executable = env::current_exe().expect("a process knows its executable");
    executable.ancestors().nth(levels).expect("cargo puts tests into target/<profile>/deps").to_owned()
}
