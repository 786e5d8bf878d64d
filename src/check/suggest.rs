//! Which row would map an unmapped file.
//!
//! The nearest mapped neighbours are the rows whose patterns begin in the deepest folder above the file in which any
//! pattern begins. The row is proposed for the domains that most of them name, and beside the first of those.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::attribute::{RowRef, Witness};
use crate::change::Side;
use crate::ownership::{Owners, Row};
use crate::path::RepoPath;
use crate::pattern::literal;
use crate::policy::Policy;

/// How many neighbours are asked: more do not make the guess better.
const NEIGHBOURS: usize = 256;

/// A row that would map unmapped files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The pattern of the row.
    pub pattern: String,
    /// Its domains, or `*`; empty where no neighbour is mapped.
    pub domains: Vec<String>,
    /// The neighbour beside which it belongs.
    pub beside: Option<RowRef>,
    /// The unmapped files that it would map.
    pub files: Witness,
}

impl Proposal {
    /// Returns the row as it would stand in a map of packages.
    pub fn row(&self) -> String {
        let domains = if self.domains.is_empty() { "<domain>".to_owned() } else { self.domains.join(", ") };
        format!("| `{}` | {domains} |", self.pattern)
    }
}

/// Proposes rows for files that no row of `policy` maps, one for the files of one folder, sorted by pattern. `side` is
/// whose policy it is.
pub fn proposals<'p>(
    unmapped: impl IntoIterator<Item = &'p RepoPath>,
    policy: &Policy,
    side: Side,
) -> Vec<Proposal> {
    proposals_for(unmapped, policy, side).into_iter().map(|(proposal, _)| proposal).collect()
}

/// Proposes rows for files that no row maps, sorted by pattern, each with the files that it would map.
pub fn proposals_for<'p>(
    unmapped: impl IntoIterator<Item = &'p RepoPath>,
    policy: &Policy,
    side: Side,
) -> Vec<(Proposal, Vec<&'p RepoPath>)> {
    let mut unmapped = unmapped.into_iter().peekable();
    if unmapped.peek().is_none() {
        return Vec::new();
    }
    let neighbours = Neighbours::of(policy);
    let mut proposals: BTreeMap<String, (Proposal, Vec<&RepoPath>)> = BTreeMap::new();
    for path in unmapped {
        let home = neighbours.home(path);
        let (proposal, own) = proposals.entry(pattern(path, home.len())).or_insert_with_key(|pattern| {
            let (domains, beside) = neighbours.owners(home);
            let beside = beside.map(|row| RowRef { map: row.map.clone(), line: row.line(), policy: side });
            let files = Witness { path: path.clone(), files: 0 };
            (Proposal { pattern: pattern.clone(), domains, beside, files }, Vec::new())
        });
        proposal.files.files += 1;
        own.push(path);
    }
    proposals.into_values().collect()
}

/// The rows of a policy by the folders, with a `/` at their ends, in which their patterns begin.
pub(super) struct Neighbours<'a> {
    folders: BTreeMap<&'a [u8], Vec<&'a Row>>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn of(policy: &'a Policy) -> Self {
        let mut folders: BTreeMap<&[u8], Vec<&Row>> = BTreeMap::new();
        for row in policy.rows.iter().filter(|row| row.kind.owns() && !row.is_exempt()) {
            for pattern in row.paths.iter().flat_map(|paths| &paths.patterns) {
                let rows = folders.entry(folder(pattern.as_str().as_bytes())).or_default();
                if rows.last().is_none_or(|last| !std::ptr::eq(*last, row)) {
                    rows.push(row);
                }
            }
        }
        Self { folders }
    }

    /// Returns the deepest folder above `path` in or below which a pattern begins; the root where there is none.
    fn home<'p>(&self, path: &'p RepoPath) -> &'p [u8] {
        let bytes = path.as_bytes();
        let ends = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at + 1);
        ends.map(|end| &bytes[..end]).find(|folder| self.below(folder).next().is_some()).unwrap_or_default()
    }

    fn below<'s>(&'s self, home: &'s [u8]) -> impl Iterator<Item = &'a Row> + use<'s, 'a> {
        self.folders
            .range::<[u8], _>((Bound::Included(home), Bound::Unbounded))
            .take_while(move |(folder, _)| folder.starts_with(home))
            .flat_map(|(_, rows)| rows.iter().copied())
    }

    /// Returns the domains that most neighbours name, and the first row that names them.
    pub(super) fn owners(&self, home: &[u8]) -> (Vec<String>, Option<&'a Row>) {
        // A neighbour anywhere in the repository says nothing of who owns a file: the root counts for itself only.
        let rows: Vec<&'a Row> = if home.is_empty() {
            self.folders.get(home).into_iter().flatten().copied().take(NEIGHBOURS).collect()
        } else {
            self.below(home).take(NEIGHBOURS).collect()
        };
        let mut votes: BTreeMap<Vec<String>, (usize, &'a Row)> = BTreeMap::new();
        for row in rows {
            votes.entry(names(&row.owners)).or_insert((0, row)).0 += 1;
        }
        // The first of those with the most votes: `max_by_key` would take the last.
        let best = votes.into_iter().rev().max_by_key(|(_, (votes, _))| *votes);
        best.map_or((Vec::new(), None), |(domains, (_, row))| (domains, Some(row)))
    }
}

fn names(owners: &Owners) -> Vec<String> {
    match owners {
        Owners::Every => vec!["*".to_owned()],
        Owners::Listed(domains) => domains.iter().map(ToString::to_string).collect(),
    }
}

/// Returns the folder in which a pattern begins: what stands before its first wildcard, up to the last `/`. A plain
/// pattern counts as a file, since what it names is mapped and its folder is the neighbourhood.
fn folder(pattern: &[u8]) -> &[u8] {
    let literal = pattern.iter().position(|byte| b"*?[{\\".contains(byte)).unwrap_or(pattern.len());
    let end = pattern[..literal].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    &pattern[..end]
}

/// Returns the pattern for a file whose nearest mapped folder is `home` bytes long: the folder just below it, or the
/// file itself where the file stands in it.
fn pattern(path: &RepoPath, home: usize) -> String {
    let bytes = path.as_bytes();
    match bytes[home..].iter().position(|byte| *byte == b'/') {
        Some(end) => format!("{}/**", literal(&bytes[..home + end])),
        None => literal(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_begins_in_a_folder() {
        assert_eq!(folder(b"a/b/**"), b"a/b/");
        assert_eq!(folder(b"a/b"), b"a/");
        assert_eq!(folder(b"a/b*/c"), b"a/");
        assert_eq!(folder(b"**"), b"");
    }

    #[test]
    fn the_folder_below_the_neighbours_is_proposed() {
        assert_eq!(pattern(&"a/b/c/d.rs".into(), 2), "a/b/**");
        assert_eq!(pattern(&"a/b.rs".into(), 2), "a/b.rs");
        assert_eq!(pattern(&RepoPath::new(b"a/[x]\xff.rs"), 2), r"a/\[x\]?.rs");
    }
}
