//! The whole way on the sample platform, as the docs tell it.

use std::path::Path;
use std::process::Command;

use crate::support::{root, run};

/// Returns the script of `docs/walk.md`.
fn script() -> String {
    let page = std::fs::read_to_string(root().join("docs/walk.md")).unwrap().replace("\r\n", "\n");
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
fn the_script_of_the_docs_walks_from_a_change_to_a_page() {
    let work = tempfile::tempdir().unwrap();
    let platform = work.path().join("platform");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script()).current_dir(root()).env_clear();
    shell.env("PATH", path()).env("HOME", work.path()).env("PLATFORM", &platform).env("NO_COLOR", "1");
    let (code, stdout, stderr) = run(&mut shell);
    assert_eq!(code, 0, "{stdout}\n{stderr}");

    let page = std::fs::read_to_string(work.path().join("dashboard.html")).unwrap();
    for gate in ["markdown-lint", "source-docs", "portal-build", "tracking-evidence"] {
        assert!(page.contains(gate), "the page does not tell of {gate}");
    }
    let commit = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&platform).output().unwrap();
    let commit = String::from_utf8(commit.stdout).unwrap();
    assert!(page.contains(commit.trim()), "the page does not name the commit");
}
