//! What a store holds for one commit under one plan.

use std::collections::{BTreeMap, BTreeSet};

use super::Store;
use super::read::{Reader, each};
use crate::digest::{CommitHash, Digest};
use crate::dsse::PublicKey;
use crate::evidence::key::{self, Subject};
use crate::evidence::{Broken, Evidence, Held, Key, Origin, Record, Statement};
use crate::fault::{Code, Fault};
use crate::id::GateId;

/// Loads everything for a subject under a plan, with what its records cite. Whatever cannot be read, or is about something
/// else than its name says, is listed as broken. Signatures are checked with `keys`; those of other keys are not looked at.
pub fn load(
    store: &dyn Store,
    subject: &Subject,
    plan: Digest,
    keys: &[PublicKey],
) -> Result<Evidence, Fault> {
    let reader = Reader::new(store, keys);
    let mut evidence = Evidence::default();
    records(&reader, subject, plan, &mut evidence)?;
    cited(&reader, &mut evidence)?;
    let commit = match subject {
        Subject::Commit(commit) => Some(commit),
        Subject::Artifact(_) => None,
    };
    elsewhere(&reader, commit, plan, &mut evidence)?;
    permissions(&reader, commit, &mut evidence)?;
    if let Some(commit) = commit {
        seals(&reader, commit, plan, &mut evidence)?;
    }
    Ok(evidence)
}

fn records(
    reader: &Reader<'_>,
    subject: &Subject,
    plan: Digest,
    evidence: &mut Evidence,
) -> Result<(), Fault> {
    let prefix = key::runs(subject, plan);
    let pointers = reader.store.list(&prefix)?;
    let read = each(reader.store, &pointers, |pointer| reader.pointed(pointer))?;
    let mut broken = Vec::new();
    for (pointer, read) in pointers.iter().zip(read) {
        match read {
            Ok(Held { digest, content: Statement::Record(own), signers }) => {
                evidence.records.push(Held { digest, content: *own, signers });
            }
            Ok(_) => {}
            Err(faults) => broken.push((pointer, faults)),
        }
    }
    let by_part: BTreeMap<String, GateId> =
        evidence.records.iter().map(|held| (gate_part(&held.content), held.content.gate.clone())).collect();
    evidence.broken.extend(broken.into_iter().map(|(pointer, faults)| {
        // The id of a gate that is too long for a file's name is cut there; any other record of it has it whole.
        let part = pointer.as_str()[prefix.len()..].split('/').next().unwrap_or_default();
        let gate = by_part.get(part).cloned().unwrap_or_else(|| GateId::new(part));
        Broken { key: pointer.to_string(), gate: Some(gate), faults }
    }));
    Ok(())
}

/// Returns how keys write the gate of a record.
fn gate_part(record: &Record) -> String {
    let subject = Subject::Commit(record.subjects.commit.clone());
    let at = key::run(&subject, record.plan, &record.gate, (&record.run, record.attempt, record.shard));
    at.as_str().rsplit('/').nth(1).unwrap_or_default().to_owned()
}

fn cited(reader: &Reader<'_>, evidence: &mut Evidence) -> Result<(), Fault> {
    let cited: BTreeSet<Digest> = evidence.records.iter().filter_map(|held| cites(&held.content)).collect();
    let cited: Vec<Digest> = cited.into_iter().collect();
    let read = each(reader.store, &cited, |digest| reader.statement(*digest))?;
    for (digest, read) in cited.into_iter().zip(read) {
        let faults = match read {
            Ok(Held { digest, content: Statement::Record(record), signers }) => {
                evidence.cited.insert(digest, Held { digest, content: *record, signers });
                continue;
            }
            Ok(_) => {
                let message = format!("`{}` is cited, and is no result of a gate", key::record(digest));
                vec![Fault::new(Code::StoreAltered, message, "cite the record of a run that passed")]
            }
            Err(faults) => faults,
        };
        evidence.broken.push(Broken { key: key::record(digest).to_string(), gate: None, faults });
    }
    Ok(())
}

/// Loads what there is for the other commits of cited records: whether the gate failed there too, and which seals were taken
/// back there.
fn elsewhere(
    reader: &Reader<'_>,
    commit: Option<&CommitHash>,
    plan: Digest,
    evidence: &mut Evidence,
) -> Result<(), Fault> {
    let cited = evidence.cited.values().map(|held| held.content.subjects.commit.clone());
    let others: BTreeSet<CommitHash> = cited.filter(|other| Some(other) != commit).collect();
    for other in others {
        let mut around = Evidence::default();
        records(reader, &Subject::Commit(other.clone()), plan, &mut around)?;
        seals(reader, &other, plan, &mut around)?;
        evidence.elsewhere.insert(other, around);
    }
    Ok(())
}

/// Returns the record that one cites.
pub(super) const fn cites(record: &Record) -> Option<Digest> {
    match record.origin {
        Origin::Executed => None,
        Origin::Reused { from } => Some(from),
    }
}

/// Loads the permissions for a commit and those for any, without those that were taken back.
fn permissions(
    reader: &Reader<'_>,
    commit: Option<&CommitHash>,
    evidence: &mut Evidence,
) -> Result<(), Fault> {
    let mut pointers = reader.store.list(&key::permits(None))?;
    if let Some(commit) = commit {
        pointers.extend(reader.store.list(&key::permits(Some(commit)))?);
    }
    let read = each(reader.store, &pointers, |pointer| {
        let read = reader.pointed(pointer)?;
        let is_back = match &read {
            Ok(held) => reader.store.head(&key::unpermit(held.digest))?,
            Err(_) => false,
        };
        Ok((read, is_back))
    })?;
    for (pointer, read) in pointers.iter().zip(read) {
        match read {
            (Ok(Held { digest, content: Statement::Permission(own), signers }), false) => {
                evidence.permissions.push(Held { digest, content: *own, signers });
            }
            (Ok(_), _) => {}
            (Err(faults), _) => {
                evidence.broken.push(Broken { key: pointer.to_string(), gate: None, faults });
            }
        }
    }
    Ok(())
}

/// Loads the seals of a commit and plan, each with what took it back.
fn seals(
    reader: &Reader<'_>,
    commit: &CommitHash,
    plan: Digest,
    evidence: &mut Evidence,
) -> Result<(), Fault> {
    let broken = |at: Key, faults| Broken { key: at.to_string(), gate: None, faults };
    for epoch in 0..=u32::MAX {
        let at = key::seal(commit, plan, epoch);
        match reader.named(&at)? {
            Some(Ok(Held { digest, content: Statement::Seal(own), signers })) => {
                evidence.seals.insert(epoch, Held { digest, content: *own, signers });
            }
            Some(Ok(_)) => {}
            Some(Err(faults)) => evidence.broken.push(broken(at, faults)),
            None => break,
        }
        let at = key::revoke(commit, plan, epoch);
        match reader.named(&at)? {
            Some(Ok(Held { digest, content: Statement::Revocation(own), signers })) => {
                evidence.revocations.insert(epoch, Held { digest, content: *own, signers });
            }
            Some(Ok(_)) => {}
            Some(Err(faults)) => evidence.broken.push(broken(at, faults)),
            None => break,
        }
    }
    Ok(())
}
