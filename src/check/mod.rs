//! Whether maps, lanes and tree still tell the truth.
//!
//! One file a kind of check, each a function from a [`Subject`] to findings. Nothing here changes anything.

mod claims;
mod contracts;
mod coverage;
mod cycles;
mod domains;
mod facts;
mod gates;
mod imports;
mod moved;
mod near_miss;
mod permissions;
mod releases;
mod reviewers;
mod rows;
mod since;
mod smokes;
mod source_paths;
mod subject;
mod suggest;
mod tie;
mod uncovered;
mod unreachable;
mod wide;
mod words;

pub use coverage::unmapped_among;
pub use since::check_since;
pub use subject::Subject;
pub use suggest::{Proposal, proposals, proposals_for};

use rayon::prelude::*;

use crate::finding::{At, Finding, FindingCode};
use crate::path::RepoPath;
use crate::source::Place;

/// A check.
type Check = fn(&Subject<'_>) -> Vec<Finding>;

/// Every check.
const CHECKS: &[Check] = &[
    coverage::unmapped_files,
    uncovered::uncovered_folders,
    coverage::unclaimed_files,
    rows::rows,
    tie::ties,
    near_miss::near_miss_table,
    source_paths::source_paths_differ,
    domains::domain_without_lane,
    domains::lane_without_rows,
    smokes::smoke_consumers,
    unreachable::unreachable_and_unbound_gates,
    gates::unused_catalogue_gate,
    gates::unused_rule,
    permissions::unknown_grants,
    releases::release_section_empty,
    releases::family_unproved,
    releases::unused_release_gate,
    contracts::unconsumed_contract,
    contracts::unproduced_contract,
    wide::wide_contract,
    cycles::cycle,
    imports::imports,
    reviewers::unknown_reviewers,
    reviewers::short_quorums,
];

/// Returns what is not as it should be, by file, line, code and subject. Of a broken policy, only what rests on
/// something that is there: what seems to be absent may stand where it cannot be read.
pub fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = CHECKS.par_iter().flat_map_iter(|check| check(subject)).collect();
    if subject.policy.is_broken() {
        found.retain(|finding| !rests_on_absence(finding.code));
    }
    sort(&mut found);
    found
}

/// Puts findings into the order in which they are printed: by file, line, code and subject; those that stand nowhere
/// in particular come last.
pub fn sort(findings: &mut [Finding]) {
    let key = |finding: &Finding| {
        let (at, line) = match &finding.at {
            At::Source(place) => (0, place.line()),
            At::File(_) => (0, 0),
            At::Workspace => (1, 0),
        };
        (at, finding.path(), line, finding.code, finding.subject.clone())
    };
    findings.sort_by_cached_key(key);
}

/// Says whether a finding of this code could be an artefact of what is missing from a broken policy.
const fn rests_on_absence(code: FindingCode) -> bool {
    use FindingCode as Code;
    match code {
        Code::UnmappedFile
        | Code::UncoveredFolder
        | Code::SourcePathsDiffer
        | Code::DomainWithoutLane
        | Code::LaneWithoutRows
        | Code::UnknownSmokeConsumer
        | Code::UnlistedSmokeConsumer
        | Code::UnreachableGate
        | Code::UnboundGate
        | Code::UnusedCatalogueGate
        | Code::UnusedRule
        | Code::UnknownGrant
        | Code::ReleaseSectionEmpty
        | Code::FamilyUnproved
        | Code::UnusedReleaseGate
        | Code::UnconsumedContract
        | Code::UnproducedContract
        | Code::WideContract
        | Code::UndeclaredImport
        | Code::UnrealImport
        | Code::UnknownReviewer
        | Code::ShortQuorum => true,
        Code::UnclaimedFiles
        | Code::DeadRow
        | Code::DeadPattern
        | Code::Tie
        | Code::ShadowedRow
        | Code::NotProven
        | Code::NearMissTable
        | Code::Cycle
        | Code::StaleBaseline
        | Code::StaleDebt
        | Code::ExpiredDebt
        | Code::MovedLine
        | Code::GrantedByChange => false,
    }
}

/// Returns a finding in a policy file.
fn at_place(
    code: FindingCode,
    place: &Place,
    (subject, message): (impl Into<String>, impl Into<String>),
    label: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    Finding {
        code,
        message: message.into(),
        at: At::Source(place.clone()),
        label: label.into(),
        subject: subject.into(),
        witness: None,
        help: help.into(),
    }
}

impl Finding {
    /// Returns the finding with a path that shows it.
    fn shown_by(mut self, path: &RepoPath) -> Self {
        self.witness = Some(path.clone());
        self
    }
}

/// Returns `1 file` or `3 files`.
fn count(how_many: usize, what: &str) -> String {
    format!("{how_many} {what}{}", if how_many == 1 { "" } else { "s" })
}

/// Returns names in backticks, with commas between them; of many, the first few and how many more.
fn quoted<T: std::fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 6;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.len() <= SHOWN + 1 {
        return names.join(", ");
    }
    format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}
