//! Which records count for a gate, and which citations hold.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::aggregate::{Counted, settle};
use super::judge::Kept;
use super::{Expectation, Request, SetAside, Uncitable};
use crate::digest::Digest;
use crate::evidence::{Cause, Evidence, GateResult, Held, Origin, Record};
use crate::id::GateId;
use crate::route::GateState;
use crate::trust::Power;

/// By how much the clocks of two machines may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Says whether a record is about what is asked: a subject, the plan, the profile, the environment and the gate. One that is
/// not says nothing here, for or against.
pub(super) fn is_about(request: &Request<'_>, gate: &GateId, record: &Record) -> bool {
    let subjects = &record.subjects;
    is_of_plan(request, gate, record)
        && (subjects.commit == *request.commit
            || subjects.artifacts.values().any(|artifact| request.artifacts.contains(artifact)))
}

fn is_of_plan(request: &Request<'_>, gate: &GateId, record: &Record) -> bool {
    record.gate == *gate
        && record.plan == request.plan
        && record.profile.as_deref() == request.profile
        && record.environment.as_deref() == request.environment
}

/// Returns what a record says of its gate: what runs must not have drifted far from what is declared.
pub(super) fn result_of(request: &Request<'_>, record: &Record) -> GateResult {
    let limits = request.drift;
    match (record.result, record.drift) {
        (GateResult::Pass | GateResult::Partial, Some(drift)) if drift >= limits.fail => GateResult::Fail,
        (GateResult::Pass, Some(drift)) if drift >= limits.partial => GateResult::Partial,
        (result, _) => result,
    }
}

/// Says why a record that is about the gate does not count for it; nothing, and it counts.
pub(super) fn set_aside(
    request: &Request<'_>,
    (gate, expectation): (&GateId, &Expectation),
    kept: &Kept<'_>,
    held: &Held<Record>,
) -> Option<SetAside> {
    if let Some(why) = set_aside_itself(request, (gate, expectation), held) {
        return Some(why);
    }
    if let Some(epoch) = taken_back_by_hand(request.evidence, held) {
        return Some(SetAside::TakenBack { epoch });
    }
    let Origin::Reused { from } = held.content.origin else { return None };
    // What a record says against its gate needs no proof.
    let is_for = !matches!(held.content.result, GateResult::Fail | GateResult::Partial | GateResult::Blocked);
    let why = is_for.then(|| uncitable(request, (gate, expectation), kept, (held, from))).flatten()?;
    Some(SetAside::Citation { cited: from, why })
}

fn set_aside_itself(
    request: &Request<'_>,
    (gate, expectation): (&GateId, &Expectation),
    held: &Held<Record>,
) -> Option<SetAside> {
    let (record, required) = (&held.content, &expectation.required);
    // What is cited has to say all that this one need not repeat.
    let ran = record.origin == Origin::Executed;
    if expectation.by_approval_only {
        return Some(SetAside::ApprovalOnly);
    }
    if record.finished < record.started {
        return Some(SetAside::EndsFirst);
    }
    if record.finished.duration_since(request.now) > SKEW {
        return Some(SetAside::InFuture { at: record.finished });
    }
    if let Some(at) = record.valid_until.filter(|at| *at <= request.now) {
        return Some(SetAside::RanOut { at });
    }
    match (&record.command, &required.run) {
        (Some(ran), Some(run)) if ran != run => return Some(SetAside::OtherCommand { ran: ran.clone() }),
        // The head's definition may be what ran, and only the base's is asked for.
        (None, Some(_)) if ran && expectation.state != GateState::Current => {
            return Some(SetAside::NoCommand);
        }
        _ => {}
    }
    if ran
        && !required.evidence_types.is_empty()
        && required.evidence_types.is_disjoint(&record.evidence_types)
    {
        return Some(SetAside::OtherTypes);
    }
    let need = request.trust.signing.records;
    let keys = request.trust.count(&held.signers, Power::Attest, Some(gate), request.now);
    let have = u32::try_from(keys.len()).unwrap_or(u32::MAX);
    if have < need {
        return Some(SetAside::Unsigned { have, need });
    }
    let named = record.artifacts.iter().map(|artifact| artifact.name.as_str());
    let mut named = named.chain(record.subjects.artifacts.keys().map(String::as_str));
    let is_bare = ran && record.result == GateResult::Pass && named.all(|name| name == "log");
    (expectation.needs_artifact && is_bare).then_some(SetAside::NoArtifact)
}

/// Returns the seal that somebody took back by hand and that rests on the record. What it says for the gate is void; what
/// it says against it stays.
fn taken_back_by_hand(evidence: &Evidence, held: &Held<Record>) -> Option<u32> {
    if matches!(held.content.result, GateResult::Fail | GateResult::Blocked) {
        return None;
    }
    let by_hand = evidence.revocations.iter().filter(|(_, own)| own.content.cause == Cause::ByHand);
    by_hand.map(|(epoch, own)| (*epoch, own)).find_map(|(epoch, own)| {
        let is_part = match evidence.seals.get(&epoch) {
            Some(seal) => seal.content.gates.values().any(|gate| gate.records.contains(&held.digest)),
            // What it rested on is not known, so it may be anything that was there.
            None => held.content.finished <= own.content.revoked,
        };
        is_part.then_some(epoch)
    })
}

/// Says why a citation does not hold; nothing, and it does.
fn uncitable(
    request: &Request<'_>,
    (gate, expectation): (&GateId, &Expectation),
    kept: &Kept<'_>,
    (held, from): (&Held<Record>, Digest),
) -> Option<Uncitable> {
    let cited = request.evidence.cited.get(&from).filter(|other| other.digest == from);
    let Some(cited) = cited.or_else(|| kept.records.get(&from).copied()) else {
        return Some(Uncitable::NotThere);
    };
    let (citing, record) = (&held.content, &cited.content);
    if record.origin != Origin::Executed {
        return Some(Uncitable::Reused);
    }
    if result_of(request, record) != GateResult::Pass {
        return Some(Uncitable::NoPass);
    }
    if !is_of_plan(request, gate, record) {
        return Some(Uncitable::OtherPlan);
    }
    let artifacts = |record: &Record| record.subjects.artifacts.values().copied().collect::<BTreeSet<_>>();
    let same_commit = record.subjects.commit == citing.subjects.commit;
    if !same_commit && artifacts(record).is_disjoint(&artifacts(citing)) {
        return Some(Uncitable::OtherSubject);
    }
    if record.shard != citing.shard {
        return Some(Uncitable::OtherPart);
    }
    if set_aside_itself(request, (gate, expectation), cited).is_some() {
        return Some(Uncitable::NotCounted);
    }
    // What else is known of the commit on which it ran: here, or where it was looked up.
    let commit = &record.subjects.commit;
    let (around, listed) = if commit == request.commit {
        (request.evidence, kept.records.values().copied().collect())
    } else {
        let Some(around) = request.evidence.elsewhere.get(commit) else { return Some(Uncitable::Unknown) };
        (around, around.records.iter().collect::<Vec<_>>())
    };
    if rests_on_a_revoked_seal(around, from) {
        return Some(Uncitable::TakenBack);
    }
    if is_broken_under(around, gate) {
        return Some(Uncitable::Unknown);
    }
    let mut seen = BTreeSet::new();
    let counted: Vec<Counted<'_>> = listed
        .into_iter()
        .chain([cited])
        .filter(|other| is_of_plan(request, gate, &other.content) && other.content.subjects.commit == *commit)
        // What cites something else says only what is against the gate: no chain of citations proves anything.
        .filter(|other| other.content.origin == Origin::Executed || other.content.result != GateResult::Pass)
        .filter(|other| seen.insert(other.digest))
        .filter(|other| set_aside_itself(request, (gate, expectation), other).is_none())
        .map(|held| Counted { held, result: result_of(request, &held.content) })
        .collect();
    (settle(&counted, expectation.may_not_apply).result != GateResult::Pass).then_some(Uncitable::Unsettled)
}

/// Says whether a seal that was taken back rests on a record, as far as one can tell.
fn rests_on_a_revoked_seal(evidence: &Evidence, record: Digest) -> bool {
    let rests = |epoch: &u32| match evidence.seals.get(epoch) {
        Some(seal) => seal.content.gates.values().any(|gate| gate.records.contains(&record)),
        None => true,
    };
    evidence.revocations.keys().any(rests)
}

/// Says whether something that cannot be read may be about the gate, or may be what took a seal back.
fn is_broken_under(evidence: &Evidence, gate: &GateId) -> bool {
    evidence.broken.iter().any(|broken| match &broken.gate {
        Some(own) => own == gate,
        None => !only_helps(&broken.key),
    })
}

/// Says whether an object that cannot be read could only have helped a verdict: a permission, or a record that is cited.
pub(super) fn only_helps(key: &str) -> bool {
    ["v1/permit/", "v1/rec/", "v1/sig/", "v1/blob/"].iter().any(|start| key.starts_with(start))
}
