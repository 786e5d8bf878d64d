//! What was deployed where: results of the gate of deployments, which have a pointer of their own under the environment.

use super::Store;
use super::read::{Reader, each};
use crate::digest::Digest;
use crate::dsse::PublicKey;
use crate::evidence::{Broken, GateResult, Held, Key, Origin, Record, Statement, key};
use crate::fault::{Code, Fault};
use crate::release::{DEPLOY_EVIDENCE, DEPLOY_GATE, OWN_NAME};

/// The deployments to an environment.
#[derive(Clone, Debug, Default)]
pub struct Deployments {
    /// Each with the digest of its manifest, the latest one last. Those that failed are there as well.
    pub records: Vec<(Digest, Held<Record>)>,
    /// What cannot be read. It is no deployment.
    pub broken: Vec<Broken>,
}

/// Lists what was deployed to an environment. Nothing else of the store is read.
pub fn deployments(store: &dyn Store, environment: &str, keys: &[PublicKey]) -> Result<Deployments, Fault> {
    below(store, &key::deployments(environment), keys)
}

/// Returns the deployments of a manifest to an environment that passed, each with who signed it: whether that suffices is
/// for the [trust](crate::trust) of the base to say.
pub fn is_deployed(
    store: &dyn Store,
    manifest: Digest,
    environment: &str,
    keys: &[PublicKey],
) -> Result<Vec<Held<Record>>, Fault> {
    let all = below(store, &key::deployments_of(environment, manifest), keys)?;
    let passed = all.records.into_iter().map(|(_, held)| held);
    Ok(passed.filter(|held| held.content.result == GateResult::Pass).collect())
}

fn below(store: &dyn Store, prefix: &str, keys: &[PublicKey]) -> Result<Deployments, Fault> {
    let reader = Reader::new(store, keys);
    let pointers = store.list(prefix)?;
    let read = each(store, &pointers, |pointer| reader.pointed(pointer))?;
    let mut found = Deployments::default();
    for (pointer, read) in pointers.iter().zip(read) {
        let faults = match read {
            Ok(Held { digest, content: Statement::Record(own), signers }) => match manifest_of(&own) {
                Some(manifest) => {
                    found.records.push((manifest, Held { digest, content: *own, signers }));
                    continue;
                }
                None => no_deployment(pointer),
            },
            Ok(_) => no_deployment(pointer),
            Err(faults) => faults,
        };
        found.broken.push(Broken { key: pointer.to_string(), gate: None, faults });
    }
    found.records.sort_by(|(_, one), (_, other)| {
        (one.content.finished, one.digest).cmp(&(other.content.finished, other.digest))
    });
    Ok(found)
}

fn no_deployment(pointer: &Key) -> Vec<Fault> {
    let message = format!("`{pointer}` points to what is no deployment");
    vec![Fault::new(Code::StoreAltered, message, "see who wrote it, and take the pointer away")]
}

/// Returns the manifest that a record says was deployed, where it is the record of a deployment.
pub(super) fn manifest_of(record: &Record) -> Option<Digest> {
    let is_deployment = record.gate.as_str() == DEPLOY_GATE
        && record.environment.is_some()
        && record.origin == Origin::Executed
        && record.evidence_types.contains(DEPLOY_EVIDENCE);
    record.subjects.artifacts.get(OWN_NAME).copied().filter(|_| is_deployment)
}

/// Returns the pointer by which a deployment is found, where the record is one of a deployment.
pub(super) fn pointer(record: &Record) -> Option<Key> {
    let manifest = manifest_of(record)?;
    let environment = record.environment.as_deref()?;
    Some(key::deployment(environment, manifest, &record.run, record.attempt))
}
