//! Conditions, and why each holds or does not.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::digest::CommitHash;
use crate::evidence::GateResult;
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::route::ProfileReason;
use crate::verdict::Debt;

/// What must hold of a release besides its gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The change may ship under the profile.
    ProfileAllowed,
    /// The environment takes the profile.
    EnvironmentTakesProfile,
    /// The environment takes what the change ships as.
    ChangeClass,
    /// The commit is part of the integration branch.
    SourceIntegrated,
    /// Somebody answers for a commit that need not be, for a while.
    Divergence,
    /// Each required family has a proof.
    FamiliesProved,
    /// What the change's route asks for was proved for the commit.
    SourceGatesProved,
    /// A fast profile has everything that it must name.
    PriorValidation,
    /// What is shipped is what runs there.
    ArtifactsUnchanged,
    /// What is shipped is named by digest.
    ArtifactsPinned,
    /// There is a way back, and somebody who takes it.
    Rollback,
    /// The manifest is of this release.
    Manifest,
}

impl Condition {
    /// Every condition, in the order in which they are printed.
    pub const ALL: [Self; 12] = [
        Self::ProfileAllowed,
        Self::EnvironmentTakesProfile,
        Self::ChangeClass,
        Self::SourceIntegrated,
        Self::Divergence,
        Self::FamiliesProved,
        Self::SourceGatesProved,
        Self::PriorValidation,
        Self::ArtifactsUnchanged,
        Self::ArtifactsPinned,
        Self::Rollback,
        Self::Manifest,
    ];

    /// What the ids of conditions begin with where they are sealed beside gates.
    pub const PREFIX: &'static str = "condition.";

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProfileAllowed => "profile_allowed",
            Self::EnvironmentTakesProfile => "environment_takes_profile",
            Self::ChangeClass => "change_class",
            Self::SourceIntegrated => "source_integrated",
            Self::Divergence => "divergence",
            Self::FamiliesProved => "families_proved",
            Self::SourceGatesProved => "source_gates_proved",
            Self::PriorValidation => "prior_validation",
            Self::ArtifactsUnchanged => "artifacts_unchanged",
            Self::ArtifactsPinned => "artifacts_pinned",
            Self::Rollback => "rollback",
            Self::Manifest => "manifest",
        }
    }

    /// Returns the id that it is sealed by: `condition.rollback`.
    pub fn gate(self) -> GateId {
        GateId::new(format!("{}{}", Self::PREFIX, self.as_str()))
    }

    /// Returns the condition that is sealed by an id.
    pub fn of_gate(id: &GateId) -> Option<Self> {
        let word = id.as_str().strip_prefix(Self::PREFIX)?;
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }

    /// Returns the family that it is a proof of, whose level says what becomes of a release that it does not hold for.
    pub const fn family(self) -> Option<&'static str> {
        match self {
            Self::SourceIntegrated | Self::Divergence => Some("source-and-promotion"),
            Self::ArtifactsUnchanged | Self::ArtifactsPinned => Some("artifact-and-image"),
            Self::Rollback => Some("rollback"),
            Self::ProfileAllowed
            | Self::EnvironmentTakesProfile
            | Self::ChangeClass
            | Self::FamiliesProved
            | Self::SourceGatesProved
            | Self::PriorValidation
            | Self::Manifest => None,
        }
    }
}

/// Whether a commit is part of the integration branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integration {
    /// It is.
    Integrated {
        /// The branch.
        branch: String,
        /// Its tip.
        tip: String,
    },
    /// It is not.
    NotIntegrated {
        /// The branch.
        branch: String,
        /// Its tip.
        tip: String,
    },
    /// It cannot be told.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// What a fast profile must name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// The commit or the artifacts that were validated.
    Validated,
    /// Each skipped gate with where it was proved.
    Skipped,
    /// A smoke of its own, in the environment.
    Smoke,
    /// The way back.
    Rollback,
    /// An approval of whoever bears the risk that remains.
    Approval,
}

impl Element {
    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validated => "validated",
            Self::Skipped => "skipped",
            Self::Smoke => "smoke",
            Self::Rollback => "rollback",
            Self::Approval => "approval",
        }
    }
}

/// What is wrong with a divergence marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// It does not say why.
    Reason,
    /// Nobody answers for it.
    Owner,
    /// It does not say how the commit is merged.
    FollowUp,
    /// It is over.
    Over,
    /// It lasts too long.
    TooLong,
}

impl Flaw {
    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Owner => "owner",
            Self::FollowUp => "follow_up",
            Self::Over => "over",
            Self::TooLong => "too_long",
        }
    }
}

/// In what a manifest is of another release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differs {
    /// Its commit.
    Commit,
    /// Its profile.
    Profile,
    /// Its environment.
    Environment,
    /// What it ships as.
    ChangeClass,
    /// Its way back lacks a command, a revision or an owner.
    Rollback,
}

impl Differs {
    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Profile => "profile",
            Self::Environment => "environment",
            Self::ChangeClass => "change_class",
            Self::Rollback => "rollback",
        }
    }
}

/// Why a condition stands as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The profile may ship the change.
    Allowed,
    /// It may not.
    Forbidden {
        /// Why not; empty where the policies do not say of the profile what it may ship.
        reasons: Vec<ProfileReason>,
    },
    /// The environment takes the profile.
    Taken,
    /// The environment takes others.
    NotTaken {
        /// Which.
        takes: BTreeSet<String>,
    },
    /// The environment takes what the change ships as.
    ClassTaken {
        /// What; nothing where nothing of it ships.
        class: Option<String>,
    },
    /// The environment takes something else.
    ClassNotTaken {
        /// What the change ships as.
        class: String,
        /// What it takes.
        takes: BTreeSet<String>,
    },
    /// The commit is integrated.
    Integrated {
        /// The branch.
        branch: String,
        /// Its tip.
        tip: String,
    },
    /// It is not.
    NotIntegrated {
        /// The branch.
        branch: String,
        /// Its tip.
        tip: String,
    },
    /// It cannot be told whether it is.
    IntegrationUnknown {
        /// Why not.
        why: String,
    },
    /// It need not be, because a divergence is marked.
    Diverges,
    /// A divergence is marked.
    Marked {
        /// Why.
        reason: String,
        /// Until when.
        until: Timestamp,
        /// How the commit is merged.
        follow_up: String,
    },
    /// The profile asks for a divergence marker, and there is none.
    NotMarked,
    /// There is a divergence marker, and the profile asks for an integrated commit.
    MayNotDiverge,
    /// The divergence marker is not whole.
    Flawed {
        /// What is wrong with it.
        flaws: BTreeSet<Flaw>,
    },
    /// Each family has a proof.
    FamiliesProved {
        /// How many there are.
        families: usize,
    },
    /// Families have none.
    FamiliesUnproved {
        /// Which.
        families: BTreeSet<String>,
    },
    /// Each source gate was proved, or let pass.
    SourceProved {
        /// How many there are.
        gates: usize,
    },
    /// Source gates were not.
    SourceUnproved {
        /// Which, each with what is known of it.
        gates: Vec<(GateId, GateResult)>,
    },
    /// What is skipped was validated, and everything is named.
    Validated {
        /// The commit that was validated.
        against: CommitHash,
        /// The smoke.
        smoke: GateId,
        /// How many gates are skipped.
        skipped: usize,
    },
    /// The profile is a fast one, and something is missing.
    NotValidated {
        /// What.
        lacks: BTreeSet<Element>,
    },
    /// What is shipped is what runs there.
    Unchanged {
        /// How many artifacts there are.
        artifacts: usize,
    },
    /// Artifacts are other ones.
    Changed {
        /// Which, by name.
        artifacts: BTreeSet<String>,
    },
    /// Nothing says what runs there.
    NothingDeployed,
    /// A manifest is said to run there, and nothing records that it was deployed.
    DeployNotRecorded,
    /// Each artifact is named by its digest.
    Pinned {
        /// How many there are.
        artifacts: usize,
    },
    /// The manifest names none.
    NothingPinned,
    /// There is a way back.
    WayBack {
        /// Who takes it.
        owner: String,
    },
    /// There is none, or nobody who takes it.
    NoWayBack,
    /// The manifest is of this release.
    ManifestHolds,
    /// It is of another one.
    ManifestDiffers {
        /// In what.
        fields: BTreeSet<Differs>,
    },
}

/// How a condition stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The condition.
    pub condition: Condition,
    /// Whether it holds.
    pub holds: bool,
    /// Who answers for it.
    pub owner: String,
    /// Why it stands so.
    pub because: Why,
    /// What becomes of the release if it does not hold.
    pub enforcement: Enforcement,
    /// What is owed for it.
    pub debt: Option<Debt>,
}

impl Stand {
    /// Says whether it stops the release.
    pub const fn blocks(&self) -> bool {
        !self.holds && super::super::proof::stops_a_claim(self.enforcement)
    }

    /// Returns what became of it, in the word of gates.
    pub const fn result(&self) -> GateResult {
        if self.holds {
            return GateResult::Pass;
        }
        match self.because {
            Why::IntegrationUnknown { .. }
            | Why::NotMarked
            | Why::NothingDeployed
            | Why::DeployNotRecorded
            | Why::NoWayBack => GateResult::Missing,
            Why::Allowed
            | Why::Forbidden { .. }
            | Why::Taken
            | Why::NotTaken { .. }
            | Why::ClassTaken { .. }
            | Why::ClassNotTaken { .. }
            | Why::Integrated { .. }
            | Why::NotIntegrated { .. }
            | Why::Diverges
            | Why::Marked { .. }
            | Why::MayNotDiverge
            | Why::Flawed { .. }
            | Why::FamiliesProved { .. }
            | Why::FamiliesUnproved { .. }
            | Why::SourceProved { .. }
            | Why::SourceUnproved { .. }
            | Why::Validated { .. }
            | Why::NotValidated { .. }
            | Why::Unchanged { .. }
            | Why::Changed { .. }
            | Why::Pinned { .. }
            | Why::NothingPinned
            | Why::WayBack { .. }
            | Why::ManifestHolds
            | Why::ManifestDiffers { .. } => GateResult::Fail,
        }
    }
}
