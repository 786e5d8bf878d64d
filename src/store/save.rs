//! Statements into a store, each before the pointers that it is found by.
//!
//! What a name leads to is there before the name: bytes and signature first, then the pointer or the seal, so that whoever
//! finds something finds all of it, whenever a writer was stopped. What belongs to a name that went to somebody else is
//! withdrawn, so that a lost race leaves nothing behind.

use serde_json::json;

use super::read::kept_under;
use super::{Object, Put, Store};
use crate::digest::Digest;
use crate::dsse::{Detached, SecretKey};
use crate::evidence::{Key, Record, Revocation, Seal, Statement, key};
use crate::fault::{Code, Fault};
use crate::permission::Permission;

/// How often one run may fail with another verdict: enough for whoever tries again by hand.
const MOST_FAILS: u32 = 1000;

/// Puts bytes under their digest: a report, a log.
pub fn save_blob(store: &dyn Store, bytes: &[u8]) -> Result<Digest, Fault> {
    let digest = Digest::of(bytes);
    store.put_behind(&[(key::blob(digest), bytes.to_vec())], &[])?;
    Ok(digest)
}

/// Puts a result, and points to it under its commit and under each of its artifacts. A result that is there already for
/// the same gate, run, attempt and part is a fault, unless it is the very same.
pub fn save_record(store: &dyn Store, record: &Record, signer: Option<&SecretKey>) -> Result<Digest, Fault> {
    save_result(store, record, Vec::new(), signer)
}

/// Puts a result with the reports and logs that it names, as [`save_record`] does. A writer that is stopped before the end
/// leaves nothing that counts.
pub fn save_result(
    store: &dyn Store,
    record: &Record,
    blobs: Vec<Vec<u8>>,
    signer: Option<&SecretKey>,
) -> Result<Digest, Fault> {
    let blobs = blobs.into_iter().map(|bytes| (key::blob(Digest::of(&bytes)), bytes)).collect();
    save_pointed(store, &Statement::Record(Box::new(record.clone())), blobs, signer)
}

/// Puts a permission, and points to it.
pub fn save_permission(
    store: &dyn Store,
    permission: &Permission,
    signer: &SecretKey,
) -> Result<Digest, Fault> {
    save_pointed(store, &Statement::Permission(Box::new(permission.clone())), Vec::new(), Some(signer))
}

/// Takes back a permission that is kept as a record. The first to do so is the one whose reason stays.
pub fn save_unpermit(store: &dyn Store, record: Digest, owner: &str, reason: &str) -> Result<Put, Fault> {
    let bytes = json!({"record": record.to_string(), "owner": owner, "reason": reason}).to_string() + "\n";
    store.put(&key::unpermit(record), bytes.as_bytes())
}

/// Puts a verdict that passes. Of several at once, the first one stands; its signature is there before it is.
pub fn save_seal(store: &dyn Store, seal: &Seal, signer: Option<&SecretKey>) -> Result<Put, Fault> {
    let at = key::seal(&seal.commit, seal.plan, seal.epoch);
    save_named(store, at, &Statement::Seal(Box::new(seal.clone())), signer)
}

/// Puts a verdict that does not pass, for the dashboard. Each further one of the same run has a name of its own.
pub fn save_fail(store: &dyn Store, seal: &Seal) -> Result<Put, Fault> {
    let bytes = Statement::Seal(Box::new(seal.clone())).to_bytes();
    for number in 1..=MOST_FAILS {
        let at = key::fail_again(&seal.commit, seal.plan, &seal.run, number);
        match store.put(&at, &bytes)? {
            Put::Created => return Ok(Put::Created),
            Put::Exists if store.get(&at)?.as_deref() == Some(&bytes) => return Ok(Put::Exists),
            Put::Exists => {}
        }
    }
    let at = key::fail(&seal.commit, seal.plan, &seal.run);
    let message = format!("`{at}` of the store `{}` has {MOST_FAILS} verdicts already", store.place());
    Err(Fault::new(Code::StoreTwice, message, "give the next try a name of its own with `--run-id`"))
}

/// Takes a seal back. It is taken back once: a second time changes nothing.
pub fn save_revocation(
    store: &dyn Store,
    revocation: &Revocation,
    signer: Option<&SecretKey>,
) -> Result<Put, Fault> {
    let at = key::revoke(&revocation.commit, revocation.plan, revocation.epoch);
    save_named(store, at, &Statement::Revocation(Box::new(revocation.clone())), signer)
}

/// Puts a statement under its digest, and points to it from everywhere it is looked for.
fn save_pointed(
    store: &dyn Store,
    statement: &Statement,
    mut before: Vec<Object>,
    signer: Option<&SecretKey>,
) -> Result<Digest, Fault> {
    let bytes = statement.to_bytes();
    let digest = Digest::of(&bytes);
    let signature = signature(digest, &bytes, signer);
    before.push((key::record(digest), bytes));
    before.extend(signature);
    let pointer = json!({"record": digest.to_string()}).to_string() + "\n";
    let named: Vec<Object> =
        kept_under(statement, digest).into_iter().map(|at| (at, pointer.clone().into_bytes())).collect();
    for ((at, bytes), put) in named.iter().zip(store.put_behind(&before, &named)?) {
        if put == Put::Exists && store.get(at)?.is_some_and(|there| there != *bytes) {
            return Err(twice(store, at));
        }
    }
    Ok(digest)
}

/// Puts a statement under a name that only one can have.
fn save_named(
    store: &dyn Store,
    at: Key,
    statement: &Statement,
    signer: Option<&SecretKey>,
) -> Result<Put, Fault> {
    let bytes = statement.to_bytes();
    let signature: Vec<Object> = signature(Digest::of(&bytes), &bytes, signer).into_iter().collect();
    let put = store.put_behind(&signature, &[(at, bytes)])?;
    Ok(put.first().copied().unwrap_or(Put::Exists))
}

fn signature(statement: Digest, bytes: &[u8], signer: Option<&SecretKey>) -> Option<Object> {
    let signature = Detached::sign(signer?, bytes);
    Some((key::signature(statement, signature.key), signature.to_json()))
}

fn twice(store: &dyn Store, at: &Key) -> Fault {
    Fault::new(
        Code::StoreTwice,
        format!("`{at}` of the store `{}` points to another record already", store.place()),
        "a result is recorded once: give a later try a higher attempt, or another run",
    )
}
