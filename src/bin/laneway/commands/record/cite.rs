//! Records of earlier runs, cited instead of a result.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{Evidence, GateResult, Origin, Record, Statement};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::plan::Plan;
use laneway::store::{self, Store};

use super::given::Given;
use super::said::{Said, laneway};

/// What a citation is for.
#[derive(Debug)]
pub(super) struct For<'a> {
    pub(super) commit: &'a CommitHash,
    pub(super) plan: &'a Plan,
    pub(super) digest: Digest,
    pub(super) subjects: &'a BTreeMap<String, Digest>,
    pub(super) now: Timestamp,
}

/// Returns a gate that is passed by citing a record: an executed pass of the same gate, under the same plan, of the same commit
/// or of one of the same artifacts, in date, that nothing else there speaks against.
pub(super) fn said(
    store: &dyn Store,
    given: &Given,
    gate: &GateId,
    from: Digest,
    what: &For<'_>,
) -> Result<Said, Vec<Fault>> {
    let record = cited(store, from)?;
    let mut why = unfit(&record, gate, given, what);
    if why.is_empty() {
        let subject = Subject::Commit(record.subjects.commit.clone());
        let evidence = store::load(store, &subject, what.digest, &[]).map_err(|fault| vec![fault])?;
        why.extend(spoken_against(&evidence, gate, from));
    }
    if !why.is_empty() {
        let message = |why: String| format!("`--reuse` cannot cite {from} for gate `{gate}`: {why}");
        let help = "cite an executed pass, by the digest of its record, or run the gate";
        return Err(why
            .into_iter()
            .map(|why| Fault::new(Code::EvidenceCitation, message(why), help))
            .collect());
    }
    Ok(Said {
        gate: gate.clone(),
        result: GateResult::Pass,
        reason: None,
        summary: Some(format!("reused from {from}")),
        origin: Origin::Reused { from },
        owner: None,
        evidence_types: record.evidence_types.clone(),
        artifacts: record.artifacts.clone(),
        documents: Vec::new(),
        attempt: 1,
        shard: given.shard,
        started: None,
        finished: None,
        // What is cited holds no longer than what it is.
        valid_until: record.valid_until,
        tool: laneway(),
    })
}

fn cited(store: &dyn Store, from: Digest) -> Result<Record, Vec<Fault>> {
    let at = key::record(from);
    let help = "`laneway evidence show` prints the records of a commit with their digests";
    let not = |why: String| vec![Fault::new(Code::EvidenceCitation, why, help)];
    let Some(bytes) = store.get(&at).map_err(|fault| vec![fault])? else {
        return Err(not(format!(
            "`--reuse` names {from}, and the store `{}` has no such record",
            store.place()
        )));
    };
    if Digest::of(&bytes) != from {
        let message = format!("`{at}` does not have the bytes that its name says");
        return Err(vec![Fault::new(
            Code::StoreAltered,
            message,
            "run the gate: what was changed is no evidence",
        )]);
    }
    match Statement::parse(at.as_str(), &bytes)? {
        Statement::Record(record) => Ok(*record),
        Statement::Permission(_) | Statement::Seal(_) | Statement::Revocation(_) => {
            Err(not(format!("`--reuse` names {from}, which is no result of a gate")))
        }
    }
}

/// Says what keeps a record from being cited, as far as it says so itself.
fn unfit(record: &Record, gate: &GateId, given: &Given, what: &For<'_>) -> Vec<String> {
    let mut why = Vec::new();
    let mut unless = |holds: bool, what: String| {
        if !holds {
            why.push(what);
        }
    };
    unless(record.origin == Origin::Executed, "it cites a record itself: there are no chains".to_owned());
    unless(
        record.result == GateResult::Pass,
        format!("its result is `{}`, and only a pass is reused", record.result),
    );
    unless(record.gate == *gate, format!("it is of gate `{}`", record.gate));
    unless(
        record.plan == what.digest,
        "it is of another plan: other gates, commands, profile or environment".to_owned(),
    );
    let theirs: BTreeSet<Digest> = record.subjects.artifacts.values().copied().collect();
    let is_same =
        record.subjects.commit == *what.commit || what.subjects.values().any(|own| theirs.contains(own));
    unless(
        is_same,
        format!("it is of commit {}, and shares no artifact named by `--subject`", record.subjects.commit),
    );
    let is_in_date = record.valid_until.is_none_or(|until| what.now < until);
    unless(
        is_in_date,
        format!("it counted until {}", record.valid_until.map(|time| time.to_string()).unwrap_or_default()),
    );
    unless(
        record.shard == given.shard,
        format!("it is part {} of {}", record.shard.index, record.shard.total),
    );
    let run = what.plan.gates.get(gate).and_then(|own| own.run.as_ref());
    let is_command = record.command.as_ref().zip(run).is_none_or(|(ran, run)| ran == run);
    unless(is_command, "it ran another command".to_owned());
    why
}

/// Says what else is known of the gate where the record is from, and speaks against it.
fn spoken_against(evidence: &Evidence, gate: &GateId, from: Digest) -> Option<String> {
    let of_gate = || evidence.records.iter().filter(|own| own.content.gate == *gate);
    let against = of_gate().find(|own| matches!(own.content.result, GateResult::Fail | GateResult::Partial));
    if let Some(held) = against {
        return Some(format!("record {} of the same commit says `{}`", held.digest, held.content.result));
    }
    let rests = |epoch: &u32| {
        let seal = evidence.seals.get(epoch);
        seal.is_none_or(|seal| seal.content.gates.values().any(|gate| gate.records.contains(&from)))
    };
    if let Some(epoch) = evidence.revocations.keys().find(|epoch| rests(epoch)) {
        return Some(format!("seal {epoch}, which rests on it, was taken back"));
    }
    let broken = evidence.broken.iter().find(|own| own.gate.as_ref().is_none_or(|own| own == gate))?;
    Some(format!("`{}` of the same commit cannot be read", broken.key))
}
