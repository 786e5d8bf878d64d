//! What the exact proofs say of a few small rows, beside all short paths.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use laneway::attribute::{Room, attribute_path};
use laneway::check::{Subject, check};
use laneway::finding::{At, Finding, FindingCode};
use laneway::manifests::Packages;
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};
use proptest::prelude::*;

/// Patterns of which any few, without any others, differ in a path of at most five bytes.
const PATTERNS: [&str; 24] = [
    "a", "a/", "a/**", "a/*", "a/b", "a/[ab]", "a/[!b]", "**", "*", "**/a", "a**", "a*", "a/**/b",
    "{a,b}/**", "a/?", "[ab]/**", "b/**", "*/b", "a/b/**", "**b", "?", "a/{a,b*}", "**/*", "a/**/*",
];

/// A row as a map has it: its patterns, what it takes out, its domain, and whether it is exempt.
type Drawn = (Vec<usize>, Option<usize>, usize, bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    let pattern = || 0..PATTERNS.len();
    let exempt = prop_oneof![3 => Just(false), 1 => Just(true)];
    (prop::collection::vec(pattern(), 1..3), prop::option::weighted(0.3, pattern()), 0..3_usize, exempt)
}

/// Every path of up to five bytes over three letters.
fn short_paths() -> Vec<RepoPath> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..5 {
        let to = all.len();
        for at in from..to {
            all.extend(b"abc/".map(|byte| [&all[at][..], &[byte]].concat()));
        }
        from = to;
    }
    let is_path = |path: &Vec<u8>| path.split(|byte| *byte == b'/').all(|name| !name.is_empty());
    all.iter().filter(|path| is_path(path)).map(RepoPath::new).collect()
}

fn policy(rows: &[Drawn]) -> Policy {
    let mut map = "| Package | Domain | Class |\n| --- | --- | --- |\n".to_owned();
    for (patterns, excluded, domain, exempt) in rows {
        let patterns: BTreeSet<&str> = patterns.iter().map(|at| PATTERNS[*at]).collect();
        let mut cell: Vec<String> = patterns.iter().map(|pattern| format!("`{pattern}`")).collect();
        cell.extend(excluded.map(|at| format!("`!{}`", PATTERNS[at])));
        let class = if *exempt { "exempt" } else { "" };
        map += &format!("| {} | team-{domain} | {class} |\n", cell.join(", "));
    }
    let files = [(RepoPath::from("ownership-maps/x.md"), Arc::from(map.into_bytes()))];
    Policy::load(&PolicyFiles { files: files.into(), faults: Vec::new() })
}

/// Returns the index of the row in which a finding stands.
fn row(policy: &Policy, finding: &Finding) -> usize {
    let At::Source(place) = &finding.at else { panic!("{finding:?} stands in no map") };
    policy.rows.iter().position(|row| row.line() == place.line()).expect("a finding stands in a row")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A row is shadowed where no short path is its own, and only there; two rows tie where they own a short path
    /// jointly, and only there.
    #[test]
    fn the_proofs_agree_with_all_short_paths(rows in prop::collection::vec(drawn(), 1..5)) {
        thread_local!(static PATHS: Vec<RepoPath> = short_paths());
        let policy = Arc::new(policy(&rows));
        prop_assert!(!policy.is_broken(), "{:?}", policy.faults);
        let (none, renamed) = (Packages::default(), BTreeMap::new());
        let found = check(&Subject::new(&policy, &[], &none, &renamed));
        let text = |index: usize| policy.rows[index].meaning();

        let mut owned: BTreeSet<usize> = BTreeSet::new();
        let mut joint: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut room = Room::default();
        let mut owners = |path: &RepoPath| -> Vec<usize> {
            attribute_path(&policy, path, &mut room).0.iter().map(|hit| hit.row).collect()
        };
        PATHS.with(|paths| for path in paths {
            let owners = owners(path);
            for (at, left) in owners.iter().enumerate() {
                for right in &owners[at + 1..] {
                    if policy.owners(&policy.rows[*left]) != policy.owners(&policy.rows[*right]) {
                        joint.insert((*left, *right));
                    }
                }
            }
            owned.extend(owners);
        });

        let mut tied = BTreeSet::new();
        let (mut shadowed, mut dead, mut twice) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for finding in &found {
            match (finding.code, &finding.witness) {
                (FindingCode::Tie, Some(path)) => {
                    let owners = owners(path);
                    let own = row(&policy, finding);
                    prop_assert!(owners.len() > 1 && owners.contains(&own), "{finding:?}");
                    for (at, left) in owners.iter().enumerate() {
                        tied.extend(owners[at + 1..].iter().map(|right| (*left, *right)));
                    }
                }
                (FindingCode::ShadowedRow, Some(path)) => {
                    let own = row(&policy, finding);
                    prop_assert!(!owners(path).contains(&own), "{finding:?}");
                    let matched = policy.rows[own].paths.iter().flat_map(|paths| &paths.patterns);
                    prop_assert!(matched.into_iter().any(|pattern| pattern.matches(path)), "{finding:?}");
                    shadowed.insert(own);
                }
                (FindingCode::ShadowedRow, None) => {
                    twice.insert(row(&policy, finding));
                }
                (FindingCode::DeadRow, _) if finding.help.contains("no path of git") => {
                    shadowed.insert(row(&policy, finding));
                }
                (FindingCode::DeadRow, _) => {
                    dead.insert(row(&policy, finding));
                }
                (FindingCode::NotProven, _) => prop_assert!(false, "{finding:?}"),
                _ => {}
            }
        }
        for index in 0..policy.rows.len() {
            let ways = [&shadowed, &dead, &twice].iter().filter(|set| set.contains(&index)).count();
            prop_assert_eq!(ways, 1, "an empty tree leaves no row in order: {}", text(index));
            prop_assert!(!(owned.contains(&index) && shadowed.contains(&index)), "not shadowed: {}", text(index));
            prop_assert!(owned.contains(&index) || !dead.contains(&index), "shadowed: {}", text(index));
        }
        for (left, right) in &joint {
            prop_assert!(tied.contains(&(*left, *right)), "these tie: {} and {}", text(*left), text(*right));
        }
    }
}
