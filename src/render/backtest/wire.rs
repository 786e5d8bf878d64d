//! The document that `laneway backtest --format json` prints.
//!
//! Many changes have the same outcome, so outcomes are listed once, and a change names its own by the place in the list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::report::{Against, Backtest, timestamp};
use super::wire_part::{CauseV1, HistoryV1, PathV1, PolicyV1, SpotV1, TotalsV1, skip_word};
use super::wire_results::ResultsV1;
use crate::backtest::{Explained, Outcome, Replayed, Verdict};
use crate::id::DomainId;
use crate::render::wire_part::LayerV1;
use crate::render::wire_reason::{Because, GateReasonV1, SkipReasonV1};

/// What the `schema` field of the document says.
pub const BACKTEST_V1: &str = "laneway.backtest/v1";

/// What would have run over recorded changes: per change and in sum.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Backtest", title = "Laneway backtest, version 1")]
pub struct BacktestV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = BACKTEST_V1))]
    pub schema: &'static str,
    /// How many recorded failures the route would have missed; null where no results were given.
    pub missed_failures: Option<usize>,
    /// The same in one sentence.
    pub headline: String,
    /// By which policy.
    pub policy: PolicyV1<'a>,
    /// Over which changes.
    pub history: HistoryV1<'a>,
    /// What they come to.
    pub totals: TotalsV1<'a>,
    /// The rows that are missing, those that would mend most changes first.
    pub spots: Vec<SpotV1<'a>>,
    /// How many files had no row in the policy of their time, and have one today.
    pub mapped_since: usize,
    /// What recorded results say; null where none were given.
    pub results: Option<ResultsV1<'a>>,
    /// What another policy would have done; null where none was named.
    pub against: Option<AgainstV1<'a>>,
    /// What would have run: each distinct answer once.
    pub outcomes: Vec<OutcomeV1<'a>>,
    /// The changes, newest first, or as they were listed.
    pub changes: Vec<ChangeV1<'a>>,
}

/// A second policy over the same changes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestAgainst")]
pub struct AgainstV1<'a> {
    /// Which.
    pub policy: PolicyV1<'a>,
    /// What the changes come to by it.
    pub totals: TotalsV1<'a>,
    /// What recorded results say of it; null where none were given.
    pub results: Option<ResultsV1<'a>>,
    /// How many gates would have run by the first policy alone, over all changes.
    pub only_first: usize,
    /// How many gates would have run by this one alone.
    pub only_second: usize,
    /// How many changes are broad by the first policy alone.
    pub broad_first: usize,
    /// How many changes are broad by this one alone.
    pub broad_second: usize,
    /// The gates that differ, by id.
    pub gates: Vec<GateDifferenceV1<'a>>,
    /// The layers that differ.
    pub layers: Vec<LayerDifferenceV1>,
    /// The changes that differ.
    pub changes: Vec<DifferenceV1<'a>>,
    /// What would have run by it: each distinct answer once.
    pub outcomes: Vec<OutcomeV1<'a>>,
    /// For each change the place of its outcome in that list.
    pub outcome: Vec<usize>,
}

/// How often a gate would have run by one policy alone.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestGateDifference")]
pub struct GateDifferenceV1<'a> {
    /// The gate.
    pub id: &'a str,
    /// By the first alone.
    pub only_first: usize,
    /// By the second alone.
    pub only_second: usize,
}

/// How often gates of a layer would have run by one policy alone.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestLayerDifference")]
pub struct LayerDifferenceV1 {
    /// The layer.
    pub layer: LayerV1,
    /// By the first alone.
    pub only_first: usize,
    /// By the second alone.
    pub only_second: usize,
}

/// A change of which the two routes differ.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestDifference")]
pub struct DifferenceV1<'a> {
    /// The place of the change in `changes`.
    pub change: usize,
    /// The gates that would have run by the first policy alone.
    pub only_first: Vec<ExplainedV1<'a>>,
    /// The gates that would have run by the second policy alone.
    pub only_second: Vec<ExplainedV1<'a>>,
}

/// Why a gate would have run by one policy and not by the other.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestExplained")]
pub struct ExplainedV1<'a> {
    /// The gate.
    pub gate: &'a str,
    /// Why the one selects it.
    pub selected: Vec<Because<GateReasonV1<'a>>>,
    /// Why the other leaves it out; null where it does not know the gate.
    pub skipped: Option<Because<SkipReasonV1>>,
}

/// What would have run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestOutcome")]
pub struct OutcomeV1<'a> {
    /// Says that nothing changed.
    pub empty: bool,
    /// The gates that would have run, whether the route is broad or not, by id.
    pub selected: Vec<&'a str>,
    /// The gates that would have run for no other reason than that the route is broad, by id.
    pub only_broad: Vec<&'a str>,
    /// Every other gate, by the kind of the reason.
    pub skipped: BTreeMap<&'static str, Vec<&'a str>>,
    /// The domains that the change reaches, by id.
    pub domains: Vec<&'a str>,
    /// Why the route is broad; empty where it is not.
    pub broad: Vec<CauseV1>,
}

/// A change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestChange")]
pub struct ChangeV1<'a> {
    /// What it started from; null for the first commit of a history.
    pub base: Option<&'a str>,
    /// What the head was compared with; null for the first commit, and where it is not known.
    pub merge_base: Option<&'a str>,
    /// What it led to.
    pub head: &'a str,
    /// How many parents the head has.
    pub parents: usize,
    /// When the head was committed, in UTC.
    pub time: String,
    /// The first line of the head's message.
    pub subject: &'a str,
    /// How many files changed.
    pub files: usize,
    /// Those of them that no row maps.
    pub unmapped: Vec<PathV1<'a>>,
    /// The place of its outcome in `outcomes`.
    pub outcome: usize,
}

impl<'a> BacktestV1<'a> {
    /// Lays out a report.
    pub fn new(report: &'a Backtest<'_>) -> Self {
        let (outcomes, places) = outcomes(report.changes);
        let change = |(change, outcome): (&'a Replayed, usize)| ChangeV1 {
            base: change.base.as_deref(),
            merge_base: change.merge_base.as_deref(),
            head: &change.head,
            parents: change.parents,
            time: timestamp(change.seconds),
            subject: &change.subject,
            files: change.files,
            unmapped: change.unmapped.iter().map(PathV1::from).collect(),
            outcome,
        };
        Self {
            schema: BACKTEST_V1,
            missed_failures: report.judged.as_ref().map(|judged| judged.missed.len()),
            headline: report.headline(),
            policy: (&report.policy).into(),
            history: (&report.told).into(),
            totals: (&report.sums).into(),
            spots: report.spots.iter().map(SpotV1::from).collect(),
            mapped_since: report.mapped_since,
            results: report.judged.as_ref().map(|judged| ResultsV1::new(judged, report.changes)),
            against: report.against.as_ref().map(AgainstV1::new),
            outcomes: outcomes.into_iter().map(OutcomeV1::from).collect(),
            changes: report.changes.iter().zip(places).map(change).collect(),
        }
    }
}

impl<'a> AgainstV1<'a> {
    fn new(against: &'a Against<'_>) -> Self {
        let differs = &against.comparison;
        let (outcomes, outcome) = outcomes(against.changes);
        let explained = |list: &'a [Explained]| list.iter().map(ExplainedV1::from).collect();
        let gate = differs.gates.iter().map(|(id, (only_first, only_second))| GateDifferenceV1 {
            id: id.as_str(),
            only_first: *only_first,
            only_second: *only_second,
        });
        let layer = differs.layers.iter().map(|(layer, (only_first, only_second))| LayerDifferenceV1 {
            layer: (*layer).into(),
            only_first: *only_first,
            only_second: *only_second,
        });
        let change = differs.changes.iter().zip(&against.explained).map(|(own, why)| DifferenceV1 {
            change: own.change,
            only_first: explained(&why.0),
            only_second: explained(&why.1),
        });
        Self {
            policy: (&against.policy).into(),
            totals: (&against.sums).into(),
            results: against.judged.as_ref().map(|judged| ResultsV1::new(judged, against.changes)),
            only_first: differs.only.0,
            only_second: differs.only.1,
            broad_first: differs.broad.0,
            broad_second: differs.broad.1,
            gates: gate.collect(),
            layers: layer.collect(),
            changes: change.collect(),
            outcomes: outcomes.into_iter().map(OutcomeV1::from).collect(),
            outcome,
        }
    }
}

impl<'a> From<&'a Explained> for ExplainedV1<'a> {
    fn from(core: &'a Explained) -> Self {
        Self {
            gate: core.gate.as_str(),
            selected: core.selected.iter().map(Because::from).collect(),
            skipped: core.skipped.as_ref().map(Because::from),
        }
    }
}

impl<'a> From<&'a Outcome> for OutcomeV1<'a> {
    fn from(core: &'a Outcome) -> Self {
        let with = |wanted: &Verdict| {
            let found = core.gates().filter(|(_, verdict)| *verdict == wanted);
            found.map(|(gate, _)| gate.id.as_str()).collect()
        };
        let mut skipped: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
        for (gate, verdict) in core.gates() {
            if let Verdict::Skipped(why) = verdict {
                skipped.entry(skip_word(why)).or_default().push(gate.id.as_str());
            }
        }
        Self {
            empty: core.empty,
            selected: with(&Verdict::Selected),
            only_broad: with(&Verdict::OnlyBroad),
            skipped,
            domains: core.domains.iter().map(|domain| domain.as_str()).collect(),
            broad: core.causes.iter().map(CauseV1::from).collect(),
        }
    }
}

/// Returns each distinct outcome, in the order of its first change, and for each change the place of its own. Equal ones
/// are one, wherever they came from: a resumed run has the same bytes.
pub(super) fn outcomes(changes: &[Replayed]) -> (Vec<&Outcome>, Vec<usize>) {
    let mut distinct: Vec<&Outcome> = Vec::new();
    let mut known: HashMap<*const Outcome, usize> = HashMap::new();
    // By what tells most of them apart, so that few are compared in full.
    let mut alike: HashMap<(Vec<u8>, &BTreeSet<DomainId>), Vec<usize>> = HashMap::new();
    let places = changes.iter().map(|change| {
        *known.entry(Arc::as_ptr(&change.outcome)).or_insert_with(|| {
            let outcome = &*change.outcome;
            let runs = outcome.verdicts.iter().map(|verdict| u8::from(verdict.runs())).collect();
            let alike = alike.entry((runs, &outcome.domains)).or_default();
            if let Some(place) = alike.iter().find(|place| distinct[**place] == outcome) {
                return *place;
            }
            alike.push(distinct.len());
            distinct.push(outcome);
            distinct.len() - 1
        })
    });
    let places = places.collect();
    (distinct, places)
}
