//! Routing rules: what is stated adds to what is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::Check;
use super::raw::{RawRule, RawRules};
use super::{ClassRule, Gate, KindRule, Layer, RuleOf, SmokeScope, StatedRule};
use crate::fault::{Code, Fault};
use crate::id::{GateId, is_gate_id, slug};
use crate::source::{Place, Source, Span, Spanned};

impl Check {
    /// Adds the rules of one file. Only keys that are written add; nothing takes away.
    ///
    /// `defaults` gives the keys that a class leaves out their default. Only the embedded rules are read so: every
    /// class has one, and a workspace that adds a gate to `docs` does not mean its local gates as well.
    pub(super) fn rules(&mut self, source: &Arc<Source>, raw: &RawRules, defaults: bool) {
        for (class, rule) in &raw.classes {
            let stated = ClassRule {
                gates: self.rule_gates(source, &rule.gates),
                local_gates: rule.local_gates.unwrap_or(defaults),
                consumer_smokes: scope(rule.consumer_smokes.clone(), defaults),
                service_evidence: rule.service_evidence,
                consumed_smokes: rule.consumed_smokes.unwrap_or(false),
                production_gates: self.rule_gates(source, &rule.production_gates),
                shown_contract_smokes: rule.shown_contract_smokes.iter().cloned().collect(),
                ships_gates: self.rule_gates(source, &rule.ships_gates),
            };
            self.lanes.rules.classes.entry(class.value).or_default().add(&stated);
            self.stated(source, RuleOf::Class(class.value), &class.span, defaults);
        }
        for (kind, RawRule { gates, consumer_smokes, .. }) in &raw.map_kinds {
            let gates = self.rule_gates(source, gates);
            let stated = KindRule { gates, consumer_smokes: scope(consumer_smokes.clone(), false) };
            self.lanes.rules.map_kinds.entry(kind.value).or_default().add(&stated);
            self.stated(source, RuleOf::MapKind(kind.value), &kind.span, defaults);
        }
    }

    fn stated(&mut self, source: &Arc<Source>, of: RuleOf, span: &Span, defaults: bool) {
        if !defaults {
            self.lanes.stated_rules.push(StatedRule { of, place: Place::new(source, span.clone()) });
        }
    }

    /// Resolves the names of a rule. A gate that nobody defines is required all the same, and stays without a command.
    pub(super) fn rule_gates(&mut self, source: &Arc<Source>, names: &[Spanned<String>]) -> BTreeSet<GateId> {
        names.iter().filter_map(|name| self.rule_gate(source, name)).collect()
    }

    fn rule_gate(&mut self, source: &Arc<Source>, name: &Spanned<String>) -> Option<GateId> {
        if let Some(id) = self.catalogue_gate(&name.value) {
            return Some(id);
        }
        let id = if is_gate_id(&name.value) { name.value.clone() } else { slug(&name.value) };
        if id.is_empty() {
            let message = format!("no id can be made from the gate name `{}`", name.value);
            let help = "name a gate of the catalogue, by its id or its title";
            let span = name.span.clone();
            self.fault(|_| Fault::at(Code::GateTitle, source, span, message, "no a-z, no 0-9", help));
            return None;
        }
        let id = GateId::new(id);
        self.lanes.gates.entry(id.clone()).or_insert_with(|| Gate {
            id: id.clone(),
            title: name.value.clone(),
            layer: Layer::Global,
            family: None,
            run: None,
            runner: None,
            timeout_minutes: None,
            needs: BTreeSet::new(),
            evidence_types: BTreeSet::new(),
            evidence_kinds: BTreeSet::new(),
            not_applicable: false,
            always: None,
            lane: None,
            place: None,
        });
        Some(id)
    }
}

/// Returns what a rule says of smokes; where it says nothing, all of them by default, or none to add.
fn scope(stated: Option<SmokeScope>, defaults: bool) -> SmokeScope {
    stated.unwrap_or(if defaults { SmokeScope::All } else { SmokeScope::None })
}
