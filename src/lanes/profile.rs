//! Release profiles, checked.

use std::collections::BTreeSet;

use crate::class::ChangeClass;
use crate::id::GateId;
use crate::ownership::{MapKind, ReleaseClass};
use crate::posture::DriftLimits;

/// A release profile: what may ship with it, and what must be proved for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id: `web-fast`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// When to use it.
    pub use_when: String,
    /// The release classes that it may ship; nothing where it may ship everything.
    pub release_classes: Option<BTreeSet<ReleaseClass>>,
    /// What it may not ship, whatever its release class is.
    pub excludes: Excludes,
    /// The gate families that must be proved, each by a gate at least; nothing where all must be.
    pub families: Option<BTreeSet<String>>,
    /// Release gates: proved for the commit, under this profile, in the environment.
    pub gates: BTreeSet<GateId>,
    /// Gates of the catalogue that must have been proved for the commit, whatever the change is: those of the change's route
    /// come on top.
    pub source_gates: BTreeSet<GateId>,
    /// Says whether the gates of the change's route must have been proved as well.
    pub route_gates: bool,
    /// What comes on top for some changes.
    pub when: Vec<ProfileWhen>,
    /// Says whether it rests on an earlier validation of the same commit or artifacts: what it skips is cited.
    pub fast: bool,
    /// Says whether the commit may lie outside of the integration branch, with a divergence marker.
    pub may_diverge: bool,
    /// Says whether it may ship other artifacts than those that the environment runs.
    pub new_artifacts: bool,
    /// Says whether something may be deployed with it.
    pub deploys: bool,
    /// From which severity of drift on a pass is no pass any more.
    pub drift: DriftLimits,
}

/// What a profile may not ship. The release class of a row says what its files ship as; these say what else they must not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excludes {
    /// No file of these classes.
    pub classes: BTreeSet<ChangeClass>,
    /// No file that a row of these kinds owns, or attaches to.
    pub map_kinds: BTreeSet<MapKind>,
}

/// What a profile asks for on top, where a file of the change is one of these. A file of which it is not known, and a broad
/// route, are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileWhen {
    /// It ships as one of these.
    pub release_classes: BTreeSet<ReleaseClass>,
    /// It is of one of these classes.
    pub classes: BTreeSet<ChangeClass>,
    /// A row of one of these kinds has it.
    pub map_kinds: BTreeSet<MapKind>,
    /// A row with one of these tags owns it.
    pub tags: BTreeSet<String>,
    /// Release gates on top.
    pub gates: BTreeSet<GateId>,
    /// Gates of the catalogue on top.
    pub source_gates: BTreeSet<GateId>,
    /// Families on top.
    pub families: BTreeSet<String>,
}
