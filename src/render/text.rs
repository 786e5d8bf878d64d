//! A route for a developer at a terminal.
//!
//! Styles are always written; whoever owns the stream strips them where nobody would see them. Names are escaped, so
//! that no path can drive the terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::terminal;
use super::reason::{self, count};
use super::report::Report;
use crate::change::{Confidence, Provenance};
use crate::config::Mode;
use crate::lanes::Layer;
use crate::policy::PolicyBasis;
use crate::route::{EdgeKnowledge, GateReason, GateState, Route, SelectedGate, SkipReason};

/// How much is said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail {
    /// Nothing is left out: every reason, every skip, every file of a list.
    pub verbose: bool,
}

impl Detail {
    /// Returns how many of `all` items are shown, where a short list shows `few`.
    pub(super) fn shown(self, all: usize, few: usize) -> usize {
        // One item more takes no more room than the line that leaves it out.
        if self.verbose || all <= few + 1 { all } else { few }
    }
}

pub(super) const STRONG: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const ALARM: Style = AnsiColor::Red.on_default().bold();
pub(super) const CARE: Style = AnsiColor::Yellow.on_default();
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();

/// Writes the route.
pub fn write(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let route = report.route;
    headline(out, route)?;
    broad(out, report, detail)?;
    moved(out, route, detail)?;
    domains(out, route, detail)?;
    gates(out, route, detail)?;
    reviews(out, route, detail)?;
    skips(out, route, detail)?;
    profiles(out, route, detail)
}

fn headline(out: &mut impl Write, route: &Route) -> io::Result<()> {
    let all = route.gates.len() + route.skipped.len();
    writeln!(
        out,
        "{STRONG}{} changed: {} of {} to pass{STRONG:#}",
        count(route.files.iter().filter(|file| !file.moved).count(), "file"),
        route.gates.len(),
        count(all, "gate"),
    )?;
    if !route.classes.is_empty() {
        let classes: Vec<_> = route.classes.iter().map(|class| class.as_str()).collect();
        writeln!(out, "{FAINT}classes{FAINT:#}  {}", classes.join(", "))?;
    }
    writeln!(out, "{FAINT}change{FAINT:#}   {}", terminal(&provenance(&route.provenance)))?;
    match route.basis {
        PolicyBasis::BaseAndHead => {}
        PolicyBasis::HeadOnly => writeln!(out, "{FAINT}policy{FAINT:#}   {CARE}the head's alone{CARE:#}")?,
        PolicyBasis::External => {
            writeln!(out, "{FAINT}policy{FAINT:#}   {CARE}a folder outside of the commits{CARE:#}")?;
        }
    }
    if route.empty {
        writeln!(out, "Nothing changed.")?;
    }
    if route.mode == Mode::Observe {
        let only = route.gates.values().filter(|gate| observed(gate).is_some()).count();
        writeln!(
            out,
            "{CARE}observe mode: every gate runs; {} would be skipped in enforce mode{CARE:#}",
            count(only, "gate"),
        )?;
    }
    Ok(())
}

/// Says between which commits, and how the base was found.
pub(super) fn provenance(provenance: &Provenance) -> String {
    let short = |commit: &Option<String>| match commit {
        Some(commit) => commit.chars().take(12).collect(),
        None => "none".to_owned(),
    };
    let mut text = format!(
        "{}, base {}, head {}",
        provenance.source.as_str().replace('_', " "),
        short(&provenance.base),
        short(&provenance.head),
    );
    if provenance.merge_base.is_some() && provenance.merge_base != provenance.base {
        text += &format!(", merge base {}", short(&provenance.merge_base));
    }
    text += &format!(" (by {}", provenance.base_method);
    text += match provenance.confidence {
        Confidence::Certain => ")",
        Confidence::Likely => ", likely)",
        Confidence::None => ", not known)",
    };
    text
}

fn broad(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let route = report.route;
    let unmapped: Vec<_> = route.files.iter().filter(|file| !file.facts.mapped).collect();
    if !unmapped.is_empty() {
        let files = count(unmapped.len(), "file");
        // Where the head's own maps have rows for all of them, there is no row to add: the change itself brings them.
        let says = match report.proposals.is_empty() {
            false => format!("no row of a map owns {files}, so every gate runs"),
            true => {
                format!("the base has no row for {files} that this change maps, so every gate runs for it")
            }
        };
        writeln!(out, "\n{ALARM}UNMAPPED{ALARM:#} {STRONG}{says}{STRONG:#}")?;
        let shown = detail.shown(unmapped.len(), 10);
        for file in &unmapped[..shown] {
            writeln!(out, "  {}", terminal(&file.file.path.to_string()))?;
        }
        more(out, "  ", unmapped.len() - shown)?;
        let shown = detail.shown(report.proposals.len(), 5);
        for proposal in &report.proposals[..shown] {
            match &proposal.beside {
                Some(row) => writeln!(out, "  add a row beside {}:", terminal(&reason::place(row)))?,
                None => writeln!(out, "  add a row, no neighbour has one:")?,
            }
            writeln!(out, "    {NAME}{}{NAME:#}", terminal(&proposal.row()))?;
        }
        more(out, "  ", report.proposals.len() - shown)?;
    }
    if !route.broad.is_empty() {
        writeln!(out, "\n{ALARM}BROAD{ALARM:#} {STRONG}every gate runs, because{STRONG:#}")?;
        let reasons: Vec<_> = route.broad.iter().map(reason::broad).collect();
        listed(out, "  ", &reasons, detail, 10)?;
    }
    Ok(())
}

fn moved(out: &mut impl Write, route: &Route, detail: Detail) -> io::Result<()> {
    if route.moved.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Moved rows{STRONG:#} change who owns {}", count(route.moved.len(), "file"))?;
    let lines: Vec<_> = route
        .moved
        .iter()
        .map(|moved| format!("{}: {} -> {}", moved.path, names(&moved.from), names(&moved.to)))
        .collect();
    listed(out, "  ", &lines, detail, 10)
}

fn domains(out: &mut impl Write, route: &Route, detail: Detail) -> io::Result<()> {
    if route.domains.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Domains{STRONG:#}")?;
    let shown = detail.shown(route.domains.len(), 20);
    for (id, domain) in route.domains.iter().take(shown) {
        let impact: Vec<_> = domain.impact.iter().map(|impact| impact.as_str()).collect();
        write!(out, "  {NAME}{}{NAME:#} {}", terminal(id.as_str()), impact.join(", "))?;
        if domain.import_edges == EdgeKnowledge::Unknown {
            write!(out, "{FAINT}, importers not stated{FAINT:#}")?;
        }
        if domain.consumes == Some(EdgeKnowledge::Unknown) {
            write!(out, "{FAINT}, what it consumes not stated{FAINT:#}")?;
        }
        writeln!(out)?;
        let because: Vec<_> = domain.because.iter().map(reason::domain).collect();
        listed(out, "    ", &because, detail, 2)?;
    }
    more(out, "  ", route.domains.len() - shown)
}

fn gates(out: &mut impl Write, route: &Route, detail: Detail) -> io::Result<()> {
    if route.gates.is_empty() {
        return if route.empty { Ok(()) } else { writeln!(out, "\nNo gate is asked for.") };
    }
    writeln!(out, "\n{STRONG}Gates{STRONG:#}")?;
    let layers: Vec<(Layer, Vec<&SelectedGate>)> = Layer::ALL
        .into_iter()
        .map(|layer| {
            (layer, route.gates.values().filter(|gate| gate.gate.layer == layer).collect::<Vec<_>>())
        })
        .filter(|(_, gates)| !gates.is_empty())
        .collect();
    let last = layers.len() - 1;
    for (at, (layer, gates)) in layers.iter().enumerate() {
        let (branch, trunk) = if at == last { ("└─", "   ") } else { ("├─", "│  ") };
        writeln!(out, "{FAINT}{branch}{FAINT:#} {STRONG}{layer}{STRONG:#} {FAINT}{}{FAINT:#}", gates.len())?;
        let shown = detail.shown(gates.len(), 40);
        for (at, gate) in gates[..shown].iter().enumerate() {
            let (branch, twig) = if at + 1 == gates.len() { ("└─", "   ") } else { ("├─", "│  ") };
            writeln!(out, "{FAINT}{trunk}{branch}{FAINT:#} {}", gate_line(gate))?;
            let because = because(gate);
            let reasons = detail.shown(because.len(), 2);
            for reason in &because[..reasons] {
                writeln!(out, "{FAINT}{trunk}{twig}  {}{FAINT:#}", terminal(reason))?;
            }
            if reasons < because.len() {
                writeln!(out, "{FAINT}{trunk}{twig}  and {} more reasons{FAINT:#}", because.len() - reasons)?;
            }
        }
        if shown < gates.len() {
            writeln!(out, "{FAINT}{trunk}└─{FAINT:#} and {} more", gates.len() - shown)?;
        }
    }
    Ok(())
}

/// Names a gate with its command and its marks, on one line.
pub(super) fn gate_line(selected: &SelectedGate) -> String {
    let gate = &selected.gate;
    let mut line = format!("{NAME}{}{NAME:#}", terminal(gate.id.as_str()));
    match &gate.run {
        Some(run) => line += &format!("  {}", terminal(run.trim())),
        None => line += &format!("  {} {FAINT}(evidence from outside){FAINT:#}", terminal(&gate.title)),
    }
    match selected.state {
        GateState::Current => {}
        GateState::Retired => line += &format!("  {CARE}[retired by this change]{CARE:#}"),
        GateState::Redefined => line += &format!("  {CARE}[redefined by this change]{CARE:#}"),
    }
    if observed(selected).is_some() {
        line += &format!("  {CARE}[would be skipped]{CARE:#}");
    }
    line
}

/// Returns the sentences of a gate; that the route is broad has been said above, and goes without saying here.
fn because(gate: &SelectedGate) -> Vec<String> {
    gate.because.iter().filter(|reason| !matches!(reason, GateReason::Broad)).map(reason::gate).collect()
}

/// Returns why a gate would be skipped if the mode were not `observe`.
pub(super) fn observed(gate: &SelectedGate) -> Option<&SkipReason> {
    gate.because
        .iter()
        .find_map(|reason| if let GateReason::Observed { skip } = reason { Some(skip) } else { None })
}

fn reviews(out: &mut impl Write, route: &Route, detail: Detail) -> io::Result<()> {
    let review = &route.review;
    if review.architecture.is_empty() && review.reviewers.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Review{STRONG:#}")?;
    if !review.architecture.is_empty() {
        let who = match review.architecture_reviewers.len() {
            0 => "nobody is named in laneway.yaml".to_owned(),
            _ => names(&review.architecture_reviewers),
        };
        writeln!(out, "  {ALARM}architecture review{ALARM:#} {}", terminal(&who))?;
        let because: Vec<_> = review.architecture.iter().map(reason::review).collect();
        listed(out, "    ", &because, detail, 3)?;
    }
    let shown = detail.shown(review.reviewers.len(), 20);
    for (owner, reviewer) in review.reviewers.iter().take(shown) {
        let files = reviewer.files.as_ref().map(|files| format!(": {}", reason::witness(files)));
        writeln!(out, "  {NAME}{}{NAME:#}{}", terminal(owner), terminal(&files.unwrap_or_default()))?;
        let because: Vec<_> = reviewer.because.iter().map(reason::reviewer).collect();
        listed(out, "    ", &because, detail, 2)?;
    }
    more(out, "  ", review.reviewers.len() - shown)?;
    let worded = review.worded();
    let shown = detail.shown(worded.len(), 20);
    for requirement in &worded[..shown] {
        let files = requirement.files.as_ref().map(|files| format!(": {}", reason::witness(files)));
        let quorum = requirement.quorum.to_string();
        writeln!(out, "  needs {NAME}{}{NAME:#}{}", terminal(&quorum), terminal(&files.unwrap_or_default()))?;
    }
    more(out, "  ", worded.len() - shown)
}

fn skips(out: &mut impl Write, route: &Route, detail: Detail) -> io::Result<()> {
    if route.skipped.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Skipped{STRONG:#} {}", count(route.skipped.len(), "gate"))?;
    let mut by_reason: BTreeMap<&SkipReason, Vec<&str>> = BTreeMap::new();
    for (id, skipped) in &route.skipped {
        by_reason.entry(&skipped.because).or_default().push(id.as_str());
    }
    for (skip, ids) in by_reason {
        writeln!(out, "  {FAINT}{}: {}{FAINT:#}", ids.len(), reason::skip(skip))?;
        if detail.verbose {
            for id in &ids {
                writeln!(out, "    {}", terminal(id))?;
            }
        } else {
            let shown = detail.shown(ids.len(), 4);
            let rest =
                if shown < ids.len() { format!(" and {} more", ids.len() - shown) } else { String::new() };
            writeln!(out, "    {}{rest}", terminal(&ids[..shown].join(", ")))?;
        }
    }
    Ok(())
}

fn profiles(out: &mut impl Write, route: &Route, detail: Detail) -> io::Result<()> {
    if route.profiles.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Release profiles{STRONG:#}")?;
    for profile in &route.profiles {
        let verdict = if profile.forbidden.is_empty() { "allowed" } else { "not allowed" };
        writeln!(out, "  {NAME}{}{NAME:#} {verdict}", terminal(&profile.id))?;
        let because: Vec<_> = profile.forbidden.iter().map(reason::profile).collect();
        listed(out, "    ", &because, detail, 1)?;
    }
    Ok(())
}

/// Writes each line, or the first few of them and how many there are more.
pub(super) fn listed(
    out: &mut impl Write,
    indent: &str,
    lines: &[String],
    detail: Detail,
    few: usize,
) -> io::Result<()> {
    let shown = detail.shown(lines.len(), few);
    for line in &lines[..shown] {
        writeln!(out, "{indent}{FAINT}{}{FAINT:#}", terminal(line))?;
    }
    more(out, indent, lines.len() - shown)
}

fn more(out: &mut impl Write, indent: &str, left: usize) -> io::Result<()> {
    if left == 0 { Ok(()) } else { writeln!(out, "{indent}{FAINT}and {left} more{FAINT:#}") }
}

/// Joins names, or says that there is none.
pub(super) fn names<T: std::fmt::Display>(all: &std::collections::BTreeSet<T>) -> String {
    if all.is_empty() {
        return "nobody".to_owned();
    }
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
