//! What the laws do to a policy: take something out of it, or make something unknown.

use crate::dice::Dice;
use crate::model::{Case, Garbage, MAPS, Name, Workspace};
use crate::mutate::own_gates;
use crate::resolve::has_fault;

/// Removes a row, a lane, a gate, a rule or an edge.
pub(crate) fn remove_something(dice: &mut Dice, workspace: &mut Workspace) {
    let (rows, lanes) = (workspace.rows.len(), workspace.lanes.len());
    match dice.below(10) {
        0 | 1 if rows > 0 => drop(workspace.rows.remove(dice.below(rows))),
        2 if lanes > 0 => drop(workspace.lanes.remove(dice.below(lanes))),
        3 | 4 if lanes > 0 => {
            let entries = &mut workspace.lanes[dice.below(lanes)].entries;
            if !entries.is_empty() {
                entries.remove(dice.below(entries.len()));
            }
        }
        5 if !workspace.gates.is_empty() => {
            let at = dice.below(workspace.gates.len());
            workspace.gates.remove(at);
        }
        6 if !workspace.class_rules.is_empty() => {
            let at = dice.below(workspace.class_rules.len());
            workspace.class_rules.remove(at);
        }
        7 if !workspace.kind_rules.is_empty() => {
            let at = dice.below(workspace.kind_rules.len());
            workspace.kind_rules.remove(at);
        }
        _ if rows > 0 => {
            let row = &mut workspace.rows[dice.below(rows)];
            match dice.below(5) {
                0 => row.consumers = row.consumers.as_ref().map(|_| Vec::new()),
                1 => row.imported_by = row.imported_by.as_ref().map(|_| Vec::new()),
                2 => row.consumes = row.consumes.as_ref().map(|_| Vec::new()),
                3 => row.tags.clear(),
                _ => row.class = if dice.percent(50) { Some("exempt") } else { Some("docs") },
            }
        }
        _ => {}
    }
}

/// Has every row that owns files state `schema`: the one class of the embedded rules that does not take all smokes of
/// what it changes, so that consumers and tags decide.
pub(crate) fn narrow_by_tags(case: &mut Case) {
    for row in case.policies.iter_mut().flatten().flat_map(|workspace| &mut workspace.rows) {
        if row.competes() {
            row.class = Some("schema");
        }
    }
}

/// Blanks a cell, a key, a lane or a map in some of the policies, and says what; nothing where there was none.
pub(crate) fn blank_something(dice: &mut Dice, case: &mut Case) -> Option<&'static str> {
    let what = dice.pick(&["Consumers", "consumer", "tags", "lane", "map"]);
    let of = dice.below(3);
    let everywhere = dice.percent(50);
    let seed = dice.byte();
    // One policy, or every policy that has the same thing.
    let before = case.clone();
    for side in (0..3).filter(|side| everywhere || *side == of) {
        let Some(workspace) = &mut case.policies[side] else { continue };
        let dice = &mut Dice::new(u64::from(seed));
        match what {
            "Consumers" => {
                let listed: Vec<usize> = (0..workspace.rows.len())
                    .filter(|row| workspace.rows[*row].consumers.is_some())
                    .collect();
                if !listed.is_empty() {
                    workspace.rows[dice.pick(&listed)].consumers = None;
                }
            }
            "consumer" | "tags" => {
                let skip = dice.below(4);
                let stated = |own: &&mut crate::model::OwnGate| {
                    if what == "tags" { !own.tags.is_empty() } else { own.consumer.is_some() }
                };
                let mut stating: Vec<_> = own_gates(workspace).filter(stated).collect();
                let count = stating.len();
                if count > 0 {
                    let own = &mut stating[skip % count];
                    if what == "tags" { own.tags.clear() } else { own.consumer = None }
                }
            }
            "lane" => {
                let named: Vec<usize> = (0..workspace.lanes.len())
                    .filter(|lane| names(workspace, workspace.lanes[*lane].domain))
                    .collect();
                if !named.is_empty() {
                    workspace.lanes.remove(dice.pick(&named));
                }
            }
            _ => blank_map(dice, workspace, &mut case.garbage[side]),
        }
    }
    (*case != before).then_some(what)
}

/// Blanks a map that rows name, or one whose name promises a map.
fn blank_map(dice: &mut Dice, workspace: &mut Workspace, garbage: &mut Option<Garbage>) {
    let map = dice.below(MAPS.len());
    if workspace.rows.iter().all(|row| row.map != map) {
        return;
    }
    let mut less = workspace.clone();
    less.rows.retain(|row| row.map != map);
    if !has_fault(workspace) && has_fault(&less) {
        *workspace = less;
    } else if MAPS[map].ends_with("-ownership.md") {
        *garbage = Some(Garbage::EmptyMap);
    }
}

fn names(workspace: &Workspace, domain: Name) -> bool {
    workspace.rows.iter().any(|row| {
        let cells = row.consumers.iter().chain(&row.imported_by).flatten();
        row.owners.iter().chain(cells).any(|name| *name == domain)
    })
}
