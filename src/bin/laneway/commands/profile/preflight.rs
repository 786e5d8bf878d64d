//! `laneway profile preflight`.

use std::collections::BTreeMap;
use std::io::Write as _;

use jiff::SignedDuration;
use laneway::environment::Check;
use laneway::evidence::GateResult;
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::release::preflight::Outcome;
use laneway::render::escape::terminal;
use laneway::render::preflight::{self as render, Made, Preflight};

use super::super::proof;
use super::asked::{Asked, asked};
use super::keep::{Document, Kept, Proved, keep};
use super::{checks, notes};
use crate::args::{PlaceArgs, PreflightArgs, ResultsFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;
use crate::report;

/// The type of evidence that a check is.
const EVIDENCE_TYPE: &str = "preflight";

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &PreflightArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let asked = asked(place, &args.change, &args.release, &args.store, environment)?;
    let release = &asked.released.plan.asked;
    let gates = &asked.released.plan.route.gates;
    let (wanted, unasked): (Vec<&Check>, Vec<&Check>) =
        release.environment.checks.iter().partition(|own| gates.contains_key(&own.gate));
    let unchecked = gates.iter().filter(|(id, selected)| {
        let wants = selected.gate.run.is_none() && selected.gate.evidence_types.contains(EVIDENCE_TYPE);
        wants && !wanted.iter().any(|own| own.gate == **id)
    });
    let found = Preflight {
        commit: asked.commit.to_string(),
        profile: release.profile.id.clone(),
        environment: release.environment.id.clone(),
        target: release.environment.target.clone(),
        made: asked.now.to_string(),
        unasked: unasked.iter().map(|own| own.id.clone()).collect(),
        unchecked: unchecked.map(|(id, _)| id.clone()).collect(),
        checks: checks::make(&wanted, &asked.root, environment)?,
    };
    let kept = match args.no_record {
        true => None,
        false => Some(kept(place, args, environment, &asked, &found)?),
    };
    let file = args.change.output.as_deref();
    let written = match args.format {
        ResultsFormat::Text => output::write(file, true, |out| {
            render::text(out, &found)?;
            match &kept {
                Some(kept) if kept.results > 0 => {
                    writeln!(out, "Recorded as run {}.", terminal(kept.run.as_str()))
                }
                Some(_) | None => writeln!(out, "Nothing is recorded."),
            }
        }),
        ResultsFormat::Json => output::write(file, false, |out| render::json(out, &found)),
    };
    written.map_err(|fault| vec![fault])?;
    notes(kept.as_ref());
    report::print(&unmade(&wanted, &found), place.verbose);
    Ok(match (found.is_undecided(), found.holds()) {
        (true, _) => Exit::Undecided,
        (false, true) => Exit::Holds,
        (false, false) => Exit::Fails,
    })
}

/// Says of each check that could not be made where it is declared, and why.
fn unmade(wanted: &[&Check], found: &Preflight) -> Vec<Fault> {
    let made = wanted.iter().zip(&found.checks);
    let fault = |(check, made): (&&Check, &Made)| match &made.outcome {
        Outcome::Held | Outcome::Failed(_) => None,
        Outcome::Unmade(why) => {
            let message = format!("check `{}` could not be made: {why}", check.id);
            let help = "see whether what it looks at is up, or give it more time with `timeout_seconds`";
            let (source, span) = (&check.place.source, check.place.span.clone());
            Some(Fault::at(Code::ProbeUnmade, source, span, message, "this check", help))
        }
    };
    made.filter_map(fault).collect()
}

/// Records of each gate the worst of its checks.
fn kept(
    place: &PlaceArgs,
    args: &PreflightArgs,
    environment: &Environment,
    asked: &Asked,
    found: &Preflight,
) -> Result<Kept, Vec<Fault>> {
    let bytes = render::document(found).map_err(|error| {
        let message = format!("what was found cannot be written: {error}");
        vec![Fault::new(Code::Output, message, "report this: it cannot happen")]
    })?;
    let own = &asked.released.plan.asked.environment;
    let age = SignedDuration::from_hours(i64::from(own.max_age_hours));
    let mut proved: BTreeMap<GateId, Proved> = BTreeMap::new();
    for made in &found.checks {
        let gate = proved.entry(made.gate.clone()).or_insert_with(|| Proved {
            result: GateResult::Pass,
            owners: [].into(),
            reasons: Vec::new(),
            valid_until: asked.now.checked_add(age).ok(),
        });
        let result = match &made.outcome {
            Outcome::Held => continue,
            Outcome::Failed(_) => GateResult::Fail,
            Outcome::Unmade(_) => GateResult::Blocked,
        };
        if gate.result != GateResult::Fail {
            gate.result = result;
        }
        let why = made.outcome.reason().unwrap_or_default();
        gate.reasons.push(format!("check `{}`: {why} ({})", made.id, made.owner));
        gate.owners.insert(made.owner.clone());
    }
    for gate in &found.unchecked {
        let reason = format!("environment `{}` declares no check for it", own.id);
        let missing = Proved {
            result: GateResult::Missing,
            owners: [].into(),
            reasons: vec![reason],
            valid_until: asked.now.checked_add(age).ok(),
        };
        proved.insert(gate.clone(), missing);
    }
    for gate in proved.values_mut().filter(|gate| gate.owners.is_empty()) {
        gate.owners.insert(own.owner.clone());
    }
    let finished = proof::now().map_err(|fault| vec![fault])?.max(asked.now);
    let document =
        Document { evidence_type: EVIDENCE_TYPE, name: "preflight", bytes, started: asked.now, finished };
    keep(place, &args.store, environment, asked, &proved, &document)
}
