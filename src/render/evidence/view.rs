//! From an archive to what was asked for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::wire::{
    BrokenV1, CommitV1, EVIDENCE_V1, EvidenceV1, GateV1, ObjectV1, PlanV1, StandingV1, SubjectV1, ViewV1,
};
use super::{gate, pieces};
use crate::digest::{CommitHash, Digest};
use crate::dsse::KeyId;
use crate::evidence::{Archive, Held, Outcome, Record, Revocation, Seal, key};
use crate::id::{GateId, nearest};
use crate::trust::Trust;

/// A store, with what is known of whose keys sign in it.
#[derive(Debug)]
pub struct Shelf<'a> {
    /// The store's address.
    pub place: &'a str,
    /// What it holds.
    pub archive: &'a Archive,
    /// Whose keys are known.
    pub trust: &'a Trust,
    /// Every signature that there is, by what it is over; whether it holds is known only of known keys.
    pub signatures: &'a BTreeMap<Digest, BTreeSet<KeyId>>,
    /// The digests of the files that it holds: logs, reports.
    pub blobs: &'a BTreeSet<Digest>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What there is.
    Everything,
    /// The commits of a plan.
    Plan(Digest),
    /// A commit.
    Commit(CommitHash),
    /// A gate.
    Gate(GateId),
    /// A statement, or a file.
    Object(Digest),
}

/// Why something is not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is nothing of that name.
    Nothing {
        /// What comes nearest to it.
        near: Option<String>,
    },
    /// The digits begin several names.
    Several {
        /// Some of them.
        names: Vec<String>,
    },
}

/// The fewest digits that stand for a whole hash.
const FEWEST: usize = 7;

/// Finds what a word means: a gate, the hash of a commit, the digest of a plan, a statement or a file. Seven digits or more
/// are enough, where they mean one thing only; here nothing is decided by them.
pub fn find(shelf: &Shelf<'_>, word: &str) -> Result<Asked, Unknown> {
    let gates = gates(shelf.archive);
    if let Some(gate) = gates.iter().find(|gate| gate.as_str() == word) {
        return Ok(Asked::Gate(gate.clone()));
    }
    let digits = word.strip_prefix("sha256:").unwrap_or(word);
    let is_hex =
        digits.len() >= FEWEST && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let names = if is_hex { names(shelf) } else { BTreeMap::new() };
    let meant: Vec<(&String, &Asked)> =
        names.range(digits.to_owned()..).take_while(|(name, _)| name.starts_with(digits)).collect();
    match &meant[..] {
        [(_, asked)] => Ok((*asked).clone()),
        [] => Err(Unknown::Nothing { near: near(&names, &gates, word, digits) }),
        [(name, asked), ..] if *name == digits => Ok((*asked).clone()),
        several => {
            Err(Unknown::Several { names: several.iter().take(5).map(|(name, _)| (*name).clone()).collect() })
        }
    }
}

/// Returns the name nearest to a word: the hash with the most digits in common, or the gate that is written most alike.
fn near(
    names: &BTreeMap<String, Asked>,
    gates: &BTreeSet<GateId>,
    word: &str,
    digits: &str,
) -> Option<String> {
    let common =
        |name: &str| name.bytes().zip(digits.bytes()).take_while(|(one, other)| one == other).count();
    let best = names.keys().max_by_key(|name| (common(name), Reverse((*name).clone())));
    let best = best.filter(|name| common(name) >= 4).cloned();
    best.or_else(|| nearest(word, gates.iter().map(GateId::as_str)).map(str::to_owned))
}

/// Returns every gate that something is kept of.
fn gates(archive: &Archive) -> BTreeSet<GateId> {
    let recorded = archive.records.iter().map(|held| &held.content.gate);
    let judged = verdicts(archive).flat_map(|(held, _)| held.content.gates.keys());
    let broken = archive.broken.iter().filter_map(|own| own.gate.as_ref());
    recorded.chain(judged).chain(broken).cloned().collect()
}

/// Returns what every hash means. Where two things have one name, a statement is meant rather than a file.
fn names(shelf: &Shelf<'_>) -> BTreeMap<String, Asked> {
    let archive = shelf.archive;
    let mut names = BTreeMap::new();
    let mut object = |digest: Digest| names.insert(digest.to_string(), Asked::Object(digest));
    for held in &archive.records {
        held.content.artifacts.iter().for_each(|own| drop(object(own.digest)));
        held.content.subjects.artifacts.values().for_each(|digest| drop(object(*digest)));
    }
    shelf.blobs.iter().for_each(|digest| drop(object(*digest)));
    archive.records.iter().for_each(|held| drop(object(held.digest)));
    archive.permissions.iter().for_each(|held| drop(object(held.digest)));
    archive.seals.iter().chain(&archive.fails).for_each(|held| drop(object(held.digest)));
    archive.revocations.iter().for_each(|held| drop(object(held.digest)));
    let records = archive.records.iter().map(|held| (&held.content.subjects.commit, held.content.plan));
    let verdicts = archive.seals.iter().chain(&archive.fails);
    for (commit, plan) in records.chain(verdicts.map(|held| (&held.content.commit, held.content.plan))) {
        names.insert(plan.to_string(), Asked::Plan(plan));
        names.insert(commit.to_string(), Asked::Commit(commit.clone()));
    }
    for commit in broken_commits(archive) {
        names.entry(commit.to_string()).or_insert(Asked::Commit(commit));
    }
    names
}

/// Returns the commits that broken objects are kept under: of some, nothing else may be left.
fn broken_commits(archive: &Archive) -> impl Iterator<Item = CommitHash> {
    let parts = archive.broken.iter().filter_map(|own| own.key.split('/').nth(2));
    parts.filter_map(|part| CommitHash::parse(part).ok())
}

/// Returns every verdict, each with what took it back.
pub(super) fn verdicts(archive: &Archive) -> impl Iterator<Item = (&Held<Seal>, Option<&Held<Revocation>>)> {
    let taken_back: BTreeMap<_, _> = archive
        .revocations
        .iter()
        .map(|held| ((&held.content.commit, held.content.plan, held.content.epoch), held))
        .collect();
    let sealed = archive.seals.iter().map(move |held| {
        let of = (&held.content.commit, held.content.plan, held.content.epoch);
        (held, taken_back.get(&of).copied())
    });
    sealed.chain(archive.fails.iter().map(|held| (held, None)))
}

/// By when a verdict was decided. Of two at one moment, one that does not hold is the newer.
fn moment(held: &Held<Seal>) -> (jiff::Timestamp, Outcome, u32, Digest) {
    (held.content.decided, held.content.outcome, held.content.epoch, held.digest)
}

/// Returns the newest verdict of a commit, with what took it back.
pub fn latest<'a>(
    archive: &'a Archive,
    commit: &CommitHash,
) -> Option<(&'a Held<Seal>, Option<&'a Held<Revocation>>)> {
    let own = verdicts(archive).filter(|(held, _)| held.content.commit == *commit);
    own.max_by_key(|(held, _)| moment(held))
}

/// Returns the verdict of a digest, with what took it back.
pub fn verdict(archive: &Archive, digest: Digest) -> Option<(&Held<Seal>, Option<&Held<Revocation>>)> {
    verdicts(archive).find(|(held, _)| held.digest == digest)
}

/// Lays out what was asked for.
pub fn view(shelf: &Shelf<'_>, asked: &Asked) -> EvidenceV1 {
    let view = match asked {
        Asked::Everything => ViewV1::Subjects { plan: None, subjects: subjects(shelf, None) },
        Asked::Plan(plan) => {
            ViewV1::Subjects { plan: Some(plan.to_string()), subjects: subjects(shelf, Some(*plan)) }
        }
        Asked::Commit(commit) => ViewV1::Commit(of_commit(shelf, commit)),
        Asked::Gate(id) => ViewV1::Gate(gate::history(shelf, id)),
        Asked::Object(digest) => ViewV1::Object(Box::new(object(shelf, *digest))),
    };
    let broken = shelf.archive.broken.iter().map(|own| BrokenV1 {
        key: own.key.clone(),
        gate: own.gate.as_ref().map(ToString::to_string),
        faults: own.faults.iter().map(|fault| fault.message.clone()).collect(),
    });
    EvidenceV1 { schema: EVIDENCE_V1, store: shelf.place.to_owned(), view, broken: broken.collect() }
}

/// Returns the commits, those of a plan, newest first.
fn subjects(shelf: &Shelf<'_>, plan: Option<Digest>) -> Vec<SubjectV1> {
    #[derive(Default)]
    struct Own<'a> {
        newest: Option<jiff::Timestamp>,
        records: usize,
        verdicts: Vec<(&'a Held<Seal>, Option<&'a Held<Revocation>>)>,
    }
    let mut all: BTreeMap<&CommitHash, Own<'_>> = BTreeMap::new();
    let is_meant = |own: Digest| plan.is_none_or(|plan| plan == own);
    for held in shelf.archive.records.iter().filter(|held| is_meant(held.content.plan)) {
        let own = all.entry(&held.content.subjects.commit).or_default();
        own.newest = own.newest.max(Some(held.content.finished));
        own.records += 1;
    }
    for (held, revocation) in verdicts(shelf.archive).filter(|(held, _)| is_meant(held.content.plan)) {
        let own = all.entry(&held.content.commit).or_default();
        let revoked = revocation.map(|own| own.content.revoked);
        own.newest = own.newest.max(Some(held.content.decided)).max(revoked);
        own.verdicts.push((held, revocation));
    }
    let mut subjects: Vec<(Reverse<Option<jiff::Timestamp>>, SubjectV1)> = all
        .into_iter()
        .map(|(commit, mut own)| {
            own.verdicts.sort_by_key(|(held, _)| Reverse(moment(held)));
            let subject = SubjectV1 {
                commit: commit.to_string(),
                newest: own.newest.map(|newest| newest.to_string()).unwrap_or_default(),
                records: own.records,
                verdicts: own.verdicts.iter().map(|own| pieces::verdict(shelf, *own)).collect(),
            };
            (Reverse(own.newest), subject)
        })
        .collect();
    subjects.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.commit.cmp(&other.1.commit)));
    subjects.into_iter().map(|(_, subject)| subject).collect()
}

fn of_commit(shelf: &Shelf<'_>, commit: &CommitHash) -> CommitV1 {
    let archive = shelf.archive;
    let own: Vec<_> = verdicts(archive).filter(|(held, _)| held.content.commit == *commit).collect();
    let records: Vec<&Held<Record>> =
        archive.records.iter().filter(|held| held.content.subjects.commit == *commit).collect();
    let plans: BTreeSet<Digest> = own
        .iter()
        .map(|(held, _)| held.content.plan)
        .chain(records.iter().map(|held| held.content.plan))
        .collect();
    let mut plans: Vec<_> = plans
        .into_iter()
        .map(|plan| {
            let mut verdicts: Vec<_> =
                own.iter().copied().filter(|(held, _)| held.content.plan == plan).collect();
            verdicts.sort_by_key(|(held, _)| Reverse(moment(held)));
            let records: Vec<_> = records.iter().copied().filter(|held| held.content.plan == plan).collect();
            let newest = verdicts.first().map(|(held, _)| moment(held));
            (Reverse(newest), plan_of(shelf, plan, &verdicts, &records))
        })
        .collect();
    plans.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.plan.cmp(&other.1.plan)));
    let permissions = archive.permissions.iter().filter(|held| held.content.subject.is(commit));
    CommitV1 {
        commit: commit.to_string(),
        plans: plans.into_iter().map(|(_, plan)| plan).collect(),
        permissions: permissions.map(|held| pieces::permission(shelf, held)).collect(),
    }
}

fn plan_of(
    shelf: &Shelf<'_>,
    plan: Digest,
    verdicts: &[(&Held<Seal>, Option<&Held<Revocation>>)],
    records: &[&Held<Record>],
) -> PlanV1 {
    let newest = verdicts.first().map(|(held, _)| &held.content);
    let mut by_gate: BTreeMap<&GateId, Vec<&Held<Record>>> = BTreeMap::new();
    for gate in newest.into_iter().flat_map(|seal| seal.gates.keys()) {
        by_gate.entry(gate).or_default();
    }
    for held in records {
        by_gate.entry(&held.content.gate).or_default().push(held);
    }
    let gates = by_gate.into_iter().map(|(id, records)| {
        let sealed = newest.and_then(|seal| seal.gates.get(id));
        pieces::gate(shelf, id, sealed, records)
    });
    let record = records.first().map(|held| &held.content);
    let profile =
        newest.map_or_else(|| record.and_then(|own| own.profile.clone()), |seal| seal.profile.clone());
    let environment = newest
        .map_or_else(|| record.and_then(|own| own.environment.clone()), |seal| seal.environment.clone());
    PlanV1 {
        plan: plan.to_string(),
        profile,
        environment,
        gates: gates.collect::<Vec<GateV1>>(),
        verdicts: verdicts.iter().map(|own| pieces::verdict(shelf, *own)).collect(),
    }
}

fn object(shelf: &Shelf<'_>, digest: Digest) -> ObjectV1 {
    let archive = shelf.archive;
    if let Some(held) = archive.records.iter().find(|held| held.digest == digest) {
        let cites = |own: &&Held<Record>| pieces::cites(&own.content) == Some(digest);
        let cited_by = archive.records.iter().filter(cites).map(|own| own.digest.to_string()).collect();
        return ObjectV1::Record { record: pieces::record(shelf, held), cited_by };
    }
    if let Some(held) = archive.permissions.iter().find(|held| held.digest == digest) {
        return ObjectV1::Permission(pieces::permission(shelf, held));
    }
    if let Some(own) = verdicts(archive).find(|(held, _)| held.digest == digest) {
        return pieces::full(shelf, own);
    }
    if let Some(held) = archive.revocations.iter().find(|held| held.digest == digest) {
        return ObjectV1::Revocation {
            commit: held.content.commit.to_string(),
            plan: held.content.plan.to_string(),
            epoch: held.content.epoch,
            revocation: pieces::revocation(shelf, held),
        };
    }
    let mut names = BTreeSet::new();
    let mut records: Vec<&Held<Record>> = Vec::new();
    for held in &archive.records {
        let left = held.content.artifacts.iter().filter(|own| own.digest == digest).map(|own| &own.name);
        let about =
            held.content.subjects.artifacts.iter().filter(|(_, own)| **own == digest).map(|(name, _)| name);
        let own: Vec<&String> = left.chain(about).collect();
        if !own.is_empty() {
            records.push(held);
        }
        names.extend(own.into_iter().cloned());
    }
    pieces::newest_first(&mut records);
    ObjectV1::Artifact {
        digest: digest.to_string(),
        key: shelf.blobs.contains(&digest).then(|| key::blob(digest).to_string()),
        names,
        records: records.into_iter().map(|held| pieces::record(shelf, held)).collect(),
    }
}

/// Returns what verdicts say of a gate, newest first.
pub(super) fn standings(archive: &Archive, gate: &GateId) -> Vec<StandingV1> {
    let mut own: Vec<_> =
        verdicts(archive).filter_map(|(held, _)| Some((held, held.content.gates.get(gate)?))).collect();
    own.sort_by_key(|(held, _)| Reverse(moment(held)));
    own.into_iter()
        .map(|(held, sealed)| StandingV1 {
            commit: held.content.commit.to_string(),
            plan: held.content.plan.to_string(),
            decided: held.content.decided.to_string(),
            result: sealed.result.into(),
            shown: sealed.shown.into(),
            owner: sealed.owner.clone(),
            missing_reason: sealed.missing_reason.clone(),
        })
        .collect()
}
