//! The catalogue and the rules: what has no command, and what nothing uses.

use std::collections::BTreeSet;

use super::{Subject, at_place, quoted};
use crate::class::{ChangeClass, ChangeClasses};
use crate::finding::{At, Finding, FindingCode};
use crate::id::{ARCHITECTURE_REVIEW, GateId};
use crate::lanes::embedded::is_stated;
use crate::lanes::{Gate, RuleOf};
use crate::ownership::{Column, Columns, MapKind};

/// Returns the gates without a command: evidence from outside must satisfy them. Those that the workspace does not
/// state itself are one finding, and only where a change can ask for them.
pub(super) fn unbound_gate(subject: &Subject<'_>, reachable: &BTreeSet<GateId>) -> Vec<Finding> {
    let unbound = |gate: &&Gate| gate.run.is_none() && gate.id.as_str() != ARCHITECTURE_REVIEW;
    let gates: Vec<&Gate> = subject.policy.lanes.gates.values().filter(unbound).collect();
    let stated = gates.iter().filter(|gate| is_stated(gate)).filter_map(|gate| {
        let place = gate.place.as_ref()?;
        let message = format!("the gate `{}` has no command: evidence from outside must satisfy it", gate.id);
        let help = match gate.lane {
            Some(_) => "write it as a mapping with `title` and `run` if laneway is to run it",
            None => "add `run` if laneway is to run it",
        };
        let text = (gate.id.as_str(), message);
        Some(at_place(FindingCode::UnboundGate, place, text, "no `run`", help))
    });
    let mut findings: Vec<Finding> = stated.collect();
    let silent: Vec<&GateId> = gates
        .iter()
        .filter(|gate| !is_stated(gate))
        .map(|gate| &gate.id)
        .filter(|id| reachable.contains(*id))
        .collect();
    if !silent.is_empty() {
        let message = format!(
            "the routing rules ask for gates that the workspace gives no command: {}",
            quoted(&silent)
        );
        let help = "add each under `gates:` in a document of the lanes, by its `id` and with `run`, or bring evidence \
                    for it from outside";
        findings.push(Finding {
            code: FindingCode::UnboundGate,
            message,
            at: At::Workspace,
            label: String::new(),
            subject: "gates of the routing rules".to_owned(),
            witness: None,
            help: help.to_owned(),
        });
    }
    findings
}

/// Returns the gates of the stated catalogue that nothing names.
pub(super) fn unused_catalogue_gate(subject: &Subject<'_>) -> Vec<Finding> {
    let unused = unnamed(subject).into_iter().filter_map(|gate| {
        let place = gate.place.as_ref()?;
        let message = format!(
            "the catalogue has the gate `{}`, and no lane, rule, profile, `always` or `needs` names it",
            gate.id
        );
        let help = "ask for it in a lane, a rule or by `always`, or remove it";
        let text = (gate.id.as_str(), message);
        Some(at_place(FindingCode::UnusedCatalogueGate, place, text, "nothing asks for it", help))
    });
    unused.collect()
}

/// Returns the gates of the stated catalogue that no lane, rule, `always` or `needs` names.
pub(super) fn unnamed<'a>(subject: &Subject<'a>) -> Vec<&'a Gate> {
    let lanes = &subject.policy.lanes;
    let mut named: BTreeSet<&GateId> = BTreeSet::new();
    for lane in lanes.lanes.values() {
        named.extend(lane.asks.iter().map(|ask| &ask.gate));
    }
    for rule in lanes.rules.classes.values() {
        named.extend(rule.gates.iter().chain(&rule.production_gates).chain(&rule.ships_gates));
    }
    for rule in lanes.rules.map_kinds.values() {
        named.extend(&rule.gates);
    }
    for gate in lanes.gates.values() {
        named.extend(&gate.needs);
    }
    for profile in lanes.profiles.values() {
        named.extend(&profile.source_gates);
        named.extend(profile.when.iter().flat_map(|when| &when.source_gates));
    }
    let unnamed = |gate: &&Gate| {
        gate.lane.is_none()
            && gate.always.is_none()
            && is_stated(gate)
            && gate.id.as_str() != ARCHITECTURE_REVIEW
            && !named.contains(&gate.id)
    };
    lanes.gates.values().filter(unnamed).collect()
}

/// Returns the rules that the workspace states for a class that no file can have, or a kind of map that has no row.
pub(super) fn unused_rule(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let columns =
        [Column::Handler, Column::Contract, Column::Migrations, Column::Seeds, Column::Code, Column::Paths];
    // A file of the policy is `delivery`, or `docs` where only its prose changes, whatever the rows say.
    let mut classes = ChangeClasses::only(ChangeClass::Delivery).with(ChangeClass::Docs);
    let mut kinds: BTreeSet<MapKind> = BTreeSet::new();
    for row in &policy.rows {
        for column in
            columns.into_iter().filter(|column| row.paths.iter().any(|paths| paths.column == *column))
        {
            classes = classes.union(policy.owner_classes(row, Columns::default().with(column)));
        }
        if !row.kind.owns() {
            classes = classes.union(policy.kinds(row));
        }
        if !row.is_exempt() || !row.kind.owns() {
            kinds.insert(row.kind);
        }
    }
    let unused = policy.lanes.stated_rules.iter().filter_map(|rule| {
        let (subject, message, help) = match rule.of {
            RuleOf::Class(class) if !classes.has(class) => (
                format!("class {class}"),
                format!("the rule for the class `{class}` never applies: no row gives it to a file"),
                format!("give the class in a row, or as the `kind` of a lane that owns something, or remove the rule for `{class}`"),
            ),
            RuleOf::MapKind(kind) if !kinds.contains(&kind) => (
                format!("map kind {kind}"),
                format!("the rule for the map kind `{kind}` never applies: no map has such a row"),
                format!("add a {kind} table to a map, or remove the rule for `{kind}`"),
            ),
            RuleOf::Class(_) | RuleOf::MapKind(_) => return None,
        };
        Some(at_place(FindingCode::UnusedRule, &rule.place, (subject, message), "never applies", help))
    });
    unused.collect()
}
