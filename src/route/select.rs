//! Demands to gates: every definition and every lane entry of every policy selects on its own.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::{Demands, LaneDemand, NamedBy, SmokeDemand};
use super::gates::{Asked, United};
use super::reason::GateReason;
use rayon::prelude::*;

use crate::attribute::{Touch, Witness};
use crate::change::ChangedFile;
use crate::id::{DomainId, GateId};
use crate::lanes::{Always, AlwaysScope, Layer};
use crate::pattern::{PatternSet, Scratch};

/// The reasons of each gate that is selected.
pub(super) type Selected = BTreeMap<GateId, BTreeSet<GateReason>>;

/// Selects what the demands ask for.
pub(super) fn by_demands(
    gates: &BTreeMap<&GateId, United<'_>>,
    demands: &Demands<'_>,
    witness: &impl Fn(Touch) -> Witness,
    selected: &mut Selected,
) {
    for ((gate, by), touch) in &demands.named {
        let files = witness(*touch);
        let because = match *by {
            NamedBy::Class(class) => GateReason::Class { class, files },
            NamedBy::Production(class) => GateReason::ClassInProduction { class, files },
            NamedBy::Ships(class) => GateReason::ClassShips { class, files },
            NamedBy::MapKind(kind) => GateReason::MapKind { kind, files },
        };
        select(selected, gate, because);
    }
    for (id, gate) in gates {
        for asked in &gate.asks {
            if let Some(demand) = demands.lanes.get(asked.domain) {
                let reasons = by_lane(asked, demand, witness);
                if !reasons.is_empty() {
                    selected.entry((*id).clone()).or_default().extend(reasons);
                }
            }
        }
    }
}

/// Returns why an entry of a lane is asked for; nothing where it is not.
fn by_lane(
    asked: &Asked<'_>,
    demand: &LaneDemand<'_>,
    witness: &impl Fn(Touch) -> Witness,
) -> Vec<GateReason> {
    let domain = || asked.domain.clone();
    match asked.ask.slot {
        Layer::Global => {
            let global = demand.global.iter();
            global.map(|touch| GateReason::LaneGlobal { domain: domain(), files: witness(*touch) }).collect()
        }
        Layer::DomainLocal => demand
            .local
            .iter()
            .map(|(class, touch)| GateReason::Local {
                domain: domain(),
                class: *class,
                files: witness(*touch),
            })
            .collect(),
        Layer::ServiceEvidence => demand
            .evidence
            .iter()
            .map(|(class, touch)| GateReason::Evidence {
                domain: domain(),
                class: *class,
                files: witness(*touch),
            })
            .collect(),
        Layer::ConsumerSmoke => {
            demand.smokes.iter().filter_map(|smoke| by_smoke(asked, smoke, witness)).collect()
        }
    }
}

/// Returns why a smoke is asked for, where the demand takes its consumer or its tags. One that names no consumer
/// counts for each, one without tags for every tag.
fn by_smoke(
    asked: &Asked<'_>,
    demand: &SmokeDemand<'_>,
    witness: &impl Fn(Touch) -> Witness,
) -> Option<GateReason> {
    let Asked { ask, consumer: named, .. } = *asked;
    let domain = asked.domain.clone();
    let for_consumer = |consumer: &DomainId| named.is_none_or(|own| own == consumer);
    match demand {
        SmokeDemand::Class { class, scope, files } => scope.takes(&ask.tags).then(|| GateReason::Smoke {
            domain,
            class: *class,
            files: witness(*files),
        }),
        SmokeDemand::MapKind { kind, scope, files } => scope
            .takes(&ask.tags)
            .then(|| GateReason::MapKindSmoke { domain, kind: *kind, files: witness(*files) }),
        SmokeDemand::Call { contract, consumer, files } => consumer.is_none_or(for_consumer).then(|| {
            let (consumer, contract) = (consumer.cloned(), (*contract).clone());
            GateReason::ConsumerOf { domain, consumer, contract, files: witness(*files) }
        }),
        SmokeDemand::Service { consumers } => {
            let (consumer, files) = match named {
                Some(own) => consumers.get_key_value(own)?,
                None => consumers.first_key_value()?,
            };
            let consumer = (*consumer).clone();
            Some(GateReason::ConsumedService { domain, consumer, files: witness(*files) })
        }
        SmokeDemand::Shown { contract, scope, files } => scope.takes(&ask.tags).then(|| {
            let contract = (*contract).clone();
            GateReason::ShownContract { domain, contract, files: witness(*files) }
        }),
    }
}

/// From how many files on threads are worth starting.
const WORTH_THREADS: usize = 1024;

/// Selects the gates that run whatever a change touches. `code` says of each file whether it is neither docs nor
/// exempt.
pub(super) fn by_always(
    gates: &BTreeMap<&GateId, United<'_>>,
    files: &[ChangedFile],
    code: &[bool],
    witness: &impl Fn(Touch) -> Witness,
    selected: &mut Selected,
) {
    let always: Vec<(&GateId, &Always)> = gates
        .iter()
        .flat_map(|(id, gate)| gate.definitions.iter().filter_map(|gate| Some((*id, gate.always.as_ref()?))))
        .collect();
    let mut narrowed = PatternSet::new();
    for (index, (_, always)) in always.iter().enumerate() {
        always.paths.iter().for_each(|pattern| narrowed.insert(index, pattern));
    }
    let in_scope = |always: &Always, at: usize| always.scope == AlwaysScope::EveryChange || code[at];
    let count = |mut touches: Vec<Option<Touch>>, at: usize| {
        let mut scratch = Scratch::new();
        let found = narrowed.matches(&files[at].path, &mut scratch);
        found.dedup_by_key(|found| found.key);
        for index in found.iter().map(|found| found.key) {
            let always = always[index].1;
            let excluded = always.excluded.iter().any(|pattern| pattern.matches(&files[at].path));
            if in_scope(always, at) && !excluded {
                touches[index] = both(touches[index], Some(Touch { first: at, files: 1 }));
            }
        }
        touches
    };
    let none = || vec![None; always.len()];
    let mut touches = none();
    if !narrowed.is_empty() && files.len() < WORTH_THREADS {
        touches = (0..files.len()).fold(touches, count);
    } else if !narrowed.is_empty() {
        let merge = |left: Vec<Option<Touch>>, right: Vec<Option<Touch>>| {
            left.into_iter().zip(right).map(|(left, right)| both(left, right)).collect()
        };
        touches = (0..files.len()).into_par_iter().with_min_len(512).fold(none, count).reduce(none, merge);
    }
    for scope in [AlwaysScope::EveryChange, AlwaysScope::CodeChange] {
        let counted = (0..files.len()).filter(|at| scope == AlwaysScope::EveryChange || code[*at]);
        let touch = counted.map(|first| Touch { first, files: 1 }).reduce(Touch::and);
        for (index, (_, always)) in always.iter().enumerate() {
            if always.scope == scope && always.paths.is_empty() {
                touches[index] = touch;
            }
        }
    }
    for ((id, always), touch) in always.into_iter().zip(touches) {
        if let Some(touch) = touch {
            let because = GateReason::Always { scope: always.scope, files: witness(touch) };
            select(selected, id, because);
        }
    }
}

fn both(left: Option<Touch>, right: Option<Touch>) -> Option<Touch> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.and(right)),
        (one, other) => one.or(other),
    }
}

/// Closes the selection over `needs`: what a gate needs, by any definition of it, is selected with it.
pub(super) fn close_over_needs(gates: &BTreeMap<&GateId, United<'_>>, selected: &mut Selected) {
    let mut open: Vec<GateId> = selected.keys().cloned().collect();
    while let Some(id) = open.pop() {
        let Some(gate) = gates.get(&id) else { continue };
        for needed in gate.definitions.iter().flat_map(|gate| &gate.needs) {
            if !selected.contains_key(needed) {
                open.push(needed.clone());
            }
            select(selected, needed, GateReason::NeededBy { gate: id.clone() });
        }
    }
}

/// Selects a gate for a reason.
pub(super) fn select(selected: &mut Selected, gate: &GateId, because: GateReason) {
    selected.entry(gate.clone()).or_default().insert(because);
}
