//! Evidence as a store holds it, read and checked as far as one can without a policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::{CommitHash, Digest};
use crate::dsse::KeyId;
use crate::evidence::{Record, Revocation, Seal};
use crate::fault::Fault;
use crate::id::GateId;
use crate::permission::Permission;

/// A statement with the keys whose signatures over its bytes hold. Whether they count is for the [trust](crate::trust) of
/// the base to say.
#[derive(Clone, Debug)]
pub struct Held<T> {
    /// The digest of its bytes.
    pub digest: Digest,
    /// What it says.
    pub content: T,
    /// Who signed it.
    pub signers: BTreeSet<KeyId>,
}

/// An object that cannot be read, or is not what its name says. It is never a pass.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Its name in the store.
    pub key: String,
    /// The gate that it is kept under, where the name says one.
    pub gate: Option<GateId>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// What a store holds for one commit (or artifact) under one plan.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The results.
    pub records: Vec<Held<Record>>,
    /// What those cite, by digest.
    pub cited: BTreeMap<Digest, Held<Record>>,
    /// What there is under the same plan for the commits of cited records that are of another commit: their results,
    /// seals and revocations. A citation of a commit that is not here does not hold.
    pub elsewhere: BTreeMap<CommitHash, Self>,
    /// Permissions that are kept as records, for this commit or for any, without those that were taken back.
    pub permissions: Vec<Held<Permission>>,
    /// The seals, by epoch.
    pub seals: BTreeMap<u32, Held<Seal>>,
    /// What was taken back, by epoch.
    pub revocations: BTreeMap<u32, Held<Revocation>>,
    /// What cannot be read.
    pub broken: Vec<Broken>,
}

/// Everything that a store holds.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// Every result that a pointer names, in the order of their digests.
    pub records: Vec<Held<Record>>,
    /// Every permission, in force or not.
    pub permissions: Vec<Held<Permission>>,
    /// The permissions that were taken back.
    pub unpermitted: BTreeSet<Digest>,
    /// Every verdict that passed.
    pub seals: Vec<Held<Seal>>,
    /// Every other verdict.
    pub fails: Vec<Held<Seal>>,
    /// Every revocation.
    pub revocations: Vec<Held<Revocation>>,
    /// What cannot be read.
    pub broken: Vec<Broken>,
}
