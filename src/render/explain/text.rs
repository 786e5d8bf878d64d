//! An explanation for a developer at a terminal.

use std::io::{self, Write};

use super::chain::Link;
use super::explanation::{
    Chained, DomainExplanation, Explanation, GateExplanation, KnownRow, PathExplanation, Reached, Standing,
};
use super::selector;
use crate::render::escape::terminal;
use crate::render::reason::{self, count};
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG, gate_line, listed, names};
use crate::route::EdgeKnowledge;

/// Writes the explanation.
pub fn write(out: &mut impl Write, explanation: &Explanation<'_>, detail: Detail) -> io::Result<()> {
    match explanation {
        Explanation::Path(path) => of_path(out, path, detail),
        Explanation::Gate(gate) => of_gate(out, gate, detail),
        Explanation::Domain(domain) => of_domain(out, domain, detail),
    }
}

fn of_path(out: &mut impl Write, path: &PathExplanation<'_>, detail: Detail) -> io::Result<()> {
    let facts = &path.file.facts;
    let standing = match path.standing {
        Standing::Changed => path.file.file.status.as_str(),
        Standing::Moved => "not changed, but its row moved",
        Standing::Unchanged => "not in the change; if it were modified",
        Standing::Absent => "not in the tree; if it were added",
    };
    writeln!(out, "{STRONG}{}{STRONG:#}  {standing}", terminal(&path.path.to_string()))?;
    if !facts.mapped {
        writeln!(out, "  {ALARM}UNMAPPED{ALARM:#} a policy has no row for it, so every gate runs")?;
    }
    if facts.exempt {
        writeln!(out, "  {CARE}exempt{CARE:#}: it needs no gate of its own")?;
    }
    rows(out, &path.rows)?;
    if let Some(proposal) = &path.proposal {
        if let Some(beside) = &proposal.beside {
            writeln!(out, "  add a row beside {}:", terminal(&reason::place(beside)))?;
        }
        writeln!(out, "    {NAME}{}{NAME:#}", terminal(&proposal.row()))?;
    }
    if let Some(moved) = path.moved {
        let (from, to) = (names(&moved.from), names(&moved.to));
        writeln!(out, "  {CARE}moved{CARE:#} {} -> {}", terminal(&from), terminal(&to))?;
    }
    if !facts.classes.is_empty() {
        let classes: Vec<_> = facts.classes.iter().map(|class| class.as_str()).collect();
        let production = if facts.production { ", impacts production" } else { "" };
        writeln!(out, "  class {}{production}", classes.join(", "))?;
    }
    if !path.domains.is_empty() {
        writeln!(out, "\n{STRONG}Domains{STRONG:#}")?;
        for (id, impact, chains) in &path.domains {
            let impact: Vec<_> = impact.impact.iter().map(|impact| impact.as_str()).collect();
            writeln!(out, "  {NAME}{}{NAME:#} {}", terminal(id.as_str()), impact.join(", "))?;
            let chains: Vec<_> = chains.iter().map(|chain| arrows(chain)).collect();
            listed(out, "    ", &chains, detail, 3)?;
        }
    }
    writeln!(out, "\n{STRONG}Gates{STRONG:#}")?;
    for (gate, chains) in &path.gates {
        writeln!(out, "  {}", gate_line(gate))?;
        chained(out, chains, detail)?;
    }
    if path.gates.is_empty() {
        writeln!(out, "  none of its own")?;
    }
    if path.others > 0 && matches!(path.standing, Standing::Changed | Standing::Moved) {
        let others = count(path.others, "other gate");
        writeln!(out, "  {FAINT}the route has {others}, not by this path{FAINT:#}")?;
    }
    Ok(())
}

fn rows(out: &mut impl Write, rows: &[KnownRow]) -> io::Result<()> {
    for row in rows {
        let title = row.title.as_deref().unwrap_or_default();
        writeln!(out, "  {}  {FAINT}{}{FAINT:#}", terminal(&reason::place(&row.place)), terminal(title))?;
    }
    Ok(())
}

fn chained(out: &mut impl Write, chains: &[Chained], detail: Detail) -> io::Result<()> {
    let shown = detail.shown(chains.len(), 3);
    for chained in &chains[..shown] {
        writeln!(out, "    {}", terminal(&reason::gate(&chained.reason)))?;
        if chained.chain.len() > 1 {
            writeln!(out, "      {FAINT}{}{FAINT:#}", terminal(&arrows(&chained.chain)))?;
        }
    }
    if shown < chains.len() {
        writeln!(out, "    {FAINT}and {} more reasons{FAINT:#}", chains.len() - shown)?;
    }
    Ok(())
}

/// Writes a chain as one line.
fn arrows(chain: &[Link]) -> String {
    let links: Vec<String> = chain
        .iter()
        .map(|link| match link {
            Link::File(path) => path.to_string(),
            Link::Row(row) => reason::place(row),
            Link::Domain(domain) => domain.to_string(),
            Link::Contract(contract) => contract.to_string(),
            Link::Consumer(consumer) => format!("{consumer} (consumer)"),
            Link::Gate(gate) => format!("gate {gate}"),
        })
        .collect();
    links.join(" → ")
}

fn of_gate(out: &mut impl Write, gate: &GateExplanation<'_>, detail: Detail) -> io::Result<()> {
    if let Some((selected, chains)) = &gate.selected {
        writeln!(out, "{}", gate_line(selected))?;
        writeln!(out, "  {}, {}", terminal(&selected.gate.title), selected.gate.layer)?;
        writeln!(out, "  {STRONG}in the route{STRONG:#}, because")?;
        return chained(out, chains, detail);
    }
    writeln!(out, "{NAME}{}{NAME:#}", terminal(gate.id.as_str()))?;
    if let Some(skipped) = gate.skipped {
        writeln!(out, "  {}, {}", terminal(&skipped.gate.title), skipped.gate.layer)?;
        writeln!(out, "  {STRONG}not in the route{STRONG:#}: {}", reason::skip(&skipped.because))?;
    }
    writeln!(out, "\n{STRONG}What would select it{STRONG:#}")?;
    let selectors: Vec<_> = gate.selectors.iter().map(selector::sentence).collect();
    listed(out, "  ", &selectors, detail, 10)?;
    writeln!(out, "  {FAINT}any broad route, --all, or --add {}{FAINT:#}", terminal(gate.id.as_str()))
}

fn of_domain(out: &mut impl Write, domain: &DomainExplanation<'_>, detail: Detail) -> io::Result<()> {
    write!(out, "{NAME}{}{NAME:#}  ", terminal(domain.id.as_str()))?;
    match &domain.reached {
        None => writeln!(out, "{STRONG}not reached{STRONG:#} by this change")?,
        Some(Reached { impact, chains }) => {
            let words: Vec<_> = impact.impact.iter().map(|impact| impact.as_str()).collect();
            writeln!(out, "{STRONG}{}{STRONG:#}", words.join(", "))?;
            let shown = detail.shown(chains.len(), 5);
            for (because, chain) in &chains[..shown] {
                writeln!(out, "  {}", terminal(&reason::domain(because)))?;
                writeln!(out, "    {FAINT}{}{FAINT:#}", terminal(&arrows(chain)))?;
            }
            if shown < chains.len() {
                writeln!(out, "  {FAINT}and {} more reasons{FAINT:#}", chains.len() - shown)?;
            }
            if impact.import_edges == EdgeKnowledge::Unknown {
                writeln!(out, "  {CARE}its maps do not say who imports it{CARE:#}")?;
            }
            if impact.consumes == Some(EdgeKnowledge::Unknown) {
                writeln!(out, "  {CARE}its maps do not say what its binaries consume{CARE:#}")?;
            }
        }
    }
    if !domain.lane {
        writeln!(out, "  {ALARM}it has no lane{ALARM:#}, so a change that reaches it is broad")?;
    }
    writeln!(out, "\n{STRONG}Rows{STRONG:#} {}", domain.owned)?;
    rows(out, &domain.rows)?;
    if domain.owned > domain.rows.len() {
        writeln!(out, "  {FAINT}and {} more{FAINT:#}", domain.owned - domain.rows.len())?;
    }
    writeln!(out, "\n{STRONG}Gates{STRONG:#} in the route {}", domain.gates.len())?;
    for gate in &domain.gates {
        writeln!(out, "  {}", gate_line(gate))?;
        let because: Vec<_> = gate.because.iter().map(reason::gate).collect();
        listed(out, "    ", &because, detail, 2)?;
    }
    if !domain.skipped.is_empty() {
        writeln!(out, "\n{STRONG}Skipped{STRONG:#} {}", domain.skipped.len())?;
        for (id, because) in &domain.skipped {
            let because = reason::skip(because);
            writeln!(out, "  {}  {FAINT}{because}{FAINT:#}", terminal(id.as_str()))?;
        }
    }
    Ok(())
}
