//! The document that `laneway verify --format json` prints.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::groups::is_debt;
use super::next::next;
use super::report::{Kept, Report};
use super::wire_because::BecauseV1;
use super::wire_release::ReleaseV1;
use crate::evidence::{GateResult, Outcome, Shown};
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::permission::Kind;
use crate::plan::Difference;
use crate::render::wire_part::{BroadV1, ChangeV1, StateV1};
use crate::render::wire_reason::{Because, words};
use crate::verdict::{Debt, DebtKind, Granted, Judged};

/// What the `schema` field of the document says.
pub const VERDICT_V1: &str = "laneway.verdict/v1";

words! {
    /// What a verdict comes to.
    OutcomeV1 of Outcome { Clean, WithDebt, Fails }
}
words! {
    /// What became of a gate.
    ResultV1 of GateResult { Pass, Fail, Partial, Blocked, Missing, NotApplicable }
}
words! {
    /// How a gate's standing is shown.
    ShownV1 of Shown { Passed, Reused, Approved, Failed, Partial, Flaky, Blocked, Missing, NotApplicable, Waived }
}
impl ShownV1 {
    /// Returns the core's word.
    pub(crate) const fn core(self) -> Shown {
        match self {
            Self::Passed => Shown::Passed,
            Self::Reused => Shown::Reused,
            Self::Approved => Shown::Approved,
            Self::Failed => Shown::Failed,
            Self::Partial => Shown::Partial,
            Self::Flaky => Shown::Flaky,
            Self::Blocked => Shown::Blocked,
            Self::Missing => Shown::Missing,
            Self::NotApplicable => Shown::NotApplicable,
            Self::Waived => Shown::Waived,
        }
    }
}
words! {
    /// What becomes of a verdict that a gate does not satisfy.
    EnforcementV1 of Enforcement { ReportOnly, Warning, BlockingClaims, Blocking }
}
words! {
    /// What a permission does.
    PermissionKindV1 of Kind { Approval, Waiver, BreakGlass }
}

/// Whether everything that a route asked for ran and passed on a commit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Verdict", title = "Laneway verdict, version 1")]
pub struct VerdictV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = VERDICT_V1))]
    pub schema: &'static str,
    /// What it comes to; the exit code is 0 for `clean` and `with_debt`, and 1 for `fails`.
    pub outcome: OutcomeV1,
    /// Whether the exit code is 0 whatever the outcome is.
    pub report_only: bool,
    /// The commit that was judged.
    pub commit: String,
    /// The digest of the plan: results of another plan do not count.
    pub plan: String,
    /// The digest of the route that the commits derive.
    pub route: String,
    /// Where the change was read from.
    pub change: ChangeV1<'a>,
    /// Whether every gate is asked for, and why.
    pub broad: BroadV1<'a>,
    /// What the change ships as, in the words of the payload; null where nothing ships.
    pub change_class: Option<&'static str>,
    /// The run that decided.
    pub run: &'a str,
    /// When it was decided, in UTC.
    pub decided: String,
    /// What became of the verdict in the store.
    pub kept: KeptV1,
    /// Why it fails whatever its gates say, in sentences.
    pub stops: &'a BTreeSet<String>,
    /// Whether a route was given to hold against the derived one.
    pub route_given: bool,
    /// What the given route leaves out or says otherwise.
    pub differences: Vec<DifferenceV1<'a>>,
    /// How many gates have which standing.
    pub counts: BTreeMap<ShownV1, usize>,
    /// Every expected gate, by id.
    pub gates: Vec<JudgedV1<'a>>,
    /// Everything that it owes; not empty, and it is not clean.
    pub debts: Vec<DebtV1<'a>>,
    /// The permissions that count for the change, whether or not a gate rests on them.
    pub permissions: Vec<PermissionV1<'a>>,
    /// The permissions that the base has and that are not in force, each with when that began or begins.
    pub not_in_force: BTreeMap<&'a str, String>,
    /// What the store holds and cannot be read, and would only have helped, by name.
    pub unread: &'a BTreeSet<String>,
    /// What else is to be said, in sentences.
    pub notes: &'a [String],
    /// What is said of a release besides its gates; null of a route.
    pub release: Option<ReleaseV1<'a>>,
}

/// What became of a verdict in the store.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Kept")]
pub enum KeptV1 {
    /// Nothing was written.
    Nowhere,
    /// It is sealed now.
    Sealed {
        /// Which seal of the commit and plan it is.
        epoch: u32,
    },
    /// A seal stands already.
    Standing {
        /// Which one.
        epoch: u32,
    },
    /// It is kept as a verdict that does not hold.
    Failed {
        /// The seal that it took back; null where none stood.
        revoked: Option<u32>,
    },
}

impl From<&Kept> for KeptV1 {
    fn from(kept: &Kept) -> Self {
        match *kept {
            Kept::Nowhere => Self::Nowhere,
            Kept::Sealed { epoch } => Self::Sealed { epoch },
            Kept::Standing { epoch } => Self::Standing { epoch },
            Kept::Failed { revoked } => Self::Failed { revoked },
        }
    }
}

/// What a given route leaves out, or says otherwise than the derived one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Difference")]
pub struct DifferenceV1<'a> {
    /// The gate that it is about; null where it is about the whole route.
    pub gate: Option<&'a str>,
    /// The field.
    pub field: &'a str,
    /// What the given route says, as JSON; null where it leaves it out.
    pub given: Option<&'a str>,
    /// What the commits derive, as JSON; null where they do not have it.
    pub derived: Option<&'a str>,
}

impl<'a> From<&'a Difference> for DifferenceV1<'a> {
    fn from(own: &'a Difference) -> Self {
        Self {
            gate: own.gate.as_ref().map(GateId::as_str),
            field: &own.field,
            given: own.given.as_deref(),
            derived: own.derived.as_deref(),
        }
    }
}

/// What became of a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Judged")]
pub struct JudgedV1<'a> {
    /// The gate.
    pub id: &'a str,
    /// What people call it; null for a gate that the plan does not know.
    pub title: Option<&'a str>,
    /// What became of it.
    pub result: ResultV1,
    /// How that is shown: what was cited, approved or waived is told from what passed.
    pub shown: ShownV1,
    /// Who answers for it.
    pub owner: &'a str,
    /// Whether it holds, on evidence or on somebody's word.
    pub holds: bool,
    /// Whether it stops the verdict.
    pub blocks: bool,
    /// Whether it is why a verdict that holds is not clean.
    pub debt: bool,
    /// What becomes of the verdict if it does not hold.
    pub enforcement: EnforcementV1,
    /// Whether its definition is the same at merge base and head; null for a gate that the plan does not know.
    pub state: Option<StateV1>,
    /// Whether only an approval of the architecture reviewers satisfies it.
    pub by_approval_only: bool,
    /// What kinds of evidence there is.
    pub evidence_types: &'a BTreeSet<String>,
    /// The digest of what its run left, where one thing stands for all.
    pub artifact: Option<String>,
    /// Why it is no pass; null for a pass.
    pub missing_reason: Option<&'a str>,
    /// Why it stands as it stands.
    pub because: Vec<Because<BecauseV1<'a>>>,
    /// What to do about it, in one sentence; null for a gate that is in order.
    pub next: Option<String>,
    /// The digests of the records that this rests on.
    pub records: Vec<String>,
    /// The permissions that it rests on.
    pub permissions: Vec<GrantV1<'a>>,
}

impl<'a> JudgedV1<'a> {
    fn new(report: &'a Report<'_>, id: &'a GateId, judged: &'a Judged) -> Self {
        let expectation = report.expectations.get(id);
        let sealed = &judged.sealed;
        Self {
            id: id.as_str(),
            title: expectation.map(|own| own.required.title.as_str()),
            result: sealed.result.into(),
            shown: sealed.shown.into(),
            owner: &sealed.owner,
            holds: judged.holds,
            blocks: judged.blocks,
            debt: is_debt(report, id, judged),
            enforcement: judged.enforcement.into(),
            state: expectation.map(|own| own.state.into()),
            by_approval_only: expectation.is_some_and(|own| own.by_approval_only),
            evidence_types: &sealed.evidence_types,
            artifact: sealed.artifact.as_ref().map(ToString::to_string),
            missing_reason: sealed.missing_reason.as_deref(),
            because: judged.because.iter().map(Because::from).collect(),
            next: next(report, id, judged),
            records: sealed.records.iter().map(ToString::to_string).collect(),
            permissions: sealed
                .permissions
                .iter()
                .map(|(id, record)| GrantV1 { id, record: record.as_ref().map(ToString::to_string) })
                .collect(),
        }
    }
}

/// Something that a verdict owes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Debt")]
pub struct DebtV1<'a> {
    /// What is owed: `waiver`, `break_glass`, `residual_risk`, `removed_gate`, `enforcement`, `basis` or `divergence`.
    pub kind: &'static str,
    /// The gate; null where it is the basis of the verdict.
    pub gate: Option<&'a str>,
    /// The level of enforcement that lets it pass; null for another kind.
    pub enforcement: Option<EnforcementV1>,
    /// Who owes it.
    pub owner: &'a str,
    /// The permission; null where a level of enforcement lets it pass.
    pub permission: Option<GrantV1<'a>>,
    /// Until when it is allowed.
    pub until: Option<String>,
}

impl<'a> From<&'a Debt> for DebtV1<'a> {
    fn from(own: &'a Debt) -> Self {
        Self {
            kind: own.kind.as_str(),
            gate: own.gate.as_ref().map(GateId::as_str),
            enforcement: match own.kind {
                DebtKind::Enforcement(level) => Some(level.into()),
                DebtKind::Waiver
                | DebtKind::BreakGlass
                | DebtKind::ResidualRisk
                | DebtKind::RemovedGate
                | DebtKind::Basis
                | DebtKind::Divergence => None,
            },
            owner: &own.owner,
            permission: own
                .permission
                .as_ref()
                .map(|(id, record)| GrantV1 { id, record: record.as_ref().map(ToString::to_string) }),
            until: own.until.as_ref().map(ToString::to_string),
        }
    }
}

/// A permission that a gate rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Grant")]
pub struct GrantV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// The digest of its record; null where the base has it in its lanes.
    pub record: Option<String>,
}

/// What somebody allowed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Permission")]
pub struct PermissionV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it does.
    pub kind: PermissionKindV1,
    /// What it is about: `gate:…`, `family:…`, `finding:…` or `plan:…`.
    pub scope: String,
    /// The commit on which it counts, or `*`.
    pub subject: String,
    /// Who allows it.
    pub owner: &'a str,
    /// Who bears what risk remains.
    pub residual_risk_owner: Option<&'a str>,
    /// Why.
    pub reason: &'a str,
    /// When it was given.
    pub created: String,
    /// From when on it does not count any more.
    pub expires: String,
    /// The digest of its record; null where the base has it in its lanes.
    pub record: Option<String>,
    /// In whose name it counts.
    pub by: &'a BTreeSet<String>,
}

impl<'a> From<&'a Granted> for PermissionV1<'a> {
    fn from(granted: &'a Granted) -> Self {
        let own = &granted.permission;
        Self {
            id: &own.id,
            kind: own.kind.into(),
            scope: own.scope.to_string(),
            subject: own.subject.to_string(),
            owner: &own.owner,
            residual_risk_owner: own.residual_risk_owner.as_deref(),
            reason: &own.reason,
            created: own.created.to_string(),
            expires: own.expires.to_string(),
            record: granted.record.as_ref().map(ToString::to_string),
            by: &granted.by,
        }
    }
}

impl<'a> From<&'a Report<'_>> for VerdictV1<'a> {
    fn from(report: &'a Report<'_>) -> Self {
        let mut counts = BTreeMap::new();
        for judged in report.verdict.gates.values() {
            *counts.entry(judged.sealed.shown.into()).or_insert(0) += 1;
        }
        Self {
            schema: VERDICT_V1,
            outcome: report.verdict.outcome.into(),
            report_only: report.report_only,
            commit: report.commit.to_string(),
            plan: report.plan.to_string(),
            route: report.route_digest.to_string(),
            change: report.route.into(),
            broad: report.route.into(),
            change_class: super::payload::change_class(report.route),
            run: report.run.as_str(),
            decided: report.now.to_string(),
            kept: (&report.kept).into(),
            stops: &report.verdict.stops,
            route_given: report.was_given,
            differences: report.differences.iter().map(DifferenceV1::from).collect(),
            counts,
            gates: report
                .verdict
                .gates
                .iter()
                .map(|(id, judged)| JudgedV1::new(report, id, judged))
                .collect(),
            debts: report.verdict.debts.iter().map(DebtV1::from).collect(),
            permissions: report.granted.iter().map(PermissionV1::from).collect(),
            not_in_force: report
                .verdict
                .expired
                .iter()
                .map(|(id, at)| (id.as_str(), at.to_string()))
                .collect(),
            unread: &report.verdict.unread,
            notes: report.notes,
            release: report.release.as_ref().map(ReleaseV1::from),
        }
    }
}
