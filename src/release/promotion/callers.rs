//! Who calls a domain, by the maps of every policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::class::ChangeClass;
use crate::graph::{Blank, Choice, Party, View};
use crate::id::DomainId;
use crate::policy::{Policies, Policy};

/// Who calls a domain.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// The domains that consume one of its contracts in another process, each with those contracts.
    pub(super) known: BTreeMap<DomainId, BTreeSet<String>>,
    /// Where the maps leave open who does, in words.
    pub(super) open: BTreeSet<String>,
}

impl Callers {
    /// Reads the maps. What one policy says, no other takes away.
    pub(super) fn of(domain: &DomainId, policies: &Policies) -> Self {
        let mut callers = Self::default();
        for (_, policy) in &policies.each {
            callers.add(domain, policy);
        }
        callers
    }

    fn add(&mut self, domain: &DomainId, policy: &Policy) {
        let view = View::new(policy, &[], Choice::Consumes);
        let own = Party::Domain(domain.clone());
        for (id, contract) in &view.contracts {
            let is_own = |party: &Party| *party == own || *party == Party::Every;
            if !contract.producers.keys().any(is_own) {
                continue;
            }
            for party in contract.consumers.keys() {
                let consumers: Vec<&DomainId> = match party {
                    Party::Domain(consumer) => vec![consumer],
                    Party::Every => policy.domains.iter().collect(),
                };
                for consumer in consumers.into_iter().filter(|own| *own != domain) {
                    self.known.entry(consumer.clone()).or_default().insert(id.as_str().to_owned());
                }
            }
        }
        for row in policy.rows.iter().filter(|row| policy.owners(row).contains(domain)) {
            if Blank::of(row).any(|blank| blank == Blank::Consumers) {
                let names = row.names.join("`, `");
                self.open.insert(format!(
                    "`{names}` of {}, line {}, leaves its `Consumers` empty: who calls it is not known",
                    row.map,
                    row.line()
                ));
            }
        }
    }

    /// Returns those of the callers that are products.
    pub(super) fn products(&self, policies: &Policies) -> BTreeSet<DomainId> {
        let is_product = |domain: &&DomainId| {
            policies.each.iter().any(|(_, policy)| {
                let lane = policy.lanes.lanes.get(*domain);
                lane.is_some_and(|lane| lane.kind == Some(ChangeClass::Product))
            })
        };
        self.known.keys().filter(is_product).cloned().collect()
    }
}
