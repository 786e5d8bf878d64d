//! The parts of the JSON documents: files, domains, gates, reviews.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use super::suggest::Proposal;
use super::wire_profile::ProfileReasonV1;
use super::wire_reason::{
    Because, BroadReasonV1, ClassV1, DomainReasonV1, FilesV1, GateReasonV1, RowV1, SideV1, SkipReasonV1,
    lossy, not_utf8, words,
};
use crate::change::{ChangeSource, Confidence, Status};
use crate::class::ChangeClasses;
use crate::config::{Machine, Mode, Vendor};
use crate::id::{ContractId, DomainId, GateId};
use crate::lanes::Layer;
use crate::policy::PolicyBasis;
use crate::route::{
    DomainImpact, EdgeKnowledge, GateState, Impact, Moved, ProfileAllowance, Route, RoutedFile, RowRef,
    SelectedGate, SkippedGate,
};

words! {
    /// Whether the route decides or only shows.
    ModeV1 of Mode { Enforce, Observe }
}
words! {
    /// Where the change was read from.
    SourceV1 of ChangeSource { Commits, WorkingTree, Index, Files }
}
words! {
    /// How sure it is that the base is the one meant.
    ConfidenceV1 of Confidence { Certain, Likely, None }
}
words! {
    /// Where the policies come from.
    BasisV1 of PolicyBasis { BaseAndHead, HeadOnly, External }
}
words! {
    /// What happened to a path.
    StatusV1 of Status { Added, Modified, Deleted }
}
words! {
    /// How the change reaches a domain.
    ImpactV1 of Impact { Changed, Consumer, Rebuilt }
}
words! {
    /// Whether the maps state a domain's edges.
    EdgesV1 of EdgeKnowledge { Declared, Unknown }
}
words! {
    /// The layer of a gate.
    LayerV1 of Layer { Global, DomainLocal, ConsumerSmoke, ServiceEvidence }
}
words! {
    /// Whether a gate's definition is the same at merge base and head.
    StateV1 of GateState { Current, Retired, Redefined }
}

/// A set of ids, written as their texts.
#[derive(Debug)]
pub struct Ids<'a, T>(pub &'a BTreeSet<T>);

impl<T: Borrow<str>> Serialize for Ids<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Borrow::borrow))
    }
}

impl<T> JsonSchema for Ids<'_, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ids".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<String>::json_schema(generator)
    }
}

/// The rows of a file.
#[derive(Debug)]
pub struct Rows<'a>(pub &'a [RowRef]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(RowV1::from))
    }
}

impl JsonSchema for Rows<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rows".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<RowV1>::json_schema(generator)
    }
}

/// Where the change was read from, and how its base was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Change")]
pub struct ChangeV1<'a> {
    /// Two commits, the working tree, the index, or a list of files.
    pub source: SourceV1,
    /// The base commit.
    pub base: Option<&'a str>,
    /// The head commit.
    pub head: Option<&'a str>,
    /// The commit that the head was compared with.
    pub merge_base: Option<&'a str>,
    /// How the base was found: a stable word such as `flag` or `github_pull_request`.
    pub base_method: &'a str,
    /// How sure it is that this base is the one meant.
    pub confidence: ConfidenceV1,
    /// Whether it is known that nothing changed.
    pub empty: bool,
    /// Where the policies come from.
    pub policy: BasisV1,
}

impl<'a> From<&'a Route> for ChangeV1<'a> {
    fn from(route: &'a Route) -> Self {
        let provenance = &route.provenance;
        Self {
            source: provenance.source.into(),
            base: provenance.base.as_deref(),
            head: provenance.head.as_deref(),
            merge_base: provenance.merge_base.as_deref(),
            base_method: &provenance.base_method,
            confidence: provenance.confidence.into(),
            empty: route.empty,
            policy: route.basis.into(),
        }
    }
}

/// A file whose row moved.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Moved")]
pub struct MovedV1<'a> {
    /// The path; what is not UTF-8 is U+FFFD.
    pub path: Cow<'a, str>,
    /// The bytes of the path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// Its domains by the merge base's policy.
    pub from: Ids<'a, DomainId>,
    /// Its domains by the head's policy.
    pub to: Ids<'a, DomainId>,
    /// The rows of both.
    pub rows: Rows<'a>,
}

impl<'a> From<&'a Moved> for MovedV1<'a> {
    fn from(moved: &'a Moved) -> Self {
        Self {
            path: lossy(&moved.path),
            path_bytes: not_utf8(&moved.path),
            from: Ids(&moved.from),
            to: Ids(&moved.to),
            rows: Rows(&moved.rows),
        }
    }
}

/// A file with what the policies say of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "File")]
pub struct FileV1<'a> {
    /// The path; what is not UTF-8 is U+FFFD.
    pub path: Cow<'a, str>,
    /// The bytes of the path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// What happened to it.
    pub status: StatusV1,
    /// The path that it had before, where a file list says so.
    pub previous_path: Option<Cow<'a, str>>,
    /// The bytes of that path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_path_bytes: Option<String>,
    /// The domains that it belongs to.
    pub domains: Ids<'a, DomainId>,
    /// The contracts whose rows match it.
    pub contracts: Ids<'a, ContractId>,
    /// Its classes, by name.
    pub classes: Vec<ClassV1>,
    /// The rows that own it or attach to it.
    pub rows: Rows<'a>,
    /// Whether every policy that was asked has a row for it.
    pub mapped: bool,
    /// Whether it needs no gate of its own.
    pub exempt: bool,
    /// Whether it impacts production.
    pub production_impacting: bool,
    /// Whether it is here only because its row moved.
    pub moved: bool,
}

impl<'a> From<&'a RoutedFile> for FileV1<'a> {
    fn from(routed: &'a RoutedFile) -> Self {
        let RoutedFile { file, facts, moved } = routed;
        Self {
            path: lossy(&file.path),
            path_bytes: not_utf8(&file.path),
            status: file.status.into(),
            previous_path: file.previous_path.as_ref().map(lossy),
            previous_path_bytes: file.previous_path.as_ref().and_then(not_utf8),
            domains: Ids(&facts.domains),
            contracts: Ids(&facts.contracts),
            classes: classes(facts.classes),
            rows: Rows(&facts.rows),
            mapped: facts.mapped,
            exempt: facts.exempt,
            production_impacting: facts.production,
            moved: *moved,
        }
    }
}

/// Returns the digest of each side's policy.
pub fn policies(route: &Route) -> BTreeMap<SideV1, &str> {
    route.policies.iter().map(|(side, digest)| ((*side).into(), digest.as_str())).collect()
}

/// Returns the classes by name.
pub fn classes(set: ChangeClasses) -> Vec<ClassV1> {
    let mut sorted: Vec<_> = set.iter().collect();
    sorted.sort_by_key(|class| class.as_str());
    sorted.into_iter().map(ClassV1::from).collect()
}

/// A domain that the change reaches.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Domain")]
pub struct DomainV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// How it is reached, by name.
    pub impact: Vec<ImpactV1>,
    /// Whether the maps say who compiles the domain's packages in.
    pub import_edges: EdgesV1,
    /// Whether the maps say what the domain's binaries call; null where it has none.
    pub consumes: Option<EdgesV1>,
    /// Why it is reached.
    pub because: Vec<Because<DomainReasonV1<'a>>>,
}

impl<'a> From<(&'a DomainId, &'a DomainImpact)> for DomainV1<'a> {
    fn from((id, domain): (&'a DomainId, &'a DomainImpact)) -> Self {
        let mut impact: Vec<_> = domain.impact.iter().copied().collect();
        impact.sort_by_key(|impact| impact.as_str());
        Self {
            id: id.as_str(),
            impact: impact.into_iter().map(ImpactV1::from).collect(),
            import_edges: domain.import_edges.into(),
            consumes: domain.consumes.map(EdgesV1::from),
            because: domain.because.iter().map(Because::from).collect(),
        }
    }
}

/// What a runner stands for in one CI: a label, several, or the CI's own keys.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Machine")]
pub enum MachineV1<'a> {
    /// One label.
    Label(&'a str),
    /// Several labels, all of which the machine must have.
    Labels(&'a [String]),
    /// Keys of the CI's own, each with its values.
    Keys(&'a BTreeMap<String, Vec<String>>),
}

impl<'a> From<&'a Machine> for MachineV1<'a> {
    fn from(machine: &'a Machine) -> Self {
        match machine {
            Machine::Label(label) => Self::Label(label),
            Machine::Labels(labels) => Self::Labels(labels),
            Machine::Keys(keys) => Self::Keys(keys),
        }
    }
}

/// Returns the machines by the CI's word.
pub fn machines(machines: &BTreeMap<Vendor, Machine>) -> BTreeMap<&'static str, MachineV1<'_>> {
    machines.iter().map(|(vendor, machine)| (vendor.as_str(), machine.into())).collect()
}

/// Returns the labels that `runners` lists, each with the words of its CIs, sorted.
pub fn runners(route: &Route) -> BTreeMap<&str, BTreeSet<&'static str>> {
    let words = |listed: &BTreeSet<Vendor>| listed.iter().map(|vendor| vendor.as_str()).collect();
    route.runners.iter().map(|(label, listed)| (label.as_str(), words(listed))).collect()
}

/// A gate to pass.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gate")]
pub struct GateV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// Its layer.
    pub layer: LayerV1,
    /// The domains whose lanes ask for it, or define it.
    pub domains: Ids<'a, DomainId>,
    /// The command; null where evidence from outside must satisfy the gate.
    pub run: Option<&'a str>,
    /// The label of the machine that it wants.
    pub runner: Option<&'a str>,
    /// How long it may take.
    pub timeout_minutes: Option<u32>,
    /// The gates that must have passed before.
    pub needs: Ids<'a, GateId>,
    /// The gate family that it is a proof of; absent where none is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<&'a str>,
    /// The types of evidence that satisfy it; absent where any does.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub evidence_types: BTreeSet<&'a str>,
    /// What its runner, or none, stands for in each CI of which `runners` of `laneway.yaml` says so; absent where it says
    /// nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub machines: BTreeMap<&'a str, MachineV1<'a>>,
    /// Whether its definition changes; a gate that does is required as the base has it.
    pub state: StateV1,
    /// Why it is in the route; never empty.
    pub because: Vec<Because<GateReasonV1<'a>>>,
}

impl<'a> From<&'a SelectedGate> for GateV1<'a> {
    fn from(selected: &'a SelectedGate) -> Self {
        let gate = &selected.gate;
        Self {
            id: gate.id.as_str(),
            title: &gate.title,
            layer: gate.layer.into(),
            domains: Ids(&selected.domains),
            run: gate.run.as_deref(),
            runner: gate.runner.as_deref(),
            timeout_minutes: gate.timeout_minutes,
            needs: Ids(&gate.needs),
            family: gate.family.as_deref(),
            evidence_types: gate.evidence_types.iter().map(String::as_str).collect(),
            machines: machines(&selected.machines),
            state: selected.state.into(),
            because: selected.because.iter().map(Because::from).collect(),
        }
    }
}

/// A gate that is not in the route.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Skipped")]
pub struct SkippedV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// Its layer.
    pub layer: LayerV1,
    /// The domains whose lanes ask for it, or define it.
    pub domains: Ids<'a, DomainId>,
    /// Why it is not in the route.
    pub because: Because<SkipReasonV1>,
}

impl<'a> From<&'a SkippedGate> for SkippedV1<'a> {
    fn from(skipped: &'a SkippedGate) -> Self {
        Self {
            id: skipped.gate.id.as_str(),
            title: &skipped.gate.title,
            layer: skipped.gate.layer.into(),
            domains: Ids(&skipped.domains),
            because: (&skipped.because).into(),
        }
    }
}

/// Whether every gate is selected.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Broad")]
pub struct BroadV1<'a> {
    /// Whether something forces the broad route.
    pub forced: bool,
    /// What.
    pub because: Vec<Because<BroadReasonV1<'a>>>,
}

impl<'a> From<&'a Route> for BroadV1<'a> {
    fn from(route: &'a Route) -> Self {
        Self { forced: !route.broad.is_empty(), because: route.broad.iter().map(Because::from).collect() }
    }
}

/// Whether the change may ship under a release profile.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Profile")]
pub struct ProfileV1<'a> {
    /// The profile.
    pub id: &'a str,
    /// Whether it allows the change.
    pub allowed: bool,
    /// What forbids it.
    pub because: Vec<Because<ProfileReasonV1<'a>>>,
}

impl<'a> From<&'a ProfileAllowance> for ProfileV1<'a> {
    fn from(profile: &'a ProfileAllowance) -> Self {
        Self {
            id: &profile.id,
            allowed: profile.forbidden.is_empty(),
            because: profile.forbidden.iter().map(Because::from).collect(),
        }
    }
}

/// A row that would map unmapped files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Proposal")]
pub struct ProposalV1<'a> {
    /// The pattern of the row.
    pub pattern: &'a str,
    /// Its domains, those of the nearest neighbour; `*` is every domain, and none means that no neighbour is mapped.
    pub domains: Vec<&'a str>,
    /// The nearest mapped neighbour's row, beside which it belongs.
    pub beside: Option<RowV1<'a>>,
    /// The unmapped files that it would map.
    pub files: FilesV1<'a>,
}

impl<'a> From<&'a Proposal> for ProposalV1<'a> {
    fn from(proposal: &'a Proposal) -> Self {
        Self {
            pattern: &proposal.pattern,
            domains: proposal.domains.iter().map(String::as_str).collect(),
            beside: proposal.beside.as_ref().map(RowV1::from),
            files: (&proposal.files).into(),
        }
    }
}
