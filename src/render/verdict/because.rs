//! One sentence for every reason of a gate's standing, the same in every output.
//!
//! Each function matches its enum without a catch-all. A sentence begins in lower case and has no full stop, because it
//! stands behind a name. Names in it are not yet escaped.

use crate::evidence::{GateResult, Shard};
use crate::permission::Kind;
use crate::render::reason::count;
use crate::route::GateState;
use crate::verdict::{Because, SetAside, Try, Uncitable, Unfit, Word};

/// Says why a gate stands as it stands.
pub fn sentence(because: &Because) -> String {
    match because {
        Because::Recorded { record, result, of, shard, reason } => {
            let says = result_of(*result);
            let why = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{}{} {says}, by record {record}{why}", try_of(of), part_of(*shard))
        }
        Because::Cited { record, cited, of } => {
            format!("{} cites record {cited}, which passed, by record {record}", try_of(of))
        }
        Because::Drifted { record, severity, result } => {
            let counts = match result {
                GateResult::Pass => "which is within the limits",
                GateResult::Partial => "so it holds in part",
                GateResult::Fail => "so it fails",
                GateResult::Blocked | GateResult::Missing | GateResult::NotApplicable => {
                    "which changes nothing"
                }
            };
            format!("record {record} says that drift is {}, {counts}", severity.as_str())
        }
        Because::FailedIn { phase, .. } => format!("it failed in {phase}"),
        Because::SetAside { record, why } => format!("record {record} does not count: {}", set_aside(why)),
        Because::NoRecord => "nothing that counts says that it ran".to_owned(),
        Because::PartsMissing { of, missing, first, total } => {
            let parts = count(*missing as usize, "part");
            format!("{} lacks {parts} of {total}, the first of them part {first}", try_of(of))
        }
        Because::PartsDiffer { of, totals } => {
            let totals: Vec<String> = totals.iter().map(ToString::to_string).collect();
            format!("records of {} differ in how many parts it has: {}", try_of(of), totals.join(", "))
        }
        Because::PartTwice { of, part } => format!("several records are of part {part} of {}", try_of(of)),
        Because::RunsDisagree { passed, other, result } => {
            format!("runs disagree: {} passed, and {} {}", try_of(passed), try_of(other), result_of(*result))
        }
        Because::Broken { key, fault } => {
            let why = fault.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{key} cannot be read{why}")
        }
        Because::MayNotApply => "the base lets a result say that it does not apply".to_owned(),
        Because::MustApply => "the base does not let a result say that it does not apply".to_owned(),
        Because::Changed { state } => match state {
            GateState::Current => "the change leaves the gate as it is".to_owned(),
            GateState::Retired => {
                "the change takes the gate out, so the base's definition must hold".to_owned()
            }
            GateState::Redefined => {
                "the change redefines the gate, so the base's definition must hold".to_owned()
            }
        },
        Because::ApprovalWanted => "an approval of an architecture reviewer is wanted".to_owned(),
        Because::RiskOwnerWanted => "an approval that names a residual-risk owner is wanted".to_owned(),
        Because::Approved { word } => format!("{} approves it, by {}", word.owner, name_of(word)),
        Because::RiskAccepted { word, risk_owner } => {
            format!(
                "{} approves what holds in part, by {}; {risk_owner} bears the risk",
                word.owner,
                name_of(word)
            )
        }
        Because::Waived { word, expires } => {
            format!("{} lets it pass until {expires}, by {}", word.owner, name_of(word))
        }
        Because::Refused { word, why } => {
            format!("{} of {} does not count: {}", name_of(word), word.owner, unfit(*why))
        }
        Because::Lenient { family, enforcement } => {
            let family = family.as_ref().map_or_else(|| "its family".to_owned(), |id| format!("family {id}"));
            format!("{family} is enforced as {}", enforcement.as_str())
        }
    }
}

/// Says why a record does not count.
pub fn set_aside(why: &SetAside) -> String {
    match why {
        SetAside::OtherCommand { ran } => format!("another command ran than the plan's: {ran}"),
        SetAside::NoCommand => "it does not say what ran, and the change defines the gate anew".to_owned(),
        SetAside::OtherTypes => "it is no evidence of a type that the gate accepts".to_owned(),
        SetAside::Unsigned { have, need } => {
            format!("{have} of {} that may attest the gate signed it", count(*need as usize, "trusted key"))
        }
        SetAside::RanOut { at } => format!("it ran out at {at}"),
        SetAside::InFuture { at } => format!("it is of the future, {at}"),
        SetAside::EndsFirst => "it says that the run ended before it began".to_owned(),
        SetAside::NoArtifact => "it names no artifact, and the gate's family needs one".to_owned(),
        SetAside::ApprovalOnly => "only an approval satisfies the gate".to_owned(),
        SetAside::TakenBack { epoch } => format!("it is part of seal {epoch}, which was taken back"),
        SetAside::Citation { cited, why } => format!("it cites {cited}, {}", uncitable(*why)),
    }
}

/// Says why a citation does not hold.
pub const fn uncitable(why: Uncitable) -> &'static str {
    match why {
        Uncitable::NotThere => "which is not there",
        Uncitable::NoPass => "which is no pass",
        Uncitable::Reused => "which cites another one itself",
        Uncitable::OtherPlan => "which is of another gate, plan, profile or environment",
        Uncitable::OtherSubject => "which is of another commit, and of none of the same artifacts",
        Uncitable::OtherPart => "which is of another part of a run",
        Uncitable::NotCounted => "which does not count itself",
        Uncitable::TakenBack => "which rests on a seal that was taken back",
        Uncitable::Unsettled => "and the gate failed or is flaky where that ran",
        Uncitable::Unknown => "and what else is known of the commit on which that ran cannot be told",
    }
}

/// Says why a permission does not count for a gate.
pub fn unfit(why: Unfit) -> String {
    match why {
        Unfit::NoArchitect => "the base names its owner no architecture reviewer".to_owned(),
        Unfit::NoRiskOwner => "it names nobody who bears the risk that remains".to_owned(),
        Unfit::NoWaiver => "a waiver cannot stand in for a review".to_owned(),
        Unfit::NoBreakGlass => "break-glass must be a signed record, and end within days".to_owned(),
        Unfit::RanOut { at } => format!("it ran out at {at}"),
        Unfit::NotYet { at } => format!("it is not in force before {at}"),
    }
}

fn try_of(of: &Try) -> String {
    match of.attempt {
        1 => format!("run {}", of.run),
        attempt => format!("run {} (attempt {attempt})", of.run),
    }
}

fn part_of(shard: Shard) -> String {
    if shard == Shard::WHOLE { String::new() } else { format!(", part {} of {},", shard.index, shard.total) }
}

const fn result_of(result: GateResult) -> &'static str {
    match result {
        GateResult::Pass => "passed",
        GateResult::Fail => "failed",
        GateResult::Partial => "holds in part",
        GateResult::Blocked => "was blocked",
        GateResult::Missing => "did not happen",
        GateResult::NotApplicable => "does not apply",
    }
}

fn name_of(word: &Word) -> String {
    let kind = match word.kind {
        Kind::Approval => "approval",
        Kind::Waiver => "waiver",
        Kind::BreakGlass => "break-glass permission",
    };
    format!("{kind} {}", word.id)
}
