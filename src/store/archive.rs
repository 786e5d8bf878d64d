//! Everything that a store holds, for pages and exports.

use std::collections::BTreeMap;

use super::Store;
use super::read::{Reader, each, is_kept_at};
use crate::digest::Digest;
use crate::dsse::PublicKey;
use crate::evidence::{Archive, Broken, Held, Key, Outcome, Statement};
use crate::fault::{Code, Fault};
use crate::id::GateId;

/// Loads a whole store. What cannot be read, or is about something else than its name says, is listed as broken.
pub fn archive(store: &dyn Store, keys: &[PublicKey]) -> Result<Archive, Fault> {
    let reader = Reader::new(store, keys);
    let mut archive = Archive::default();
    for prefix in ["v1/run/", "v1/permit/"] {
        let (statements, broken) = pointed(&reader, &store.list(prefix)?)?;
        archive.broken.extend(broken);
        for statement in statements {
            sort(&mut archive, statement);
        }
    }
    for prefix in ["v1/seal/", "v1/fail/", "v1/revoke/"] {
        let names = store.list(prefix)?;
        let read = each(store, &names, |at| reader.named(at))?;
        for (at, read) in names.iter().zip(read) {
            match read {
                Some(Ok(statement)) => sort(&mut archive, statement),
                Some(Err(faults)) => archive.broken.push(broken(at, faults)),
                // It was taken away since it was listed.
                None => {}
            }
        }
    }
    let back = store.list("v1/unpermit/")?;
    archive.unpermitted = back.iter().filter_map(unpermitted).collect();
    archive.broken.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(archive)
}

/// Reads what pointers point to, each statement once, in the order of the digests. A pointer that leads nowhere, or to what
/// belongs elsewhere, is broken.
fn pointed(reader: &Reader<'_>, pointers: &[Key]) -> Result<(Vec<Held<Statement>>, Vec<Broken>), Fault> {
    let mut all_broken = Vec::new();
    let mut by_target: BTreeMap<Digest, Vec<&Key>> = BTreeMap::new();
    for (pointer, target) in pointers.iter().zip(each(reader.store, pointers, |at| reader.target(at))?) {
        match target {
            Ok(digest) => by_target.entry(digest).or_default().push(pointer),
            Err(faults) => all_broken.push(broken(pointer, faults)),
        }
    }
    let targets: Vec<Digest> = by_target.keys().copied().collect();
    let read = each(reader.store, &targets, |digest| reader.statement(*digest))?;
    let mut statements = Vec::with_capacity(read.len());
    for (pointers, read) in by_target.values().zip(read) {
        let held = match read {
            Ok(held) => held,
            Err(faults) => {
                all_broken.extend(pointers.iter().map(|pointer| broken(pointer, faults.clone())));
                continue;
            }
        };
        let (right, wrong): (Vec<&Key>, Vec<&Key>) =
            pointers.iter().partition(|pointer| is_kept_at(pointer, &held.content, held.digest));
        all_broken.extend(wrong.into_iter().map(|pointer| {
            let message = format!("`{pointer}` points to a statement about something else");
            let help = "see who wrote it, and take the pointer away";
            broken(pointer, vec![Fault::new(Code::StoreAltered, message, help)])
        }));
        if !right.is_empty() {
            statements.push(held);
        }
    }
    Ok((statements, all_broken))
}

/// Puts a statement where it belongs.
fn sort(archive: &mut Archive, Held { digest, content, signers }: Held<Statement>) {
    match content {
        Statement::Record(own) => archive.records.push(Held { digest, content: *own, signers }),
        Statement::Permission(own) => archive.permissions.push(Held { digest, content: *own, signers }),
        Statement::Seal(own) if own.outcome == Outcome::Fails => {
            archive.fails.push(Held { digest, content: *own, signers });
        }
        Statement::Seal(own) => archive.seals.push(Held { digest, content: *own, signers }),
        Statement::Revocation(own) => archive.revocations.push(Held { digest, content: *own, signers }),
    }
}

fn broken(at: &Key, faults: Vec<Fault>) -> Broken {
    let parts: Vec<&str> = at.as_str().split('/').collect();
    let gate = match parts.as_slice() {
        ["v1", "run", _, _, gate, _] => Some(GateId::new(*gate)),
        _ => None,
    };
    Broken { key: at.to_string(), gate, faults }
}

/// Returns the record that a taken-back permission is kept as.
fn unpermitted(at: &Key) -> Option<Digest> {
    Digest::parse(at.as_str().strip_prefix("v1/unpermit/")?.strip_suffix(".json")?).ok()
}
