//! What a dashboard says.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{Archive, Broken, Revocation, RunId, SealedGate, Shown};
use crate::id::GateId;
use crate::lanes::Lanes;

/// What a dashboard is made from.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The address of the store.
    pub place: &'a str,
    /// What it holds.
    pub archive: &'a Archive,
    /// The lanes, for titles and for permissions that are no records; nothing where there is no policy.
    pub lanes: Option<&'a Lanes>,
    /// The time of the page.
    pub now: Timestamp,
}

/// What a store holds, in the order in which people ask for it.
#[derive(Debug)]
pub struct Dashboard<'a> {
    /// What it is made from.
    pub given: Given<'a>,
    /// The commits with a verdict or a result, the one with the newest first.
    pub commits: Vec<Commit<'a>>,
    /// How many gates stand how, in the last word on each commit and plan.
    pub standings: BTreeMap<Shown, usize>,
    /// Skips that nothing proves, and whatever else rests on somebody's word; the worst first.
    pub debt: Vec<Debt<'a>>,
    /// Gates whose runs disagree, the one that does so most often first.
    pub flaky: Vec<Flaky<'a>>,
    /// How long gates take, the one that takes most in all first.
    pub times: Vec<Timed<'a>>,
    /// What cannot be read.
    pub broken: &'a [Broken],
}

/// A commit with what was decided about it.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The commit.
    pub commit: &'a CommitHash,
    /// When the newest of it was decided, or recorded.
    pub newest: Timestamp,
    /// The last word under each plan, the newest first.
    pub decided: Vec<Decided<'a>>,
}

/// What a verdict came to.
#[derive(Clone, Copy, Debug)]
pub enum Word<'a> {
    /// Every gate is proved.
    Clean,
    /// It holds, and rests on somebody's word.
    WithDebt,
    /// It does not hold.
    Fails,
    /// It held, and was taken back.
    Revoked(&'a Revocation),
    /// There are results, and nobody has judged them.
    Unjudged,
}

/// The last word on a commit under a plan.
#[derive(Debug)]
pub struct Decided<'a> {
    /// The digest of the plan.
    pub plan: Digest,
    /// What it came to.
    pub word: Word<'a>,
    /// The release profile.
    pub profile: Option<&'a str>,
    /// The environment.
    pub environment: Option<&'a str>,
    /// When it was decided; without a verdict, when the last result was recorded.
    pub when: Timestamp,
    /// The run that decided it.
    pub run: Option<&'a RunId>,
    /// How many known keys signed it.
    pub signers: usize,
    /// How many verdicts of the same commit and plan came before it.
    pub earlier: usize,
    /// How many results there are of the commit and plan.
    pub results: usize,
    /// Every expected gate, those first that a reader must see.
    pub gates: Vec<Entry<'a>>,
}

/// One gate in a verdict.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The gate.
    pub gate: &'a GateId,
    /// What people call it, where the lanes say so.
    pub title: Option<&'a str>,
    /// What the verdict says.
    pub sealed: &'a SealedGate,
    /// Why it is no plain pass; empty for one that is, and where nobody says why.
    pub reason: String,
}

/// What kind of debt it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owed {
    /// A gate is taken for passed or reused, and the store does not have the executed pass.
    Unproven,
    /// A gate failed after the verdict, and nobody took the verdict back.
    Contradicted,
    /// A permission that a verdict rests on has expired, was taken back, or cannot be found.
    Lapsed,
    /// A gate was passed over in an incident.
    BreakGlass,
    /// A gate need not pass for a while.
    Waived,
    /// A gate does not hold, and its level of enforcement let the verdict pass.
    LetPass,
    /// A gate holds in part, and somebody bears the rest.
    Residual,
    /// A gate is no pass, and the verdict says neither who answers for it nor why.
    Unsaid,
}

impl Owed {
    /// Every kind, the worst first.
    pub const ALL: [Self; 8] = [
        Self::Unproven,
        Self::Contradicted,
        Self::Lapsed,
        Self::BreakGlass,
        Self::Waived,
        Self::LetPass,
        Self::Residual,
        Self::Unsaid,
    ];

    /// Returns what people call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unproven => "not proved",
            Self::Contradicted => "contradicted",
            Self::Lapsed => "lapsed permission",
            Self::BreakGlass => "break-glass",
            Self::Waived => "waiver",
            Self::LetPass => "let pass",
            Self::Residual => "residual risk",
            Self::Unsaid => "no owner or reason",
        }
    }
}

/// One line of release debt: a gate, or what a permission is about, and what is owed for it.
#[derive(Debug)]
pub struct Debt<'a> {
    /// What kind it is.
    pub owed: Owed,
    /// The gate, or the scope of a permission.
    pub about: String,
    /// The permission.
    pub permission: Option<&'a str>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When the permission ends or ended.
    pub expires: Option<Timestamp>,
    /// How many standing verdicts rest on it.
    pub verdicts: usize,
    /// The commit of the newest of them.
    pub commit: Option<&'a CommitHash>,
    /// When the first of them was decided.
    pub since: Option<Timestamp>,
    /// Says whether the newest verdict about the gate still rests on it.
    pub is_current: bool,
}

/// A gate whose runs disagree.
#[derive(Debug)]
pub struct Flaky<'a> {
    /// The gate.
    pub gate: &'a GateId,
    /// What people call it.
    pub title: Option<&'a str>,
    /// Who answers for its newest result.
    pub owner: &'a str,
    /// On how many commits, counted by plan, its runs disagree.
    pub disagree: usize,
    /// On how many it ran at all.
    pub subjects: usize,
    /// When it last did so.
    pub last: Timestamp,
    /// On which commit.
    pub commit: &'a CommitHash,
}

/// How long a gate takes. Times are in seconds.
#[derive(Debug)]
pub struct Timed<'a> {
    /// The gate.
    pub gate: &'a GateId,
    /// What people call it.
    pub title: Option<&'a str>,
    /// How many runs there are.
    pub runs: usize,
    /// The time of all parts of all runs.
    pub total: u64,
    /// What half of the runs stay below.
    pub p50: u64,
    /// What nine of ten runs stay below.
    pub p90: u64,
    /// The newest runs, oldest first.
    pub recent: Vec<u64>,
    /// How often it was reused instead.
    pub reused: usize,
}
