//! What a renderer of verdicts is given.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::RunId;
use crate::id::GateId;
use crate::plan::Difference;
use crate::release::{Judgement, ReleasePlan};
use crate::route::Route;
use crate::verdict::{Expectation, Granted, Verdict};

/// A verdict with everything that its readers ask about.
#[derive(Debug)]
pub struct Report<'a> {
    /// The commit that was judged.
    pub commit: &'a CommitHash,
    /// The digest of the plan: results of another plan do not count.
    pub plan: Digest,
    /// The digest of the route.
    pub route_digest: Digest,
    /// The route, as the commits derive it: where the change was read from, its gates, its reviews, whether it is empty
    /// or broad.
    pub route: &'a Route,
    /// What each gate of the verdict was held to.
    pub expectations: &'a BTreeMap<GateId, Expectation>,
    /// What was decided.
    pub verdict: &'a Verdict,
    /// The permissions that count for the change, whether or not a gate rests on them.
    pub granted: &'a [Granted],
    /// What the route that was given leaves out or says otherwise; empty where none was given, or where it holds.
    pub differences: &'a [Difference],
    /// Whether a route was given to hold against the derived one.
    pub was_given: bool,
    /// What becomes of the verdict in the store.
    pub kept: Kept,
    /// What a reader should know beside it, a sentence each, in the order in which they are printed: keys and permissions
    /// that are not in force, a seal that was signed by nobody who may.
    pub notes: &'a [String],
    /// Whether the exit code is 0 whatever the verdict says (`--report`).
    pub report_only: bool,
    /// The run that decided.
    pub run: &'a RunId,
    /// When it was decided.
    pub now: Timestamp,
    /// What is said of a release besides; nothing of a route.
    pub release: Option<Release<'a>>,
}

/// What is said of a release besides its gates.
#[derive(Clone, Copy, Debug)]
pub struct Release<'a> {
    /// What must be proved.
    pub plan: &'a ReleasePlan,
    /// How its conditions and its source gates stand.
    pub judgement: &'a Judgement,
    /// The digest of the manifest.
    pub manifest: Option<Digest>,
    /// The commit for which what is skipped was validated.
    pub validated_against: &'a CommitHash,
}

/// What becomes of a verdict in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing was written: `--no-seal` or `--report`, or there was nothing to judge.
    Nowhere,
    /// It is sealed now.
    Sealed {
        /// Which seal of the commit and plan it is.
        epoch: u32,
    },
    /// A seal stands already, and was left as it is.
    Standing {
        /// Which one.
        epoch: u32,
    },
    /// It does not hold, and is kept for the dashboard.
    Failed {
        /// The seal that it took back, where one stood.
        revoked: Option<u32>,
    },
}
