//! What a contract or a preflight proves, into the store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use laneway::digest::Digest;
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{
    Artifact, Cause, GateResult, Origin, Record, Revocation, RunId, Shard, Subjects, Tool,
};
use laneway::fault::Fault;
use laneway::id::GateId;
use laneway::store::{self, Store};
use laneway::verdict;

use super::super::proof;
use super::asked::Asked;
use crate::args::{PlaceArgs, StoreArgs};
use crate::environment::Environment;

/// What became of one release gate.
#[derive(Debug)]
pub(super) struct Proved {
    /// The result.
    pub(super) result: GateResult,
    /// Who answers for it.
    pub(super) owners: BTreeSet<String>,
    /// Why it is no pass.
    pub(super) reasons: Vec<String>,
    /// From when on it does not count any more.
    pub(super) valid_until: Option<Timestamp>,
}

/// What results are evidence of: their type, the name of the document that they rest on, and its bytes.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) evidence_type: &'static str,
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) started: Timestamp,
    pub(super) finished: Timestamp,
}

/// What was kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// The run.
    pub(super) run: RunId,
    /// How many results.
    pub(super) results: usize,
    /// What else there is to say.
    pub(super) notes: Vec<String>,
}

/// Records a result for each gate, all with the one document. Where one fails, a seal of the same plan is taken back.
pub(super) fn keep(
    place: &PlaceArgs,
    args: &StoreArgs,
    environment: &Environment,
    asked: &Asked,
    gates: &BTreeMap<GateId, Proved>,
    document: &Document,
) -> Result<Kept, Vec<Fault>> {
    let one = |fault| vec![fault];
    let gathered = &asked.released.gathered;
    let config = proof::configured(&gathered.policies);
    let signer = proof::key(args, environment).map_err(one)?;
    let (run, attempt) = proof::run_id(args, environment, asked.now).map_err(one)?;
    if let Some(folder) = proof::folder(place, args, Some(&config))?
        && folder.starts_with(&asked.root)
    {
        store::ignore_in_git(&folder).map_err(one)?;
    }
    let store = proof::open(place, args, &config)?;
    let plan = asked.released.plan.requirements().digest();
    let mut notes = Vec::new();
    let trust = verdict::trust(&gathered.policies);
    if trust.signing.records > 0 && signer.is_none() {
        let keys = trust.signing.records;
        notes.push(format!(
            "the base asks for {keys} signatures on each result, and there is no key to sign with"
        ));
    }
    let keys: Vec<_> = trust.keys.iter().map(|own| own.key.clone()).collect();
    let mut failed = None;
    for (gate, proved) in gates {
        let attempt = free(&*store, asked, plan, gate, (&run, attempt)).map_err(one)?;
        let record = record(asked, plan, (gate, proved), document, (&run, attempt));
        let blobs = vec![document.bytes.clone()];
        let digest = store::save_result(&*store, &record, blobs, signer.as_ref()).map_err(one)?;
        if record.result == GateResult::Fail {
            failed.get_or_insert((digest, record));
        }
    }
    if let Some((digest, record)) = failed
        && let Some(prior) = store::prior(&*store, &asked.commit, plan, &keys)?
    {
        let epoch = prior.seal.content.epoch;
        let revocation = Revocation {
            commit: asked.commit.clone(),
            plan,
            epoch,
            owner: record.owner,
            reason: format!("gate `{}` failed later, in run {run}", record.gate),
            cause: Cause::LaterFailure { record: digest },
            revoked: asked.now,
        };
        store::save_revocation(&*store, &revocation, signer.as_ref()).map_err(one)?;
        notes.push(format!(
            "seal {epoch} of this commit and plan is taken back: a gate failed after it was sealed"
        ));
    }
    Ok(Kept { run, results: gates.len(), notes })
}

/// Returns the number of the try: the first one from `attempt` on that the store does not have.
fn free(
    store: &dyn Store,
    asked: &Asked,
    plan: Digest,
    gate: &GateId,
    (run, attempt): (&RunId, u32),
) -> Result<u32, Fault> {
    let subject = Subject::Commit(asked.commit.clone());
    for attempt in attempt..u32::MAX {
        if !store.head(&key::run(&subject, plan, gate, (run, attempt, Shard::WHOLE)))? {
            return Ok(attempt);
        }
    }
    Ok(attempt)
}

fn record(
    asked: &Asked,
    plan: Digest,
    (gate, proved): (&GateId, &Proved),
    document: &Document,
    (run, attempt): (&RunId, u32),
) -> Record {
    let release = &asked.released.plan.asked;
    Record {
        subjects: Subjects { commit: asked.commit.clone(), artifacts: BTreeMap::new() },
        gate: gate.clone(),
        plan,
        profile: Some(release.profile.id.clone()),
        environment: Some(release.environment.id.clone()),
        result: proved.result,
        origin: Origin::Executed,
        owner: verdict::joined(&proved.owners),
        evidence_types: BTreeSet::from([document.evidence_type.to_owned()]),
        artifacts: vec![Artifact { name: document.name.to_owned(), digest: Digest::of(&document.bytes) }],
        command: None,
        missing_reason: (proved.result != GateResult::Pass).then(|| proved.reasons.join("; ")),
        run: run.clone(),
        attempt,
        shard: Shard::WHOLE,
        started: document.started,
        finished: document.finished,
        valid_until: proved.valid_until,
        tool: Tool { name: "laneway".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) },
        failure: None,
        drift: None,
    }
}
