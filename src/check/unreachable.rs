//! Gates that no change asks for, by the engine itself.
//!
//! More files never select less, so the question is what a change of every file there could be selects. Files that
//! could be are taken by the rows that could have them: rows of one rank may own a file jointly, and every contract row
//! whose patterns begin like theirs may attach to it. That is more than can be, so what is not reached even then is
//! certain; files of the tree need not be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::domains::idle_lanes;
use super::gates::{unbound_gate, unnamed};
use super::{Subject, at_place};
use crate::attribute::{Attribution, Group, Hit};
use crate::finding::{Finding, FindingCode};
use crate::id::{ARCHITECTURE_REVIEW, DomainId, GateId};
use crate::lanes::embedded::is_stated;
use crate::lanes::{Gate, Layer};
use crate::ownership::{Column, Columns};
use crate::pattern::Rank;
use crate::policy::Policy;
use crate::route::reachable;

/// Returns the gates that no change asks for, and those without a command, which need to be told apart by it.
pub(super) fn unreachable_and_unbound_gates(subject: &Subject<'_>) -> Vec<Finding> {
    let reachable = reachable(&subject.policies, &groups(subject.policy));
    let mut findings = unreachable_gate(subject, &reachable);
    findings.extend(unbound_gate(subject, &reachable));
    findings
}

/// Returns the gates that only the broad route has. One that nothing names, and those of a lane whose domain owns
/// nothing, have a finding of their own.
fn unreachable_gate(subject: &Subject<'_>, reachable: &BTreeSet<GateId>) -> Vec<Finding> {
    let lanes = &subject.policy.lanes;
    let idle: BTreeSet<&DomainId> = idle_lanes(subject).into_iter().collect();
    let unnamed: BTreeSet<&GateId> = unnamed(subject).into_iter().map(|gate| &gate.id).collect();
    let is_candidate = |gate: &&Gate| {
        !reachable.contains(&gate.id)
            && is_stated(gate)
            && gate.id.as_str() != ARCHITECTURE_REVIEW
            && !unnamed.contains(&gate.id)
            && !gate.lane.as_ref().is_some_and(|lane| idle.contains(lane))
    };
    let finding = |gate: &Gate| {
        let place = gate.place.as_ref()?;
        let message = format!("no change asks for the gate `{}`: only the broad route has it", gate.id);
        let text = (gate.id.as_str(), message);
        Some(at_place(FindingCode::UnreachableGate, place, text, "nothing selects it", help(subject, gate)))
    };
    lanes.gates.values().filter(is_candidate).filter_map(finding).collect()
}

/// Says whether a release profile wants it to have been proved.
fn is_source_gate(subject: &Subject<'_>, id: &GateId) -> bool {
    subject.policy.lanes.profiles.values().any(|profile| {
        profile.source_gates.contains(id) || profile.when.iter().any(|when| when.source_gates.contains(id))
    })
}

/// Says what would select the gate.
fn help(subject: &Subject<'_>, gate: &Gate) -> String {
    let lanes = &subject.policy.lanes.lanes;
    let asked = lanes.values().flat_map(|lane| lane.asks.iter().map(move |ask| (lane, ask)));
    let Some((lane, ask)) = asked.into_iter().find(|(_, ask)| ask.gate == gate.id) else {
        if is_source_gate(subject, &gate.id) {
            return "a release profile names it under `source_gates`, and no change brings a proof of it: ask for it in a lane, a \
                    rule or by `always` as well"
                .to_owned();
        }
        return "a rule names it for a class or a kind of map that no file has: ask for it elsewhere, or remove it"
            .to_owned();
    };
    let domain = &lane.domain;
    match ask.slot {
        Layer::Global => format!(
            "a global gate of a lane is asked for by a file that is not documentation, and `{domain}` has none: move it \
             to the catalogue with `always`"
        ),
        Layer::DomainLocal => format!(
            "local gates are not asked for by the classes that files of `{domain}` have: move it to the catalogue with \
             `always` and `paths`, or give the rows another class"
        ),
        Layer::ServiceEvidence => format!(
            "evidence is asked for by a production-impacting file of a class whose rule says `service_evidence`, and \
             `{domain}` has none: give its rows or its lane such a class, or remove the evidence"
        ),
        Layer::ConsumerSmoke => format!(
            "neither its consumer nor its tags are asked for by what `{domain}` owns: name the consumer in a row, change \
             the tags, or remove the smoke"
        ),
    }
}

/// The rows whose patterns begin with the same bytes, by those bytes.
type Prefixes = BTreeMap<Vec<u8>, Vec<(usize, Column)>>;

/// Returns what is said of files that could be. It is more than can be said of any one.
fn groups(policy: &Policy) -> Vec<Group> {
    let mut contracts: Prefixes = BTreeMap::new();
    let mut owners: BTreeMap<(Vec<u8>, Rank), BTreeSet<usize>> = BTreeMap::new();
    for (index, row) in policy.rows.iter().enumerate() {
        for paths in &row.paths {
            for (mut prefix, rank) in paths.patterns.iter().flat_map(|pattern| pattern.prefixes()) {
                // `a` and `a/**` rank alike.
                while prefix.last() == Some(&b'/') {
                    prefix.pop();
                }
                if row.kind.owns() {
                    owners.entry((prefix, rank)).or_default().insert(index);
                } else {
                    contracts.entry(prefix).or_default().push((index, paths.column));
                }
            }
        }
    }
    let policy_prefixes = policy_prefixes(policy);
    let may_be_policy =
        |prefix: &[u8]| policy_prefixes.iter().any(|own| own.starts_with(prefix) || prefix.starts_with(own));
    let mut groups = Groups { found: Vec::new(), alone: BTreeSet::new() };
    for ((prefix, _), rows) in &owners {
        let is_policy = may_be_policy(prefix);
        for row in rows {
            if groups.alone.insert((*row, is_policy)) {
                groups.add(vec![owned(*row)], Vec::new(), is_policy);
            }
        }
        let attached = compatible(&contracts, prefix);
        if rows.len() > 1 || !attached.is_empty() {
            groups.add(rows.iter().copied().map(owned).collect(), attached.clone(), is_policy);
        }
        let quiet = rows.iter().copied().filter(|row| is_quiet(policy, *row));
        let quiet: Vec<Hit> = quiet.map(owned).collect();
        if !quiet.is_empty() && !attached.is_empty() {
            groups.add(quiet, without_class(&attached), is_policy);
        }
    }
    for (prefix, rows) in &contracts {
        let is_policy = may_be_policy(prefix);
        for (row, column) in rows {
            let hit = Hit { row: *row, columns: Columns::default().with(*column) };
            groups.add(vec![hit], vec![hit], is_policy);
        }
        let all = compatible(&contracts, prefix);
        for hits in [without_class(&all), all] {
            if !hits.is_empty() {
                groups.add(hits.clone(), hits, is_policy);
            }
        }
    }
    // A file of the policy has its class whether or not a row has it.
    groups.add(Vec::new(), Vec::new(), true);
    groups.found
}

struct Groups {
    found: Vec<Group>,
    alone: BTreeSet<(usize, bool)>,
}

impl Groups {
    fn add(&mut self, owners: Vec<Hit>, attached: Vec<Hit>, may_be_policy: bool) {
        let group = |policy_files: bool| Group {
            asked: vec![Attribution {
                policy: 0,
                as_if: false,
                owners: owners.clone(),
                attached: attached.clone(),
            }],
            policy_files,
        };
        if may_be_policy {
            self.found.push(group(true));
        }
        self.found.push(group(false));
    }
}

fn owned(row: usize) -> Hit {
    Hit { row, columns: Columns::default().with(Column::Paths) }
}

/// Says whether a row makes its files documentation, or exempts them.
fn is_quiet(policy: &Policy, row: usize) -> bool {
    let classes = policy.owner_classes(&policy.rows[row], Columns::default().with(Column::Paths));
    classes.is_empty() || classes.is_docs_only()
}

/// Returns the rows with a pattern that could match a file whose path begins with `prefix`: one of the two begins with
/// the other.
fn compatible(contracts: &Prefixes, prefix: &[u8]) -> Vec<Hit> {
    let longer = contracts
        .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(|(own, _)| own.starts_with(prefix));
    let shorter = (0..prefix.len()).filter_map(|length| contracts.get_key_value(&prefix[..length]));
    let mut hits: BTreeMap<usize, Columns> = BTreeMap::new();
    for (row, column) in longer.chain(shorter).flat_map(|(_, rows)| rows) {
        let columns = hits.entry(*row).or_default();
        *columns = columns.with(*column);
    }
    hits.into_iter().map(|(row, columns)| Hit { row, columns }).collect()
}

/// Returns the hits by those columns alone that give no class.
fn without_class(hits: &[Hit]) -> Vec<Hit> {
    let silent = [Column::Paths, Column::Handler, Column::Code];
    let hits = hits.iter().filter_map(|hit| {
        let columns = silent
            .into_iter()
            .filter(|column| hit.columns.has(*column))
            .fold(Columns::default(), Columns::with);
        (columns != Columns::default()).then_some(Hit { row: hit.row, columns })
    });
    hits.collect()
}

/// Returns what the paths of the policy's own files begin with.
fn policy_prefixes(policy: &Policy) -> [Vec<u8>; 4] {
    let config = &policy.config;
    [&config.ownership_maps, &config.lanes, &config.packets, crate::config::CONFIG_FILE]
        .map(|path: &str| path.as_bytes().to_vec())
}
