//! Routing rules: what is stated adds to what is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::Check;
use super::raw::{RawRule, RawRules};
use super::{Gate, Layer, SmokeScope};
use crate::fault::{Code, Fault};
use crate::id::{GateId, is_gate_id, slug};
use crate::source::{Source, Spanned};

impl Check {
    /// Adds the rules of one file. Only keys that are written add; nothing takes away.
    ///
    /// `defaults` gives the keys that a class leaves out their default. Only the embedded rules are read so: every
    /// class has one, and a workspace that adds a gate to `docs` does not mean its local gates as well.
    pub(super) fn rules(&mut self, source: &Arc<Source>, raw: &RawRules, defaults: bool) {
        for (class, rule) in &raw.classes {
            let gates = self.rule_gates(source, &rule.gates);
            let production_gates = self.rule_gates(source, &rule.production_gates);
            let ships_gates = self.rule_gates(source, &rule.ships_gates);
            let smokes = rule.consumer_smokes.clone().or_else(|| defaults.then_some(SmokeScope::All));
            let known = self.lanes.rules.classes.entry(*class).or_default();
            known.gates.extend(gates);
            known.production_gates.extend(production_gates);
            known.ships_gates.extend(ships_gates);
            known.local_gates |= rule.local_gates.unwrap_or(defaults);
            known.service_evidence |= rule.service_evidence;
            known.consumed_smokes |= rule.consumed_smokes.unwrap_or(false);
            known.shown_contract_smokes.extend(rule.shown_contract_smokes.iter().cloned());
            widen(&mut known.consumer_smokes, smokes);
        }
        for (kind, RawRule { gates, consumer_smokes, .. }) in &raw.map_kinds {
            let gates = self.rule_gates(source, gates);
            let known = self.lanes.rules.map_kinds.entry(*kind).or_default();
            known.gates.extend(gates);
            widen(&mut known.consumer_smokes, consumer_smokes.clone());
        }
    }

    /// Resolves the names of a rule. A gate that nobody defines is required all the same, and stays without a command.
    fn rule_gates(&mut self, source: &Arc<Source>, names: &[Spanned<String>]) -> BTreeSet<GateId> {
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
            always: None,
            lane: None,
            place: None,
        });
        Some(id)
    }
}

/// Takes the wider of two scopes: all, then the tags of both, then none.
fn widen(known: &mut SmokeScope, stated: Option<SmokeScope>) {
    match (&mut *known, stated) {
        (_, None | Some(SmokeScope::None)) | (SmokeScope::All, Some(_)) => {}
        (_, Some(SmokeScope::All)) => *known = SmokeScope::All,
        (SmokeScope::Tagged(tags), Some(SmokeScope::Tagged(more))) => tags.extend(more),
        (SmokeScope::None, Some(tagged @ SmokeScope::Tagged(_))) => *known = tagged,
    }
}
