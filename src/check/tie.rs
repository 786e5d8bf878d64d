//! Rows of different domains that own a path jointly.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;

use super::claims::{Claim, Claims};
use super::subject::Subject;
use super::words::{domains, finding, named, stands, subject as about};
use crate::attribute::Room;
use crate::finding::{Finding, FindingCode};
use crate::path::RepoPath;
use crate::pattern::Answer;
use crate::policy::Policy;

/// How many pairs of rows are looked at: a map in which more rank alike is not kept by people.
const PAIRS: usize = 1000;

/// Two rows by their indices, the smaller first.
type Pair = (usize, usize);

/// Returns the pairs of rows that tie: on a file of the tree where there is one, else on a path that could be.
pub(super) fn ties(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let (mut tied, mut all_seen) = in_the_tree(subject);
    let claims = Claims::of(policy, |row| row.kind.owns());
    let mut pairs: Vec<(&Claim<'_>, &Claim<'_>)> = Vec::new();
    for alike in claims
        .each()
        .chunk_by(|left, right| left.head == right.head && left.language.rank() == right.language.rank())
    {
        all_seen &= alike_pairs(alike, |left, right| {
            let new = competes(policy, left.row, right.row) && !tied.contains_key(&pair(left.row, right.row));
            if new {
                pairs.push((left, right));
            }
            pairs.len() < PAIRS
        });
    }
    let answers: Vec<Answer> = pairs
        .par_iter()
        .map_init(Room::default, |room, (left, right)| claims.tied(left, right, pairs.len(), room))
        .collect();
    let mut undecided: BTreeSet<Pair> = BTreeSet::new();
    for ((left, right), answer) in pairs.iter().zip(answers) {
        let pair = pair(left.row, right.row);
        match answer {
            Answer::Path(path) => {
                tied.entry(pair).or_insert(path);
            }
            Answer::Undecided => {
                undecided.insert(pair);
            }
            Answer::Empty => {}
        }
    }
    let mut found: Vec<Finding> = undecided
        .iter()
        .filter(|pair| !tied.contains_key(pair))
        .map(|pair| not_proven(policy, *pair))
        .collect();
    if let (false, Some(row)) = (all_seen, policy.rows.first()) {
        let all = finding(FindingCode::NotProven, row.place.clone(), "ties".to_owned());
        found.push(Finding {
            message: format!("more than {PAIRS} pairs of rows rank alike; which others tie was not decided"),
            help: "give the patterns longer literal prefixes".to_owned(),
            ..all
        });
    }
    found.extend(tied.into_iter().map(|(pair, path)| tie(policy, pair, path)));
    found
}

/// Returns the pairs that own a file of the tree jointly, with the first such file, and whether all were looked at.
fn in_the_tree(subject: &Subject<'_>) -> (BTreeMap<Pair, RepoPath>, bool) {
    let mut tied = BTreeMap::new();
    let mut seen: HashSet<Vec<usize>> = HashSet::new();
    for (path, (owners, _)) in subject.tree.iter().zip(&subject.attributed) {
        if owners.len() < 2 || !subject.policy.rows[owners[0].row].kind.owns() {
            continue;
        }
        let rows: Vec<usize> = owners.iter().map(|hit| hit.row).collect();
        if seen.contains(&rows) {
            continue;
        }
        for (at, left) in rows.iter().enumerate() {
            for right in &rows[at + 1..] {
                if competes(subject.policy, *left, *right) {
                    tied.entry(pair(*left, *right)).or_insert_with(|| path.clone());
                }
                if tied.len() >= PAIRS {
                    return (tied, false);
                }
            }
        }
        seen.insert(rows);
    }
    (tied, true)
}

/// Calls `each` with every two claims of one head and one rank whose paths may end alike, until it says no. Returns
/// whether it never did.
fn alike_pairs<'c, 'a>(
    alike: &'c [Claim<'a>],
    mut each: impl FnMut(&'c Claim<'a>, &'c Claim<'a>) -> bool,
) -> bool {
    if alike.len() < 2 {
        return true;
    }
    // Of two that end alike, the ending of one is the end of the other's: sorted from the back, they stand together.
    let mut by_tail: Vec<(Vec<u8>, &Claim<'a>)> =
        alike.iter().map(|claim| (claim.language.tail(), claim)).collect();
    by_tail.sort_by(|left, right| (&left.0, left.1.row).cmp(&(&right.0, right.1.row)));
    for (at, (tail, left)) in by_tail.iter().enumerate() {
        for (_, right) in by_tail[at + 1..].iter().take_while(|(other, _)| other.starts_with(tail)) {
            if !each(left, right) {
                return false;
            }
        }
    }
    true
}

/// Says whether it matters that two rows tie: they are of different domains, and neither gives way.
fn competes(policy: &Policy, left: usize, right: usize) -> bool {
    let (left, right) = (&policy.rows[left], &policy.rows[right]);
    !std::ptr::eq(left, right)
        && left.is_exempt() == right.is_exempt()
        && policy.owners(left) != policy.owners(right)
}

fn pair(left: usize, right: usize) -> Pair {
    (left.min(right), left.max(right))
}

/// Returns what two rows are about, the same whichever stands first.
fn both(policy: &Policy, (first, second): Pair) -> String {
    let mut each = [first, second].map(|row| {
        let row = &policy.rows[row];
        format!("{} of {}", about(row), domains(row))
    });
    each.sort();
    each.join(" / ")
}

fn tie(policy: &Policy, pair: Pair, path: RepoPath) -> Finding {
    let (first, second) = (&policy.rows[pair.0], &policy.rows[pair.1]);
    let found = finding(FindingCode::Tie, second.place.clone(), both(policy, pair));
    Finding {
        message: format!(
            "the row {} of {} ties with {} of {} ({}): both own `{path}`",
            named(second),
            domains(second),
            named(first),
            domains(first),
            stands(first),
        ),
        label: "as specific as the other".to_owned(),
        witness: Some(path),
        help: "name all domains in one row, where they own it jointly; else make one of the patterns more specific, or \
               take the paths out of the other with `!`"
            .to_owned(),
        ..found
    }
}

fn not_proven(policy: &Policy, pair: Pair) -> Finding {
    let (first, second) = (&policy.rows[pair.0], &policy.rows[pair.1]);
    let found = finding(FindingCode::NotProven, second.place.clone(), both(policy, pair));
    Finding {
        message: format!(
            "whether the row {} ties with {} ({}) was not decided",
            named(second),
            named(first),
            stands(first)
        ),
        label: "too many possibilities".to_owned(),
        help: "their wildcards have more combinations than are looked at: use fewer `*` in one pattern"
            .to_owned(),
        ..found
    }
}
