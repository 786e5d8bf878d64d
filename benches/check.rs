//! How long the checks of 100,000 files and 5,000 rows take, once the policy is built: `cargo bench --bench check`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints what it measured")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use laneway::check::{Subject, check};
use laneway::manifests::Packages;
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};

const ROWS: usize = 5000;
const FILES: usize = 100_000;

/// What a map may be like, with what becomes of every tenth row.
const MAPS: [(&str, &str); 5] = [
    ("all rows own files", "packages/area-{a}/pkg-{p}/**/*"),
    ("a tenth is dead", "old/area-{a}/pkg-{p}/**"),
    ("a tenth is shadowed by the others together", "packages/area-{a}/pkg-{n}/[st]*/**"),
    ("a tenth has wildcards that rank alike", "**/*{p}*.go"),
    ("a tenth ties", "packages/area-{a}/pkg-{n}/"),
];

fn main() {
    // Under `cargo test` the benchmark only proves that it still runs.
    let (rows, files, rounds) =
        if std::env::args().any(|arg| arg == "--bench") { (ROWS, FILES, 5) } else { (100, 1000, 1) };
    let (packages, renamed) = (Packages::default(), BTreeMap::new());
    for (name, tenth) in MAPS {
        let policy = Arc::new(Policy::load(&maps(rows, tenth)));
        assert!(!policy.is_broken(), "{:?}", policy.faults);
        let mut tree: Vec<RepoPath> = (0..files).map(|index| file(index, rows)).collect();
        tree.sort();
        let mut found = 0;
        let mut walls: Vec<(Duration, Duration)> = Vec::new();
        for _ in 0..rounds {
            let start = Instant::now();
            let subject = Subject::new(&policy, &tree, &packages, &renamed);
            let attributed = start.elapsed();
            found = check(&subject).len();
            walls.push((start.elapsed(), attributed));
        }
        walls.sort_unstable();
        let (wall, attributed) = walls[walls.len() / 2];
        println!(
            "{files} files, {rows} rows, {name}: {wall:.1?}, {attributed:.1?} of it attribution; {found} findings"
        );
    }
}

/// One row for each package, and one for each area; every tenth package has a row of the kind `tenth` as well, or in
/// its place.
fn maps(rows: usize, tenth: &str) -> PolicyFiles {
    let mut map = "| Package | Domain | Consumers | Imported by |\n| --- | --- | --- | --- |\n".to_owned();
    for index in 0..rows {
        let (area, domain) = (index / 100, index / 10);
        let own = format!("packages/area-{area:03}/pkg-{index:05}");
        if index % 100 == 0 {
            map.push_str(&format!("| `packages/area-{area:03}/**` | team-{domain:04} | - | - |\n"));
        } else if index % 10 == 1 {
            let pattern =
                tenth.replace("{a}", &format!("{area:03}")).replace("{p}", &format!("{:05}", index + 1));
            map.push_str(&format!("| `{pattern}` | extra-{domain:04} | - | - |\n"));
        } else if tenth.contains("[st]") && index % 10 == 2 {
            map.push_str(&format!("| `{own}/s*/**`, `{own}/t*/**` | team-{domain:04} | - | - |\n"));
        } else {
            map.push_str(&format!("| `{own}/**` | team-{domain:04} | - | - |\n"));
        }
    }
    let path = RepoPath::from("ownership-maps/package-ownership.md");
    PolicyFiles { files: [(path, Arc::from(map.into_bytes()))].into(), faults: Vec::new() }
}

fn file(index: usize, rows: usize) -> RepoPath {
    let package = index * 7919 % rows;
    let path =
        format!("packages/area-{:03}/pkg-{package:05}/src/d{:02}/f{index:06}.go", package / 100, index % 20);
    RepoPath::from(path.as_str())
}
