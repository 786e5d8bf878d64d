//! The release walk, as the docs tell it.

use std::path::Path;
use std::process::Command;

use crate::support::{root, run};

/// Returns the script of `docs/release-walk.md`.
fn script() -> String {
    let page = std::fs::read_to_string(root().join("docs/release-walk.md")).unwrap().replace("\r\n", "\n");
    let (_, rest) = page.split_once("<!-- walk -->\n```sh\n").unwrap();
    rest.split_once("\n```").unwrap().0.to_owned() + "\n"
}

/// Returns a path with the folder of this build's laneway in front.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_laneway")).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).unwrap()
}

#[test]
fn the_script_of_the_docs_walks_from_a_suggestion_to_a_promotion() {
    let work = tempfile::tempdir().unwrap();
    let platform = work.path().join("platform");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script()).current_dir(root()).env_clear();
    shell.env("PATH", path()).env("HOME", work.path()).env("PLATFORM", &platform).env("NO_COLOR", "1");
    let (code, stdout, stderr) = run(&mut shell);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    for line in [
        "✔ web-fast",
        "`tls.console.platform.example.valid_until` is missing (@product/web)",
        "Clean: all 5 gates and 10 conditions are in order",
        "platform-billing may not be promoted on its own: 2 of 8 conditions hold",
    ] {
        assert!(stdout.contains(line), "{line}\n{stdout}\n{stderr}");
    }
    let page = std::fs::read_to_string(work.path().join("dashboard.html")).unwrap();
    for word in ["web-fast", "production", "platform-billing", "release-edge"] {
        assert!(page.contains(word), "the page does not tell of {word}");
    }
    assert!(!page.contains("no record is named"), "a condition of a release is no debt");
}
