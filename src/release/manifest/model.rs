//! A manifest, checked.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::RunId;
use crate::posture::Rollback;

/// For how many days a divergence may be marked: a disposable validation is over by then.
pub const LONGEST_DIVERGENCE_DAYS: i64 = 14;

/// An artifact of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pinned {
    /// Where it is: an image's name without a tag; nothing for a file.
    pub reference: Option<String>,
    /// The SHA-256 of its bytes, or of its image manifest.
    pub digest: Digest,
}

/// Why a commit is shipped that is not integrated: for a disposable validation, by somebody, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when.
    pub until: Timestamp,
    /// How it is merged and promoted in the usual way afterwards: a change, an issue.
    pub follow_up: String,
}

/// A release manifest. It never changes: its name is its [digest](Self::digest).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The commit that everything was built from.
    pub commit: CommitHash,
    /// The release profile.
    pub profile: String,
    /// The environment.
    pub environment: String,
    /// What it ships as, in the seeds' word.
    pub change_class: Option<String>,
    /// The artifacts, by name.
    pub artifacts: BTreeMap<String, Pinned>,
    /// How it is taken back.
    pub rollback: Rollback,
    /// The commit for which what is skipped was validated.
    pub validated_against: Option<CommitHash>,
    /// The digest of the manifest that the environment ran before.
    pub previous: Option<Digest>,
    /// Why the commit need not be integrated.
    pub divergence: Option<Divergence>,
    /// The run that made it.
    pub run: RunId,
    /// When.
    pub created: Timestamp,
}
