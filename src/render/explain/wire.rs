//! The document that `laneway explain --format json` prints.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::chain::Link;
use super::explanation::{
    Chained, DomainExplanation, Explanation, GateExplanation, KnownRow, PathExplanation, Reached, Standing,
};
use super::selector::{self, ClassFiles, Selector};
use crate::id::DomainId;
use crate::render::reviewers::wire_explain::ReviewerSubjectV1;
use crate::render::wire_part::{FileV1, GateV1, Ids, ImpactV1, LayerV1, MovedV1, ProposalV1};
use crate::render::wire_reason::{
    Because, ClassV1, GateReasonV1, MapKindV1, RowV1, ScopeV1, SkipReasonV1, lossy, not_utf8, words,
};
use crate::route::DomainImpact;

/// What the `schema` field of the document says.
pub const EXPLAIN_V1: &str = "laneway.explain/v1";

words! {
    /// How the change has a path.
    StandingV1 of Standing { Changed, Moved, Unchanged, Absent }
}
words! {
    /// Which files of a class select a gate.
    ClassFilesV1 of ClassFiles { Any, Production, Ships }
}

/// Why a path, gate or domain is in a route, or not, or why a reviewer is asked, or is not.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Explanation", title = "Laneway explanation, version 1")]
pub struct ExplainV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = EXPLAIN_V1))]
    pub schema: &'static str,
    /// What is explained, and the answer.
    pub subject: SubjectV1<'a>,
}

/// What is explained, and the answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Subject")]
pub enum SubjectV1<'a> {
    /// A path: what it asks for, taken alone.
    Path {
        /// How the change has it.
        standing: StandingV1,
        /// The file with what the policies say of it; its rows stand under `rows` as well, with what they are.
        file: Box<FileV1<'a>>,
        /// Its rows.
        rows: Vec<KnownRowV1<'a>>,
        /// Where it comes from and goes to, if its row moved.
        moved: Option<Box<MovedV1<'a>>>,
        /// The domains that it reaches.
        domains: Vec<ReachedV1<'a>>,
        /// The gates that it asks for, each reason with its chain.
        gates: Vec<ChainedGateV1<'a>>,
        /// How many gates of the route are not there by this path.
        other_gates: usize,
        /// The row that would map it, if none does.
        proposal: Option<ProposalV1<'a>>,
    },
    /// A gate.
    Gate {
        /// Its id.
        id: &'a str,
        /// Its title; null where no policy defines it.
        title: Option<&'a str>,
        /// Whether it is in the route.
        in_route: bool,
        /// Why it is, each reason with its chain.
        because: Vec<ChainedV1<'a>>,
        /// Why it is not.
        skipped: Option<Because<SkipReasonV1>>,
        /// What would select it. Besides, every broad route does, `--add` and `--all`.
        selectors: Vec<Because<SelectorV1<'a>>>,
    },
    /// A domain.
    Domain {
        /// Its id.
        id: &'a str,
        /// How the change reaches it; null where it does not.
        reached: Option<ReachedV1<'a>>,
        /// Whether a policy has a lane for it.
        lane: bool,
        /// How many rows it owns.
        owned_rows: usize,
        /// The first of these rows.
        rows: Vec<KnownRowV1<'a>>,
        /// The gates of the route that its lane asks for, or defines.
        gates: Vec<GateV1<'a>>,
        /// Those that are not in the route.
        skipped: Vec<SkippedIdV1<'a>>,
    },
    /// A reviewer: a person, a team or a name.
    Reviewer(Box<ReviewerSubjectV1<'a>>),
}

/// A row with what it is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "KnownRow")]
pub struct KnownRowV1<'a> {
    /// Its place.
    #[serde(flatten)]
    pub row: RowV1<'a>,
    /// Its kind and first column; null where its policy is not at hand.
    pub title: Option<&'a str>,
}

/// A domain that is reached.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reached")]
pub struct ReachedV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// How it is reached, by name.
    pub impact: Vec<ImpactV1>,
    /// The chains, one for each reason.
    pub chains: Vec<Vec<LinkV1<'a>>>,
}

/// A gate with the chains of its reasons.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChainedGate")]
pub struct ChainedGateV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its layer.
    pub layer: LayerV1,
    /// Why it is asked for.
    pub because: Vec<ChainedV1<'a>>,
}

/// A reason with its chain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Chained")]
pub struct ChainedV1<'a> {
    /// The reason.
    #[serde(flatten)]
    pub reason: Because<GateReasonV1<'a>>,
    /// From the file to the gate.
    pub chain: Vec<LinkV1<'a>>,
}

/// One link of a chain.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "link", rename_all = "snake_case")]
#[schemars(rename = "Link")]
#[expect(missing_docs, reason = "the enum of the core documents them")]
pub enum LinkV1<'a> {
    File {
        path: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String>,
    },
    Row(RowV1<'a>),
    Domain {
        id: &'a str,
    },
    Contract {
        id: &'a str,
    },
    Consumer {
        id: &'a str,
    },
    Gate {
        id: &'a str,
    },
}

/// What would select a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Selector")]
#[expect(missing_docs, reason = "the enum of the core documents them")]
pub enum SelectorV1<'a> {
    Lane {
        domain: &'a str,
        slot: LayerV1,
        consumer: Option<&'a str>,
        tags: Ids<'a, String>,
        patterns: &'a [String],
    },
    Class {
        class: ClassV1,
        files: ClassFilesV1,
    },
    MapKind {
        map_kind: MapKindV1,
    },
    Always {
        scope: ScopeV1,
        paths: &'a [String],
    },
    NeededBy {
        gate: &'a str,
    },
    Review,
}

/// A gate that is not in the route.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SkippedId")]
pub struct SkippedIdV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// Why it is not.
    pub because: Because<SkipReasonV1>,
}

impl<'a> From<&'a Explanation<'_>> for ExplainV1<'a> {
    fn from(explanation: &'a Explanation<'_>) -> Self {
        let subject = match explanation {
            Explanation::Path(path) => of_path(path),
            Explanation::Gate(gate) => of_gate(gate),
            Explanation::Domain(domain) => of_domain(domain),
        };
        Self { schema: EXPLAIN_V1, subject }
    }
}

fn of_path<'a>(path: &'a PathExplanation<'_>) -> SubjectV1<'a> {
    let gates = path.gates.iter().map(|(gate, chains)| ChainedGateV1 {
        id: gate.gate.id.as_str(),
        title: &gate.gate.title,
        layer: gate.gate.layer.into(),
        because: chains.iter().map(ChainedV1::from).collect(),
    });
    SubjectV1::Path {
        standing: path.standing.into(),
        file: Box::new((&path.file).into()),
        rows: path.rows.iter().map(KnownRowV1::from).collect(),
        moved: path.moved.map(|moved| Box::new(moved.into())),
        domains: path
            .domains
            .iter()
            .map(|(id, impact, chains)| reached(id, impact, chains.iter().map(Vec::as_slice)))
            .collect(),
        gates: gates.collect(),
        other_gates: path.others,
        proposal: path.proposal.as_ref().map(ProposalV1::from),
    }
}

fn of_gate<'a>(gate: &'a GateExplanation<'_>) -> SubjectV1<'a> {
    let selected = gate.selected.as_ref().map(|(gate, _)| &gate.gate);
    let title = selected.or_else(|| gate.skipped.map(|gate| &gate.gate)).map(|gate| gate.title.as_str());
    SubjectV1::Gate {
        id: gate.id.as_str(),
        title,
        in_route: gate.selected.is_some(),
        because: gate.selected.iter().flat_map(|(_, chains)| chains).map(ChainedV1::from).collect(),
        skipped: gate.skipped.map(|gate| (&gate.because).into()),
        selectors: gate.selectors.iter().map(Because::from).collect(),
    }
}

fn of_domain<'a>(domain: &'a DomainExplanation<'_>) -> SubjectV1<'a> {
    SubjectV1::Domain {
        id: domain.id.as_str(),
        reached: domain.reached.as_ref().map(|Reached { impact, chains }| {
            reached(&domain.id, impact, chains.iter().map(|(_, chain)| chain.as_slice()))
        }),
        lane: domain.lane,
        owned_rows: domain.owned,
        rows: domain.rows.iter().map(KnownRowV1::from).collect(),
        gates: domain.gates.iter().map(|gate| GateV1::from(*gate)).collect(),
        skipped: domain
            .skipped
            .iter()
            .map(|(id, because)| SkippedIdV1 { id: id.as_str(), because: (*because).into() })
            .collect(),
    }
}

fn reached<'a>(
    id: &'a DomainId,
    impact: &DomainImpact,
    chains: impl Iterator<Item = &'a [Link]>,
) -> ReachedV1<'a> {
    let mut words: Vec<_> = impact.impact.iter().copied().collect();
    words.sort_by_key(|impact| impact.as_str());
    ReachedV1 {
        id: id.as_str(),
        impact: words.into_iter().map(ImpactV1::from).collect(),
        chains: chains.map(|chain| chain.iter().map(LinkV1::from).collect()).collect(),
    }
}

impl<'a> From<&'a KnownRow> for KnownRowV1<'a> {
    fn from(known: &'a KnownRow) -> Self {
        Self { row: (&known.place).into(), title: known.title.as_deref() }
    }
}

impl<'a> From<&'a Chained> for ChainedV1<'a> {
    fn from(chained: &'a Chained) -> Self {
        Self { reason: (&chained.reason).into(), chain: chained.chain.iter().map(LinkV1::from).collect() }
    }
}

impl<'a> From<&'a Link> for LinkV1<'a> {
    fn from(link: &'a Link) -> Self {
        match link {
            Link::File(path) => Self::File { path: lossy(path), path_bytes: not_utf8(path) },
            Link::Row(row) => Self::Row(row.into()),
            Link::Domain(id) => Self::Domain { id: id.as_str() },
            Link::Contract(id) => Self::Contract { id: id.as_str() },
            Link::Consumer(id) => Self::Consumer { id: id.as_str() },
            Link::Gate(id) => Self::Gate { id: id.as_str() },
        }
    }
}

impl<'a> From<&'a Selector> for Because<SelectorV1<'a>> {
    fn from(core: &'a Selector) -> Self {
        let reason = match core {
            Selector::Lane { domain, slot, consumer, tags, patterns } => SelectorV1::Lane {
                domain: domain.as_str(),
                slot: (*slot).into(),
                consumer: consumer.as_ref().map(DomainId::as_str),
                tags: Ids(tags),
                patterns,
            },
            Selector::Class { class, files } => {
                SelectorV1::Class { class: (*class).into(), files: (*files).into() }
            }
            Selector::MapKind { kind } => SelectorV1::MapKind { map_kind: (*kind).into() },
            Selector::Always { scope, paths } => SelectorV1::Always { scope: (*scope).into(), paths },
            Selector::NeededBy { gate } => SelectorV1::NeededBy { gate: gate.as_str() },
            Selector::Review => SelectorV1::Review,
        };
        Self { reason, text: selector::sentence(core) }
    }
}
