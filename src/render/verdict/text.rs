//! A verdict for a developer at a terminal.
//!
//! The first line is the answer. Behind it stands what stops the verdict, by standing, each gate with who answers for it,
//! why it stands so and what to do; then what is owed; gates that are in order are a count, unless all are wanted.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::Style;

use super::because;
use super::groups::{ByStanding, Gate, Groups, headline, size, tally, words};
use super::next::next;
use super::report::{Kept, Report};
use super::text_release;
use crate::evidence::{Outcome, Shown};
use crate::policy::PolicyBasis;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG, listed, provenance};
use crate::route::GateState;
use crate::verdict::{Because, Debt, DebtKind, Granted};

/// How many gates of a standing are shown, unless all are wanted.
const GATES: usize = 40;

/// How wide the column of gates gets: a longer id pushes only its own line out.
const WIDEST: usize = 48;

const GOOD: Style = anstyle::AnsiColor::Green.on_default().bold();

/// Writes the verdict.
pub fn write(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let groups = Groups::of(report);
    head(out, report, &groups)?;
    stops(out, report, detail)?;
    differences(out, report, detail)?;
    text_release::conditions(out, report)?;
    text_release::unproved(out, report, detail)?;
    for (shown, gates) in &groups.stopping {
        standing(out, report, (*shown, gates), detail)?;
    }
    owed(out, report, &groups, detail)?;
    basis(out, report)?;
    settled(out, report, &groups, detail)?;
    text_release::settled(out, report, detail)?;
    notes(out, report, detail)
}

fn head(out: &mut impl Write, report: &Report<'_>, groups: &Groups<'_>) -> io::Result<()> {
    let style = match report.verdict.outcome {
        Outcome::Clean => GOOD,
        Outcome::WithDebt => CARE.bold(),
        Outcome::Fails => ALARM,
    };
    let aside = if report.report_only { "  (a report: the exit code is 0)" } else { "" };
    writeln!(out, "{style}{}{style:#}{FAINT}{aside}{FAINT:#}", headline(report, groups))?;
    text_release::head(out, report)?;
    writeln!(out, "{FAINT}commit{FAINT:#}   {}", report.commit)?;
    writeln!(out, "{FAINT}plan{FAINT:#}     {}", report.plan)?;
    writeln!(out, "{FAINT}change{FAINT:#}   {}", terminal(&provenance(&report.route.provenance)))?;
    match report.route.basis {
        PolicyBasis::BaseAndHead => {}
        PolicyBasis::HeadOnly => writeln!(out, "{FAINT}policy{FAINT:#}   {CARE}the head's alone{CARE:#}")?,
        PolicyBasis::External => {
            writeln!(out, "{FAINT}policy{FAINT:#}   {CARE}a folder outside of the commits{CARE:#}")?;
        }
    }
    if !report.route.broad.is_empty() {
        writeln!(out, "{FAINT}route{FAINT:#}    {CARE}broad: every gate is asked for{CARE:#}")?;
    }
    writeln!(out, "{FAINT}decided{FAINT:#}  {} by run {}", report.now, terminal(report.run.as_str()))?;
    writeln!(out, "{FAINT}kept{FAINT:#}     {}", kept(report))
}

/// Says what became of the verdict in the store.
pub(super) fn kept(report: &Report<'_>) -> String {
    match report.kept {
        Kept::Nowhere => "nowhere: nothing was written to the store".to_owned(),
        Kept::Sealed { epoch } => format!("sealed, as seal {epoch} of this commit and plan"),
        Kept::Standing { epoch } => format!("seal {epoch} of this commit and plan stands already"),
        Kept::Failed { revoked: None } => "as a verdict that does not hold".to_owned(),
        Kept::Failed { revoked: Some(epoch) } => {
            format!("as a verdict that does not hold; seal {epoch} is taken back")
        }
    }
}

fn stops(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    if report.verdict.stops.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{ALARM}STOPPED{ALARM:#} {STRONG}whatever the gates say, because{STRONG:#}")?;
    let lines: Vec<String> = report.verdict.stops.iter().cloned().collect();
    let shown = detail.shown(lines.len(), 20);
    for line in &lines[..shown] {
        writeln!(out, "  {}", terminal(line))?;
    }
    more(out, lines.len() - shown)
}

fn differences(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    if report.differences.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{ALARM}ROUTE{ALARM:#} {STRONG}the given route is not the one that the commits derive{STRONG:#}"
    )?;
    let lines: Vec<String> = report.differences.iter().map(difference).collect();
    listed(out, "  ", &lines, detail, 20)
}

/// Says what a given route says otherwise.
pub(super) fn difference(own: &crate::plan::Difference) -> String {
    let whose = own.gate.as_ref().map_or_else(|| "the route".to_owned(), |gate| format!("gate {gate}"));
    let says = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    format!("{whose}: `{}` is {}, and the commits derive {}", own.field, says(&own.given), says(&own.derived))
}

/// Writes the gates of one standing.
fn standing(
    out: &mut impl Write,
    report: &Report<'_>,
    (shown, gates): (Shown, &[Gate<'_>]),
    detail: Detail,
) -> io::Result<()> {
    let style = colour(shown);
    let title = words(shown).to_uppercase();
    writeln!(out, "\n{style}{title}{style:#} {STRONG}{}{STRONG:#}", count(gates.len(), "gate"))?;
    let few = detail.shown(gates.len(), GATES);
    let width = gates[..few].iter().map(|(id, _)| id.as_str().len()).max().unwrap_or(0).min(WIDEST);
    for gate in &gates[..few] {
        entry(out, report, *gate, width, detail)?;
    }
    more(out, gates.len() - few)
}

fn entry(
    out: &mut impl Write,
    report: &Report<'_>,
    (id, judged): Gate<'_>,
    width: usize,
    detail: Detail,
) -> io::Result<()> {
    let sealed = &judged.sealed;
    let name = terminal(id.as_str());
    let state = match report.expectations.get(id).map(|own| own.state) {
        Some(GateState::Retired) => "  [retired by this change]",
        Some(GateState::Redefined) => "  [redefined by this change]",
        Some(GateState::Current) | None => "",
    };
    writeln!(
        out,
        "  {NAME}{name}{NAME:#}{:pad$}  {}{CARE}{state}{CARE:#}",
        "",
        terminal(&sealed.owner),
        pad = width.saturating_sub(name.len()),
    )?;
    let because = sentences((id, judged));
    let few = detail.shown(because.len(), 3);
    for line in &because[..few] {
        writeln!(out, "    {}", terminal(line))?;
    }
    if few < because.len() {
        writeln!(out, "    {FAINT}and {} more reasons{FAINT:#}", because.len() - few)?;
    }
    for granted in granted(report, (id, judged)) {
        writeln!(out, "    {FAINT}{}{FAINT:#}", terminal(&permission(granted)))?;
    }
    if let Some(next) = next(report, id, judged) {
        // A command that takes a line of its own is easier to copy.
        let (says, command) = match next.split_once(" with `laneway evidence approve") {
            Some((says, rest)) => {
                let rest = rest.trim_end_matches('`');
                (format!("{says} with"), Some(format!("laneway evidence approve{rest}")))
            }
            None => (next, None),
        };
        writeln!(out, "    {FAINT}next:{FAINT:#} {}", terminal(&says))?;
        if let Some(command) = command {
            writeln!(out, "          {}", terminal(&command))?;
        }
    }
    Ok(())
}

/// Returns why a gate stands as it stands, in sentences; the reason first, unless one of them has it.
pub(super) fn sentences((_, judged): Gate<'_>) -> Vec<String> {
    // Where a remote validation failed, and what is done about it, is what somebody looks for.
    let (failed, others): (Vec<&Because>, Vec<&Because>) =
        judged.because.iter().partition(|own| matches!(own, Because::FailedIn { .. }));
    let mut lines: Vec<String> = failed.into_iter().chain(others).map(because::sentence).collect();
    if let Some(reason) = &judged.sealed.missing_reason
        && !judged.because.iter().any(|own| matches!(own, Because::FailedIn { .. }))
        && !lines.iter().any(|line| line.contains(reason.as_str()))
    {
        lines.insert(0, reason.clone());
    }
    lines
}

/// Returns the permissions that a gate rests on, where they are known.
pub(super) fn granted<'a>(report: &Report<'a>, (_, judged): Gate<'_>) -> Vec<&'a Granted> {
    let rests = |own: &&Granted| judged.sealed.permissions.contains_key(&own.permission.id);
    report.granted.iter().filter(rests).collect()
}

/// Says what somebody allowed, and until when.
pub(super) fn permission(granted: &Granted) -> String {
    let own = &granted.permission;
    let kind = own.kind.as_str().replace('_', "-");
    let risk =
        own.residual_risk_owner.as_ref().map(|who| format!(", risk borne by {who}")).unwrap_or_default();
    format!("{kind} {} of {}{risk}, until {}: {}", own.id, own.owner, own.expires, own.reason)
}

fn owed(out: &mut impl Write, report: &Report<'_>, groups: &Groups<'_>, detail: Detail) -> io::Result<()> {
    if groups.owed.is_empty() {
        return Ok(());
    }
    let gates = count(size(&groups.owed), "gate");
    writeln!(
        out,
        "\n{CARE}DEBT{CARE:#} {STRONG}{gates} not in order, let pass: {}{STRONG:#}",
        tally(&groups.owed)
    )?;
    let all: Vec<Gate<'_>> = groups.owed.values().flatten().copied().collect();
    let few = detail.shown(all.len(), GATES);
    let width = all[..few].iter().map(|(id, _)| id.as_str().len()).max().unwrap_or(0).min(WIDEST);
    for gate in &all[..few] {
        entry_of_debt(out, report, *gate, width, detail)?;
    }
    more(out, all.len() - few)
}

fn entry_of_debt(
    out: &mut impl Write,
    report: &Report<'_>,
    gate: Gate<'_>,
    width: usize,
    detail: Detail,
) -> io::Result<()> {
    entry(out, report, gate, width, detail)?;
    if !gate.1.holds {
        let level = gate.1.enforcement.as_str();
        writeln!(out, "    {FAINT}it does not hold, and its enforcement is `{level}`{FAINT:#}")?;
    }
    Ok(())
}

/// Writes what is owed for the verdict's basis rather than for a gate.
fn basis(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    for debt in report.verdict.debts.iter().filter(|debt| debt.gate.is_none()) {
        writeln!(out, "\n{CARE}DEBT{CARE:#} {STRONG}{}{STRONG:#}", terminal(&owes(debt)))?;
    }
    Ok(())
}

/// Says what is owed that no gate says.
pub(super) fn owes(debt: &Debt) -> String {
    let permission =
        debt.permission.as_ref().map(|(id, _)| format!(", by approval {id}")).unwrap_or_default();
    let until = debt.until.map(|until| format!(", until {until}")).unwrap_or_default();
    if debt.kind == DebtKind::Divergence {
        return format!("the commit need not be integrated, by word of {}{until}", debt.owner);
    }
    let kind = debt.kind.as_str().replace('_', " ");
    format!("the {kind} of the verdict is let pass by {}{permission}{until}", debt.owner)
}

/// Returns what a reader should know beside the gates, in sentences.
pub(super) fn asides(report: &Report<'_>) -> Vec<String> {
    let verdict = report.verdict;
    let expired =
        verdict.expired.iter().map(|(id, at)| format!("permission {id} of the base is not in force: {at}"));
    let unread = verdict.unread.iter().map(|key| format!("{key} cannot be read, so it helps nobody"));
    let own: BTreeSet<String> = report.notes.iter().cloned().collect();
    let new = expired.chain(unread).filter(|line| !own.contains(line));
    report.notes.iter().cloned().chain(new).collect()
}

fn settled(out: &mut impl Write, report: &Report<'_>, groups: &Groups<'_>, detail: Detail) -> io::Result<()> {
    let number = size(&groups.settled);
    if number == 0 {
        return Ok(());
    }
    let gates = count(number, "gate");
    writeln!(out, "\n{STRONG}In order{STRONG:#} {gates}: {}", tally(&groups.settled))?;
    if !detail.verbose {
        return rest(out, &groups.settled);
    }
    let all = || groups.settled.values().flatten();
    let width = all().map(|(id, _)| id.as_str().len()).max().unwrap_or(0).min(WIDEST);
    for (id, judged) in all() {
        let name = terminal(id.as_str());
        let pad = width.saturating_sub(name.len());
        let shown = words(judged.sealed.shown);
        let owner = terminal(&judged.sealed.owner);
        writeln!(out, "  {NAME}{name}{NAME:#}{:pad$}  {shown:<14}  {FAINT}{owner}{FAINT:#}", "")?;
        for line in sentences((id, judged)) {
            writeln!(out, "    {FAINT}{}{FAINT:#}", terminal(&line))?;
        }
        for granted in granted(report, (id, judged)) {
            writeln!(out, "    {FAINT}{}{FAINT:#}", terminal(&permission(granted)))?;
        }
    }
    Ok(())
}

/// Names the gates that are in order without having run here: nobody should have to ask for those.
fn rest(out: &mut impl Write, settled: &ByStanding<'_>) -> io::Result<()> {
    for (shown, gates) in settled.iter().filter(|(shown, _)| **shown != Shown::Passed) {
        let few = if gates.len() <= 6 { gates.len() } else { 5 };
        let ids: Vec<&str> = gates[..few].iter().map(|(id, _)| id.as_str()).collect();
        let left = match gates.len() - few {
            0 => String::new(),
            left => format!(" and {left} more"),
        };
        writeln!(out, "  {FAINT}{}: {}{left}{FAINT:#}", words(*shown), terminal(&ids.join(", ")))?;
    }
    Ok(())
}

fn notes(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let lines = asides(report);
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Notes{STRONG:#}")?;
    listed(out, "  ", &lines, detail, 10)
}

fn more(out: &mut impl Write, left: usize) -> io::Result<()> {
    if left == 0 { Ok(()) } else { writeln!(out, "  {FAINT}and {left} more; --verbose shows all{FAINT:#}") }
}

/// Returns the colour of a standing that is not in order.
pub(crate) const fn colour(shown: Shown) -> Style {
    match shown {
        Shown::Failed | Shown::Blocked | Shown::Missing => ALARM,
        Shown::Partial | Shown::Flaky | Shown::NotApplicable | Shown::Waived => CARE,
        Shown::Passed => GOOD,
        Shown::Reused | Shown::Approved => NAME,
    }
}
