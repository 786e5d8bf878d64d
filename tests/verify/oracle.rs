//! A second opinion of one gate, written down anew: tables instead of steps.

use std::collections::{BTreeMap, BTreeSet};

use laneway::evidence::{Drift, GateResult, Held, Origin, Outcome, Record, Shown};
use laneway::id::GateId;
use laneway::lanes::Enforcement;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::policy::PolicyBasis;
use laneway::route::GateState;
use laneway::trust::Power;
use laneway::verdict::Expectation;
use proptest::prelude::*;

use crate::laws::worlds_of;
use crate::world::World;

/// One gate of a world.
struct Oracle<'a> {
    world: &'a World,
    gate: &'a GateId,
    own: &'a Expectation,
}

impl Oracle<'_> {
    fn keys(
        &self,
        signers: &BTreeSet<laneway::dsse::KeyId>,
        power: Power,
        gate: Option<&GateId>,
    ) -> Vec<&str> {
        let mut found: BTreeMap<String, &str> = BTreeMap::new();
        for key in &self.world.trust.keys {
            let for_gate = key.gates.is_empty()
                || gate.is_some_and(|gate| {
                    key.gates.iter().any(|glob| match glob.0.strip_suffix('*') {
                        Some(start) => gate.as_str().starts_with(start),
                        None => glob.0 == gate.as_str(),
                    })
                });
            if signers.contains(&key.key.id()) && key.may.contains(&power) && for_gate {
                found.insert(key.key.to_string(), &key.owner);
            }
        }
        found.into_values().collect()
    }

    fn says(record: &Record) -> GateResult {
        let far = matches!(record.drift, Some(Drift::High | Drift::Critical));
        let bad = far && matches!(record.result, GateResult::Pass | GateResult::Partial);
        if bad { GateResult::Fail } else { record.result }
    }

    /// Everything that a record must be, whether or not it cites.
    fn is_sound(&self, held: &Held<Record>) -> bool {
        let (world, own, record) = (self.world, self.own, &held.content);
        let cites = record.origin != Origin::Executed;
        let same_command = match (&record.command, &own.required.run) {
            (Some(ran), Some(run)) => ran == run,
            (None, Some(_)) => cites || own.state == GateState::Current,
            (_, None) => true,
        };
        let left = record.artifacts.iter().any(|artifact| artifact.name != "log");
        [
            record.gate == *self.gate,
            record.subjects.commit == world.commit,
            record.plan == world.plan,
            record.profile == world.profile,
            record.environment == world.environment,
            record.started <= record.finished,
            record.finished <= world.now,
            record.valid_until.is_none_or(|at| world.now < at),
            same_command,
            cites || record.result != GateResult::Pass || !own.needs_artifact || left,
            self.keys(&held.signers, Power::Attest, Some(self.gate)).len()
                >= world.trust.signing.records as usize,
        ]
        .into_iter()
        .all(|fact| fact)
    }

    fn counts(&self, held: &Held<Record>) -> bool {
        let against =
            [GateResult::Fail, GateResult::Partial, GateResult::Blocked].contains(&held.content.result);
        self.is_sound(held) && (against || self.citation_holds(held))
    }

    fn citation_holds(&self, held: &Held<Record>) -> bool {
        let Origin::Reused { from } = held.content.origin else { return true };
        let records = &self.world.evidence.records;
        let Some(cited) = records.iter().find(|other| other.digest == from) else { return false };
        let is_broken = !self.world.evidence.broken.is_empty();
        let around: Vec<&Held<Record>> = records
            .iter()
            .filter(|other| self.is_sound(other))
            .filter(|other| {
                other.content.origin == Origin::Executed || other.content.result != GateResult::Pass
            })
            .collect();
        cited.content.origin == Origin::Executed
            && Self::says(&cited.content) == GateResult::Pass
            && self.is_sound(cited)
            && cited.content.shard == held.content.shard
            && !is_broken
            && self.table(&around) == Shown::Passed
    }

    /// From the facts of all runs to how the gate is shown: the first row that fits.
    fn table(&self, records: &[&Held<Record>]) -> Shown {
        let mut runs: BTreeMap<(String, u32), BTreeMap<_, &Held<Record>>> = BTreeMap::new();
        for held in records {
            let own = &held.content;
            runs.entry((own.run.to_string(), own.attempt)).or_default().insert(held.digest, held);
        }
        let (mut whole, mut torn, mut lacking) = (Vec::new(), false, false);
        for parts in runs.values() {
            let shards: Vec<_> = parts.values().map(|held| held.content.shard).collect();
            let total = shards[0].total;
            let indices: BTreeSet<u32> = shards.iter().map(|shard| shard.index).collect();
            if shards.iter().any(|shard| shard.total != total) || indices.len() != shards.len() {
                torn = true;
            } else if indices.len() < total as usize {
                lacking = true;
            } else {
                let said: BTreeSet<GateResult> =
                    parts.values().map(|held| Self::says(&held.content)).collect();
                let order = if self.own.may_not_apply {
                    [
                        GateResult::Fail,
                        GateResult::Blocked,
                        GateResult::Missing,
                        GateResult::Partial,
                        GateResult::NotApplicable,
                        GateResult::Pass,
                    ]
                } else {
                    [
                        GateResult::Fail,
                        GateResult::Blocked,
                        GateResult::Missing,
                        GateResult::NotApplicable,
                        GateResult::Partial,
                        GateResult::Pass,
                    ]
                };
                whole.push(*order.iter().find(|result| said.contains(result)).unwrap());
            }
        }
        let any = |result| records.iter().any(|held| Self::says(&held.content) == result);
        let is = |result| whole.contains(&result);
        let rows = [
            (is(GateResult::Pass) && (any(GateResult::Fail) || any(GateResult::Partial)), Shown::Flaky),
            (is(GateResult::Pass), Shown::Passed),
            (any(GateResult::Fail), Shown::Failed),
            (is(GateResult::Partial), Shown::Partial),
            (is(GateResult::Blocked) || torn, Shown::Blocked),
            (is(GateResult::Missing) || lacking, Shown::Missing),
            (is(GateResult::NotApplicable), Shown::NotApplicable),
            (true, Shown::Missing),
        ];
        rows.into_iter().find(|(fits, _)| *fits).unwrap().1
    }

    /// Returns the permissions that count and are about the gate, whoever keeps them.
    fn allowed(&self) -> Vec<&Permission> {
        let world = self.world;
        let by_lanes = world.permissions.iter().filter(|own| own.kind != Kind::BreakGlass);
        let by_keys = world.evidence.permissions.iter().filter(|held| {
            let own = &held.content;
            let power = [Power::Approve, Power::Waive, Power::BreakGlass][own.kind as usize];
            let gate = if let Scope::Gate(gate) = &own.scope { Some(gate) } else { None };
            let keys = self.keys(&held.signers, power, gate);
            keys.len() >= (world.trust.signing.permissions as usize).max(1)
                && keys.contains(&own.owner.as_str())
        });
        by_lanes
            .chain(by_keys.map(|held| &held.content))
            .filter(|own| own.created <= world.now && world.now < own.expires)
            .filter(|own| own.subject == Whose::Any || own.subject == Whose::Commit(world.commit.clone()))
            .collect()
    }

    fn is_about(&self, own: &Permission) -> bool {
        match &own.scope {
            Scope::Gate(gate) => gate == self.gate,
            Scope::Family(family) => self.own.required.family.as_deref() == Some(family),
            Scope::Plan(plan) => *plan == self.world.plan,
            Scope::Finding(_) => false,
        }
    }

    /// Returns how the gate is shown, whether it holds, and what the verdict comes to.
    fn decide(&self) -> (Shown, bool, Outcome) {
        let (world, own) = (self.world, self.own);
        let records: Vec<&Held<Record>> =
            world.evidence.records.iter().filter(|held| !own.by_approval_only && self.counts(held)).collect();
        let mut shown = self.table(&records);
        if shown == Shown::Passed && self.newest_is_reused(&records) {
            shown = Shown::Reused;
        }
        let is_broken = !world.evidence.broken.is_empty();
        if is_broken {
            shown = Shown::Blocked;
        }
        let allowed = self.allowed();
        let any =
            |fits: &dyn Fn(&Permission) -> bool| allowed.iter().any(|own| self.is_about(own) && fits(own));
        let by_architect = any(&|own| {
            own.kind == Kind::Approval
                && matches!(own.scope, Scope::Gate(_))
                && world.architects.contains(&own.owner)
        });
        let with_risk = any(&|own| own.kind == Kind::Approval && own.residual_risk_owner.is_some());
        let let_pass = any(&|allowed| {
            allowed.kind == Kind::BreakGlass || allowed.kind == Kind::Waiver && !own.by_approval_only
        });
        let by_itself = match shown {
            Shown::Passed | Shown::Reused => !own.by_approval_only,
            Shown::NotApplicable => own.may_not_apply,
            _ => false,
        };
        let removed = own.state != GateState::Current;
        let is_partial = matches!(shown, Shown::Partial | Shown::Flaky);
        // Whether it holds, how it is shown then, and whether that is a debt.
        let rows = [
            (by_itself, shown, false),
            (!is_broken && own.by_approval_only && by_architect, Shown::Approved, false),
            (!is_broken && removed && by_architect, Shown::Approved, true),
            (!is_broken && is_partial && with_risk, shown, true),
            (let_pass, Shown::Waived, true),
        ];
        let row = rows.into_iter().find(|(fits, ..)| *fits);
        let stops = match own.enforcement {
            Enforcement::Blocking => true,
            Enforcement::BlockingClaims => world.profile.is_some(),
            Enforcement::Warning | Enforcement::ReportOnly => false,
        };
        let basis_is_owed = world.basis != PolicyBasis::BaseAndHead;
        let basis_holds = !basis_is_owed
            || allowed.iter().any(|own| {
                own.scope == Scope::Plan(world.plan)
                    && (own.kind == Kind::BreakGlass
                        || own.kind == Kind::Approval && world.architects.contains(&own.owner))
            });
        let outcome = match row {
            _ if !basis_holds => Outcome::Fails,
            None if stops => Outcome::Fails,
            None => Outcome::WithDebt,
            Some((.., debt)) if debt || basis_is_owed => Outcome::WithDebt,
            Some(_) => Outcome::Clean,
        };
        (row.map_or(shown, |(_, shown, _)| shown), row.is_some(), outcome)
    }

    fn newest_is_reused(&self, records: &[&Held<Record>]) -> bool {
        let mut runs: BTreeMap<(String, u32), Vec<&Held<Record>>> = BTreeMap::new();
        for held in records {
            runs.entry((held.content.run.to_string(), held.content.attempt)).or_default().push(held);
        }
        // Runs of these worlds end at one time, so the name tells which is the newest.
        let mut passed = runs.into_iter().filter(|(_, parts)| self.table(parts) == Shown::Passed);
        passed
            .next_back()
            .is_some_and(|(_, parts)| parts.iter().any(|held| held.content.origin != Origin::Executed))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two engines that share no code say the same.
    #[test]
    fn a_second_opinion_agrees(world in (0_usize..4).prop_flat_map(|gate| worlds_of(Some(gate)))) {
        let verdict = world.verdict();
        let (gate, own) = world.expectations.iter().next().unwrap();
        let judged = &verdict.gates[gate];
        let expected = Oracle { world: &world, gate, own }.decide();
        prop_assert_eq!((judged.sealed.shown, judged.holds, verdict.outcome), expected, "{:?}", verdict);
    }
}
