//! What a contract comes to, gate by gate.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::model::{Asking, Contract, ContractItem, Proof, State, hours};
use crate::environment::{Section, Want};
use crate::evidence::GateResult;
use crate::id::GateId;

/// Returns what the contract comes to for each release gate that the plan asks for and a contract can prove.
pub(super) fn proofs(asking: &Asking<'_>, contract: &Contract) -> BTreeMap<GateId, Proof> {
    let about = description(asking, contract);
    let mut proofs = BTreeMap::new();
    let provable =
        Section::ALL.map(Section::gate).into_iter().chain([Section::CONTRACT_GATE, Section::ROLLBACK_GATE]);
    for name in provable {
        let gate = GateId::new(name);
        if let Some(selected) = asking.plan.route.gates.get(&gate) {
            let may_not_apply = selected.gate.not_applicable;
            proofs.entry(gate).or_insert_with(|| match name {
                Section::ROLLBACK_GATE => rollback(asking, contract),
                _ => sections(asking, contract, (name, may_not_apply), &about),
            });
        }
    }
    proofs
}

/// Says what is wrong with the description itself: whose it is, and how old. What it tells counts for nothing then.
fn description(asking: &Asking<'_>, contract: &Contract) -> Vec<String> {
    let mut wrong = Vec::new();
    if !asking.facts.environment.is(&contract.environment) {
        wrong.push(format!("`environment` of the description is not `{}`", contract.environment));
    }
    if !asking.facts.target.is(&contract.target) {
        wrong.push(format!("`target` of the description is not `{}`", contract.target));
    }
    let limit = i64::from(contract.max_age_hours);
    let until = contract.taken.checked_add(SignedDuration::from_hours(limit)).ok();
    if let Some(until) = until.filter(|until| *until < contract.resolved) {
        let over = hours(contract.resolved, until);
        wrong.push(format!(
            "`taken` of the description is stale: it may be {limit} hours old, and is {} more",
            long(over)
        ));
    }
    wrong
}

/// Judges a gate by the items of its sections.
fn sections(
    asking: &Asking<'_>,
    contract: &Contract,
    (gate, may_not_apply): (&str, bool),
    about: &[String],
) -> Proof {
    let environment = &asking.plan.asked.environment;
    let items: Vec<&ContractItem> = contract.items.iter().filter(|own| own.section.gate() == gate).collect();
    let mut owners = BTreeSet::new();
    let mut reasons = about.to_vec();
    if gate == Section::CONTRACT_GATE {
        reasons.extend(taken(asking, contract));
    }
    if !reasons.is_empty() {
        owners.insert(environment.owner.clone());
    }
    if let Some(manifest) = asking.manifest.filter(|_| gate == Section::Artifacts.gate()) {
        let is_same = manifest.commit == contract.commit
            && manifest.profile == contract.profile
            && manifest.environment == contract.environment;
        if !is_same {
            reasons.push("the manifest is of another commit, profile or environment".to_owned());
            owners.insert(environment.owner.clone());
        }
    }
    for item in items.iter().filter(|own| !own.state.is_sound()) {
        reasons.push(wrong(item));
        owners.insert(item.owner.clone());
    }
    let applies = items.iter().any(|own| !matches!(own.state, State::NotApplicable { .. }));
    let result = if !reasons.is_empty() {
        GateResult::Fail
    } else if applies || gate == Section::CONTRACT_GATE {
        GateResult::Pass
    } else {
        let declared = environment.wanted.iter().any(|own| own.section.gate() == gate);
        match (declared, may_not_apply) {
            (_, true) => {
                reasons.push(match items.is_empty() {
                    true => format!("the environment lists nothing for it under `{}`", contract.profile),
                    false => "everything that it lists is not applicable".to_owned(),
                });
                GateResult::NotApplicable
            }
            // The policy itself says of each item that the profile does without it.
            (true, false) => GateResult::Pass,
            (false, false) => {
                let sections = Section::ALL.into_iter().filter(|own| own.gate() == gate);
                let sections: Vec<&str> = sections.map(Section::as_str).collect();
                reasons.push(format!(
                    "environment `{}` declares nothing under `{}`, so nothing says what must be there",
                    contract.environment,
                    sections.join("` or `")
                ));
                owners.insert(environment.owner.clone());
                GateResult::Fail
            }
        }
    };
    if owners.is_empty() {
        owners.insert(environment.owner.clone());
    }
    let until = items.iter().filter_map(|own| own.holds_until).chain(described_until(contract)).min();
    Proof { result, reasons, owners, valid_until: until }
}

/// Says what of change and profile the environment does not take.
fn taken(asking: &Asking<'_>, contract: &Contract) -> Vec<String> {
    let mut wrong = Vec::new();
    let environment = &asking.plan.asked.environment;
    if environment.profiles.as_ref().is_some_and(|own| !own.contains(&contract.profile)) {
        wrong.push(format!("environment `{}` does not take profile `{}`", environment.id, contract.profile));
    }
    if let (Some(class), Some(classes)) = (contract.change_class, &contract.classes)
        && !classes.contains(class)
    {
        let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
        let classes = if classes.is_empty() { "none".to_owned() } else { classes.join(", ") };
        wrong.push(format!("the change ships as `{class}`, and profile and environment take {classes}"));
    }
    wrong
}

fn rollback(asking: &Asking<'_>, contract: &Contract) -> Proof {
    let environment = &asking.plan.asked.environment;
    match &contract.rollback {
        Some(rollback) => Proof {
            result: GateResult::Pass,
            reasons: Vec::new(),
            owners: BTreeSet::from([rollback.owner.clone()]),
            valid_until: described_until(contract),
        },
        None => Proof {
            result: GateResult::Fail,
            reasons: vec![format!(
                "nothing says how it is taken back: neither a manifest nor `rollback` of environment `{}`",
                environment.id
            )],
            owners: BTreeSet::from([environment.owner.clone()]),
            valid_until: described_until(contract),
        },
    }
}

fn described_until(contract: &Contract) -> Option<Timestamp> {
    contract.taken.checked_add(SignedDuration::from_hours(i64::from(contract.max_age_hours))).ok()
}

/// Says in a sentence what is wrong with an item, and who answers for it.
pub(super) fn wrong(item: &ContractItem) -> String {
    let (field, owner) = (&item.field, &item.owner);
    match (&item.state, &item.want) {
        (State::Stale { hours }, Want::Valid { min_days }) => {
            format!("`{field}` is stale by {}: it must hold for {min_days} days more ({owner})", long(*hours))
        }
        (State::Stale { hours }, Want::Fresh { max_age_days }) => {
            format!("`{field}` is stale by {}: it may be {max_age_days} days old ({owner})", long(*hours))
        }
        (State::Stale { hours }, _) => format!("`{field}` is stale by {} ({owner})", long(*hours)),
        (State::Differs, Want::Equals { value }) => {
            format!("`{field}` is stale: it is not `{value}` ({owner})")
        }
        (State::Differs, _) => format!("`{field}` differs ({owner})"),
        (State::Missing, _) => format!("`{field}` is missing ({owner})"),
        (State::Holds | State::NotApplicable { .. }, _) => format!("`{field}` holds ({owner})"),
    }
}

/// Says how long something is: in hours, or in days where that is shorter.
pub fn long(hours: i64) -> String {
    match hours {
        0 => "less than an hour".to_owned(),
        1 => "1 hour".to_owned(),
        2..48 => format!("{hours} hours"),
        _ => format!("{} days", hours / 24),
    }
}
