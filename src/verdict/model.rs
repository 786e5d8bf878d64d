//! What a verdict is asked for, and what it says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::because::Because;
use crate::digest::{CommitHash, Digest};
use crate::evidence::{Evidence, Outcome, Required, SealedGate};
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::permission::Permission;
use crate::policy::PolicyBasis;
use crate::posture::DriftLimits;
use crate::route::GateState;
use crate::trust::Trust;

/// A gate that must hold, with everything that policy says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What the plan requires.
    pub required: Required,
    /// Whether its definition changes: what is retired or redefined needs the base's evidence, or an approval of the
    /// architecture reviewers.
    pub state: GateState,
    /// Who answers for it, by name.
    pub owners: BTreeSet<String>,
    /// What becomes of a verdict that it does not satisfy: the strictest level that any policy states.
    pub enforcement: Enforcement,
    /// Says whether the base lets a result say that it does not apply.
    pub may_not_apply: bool,
    /// Says whether a pass must name an artifact by its digest.
    pub needs_artifact: bool,
    /// Says whether only an approval of the architecture reviewers satisfies it.
    pub by_approval_only: bool,
}

/// A permission that counts, and why.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The permission.
    pub permission: Permission,
    /// The digest of its record; nothing where the base has it in its lanes.
    pub record: Option<Digest>,
    /// In whose name it counts: its owner, or those who hold the keys that it is signed with.
    pub by: BTreeSet<String>,
}

/// What a verdict is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The commit.
    pub commit: &'a CommitHash,
    /// The digest of the plan.
    pub plan: Digest,
    /// The release profile.
    pub profile: Option<&'a str>,
    /// The environment.
    pub environment: Option<&'a str>,
    /// The artifacts that are asked about: what was proved for one of them on another commit counts too.
    pub artifacts: &'a BTreeSet<Digest>,
    /// Every gate that must hold.
    pub expectations: &'a BTreeMap<GateId, Expectation>,
    /// Where the policies come from: what is not of base and head needs an approval.
    pub basis: PolicyBasis,
    /// What was proved.
    pub evidence: &'a Evidence,
    /// What was allowed.
    pub granted: &'a [Granted],
    /// What the base has and is not in force: it helps nobody, and is told where it would have.
    pub lapsed: &'a [Permission],
    /// The architecture reviewers, as the base has them.
    pub architects: &'a BTreeSet<String>,
    /// Whose signatures count, and how many are needed.
    pub trust: &'a Trust,
    /// From which severity of drift on a pass is no pass any more.
    pub drift: DriftLimits,
    /// The time of the verdict.
    pub now: Timestamp,
}

/// What became of one gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// As it is sealed.
    pub sealed: SealedGate,
    /// What becomes of the verdict if it does not hold.
    pub enforcement: Enforcement,
    /// Whether it holds, on evidence or on somebody's word.
    pub holds: bool,
    /// Whether it stops the verdict.
    pub blocks: bool,
    /// Why; never empty.
    pub because: BTreeSet<Because>,
}

/// Something that a verdict owes: it holds on somebody's word, or in spite of a gate that does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Debt {
    /// The gate; nothing where it is the basis of the verdict.
    pub gate: Option<GateId>,
    /// What is owed.
    pub kind: DebtKind,
    /// Who owes it: whoever gave the permission, or answers for the gate.
    pub owner: String,
    /// The permission, with the digest of its record where it is kept as one.
    pub permission: Option<(String, Option<Digest>)>,
    /// Until when it is allowed.
    pub until: Option<Timestamp>,
}

/// What a verdict owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DebtKind {
    /// A gate need not hold for a while.
    Waiver,
    /// A gate was passed over in an incident.
    BreakGlass,
    /// A gate holds in part, and somebody bears the risk.
    ResidualRisk,
    /// A gate was removed or redefined, and nothing proves that the base's definition holds.
    RemovedGate,
    /// A gate does not hold, and its family does not stop a verdict yet.
    Enforcement(Enforcement),
    /// The policy is not the one of base and head.
    Basis,
    /// A commit is shipped that is not integrated.
    Divergence,
}

impl DebtKind {
    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiver => "waiver",
            Self::BreakGlass => "break_glass",
            Self::ResidualRisk => "residual_risk",
            Self::RemovedGate => "removed_gate",
            Self::Enforcement(_) => "enforcement",
            Self::Basis => "basis",
            Self::Divergence => "divergence",
        }
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it comes to.
    pub outcome: Outcome,
    /// Every expected gate.
    pub gates: BTreeMap<GateId, Judged>,
    /// Why the verdict fails whatever its gates say: a basis that nobody approved, evidence that cannot be read.
    pub stops: BTreeSet<String>,
    /// Everything that it owes; not empty, and it is not clean.
    pub debts: BTreeSet<Debt>,
    /// What the base has for one of the gates and is not in force any more, or not yet, by id. It is an error of the
    /// base's lanes, and helps nobody.
    pub expired: BTreeMap<String, Timestamp>,
    /// What the store holds and cannot be read, and would only have helped: permissions, cited records. By name.
    pub unread: BTreeSet<String>,
}
