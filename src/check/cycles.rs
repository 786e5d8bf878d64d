//! Domains that reach each other.

use super::{Subject, at_place};
use crate::finding::{Finding, FindingCode};
use crate::graph::{Choice, Cycle, EdgeKind, Party, View, cycles};
use crate::id::DomainId;
use crate::ownership::Row;

/// Returns each set of domains that reach each other, by imports and by services, with one way round. They are legal.
pub(super) fn cycle(subject: &Subject<'_>) -> Vec<Finding> {
    let view = View::new(subject.policy, &[], Choice::All);
    cycles::named(&view).iter().filter_map(|cycle| finding(&view, cycle)).collect()
}

fn finding(view: &View<'_>, cycle: &Cycle) -> Option<Finding> {
    let first = cycle.way.first()?;
    let next = cycle.way.iter().skip(1).chain([first]);
    let chain: Vec<(&DomainId, &Row)> = cycle
        .way
        .iter()
        .zip(next)
        .filter_map(|(from, to)| Some((from, leads(view, cycle.kind, from, to)?)))
        .collect();
    let steps = chain
        .iter()
        .map(|(domain, row)| format!("`{domain}` → ({}:{}) ", row.place.source.name(), row.line()));
    let way: String = steps.collect();
    let (_, row) = *chain.first()?;
    let more = match cycle.domains.len() - cycle.way.len() {
        0 => String::new(),
        others => format!("; {} on the same circles", super::count(others, "more domain")),
    };
    let (verb, what, help) = match cycle.kind {
        EdgeKind::Imports => (
            "compile each other in",
            "imports",
            "a change to one of them rebuilds all: split the package that closes the circle, if they are to be apart",
        ),
        EdgeKind::Consumes | EdgeKind::Produces => (
            "consume each other",
            "services",
            "nothing is wrong with that, as a service edge carries an impact one step; know that none of them can be \
             released first",
        ),
    };
    let message = format!("domains {verb}: {way}`{first}`{more}");
    let domains: Vec<&str> = cycle.domains.iter().map(|domain| domain.as_str()).collect();
    let text = (format!("{what}: {}", domains.join(", ")), message);
    Some(at_place(FindingCode::Cycle, &row.place, text, "leads to the next", help))
}

/// Returns the first row that leads from one domain to another.
fn leads<'a>(view: &View<'a>, kind: EdgeKind, from: &DomainId, to: &DomainId) -> Option<&'a Row> {
    let is = |party: &Party, id: &DomainId| matches!(party, Party::Domain(own) if own == id);
    let steps = view.steps(kind);
    let step = steps.iter().find(|step| is(&step.from, from) && is(&step.to, to))?;
    Some(view.row(step.row))
}
