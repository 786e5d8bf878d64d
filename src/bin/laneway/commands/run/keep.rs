//! Results into the store, or the reason why they are not kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use laneway::config::Config;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{PublicKey, SecretKey};
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{
    Artifact, Cause, GateResult, Held, Key, Origin, Record, Requirements, Revocation, RunId, Shard, Subjects,
    Tool,
};
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::id::GateId;
use laneway::path::RepoPath;
use laneway::plan::PlannedGate;
use laneway::render::run::{GateRun, Recorded, Try};
use laneway::runner::{Job, Ran};
use laneway::store::{self, Put, Store};
use laneway::trust::Trust;

use super::super::proof;
use super::artifacts::{Artifacts, LOG, Left};
use super::asked::Asked;
use super::inside;
use crate::args::{PlaceArgs, RunArgs};
use crate::environment::Environment;

/// The type of evidence that a command's own exit code is, where the plan accepts any.
const COMMAND: &str = "command";

/// How many paths of a change are named.
const NAMED: usize = 3;

/// Whether results are kept.
#[derive(Debug)]
pub(super) enum Keeping<'a> {
    /// They are.
    As(Box<Keeper<'a>>),
    /// They are not, for this reason.
    Not(String),
}

impl Keeping<'_> {
    /// Says whether results are signed.
    pub(super) fn signs(&self) -> bool {
        matches!(self, Self::As(keeper) if keeper.signs())
    }
}

/// Who keeps the results of one run.
#[derive(Debug)]
pub(super) struct Keeper<'a> {
    pub(super) store: Box<dyn Store>,
    signer: Option<SecretKey>,
    pub(super) commit: CommitHash,
    pub(super) plan: Digest,
    run: RunId,
    /// The number of each gate's first try: a run may be recorded in parts, and no number is used twice.
    first: BTreeMap<GateId, u32>,
    gates: &'a BTreeMap<GateId, PlannedGate>,
    requirements: &'a Requirements,
    owners: &'a BTreeMap<GateId, String>,
}

/// What was kept of one try of one gate.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) gate: GateId,
    pub(super) tried: Try,
    pub(super) faults: Vec<Fault>,
}

/// Says whether results can be kept, which is for a commit alone: that of the route, checked out, and nothing else.
pub(super) fn keeping<'a>(
    place: &PlaceArgs,
    args: &RunArgs,
    environment: &Environment,
    asked: &'a Asked,
    (plan, owners): (Digest, &'a BTreeMap<GateId, String>),
) -> Result<Keeping<'a>, Vec<Fault>> {
    let one = |fault| vec![fault];
    if args.no_record {
        return Ok(Keeping::Not("`--no-record`".to_owned()));
    }
    let (commit, folder) = match recordable(place, args, asked)? {
        Ok(found) => found,
        Err(why) => return Ok(Keeping::Not(why)),
    };
    let config = asked.config.clone().or_else(|| args.store.store.as_ref().map(|_| Config::default()));
    let Some(config) = config else {
        return Err(vec![Fault::new(
            Code::StoreAddress,
            "where evidence is kept is what the base of the route says, and this clone does not have it",
            "fetch the base, or name the store with `--store`",
        )]);
    };
    if let (Some(folder), Some(repository)) = (&folder, &asked.repository) {
        untracked(repository, folder)?;
        if !args.dry_run {
            let below = std::str::from_utf8(folder.as_bytes()).map(|own| asked.root.join(own));
            below.map_or(Ok(()), |own| store::ignore_in_git(&own)).map_err(one)?;
        }
    }
    let store = proof::open(place, &args.store, &config)?;
    let signer = proof::key(&args.store, environment).map_err(one)?;
    let (run, attempt) = proof::run_id(&args.store, environment, proof::now().map_err(one)?).map_err(one)?;
    let mut keeper = Keeper {
        store,
        signer,
        commit,
        plan,
        run,
        first: BTreeMap::new(),
        gates: &asked.plan.gates,
        requirements: &asked.requirements,
        owners,
    };
    keeper.first = keeper.first_tries(attempt).map_err(one)?;
    Ok(Keeping::As(Box::new(keeper)))
}

type Recordable = Result<(CommitHash, Option<RepoPath>), String>;

/// Returns the commit that results are about, and where in the working tree evidence is; else why there is no such commit.
fn recordable(place: &PlaceArgs, args: &RunArgs, asked: &Asked) -> Result<Recordable, Vec<Fault>> {
    let Some(repository) = &asked.repository else {
        return Ok(Err("evidence is about a commit, and there is no repository here".to_owned()));
    };
    let Some(head) = &asked.plan.head else {
        return Ok(Err("evidence is about a commit, and the route is of none".to_owned()));
    };
    let commit = proof::commit(Some(head)).map_err(|fault| vec![fault])?;
    let checked_out = repository.checked_out().map(|id| id.to_string());
    if checked_out.as_deref() != Some(commit.as_str()) {
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        let there = checked_out.map_or_else(|| "nothing".to_owned(), |hash| short(&hash));
        return Ok(Err(format!("the route is of {}, and {there} is checked out", short(commit.as_str()))));
    }
    let folder = match proof::folder(place, &args.store, asked.config.as_ref())? {
        Some(folder) => inside(&asked.root, &folder),
        None => None,
    };
    if let Some(folder) = &folder {
        let _ = asked.beside.set(folder.clone());
    }
    match asked.uncommitted() {
        Err(why) => Ok(Err(format!("the working tree cannot be compared with the commit: {why}"))),
        Ok(changed) if changed.is_empty() => {
            let _ = asked.before.set(changed);
            Ok(Ok((commit, folder)))
        }
        Ok(changed) => {
            let mut named: Vec<String> = changed.iter().take(NAMED).map(ToString::to_string).collect();
            if changed.len() > NAMED {
                named.push(format!("{} more", changed.len() - NAMED));
            }
            let _ = asked.before.set(changed);
            Ok(Err(format!("the working tree is not what the commit has: {}", named.join(", "))))
        }
    }
}

/// Refuses a folder of which the commit itself tracks files: a change could bring its own evidence.
fn untracked(repository: &Repository, folder: &RepoPath) -> Result<(), Vec<Fault>> {
    let state = repository.state_of(Some("HEAD")).map_err(|fault| vec![fault])?;
    let files = repository.files_of(state).map_err(|fault| vec![fault])?;
    let name = folder.to_string();
    // The file that keeps git from seeing a store proves nothing.
    let is_evidence = |path: &&RepoPath| {
        path.is_below(&name) && path.to_string() != format!("{name}/{}", store::IGNORE_FILE)
    };
    match files.iter().find(is_evidence) {
        None => Ok(()),
        Some(path) => Err(vec![Fault::new(
            Code::StoreTracked,
            format!("the store `{name}` lies in the repository, which tracks `{path}`"),
            "take its files out of git (`git rm -r --cached`), or keep evidence elsewhere",
        )]),
    }
}

/// Takes what a job came to, for each of its gates, and keeps it where results are kept.
pub(super) fn keep(
    keeping: &Keeping<'_>,
    artifacts: &Artifacts,
    job: &Job,
    ran: &Ran,
    log: &[u8],
) -> Vec<Kept> {
    let keeper = match keeping {
        Keeping::As(keeper) => Some(&**keeper),
        Keeping::Not(_) => None,
    };
    let is_run = ran.ending.is_outcome() || !log.is_empty();
    let mut log_fault = None;
    let log = keeper.filter(|_| is_run).and_then(|own| match store::save_blob(&*own.store, log) {
        Ok(digest) => Some(digest),
        Err(fault) => {
            log_fault = Some(fault);
            None
        }
    });
    let gates = job.gates.iter().map(|gate| {
        let left = match ran.ending.is_outcome() {
            true => artifacts.left(gate, keeper.map(|own| &*own.store)),
            false => Left::default(),
        };
        let (mut result, mut reason) = (ran.ending.result(), ran.ending.reason());
        let mut notes = ran.notes.clone();
        if result == GateResult::Pass && !left.missing.is_empty() {
            // What it was to leave is part of what was asked.
            (result, reason) = (GateResult::Fail, Some(left.missing.join("; ")));
        } else {
            notes.extend(left.missing);
        }
        let mut kept = Kept {
            gate: gate.clone(),
            tried: Try {
                attempt: ran.attempt,
                result,
                ran: ran.ending.is_outcome(),
                reason,
                notes,
                started: ran.started,
                finished: ran.finished,
                record: None,
                log,
            },
            faults: left.faults,
        };
        if let Some(keeper) = keeper {
            keeper.record(&mut kept, left.artifacts);
        }
        kept
    });
    let mut kept: Vec<Kept> = gates.collect();
    if let (Some(fault), Some(first)) = (log_fault, kept.first_mut()) {
        first.faults.push(fault);
    }
    kept
}

impl Keeper<'_> {
    /// Says whether results are signed.
    pub(super) const fn signs(&self) -> bool {
        self.signer.is_some()
    }

    /// Returns what results are kept as.
    pub(super) fn recorded(&self) -> Recorded {
        Recorded::As { commit: self.commit.clone(), run: self.run.clone() }
    }

    /// Returns the number of each gate's first try: the first one from `attempt` on that the store does not have.
    fn first_tries(&self, attempt: u32) -> Result<BTreeMap<GateId, u32>, Fault> {
        let subject = Subject::Commit(self.commit.clone());
        let there: BTreeSet<Key> = self.store.list(&key::runs(&subject, self.plan))?.into_iter().collect();
        let is_taken = |gate: &GateId, attempt: u32| {
            there.contains(&key::run(&subject, self.plan, gate, (&self.run, attempt, Shard::WHOLE)))
        };
        let first = self.gates.keys().map(|gate| {
            let free = (attempt..u32::MAX).find(|attempt| !is_taken(gate, *attempt)).unwrap_or(attempt);
            (gate.clone(), free)
        });
        Ok(first.collect())
    }

    fn record(&self, kept: &mut Kept, mut artifacts: Vec<Artifact>) {
        let first = self.first.get(&kept.gate).copied().unwrap_or(1);
        kept.tried.attempt += first - 1;
        artifacts.extend(kept.tried.log.map(|digest| Artifact { name: LOG.to_owned(), digest }));
        artifacts.sort();
        let tried = &kept.tried;
        let record = Record {
            result: tried.result,
            artifacts,
            missing_reason: tried.reason.clone(),
            attempt: tried.attempt,
            started: tried.started,
            finished: tried.finished,
            ..self.blank(&kept.gate)
        };
        match store::save_record(&*self.store, &record, self.signer.as_ref()) {
            Ok(digest) => kept.tried.record = Some(digest),
            Err(fault) => kept.faults.push(fault),
        }
    }

    /// Records that a gate did not run, because of an executed pass that is cited.
    pub(super) fn cite(&self, gate: &GateId, cited: &Held<Record>) -> Result<Digest, Fault> {
        let now = proof::now()?;
        let record = Record {
            subjects: cited.content.subjects.clone(),
            origin: Origin::Reused { from: cited.digest },
            evidence_types: cited.content.evidence_types.clone(),
            artifacts: cited.content.artifacts.clone(),
            valid_until: cited.content.valid_until,
            attempt: self.first.get(gate).copied().unwrap_or(1),
            started: now,
            finished: now,
            ..self.blank(gate)
        };
        store::save_record(&*self.store, &record, self.signer.as_ref())
    }

    /// Returns a pass of a gate that nothing else is said of.
    fn blank(&self, gate: &GateId) -> Record {
        let planned = self.gates.get(gate);
        let mut evidence_types = planned.map(|own| own.evidence_types.clone()).unwrap_or_default();
        if evidence_types.is_empty() {
            evidence_types.insert(COMMAND.to_owned());
        }
        Record {
            subjects: Subjects { commit: self.commit.clone(), artifacts: BTreeMap::new() },
            gate: gate.clone(),
            plan: self.plan,
            profile: self.requirements.profile.clone(),
            environment: self.requirements.environment.clone(),
            result: GateResult::Pass,
            origin: Origin::Executed,
            owner: self.owners.get(gate).cloned().unwrap_or_default(),
            evidence_types,
            artifacts: Vec::new(),
            command: planned.and_then(|own| own.run.clone()),
            missing_reason: None,
            run: self.run.clone(),
            attempt: 1,
            shard: Shard::WHOLE,
            started: Timestamp::UNIX_EPOCH,
            finished: Timestamp::UNIX_EPOCH,
            valid_until: None,
            tool: Tool { name: "laneway".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) },
            failure: None,
            drift: None,
        }
    }

    /// Takes the seal of the commit and plan back where a gate failed. Returns which one.
    pub(super) fn revoke(
        &self,
        gates: &BTreeMap<GateId, GateRun>,
        trust: &Trust,
    ) -> Result<Option<u32>, Vec<Fault>> {
        let failed = gates.iter().find_map(|(id, gate)| {
            let failed = gate.tries.iter().find(|own| own.result == GateResult::Fail)?;
            Some((id, gate, failed.record?))
        });
        let Some((id, gate, record)) = failed else { return Ok(None) };
        let keys: Vec<PublicKey> = trust.keys.iter().map(|own| own.key.clone()).collect();
        let Some(prior) = store::prior(&*self.store, &self.commit, self.plan, &keys)? else {
            return Ok(None);
        };
        let epoch = prior.seal.content.epoch;
        let revocation = Revocation {
            commit: self.commit.clone(),
            plan: self.plan,
            epoch,
            owner: gate.owner.clone(),
            reason: format!("gate `{id}` failed later, in run {}", self.run),
            cause: Cause::LaterFailure { record },
            revoked: proof::now().map_err(|fault| vec![fault])?,
        };
        match store::save_revocation(&*self.store, &revocation, self.signer.as_ref()) {
            Ok(Put::Created | Put::Exists) => Ok(Some(epoch)),
            Err(fault) => Err(vec![fault]),
        }
    }
}
