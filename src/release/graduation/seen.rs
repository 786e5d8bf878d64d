//! The verdicts of a store, by scope.

use std::collections::BTreeMap;

use super::Scope;
use crate::digest::{CommitHash, Digest};
use crate::evidence::{Archive, Seal};
use crate::release::promotion::PROMOTION;

/// Returns the last word on each commit and plan, by scope, the oldest first. A verdict that is repeated is seen once.
pub(super) fn verdicts(archive: &Archive) -> BTreeMap<Scope, Vec<&Seal>> {
    let mut last: BTreeMap<(&CommitHash, Digest), &Seal> = BTreeMap::new();
    for held in archive.seals.iter().chain(&archive.fails) {
        let seal = &held.content;
        let own = last.entry((&seal.commit, seal.plan)).or_insert(seal);
        // Of two at the same time the one that fails counts.
        if (own.decided, own.outcome) < (seal.decided, seal.outcome) {
            *own = seal;
        }
    }
    let mut by_scope: BTreeMap<Scope, Vec<&Seal>> = BTreeMap::new();
    for seal in last.into_values() {
        by_scope.entry(scope(seal)).or_default().push(seal);
    }
    for seals in by_scope.values_mut() {
        seals.sort_by(|one, other| {
            (one.decided, &one.commit, one.plan).cmp(&(other.decided, &other.commit, other.plan))
        });
    }
    by_scope
}

fn scope(seal: &Seal) -> Scope {
    match (seal.profile.as_deref(), seal.environment.as_deref()) {
        (Some(PROMOTION), _) => Scope::Promotion,
        (None, None) => Scope::PreMerge,
        (profile, environment) => Scope::Release {
            profile: profile.unwrap_or("no profile").to_owned(),
            environment: environment.unwrap_or("no environment").to_owned(),
        },
    }
}
