//! Why a gate stands as it stands: each link of the chain, with its facts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::digest::Digest;
use crate::evidence::{Drift, GateResult, Phase, RunId, Shard};
use crate::lanes::Enforcement;
use crate::permission::Kind;
use crate::route::GateState;

/// Which try of which run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Try {
    /// The run.
    pub run: RunId,
    /// Which try of it, counted from 1.
    pub attempt: u32,
}

/// A permission, as a reason names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Its id.
    pub id: String,
    /// The digest of its record; nothing where the base has it in its lanes.
    pub record: Option<Digest>,
    /// What it does.
    pub kind: Kind,
    /// Who gave it.
    pub owner: String,
}

/// Why a gate stands as it stands: one link of the chain each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// A record of a run says so.
    Recorded {
        /// Its digest.
        record: Digest,
        /// What it says.
        result: GateResult,
        /// The run.
        of: Try,
        /// Which part of the run.
        shard: Shard,
        /// Why it is no pass, in its own words.
        reason: Option<String>,
    },
    /// A record cites a run that passed, and that holds.
    Cited {
        /// Its digest.
        record: Digest,
        /// The digest of what it cites.
        cited: Digest,
        /// The run that cites.
        of: Try,
    },
    /// A record says `pass`, and also that what runs has drifted too far for one.
    Drifted {
        /// Its digest.
        record: Digest,
        /// How far.
        severity: Drift,
        /// What the record counts as for it.
        result: GateResult,
    },
    /// A record says where a remote validation failed, and what is done about it.
    FailedIn {
        /// Its digest.
        record: Digest,
        /// Where.
        phase: Phase,
    },
    /// A record does not count.
    SetAside {
        /// Its digest.
        record: Digest,
        /// Why.
        why: SetAside,
    },
    /// Nothing that counts says that it ran.
    NoRecord,
    /// Parts of a run are missing.
    PartsMissing {
        /// The run.
        of: Try,
        /// How many parts are missing.
        missing: u32,
        /// The first of them.
        first: u32,
        /// Of how many.
        total: u32,
    },
    /// The records of a run differ in how many parts it has.
    PartsDiffer {
        /// The run.
        of: Try,
        /// What they say.
        totals: BTreeSet<u32>,
    },
    /// Several records are of one part of a run.
    PartTwice {
        /// The run.
        of: Try,
        /// The part.
        part: u32,
    },
    /// Runs disagree: one passed, another did not.
    RunsDisagree {
        /// One that passed.
        passed: Try,
        /// One that did not.
        other: Try,
        /// What that one says.
        result: GateResult,
    },
    /// Something that is kept under the gate cannot be read.
    Broken {
        /// Its name in the store.
        key: String,
        /// What is wrong with it.
        fault: Option<String>,
    },
    /// The base lets a result say that the gate does not apply.
    MayNotApply,
    /// A result says that the gate does not apply, and the base does not let it.
    MustApply,
    /// The change takes the gate out, or defines it anew.
    Changed {
        /// Which of the two.
        state: GateState,
    },
    /// An approval of an architecture reviewer is wanted: nothing else satisfies it, or nothing else did.
    ApprovalWanted,
    /// It needs an approval that names who bears the risk that remains.
    RiskOwnerWanted,
    /// Somebody who may approved it.
    Approved {
        /// The approval.
        word: Word,
    },
    /// Somebody who may approved what it holds in part.
    RiskAccepted {
        /// The approval.
        word: Word,
        /// Who bears the risk that remains.
        risk_owner: String,
    },
    /// Somebody let it pass for a while.
    Waived {
        /// The waiver, or the break-glass permission.
        word: Word,
        /// From when on it does not count any more.
        expires: Timestamp,
    },
    /// A permission that is about the gate does not count for it.
    Refused {
        /// The permission.
        word: Word,
        /// Why.
        why: Unfit,
    },
    /// The gate's family does not stop a verdict yet.
    Lenient {
        /// The family.
        family: Option<String>,
        /// The level that the policies state.
        enforcement: Enforcement,
    },
}

/// Why a record does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetAside {
    /// Another command ran than the plan's.
    OtherCommand {
        /// The one that ran.
        ran: String,
    },
    /// It does not say what ran, and the change defines the gate anew.
    NoCommand,
    /// It is no evidence of a type that the gate accepts.
    OtherTypes,
    /// Too few keys that may attest the gate signed it.
    Unsigned {
        /// How many did.
        have: u32,
        /// How many are needed.
        need: u32,
    },
    /// It has run out.
    RanOut {
        /// When.
        at: Timestamp,
    },
    /// It is of the future.
    InFuture {
        /// When it says that the run ended.
        at: Timestamp,
    },
    /// It says that the run ended before it began.
    EndsFirst,
    /// It passes without an artifact, and the gate's family needs one.
    NoArtifact,
    /// Only an approval satisfies the gate.
    ApprovalOnly,
    /// It is part of a seal that somebody took back.
    TakenBack {
        /// Which seal.
        epoch: u32,
    },
    /// What it cites does not prove it.
    Citation {
        /// The digest of what it cites.
        cited: Digest,
        /// Why not.
        why: Uncitable,
    },
}

/// Why a citation does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Uncitable {
    /// There is no such record.
    NotThere,
    /// It is no pass.
    NoPass,
    /// It cites another one itself.
    Reused,
    /// It is of another gate, plan, profile or environment.
    OtherPlan,
    /// It is of another commit, and of none of the same artifacts.
    OtherSubject,
    /// It is of another part of a run.
    OtherPart,
    /// It does not count itself: it has run out, is not signed, is of another command.
    NotCounted,
    /// It rests on a seal that was taken back.
    TakenBack,
    /// The gate failed, or runs of it disagree, on the cited subject.
    Unsettled,
    /// What else is known of the cited subject was not looked up, or cannot be read.
    Unknown,
}

/// Why a permission does not count for a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
    /// Whoever gave it is no architecture reviewer.
    NoArchitect,
    /// It names nobody who bears the risk that remains.
    NoRiskOwner,
    /// A waiver cannot stand in for a review.
    NoWaiver,
    /// A break-glass permission must be kept as a signed record, and end within days.
    NoBreakGlass,
    /// It has run out.
    RanOut {
        /// When.
        at: Timestamp,
    },
    /// It is not in force yet.
    NotYet {
        /// From when on it is.
        at: Timestamp,
    },
}
