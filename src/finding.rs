//! What is not as it should be: a code, a place, a witness, and how to mend it.
//!
//! A [`Fault`](crate::fault::Fault) is an input that cannot be read; a finding is an input that can, and that does not
//! say what its owner believes it to say.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::path::RepoPath;
use crate::source::Place;

macro_rules! codes {
    ($($variant:ident = $text:literal, $severity:ident;)*) => {
        /// The stable code of a finding. Each has a section in `docs/findings.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "docs/findings.md documents each code, and a test holds the two together")]
        pub enum FindingCode { $($variant,)* }

        impl FindingCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the code as it is printed.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Returns how much a finding of this code matters.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

/// The name under which laneway's own findings stand among those of other tools.
pub const LANEWAY: &str = "laneway";

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing: the route is right, or wider than it need be.
    Note,
    /// The maps, the lanes or the tree have drifted from one another.
    Warning,
    /// A route is broad because of it, or may miss what it should hold.
    Error,
}

impl Severity {
    /// Returns the word of JSON and SARIF.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

codes! {
    // The tree against the maps.
    UnmappedFile = "laneway::check::unmapped_file", Error;
    UncoveredFolder = "laneway::check::uncovered_folder", Warning;
    UnclaimedFiles = "laneway::check::unclaimed_files", Note;
    DeadRow = "laneway::check::dead_row", Warning;
    DeadPattern = "laneway::check::dead_pattern", Warning;
    // Rows against rows.
    Tie = "laneway::check::tie", Warning;
    ShadowedRow = "laneway::check::shadowed_row", Warning;
    NotProven = "laneway::check::not_proven", Note;
    NearMissTable = "laneway::check::near_miss_table", Warning;
    // Maps against lanes.
    SourcePathsDiffer = "laneway::check::source_paths_differ", Warning;
    DomainWithoutLane = "laneway::check::domain_without_lane", Error;
    LaneWithoutRows = "laneway::check::lane_without_rows", Warning;
    UnknownSmokeConsumer = "laneway::check::unknown_smoke_consumer", Warning;
    UnlistedSmokeConsumer = "laneway::check::unlisted_smoke_consumer", Warning;
    // Gates and rules.
    UnreachableGate = "laneway::check::unreachable_gate", Warning;
    UnboundGate = "laneway::check::unbound_gate", Note;
    UnusedCatalogueGate = "laneway::check::unused_catalogue_gate", Warning;
    UnusedRule = "laneway::check::unused_rule", Note;
    UnknownGrant = "laneway::check::unknown_grant", Warning;
    // Releases.
    ReleaseSectionEmpty = "laneway::check::release_section_empty", Warning;
    FamilyUnproved = "laneway::check::family_unproved", Error;
    UnusedReleaseGate = "laneway::check::unused_release_gate", Note;
    // Producers and consumers.
    UnconsumedContract = "laneway::check::unconsumed_contract", Note;
    UnproducedContract = "laneway::check::unproduced_contract", Warning;
    WideContract = "laneway::check::wide_contract", Warning;
    Cycle = "laneway::check::cycle", Note;
    UndeclaredImport = "laneway::check::undeclared_import", Error;
    UnrealImport = "laneway::check::unreal_import", Warning;
    // Reviewers.
    UnknownReviewer = "laneway::check::unknown_reviewer", Note;
    ShortQuorum = "laneway::check::short_quorum", Warning;
    // The tables of the guard.
    StaleBaseline = "laneway::guard::stale_baseline", Warning;
    StaleDebt = "laneway::guard::stale_debt", Warning;
    ExpiredDebt = "laneway::guard::expired_debt", Error;
    MovedLine = "laneway::guard::moved_line", Warning;
    GrantedByChange = "laneway::guard::granted_by_change", Note;
}

/// Where a finding stands.
#[derive(Clone, Debug)]
pub enum At {
    /// In a policy file.
    Source(Place),
    /// A file of the tree as a whole.
    File(RepoPath),
    /// Nowhere in particular.
    Workspace,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The stable code.
    pub code: FindingCode,
    /// One sentence that names the value.
    pub message: String,
    /// Where it stands.
    pub at: At,
    /// What an underline says; may be empty.
    pub label: String,
    /// What it is about, in words that do not change when lines or counts around it do: with the code and the file it
    /// is the fingerprint.
    pub subject: String,
    /// A path that shows it: a file of the tree, or one that could be.
    pub witness: Option<RepoPath>,
    /// How to mend it.
    pub help: String,
}

impl Finding {
    /// Returns the file in which the finding stands.
    pub fn path(&self) -> Option<RepoPath> {
        match &self.at {
            At::Source(place) => Some(RepoPath::from(place.source.name())),
            At::File(path) => Some(path.clone()),
            At::Workspace => None,
        }
    }

    /// Returns the path that the fingerprint rests on: the file in which the finding stands. Of files without a row it is
    /// what the proposed row would take, because the first of them is another one as soon as that has a row.
    pub fn home(&self) -> Option<RepoPath> {
        match self.code {
            FindingCode::UnmappedFile => {
                let pattern = &*self.subject;
                Some(RepoPath::from(pattern.strip_suffix("/**").unwrap_or(pattern)))
            }
            _ => self.path(),
        }
    }
}

/// Returns what a finding is known by from one commit to the next, in hex: its code, its file and its subject. Neither
/// lines nor counts are part of it.
pub fn fingerprint(finding: &Finding) -> String {
    fingerprint_of(finding.code.as_str(), finding.home().as_ref(), &finding.subject)
}

/// Returns the fingerprint of a finding by its parts: of one in a file that was renamed, or of another tool's.
pub fn fingerprint_of(code: &str, path: Option<&RepoPath>, subject: &str) -> String {
    let mut digest = Sha256::new();
    // Each part with its length in front: a path holds any byte but NUL, and a subject of another tool's any at all.
    for part in [code.as_bytes(), path.map_or(&[], RepoPath::as_bytes), subject.as_bytes()] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    RepoPath::new(digest.finalize()).to_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_its_parts_apart() {
        let (one, other) = (RepoPath::from("a"), RepoPath::from("ab"));
        let first = fingerprint_of("code", Some(&one), "bc");
        assert_eq!(first.len(), 64);
        assert_eq!(first, fingerprint_of("code", Some(&one), "bc"));
        assert_ne!(first, fingerprint_of("code", Some(&other), "c"));
        assert_ne!(first, fingerprint_of("code", None, "abc"));
        assert_ne!(first, fingerprint_of("other", Some(&one), "bc"));
    }
}
