//! The graph for a person at a terminal: domain by domain, what it offers to whom and what it takes from whom.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::graph::{Blank, Choice, Contract, Cycle, Domain, EdgeKind, Ends, Party, View, Ways};
use crate::id::{ContractId, DomainId};
use crate::ownership::Owners;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};

/// How many lines a list has, unless all are wanted.
const FEW: usize = 12;

/// Writes the graph.
pub fn write(out: &mut impl Write, view: &View<'_>, detail: Detail) -> io::Result<()> {
    let graph = Listing::new(view, detail);
    graph.headline(out)?;
    for (id, domain) in &view.domains {
        graph.domain(out, id, domain)?;
    }
    graph.shared(out)?;
    graph.cycles(out)
}

/// The graph by domain.
struct Listing<'a> {
    view: &'a View<'a>,
    detail: Detail,
    ways: Ways<'a>,
    /// What each domain offers; those of every domain stand for themselves.
    offered: BTreeMap<&'a Party, Vec<(&'a ContractId, &'a Contract)>>,
    /// What each calls, by whose it is.
    called: BTreeMap<&'a Party, Taken<'a>>,
    /// What each compiles in, by whose it is.
    imported: BTreeMap<&'a Party, Taken<'a>>,
}

/// Contracts by who offers them, each with the rows that say so.
type Taken<'a> = BTreeMap<Party, BTreeMap<&'a ContractId, BTreeSet<usize>>>;

impl<'a> Listing<'a> {
    fn new(view: &'a View<'a>, detail: Detail) -> Self {
        let mut offered: BTreeMap<&Party, Vec<_>> = BTreeMap::new();
        let (mut called, mut imported) = (BTreeMap::new(), BTreeMap::new());
        for (id, contract) in &view.contracts {
            for producer in contract.producers.keys() {
                offered.entry(producer).or_default().push((id, contract));
            }
            take(view, &mut called, id, contract, &contract.consumers);
            take(view, &mut imported, id, contract, &contract.importers);
        }
        Self { view, detail, ways: Ways::down(&view.imports), offered, called, imported }
    }

    fn headline(&self, out: &mut impl Write) -> io::Result<()> {
        let view = self.view;
        let edges = |ends: fn(&Contract) -> &Ends| -> usize {
            view.contracts.values().map(|contract| ends(contract).len()).sum()
        };
        let open =
            view.contracts.values().flat_map(|contract| contract.blanks(view.choice, view.policy)).count();
        writeln!(
            out,
            "{STRONG}{}, {}: {}, {}{STRONG:#}{}",
            count(view.domains.len(), "domain"),
            count(view.contracts.len(), "contract"),
            count(edges(|contract| &contract.consumers), "service edge"),
            count(edges(|contract| &contract.importers), "import edge"),
            if open > 0 { format!(", {CARE}{open} left open{CARE:#}") } else { String::new() },
        )?;
        if view.choice != Choice::All {
            writeln!(out, "{FAINT}shown{FAINT:#}   {} edges only", view.choice.as_str())?;
        }
        if let Some(focus) = &view.focus {
            let names: Vec<_> = focus.domains.iter().map(DomainId::as_str).collect();
            let steps = count(focus.depth, "step");
            writeln!(out, "{FAINT}around{FAINT:#}  {}, {steps} up and down", terminal(&names.join(", ")))?;
            if focus.open_elsewhere > 0 {
                let open = count(focus.open_elsewhere, "contract");
                writeln!(
                    out,
                    "{CARE}{open} outside of it may be consumed too: their consumers are not known{CARE:#}"
                )?;
            }
        }
        Ok(())
    }

    fn domain(&self, out: &mut impl Write, id: &DomainId, domain: &Domain) -> io::Result<()> {
        let mut facts = Vec::new();
        facts.extend(domain.title.clone());
        facts.extend(domain.kind.map(|kind| kind.as_str().to_owned()));
        facts.push(count(domain.files, "file"));
        if !domain.reviewers.is_empty() {
            facts.push(format!("reviewed by {}", domain.reviewers));
        }
        writeln!(
            out,
            "\n{NAME}{}{NAME:#}  {FAINT}{}{FAINT:#}",
            terminal(id.as_str()),
            terminal(&facts.join(", "))
        )?;
        if !domain.has_lane {
            writeln!(out, "  {ALARM}no lane{ALARM:#}: a change to it routes as broad")?;
        }
        let party = Party::Domain(id.clone());
        self.offers(out, self.offered.get(&party).map_or(&[], Vec::as_slice))?;
        self.taken(out, "consumes", &self.called, &party)?;
        self.taken(out, "imports", &self.imported, &party)?;
        self.open(out, domain)?;
        if self.view.choice.imports() {
            let mut rebuilt = self.view.reached([id], &self.ways, usize::MAX);
            rebuilt.remove(id);
            if !rebuilt.is_empty() {
                let names: Vec<_> = rebuilt.keys().map(DomainId::as_str).collect();
                writeln!(
                    out,
                    "  {STRONG}a change here rebuilds{STRONG:#}  {}",
                    terminal(&self.some(&names))
                )?;
            }
        }
        Ok(())
    }

    /// Lists what is offered, with who consumes each; what nobody consumes is one line.
    fn offers(&self, out: &mut impl Write, offered: &[(&ContractId, &Contract)]) -> io::Result<()> {
        let (taken, idle): (Vec<_>, Vec<_>) =
            offered.iter().copied().partition(|(_, contract)| self.is_taken(contract));
        if offered.is_empty() {
            return Ok(());
        }
        writeln!(out, "  {STRONG}offers{STRONG:#}")?;
        let shown = self.detail.shown(taken.len(), FEW);
        for (id, contract) in &taken[..shown] {
            writeln!(out, "    {}  {FAINT}{}{FAINT:#}", terminal(id.as_str()), self.places(&contract.rows))?;
            let blanks = contract.blanks(self.view.choice, self.view.policy);
            self.ends(out, "consumed by", &contract.consumers, blanks.contains(&Blank::Consumers))?;
            self.ends(out, "imported by", &contract.importers, blanks.contains(&Blank::ImportedBy))?;
        }
        self.more(out, taken.len() - shown)?;
        if !idle.is_empty() {
            let names: Vec<_> = idle.iter().map(|(id, _)| id.as_str()).collect();
            let names = terminal(&self.some(&names)).into_owned();
            writeln!(out, "    {FAINT}without consumers: {names}{FAINT:#}")?;
        }
        Ok(())
    }

    fn is_taken(&self, contract: &Contract) -> bool {
        let blanks = contract.blanks(self.view.choice, self.view.policy);
        !contract.consumers.is_empty()
            || !contract.importers.is_empty()
            || blanks.contains(&Blank::Consumers)
            || blanks.contains(&Blank::ImportedBy)
    }

    fn ends(&self, out: &mut impl Write, verb: &str, ends: &Ends, is_open: bool) -> io::Result<()> {
        if ends.is_empty() && !is_open {
            return Ok(());
        }
        let names: Vec<String> = ends.keys().map(name).collect();
        let names = self.some(&names.iter().map(String::as_str).collect::<Vec<_>>());
        write!(out, "      {FAINT}{verb}{FAINT:#} {}", terminal(&names))?;
        if is_open {
            let comma = if ends.is_empty() { "" } else { ", " };
            write!(out, "{comma}{CARE}unknown: any domain{CARE:#}")?;
        }
        writeln!(out)
    }

    /// Lists what a domain takes from whom.
    fn taken(
        &self,
        out: &mut impl Write,
        verb: &str,
        taken: &BTreeMap<&Party, Taken<'a>>,
        party: &Party,
    ) -> io::Result<()> {
        let Some(own) = taken.get(party) else { return Ok(()) };
        writeln!(out, "  {STRONG}{verb}{STRONG:#}")?;
        for (producer, contracts) in own {
            writeln!(out, "    {FAINT}of{FAINT:#} {}", terminal(&name(producer)))?;
            let shown = self.detail.shown(contracts.len(), FEW);
            for (id, rows) in contracts.iter().take(shown) {
                writeln!(out, "      {}  {FAINT}{}{FAINT:#}", terminal(id.as_str()), self.places(rows))?;
            }
            self.more(out, contracts.len() - shown)?;
        }
        Ok(())
    }

    /// Lists the binaries and surfaces of a domain that do not say what they call.
    fn open(&self, out: &mut impl Write, domain: &Domain) -> io::Result<()> {
        for index in &domain.rows {
            let row = self.view.row(*index);
            for blank in Blank::of(row).filter(|blank| self.view.choice.asks(*blank)) {
                let says = match blank {
                    Blank::Consumes => "does not say what it consumes",
                    Blank::Contracts => "may show any contract: its cell is blank",
                    Blank::Consumers | Blank::ImportedBy => continue,
                };
                let names: Vec<_> = row.contracts().map(|id| id.to_string()).collect();
                writeln!(
                    out,
                    "  {CARE}unknown{CARE:#}: {} {says}  {FAINT}{}{FAINT:#}",
                    terminal(&names.join(", ")),
                    self.places(&BTreeSet::from([*index])),
                )?;
            }
        }
        Ok(())
    }

    /// Lists what every domain has a part in.
    fn shared(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = self.view.rows.keys();
        let shared = rows.filter(|row| self.view.row(**row).owners == Owners::Every).count();
        if shared == 0 {
            return Ok(());
        }
        writeln!(out, "\n{NAME}every domain{NAME:#}  {FAINT}{} of `*`{FAINT:#}", count(shared, "row"))?;
        self.offers(out, self.offered.get(&Party::Every).map_or(&[], Vec::as_slice))?;
        self.taken(out, "consumes", &self.called, &Party::Every)?;
        self.taken(out, "imports", &self.imported, &Party::Every)
    }

    fn cycles(&self, out: &mut impl Write) -> io::Result<()> {
        for Cycle { kind, domains, way, rows } in &self.view.cycles {
            let says = match kind {
                EdgeKind::Imports => "a change of one rebuilds all",
                EdgeKind::Consumes | EdgeKind::Produces => "they call one another",
            };
            let number = count(domains.len(), "domain");
            writeln!(
                out,
                "\n{CARE}Cycle{CARE:#} {STRONG}over {}: {number}, {says}{STRONG:#}",
                kind.as_str()
            )?;
            let names: Vec<_> = domains.iter().map(DomainId::as_str).collect();
            writeln!(out, "  {}", terminal(&self.some(&names)))?;
            let way: Vec<_> = way.iter().chain(way.first()).map(DomainId::as_str).collect();
            writeln!(out, "  {FAINT}as in{FAINT:#} {}", terminal(&way.join(" -> ")))?;
            writeln!(out, "  {FAINT}stated at {}{FAINT:#}", self.places(rows))?;
        }
        Ok(())
    }

    /// Joins names, or the first few of them and how many there are more.
    fn some(&self, names: &[&str]) -> String {
        let shown = self.detail.shown(names.len(), FEW);
        let mut text = names[..shown].join(", ");
        if shown < names.len() {
            text += &format!(" and {} more", names.len() - shown);
        }
        text
    }

    /// Names rows by map and line, each map once.
    fn places(&self, rows: &BTreeSet<usize>) -> String {
        let mut places: Vec<String> = Vec::new();
        let shown = self.detail.shown(rows.len(), FEW);
        let mut map = None;
        for row in rows.iter().take(shown).map(|row| self.view.row(*row)) {
            match places.last_mut() {
                Some(place) if map == Some(&row.map) => *place += &format!(",{}", row.line()),
                _ => places.push(format!("{}:{}", terminal(&row.map.to_string()), row.line())),
            }
            map = Some(&row.map);
        }
        let more = rows.len() - shown;
        places.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
    }

    fn more(&self, out: &mut impl Write, left: usize) -> io::Result<()> {
        if left == 0 { Ok(()) } else { writeln!(out, "      {FAINT}and {left} more{FAINT:#}") }
    }
}

fn take<'a>(
    view: &View<'_>,
    all: &mut BTreeMap<&'a Party, Taken<'a>>,
    id: &'a ContractId,
    contract: &Contract,
    ends: &'a Ends,
) {
    for (party, rows) in ends {
        let own = all.entry(party).or_default();
        for row in rows {
            for producer in view.sources(contract, *row) {
                own.entry(producer).or_default().entry(id).or_default().insert(*row);
            }
        }
    }
}

fn name(party: &Party) -> String {
    match party {
        Party::Every => "every domain".to_owned(),
        Party::Domain(id) => id.to_string(),
    }
}
