//! A workspace with one thing changed, and kept free of faults.

use crate::dice::Dice;
use crate::generate::{CATALOGUE, class_rule, entry, gate, needs, pattern, row, row_of};
use crate::model::{CLASSES, EntryGate, Name, OwnGate, Row, Workspace};

/// Changes one thing, as a commit does.
pub(crate) fn mutate(dice: &mut Dice, workspace: &mut Workspace, wild: bool) {
    let rows = workspace.rows.len();
    match dice.below(if wild { 14 } else { 12 }) {
        0 => {
            let row = row(dice);
            workspace.rows.insert(dice.below(rows + 1), row);
        }
        1 if rows > 1 => {
            // The rows that cover everything stand last: a tame workspace keeps them.
            let last = if wild { rows } else { rows - 1 };
            workspace.rows.remove(dice.below(last));
        }
        2..=4 if rows > 0 => {
            let at = dice.below(rows);
            change_row(dice, &mut workspace.rows[at]);
        }
        5 | 6 if !workspace.lanes.is_empty() => {
            let at = dice.below(workspace.lanes.len());
            let lane = &mut workspace.lanes[at];
            if dice.percent(50) || lane.entries.is_empty() {
                lane.entries.push(entry(dice));
            } else {
                lane.entries.remove(dice.below(lane.entries.len()));
            }
        }
        7 if !workspace.lanes.is_empty() => {
            let at = dice.below(workspace.lanes.len());
            workspace.lanes[at].kind = if dice.percent(80) { Some(dice.pick(&CLASSES)) } else { None };
        }
        8 => {
            let index = dice.below(CATALOGUE.len());
            let fresh = gate(dice, index);
            match workspace.gates.iter().position(|known| known.id == fresh.id) {
                Some(at) if dice.percent(40) => {
                    workspace.gates.remove(at);
                }
                Some(at) => workspace.gates[at] = fresh,
                None => workspace.gates.push(fresh),
            }
        }
        9 => {
            let class = dice.pick(&CLASSES);
            let fresh = class_rule(dice, class);
            match workspace.class_rules.iter().position(|known| known.class == class) {
                Some(at) => {
                    workspace.class_rules.remove(at);
                }
                None => workspace.class_rules.push(fresh),
            }
        }
        10 => {
            // The other way round, so that two policies together may have a cycle that neither has.
            workspace.gates.reverse();
            for gate in &mut workspace.gates {
                gate.needs = needs(dice);
            }
        }
        11 if dice.percent(30) => workspace.lanes_in_ci = !workspace.lanes_in_ci,
        11 => workspace.observe = !workspace.observe && dice.percent(20),
        12 if !workspace.lanes.is_empty() => {
            workspace.lanes.remove(dice.below(workspace.lanes.len()));
        }
        _ => {
            if let Some(own) = own_gates(workspace).next() {
                own.run = Some("make changed");
                own.tags.clear();
            }
        }
    }
}

fn change_row(dice: &mut Dice, row: &mut Row) {
    let other = row_of(dice, row.kind);
    match dice.below(8) {
        0 | 1 => row.owners = other.owners,
        2 => row.class = other.class,
        3 => row.tags = other.tags,
        4 => row.consumers = other.consumers,
        5 => row.imported_by = other.imported_by,
        6 => row.consumes = other.consumes,
        _ => {
            let column = dice.below(row.columns.len());
            row.columns[column].1.push(pattern(dice));
        }
    }
}

/// Returns the gates that lanes define.
pub(crate) fn own_gates(workspace: &mut Workspace) -> impl Iterator<Item = &mut OwnGate> {
    workspace.lanes.iter_mut().flat_map(|lane| &mut lane.entries).filter_map(|entry| match &mut entry.gate {
        EntryGate::Own(own) => Some(own),
        EntryGate::Text(_) | EntryGate::Embedded(..) => None,
    })
}

/// Takes out what would be a fault: names of nothing, one gate twice, cycles of needs. Now and then it leaves the
/// names of nothing and the cycles to the oracle.
pub(crate) fn settle(dice: &mut Dice, workspace: &mut Workspace, wild: bool) {
    one_gate_once(workspace);
    if dice.percent(if wild { 6 } else { 1 }) {
        return;
    }
    let mut domains: Vec<Name> = workspace.lanes.iter().map(|lane| lane.domain).collect();
    domains.extend(workspace.rows.iter().flat_map(|row| row.owners.clone()));
    domains.push("*");
    let contracts: Vec<Name> =
        workspace.rows.iter().filter(|row| !row.competes()).flat_map(|row| row.names.clone()).collect();
    for row in &mut workspace.rows {
        for cell in [&mut row.consumers, &mut row.imported_by].into_iter().flatten() {
            cell.retain(|name| domains.contains(name));
        }
        if let Some(cell) = &mut row.consumes {
            cell.retain(|name| contracts.contains(name));
        }
    }
    // Needs point one way along this order, so they have no cycle; which way, the first gate of the catalogue says.
    let ids: Vec<Name> = gate_order(workspace);
    let allowed = |of: Option<Name>, need: &Name| {
        let place = |id: &Name| ids.iter().position(|known| known == id);
        match (of.as_ref().map(place), place(need)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(of), Some(need)) => of.is_some_and(|of| need < of),
        }
    };
    for gate in &mut workspace.gates {
        gate.needs.retain(|need| allowed(Some(gate.id), need));
    }
    for own in own_gates(workspace) {
        own.needs.retain(|need| allowed(own.id, need));
        if own.consumer.is_some_and(|consumer| !domains.contains(&consumer)) {
            own.consumer = None;
        }
    }
}

fn gate_order(workspace: &mut Workspace) -> Vec<Name> {
    let mut ids: Vec<Name> = workspace.gates.iter().map(|gate| gate.id).collect();
    ids.extend(own_gates(workspace).filter_map(|own| own.id));
    ids
}

fn one_gate_once(workspace: &mut Workspace) {
    let mut given = Vec::new();
    for lane in &mut workspace.lanes {
        let mut in_lane = Vec::new();
        lane.entries.retain(|entry| match &entry.gate {
            EntryGate::Text(text) => {
                let fresh = !in_lane.contains(text);
                in_lane.push(text);
                fresh
            }
            EntryGate::Embedded(id, ..) => {
                let fresh = !in_lane.contains(id);
                in_lane.push(id);
                fresh
            }
            EntryGate::Own(OwnGate { id: Some(id), .. }) => {
                let fresh = !given.contains(id);
                given.push(*id);
                fresh
            }
            EntryGate::Own(own) => {
                let fresh = !in_lane.contains(&own.title);
                in_lane.push(own.title);
                fresh
            }
        });
    }
}
