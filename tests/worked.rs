//! `docs/worked-changes.md` shows what the program prints: every `console` block is run in the sample repository.
//!
//! `LANEWAY_BLESS=1 cargo test --test worked` writes what is printed today into the page.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own repository should stop")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn the_worked_changes_print_what_the_page_shows() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let sample = tempfile::tempdir().unwrap();
    let made =
        Command::new("sh").arg(root.join("testdata/sample-platform.sh")).arg(sample.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let page = root.join("docs/worked-changes.md");
    let shown = fs::read_to_string(&page).unwrap();
    let today = with_output_of_today(&shown, sample.path());
    if env::var_os("LANEWAY_BLESS").is_some() {
        fs::write(&page, today).unwrap();
    } else {
        assert_eq!(shown, today, "LANEWAY_BLESS=1 writes the page anew");
    }
}

/// Returns the page with the output of each command of its `console` blocks replaced by what is printed today.
fn with_output_of_today(page: &str, sample: &Path) -> String {
    let mut fresh = String::new();
    let mut in_console = false;
    for line in page.lines() {
        let is_command = in_console && line.starts_with("$ ");
        if in_console && !is_command && line != "```" {
            continue;
        }
        in_console = line == "```console" || (in_console && line != "```");
        fresh.push_str(line);
        fresh.push('\n');
        if is_command {
            fresh.push_str(&run(&line[2..], sample));
        }
    }
    fresh
}

/// Runs a `laneway` command line without quotes in the sample repository, with nothing of the environment that decides.
fn run(line: &str, sample: &Path) -> String {
    let arguments: Vec<&str> = line.strip_prefix("laneway ").unwrap().split(' ').collect();
    let output = Command::new(env!("CARGO_BIN_EXE_laneway"))
        .args(arguments)
        .current_dir(sample)
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
