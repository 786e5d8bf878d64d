//! What a renderer of a run is given.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, RunId};
use crate::id::GateId;

/// What running the gates of a route came to, or would come to.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The digest of the route.
    pub route: String,
    /// The digest of the plan that results are for.
    pub plan: Digest,
    /// Whether it is kept, and as what.
    pub recorded: Recorded,
    /// Whether nothing was run: what follows says what would be.
    pub dry_run: bool,
    /// The gates that were asked for and have a command, by id.
    pub gates: BTreeMap<GateId, GateRun>,
    /// The gates that have no command, with their titles: evidence from elsewhere must satisfy them.
    pub elsewhere: BTreeMap<GateId, String>,
    /// The gates that only an approval satisfies, with their titles.
    pub approvals: BTreeMap<GateId, String>,
    /// How many gates of the route were not asked for.
    pub left_out: usize,
    /// The paths that the gates changed in the working tree, so that it is not the commit's any more.
    pub changed: Vec<String>,
    /// Which seal of the commit and plan was taken back because of a failure.
    pub revoked: Option<u32>,
    /// How long all of it took.
    pub took: Duration,
}

/// Whether results are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// They are.
    As {
        /// For this commit.
        commit: CommitHash,
        /// As results of this run.
        run: RunId,
    },
    /// They are not, for this reason.
    Not(String),
}

/// What became of one gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateRun {
    /// What people call it.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// Its command.
    pub command: String,
    /// The gates that must have passed before.
    pub needs: BTreeSet<GateId>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// The gates that share its execution.
    pub shared_with: BTreeSet<GateId>,
    /// What is cited instead of running it.
    pub reused: Option<Citation>,
    /// Every try, in their order.
    pub tries: Vec<Try>,
}

/// An executed pass that is cited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The digest of its record.
    pub from: Digest,
    /// The digest of the record that cites it; nothing where none is kept.
    pub record: Option<Digest>,
}

/// One try of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// Which one, as it is recorded.
    pub attempt: u32,
    /// What it came to.
    pub result: GateResult,
    /// Whether it ran, to whatever end.
    pub ran: bool,
    /// Why it is no pass.
    pub reason: Option<String>,
    /// What else there is to say.
    pub notes: Vec<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The digest of its record.
    pub record: Option<Digest>,
    /// The digest of its output.
    pub log: Option<Digest>,
}

impl Try {
    /// Returns how long it took.
    pub fn took(&self) -> Duration {
        Duration::try_from(self.finished.duration_since(self.started)).unwrap_or_default()
    }
}

impl GateRun {
    /// Returns what its last try came to; a citation is a pass, and a gate that was never tried is missing.
    pub fn result(&self) -> GateResult {
        match (&self.reused, self.tries.last()) {
            (Some(_), _) => GateResult::Pass,
            (None, Some(last)) => last.result,
            (None, None) => GateResult::Missing,
        }
    }

    /// Says whether its tries disagree: it failed, and then it passed.
    pub fn is_flaky(&self) -> bool {
        self.result() == GateResult::Pass && self.tries.iter().any(|own| own.result == GateResult::Fail)
    }

    /// Returns how long all of its tries took.
    pub fn took(&self) -> Duration {
        self.tries.iter().map(Try::took).sum()
    }
}

impl RunReport {
    /// Says whether everything that was to run passed.
    pub fn holds(&self) -> bool {
        self.dry_run || self.gates.values().all(|gate| gate.result() == GateResult::Pass)
    }

    /// Returns how many gates came to this result by running; those that are reused are not among them.
    pub fn count(&self, result: GateResult) -> usize {
        self.gates.values().filter(|gate| gate.reused.is_none() && gate.result() == result).count()
    }

    /// Returns how many gates are reused.
    pub fn reused(&self) -> usize {
        self.gates.values().filter(|gate| gate.reused.is_some()).count()
    }
}
