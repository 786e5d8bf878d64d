//! One sentence for every reason of a condition's standing, the same in every output, and what to do about it.
//!
//! Each function matches its enum without a catch-all. A sentence begins in lower case and has no full stop.

use std::collections::BTreeSet;

use crate::evidence::{GateResult, Shown};
use crate::release::{Condition, Differs, Element, Flaw, SourceStand, SourceState, Stand, Why};
use crate::render::reason::{count, profile};
use crate::render::verdict::words;

/// Returns what people call a condition.
pub const fn title(condition: Condition) -> &'static str {
    match condition {
        Condition::ProfileAllowed => "profile allowed",
        Condition::EnvironmentTakesProfile => "environment takes profile",
        Condition::ChangeClass => "change class",
        Condition::SourceIntegrated => "source integrated",
        Condition::Divergence => "divergence",
        Condition::FamiliesProved => "families proved",
        Condition::SourceGatesProved => "source gates proved",
        Condition::PriorValidation => "prior validation",
        Condition::ArtifactsUnchanged => "artifacts unchanged",
        Condition::ArtifactsPinned => "artifacts pinned",
        Condition::Rollback => "rollback",
        Condition::Manifest => "manifest",
    }
}

/// Returns how a condition's standing is shown.
pub const fn shown(stand: &Stand) -> Shown {
    match stand.result() {
        GateResult::Pass => Shown::Passed,
        GateResult::Missing => Shown::Missing,
        GateResult::Fail | GateResult::Partial | GateResult::Blocked | GateResult::NotApplicable => {
            Shown::Failed
        }
    }
}

/// Says why a condition stands as it stands.
pub fn sentence(why: &Why) -> String {
    match why {
        Why::Allowed => "the profile may ship the change".to_owned(),
        Why::Forbidden { reasons } if reasons.is_empty() => {
            "no policy says what the profile may ship".to_owned()
        }
        Why::Forbidden { reasons } => {
            let reasons: Vec<String> = reasons.iter().map(profile).collect();
            format!("the profile may not ship the change: {}", reasons.join("; "))
        }
        Why::Taken => "the environment takes the profile".to_owned(),
        Why::NotTaken { takes } => format!("the environment takes {} and not this profile", list(takes)),
        Why::ClassTaken { class: Some(class) } => format!("the change ships as {class}"),
        Why::ClassTaken { class: None } => "nothing of the change ships".to_owned(),
        Why::ClassNotTaken { class, takes } => {
            format!("the change ships as {class}, and the environment takes {}", list(takes))
        }
        Why::Integrated { branch, tip } => format!("the commit is part of {branch}, whose tip is {tip}"),
        Why::NotIntegrated { branch, tip } => {
            format!("the commit is no part of {branch}, whose tip is {tip}")
        }
        Why::IntegrationUnknown { why } => format!("whether the commit is integrated cannot be told: {why}"),
        Why::Diverges => "the commit need not be integrated: a divergence is marked".to_owned(),
        Why::Marked { reason, until, follow_up } => {
            format!("a divergence is marked until {until}: {reason}; followed up by {follow_up}")
        }
        Why::NotMarked => "the profile asks for a divergence marker, and there is none".to_owned(),
        Why::MayNotDiverge => {
            "a divergence is marked, and the profile asks for an integrated commit".to_owned()
        }
        Why::Flawed { flaws } => {
            let flaws: Vec<&str> = flaws.iter().map(|own| flaw(*own)).collect();
            format!("the divergence marker is not whole: {}", flaws.join(", "))
        }
        Why::FamiliesProved { families } => {
            let number = count(*families, "required family").replace("familys", "families");
            format!("each of {number} has a proof")
        }
        Why::FamiliesUnproved { families } => format!("nothing proves {}", list(families)),
        Why::SourceProved { gates: 0 } => "the profile asks for no gate of routes".to_owned(),
        Why::SourceProved { gates } => format!("{} proved before, for this source", count(*gates, "gate")),
        Why::SourceUnproved { gates } => {
            let each = gates.iter().take(6).map(|(gate, result)| match result {
                GateResult::Missing => gate.to_string(),
                GateResult::Pass
                | GateResult::Fail
                | GateResult::Partial
                | GateResult::Blocked
                | GateResult::NotApplicable => format!("{gate} ({result})"),
            });
            let each: Vec<String> = each.collect();
            let more = gates.len() - each.len();
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("not proved before, for this source: {}{more}", each.join(", "))
        }
        Why::Validated { against, smoke, skipped } => {
            let skipped = count(*skipped, "skipped gate");
            format!("validated for {against}, with {skipped} named and the smoke {smoke}")
        }
        Why::NotValidated { lacks } => {
            let lacks: Vec<&str> = lacks.iter().map(|own| element(*own)).collect();
            format!("a fast profile rests on an earlier validation, and there is no {}", lacks.join(", no "))
        }
        Why::Unchanged { artifacts } => {
            format!("what is shipped is what runs there: {}", count(*artifacts, "artifact"))
        }
        Why::Changed { artifacts } => format!("not what runs there: {}", list(artifacts)),
        Why::NothingDeployed => "the profile ships nothing new, and nothing says what runs there".to_owned(),
        Why::DeployNotRecorded => {
            "nothing that counts records that the manifest was deployed there".to_owned()
        }
        Why::Pinned { artifacts } => format!("{} named by digest", count(*artifacts, "artifact")),
        Why::NothingPinned => "the manifest names no artifact".to_owned(),
        Why::WayBack { owner } => format!("there is a way back, and {owner} takes it"),
        Why::NoWayBack => {
            "there is no way back: a command, what it goes back to, and an owner are wanted".to_owned()
        }
        Why::ManifestHolds => "the manifest is of this release".to_owned(),
        Why::ManifestDiffers { fields } => {
            let fields: Vec<&str> = fields.iter().copied().map(Differs::as_str).collect();
            format!("the manifest is of another release: {}", fields.join(", "))
        }
    }
}

const fn flaw(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Reason => "it has no reason",
        Flaw::Owner => "it has no owner",
        Flaw::FollowUp => "it has no follow-up",
        Flaw::Over => "it is over",
        Flaw::TooLong => "it lasts longer than 14 days",
    }
}

const fn element(element: Element) -> &'static str {
    match element {
        Element::Validated => "source gate that was proved before",
        Element::Skipped => "proof of each gate that it skips",
        Element::Smoke => "smoke of its own that passed there",
        Element::Rollback => "rollback",
        Element::Approval => "approval of the risk that remains",
    }
}

/// Says what to do about a condition that does not hold.
pub const fn next(stand: &Stand) -> Option<&'static str> {
    if stand.holds {
        return None;
    }
    Some(match stand.condition {
        Condition::ProfileAllowed => "ship it under another profile: `laneway profile suggest` names them",
        Condition::EnvironmentTakesProfile | Condition::ChangeClass => {
            "choose another profile or environment: `laneway profile list` shows both"
        }
        Condition::SourceIntegrated => "merge the commit, fetch the branch, and verify again",
        Condition::Divergence => {
            "give `--divergence-reason`, `--divergence-owner`, `--divergence-until` within 14 days and `--follow-up`, or \
             none where the profile asks for an integrated commit"
        }
        Condition::FamiliesProved => "record a result of a gate of each family under this profile",
        Condition::SourceGatesProved => {
            "run these gates for the commit with `laneway run`, without a profile, and verify again"
        }
        Condition::PriorValidation => {
            "prove what is missing, or ship it under `standard`, which rests on nothing earlier"
        }
        Condition::ArtifactsUnchanged => {
            "name the deployed manifest with `--deployed`, or ship it under a profile that takes new artifacts"
        }
        Condition::ArtifactsPinned | Condition::Manifest => {
            "make a manifest of this release: `laneway manifest create`"
        }
        Condition::Rollback => "state the `rollback` of the environment, or of the manifest",
    })
}

/// Says where a source gate was proved, or what is known of it.
pub fn source(stand: &SourceStand) -> String {
    match &stand.state {
        SourceState::Proved { commit, plan, shown } => {
            format!("{} for {commit}, under plan {plan}", words(*shown))
        }
        SourceState::LetPass { plan, shown } => format!("{}, let pass under plan {plan}", words(*shown)),
        SourceState::Refuted { commit, plan, result, reason } => {
            let why = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{result} for {commit}, under plan {plan}{why}")
        }
        SourceState::Missing => "nothing that counts says that it ran".to_owned(),
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
