//! Results into the store: all of them, or none.

use std::sync::Arc;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{Cause, GateResult, Record, Revocation, RunId, Subjects};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::lanes::embedded::embedded;
use laneway::plan::Plan;
use laneway::policy::Policies;
use laneway::source::Source;
use laneway::store::{self, Put, Store};
use laneway::verdict;

use super::given::{Given, Kind, future};
use super::said::Said;
use crate::args::RecordArgs;

/// What every record of one call has.
#[derive(Debug)]
pub(super) struct Common<'a> {
    pub(super) args: &'a RecordArgs,
    pub(super) given: &'a Given,
    pub(super) plan: &'a Plan,
    pub(super) policies: &'a Policies,
    /// Who answers for the environment of a release, and so for its gates.
    pub(super) owner: Option<&'a String>,
    pub(super) digest: Digest,
    pub(super) commit: &'a CommitHash,
    pub(super) run: &'a RunId,
    /// The number of the first try.
    pub(super) attempt: u32,
    pub(super) now: Timestamp,
}

/// Makes the records, or says everything that is wrong with them.
pub(super) fn records(common: &Common<'_>, said: &[Said]) -> Result<Vec<Record>, Vec<Fault>> {
    let mut faults = Vec::new();
    let records = said.iter().map(|own| record(common, own, &mut faults)).collect();
    if faults.is_empty() { Ok(records) } else { Err(faults) }
}

/// Leaves out, and names, what passes and needs an artifact that is not there, where somebody else records it: a CI's list of
/// jobs has none to name, and one gate of it must not keep the others from being recorded. What is left out is missing.
pub(super) fn provable(common: &Common<'_>, said: Vec<Said>, notes: &mut Vec<String>) -> Vec<Said> {
    if common.given.kind != Kind::Jobs && !common.args.without_artifacts {
        return said;
    }
    let (kept, left): (Vec<Said>, Vec<Said>) = said.into_iter().partition(|own| {
        own.result != GateResult::Pass || !is_bare(common, own) || !needs_artifact(common, &own.gate)
    });
    let left: Vec<&str> = left.iter().map(|own| own.gate.as_str()).collect();
    if !left.is_empty() {
        notes.push(format!(
            "not recorded, because a pass needs an artifact: {}; record each in its own job, with `--artifact`",
            left.join(", ")
        ));
    }
    kept
}

/// Says whether a result names nothing that its run left but a log.
fn is_bare(common: &Common<'_>, said: &Said) -> bool {
    let mut artifacts = said.artifacts.iter().chain(&common.given.artifacts);
    artifacts.all(|artifact| artifact.name == "log") && common.given.subjects.is_empty()
}

fn record(common: &Common<'_>, said: &Said, faults: &mut Vec<Fault>) -> Record {
    let Common { args, given, plan, now, .. } = common;
    let gate = &said.gate;
    let planned = plan.gates.get(gate);
    let finished = given.finished.or(said.finished).unwrap_or(*now);
    let started = given.started.or(said.started).unwrap_or(finished);
    faults.extend(future(&format!("the end of gate `{gate}`"), finished, *now));
    if finished < started {
        let help = "give both `--started` and `--finished`, or set the clocks and record it anew";
        let message = format!("gate `{gate}` ended at {finished}, before it began at {started}");
        faults.push(Fault::new(Code::EvidenceTime, message, help));
    }
    let mut artifacts = said.artifacts.clone();
    artifacts.extend(given.artifacts.iter().cloned());
    if said.result == GateResult::Pass && is_bare(common, said) && needs_artifact(common, gate) {
        let help = "name what the run left with `--artifact NAME=FILE` or `NAME@sha256:…`: an image, a manifest, a report";
        let family = planned.and_then(|own| own.family.as_deref()).unwrap_or_default();
        let message =
            format!("gate `{gate}` passes without an artifact, and its family `{family}` needs one");
        faults.push(Fault::new(Code::EvidenceArtifact, message, help));
    }
    artifacts.extend(said.documents.iter().cloned());
    artifacts.sort();
    artifacts.dedup();
    let is_pass = said.result == GateResult::Pass;
    if is_pass && said.reason.is_some() {
        let help = "a pass has no reason to give: leave `--reason` out, or record what really happened";
        faults.push(Fault::new(
            Code::EvidenceReason,
            format!("gate `{gate}` passes, and there is a reason why it does not"),
            help,
        ));
    }
    if is_pass && given.failure.is_some() {
        let help = "leave `--failure` out: it says where a remote validation failed";
        faults.push(Fault::new(
            Code::EvidenceReason,
            format!("gate `{gate}` passes, and there is a `--failure`"),
            help,
        ));
    }
    let owner = args.owner.clone().or_else(|| said.owner.clone()).unwrap_or_else(|| {
        let domains = planned.map(|own| own.domains.clone()).unwrap_or_default();
        common.owner.cloned().unwrap_or_else(|| verdict::joined(&verdict::owners(&domains, common.policies)))
    });
    let mut evidence_types = said.evidence_types.clone();
    evidence_types.extend(given.evidence_types.iter().cloned());
    Record {
        subjects: Subjects { commit: common.commit.clone(), artifacts: given.subjects.clone() },
        gate: gate.clone(),
        plan: common.digest,
        profile: args.release.profile.clone(),
        environment: args.release.environment.clone(),
        result: said.result,
        origin: said.origin,
        owner,
        evidence_types,
        artifacts,
        command: args.command.clone().or_else(|| planned.and_then(|own| own.run.clone())),
        missing_reason: said.reason.clone(),
        run: common.run.clone(),
        attempt: common.attempt.saturating_add(said.attempt - 1),
        shard: said.shard,
        started,
        finished,
        valid_until: given.valid_until.into_iter().chain(said.valid_until).min(),
        tool: said.tool.clone(),
        failure: given.failure.clone(),
        drift: given.drift,
    }
}

/// Says whether any policy, or the embedded families, ask for an artifact. Of a family that nobody here knows, `verify` does.
fn needs_artifact(common: &Common<'_>, gate: &GateId) -> bool {
    let Some(family) = common.plan.gates.get(gate).and_then(|own| own.family.as_deref()) else {
        return false;
    };
    let policies = common.policies.each.iter().map(|(_, policy)| &policy.lanes);
    policies
        .chain([embedded()])
        .any(|own| own.families.get(family).is_some_and(|family| family.needs_artifact))
}

/// Says why results would not count, although they can be recorded.
pub(super) fn notes(plan: &Plan, records: &[Record]) -> Vec<String> {
    let mut notes = Vec::new();
    for record in records.iter().filter(|own| own.result == GateResult::Pass) {
        let Some(planned) = plan.gates.get(&record.gate) else { continue };
        let accepted = &planned.evidence_types;
        if !accepted.is_empty() && accepted.is_disjoint(&record.evidence_types) {
            let accepted = accepted.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let own = record.evidence_types.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            notes.push(format!(
                "`{}` will not count: the gate accepts {accepted}, and this is {own}",
                record.gate
            ));
        }
        if let (Some(ran), Some(run)) = (&record.command, &planned.run)
            && ran != run
        {
            notes.push(format!("`{}` will not count: `{ran}` ran, and the gate is `{run}`", record.gate));
        }
    }
    notes
}

/// Puts reports and records into the store, where none of them is yet, and returns the digests of the records.
pub(super) fn save(
    store: &dyn Store,
    records: &[Record],
    sources: &[Arc<Source>],
    signer: Option<&SecretKey>,
) -> Result<Vec<Digest>, Vec<Fault>> {
    let taken: Vec<Fault> =
        records.iter().filter_map(|record| taken(store, record).transpose()).map(merge).collect();
    if !taken.is_empty() {
        return Err(taken);
    }
    let one = |fault| vec![fault];
    for source in sources {
        store::save_blob(store, source.text().as_bytes()).map_err(one)?;
    }
    records.iter().map(|record| store::save_record(store, record, signer).map_err(one)).collect()
}

fn merge(found: Result<Fault, Fault>) -> Fault {
    found.unwrap_or_else(|fault| fault)
}

/// Says that a result of the same gate, run, try and part is there already.
fn taken(store: &dyn Store, record: &Record) -> Result<Option<Fault>, Fault> {
    let commit = Subject::Commit(record.subjects.commit.clone());
    let artifacts = record.subjects.artifacts.values().map(|digest| Subject::Artifact(*digest));
    for subject in std::iter::once(commit).chain(artifacts) {
        let at = key::run(&subject, record.plan, &record.gate, (&record.run, record.attempt, record.shard));
        if store.head(&at)? {
            let message = format!(
                "gate `{}` has a result of run {}, try {}, part {} of {} already",
                record.gate, record.run, record.attempt, record.shard.index, record.shard.total
            );
            let help =
                "a result is recorded once: give a later try a higher `--attempt`, or another `--run-id`";
            return Ok(Some(Fault::new(Code::StoreTwice, message, help)));
        }
    }
    Ok(None)
}

/// Takes the seal of the commit and plan back where a gate failed now. Returns which one.
pub(super) fn revoke(
    store: &dyn Store,
    common: &Common<'_>,
    records: &[(Digest, &Record)],
    signer: Option<&SecretKey>,
) -> Result<Option<u32>, Vec<Fault>> {
    let Some((digest, record)) = records.iter().find(|(_, record)| record.result == GateResult::Fail) else {
        return Ok(None);
    };
    let keys: Vec<_> = verdict::trust(common.policies).keys.iter().map(|own| own.key.clone()).collect();
    let Some(prior) = store::prior(store, common.commit, common.digest, &keys)? else { return Ok(None) };
    let epoch = prior.seal.content.epoch;
    let revocation = Revocation {
        commit: common.commit.clone(),
        plan: common.digest,
        epoch,
        owner: record.owner.clone(),
        reason: format!("gate `{}` failed later, in run {}", record.gate, record.run),
        cause: Cause::LaterFailure { record: *digest },
        revoked: common.now,
    };
    match store::save_revocation(store, &revocation, signer) {
        Ok(Put::Created | Put::Exists) => Ok(Some(epoch)),
        Err(fault) => Err(vec![fault]),
    }
}
