//! A packet, checked.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::id::{DomainId, GateId};
use crate::source::Place;

/// What becomes of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// It stays in the platform-control release unit.
    Keep,
    /// Its worker is a process of its own.
    SplitWorker,
    /// It is a service of its own.
    ExtractService,
}

impl Decision {
    /// Every decision, in the order of the seeds.
    pub const ALL: [Self; 3] = [Self::Keep, Self::SplitWorker, Self::ExtractService];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::SplitWorker => "split_worker",
            Self::ExtractService => "extract_service",
        }
    }

    /// Says whether a domain with this decision can move towards independent promotion.
    pub const fn recommends_promotion(self) -> bool {
        match self {
            Self::Keep => false,
            Self::SplitWorker | Self::ExtractService => true,
        }
    }
}

/// A cross-process caller, and how it proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How it proves who it is: `mtls`.
    pub service_auth: String,
    /// Where that is written down: a file of the repository.
    pub document: String,
    /// Who answers for it.
    pub owner: String,
}

/// What shows that the domain can be away for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Degradation {
    /// The gate: a smoke or a harness that can be executed.
    pub gate: GateId,
    /// The contract: a file of the repository.
    pub document: Option<String>,
    /// Who answers for it.
    pub owner: String,
}

/// How the domain is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retreat {
    /// The gate that tests it.
    pub gate: GateId,
    /// The command.
    pub command: String,
    /// Where it is written down: a file of the repository.
    pub document: String,
    /// Who answers for it.
    pub owner: String,
}

/// What must be reached, and what shows that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The objective: `99.9`.
    pub objective: String,
    /// The gate.
    pub gate: GateId,
}

/// The row of the domain in Status/Ops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRow {
    /// The component.
    pub component: String,
    /// Who answers for it.
    pub owner: String,
    /// Its service level.
    pub slo: Option<Objective>,
}

/// What is decided about a domain, and what is to prove that it can stand alone.
#[derive(Clone, Debug)]
pub struct Packet {
    /// The domain.
    pub domain: DomainId,
    /// What becomes of it.
    pub decision: Decision,
    /// When that was decided.
    pub decided: Date,
    /// Who answers for it, and for whatever nobody else does.
    pub owner: String,
    /// Where it is written down: a file of the repository.
    pub document: Option<String>,
    /// The release profile whose gates must hold.
    pub profile: String,
    /// The environment in which they must.
    pub environment: String,
    /// The cross-process callers by domain.
    pub callers: BTreeMap<DomainId, Caller>,
    /// What shows that it can be away; nothing where the packet does not say.
    pub degradation: Option<Degradation>,
    /// How it is taken back; nothing where the packet does not say.
    pub rollback: Option<Retreat>,
    /// Its row in Status/Ops; nothing where the packet does not say.
    pub status: Option<StatusRow>,
    /// Who answers for the boundary guards.
    pub guards_owner: String,
    /// Where it is stated.
    pub place: Place,
}

impl Packet {
    /// Says whether both state the same, wherever they stand.
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.domain == other.domain
            && self.decision == other.decision
            && self.decided == other.decided
            && self.owner == other.owner
            && self.document == other.document
            && self.profile == other.profile
            && self.environment == other.environment
            && self.callers == other.callers
            && self.degradation == other.degradation
            && self.rollback == other.rollback
            && self.status == other.status
            && self.guards_owner == other.guards_owner
    }
}

/// Every packet of a workspace, by domain.
#[derive(Clone, Debug, Default)]
pub struct Packets {
    /// The packets.
    pub by_domain: BTreeMap<DomainId, Packet>,
}
