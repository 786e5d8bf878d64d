//! Statements out of a store: whether they are what their names say, and who signed them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Store;
use super::model::altered;
use crate::digest::Digest;
use crate::dsse::{Detached, KeyId, PublicKey};
use crate::evidence::{Held, Key, Outcome, Statement, key};
use crate::fault::{Code, Fault};
use crate::permission::Whose;
use crate::source::Source;

/// Up to how many keys each signature is asked for by its name; with more, those that are there are listed.
const FEW_KEYS: usize = 8;

/// What was read. The outer fault is the store's, which cannot be asked; the inner ones are those of the object, which is
/// then broken.
pub(super) type Read<T> = Result<Result<T, Vec<Fault>>, Fault>;

/// What stands under a name: a statement, or what is wrong with it.
pub(super) type Found = Result<Held<Statement>, Vec<Fault>>;

/// A store with the keys that signatures are checked with.
pub(super) struct Reader<'a> {
    pub(super) store: &'a dyn Store,
    keys: BTreeMap<KeyId, &'a PublicKey>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(store: &'a dyn Store, keys: &'a [PublicKey]) -> Self {
        Self { store, keys: keys.iter().map(|key| (key.id(), key)).collect() }
    }

    /// Reads what a pointer points to, which must be kept under this very pointer.
    pub(super) fn pointed(&self, pointer: &Key) -> Read<Held<Statement>> {
        match self.target(pointer)? {
            Ok(digest) => Ok(self.statement(digest)?.and_then(|held| self.kept_at(pointer, held))),
            Err(faults) => Ok(Err(faults)),
        }
    }

    /// Reads which record a pointer names.
    pub(super) fn target(&self, pointer: &Key) -> Read<Digest> {
        Ok(self.bytes(pointer)?.and_then(|bytes| {
            let bytes = bytes.ok_or_else(|| self.one(pointer, "was listed, and is not there"))?;
            pointer_target(&bytes)
                .map_err(|why| self.one(pointer, &format!("is no pointer to a record: {why}")))
        }))
    }

    /// Reads a statement by the digest of its bytes.
    pub(super) fn statement(&self, digest: Digest) -> Read<Held<Statement>> {
        let at = key::record(digest);
        match self.bytes(&at)? {
            Ok(Some(bytes)) if Digest::of(&bytes) == digest => self.parse(&at, &bytes),
            Ok(Some(_)) => Ok(Err(self.one(&at, "does not have the bytes that its name says"))),
            Ok(None) => Ok(Err(self.one(&at, "is not there"))),
            Err(faults) => Ok(Err(faults)),
        }
    }

    /// Reads a statement that is kept under a name of its own, or nothing.
    pub(super) fn named(&self, at: &Key) -> Result<Option<Found>, Fault> {
        match self.bytes(at)? {
            Ok(Some(bytes)) => Ok(Some(self.parse(at, &bytes)?.and_then(|held| self.kept_at(at, held)))),
            Ok(None) => Ok(None),
            Err(faults) => Ok(Some(Err(faults))),
        }
    }

    /// Returns who made the signature that is kept under the name of `key` over these bytes, if that is a key which is
    /// known.
    pub(super) fn signer(&self, digest: Digest, key: KeyId, bytes: &[u8]) -> Read<Option<KeyId>> {
        let at = key::signature(digest, key);
        let Some(public) = self.keys.get(&key) else { return Ok(Ok(None)) };
        Ok(self.bytes(&at)?.and_then(|signature| {
            let Some(signature) = signature else { return Ok(None) };
            let text = String::from_utf8_lossy(&signature);
            let detached = Detached::parse(&Source::new(at.as_str(), text)).map_err(|fault| vec![fault])?;
            if detached.key == key && detached.is_by(public, bytes) {
                return Ok(Some(key));
            }
            let help = "take the signature away, and sign the record anew";
            let message = format!("`{at}` is no signature over these bytes by that key");
            Err(vec![Fault::new(Code::EvidenceSignature, message, help)])
        }))
    }

    /// Reads an object. One that is no plain object is broken, and no reason to stop.
    pub(super) fn bytes(&self, at: &Key) -> Read<Option<Vec<u8>>> {
        match self.store.get(at) {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(fault) if fault.code == Code::StoreAltered => Ok(Err(vec![fault])),
            Err(fault) => Err(fault),
        }
    }

    fn parse(&self, at: &Key, bytes: &[u8]) -> Read<Held<Statement>> {
        let content = match Statement::parse(at.as_str(), bytes) {
            Ok(content) => content,
            Err(faults) => return Ok(Err(faults)),
        };
        let digest = Digest::of(bytes);
        Ok(self.signers(digest, bytes)?.map(|signers| Held { digest, content, signers }))
    }

    /// Returns which of the known keys signed these bytes. Signatures of others are not looked at, so that whoever adds one
    /// neither helps nor harms; a wrong one under the name of a known key breaks what it is over.
    pub(super) fn signers(&self, digest: Digest, bytes: &[u8]) -> Read<BTreeSet<KeyId>> {
        let mut signers = BTreeSet::new();
        for key in self.signed_by(digest)? {
            match self.signer(digest, key, bytes)? {
                Ok(signer) => signers.extend(signer),
                Err(faults) => return Ok(Err(faults)),
            }
        }
        Ok(Ok(signers))
    }

    /// Returns the known keys of which there may be signatures.
    fn signed_by(&self, digest: Digest) -> Result<Vec<KeyId>, Fault> {
        if self.keys.len() <= FEW_KEYS {
            return Ok(self.keys.keys().copied().collect());
        }
        let prefix = key::signatures(digest);
        let there = self.store.list(&prefix)?;
        let names = there.iter().filter_map(|at| at.as_str().strip_prefix(&prefix)?.strip_suffix(".json"));
        Ok(names.filter_map(|name| KeyId::parse(name).ok()).filter(|id| self.keys.contains_key(id)).collect())
    }

    /// Refuses a statement that was copied to where it does not belong.
    fn kept_at(&self, at: &Key, held: Held<Statement>) -> Result<Held<Statement>, Vec<Fault>> {
        if is_kept_at(at, &held.content, held.digest) {
            return Ok(held);
        }
        Err(self.one(at, "is about something else than its name says"))
    }

    pub(super) fn one(&self, at: &Key, what: &str) -> Vec<Fault> {
        vec![altered(&self.store.place(), at, what)]
    }
}

/// Reads which record the bytes of a pointer name.
pub(super) fn pointer_target(bytes: &[u8]) -> Result<Digest, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pointer {
        record: String,
    }
    serde_json::from_slice::<Pointer>(bytes)
        .map_err(|error| error.to_string())
        .and_then(|own| Digest::parse(&own.record))
}

/// Returns the names that lead to a statement, by what it says; for a verdict that fails the first one of them.
pub(super) fn kept_under(content: &Statement, digest: Digest) -> Vec<Key> {
    match content {
        Statement::Record(own) => {
            let commit = key::Subject::Commit(own.subjects.commit.clone());
            let artifacts = own.subjects.artifacts.values().map(|digest| key::Subject::Artifact(*digest));
            let run = (&own.run, own.attempt, own.shard);
            let subjects = std::iter::once(commit).chain(artifacts);
            let mut keys: Vec<Key> =
                subjects.map(|subject| key::run(&subject, own.plan, &own.gate, run)).collect();
            // Two names of one artifact are one subject.
            keys[1..].sort_unstable();
            keys.dedup();
            keys.extend(super::deploy::pointer(own));
            keys
        }
        Statement::Permission(own) => match &own.subject {
            Whose::Any => vec![key::permit(None, digest)],
            Whose::Commit(commit) => vec![key::permit(Some(commit), digest)],
        },
        Statement::Seal(own) if own.outcome == Outcome::Fails => {
            vec![key::fail(&own.commit, own.plan, &own.run)]
        }
        Statement::Seal(own) => vec![key::seal(&own.commit, own.plan, own.epoch)],
        Statement::Revocation(own) => vec![key::revoke(&own.commit, own.plan, own.epoch)],
    }
}

/// Says whether a statement may be found under a name.
pub(super) fn is_kept_at(at: &Key, content: &Statement, digest: Digest) -> bool {
    let kept = kept_under(content, digest);
    if let (Statement::Seal(own), [first]) = (content, kept.as_slice())
        && own.outcome == Outcome::Fails
    {
        return at == first || fail_number(at, first).is_some_and(|number| number > 1);
    }
    kept.contains(at)
}

/// Returns which verdict of a run it is, where it is not the first one: `<run>.2.json`.
fn fail_number(at: &Key, first: &Key) -> Option<u32> {
    let stem = first.as_str().strip_suffix("json")?;
    at.as_str().strip_prefix(stem)?.strip_suffix(".json")?.parse().ok()
}

/// Reads each of many, several at once where the store is the faster for it, and returns them in order.
pub(super) fn each<T: Sync, R: Send>(
    store: &dyn Store,
    items: &[T],
    read: impl Fn(&T) -> Result<R, Fault> + Sync,
) -> Result<Vec<R>, Fault> {
    let parts = store.width().min(items.len() / 16).max(1);
    if parts == 1 {
        return items.iter().map(read).collect();
    }
    let read = &read;
    std::thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(items.len().div_ceil(parts))
            .map(|chunk| scope.spawn(move || chunk.iter().map(read).collect::<Result<Vec<R>, Fault>>()))
            .collect();
        let mut all = Vec::with_capacity(items.len());
        for thread in threads {
            all.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}
