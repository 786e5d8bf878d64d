//! Where the files of a pattern went in the change that is looked at.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::ownership::Row;
use crate::path::RepoPath;
use crate::pattern::{Pattern, literal};

/// Returns what to write in the place of patterns whose files were renamed: each new pattern in backticks. Nothing, where
/// no rename says so.
pub(super) fn moved_to(subject: &Subject<'_>, row: &Row, patterns: &[&Pattern]) -> Option<String> {
    if subject.renamed.is_empty() {
        return None;
    }
    let taken_out = |path: &RepoPath| row.excluded.iter().any(|pattern| pattern.matches(path));
    let mut written: Vec<String> = Vec::new();
    for pattern in patterns {
        let renames: Vec<(&RepoPath, &RepoPath)> =
            subject.renamed.iter().filter(|(old, _)| pattern.matches(old) && !taken_out(old)).collect();
        if let Some(new) = new_pattern(pattern, &renames) {
            let new = format!("`{new}`");
            if !written.contains(&new) {
                written.push(new);
            }
        }
    }
    (!written.is_empty()).then(|| written.join(", "))
}

/// Returns the pattern for where most of the files went, its wildcards kept.
fn new_pattern(pattern: &Pattern, renames: &[(&RepoPath, &RepoPath)]) -> Option<String> {
    let text = pattern.as_str();
    let wild = text.find(['*', '?', '[', '{', '\\']);
    // What stands before the first component with a wildcard; the rest is kept.
    let (folder, rest) = match wild {
        None => (text.trim_end_matches('/'), if text.ends_with('/') { "/" } else { "" }),
        Some(at) => {
            let end = text[..at].rfind('/')?;
            (&text[..end], &text[end..])
        }
    };
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for (old, new) in renames {
        let moved = new_folder(folder.as_bytes(), old.as_bytes(), new.as_bytes());
        *votes.entry(format!("{}{rest}", literal(&moved.unwrap_or_default()))).or_default() += 1;
    }
    votes.retain(|proposed, _| !proposed.is_empty() && *proposed != rest);
    let (best, _) = votes.into_iter().rev().max_by_key(|(_, votes)| *votes)?;
    let holds = Pattern::parse(&best).is_ok_and(|best| {
        let matched = renames.iter().filter(|(_, new)| best.matches(new)).count();
        2 * matched > renames.len()
    });
    holds.then_some(best)
}

/// Returns what became of `folder`, given that a file in it, or the file of that name, moved: both names of the file end
/// alike, and what stands before that is what moved.
fn new_folder(folder: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    if old == folder {
        return Some(new.to_vec());
    }
    let inside = old.strip_prefix(folder)?;
    // The deepest place at which both names end alike, at or above the end of the folder.
    if let Some(moved) = new.strip_suffix(inside) {
        return (!moved.is_empty()).then(|| moved.to_vec());
    }
    // The file has a new name as well, or changed its depth: its folder tells, where it stood right in it.
    let parent = |path: &[u8]| path.iter().rposition(|byte| *byte == b'/').map(|at| path[..at].to_vec());
    if parent(old)? == folder { parent(new) } else { None }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn moved(pattern: &str, renames: &[(&str, &str)]) -> Option<String> {
        let renames: Vec<(RepoPath, RepoPath)> =
            renames.iter().map(|(old, new)| ((*old).into(), (*new).into())).collect();
        let renames: Vec<(&RepoPath, &RepoPath)> = renames.iter().map(|(old, new)| (old, new)).collect();
        new_pattern(&Pattern::parse(pattern).unwrap(), &renames)
    }

    #[test]
    fn a_pattern_follows_its_files() {
        for (pattern, renames, expected) in [
            ("a/b/**", &[("a/b/x", "c/b/x"), ("a/b/d/y", "c/b/d/y")][..], Some("c/b/**")),
            ("a/b/**/*.go", &[("a/b/x.go", "c/x.go")], Some("c/**/*.go")),
            ("a/b", &[("a/b/x", "c/x")], Some("c")),
            ("a/b", &[("a/b", "c/d")], Some("c/d")),
            ("a/b/", &[("a/b/x", "c/x")], Some("c/")),
            ("a/**", &[("a/x", "b/x"), ("a/y", "b/y"), ("a/z", "c/z")], Some("b/**")),
            ("a/**", &[("a/x", "b/x"), ("a/y", "c/y")], None),
            ("a/**", &[("a/x", "b/y")], Some("b/**")),
            ("a/**", &[("a/x", "x")], None),
            ("*.md", &[("x.md", "doc/x.md")], None),
            ("a/**", &[], None),
            ("a/*.go", &[("a/x.go", "b/x.rs")], None),
            ("a/b.md", &[("a/b.md", "a/[c].md")], Some("a/\\[c\\].md")),
        ] {
            assert_eq!(moved(pattern, renames).as_deref(), expected, "{pattern} after {renames:?}");
        }
    }
}
