//! The newest verdict about each gate.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::digest::Digest;
use crate::evidence::{Archive, Held, Outcome, Seal, SealedGate, Shown};
use crate::id::GateId;

/// How a gate stands in a verdict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand<'a> {
    /// The verdict.
    pub seal: &'a Seal,
    /// What it says of the gate.
    pub sealed: &'a SealedGate,
    /// Says whether it was taken back.
    pub is_revoked: bool,
}

impl Stand<'_> {
    /// Returns what the verdict came to.
    pub(super) const fn outcome(&self) -> &'static str {
        match self.seal.outcome {
            Outcome::Fails => "fails",
            _ if self.is_revoked => "revoked",
            other => other.as_str(),
        }
    }

    /// Says whether nothing is left to do.
    pub(super) const fn is_done(&self) -> bool {
        let holds = matches!(
            self.sealed.shown,
            Shown::Passed | Shown::Reused | Shown::Approved | Shown::NotApplicable
        );
        holds && !self.is_revoked
    }
}

/// What the newest verdicts say of one gate, by profile and environment.
pub(super) type Stands<'a> = BTreeMap<Where<'a>, Stand<'a>>;

/// What verdicts say of one gate, by profile and environment, each with what makes it the newest.
type Ordered<'a> = BTreeMap<Where<'a>, (Order, Stand<'a>)>;

/// A profile and an environment.
pub(super) type Where<'a> = (Option<&'a str>, Option<&'a str>);

/// Returns, of each gate, the newest verdict of each profile and environment that expects it.
pub(super) fn newest(archive: &Archive) -> BTreeMap<&GateId, Stands<'_>> {
    let mut revoked = BTreeSet::new();
    for Held { content, .. } in &archive.revocations {
        revoked.insert((&content.commit, content.plan, content.epoch));
    }
    let seals = archive
        .seals
        .iter()
        .map(|held| (held, revoked.contains(&(&held.content.commit, held.content.plan, held.content.epoch))));
    let fails = archive.fails.iter().map(|held| (held, false));
    let mut gates: BTreeMap<&GateId, Ordered<'_>> = BTreeMap::new();
    for (held, is_revoked) in seals.chain(fails) {
        let seal = &held.content;
        let order = (seal.decided, seal.outcome, held.digest);
        for (gate, sealed) in &seal.gates {
            let own = gates.entry(gate).or_default();
            let key = (seal.profile.as_deref(), seal.environment.as_deref());
            if own.get(&key).is_none_or(|(last, _)| *last < order) {
                own.insert(key, (order, Stand { seal, sealed, is_revoked }));
            }
        }
    }
    gates
        .into_iter()
        .map(|(gate, own)| (gate, own.into_iter().map(|(key, (_, stand))| (key, stand)).collect()))
        .collect()
}

/// What makes one verdict newer than another: the time, and of two at once the one that fails.
type Order = (Timestamp, Outcome, Digest);
