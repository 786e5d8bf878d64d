//! What the rules ask of each domain's lane, before any lane is looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Attributed, Touch};
use crate::class::ChangeClass;
use crate::classify::FileFacts;
use crate::graph::{Graph, Impacts, Reach, RowAt};
use crate::id::{ContractId, DomainId, GateId};
use crate::lanes::{RoutingRules, SmokeScope};
use crate::ownership::{Cell, MapKind};
use crate::policy::contracts_named;

/// What the rules ask for.
#[derive(Debug, Default)]
pub(super) struct Demands<'a> {
    /// Of each domain's lane.
    pub(super) lanes: BTreeMap<&'a DomainId, LaneDemand<'a>>,
    /// Gates of the catalogue, by name.
    pub(super) named: BTreeMap<(&'a GateId, NamedBy), Touch>,
    /// The domains that are changed or rebuilt.
    pub(super) affected: BTreeSet<&'a DomainId>,
    /// The services that the product rule consults.
    pub(super) consulted: BTreeSet<&'a DomainId>,
}

/// Which part of the rules names a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamedBy {
    /// `gates` of a class.
    Class(ChangeClass),
    /// `production_gates` of a class.
    Production(ChangeClass),
    /// `ships_gates` of a class.
    Ships(ChangeClass),
    /// `gates` of a map kind.
    MapKind(MapKind),
}

/// What the rules ask of one domain's lane.
#[derive(Debug, Default)]
pub(super) struct LaneDemand<'a> {
    /// Its global gates.
    pub(super) global: Option<Touch>,
    /// Its local gates, by the class that asks.
    pub(super) local: BTreeMap<ChangeClass, Touch>,
    /// Its smokes.
    pub(super) smokes: Vec<SmokeDemand<'a>>,
    /// Its service evidence, by the class that asks.
    pub(super) evidence: BTreeMap<ChangeClass, Touch>,
}

/// Which smokes of a lane are asked for, and why.
#[derive(Debug)]
pub(super) enum SmokeDemand<'a> {
    /// By the rule of a class.
    Class { class: ChangeClass, scope: SmokeScope, files: Touch },
    /// By the rule of a map kind.
    MapKind { kind: MapKind, scope: &'a SmokeScope, files: Touch },
    /// By a contract that changed: those for the consumer, or all where it is not known.
    Call { contract: &'a ContractId, consumer: Option<&'a DomainId>, files: Touch },
    /// By the product rule: those for one of the consumers.
    Service { consumers: BTreeMap<&'a DomainId, Touch> },
    /// By the frontend rule.
    Shown { contract: &'a ContractId, scope: SmokeScope, files: Touch },
}

/// Says what the united rules ask for.
pub(super) fn demands<'a>(
    graph: &'a Graph<'a>,
    rules: &'a RoutingRules,
    (attributed, facts): (&'a Attributed, &'a [FileFacts]),
    impacts: &'a Impacts,
) -> Demands<'a> {
    let mut demands = Demands::default();
    for reach in &impacts.reaches {
        demands.by_class(rules, reach);
    }
    demands.by_product(graph, rules, impacts);
    for ((group, touch), facts) in attributed.groups.iter().zip(facts).filter(|(_, facts)| !facts.exempt) {
        for class in facts.classes.iter() {
            let Some(rule) = rules.classes.get(&class) else { continue };
            if facts.ships {
                demands.name(&rule.ships_gates, NamedBy::Ships(class), *touch);
            }
            if !rule.shown_contract_smokes.is_empty() {
                let owners =
                    group.asked.iter().flat_map(|one| one.owners.iter().map(|hit| (one.policy, hit.row)));
                let scope = SmokeScope::Tagged(rule.shown_contract_smokes.clone());
                demands.by_surface(graph, &owners.collect::<Vec<_>>(), &scope, (impacts, *touch));
            }
        }
    }
    for (at, touch) in &impacts.rows {
        let kind = graph.row(*at).kind;
        let Some(rule) = rules.map_kinds.get(&kind) else { continue };
        demands.name(&rule.gates, NamedBy::MapKind(kind), *touch);
        if rule.consumer_smokes != SmokeScope::None {
            for domain in graph.owners(*at) {
                demands.smoke(
                    domain,
                    SmokeDemand::MapKind { kind, scope: &rule.consumer_smokes, files: *touch },
                );
            }
        }
    }
    for call in &impacts.calls {
        for domain in graph.owners(call.row) {
            let (contract, consumer) = (&call.contract, call.consumer.as_ref());
            demands.smoke(domain, SmokeDemand::Call { contract, consumer, files: call.touch });
        }
    }
    demands
}

impl<'a> Demands<'a> {
    fn lane(&mut self, domain: &'a DomainId) -> &mut LaneDemand<'a> {
        self.lanes.entry(domain).or_default()
    }

    fn smoke(&mut self, domain: &'a DomainId, demand: SmokeDemand<'a>) {
        self.lane(domain).smokes.push(demand);
    }

    fn name(&mut self, gates: &'a BTreeSet<GateId>, by: NamedBy, touch: Touch) {
        for gate in gates {
            join(&mut self.named, (gate, by), touch);
        }
    }

    /// Applies the rule of each class that the files have to every domain that they affect.
    fn by_class(&mut self, rules: &'a RoutingRules, reach: &'a Reach) {
        let affected = reach.affected();
        self.affected.extend(affected.keys().copied());
        if !reach.kind.classes.is_docs_only() {
            for (domain, touch) in &affected {
                let global = &mut self.lane(domain).global;
                *global = Some(global.map_or(*touch, |own| own.and(*touch)));
            }
        }
        for class in reach.kind.classes.iter() {
            let Some(rule) = rules.classes.get(&class) else { continue };
            self.name(&rule.gates, NamedBy::Class(class), reach.touch);
            for (domain, touch) in &affected {
                if rule.local_gates {
                    join(&mut self.lane(domain).local, class, *touch);
                }
                let scope = match &rule.consumer_smokes {
                    // Tags narrow only where every row that owns the files states the class itself.
                    SmokeScope::Tagged(_) if reach.kind.stated != Some(class) => SmokeScope::All,
                    scope => scope.clone(),
                };
                if scope != SmokeScope::None {
                    self.smoke(domain, SmokeDemand::Class { class, scope, files: *touch });
                }
            }
            if reach.kind.production {
                self.name(&rule.production_gates, NamedBy::Production(class), reach.touch);
                if rule.service_evidence {
                    for (domain, touch) in &reach.changed {
                        join(&mut self.lane(domain).evidence, class, *touch);
                    }
                }
            }
        }
    }

    /// Applies the product rule: the lanes of the services that an affected domain consumes.
    fn by_product(&mut self, graph: &'a Graph<'a>, rules: &RoutingRules, impacts: &'a Impacts) {
        let consumes = |class| rules.classes.get(&class).is_some_and(|rule| rule.consumed_smokes);
        let mut products: BTreeMap<&'a DomainId, Touch> = BTreeMap::new();
        for reach in impacts.reaches.iter().filter(|reach| reach.kind.classes.iter().any(consumes)) {
            for (domain, touch) in reach.affected() {
                join(&mut products, domain, touch);
            }
        }
        let names: BTreeSet<&'a DomainId> = products.keys().copied().collect();
        for (domain, service) in graph.services(&names) {
            let consumers = if service.anyone { &names } else { &service.consumers };
            let consumers = consumers.iter().map(|consumer| (*consumer, products[consumer])).collect();
            self.consulted.insert(domain);
            self.smoke(domain, SmokeDemand::Service { consumers });
        }
    }

    /// Applies the frontend rule: the lanes of the contracts that the surface shows and that changed as well.
    fn by_surface(
        &mut self,
        graph: &'a Graph<'a>,
        owners: &[RowAt],
        scope: &SmokeScope,
        (impacts, files): (&'a Impacts, Touch),
    ) {
        let mut shown: BTreeSet<ContractId> = BTreeSet::new();
        let mut any = owners.is_empty();
        for row in owners.iter().map(|at| graph.row(*at)) {
            match &row.consumes {
                Cell::Listed(names) if row.kind == MapKind::Surface => {
                    shown.extend(names.keys().flat_map(|name| contracts_named(name)));
                }
                // A blank cell, or a file that no surface row owns: it may show any contract.
                _ => any = true,
            }
        }
        for (contract, rows) in &impacts.contracts {
            if !any && !shown.contains(contract) {
                continue;
            }
            for domain in rows.keys().flat_map(|at| graph.owners(*at)) {
                self.smoke(domain, SmokeDemand::Shown { contract, scope: scope.clone(), files });
            }
        }
    }
}

fn join<K: Ord>(touches: &mut BTreeMap<K, Touch>, key: K, touch: Touch) {
    touches.entry(key).and_modify(|own| *own = own.and(touch)).or_insert(touch);
}
