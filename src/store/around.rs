//! What a store holds for a commit under every plan.

use std::collections::BTreeSet;

use super::{Store, load};
use crate::digest::{CommitHash, Digest};
use crate::dsse::PublicKey;
use crate::evidence::key::Subject;
use crate::fault::Fault;
use crate::release::Around;

/// Loads what there is for a commit, plan by plan, in the order of their digests: every plan that has a result, and `also`,
/// whose permissions count whether or not it has one.
pub fn arounds(
    store: &dyn Store,
    commit: &CommitHash,
    also: Option<Digest>,
    keys: &[PublicKey],
) -> Result<Vec<Around>, Fault> {
    let prefix = format!("v1/run/{commit}/");
    let plan = |key: &str| Digest::parse(key.strip_prefix(&prefix)?.split('/').next()?).ok();
    let listed = store.list(&prefix)?;
    let plans: BTreeSet<Digest> = listed.iter().filter_map(|key| plan(key.as_str())).chain(also).collect();
    let subject = Subject::Commit(commit.clone());
    let around = |plan| Ok(Around { plan, evidence: load(store, &subject, plan, keys)? });
    plans.into_iter().map(around).collect()
}
