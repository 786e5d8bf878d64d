//! What was proved before, by computed names.

use std::collections::BTreeSet;

use super::Store;
use super::model::altered;
use super::read::{Reader, is_kept_at};
use crate::digest::{CommitHash, Digest};
use crate::dsse::PublicKey;
use crate::evidence::{Held, Seal, Statement, key};
use crate::fault::Fault;

/// Prior evidence: the seal that stands.
#[derive(Clone, Debug)]
pub struct Prior {
    /// The seal.
    pub seal: Held<Seal>,
}

/// Looks up the seal of a commit and plan that stands, in three reads whatever the store's size: the seal at the lowest
/// epoch, its signature, its revocation; three more for each seal that was revoked. A seal that is of another commit or plan
/// than its name says, or does not pass, or has a wrong signature under the name of a known key, is a fault.
pub fn prior(
    store: &dyn Store,
    commit: &CommitHash,
    plan: Digest,
    keys: &[PublicKey],
) -> Result<Option<Prior>, Vec<Fault>> {
    let one = |fault| vec![fault];
    let reader = Reader::new(store, keys);
    for epoch in 0..=u32::MAX {
        let at = key::seal(commit, plan, epoch);
        let Some(bytes) = reader.bytes(&at).map_err(one)?? else { return Ok(None) };
        let statement = Statement::parse(at.as_str(), &bytes)?;
        let digest = Digest::of(&bytes);
        let is_kept = is_kept_at(&at, &statement, digest);
        let seal = match statement {
            Statement::Seal(own) if is_kept => *own,
            _ => {
                let what = "is no passing verdict of the commit and plan that its name says";
                return Err(vec![altered(&store.place(), &at, what)]);
            }
        };
        let signers: BTreeSet<_> = match seal.key_hint {
            Some(hint) => reader.signer(digest, hint, &bytes).map_err(one)??.into_iter().collect(),
            None => BTreeSet::new(),
        };
        if !store.head(&key::revoke(commit, plan, epoch)).map_err(one)? {
            return Ok(Some(Prior { seal: Held { digest, content: seal, signers } }));
        }
    }
    Ok(None)
}
