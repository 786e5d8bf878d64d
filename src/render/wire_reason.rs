//! Reasons as the JSON documents have them: a `kind`, its facts, and one sentence.
//!
//! The enums mirror those of the core one to one, and every conversion matches without a catch-all.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::reason;
use crate::change::{MissingBase, Side};
use crate::class::ChangeClass;
use crate::lanes::AlwaysScope;
use crate::ownership::{MapKind, ReleaseClass};
use crate::path::RepoPath;
use crate::route::{
    BroadReason, DomainReason, GateReason, ReviewReason, ReviewerReason, RowRef, SkipReason, Witness,
};

/// Mirrors an enum of words for the documents.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident of $core:ty { $($variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the core's enum documents each word")]
        pub enum $name { $($variant),* }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core { $(<$core>::$variant => Self::$variant),* }
            }
        }
    };
}
pub(super) use words;

words! {
    /// A commit whose policy counts.
    SideV1 of Side { BaseTip, Head, MergeBase }
}
words! {
    /// A change class.
    ClassV1 of ChangeClass { Contract, Schema, PlatformService, Product, Frontend, Delivery, Docs }
}
words! {
    /// What a table of an ownership map maps.
    MapKindV1 of MapKind { Package, Route, Schema, Event, Binary, Surface }
}
words! {
    /// Which changes a gate runs for, whatever they touch.
    ScopeV1 of AlwaysScope { EveryChange, CodeChange }
}
words! {
    /// What files ship as.
    ReleaseClassV1 of ReleaseClass { Web, Api, Runtime, NodeAgent, Config, Validation }
}

/// A reason with its sentence.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Because{K}")]
pub struct Because<K> {
    /// The kind and its facts.
    #[serde(flatten)]
    pub reason: K,
    /// One sentence for people. It may be reworded at any time; `kind` and the facts are the contract.
    pub text: String,
}

/// A row of an ownership map.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Row")]
pub struct RowV1<'a> {
    /// The file of the map.
    pub map: Cow<'a, str>,
    /// The bytes of the map's path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map_bytes: Option<String>,
    /// The line, counted from 1.
    pub line: u32,
    /// The policy that has the row: the head's, where several have it.
    pub policy: SideV1,
}

impl<'a> From<&'a RowRef> for RowV1<'a> {
    fn from(row: &'a RowRef) -> Self {
        Self {
            map: lossy(&row.map),
            map_bytes: not_utf8(&row.map),
            line: row.line,
            policy: row.policy.into(),
        }
    }
}

/// The files that a reason rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Files")]
pub struct FilesV1<'a> {
    /// The first file by path.
    pub first: Cow<'a, str>,
    /// Its bytes in hexadecimal, where the path is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_bytes: Option<String>,
    /// How many files there are, the first included.
    pub count: usize,
}

impl<'a> From<&'a Witness> for FilesV1<'a> {
    fn from(files: &'a Witness) -> Self {
        Self { first: lossy(&files.path), first_bytes: not_utf8(&files.path), count: files.files }
    }
}

/// Returns the text of a path; what is not UTF-8 becomes U+FFFD.
pub fn lossy(path: &RepoPath) -> Cow<'_, str> {
    String::from_utf8_lossy(path.as_bytes())
}

/// Returns the bytes of a path in hexadecimal, where text cannot carry it.
pub fn not_utf8(path: &RepoPath) -> Option<String> {
    path.as_str().is_none().then(|| path.to_hex())
}

/// Why a gate is in the route.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "GateReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum GateReasonV1<'a> {
    /// The route is broad.
    Broad,
    /// `--add` names it.
    Added,
    /// `mode: observe` routes everything; otherwise it would be skipped, for the reason `skip`.
    Observed { skip: SkipReasonV1 },
    /// A gate that is selected needs it.
    NeededBy { gate: &'a str },
    /// It runs for every change, or for every change of code.
    Always { scope: ScopeV1, files: FilesV1<'a> },
    /// The rule of a change class names it.
    Class { class: ClassV1, files: FilesV1<'a> },
    /// The rule of a change class names it for files that impact production.
    ClassInProduction { class: ClassV1, files: FilesV1<'a> },
    /// The rule of a change class names it for files that ship.
    ClassShips { class: ClassV1, files: FilesV1<'a> },
    /// The rule of a map kind names it.
    MapKind { map_kind: MapKindV1, files: FilesV1<'a> },
    /// The lane of an affected domain lists it under `global_gates`.
    LaneGlobal { domain: &'a str, files: FilesV1<'a> },
    /// The lane of an affected domain lists it under `domain_local_gates`.
    Local { domain: &'a str, class: ClassV1, files: FilesV1<'a> },
    /// The lane of an affected domain lists it under `consumer_smokes`.
    Smoke { domain: &'a str, class: ClassV1, files: FilesV1<'a> },
    /// The rule of a map kind takes the smokes with its tags.
    MapKindSmoke { domain: &'a str, map_kind: MapKindV1, files: FilesV1<'a> },
    /// A contract changed, and the smoke names its consumer, or nobody; null where the row leaves its consumers unknown.
    ConsumerOf { domain: &'a str, contract: &'a str, consumer: Option<&'a str>, files: FilesV1<'a> },
    /// A product, `consumer`, changed, and the smoke is in the lane of a service that it consumes.
    ConsumedService { domain: &'a str, consumer: &'a str, files: FilesV1<'a> },
    /// A surface changed together with a contract that it shows.
    ShownContract { domain: &'a str, contract: &'a str, files: FilesV1<'a> },
    /// The lane of a changed domain lists it under `service_evidence`.
    Evidence { domain: &'a str, class: ClassV1, files: FilesV1<'a> },
    /// A release profile asks for it.
    Profile {
        profile: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        files: Option<FilesV1<'a>>,
    },
    /// Someone must look at what no map foresaw.
    ReviewForced { review: ReviewReasonV1<'a> },
}

impl<'a> From<&'a GateReason> for Because<GateReasonV1<'a>> {
    fn from(core: &'a GateReason) -> Self {
        let reason = match core {
            GateReason::Broad => GateReasonV1::Broad,
            GateReason::Added => GateReasonV1::Added,
            GateReason::Observed { skip } => GateReasonV1::Observed { skip: skip.into() },
            GateReason::NeededBy { gate } => GateReasonV1::NeededBy { gate: gate.as_str() },
            GateReason::Always { scope, files } => {
                GateReasonV1::Always { scope: (*scope).into(), files: files.into() }
            }
            GateReason::Class { class, files } => {
                GateReasonV1::Class { class: (*class).into(), files: files.into() }
            }
            GateReason::ClassInProduction { class, files } => {
                GateReasonV1::ClassInProduction { class: (*class).into(), files: files.into() }
            }
            GateReason::ClassShips { class, files } => {
                GateReasonV1::ClassShips { class: (*class).into(), files: files.into() }
            }
            GateReason::MapKind { kind, files } => {
                GateReasonV1::MapKind { map_kind: (*kind).into(), files: files.into() }
            }
            GateReason::LaneGlobal { domain, files } => {
                GateReasonV1::LaneGlobal { domain: domain.as_str(), files: files.into() }
            }
            GateReason::Local { domain, class, files } => {
                GateReasonV1::Local { domain: domain.as_str(), class: (*class).into(), files: files.into() }
            }
            GateReason::Smoke { domain, class, files } => {
                GateReasonV1::Smoke { domain: domain.as_str(), class: (*class).into(), files: files.into() }
            }
            GateReason::MapKindSmoke { domain, kind, files } => GateReasonV1::MapKindSmoke {
                domain: domain.as_str(),
                map_kind: (*kind).into(),
                files: files.into(),
            },
            GateReason::ConsumerOf { domain, consumer, contract, files } => GateReasonV1::ConsumerOf {
                domain: domain.as_str(),
                contract: contract.as_str(),
                consumer: consumer.as_ref().map(|consumer| consumer.as_str()),
                files: files.into(),
            },
            GateReason::ConsumedService { domain, consumer, files } => GateReasonV1::ConsumedService {
                domain: domain.as_str(),
                consumer: consumer.as_str(),
                files: files.into(),
            },
            GateReason::ShownContract { domain, contract, files } => GateReasonV1::ShownContract {
                domain: domain.as_str(),
                contract: contract.as_str(),
                files: files.into(),
            },
            GateReason::Evidence { domain, class, files } => GateReasonV1::Evidence {
                domain: domain.as_str(),
                class: (*class).into(),
                files: files.into(),
            },
            GateReason::Profile { profile, files } => {
                GateReasonV1::Profile { profile, files: files.as_ref().map(Into::into) }
            }
            GateReason::ReviewForced { because } => GateReasonV1::ReviewForced { review: because.into() },
        };
        Self { reason, text: reason::gate(core) }
    }
}

/// Why a gate is not in the route.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "SkipReason")]
pub enum SkipReasonV1 {
    /// Nothing changed.
    EmptyChange,
    /// None of the domains whose lanes list it is affected.
    NotAffected,
    /// A domain whose lane lists it is affected by documentation alone.
    OnlyDocs,
    /// It is a smoke of an affected domain, and no rule takes its tags or its consumer.
    SmokeNotAsked,
    /// It is service evidence, and no rule asks for it.
    EvidenceNotAsked,
    /// Neither a class, nor a map kind, nor an affected lane names it.
    NoRuleAsks,
    /// It runs for files that match its `paths`, and none does.
    NoPathMatches,
    /// It runs for changes of code, and there is none.
    NoCode,
    /// Nothing forces an architecture review.
    ReviewNotForced,
}

impl From<&SkipReason> for SkipReasonV1 {
    fn from(core: &SkipReason) -> Self {
        match core {
            SkipReason::EmptyChange => Self::EmptyChange,
            SkipReason::NotAffected => Self::NotAffected,
            SkipReason::OnlyDocs => Self::OnlyDocs,
            SkipReason::SmokeNotAsked => Self::SmokeNotAsked,
            SkipReason::EvidenceNotAsked => Self::EvidenceNotAsked,
            SkipReason::NoRuleAsks => Self::NoRuleAsks,
            SkipReason::NoPathMatches => Self::NoPathMatches,
            SkipReason::NoCode => Self::NoCode,
            SkipReason::ReviewNotForced => Self::ReviewNotForced,
        }
    }
}

impl From<&SkipReason> for Because<SkipReasonV1> {
    fn from(core: &SkipReason) -> Self {
        Self { reason: core.into(), text: reason::skip(core).to_owned() }
    }
}

/// Why a domain is reached.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "DomainReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum DomainReasonV1<'a> {
    /// It owns files that changed.
    Owns { row: RowV1<'a>, files: FilesV1<'a> },
    /// A contract of its changed.
    Offers { contract: &'a str, row: RowV1<'a>, files: FilesV1<'a> },
    /// It compiles in a package, of the domain `imported`, that changed or was rebuilt.
    Imports { imported: &'a str, row: RowV1<'a> },
    /// It calls a contract that changed.
    Consumes { contract: &'a str, row: RowV1<'a>, files: FilesV1<'a> },
}

impl<'a> From<&'a DomainReason> for Because<DomainReasonV1<'a>> {
    fn from(core: &'a DomainReason) -> Self {
        let reason = match core {
            DomainReason::Owns { row, files } => {
                DomainReasonV1::Owns { row: row.into(), files: files.into() }
            }
            DomainReason::Offers { contract, row, files } => {
                DomainReasonV1::Offers { contract: contract.as_str(), row: row.into(), files: files.into() }
            }
            DomainReason::Imports { imported, row } => {
                DomainReasonV1::Imports { imported: imported.as_str(), row: row.into() }
            }
            DomainReason::Consumes { contract, row, files } => {
                DomainReasonV1::Consumes { contract: contract.as_str(), row: row.into(), files: files.into() }
            }
        };
        Self { reason, text: reason::domain(core) }
    }
}

/// Why the route is broad.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "BroadReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum BroadReasonV1<'a> {
    /// A policy has no row for files of the change.
    Unmapped { policy: SideV1, files: FilesV1<'a> },
    /// A policy does not hold together.
    BrokenPolicy { policy: SideV1, faults: usize },
    /// There is no policy of the base.
    NoBasePolicy,
    /// The base is not known.
    MissingBase { why: MissingBaseV1<'a> },
    /// An affected domain, or a service that the product rule consults, has no lane.
    NoLane { domain: &'a str, policy: SideV1 },
    /// `--all`.
    All { reason: &'a str },
    /// `LANEWAY_ALL`.
    KillSwitch { value: &'a str },
}

impl<'a> From<&'a BroadReason> for Because<BroadReasonV1<'a>> {
    fn from(core: &'a BroadReason) -> Self {
        let reason = match core {
            BroadReason::Unmapped { policy, files } => {
                BroadReasonV1::Unmapped { policy: (*policy).into(), files: files.into() }
            }
            BroadReason::BrokenPolicy { policy, faults } => {
                BroadReasonV1::BrokenPolicy { policy: (*policy).into(), faults: *faults }
            }
            BroadReason::NoBasePolicy => BroadReasonV1::NoBasePolicy,
            BroadReason::MissingBase { why } => BroadReasonV1::MissingBase { why: why.into() },
            BroadReason::NoLane { domain, policy } => {
                BroadReasonV1::NoLane { domain: domain.as_str(), policy: (*policy).into() }
            }
            BroadReason::All { reason } => BroadReasonV1::All { reason },
            BroadReason::KillSwitch { value } => BroadReasonV1::KillSwitch { value },
        };
        Self { reason, text: reason::broad(core) }
    }
}

/// Why there is no base.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "MissingBase")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum MissingBaseV1<'a> {
    /// The CI's event has an all-zero commit: the first push of a branch.
    ZeroCommit,
    /// The commit is not in this clone.
    NotInClone { revision: &'a str },
    /// The two commits have no common ancestor.
    Unrelated,
    /// The history was cut before a common ancestor.
    Shallow,
    /// The event has no base by its nature: a tag, a schedule, a manual run.
    Event { event: &'a str },
    /// The branch has no commit yet.
    Unborn,
    /// No flag, no CI and no default branch names one.
    Unknown,
    /// It could not be read.
    Unreadable { why: &'a str },
}

impl<'a> From<&'a MissingBase> for MissingBaseV1<'a> {
    fn from(core: &'a MissingBase) -> Self {
        match core {
            MissingBase::ZeroCommit => Self::ZeroCommit,
            MissingBase::NotInClone { revision } => Self::NotInClone { revision },
            MissingBase::Unrelated => Self::Unrelated,
            MissingBase::Shallow => Self::Shallow,
            MissingBase::Event { event } => Self::Event { event },
            MissingBase::Unborn => Self::Unborn,
            MissingBase::Unknown => Self::Unknown,
            MissingBase::Unreadable { why } => Self::Unreadable { why },
        }
    }
}

/// Why an architecture review is forced.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "ReviewReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum ReviewReasonV1<'a> {
    /// No row maps files of the change.
    Unmapped { files: FilesV1<'a> },
    /// The policy itself changes.
    PolicyChange { files: FilesV1<'a> },
    /// A policy does not hold together.
    BrokenPolicy { policy: SideV1 },
    /// The base is not known, so neither is its policy.
    MissingBase,
}

impl<'a> From<&'a ReviewReason> for ReviewReasonV1<'a> {
    fn from(core: &'a ReviewReason) -> Self {
        match core {
            ReviewReason::Unmapped { files } => Self::Unmapped { files: files.into() },
            ReviewReason::PolicyChange { files } => Self::PolicyChange { files: files.into() },
            ReviewReason::BrokenPolicy { policy } => Self::BrokenPolicy { policy: (*policy).into() },
            ReviewReason::MissingBase => Self::MissingBase,
        }
    }
}

impl<'a> From<&'a ReviewReason> for Because<ReviewReasonV1<'a>> {
    fn from(core: &'a ReviewReason) -> Self {
        Self { reason: core.into(), text: reason::review(core) }
    }
}

/// Why someone must look.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "ReviewerReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum ReviewerReasonV1<'a> {
    /// Owns what changed.
    Owns { domain: &'a str },
    /// Owns a domain that calls a contract that changed.
    Consumes { domain: &'a str, contract: &'a str },
    /// Owned, or comes to own, files whose row moved.
    Moved { domain: &'a str },
    /// Is an architecture reviewer.
    Architecture,
}

impl<'a> From<&'a ReviewerReason> for Because<ReviewerReasonV1<'a>> {
    fn from(core: &'a ReviewerReason) -> Self {
        let reason = match core {
            ReviewerReason::Owns { domain } => ReviewerReasonV1::Owns { domain: domain.as_str() },
            ReviewerReason::Consumes { domain, contract } => {
                ReviewerReasonV1::Consumes { domain: domain.as_str(), contract: contract.as_str() }
            }
            ReviewerReason::Moved { domain } => ReviewerReasonV1::Moved { domain: domain.as_str() },
            ReviewerReason::Architecture => ReviewerReasonV1::Architecture,
        };
        Self { reason, text: reason::reviewer(core) }
    }
}
