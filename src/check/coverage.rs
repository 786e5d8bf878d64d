//! Files that no row maps, and those that nobody has claimed yet.

use super::subject::Subject;
use super::suggest::proposals;
use super::words::{count, stands};
use crate::attribute::RowRef;
use crate::change::Side;
use crate::finding::{At, Finding, FindingCode};
use crate::ownership::Row;
use crate::path::RepoPath;
use crate::source::Place;

/// The domain of what has no owner yet.
const UNCLAIMED: &str = "unclaimed";

/// Returns the tracked files that no row maps, one finding for each row that would map them.
pub(super) fn unmapped_files(subject: &Subject<'_>) -> Vec<Finding> {
    unmapped_among(subject, |_| true)
}

/// Returns the files that no row maps, of those of which `counts` is true: of those that a change adds, for one.
pub fn unmapped_among(subject: &Subject<'_>, counts: impl Fn(&RepoPath) -> bool) -> Vec<Finding> {
    let files = subject.tree.iter().zip(&subject.attributed);
    let unmapped =
        files.filter(|(path, (owners, _))| owners.is_empty() && counts(path)).map(|(path, _)| path);
    let proposed = proposals(unmapped, subject.policy, Side::Head);
    let finding = |proposal: super::suggest::Proposal| {
        let (files, first) = (proposal.files.files, &proposal.files.path);
        let message = match files {
            1 => format!("no row maps `{first}`"),
            _ => format!("no row maps {}, `{first}` first", count(files, "file")),
        };
        let beside = match &proposal.beside {
            Some(RowRef { map, line, .. }) => format!(" beside {map}:{line}"),
            None => String::new(),
        };
        let choose = if proposal.domains.is_empty() { ", with the domain that owns it" } else { "" };
        Finding {
            code: FindingCode::UnmappedFile,
            message,
            at: At::File(first.clone()),
            label: "no row matches".to_owned(),
            witness: Some(first.clone()),
            help: format!("add the row {}{beside}{choose}", proposal.row()),
            subject: proposal.pattern,
        }
    };
    proposed.into_iter().map(finding).collect()
}

/// Returns how many files only the domain `unclaimed` owns.
pub(super) fn unclaimed_files(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let is_unclaimed = |row: &Row| policy.owners(row).iter().all(|domain| domain.as_str() == UNCLAIMED);
    let mut files = subject.tree.iter().zip(&subject.attributed).filter(|(_, (owners, _))| {
        !owners.is_empty() && owners.iter().all(|hit| is_unclaimed(&policy.rows[hit.row]))
    });
    let Some((first, (owners, _))) = files.next() else { return Vec::new() };
    let unclaimed = 1 + files.count();
    let row = &policy.rows[owners[0].row];
    vec![Finding {
        code: FindingCode::UnclaimedFiles,
        message: format!(
            "{} of {} {} to nobody but `{UNCLAIMED}`, `{first}` first",
            unclaimed,
            count(subject.tree.len(), "tracked file"),
            if unclaimed == 1 { "belongs" } else { "belong" },
        ),
        at: At::Source(Place::clone(&row.place)),
        label: "owns what nobody has claimed".to_owned(),
        subject: UNCLAIMED.to_owned(),
        witness: Some(first.clone()),
        help: format!(
            "give folder after folder a row of its own; when none is left, take out {}",
            stands(row)
        ),
    }]
}
