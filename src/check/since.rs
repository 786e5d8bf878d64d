//! What a change brought: findings of the head that the merge base does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::unmapped_among;
use super::{Subject, check, sort};
use crate::finding::{Finding, FindingCode, fingerprint, fingerprint_of};
use crate::path::RepoPath;

/// Returns what is found at `head` and not at `base`. Of the files that no row maps these are the ones that the base does
/// not have, or maps: one finding stands for many of them, so that they are told apart by path.
pub fn check_since(head: &Subject<'_>, base: &Subject<'_>) -> Vec<Finding> {
    let mapped = |findings: Vec<Finding>| -> Vec<Finding> {
        findings.into_iter().filter(|finding| finding.code != FindingCode::UnmappedFile).collect()
    };
    let mut found = brought(mapped(check(head)), &mapped(check(base)), head.renamed);
    if !head.policy.is_broken() {
        let unmapped = base.tree.iter().zip(&base.attributed).filter(|(_, (owners, _))| owners.is_empty());
        let known: BTreeSet<&RepoPath> =
            unmapped.map(|(path, _)| head.renamed.get(path).unwrap_or(path)).collect();
        found.extend(unmapped_among(head, |path| !known.contains(path)));
        sort(&mut found);
    }
    found
}

/// Returns the findings of `head` without those that `base` has already, by fingerprint: as often as it has them, and
/// where a file moved, under its new path.
fn brought(head: Vec<Finding>, base: &[Finding], renamed: &BTreeMap<RepoPath, RepoPath>) -> Vec<Finding> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for finding in base {
        *known.entry(moved(finding, renamed)).or_default() += 1;
    }
    let mut is_new = |finding: &Finding| match known.get_mut(&fingerprint(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    head.into_iter().filter(|finding| is_new(finding)).collect()
}

/// Returns the fingerprint that a finding has where its file is now. A subject that is a path is renamed as well.
fn moved(finding: &Finding, renamed: &BTreeMap<RepoPath, RepoPath>) -> String {
    let path = finding.home();
    let now = path.as_ref().and_then(|path| renamed.get(path)).or(path.as_ref());
    let subject = renamed.get(finding.subject.as_bytes()).map(ToString::to_string);
    fingerprint_of(finding.code.as_str(), now, subject.as_deref().unwrap_or(&finding.subject))
}
