//! How long 100,000 paths take against 10,000 rows, once the policy is built: `cargo bench --bench attribute`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use laneway::attribute::attribute;
use laneway::change::{ChangedFile, Side, Sides, Status};
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};

const ROWS: usize = 10_000;
const PATHS: usize = 100_000;

fn main() {
    // Under `cargo test` the benchmark only proves that it still runs.
    let (rows, paths, rounds) =
        if std::env::args().any(|arg| arg == "--bench") { (ROWS, PATHS, 15) } else { (100, 1000, 1) };
    for wildcards in [0, 10] {
        let (build, policy) = timed(|| Arc::new(Policy::load(&maps(rows, wildcards))));
        assert!(policy.faults.is_empty(), "{:?}", policy.faults);
        let policies =
            Policies::new(PolicyBasis::BaseAndHead, Side::ALL.map(|side| (side, Arc::clone(&policy))));
        let files: Vec<ChangedFile> = (0..paths).map(|index| file(index, rows)).collect();
        let mut walls: Vec<Duration> =
            (0..rounds).map(|_| timed(|| attribute(&policies, &files)).0).collect();
        walls.sort_unstable();
        let median = walls[walls.len() / 2];
        println!(
            "{rows} rows, {wildcards} % with wildcards: built in {build:.1?}; {paths} paths attributed in {median:.1?}"
        );
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

/// One package row for each package; in `wildcards` of 100 the pattern needs more than a folder's name.
fn maps(rows: usize, wildcards: usize) -> PolicyFiles {
    let mut map = "| Package | Domain | Consumers | Imported by |\n| --- | --- | --- | --- |\n".to_owned();
    for index in 0..rows {
        let (area, domain) = (index / 100, index / 10);
        let pattern = if index % 100 < wildcards {
            format!("packages/area-{area:03}/pkg-{index:05}/**/*.go")
        } else {
            format!("packages/area-{area:03}/pkg-{index:05}/**")
        };
        map.push_str(&format!("| `{pattern}` | team-{domain:04} | - | - |\n"));
    }
    let path = RepoPath::from("ownership-maps/package-ownership.md");
    PolicyFiles { files: [(path, Arc::from(map.into_bytes()))].into(), faults: Vec::new() }
}

fn file(index: usize, rows: usize) -> ChangedFile {
    let package = index * 7919 % rows;
    let path =
        format!("packages/area-{:03}/pkg-{package:05}/src/d{:02}/f{index:06}.go", package / 100, index % 20);
    let path = RepoPath::from(path.as_str());
    ChangedFile { path, status: Status::Modified, previous_path: None, present: Sides::ALL }
}
