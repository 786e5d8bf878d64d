//! What a route says of a recorded change, as far as a replay keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::change::MissingBase;
use crate::id::{DomainId, GateId};
use crate::lanes::{Gate, Layer};
use crate::path::RepoPath;
use crate::route::{BroadReason, GateReason, Route, SelectedGate, SkipReason};

/// A recorded change with what would have run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The commit that it started from, in full hex; nothing for the first commit of a history.
    pub base: Option<String>,
    /// The commit that the head was compared with; nothing for the first commit, and where it is not known.
    pub merge_base: Option<String>,
    /// The commit that it led to, in full hex.
    pub head: String,
    /// How many parents the head has.
    pub parents: usize,
    /// When the head was committed, in seconds since 1970.
    pub seconds: i64,
    /// The first line of the head's message.
    pub subject: String,
    /// How many files changed.
    pub files: usize,
    /// Those of them that no row maps, sorted.
    pub unmapped: Vec<RepoPath>,
    /// What would have run. Changes that are alike share it.
    pub outcome: Arc<Outcome>,
}

/// Why a history has no more changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryEnd {
    /// There are as many as were asked for.
    Enough,
    /// The first commit was reached.
    Root,
    /// The clone is shallow, and this is the first commit that it has: its parent is not there to compare with.
    Shallow {
        /// The commit.
        commit: String,
    },
    /// A commit cannot be read.
    Missing {
        /// The commit.
        commit: String,
        /// What git said.
        why: String,
    },
}

/// The gates that the policies of a change know, sorted by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Universe {
    /// The gates.
    pub gates: Vec<KnownGate>,
}

/// A gate, as far as a replay tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownGate {
    /// Its id.
    pub id: GateId,
    /// What people call it.
    pub title: String,
    /// Its layer.
    pub layer: Layer,
    /// The domains whose lanes ask for it, or define it.
    pub domains: BTreeSet<DomainId>,
}

/// Whether a gate would have run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It would have, whether the route is broad or not.
    Selected,
    /// It would have, for no other reason than that the route is broad.
    OnlyBroad,
    /// It would not have. What `mode: observe` alone selects counts as this: it is what enforcing would do.
    Skipped(SkipReason),
}

/// Why a route was broad, without the files: those are the change's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A file that no row maps.
    Unmapped,
    /// A policy does not hold together.
    BrokenPolicy,
    /// There is no policy of the base.
    NoBasePolicy,
    /// An affected domain, or a service that is consulted, has no lane.
    NoLane(DomainId),
    /// The base is not known, or the change cannot be read.
    MissingBase(MissingBase),
}

/// What would have run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Every gate there is.
    pub universe: Arc<Universe>,
    /// For each gate of the universe whether it would have run.
    pub verdicts: Vec<Verdict>,
    /// The domains that the change reaches: changed, rebuilt or consumer.
    pub domains: BTreeSet<DomainId>,
    /// Why the route is broad; empty where it is not.
    pub causes: BTreeSet<Cause>,
    /// Says that nothing changed.
    pub empty: bool,
}

impl Verdict {
    /// Says whether the gate would have run.
    pub const fn runs(&self) -> bool {
        matches!(self, Self::Selected | Self::OnlyBroad)
    }
}

impl Outcome {
    /// Keeps what a replay needs of a route. `known` is the universe of earlier ones, which is shared where it is the
    /// same.
    pub fn new(route: &Route, known: Option<&Arc<Universe>>) -> Self {
        let own = selected_for_themselves(&route.gates);
        let verdict = |id: &GateId, because: &BTreeSet<GateReason>| {
            let observed = because.iter().find_map(|because| match because {
                GateReason::Observed { skip } => Some(skip.clone()),
                _ => None,
            });
            match observed {
                Some(skip) if because.len() == 1 => Verdict::Skipped(skip),
                _ if own.contains(id) => Verdict::Selected,
                _ => Verdict::OnlyBroad,
            }
        };
        let selected =
            route.gates.iter().map(|(id, one)| (&one.gate, &one.domains, verdict(id, &one.because)));
        let skipped = route
            .skipped
            .values()
            .map(|one| (&one.gate, &one.domains, Verdict::Skipped(one.because.clone())));
        let mut gates: Vec<(&Gate, &BTreeSet<DomainId>, Verdict)> = selected.chain(skipped).collect();
        gates.sort_unstable_by(|left, right| left.0.id.cmp(&right.0.id));
        // Nearly always they are those of the last route, and then nothing of them is copied.
        let is_known = |known: &&Arc<Universe>| {
            known.gates.len() == gates.len()
                && known.gates.iter().zip(&gates).all(|(known, (gate, domains, _))| known.is(gate, domains))
        };
        let universe = known.filter(is_known).map_or_else(
            || {
                let gates = gates.iter().map(|(gate, domains, _)| KnownGate::new(gate, domains)).collect();
                Arc::new(Universe { gates })
            },
            Arc::clone,
        );
        let verdicts = gates.into_iter().map(|(_, _, verdict)| verdict).collect();
        Self {
            universe,
            verdicts,
            domains: route.domains.keys().cloned().collect(),
            causes: route.broad.iter().map(cause).collect(),
            empty: route.empty,
        }
    }

    /// Returns each gate with whether it would have run.
    pub fn gates(&self) -> impl Iterator<Item = (&KnownGate, &Verdict)> {
        self.universe.gates.iter().zip(&self.verdicts)
    }

    /// Returns how many gates would have run.
    pub fn selected(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.runs()).count()
    }

    /// Says whether every gate would have run.
    pub fn is_broad(&self) -> bool {
        !self.causes.is_empty()
    }
}

impl KnownGate {
    fn new(gate: &Gate, domains: &BTreeSet<DomainId>) -> Self {
        Self { id: gate.id.clone(), title: gate.title.clone(), layer: gate.layer, domains: domains.clone() }
    }

    fn is(&self, gate: &Gate, domains: &BTreeSet<DomainId>) -> bool {
        self.id == gate.id && self.title == gate.title && self.layer == gate.layer && self.domains == *domains
    }
}

/// Returns the gates that a narrow route would select as well: those that something other than the broad route asks
/// for, and what they need.
fn selected_for_themselves(gates: &BTreeMap<GateId, SelectedGate>) -> BTreeSet<GateId> {
    let is_asked = |because: &GateReason| {
        !matches!(because, GateReason::Broad | GateReason::NeededBy { .. } | GateReason::Observed { .. })
    };
    let asked = gates.iter().filter(|(_, gate)| gate.because.iter().any(is_asked));
    let mut own: BTreeSet<GateId> = asked.map(|(id, _)| id.clone()).collect();
    loop {
        let needed = gates.iter().filter(|(id, gate)| {
            let by_own =
                |because: &GateReason| matches!(because, GateReason::NeededBy { gate } if own.contains(gate));
            !own.contains(*id) && gate.because.iter().any(by_own)
        });
        let needed: Vec<GateId> = needed.map(|(id, _)| id.clone()).collect();
        if needed.is_empty() {
            return own;
        }
        own.extend(needed);
    }
}

fn cause(reason: &BroadReason) -> Cause {
    match reason {
        BroadReason::Unmapped { .. } => Cause::Unmapped,
        BroadReason::BrokenPolicy { .. } => Cause::BrokenPolicy,
        BroadReason::NoBasePolicy => Cause::NoBasePolicy,
        BroadReason::NoLane { domain, .. } => Cause::NoLane(domain.clone()),
        BroadReason::MissingBase { why } => Cause::MissingBase(why.clone()),
        // A replay widens nothing by hand; whoever did would have no base for what would have run.
        BroadReason::All { .. } | BroadReason::KillSwitch { .. } => Cause::MissingBase(MissingBase::Unknown),
    }
}
