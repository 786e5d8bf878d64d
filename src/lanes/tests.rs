//! What sound documents mean.
#![expect(clippy::unwrap_used, reason = "a test that fails says so")]

use std::collections::BTreeSet;
use std::sync::Arc;

use super::embedded::embedded;
use super::{AlwaysScope, Lanes, Layer, SmokeScope};
use crate::class::ChangeClass;
use crate::ownership::{MapKind, ReleaseClass};
use crate::quorum::Quorums;
use crate::source::Source;

/// Reads documents in which nothing is wrong.
fn sound(texts: &[&str]) -> Lanes {
    let sources: Vec<Arc<Source>> =
        texts.iter().enumerate().map(|(index, text)| Source::new(format!("{index}.yaml"), *text)).collect();
    let (lanes, faults) = Lanes::parse(&sources);
    assert!(faults.is_empty(), "{faults:?}");
    lanes
}

fn tags(tags: &[&str]) -> BTreeSet<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

#[test]
fn a_silent_workspace_has_what_is_embedded() {
    let lanes = sound(&[]);
    assert_eq!(lanes.rules, embedded().rules);
    assert!(lanes.gates.keys().eq(embedded().gates.keys()));
    assert!(lanes.lanes.is_empty() && lanes.profiles.is_empty());
}

#[test]
fn every_key_of_a_lane_is_read() {
    let lanes = sound(&["domain_lane:
  domain_id: billing
  title: Billing
  kind: product
  reviewers: ['@billing', no, 1.20]
  release_class: node_agent
  source_paths: [packages/billing/**]
  domain_local_gates:
    - id: invariants
      title: Ledger invariants
      run: make invariants
      runner: large
      timeout_minutes: 20
      needs: [contracts]
      family: rollback
  consumer_smokes:
    - {title: Launch, consumer: gpuaas, tags: [api, read-model]}
"]);
    let lane = &lanes.lanes["billing"];
    assert_eq!(lane.title.as_deref(), Some("Billing"));
    assert_eq!(lane.kind, Some(ChangeClass::Product));
    assert_eq!(lane.reviewers, Quorums::any(["@billing", "no", "1.20"]));
    assert_eq!(lane.release_class, Some(ReleaseClass::NodeAgent));
    assert_eq!(lane.place.line(), 2);
    let gate = &lanes.gates["invariants"];
    assert_eq!((gate.title.as_str(), gate.layer), ("Ledger invariants", Layer::DomainLocal));
    assert_eq!(gate.run.as_deref(), Some("make invariants"));
    assert_eq!((gate.runner.as_deref(), gate.timeout_minutes), (Some("large"), Some(20)));
    assert_eq!((gate.family.as_deref(), gate.lane.as_ref().unwrap().as_str()), (Some("rollback"), "billing"));
    assert!(gate.needs.contains("contracts"));
    let smoke = &lane.asks[1];
    assert_eq!((smoke.slot, smoke.gate.as_str()), (Layer::ConsumerSmoke, "billing.launch"));
    assert_eq!(smoke.consumer.as_ref().unwrap().as_str(), "gpuaas");
    assert_eq!(smoke.tags, tags(&["api", "read-model"]));
    assert!(lanes.gates["billing.launch"].run.is_none());
}

#[test]
fn a_string_is_a_catalogue_gate_by_id_then_by_title_then_a_command_then_a_title() {
    let lanes = sound(&[
        "gates: [{id: lint, title: npm run lint, run: make lint}, {id: other, title: lint}]",
        "domain_lane: {domain_id: web, domain_local_gates: [lint, npm run lint, npm run test, Npm run test it]}",
    ]);
    let asked: Vec<&str> = lanes.lanes["web"].asks.iter().map(|ask| ask.gate.as_str()).collect();
    assert_eq!(
        asked,
        ["lint", "web.npm-run-test", "web.npm-run-test-it"],
        "the same gate asked twice is asked once"
    );
    assert_eq!(lanes.gates["web.npm-run-test"].run.as_deref(), Some("npm run test"));
    assert!(lanes.gates["web.npm-run-test-it"].run.is_none(), "a command's words have their case");
}

#[test]
fn a_catalogue_gate_keeps_its_layer_in_another_slot() {
    let lanes = sound(&[
        "domain_lane: {domain_id: a, service_evidence: [Boundary guard]}",
        "domain_lane: {domain_id: b, domain_local_gates: [boundary_guard]}",
    ]);
    for (domain, slot) in [("a", Layer::ServiceEvidence), ("b", Layer::DomainLocal)] {
        let ask = &lanes.lanes[domain].asks[0];
        assert_eq!((ask.slot, ask.gate.as_str()), (slot, "boundary_guard"));
    }
    assert_eq!(lanes.gates["boundary_guard"].layer, Layer::Global);
    assert!(lanes.gates["boundary_guard"].lane.is_none());
}

#[test]
fn a_mapping_with_a_catalogue_id_alone_asks_for_that_gate() {
    let lanes = sound(&[
        "gates: [{id: launch, layer: consumer_smoke, run: make launch}]",
        "domain_lane:
  domain_id: iam
  consumer_smokes:
    - {id: launch, consumer: gpuaas, tags: [api]}
    - {id: launch, consumer: apps}
",
    ]);
    let asks = &lanes.lanes["iam"].asks;
    assert!(asks.iter().all(|ask| ask.gate.as_str() == "launch"));
    assert_eq!(asks.len(), 2);
    assert_eq!(lanes.gates["launch"].run.as_deref(), Some("make launch"));
}

#[test]
fn a_stated_gate_replaces_what_it_states_of_an_embedded_one() {
    let lanes = sound(&[
        "gates: [{id: contracts, title: Our contracts, run: make contracts}]",
        "domain_lane: {domain_id: a, global_gates: [Our contracts, Contract gates]}",
    ]);
    let gate = &lanes.gates["contracts"];
    assert_eq!(
        (gate.run.as_deref(), gate.always.as_ref().map(|always| always.scope), gate.family.is_some()),
        (Some("make contracts"), Some(AlwaysScope::CodeChange), true),
        "what it leaves out stays: a global gate is mandatory"
    );
    let asked: Vec<&str> = lanes.lanes["a"].asks.iter().map(|ask| ask.gate.as_str()).collect();
    assert_eq!(asked, ["contracts", "a.contract-gates"], "the title that was replaced names nothing");
}

#[test]
fn always_has_a_scope_and_paths() {
    let lanes =
        sound(&["gates: [{title: Markdown lint, always: every_change, paths: ['**/*.md', '!vendor/**']}]"]);
    let always = lanes.gates["markdown-lint"].always.as_ref().unwrap();
    assert_eq!(always.scope, AlwaysScope::EveryChange);
    let (paths, excluded) = (&always.paths, &always.excluded);
    assert_eq!((paths[0].as_str(), excluded[0].as_str(), paths.len()), ("**/*.md", "vendor/**", 1));
}

#[test]
fn only_written_keys_of_a_rule_add() {
    let lanes = sound(&["routing_rules: {classes: {docs: {gates: [privacy-review]}}}"]);
    let (docs, known) =
        (&lanes.rules.classes[&ChangeClass::Docs], &embedded().rules.classes[&ChangeClass::Docs]);
    assert!(!docs.local_gates);
    assert_eq!(docs.consumer_smokes, SmokeScope::None);
    assert_eq!(docs.gates.len(), known.gates.len() + 1);
    let mut expected = embedded().rules.clone();
    expected.classes.get_mut(&ChangeClass::Docs).unwrap().gates.insert("privacy-review".into());
    assert_eq!(lanes.rules, expected);
}

#[test]
fn stated_rules_widen_and_never_narrow() {
    let lanes = sound(&[
        "routing_rules:
  classes:
    docs: {local_gates: true, consumer_smokes: [api], service_evidence: production_impacting}
    schema: {consumer_smokes: [handler]}
    contract: {local_gates: false, consumer_smokes: none, consumed_smokes: false}
    product: {consumer_smokes: [api], consumed_smokes: false, shown_contract_smokes: [ux]}
  map_kinds:
    route: {consumer_smokes: all}
    event: {consumer_smokes: [queue]}
",
        "routing_rules: {classes: {docs: {consumer_smokes: [ux]}}}",
    ]);
    let class = |class| &lanes.rules.classes[&class];
    assert!(class(ChangeClass::Docs).local_gates && class(ChangeClass::Docs).service_evidence);
    assert_eq!(class(ChangeClass::Docs).consumer_smokes, SmokeScope::Tagged(tags(&["api", "ux"])));
    let schema = SmokeScope::Tagged(tags(&["api", "handler", "read-model"]));
    assert_eq!(class(ChangeClass::Schema).consumer_smokes, schema);
    assert_eq!(class(ChangeClass::Contract), &embedded().rules.classes[&ChangeClass::Contract]);
    assert_eq!(class(ChangeClass::Product).consumer_smokes, SmokeScope::All);
    assert!(class(ChangeClass::Product).consumed_smokes);
    assert_eq!(class(ChangeClass::Product).shown_contract_smokes, tags(&["ux"]));
    assert_eq!(lanes.rules.map_kinds[&MapKind::Route].consumer_smokes, SmokeScope::All);
    assert_eq!(lanes.rules.map_kinds[&MapKind::Event].consumer_smokes, SmokeScope::Tagged(tags(&["queue"])));
}

#[test]
fn a_rule_names_gates_by_title_and_keeps_those_that_nobody_defines() {
    let lanes = sound(&[
        "routing_rules: {map_kinds: {package: {gates: [Licence scan, SBOM signed, sbom_signed, invariants]}}}",
        "gates: [{id: licences, title: Licence scan}]",
        "domain_lane: {domain_id: billing, domain_local_gates: [{id: invariants, run: make}]}",
    ]);
    let gates: Vec<&str> =
        lanes.rules.map_kinds[&MapKind::Package].gates.iter().map(|gate| gate.as_str()).collect();
    assert_eq!(gates, ["invariants", "licences", "sbom-signed", "sbom_signed"]);
    let unbound = &lanes.gates["sbom-signed"];
    assert_eq!((unbound.title.as_str(), unbound.layer), ("SBOM signed", Layer::Global));
    assert!(unbound.place.is_none() && unbound.run.is_none());
    assert_eq!(lanes.gates["invariants"].run.as_deref(), Some("make"));
}

#[test]
fn needs_name_ids_titles_of_the_catalogue_and_titles_of_the_lane() {
    let lanes = sound(&[
        "domain_lane:
  domain_id: billing
  domain_local_gates:
    - Ledger tests
    - {title: All, needs: [Ledger tests, Binary build, iam-check, billing.ledger-tests]}
",
        "domain_lane: {domain_id: iam, domain_local_gates: [{id: iam-check}]}",
    ]);
    let needs: Vec<&str> = lanes.gates["billing.all"].needs.iter().map(|gate| gate.as_str()).collect();
    assert_eq!(needs, ["billing.ledger-tests", "binary-build", "iam-check"]);
}

#[test]
fn profiles_and_families_are_read() {
    let lanes = sound(&["release_profiles:
  - {id: web-fast, title: Web, use_when: Web only, release_classes: [web, config]}
  - {id: standard, use_when: Always, release_classes: all}
gate_families:
  - {id: privacy, title: Privacy, proof: Someone looked.}
  - {id: rollback, proof: We can go back.}
"]);
    let web = BTreeSet::from([ReleaseClass::Web, ReleaseClass::Config]);
    assert_eq!(lanes.profiles["web-fast"].release_classes, Some(web));
    assert_eq!(lanes.profiles["standard"].release_classes, None);
    assert_eq!(lanes.profiles["standard"].title, "standard");
    assert_eq!(lanes.families.len(), 12);
    assert_eq!(lanes.families["rollback"].proof, "We can go back.");
}

#[test]
fn aliases_and_merge_keys_repeat_what_they_name() {
    let lanes = sound(&["gates:
  - &base {id: one, runner: large, timeout_minutes: 5, needs: &needs [contracts]}
  - {<<: *base, id: two, timeout_minutes: 7}
  - {id: three, needs: *needs}
"]);
    let two = &lanes.gates["two"];
    assert_eq!((two.runner.as_deref(), two.timeout_minutes), (Some("large"), Some(7)));
    assert_eq!(two.needs, lanes.gates["three"].needs);
}

#[test]
fn what_is_sound_stands_beside_faults() {
    let sources = [
        Source::new("a.yaml", "domain_lane: {domain_id: a, kind: x, domain_local_gates: [{id: '-'}, Tests]}"),
        Source::new("b.yaml", "gates: ["),
        Source::new("c.yaml", "gates: [{id: lint, needs: [nobody]}]"),
    ];
    let (lanes, faults) = Lanes::parse(&sources);
    assert_eq!(faults.len(), 4);
    assert_eq!(lanes.lanes["a"].asks.len(), 1);
    assert!(lanes.gates.contains_key("lint"));
}
