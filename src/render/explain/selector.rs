//! What would select a gate.

use std::collections::BTreeSet;

use crate::class::ChangeClass;
use crate::id::{ARCHITECTURE_REVIEW, DomainId, GateId};
use crate::lanes::{AlwaysScope, Layer};
use crate::ownership::{MapKind, Owners};
use crate::policy::{Policies, Policy};

/// How many patterns of a domain are named.
const PATTERNS: usize = 3;

/// One thing that would select a gate. Besides these, every broad route does, `--add`, and `--all`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// A change that reaches a domain whose lane lists it.
    Lane {
        /// The domain.
        domain: DomainId,
        /// The list of its lane.
        slot: Layer,
        /// The consumer for which the smoke counts; nothing for every one.
        consumer: Option<DomainId>,
        /// The tags of the smoke.
        tags: BTreeSet<String>,
        /// The first of the patterns that the domain owns.
        patterns: Vec<String>,
    },
    /// A file of a class.
    Class {
        /// The class.
        class: ChangeClass,
        /// Which files of the class.
        files: ClassFiles,
    },
    /// A file that a row of a kind owns or attaches to.
    MapKind {
        /// The kind.
        kind: MapKind,
    },
    /// Every change, or every change of code.
    Always {
        /// Which of the two.
        scope: AlwaysScope,
        /// The patterns of which a file must match one, where there are any.
        paths: Vec<String>,
    },
    /// A gate that needs it.
    NeededBy {
        /// That gate.
        gate: GateId,
    },
    /// What forces an architecture review: an unmapped file, a policy change, a broken policy, a missing base.
    Review,
}

/// Which files of a class select a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClassFiles {
    /// Any.
    Any,
    /// Those that impact production.
    Production,
    /// Those whose row is tagged `ships`.
    Ships,
}

/// Returns what would select a gate, by any of the policies, sorted.
pub fn selectors(gate: &GateId, policies: &Policies) -> BTreeSet<Selector> {
    let mut selectors = BTreeSet::new();
    if gate.as_str() == ARCHITECTURE_REVIEW {
        selectors.insert(Selector::Review);
    }
    for (_, policy) in &policies.each {
        of_policy(gate, policy, &mut selectors);
    }
    selectors
}

fn of_policy(gate: &GateId, policy: &Policy, selectors: &mut BTreeSet<Selector>) {
    let lanes = &policy.lanes;
    for (domain, lane) in &lanes.lanes {
        for ask in lane.asks.iter().filter(|ask| ask.gate == *gate) {
            selectors.insert(Selector::Lane {
                domain: domain.clone(),
                slot: ask.slot,
                consumer: ask.consumer.clone(),
                tags: ask.tags.clone(),
                patterns: patterns(domain, policy),
            });
        }
    }
    for (class, rule) in &lanes.rules.classes {
        let named = [
            (&rule.gates, ClassFiles::Any),
            (&rule.production_gates, ClassFiles::Production),
            (&rule.ships_gates, ClassFiles::Ships),
        ];
        for (_, files) in named.into_iter().filter(|(gates, _)| gates.contains(gate)) {
            selectors.insert(Selector::Class { class: *class, files });
        }
    }
    for (kind, rule) in &lanes.rules.map_kinds {
        if rule.gates.contains(gate) {
            selectors.insert(Selector::MapKind { kind: *kind });
        }
    }
    if let Some(always) = lanes.gates.get(gate).and_then(|gate| gate.always.as_ref()) {
        let paths = always.paths.iter().map(|pattern| pattern.as_str().to_owned()).collect();
        selectors.insert(Selector::Always { scope: always.scope, paths });
    }
    for other in lanes.gates.values().filter(|other| other.needs.contains(gate)) {
        selectors.insert(Selector::NeededBy { gate: other.id.clone() });
    }
}

fn patterns(domain: &DomainId, policy: &Policy) -> Vec<String> {
    let owned = policy.rows.iter().filter(|row| match &row.owners {
        Owners::Every => false,
        Owners::Listed(domains) => domains.contains(domain) && !row.is_exempt(),
    });
    let patterns = owned.flat_map(|row| row.paths.iter().flat_map(|paths| &paths.patterns));
    patterns.take(PATTERNS).map(|pattern| pattern.as_str().to_owned()).collect()
}

/// Says, as one sentence, what the selector asks for.
pub fn sentence(selector: &Selector) -> String {
    match selector {
        Selector::Lane { domain, slot, consumer, tags, patterns } => {
            let what = match slot {
                Layer::Global => format!("a change other than docs that reaches {domain}"),
                Layer::DomainLocal => format!("a change that reaches {domain}"),
                Layer::ConsumerSmoke => match consumer {
                    Some(consumer) => {
                        format!("a change of {domain}, or of a contract of its that {consumer} consumes")
                    }
                    None => format!("a change of {domain}, or of a contract of its"),
                },
                Layer::ServiceEvidence => format!("a change of {domain} that impacts production"),
            };
            let tags = match tags.len() {
                0 => String::new(),
                _ => format!(", tagged {}", tags.iter().cloned().collect::<Vec<_>>().join(", ")),
            };
            let files = match patterns.len() {
                0 => String::new(),
                _ => format!(": {}", patterns.join(", ")),
            };
            format!("{what} ({slot}{tags}){files}")
        }
        Selector::Class { class, files: ClassFiles::Any } => format!("a file of class {class}"),
        Selector::Class { class, files: ClassFiles::Production } => {
            format!("a file of class {class} that impacts production")
        }
        Selector::Class { class, files: ClassFiles::Ships } => {
            format!("a file of class {class} whose row is tagged ships")
        }
        Selector::MapKind { kind } => format!("a file that a row of kind {kind} names"),
        Selector::Always { scope, paths } => {
            let what = match scope {
                AlwaysScope::EveryChange => "every change",
                AlwaysScope::CodeChange => "every change of code",
            };
            match paths.len() {
                0 => what.to_owned(),
                _ => format!("{what} with a file that matches {}", paths.join(", ")),
            }
        }
        Selector::NeededBy { gate } => format!("whatever selects {gate}, which needs it"),
        Selector::Review => {
            "an unmapped file, a change of the policy, a broken policy or a missing base".to_owned()
        }
    }
}
