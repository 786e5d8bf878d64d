//! Two policies beside each other, over the same changes.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::Replayed;
use crate::id::GateId;
use crate::lanes::Layer;
use crate::route::{GateReason, Request, SkipReason, route};

/// What two policies would have done differently. The first is the one that is asked about, the second the one that it
/// is held against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The changes that differ, in the order of the list.
    pub changes: Vec<Difference>,
    /// How many gates would have run by the first alone, and by the second alone.
    pub only: (usize, usize),
    /// The same by gate, for those that differ.
    pub gates: BTreeMap<GateId, (usize, usize)>,
    /// The same by layer.
    pub layers: BTreeMap<Layer, (usize, usize)>,
    /// How many changes are broad by the first alone, and by the second alone.
    pub broad: (usize, usize),
}

/// A change of which the two routes differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The change, by its place in the list.
    pub change: usize,
    /// The gates that would have run by the first alone.
    pub only_first: BTreeSet<GateId>,
    /// The gates that would have run by the second alone.
    pub only_second: BTreeSet<GateId>,
}

/// Why a gate would have run by one policy and not by the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The gate.
    pub gate: GateId,
    /// Why the one selects it.
    pub selected: BTreeSet<GateReason>,
    /// Why the other leaves it out; nothing where it does not know the gate.
    pub skipped: Option<SkipReason>,
}

/// Compares the routes of the same changes.
pub fn compare(first: &[Replayed], second: &[Replayed]) -> Comparison {
    let mut comparison = Comparison::default();
    for (change, (one, two)) in first.iter().zip(second).enumerate() {
        let broad = (one.outcome.is_broad(), two.outcome.is_broad());
        comparison.broad.0 += usize::from(broad.0 && !broad.1);
        comparison.broad.1 += usize::from(broad.1 && !broad.0);
        let runs = |replayed: &'_ Replayed| -> BTreeMap<GateId, Layer> {
            let runs = replayed.outcome.gates().filter(|(_, verdict)| verdict.runs());
            runs.map(|(gate, _)| (gate.id.clone(), gate.layer)).collect()
        };
        if one.outcome == two.outcome {
            continue;
        }
        let (by_first, by_second) = (runs(one), runs(two));
        let without =
            |own: &BTreeMap<GateId, Layer>, other: &BTreeMap<GateId, Layer>| -> Vec<(GateId, Layer)> {
                own.iter()
                    .filter(|(id, _)| !other.contains_key(*id))
                    .map(|(id, layer)| (id.clone(), *layer))
                    .collect()
            };
        let only_first = without(&by_first, &by_second);
        let only_second = without(&by_second, &by_first);
        if only_first.is_empty() && only_second.is_empty() {
            continue;
        }
        for (gate, layer) in &only_first {
            comparison.only.0 += 1;
            comparison.gates.entry(gate.clone()).or_default().0 += 1;
            comparison.layers.entry(*layer).or_default().0 += 1;
        }
        for (gate, layer) in &only_second {
            comparison.only.1 += 1;
            comparison.gates.entry(gate.clone()).or_default().1 += 1;
            comparison.layers.entry(*layer).or_default().1 += 1;
        }
        let ids = |list: Vec<(GateId, Layer)>| list.into_iter().map(|(id, _)| id).collect();
        comparison.changes.push(Difference {
            change,
            only_first: ids(only_first),
            only_second: ids(only_second),
        });
    }
    comparison
}

/// Says of a change that differs why each gate would have run by one policy alone: first those of the first policy,
/// then those of the second.
pub fn explain(
    difference: &Difference,
    first: &Request<'_>,
    second: &Request<'_>,
) -> (Vec<Explained>, Vec<Explained>) {
    let (first, second) = (route(first), route(second));
    let explained = |gates: &BTreeSet<GateId>, one: &crate::route::Route, other: &crate::route::Route| {
        let explained = gates.iter().map(|gate| Explained {
            gate: gate.clone(),
            selected: one.gates.get(gate).map(|own| own.because.clone()).unwrap_or_default(),
            skipped: other.skipped.get(gate).map(|own| own.because.clone()).or_else(|| {
                // `mode: observe` selects what enforcing would skip.
                other.gates.get(gate)?.because.iter().find_map(|because| match because {
                    GateReason::Observed { skip } => Some(skip.clone()),
                    _ => None,
                })
            }),
        });
        explained.collect()
    };
    (explained(&difference.only_first, &first, &second), explained(&difference.only_second, &second, &first))
}
