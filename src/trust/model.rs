//! Keys and what they may do.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::dsse::{KeyId, PublicKey};
use crate::id::GateId;
use crate::permission::Kind;
use crate::source::Place;

/// What a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Results of gates.
    Attest,
    /// Verdicts that pass.
    Seal,
    /// Approvals.
    Approve,
    /// Waivers.
    Waive,
    /// Break-glass permissions.
    BreakGlass,
}

impl Power {
    /// Every power, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Attest, Self::Seal, Self::Approve, Self::Waive, Self::BreakGlass];

    /// Returns what a key must be trusted with to sign a permission of a kind.
    pub const fn to_grant(kind: Kind) -> Self {
        match kind {
            Kind::Approval => Self::Approve,
            Kind::Waiver => Self::Waive,
            Kind::BreakGlass => Self::BreakGlass,
        }
    }

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attest => "attest",
            Self::Seal => "seal",
            Self::Approve => "approve",
            Self::Waive => "waive",
            Self::BreakGlass => "break_glass",
        }
    }
}

/// Gates by id: one, or all whose id begins alike (`platform-billing.*`), or all (`*`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateGlob(pub String);

impl GateGlob {
    /// Says whether a gate is meant.
    pub fn takes(&self, gate: &GateId) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => gate.as_str().starts_with(start),
            None => gate.as_str() == self.0,
        }
    }
}

/// A key whose signatures count.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    /// What people call it.
    pub id: String,
    /// The key.
    pub key: PublicKey,
    /// Who holds it: the one who approves where it approves.
    pub owner: String,
    /// What it may sign.
    pub may: BTreeSet<Power>,
    /// For which gates; all where it is empty.
    pub gates: Vec<GateGlob>,
    /// From when on its signatures do not count any more, whenever they were made.
    pub expires: Option<Timestamp>,
    /// Where it is stated.
    pub place: Place,
}

impl TrustedKey {
    /// Says whether both trust the same key with the same, wherever they stand.
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.key == other.key
            && self.owner == other.owner
            && self.may == other.may
            && self.gates == other.gates
            && self.expires == other.expires
    }

    /// Says whether the key's signature counts for something about a gate, or about no gate in particular.
    pub fn may(&self, power: Power, gate: Option<&GateId>, now: Timestamp) -> bool {
        self.may.contains(&power)
            && self.expires.is_none_or(|expires| now < expires)
            && (self.gates.is_empty()
                || gate.is_some_and(|gate| self.gates.iter().any(|glob| glob.takes(gate))))
    }
}

/// How many distinct keys must have signed what; nought where a signature is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signing {
    /// Each result of a gate.
    pub records: u32,
    /// A verdict that passes.
    pub seals: u32,
    /// A permission that is kept as a record: at least one, whatever is stated.
    pub permissions: u32,
}

impl Signing {
    /// Joins two requirements: the more of each.
    pub fn max(self, other: Self) -> Self {
        Self {
            records: self.records.max(other.records),
            seals: self.seals.max(other.seals),
            permissions: self.permissions.max(other.permissions),
        }
    }
}

/// Whose signatures count.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The keys, in the order of the documents.
    pub keys: Vec<TrustedKey>,
    /// How many are needed.
    pub signing: Signing,
}

impl Trust {
    /// Returns the distinct keys that may do this among those that signed. Names of keys decide nothing: two lines for one
    /// key are one key.
    pub fn count(
        &self,
        signers: &BTreeSet<KeyId>,
        power: Power,
        gate: Option<&GateId>,
        now: Timestamp,
    ) -> BTreeSet<KeyId> {
        let may = |key: &&TrustedKey| signers.contains(&key.key.id()) && key.may(power, gate, now);
        self.keys.iter().filter(may).map(|key| key.key.id()).collect()
    }
}
