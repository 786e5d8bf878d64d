//! What every workspace has: the routing rules of the operating model, the gates that they name, the gate families.

use std::sync::OnceLock;

use super::check::Check;
use super::raw;
use super::{Gate, Lanes};
use crate::source::Source;

/// The embedded documents: their paths in this repository, and their bytes.
pub const FILES: [(&str, &str); 3] = [
    ("lanes/gate-families.yaml", include_str!("../../lanes/gate-families.yaml")),
    ("lanes/gates.yaml", include_str!("../../lanes/gates.yaml")),
    ("lanes/routing-rules.yaml", include_str!("../../lanes/routing-rules.yaml")),
];

/// What the names of their sources begin with.
const NAME_PREFIX: &str = "<embedded>/";

/// Returns what a workspace has before it states anything. Read once a process.
pub fn embedded() -> &'static Lanes {
    static EMBEDDED: OnceLock<Lanes> = OnceLock::new();
    EMBEDDED.get_or_init(|| {
        let files = FILES.map(|(path, text)| raw::read(&Source::new(format!("{NAME_PREFIX}{path}"), text)).0);
        Check::new(Lanes::default()).with_rule_defaults().run(&files).0
    })
}

/// Says whether the workspace states the gate itself: where it is silent, or has the embedded documents word for word,
/// the gate is the embedded one.
pub fn is_stated(gate: &Gate) -> bool {
    gate.place.as_ref().is_some_and(|place| !place.source.name().starts_with(NAME_PREFIX))
}

/// Says whether a document is one of the embedded ones, word for word.
pub(super) fn is_embedded(text: &str) -> bool {
    FILES.iter().any(|(_, own)| *own == text)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::class::ChangeClass;
    use crate::id::{ARCHITECTURE_REVIEW, GateId};
    use crate::lanes::{AlwaysScope, Layer, SmokeScope};
    use crate::ownership::MapKind;

    fn sources() -> Vec<Arc<Source>> {
        FILES.map(|(path, text)| Source::new(path, text)).to_vec()
    }

    #[test]
    fn every_embedded_document_is_sound() {
        for source in sources() {
            assert_eq!(raw::read(&source).1.len(), 0, "{}", source.name());
        }
        let (_, faults) = Check::new(Lanes::default())
            .with_rule_defaults()
            .run(&sources().iter().map(|source| raw::read(source).0).collect::<Vec<_>>());
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn a_workspace_that_states_the_embedded_documents_has_what_a_silent_one_has() {
        let (stated, faults) = Lanes::parse(&sources());
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(stated.rules, embedded().rules);
        assert_eq!(stated.families, embedded().families);
        assert!(stated.gates.keys().eq(embedded().gates.keys()));
    }

    #[test]
    fn the_catalogue_is_exactly_what_the_rules_name_and_the_architecture_review() {
        let rules = &embedded().rules;
        let mut named: Vec<&GateId> = rules
            .classes
            .values()
            .flat_map(|rule| rule.gates.iter().chain(&rule.production_gates).chain(&rule.ships_gates))
            .chain(rules.map_kinds.values().flat_map(|rule| &rule.gates))
            .collect();
        let review = GateId::from(ARCHITECTURE_REVIEW);
        named.push(&review);
        named.sort();
        named.dedup();
        assert!(named.into_iter().eq(embedded().gates.keys()));
        assert!(embedded().gates.values().all(|gate| gate.run.is_none() && gate.place.is_some()));
        assert!(embedded().gates.values().all(|gate| gate.family.is_some()));
    }

    #[test]
    fn every_class_and_kind_has_a_rule() {
        let rules = &embedded().rules;
        assert!(rules.classes.keys().copied().eq(ChangeClass::ALL));
        assert!(rules.map_kinds.keys().copied().eq(MapKind::ALL));
        let docs = &rules.classes[&ChangeClass::Docs];
        assert!(!docs.local_gates);
        assert_eq!(docs.consumer_smokes, SmokeScope::None);
        let contract = &rules.classes[&ChangeClass::Contract];
        assert!(contract.local_gates);
        assert_eq!(contract.consumer_smokes, SmokeScope::All);
        let tags = SmokeScope::Tagged(["api", "read-model"].map(String::from).into());
        assert_eq!(rules.classes[&ChangeClass::Schema].consumer_smokes, tags);
        assert!(rules.classes[&ChangeClass::PlatformService].service_evidence);
        assert!(rules.classes[&ChangeClass::Product].consumed_smokes);
        assert_eq!(rules.map_kinds[&MapKind::Package], crate::lanes::KindRule::default());
    }

    #[test]
    fn the_mandatory_gates_run_for_every_change_of_code() {
        for id in ["contracts", "codegen", "boundary_guard"] {
            let gate = &embedded().gates[id];
            assert_eq!(gate.layer, Layer::Global);
            assert_eq!(gate.always.as_ref().map(|always| always.scope), Some(AlwaysScope::CodeChange));
        }
    }

    #[test]
    fn the_families_are_those_of_the_operating_model() {
        assert_eq!(embedded().families.len(), 11);
    }
}
