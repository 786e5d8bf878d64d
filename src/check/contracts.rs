//! Contracts and who uses them: those that nobody consumes, and those that nobody produces.

use std::collections::{BTreeMap, BTreeSet};

use super::{Subject, at_place, quoted};
use crate::finding::{Finding, FindingCode};
use crate::ownership::{Cell, Row};
use crate::source::Place;

/// Returns the contracts that state that they have no consumers, and that no cell names. Where a cell is blank that
/// could name them, nothing is known, and nothing is said.
pub(super) fn unconsumed_contract(subject: &Subject<'_>) -> Vec<Finding> {
    let rows = || subject.policy.rows.iter().filter(|row| !row.kind.owns());
    if callers(subject).any(|row| row.consumes == Cell::Unknown) {
        return Vec::new();
    }
    let mut used: BTreeSet<&str> = callers(subject)
        .filter_map(|row| row.consumes.listed())
        .flat_map(|names| names.keys().map(String::as_str))
        .collect();
    let has_none = |row: &Row| row.consumers.listed().is_some_and(BTreeMap::is_empty);
    // Rows with one name are one contract: what one of them says, or leaves open, counts for it.
    used.extend(rows().filter(|row| !has_none(row)).flat_map(|row| row.names.iter().map(String::as_str)));
    let unused = rows().filter(|row| has_none(row)).filter_map(|row| {
        let names: Vec<&str> =
            row.names.iter().map(String::as_str).filter(|name| !used.contains(name)).collect();
        if names.is_empty() {
            return None;
        }
        let message = format!("nobody consumes {}: `Consumers` says none, and no other cell names it", quoted(&names));
        let help = format!(
            "if the {} is the domain's own, all is well; otherwise list who consumes it, or leave the cell empty where \
             that is not known",
            row.kind
        );
        let text = (names.join(", "), message);
        Some(at_place(FindingCode::UnconsumedContract, &row.place, text, "no consumers", help))
    });
    unused.collect()
}

/// Returns the rows that say what they call.
fn callers<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a Row> {
    use crate::ownership::MapKind;
    let calls = |row: &&Row| matches!(row.kind, MapKind::Binary | MapKind::Surface);
    subject.policy.rows.iter().filter(calls)
}

/// Returns the contracts that a cell names and of which no row matches a tracked file, at the first cell that does.
pub(super) fn unproduced_contract(subject: &Subject<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let mut alive = vec![false; policy.rows.len()];
    for hit in subject.attributed.iter().flat_map(|(_, attached)| attached) {
        alive[hit.row] = true;
    }
    let mut producers: BTreeMap<&str, (bool, Vec<&Row>)> = BTreeMap::new();
    for (row, alive) in policy.rows.iter().zip(&alive).filter(|(row, _)| !row.kind.owns()) {
        for name in &row.names {
            let (any, rows) = producers.entry(name).or_default();
            *any |= alive;
            rows.push(row);
        }
    }
    let mut cells: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for row in callers(subject) {
        for (name, span) in row.consumes.listed().into_iter().flatten() {
            cells.entry(name).or_default().push(Place::new(&row.place.source, span.clone()));
        }
    }
    let unproduced = cells.into_iter().filter_map(|(name, places)| {
        let (alive, rows) = producers.get(name)?;
        if *alive {
            return None;
        }
        let place = places.first()?;
        let stands = rows.iter().map(|row| format!("{}:{}", row.place.source.name(), row.line()));
        let message = format!(
            "`{name}` is consumed and nobody produces it: no tracked file matches its row at {}",
            stands.collect::<Vec<_>>().join(", ")
        );
        let help =
            "say in that row where its files are now, or take the name out of the cells that consume it";
        Some(at_place(FindingCode::UnproducedContract, place, (name, message), "produced by no file", help))
    });
    unproduced.collect()
}
