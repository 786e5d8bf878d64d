//! A route, as it is decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::reason::{BroadReason, GateReason, ProfileReason, SkipReason};
use crate::attribute::Moved;
use crate::change::{Change, ChangedFile, Provenance, Side};
use crate::class::ChangeClasses;
use crate::classify::FileFacts;
pub use crate::config::Mode;
use crate::config::{Machine, Vendor};
use crate::graph::DomainImpact;
use crate::id::{DomainId, GateId};
use crate::lanes::Gate;
use crate::path::RepoPath;
use crate::policy::{Policies, PolicyBasis};
use crate::review::Review;

/// What a route is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What changed.
    pub change: &'a Change,
    /// The policies of its sides.
    pub policies: &'a Policies,
    /// The tracked files that every side has, for finding rows that moved. Needed only where the policies of merge
    /// base and head differ.
    pub tracked: &'a [RepoPath],
    /// What widens the route by hand.
    pub widen: Widen,
}

/// What widens a route by hand; nothing narrows one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Widen {
    /// `--all REASON`: the broad route.
    pub all: Option<String>,
    /// The value of `LANEWAY_ALL`, the kill switch: the broad route.
    pub kill_switch: Option<String>,
    /// `--add GATE`: these as well.
    pub add: BTreeSet<GateId>,
}

/// The route of a change.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where the change was read from.
    pub provenance: Provenance,
    /// Says whether it is known that nothing changed.
    pub empty: bool,
    /// Where the policies come from.
    pub basis: PolicyBasis,
    /// The digest of each side's policy.
    pub policies: BTreeMap<Side, String>,
    /// Whether the route decides or only shows.
    pub mode: Mode,
    /// Files whose owners or contracts differ between the policies of merge base and head.
    pub moved: Vec<Moved>,
    /// The files of the change, and those that moved, sorted by path.
    pub files: Vec<RoutedFile>,
    /// The classes of the change.
    pub classes: ChangeClasses,
    /// The domains that the change reaches.
    pub domains: BTreeMap<DomainId, DomainImpact>,
    /// The gates to pass.
    pub gates: BTreeMap<GateId, SelectedGate>,
    /// Every other gate.
    pub skipped: BTreeMap<GateId, SkippedGate>,
    /// Who must look.
    pub review: Review,
    /// Why every gate is selected; empty where the route is not broad.
    pub broad: BTreeSet<BroadReason>,
    /// Which release profiles the change allows.
    pub profiles: Vec<ProfileAllowance>,
    /// The labels that `runners` of `laneway.yaml` lists, each with the CIs for which it does.
    pub runners: BTreeMap<String, BTreeSet<Vendor>>,
}

/// A file of the change with what the policies say of it.
#[derive(Clone, Debug)]
pub struct RoutedFile {
    /// The file.
    pub file: ChangedFile,
    /// What the policies say.
    pub facts: Arc<FileFacts>,
    /// Says whether the file is here only because its row moved.
    pub moved: bool,
}

/// Whether a gate's definition is the same at merge base and head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateState {
    /// It is, or only one side knows it and nothing was taken away.
    Current,
    /// Only the base has it.
    Retired,
    /// Its command or its selectors differ; required as the base has it.
    Redefined,
}

impl GateState {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Retired => "retired",
            Self::Redefined => "redefined",
        }
    }
}

/// A gate of the route.
#[derive(Clone, Debug)]
pub struct SelectedGate {
    /// The gate, as the merge base has it where that side knows it.
    pub gate: Gate,
    /// The domains whose lanes ask for it, or define it.
    pub domains: BTreeSet<DomainId>,
    /// Whether its definition changes.
    pub state: GateState,
    /// Why it is selected; never empty.
    pub because: BTreeSet<GateReason>,
    /// What its `runner`, or none, stands for in each CI of which `runners` of `laneway.yaml` says so.
    pub machines: BTreeMap<Vendor, Machine>,
}

/// A gate that is not in the route.
#[derive(Clone, Debug)]
pub struct SkippedGate {
    /// The gate.
    pub gate: Gate,
    /// The domains whose lanes ask for it, or define it.
    pub domains: BTreeSet<DomainId>,
    /// Why not.
    pub because: SkipReason,
}

/// Whether the change may ship under a release profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileAllowance {
    /// The profile.
    pub id: String,
    /// What forbids it; empty where it is allowed.
    pub forbidden: Vec<ProfileReason>,
}
