//! A contract.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::environment::{Section, Want};
use crate::evidence::GateResult;
use crate::id::GateId;
use crate::policy::Policies;
use crate::posture::Rollback;
use crate::release::facts::Facts;
use crate::release::{Manifest, ReleasePlan};

/// What a contract is resolved from.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// What must be proved.
    pub plan: &'a ReleasePlan,
    /// Who answers for gates.
    pub policies: &'a Policies,
    /// What the environment has.
    pub facts: &'a Facts,
    /// What is shipped, where a manifest says so.
    pub manifest: Option<&'a Manifest>,
    /// The commit.
    pub commit: &'a CommitHash,
    /// The time.
    pub now: Timestamp,
}

/// How an item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there, as it is wanted.
    Holds,
    /// It is not there, or the field that tells it is not.
    Missing,
    /// It is too old, or not valid for long enough.
    Stale {
        /// By how many hours.
        hours: i64,
    },
    /// It is something else than what is wanted.
    Differs,
    /// It need not be there.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

impl State {
    /// Returns the word of documents.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Missing => "missing",
            Self::Stale { .. } => "stale",
            Self::Differs => "differs",
            Self::NotApplicable { .. } => "not_applicable",
        }
    }

    /// Says whether nothing is wrong with it.
    pub const fn is_sound(&self) -> bool {
        match self {
            Self::Holds | Self::NotApplicable { .. } => true,
            Self::Missing | Self::Stale { .. } | Self::Differs => false,
        }
    }
}

/// An item of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractItem {
    /// The section.
    pub section: Section,
    /// Its name.
    pub name: String,
    /// The field that tells it: `secrets.database-password.changed`.
    pub field: String,
    /// Who answers for it.
    pub owner: String,
    /// What is wanted.
    pub want: Want,
    /// How it stands.
    pub state: State,
    /// The digest of an artifact.
    pub digest: Option<Digest>,
    /// When it last changed.
    pub changed: Option<Timestamp>,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// From when on it does not hold any more.
    pub(super) holds_until: Option<Timestamp>,
}

/// A validation that the release goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The release gate.
    pub gate: GateId,
    /// What people call it.
    pub title: String,
    /// Its command.
    pub run: String,
}

/// A gate that must be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The gate.
    pub gate: GateId,
    /// Its family.
    pub family: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Says whether it is proved in the environment; otherwise for the commit alone, before.
    pub in_environment: bool,
}

/// What the contract comes to for one release gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The result.
    pub result: GateResult,
    /// Why it is no pass; empty where it is one.
    pub reasons: Vec<String>,
    /// Who answers for what is wrong, or for the environment where nothing is.
    pub owners: BTreeSet<String>,
    /// From when on it does not count any more.
    pub valid_until: Option<Timestamp>,
}

/// A release contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The commit.
    pub commit: CommitHash,
    /// The plan that it is for.
    pub plan: Digest,
    /// The release profile.
    pub profile: String,
    /// The environment.
    pub environment: String,
    /// What the environment is.
    pub target: String,
    /// The change classes that profile and environment both take, in the seeds' words; nothing where every one is taken.
    pub classes: Option<BTreeSet<String>>,
    /// What the change ships as; nothing where nothing ships.
    pub change_class: Option<&'static str>,
    /// When the environment was looked at.
    pub taken: Timestamp,
    /// How old the description may be, in hours.
    pub max_age_hours: u32,
    /// When the contract was resolved.
    pub resolved: Timestamp,
    /// The items of the sections that the profile asks for.
    pub items: Vec<ContractItem>,
    /// How many items the description has that the policy does not name.
    pub unlisted: usize,
    /// The validations that the release goes through.
    pub phases: Vec<Phase>,
    /// How the release is taken back.
    pub rollback: Option<Rollback>,
    /// What must be proved.
    pub evidence: Vec<Evidence>,
    /// What the contract comes to for each release gate that it can prove.
    pub gates: BTreeMap<GateId, Proof>,
}

impl Contract {
    /// Says whether everything holds.
    pub fn holds(&self) -> bool {
        self.gates.values().all(|proof| matches!(proof.result, GateResult::Pass | GateResult::NotApplicable))
    }

    /// Returns how old the description is, in hours.
    pub fn age_hours(&self) -> i64 {
        hours(self.resolved, self.taken).max(0)
    }
}

/// Returns the whole hours from `earlier` to `later`.
pub(super) fn hours(later: Timestamp, earlier: Timestamp) -> i64 {
    later.duration_since(earlier).as_hours()
}
