//! A release, judged: its gates, its conditions and what was proved before come to one outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::way_back;
use super::{Given, SourceStand, Stand, conditions};
use crate::evidence::Outcome;
use crate::id::GateId;
use crate::posture::Rollback;
use crate::verdict::{Debt, Verdict};

/// A release, judged.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The verdict on the release gates, with the outcome and the debts of everything else.
    pub verdict: Verdict,
    /// How each condition stands.
    pub stands: Vec<Stand>,
    /// What became of each source gate.
    pub source: BTreeMap<GateId, SourceStand>,
    /// How what is released is taken back.
    pub rollback: Option<Rollback>,
}

/// Judges a release: it is clean where everything is, and fails where anything that stops it does not hold.
pub fn judgement(given: &Given<'_>) -> Judgement {
    let stands = conditions(given);
    let mut verdict = given.verdict.clone();
    let owed = stands.iter().filter_map(|own| own.debt.clone());
    let before = given.source.values().flat_map(|own| own.debts.iter().cloned());
    let debts: BTreeSet<Debt> = owed.chain(before).collect();
    let fails = stands.iter().any(Stand::blocks) || given.source.values().any(SourceStand::blocks);
    let own = match (fails, debts.is_empty()) {
        (true, _) => Outcome::Fails,
        (false, true) => Outcome::Clean,
        (false, false) => Outcome::WithDebt,
    };
    verdict.outcome = verdict.outcome.max(own);
    verdict.debts.extend(debts);
    let rollback = way_back(given.plan, given.manifest).cloned();
    Judgement { verdict, stands, source: given.source.clone(), rollback }
}
