//! The parts of the document of a backtest: policies, tallies, rows that are missing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::report::{HotSpot, Source, Told, Used, What};
use super::text::cause_text;
use crate::backtest::{Cause, DomainTally, FileTally, GateTally, HistoryEnd, Spread, Sums, Tally};
use crate::id::{DomainId, GateId};
use crate::path::RepoPath;
use crate::render::wire_part::LayerV1;
use crate::render::wire_reason::{RowV1, lossy, not_utf8};
use crate::route::SkipReason;

/// The policy that every change, or each, was routed by.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestPolicy")]
pub struct PolicyV1<'a> {
    /// Where it comes from.
    pub kind: PolicyKindV1,
    /// The revision or the folder, as it was asked for; null where each change has its own.
    pub name: Option<&'a str>,
    /// The commit of the revision; null for a working tree.
    pub commit: Option<&'a str>,
    /// Its digest; null where each change has its own.
    pub digest: Option<&'a str>,
    /// Says that it only observes. It is told as if it enforced.
    pub observes: bool,
}

/// Where a policy of a backtest comes from.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKindV1 {
    /// One revision, for every change.
    Revision,
    /// A folder, for every change.
    Folder,
    /// The commits of each change.
    Own,
}

impl<'a> From<&'a Used> for PolicyV1<'a> {
    fn from(used: &'a Used) -> Self {
        let (kind, name, commit) = match &used.what {
            What::Revision { name, commit } => {
                (PolicyKindV1::Revision, Some(name.as_str()), commit.as_deref())
            }
            What::Folder(folder) => (PolicyKindV1::Folder, Some(folder.as_str()), None),
            What::Own => (PolicyKindV1::Own, None, None),
        };
        Self { kind, name, commit, digest: used.digest.as_deref(), observes: used.observes }
    }
}

/// Over which changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case")]
#[schemars(rename = "BacktestHistory")]
pub enum HistoryV1<'a> {
    /// The first parents of a commit, newest first.
    FirstParents {
        /// The commit.
        head: &'a str,
        /// How many changes were asked for.
        asked: usize,
        /// Why there are no more.
        end: EndV1<'a>,
    },
    /// A list of pairs, in its order.
    Pairs {
        /// The file.
        file: &'a str,
        /// How many lines repeat an earlier one, and are left out.
        repeated: usize,
    },
}

/// Why a history has no more changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "BacktestEnd")]
pub enum EndV1<'a> {
    /// There are as many as were asked for.
    Enough,
    /// The first commit was reached.
    Root,
    /// The clone is shallow and ends there.
    Shallow {
        /// The first commit that it has.
        commit: &'a str,
    },
    /// A commit cannot be read.
    Missing {
        /// The commit.
        commit: &'a str,
        /// What git said.
        why: &'a str,
    },
}

impl<'a> From<&'a Told> for HistoryV1<'a> {
    fn from(told: &'a Told) -> Self {
        match &told.source {
            Source::FirstParents { head, asked } => Self::FirstParents {
                head,
                asked: *asked,
                end: match told.end.as_ref() {
                    None | Some(HistoryEnd::Enough) => EndV1::Enough,
                    Some(HistoryEnd::Root) => EndV1::Root,
                    Some(HistoryEnd::Shallow { commit }) => EndV1::Shallow { commit },
                    Some(HistoryEnd::Missing { commit, why }) => EndV1::Missing { commit, why },
                },
            },
            Source::Pairs { file, repeated } => Self::Pairs { file, repeated: *repeated },
        }
    }
}

/// What changes come to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestTotals")]
pub struct TotalsV1<'a> {
    /// How many changes there are.
    pub changes: usize,
    /// How many of them are merges.
    pub merges: usize,
    /// How many of those have more than two parents.
    pub octopuses: usize,
    /// In how many nothing changed; they are in no figure below.
    pub empty: usize,
    /// How many have no base that is known, or cannot be read: their route is broad.
    pub without_base: usize,
    /// How many files changed, each counted once a change.
    pub files: usize,
    /// Gates that would have run.
    pub selected: usize,
    /// Gates that there were.
    pub possible: usize,
    /// Gates that would have run for no other reason than that the route is broad.
    pub only_broad: usize,
    /// How many gates would have run, a change.
    pub spread: SpreadV1,
    /// The same over the changes of which the route is not broad.
    pub narrow: SpreadV1,
    /// By layer.
    pub layers: Vec<LayerTallyV1>,
    /// By domain, by id.
    pub domains: Vec<DomainTallyV1<'a>>,
    /// By gate, by id.
    pub gates: Vec<GateTallyV1<'a>>,
    /// How many routes are broad, and why.
    pub broad: BroadTallyV1<'a>,
}

/// How a number is spread over the changes. A percentile is the nearest rank.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestSpread")]
#[expect(missing_docs, reason = "the core's type documents each")]
pub struct SpreadV1 {
    pub changes: usize,
    pub least: usize,
    pub median: usize,
    pub p90: usize,
    pub most: usize,
}

impl From<Spread> for SpreadV1 {
    fn from(core: Spread) -> Self {
        let Spread { changes, least, median, p90, most } = core;
        Self { changes, least, median, p90, most }
    }
}

/// The gates of a layer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestLayer")]
pub struct LayerTallyV1 {
    /// The layer.
    pub layer: LayerV1,
    /// How many would have run.
    pub selected: usize,
    /// How many there were.
    pub possible: usize,
}

/// A domain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestDomain")]
pub struct DomainTallyV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// How many changes reach it: change it, rebuild it, or change what it consumes.
    pub reached: usize,
    /// How many of its gates would have run.
    pub selected: usize,
    /// How many there were.
    pub possible: usize,
}

/// A gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestGate")]
pub struct GateTallyV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its layer.
    pub layer: LayerV1,
    /// In how many changes it would have run.
    pub selected: usize,
    /// How many changes know it.
    pub possible: usize,
    /// In how many it would have run for no other reason than that the route is broad.
    pub only_broad: usize,
    /// In how many it would not have, by the kind of the reason.
    pub skipped: BTreeMap<&'static str, usize>,
}

/// Why routes are broad.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestBroad")]
pub struct BroadTallyV1<'a> {
    /// How many are.
    pub changes: usize,
    /// How many have each cause.
    pub causes: Vec<CauseTallyV1<'a>>,
    /// How many have a file that no row maps.
    pub unmapped: usize,
    /// Each such file, by path.
    pub files: Vec<UnmappedV1<'a>>,
}

/// A cause of broad routes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestCause")]
pub struct CauseTallyV1<'a> {
    /// Which.
    pub kind: CauseV1,
    /// The domain without a lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<&'a str>,
    /// One sentence for people. It may be reworded at any time.
    pub text: String,
    /// How many changes have it.
    pub changes: usize,
}

/// Why a route is broad.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BacktestCauseKind")]
pub enum CauseV1 {
    /// A file that no row maps.
    Unmapped,
    /// A policy does not hold together.
    BrokenPolicy,
    /// There is no policy of the base.
    NoBasePolicy,
    /// A domain has no lane.
    NoLane,
    /// The base is not known, or the change cannot be read.
    MissingBase,
}

impl From<&Cause> for CauseV1 {
    fn from(core: &Cause) -> Self {
        match core {
            Cause::Unmapped => Self::Unmapped,
            Cause::BrokenPolicy => Self::BrokenPolicy,
            Cause::NoBasePolicy => Self::NoBasePolicy,
            Cause::NoLane(_) => Self::NoLane,
            Cause::MissingBase(_) => Self::MissingBase,
        }
    }
}

/// A file that no row maps.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestUnmapped")]
pub struct UnmappedV1<'a> {
    /// The file.
    #[serde(flatten)]
    pub path: PathV1<'a>,
    /// How many changes it makes broad.
    pub changes: usize,
    /// How many of those would not be broad without it.
    pub alone: usize,
}

/// A path.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Path")]
pub struct PathV1<'a> {
    /// Its text; what is not UTF-8 is U+FFFD.
    pub path: Cow<'a, str>,
    /// Its bytes in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
}

impl<'a> From<&'a RepoPath> for PathV1<'a> {
    fn from(path: &'a RepoPath) -> Self {
        Self { path: lossy(path), path_bytes: not_utf8(path) }
    }
}

impl<'a> From<&'a Sums> for TotalsV1<'a> {
    fn from(sums: &'a Sums) -> Self {
        let layer = |(layer, tally): (_, &Tally)| LayerTallyV1 {
            layer: LayerV1::from(layer),
            selected: tally.selected,
            possible: tally.possible,
        };
        let domain = |(id, tally): (&'a DomainId, &DomainTally)| DomainTallyV1 {
            id: id.as_str(),
            reached: tally.reached,
            selected: tally.gates.selected,
            possible: tally.gates.possible,
        };
        let gate = |(id, tally): (&'a GateId, &'a GateTally)| GateTallyV1 {
            id: id.as_str(),
            title: &tally.title,
            layer: tally.layer.into(),
            selected: tally.runs.selected,
            possible: tally.runs.possible,
            only_broad: tally.only_broad,
            skipped: tally.skipped.iter().map(|(why, changes)| (skip_word(why), *changes)).collect(),
        };
        let cause = |(cause, changes): (&'a Cause, &usize)| CauseTallyV1 {
            kind: cause.into(),
            domain: match cause {
                Cause::NoLane(domain) => Some(domain.as_str()),
                _ => None,
            },
            text: cause_text(cause),
            changes: *changes,
        };
        let file = |(path, tally): (&'a RepoPath, &FileTally)| UnmappedV1 {
            path: path.into(),
            changes: tally.changes,
            alone: tally.alone,
        };
        Self {
            changes: sums.changes,
            merges: sums.merges,
            octopuses: sums.octopuses,
            empty: sums.empty,
            without_base: sums.without_base,
            files: sums.files,
            selected: sums.gates.selected,
            possible: sums.gates.possible,
            only_broad: sums.only_broad,
            spread: sums.spread.into(),
            narrow: sums.narrow.into(),
            layers: sums.layers.iter().map(|(id, tally)| layer((*id, tally))).collect(),
            domains: sums.domains.iter().map(domain).collect(),
            gates: sums.by_gate.iter().map(gate).collect(),
            broad: BroadTallyV1 {
                changes: sums.broad,
                causes: sums.causes.iter().map(cause).collect(),
                unmapped: sums.unmapped,
                files: sums.unmapped_files.iter().map(file).collect(),
            },
        }
    }
}

/// A row that is missing.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BacktestSpot")]
pub struct SpotV1<'a> {
    /// The pattern of the row.
    pub pattern: &'a str,
    /// Its domains, those of the nearest neighbour; none means that no neighbour is mapped.
    pub domains: Vec<&'a str>,
    /// The row as it would stand in a map of packages.
    pub row: String,
    /// The nearest mapped neighbour's row, beside which it belongs.
    pub beside: Option<RowV1<'a>>,
    /// How many changes have a file that it would map.
    pub changes: usize,
    /// How many of those it alone would make narrow.
    pub alone: usize,
    /// How many files it would map.
    pub files: usize,
}

impl<'a> From<&'a HotSpot> for SpotV1<'a> {
    fn from(spot: &'a HotSpot) -> Self {
        Self {
            pattern: &spot.proposal.pattern,
            domains: spot.proposal.domains.iter().map(String::as_str).collect(),
            row: spot.proposal.row(),
            beside: spot.proposal.beside.as_ref().map(RowV1::from),
            changes: spot.changes,
            alone: spot.alone,
            files: spot.proposal.files.files,
        }
    }
}

/// Returns the word of a reason, as its `kind` has it.
pub(super) fn skip_word(why: &SkipReason) -> &'static str {
    match why {
        SkipReason::EmptyChange => "empty_change",
        SkipReason::NotAffected => "not_affected",
        SkipReason::OnlyDocs => "only_docs",
        SkipReason::SmokeNotAsked => "smoke_not_asked",
        SkipReason::EvidenceNotAsked => "evidence_not_asked",
        SkipReason::NoRuleAsks => "no_rule_asks",
        SkipReason::NoPathMatches => "no_path_matches",
        SkipReason::NoCode => "no_code",
        SkipReason::ReviewNotForced => "review_not_forced",
    }
}
