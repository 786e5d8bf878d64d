//! Why: the closed set of reasons. A new one makes the compiler list every decision that it needs.

use crate::attribute::Witness;
use crate::change::{MissingBase, Side};
use crate::class::ChangeClass;
use crate::id::{ContractId, DomainId, GateId};
use crate::lanes::AlwaysScope;
use crate::ownership::{MapKind, ReleaseClass};
use crate::review::ReviewReason;

/// Why a gate is in the route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateReason {
    /// The route is broad.
    Broad,
    /// `--add` names it.
    Added,
    /// `mode: observe` routes everything; otherwise it would be skipped.
    Observed {
        /// Why it would be.
        skip: SkipReason,
    },
    /// A gate that is selected needs it.
    NeededBy {
        /// That gate.
        gate: GateId,
    },
    /// It runs for every change, or for every change of code.
    Always {
        /// Which of the two.
        scope: AlwaysScope,
        /// The files that count.
        files: Witness,
    },
    /// The rule of a change class names it.
    Class {
        /// The class.
        class: ChangeClass,
        /// The files of the class.
        files: Witness,
    },
    /// The rule of a change class names it for files that impact production.
    ClassInProduction {
        /// The class.
        class: ChangeClass,
        /// The files.
        files: Witness,
    },
    /// The rule of a change class names it for files that ship.
    ClassShips {
        /// The class.
        class: ChangeClass,
        /// The files.
        files: Witness,
    },
    /// The rule of a map kind names it.
    MapKind {
        /// The kind.
        kind: MapKind,
        /// The files that rows of the kind own or attach to.
        files: Witness,
    },
    /// The lane of an affected domain lists it under `global_gates`.
    LaneGlobal {
        /// The domain.
        domain: DomainId,
        /// The files, other than docs, that reach the domain.
        files: Witness,
    },
    /// The lane of an affected domain lists it under `domain_local_gates`.
    Local {
        /// The domain.
        domain: DomainId,
        /// The class whose rule asks for it.
        class: ChangeClass,
        /// The files of the class that reach the domain.
        files: Witness,
    },
    /// The lane of an affected domain lists it under `consumer_smokes`.
    Smoke {
        /// The domain.
        domain: DomainId,
        /// The class whose rule asks for it.
        class: ChangeClass,
        /// The files of the class that reach the domain.
        files: Witness,
    },
    /// The rule of a map kind takes the smokes with its tags.
    MapKindSmoke {
        /// The domain whose lane lists it.
        domain: DomainId,
        /// The kind.
        kind: MapKind,
        /// The files that rows of the kind own or attach to.
        files: Witness,
    },
    /// A contract changed, and the smoke names its consumer, or nobody.
    ConsumerOf {
        /// The domain whose lane lists it: the producer.
        domain: DomainId,
        /// The consumer; nothing where the row leaves it unknown, so that every smoke counts.
        consumer: Option<DomainId>,
        /// The contract that changed.
        contract: ContractId,
        /// Its files.
        files: Witness,
    },
    /// A product changed, and the smoke, in the lane of a service that it consumes, names it or nobody.
    ConsumedService {
        /// The service whose lane lists it.
        domain: DomainId,
        /// The product.
        consumer: DomainId,
        /// The files of the product.
        files: Witness,
    },
    /// A surface changed together with a contract that it shows.
    ShownContract {
        /// The domain of the contract, whose lane lists it.
        domain: DomainId,
        /// The contract.
        contract: ContractId,
        /// The files of the surface.
        files: Witness,
    },
    /// The lane of a changed domain lists it under `service_evidence`.
    Evidence {
        /// The domain.
        domain: DomainId,
        /// The class whose rule asks for it.
        class: ChangeClass,
        /// The production-impacting files.
        files: Witness,
    },
    /// A release profile asks for it; of what asks for it for some changes only, with the files that are such a change.
    Profile {
        /// The profile.
        profile: String,
        /// The files, where it is asked for because of some.
        files: Option<Witness>,
    },
    /// Someone must look at what no map foresaw.
    ReviewForced {
        /// Why.
        because: ReviewReason,
    },
}

/// Why a gate is not in the route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// Nothing changed.
    EmptyChange,
    /// None of the domains whose lanes list it is affected.
    NotAffected,
    /// A domain whose lane lists it is affected by documentation alone.
    OnlyDocs,
    /// It is a smoke of an affected domain or of a service that was consulted, and no rule takes its tags or its consumer.
    SmokeNotAsked,
    /// It is service evidence, and no rule asks for it: the files do not impact production, or their classes need none.
    EvidenceNotAsked,
    /// It is a gate of the catalogue, and neither a class, nor a map kind, nor an affected lane names it.
    NoRuleAsks,
    /// It runs for files that match its `paths`, and none does.
    NoPathMatches,
    /// It runs for changes of code, and there is none.
    NoCode,
    /// Nothing forces an architecture review.
    ReviewNotForced,
}

/// Why the route is broad.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BroadReason {
    /// Files that no row maps, in one policy.
    Unmapped {
        /// The policy; each that lacks a row is a cause of its own.
        policy: Side,
        /// The files.
        files: Witness,
    },
    /// A policy does not hold together.
    BrokenPolicy {
        /// The policy.
        policy: Side,
        /// How many faults it has.
        faults: usize,
    },
    /// There is no policy of the base.
    NoBasePolicy,
    /// The base is not known.
    MissingBase {
        /// Why.
        why: MissingBase,
    },
    /// An affected domain, or a service that the product rule consults, has no lane.
    NoLane {
        /// The domain.
        domain: DomainId,
        /// The policy that names it.
        policy: Side,
    },
    /// `--all`.
    All {
        /// Its reason.
        reason: String,
    },
    /// `LANEWAY_ALL`.
    KillSwitch {
        /// Its value.
        value: String,
    },
}

/// Why a release profile may not ship the change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileReason {
    /// Files ship as something that the profile may not ship.
    ReleaseClass {
        /// What they ship as.
        class: ReleaseClass,
        /// The files.
        files: Witness,
    },
    /// Nothing says what these files ship as.
    NoReleaseClass {
        /// The files.
        files: Witness,
    },
    /// Files are of a class that the profile excludes.
    Class {
        /// The class.
        class: ChangeClass,
        /// The files.
        files: Witness,
    },
    /// A row of a kind that the profile excludes has these files.
    MapKind {
        /// The kind.
        kind: MapKind,
        /// The files.
        files: Witness,
    },
    /// The route is broad.
    Broad,
}
