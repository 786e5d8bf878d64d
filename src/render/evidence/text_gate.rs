//! The history of a gate, for a developer at a terminal.

use std::io::{self, Write};

use super::text::{duration, line, more, shown_style, standing, word};
use super::wire::GateHistoryV1;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{CARE, Detail, FAINT, NAME, STRONG};

/// Writes everything that is kept of a gate.
pub(super) fn write(out: &mut impl Write, own: &GateHistoryV1, detail: Detail) -> io::Result<()> {
    let id = terminal(&own.gate);
    let results = count(own.records.len(), "result");
    let each: Vec<String> =
        own.counts.iter().map(|(result, number)| format!("{number} {}", word(*result))).collect();
    let tally = if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) };
    writeln!(out, "{STRONG}gate{STRONG:#} {NAME}{id}{NAME:#}  {results}{tally}")?;
    if let Some(own) = &own.durations {
        let (runs, total) = (count(own.runs, "run"), duration(own.total));
        let (shortest, median, longest) =
            (duration(own.shortest), duration(own.median), duration(own.longest));
        writeln!(
            out,
            "{FAINT}took{FAINT:#}  {median} in the median of {runs}, {shortest} to {longest}, {total} in all"
        )?;
    }
    if !own.flaky.is_empty() {
        let commits = count(own.flaky.len(), "commit");
        writeln!(out, "{CARE}flaky{CARE:#} on {commits} and plan: runs of it disagree")?;
        let shown = detail.shown(own.flaky.len(), 10);
        for own in &own.flaky[..shown] {
            writeln!(out, "  {}  {FAINT}plan {}{FAINT:#}", own.commit, own.plan)?;
        }
        more(out, "  ", own.flaky.len() - shown)?;
    }
    if !own.records.is_empty() {
        writeln!(out, "\n{STRONG}Results{STRONG:#}, newest first")?;
    }
    let shown = detail.shown(own.records.len(), 40);
    for own in &own.records[..shown] {
        writeln!(out, "  {}  {}", own.commit, line(own))?;
        if let Some(reason) = &own.missing_reason {
            writeln!(out, "    {}", terminal(reason))?;
        }
    }
    more(out, "  ", own.records.len() - shown)?;
    if !own.verdicts.is_empty() {
        writeln!(out, "\n{STRONG}In verdicts{STRONG:#}, newest first")?;
    }
    let shown = detail.shown(own.verdicts.len(), 40);
    for own in &own.verdicts[..shown] {
        let style = shown_style(own.shown);
        let (says, owner) = (standing(own.shown), terminal(&own.owner));
        writeln!(out, "  {}  {}  {style}{says}{style:#}  {FAINT}{owner}{FAINT:#}", own.commit, own.decided)?;
        if let Some(reason) = &own.missing_reason {
            writeln!(out, "    {}", terminal(reason))?;
        }
    }
    more(out, "  ", own.verdicts.len() - shown)
}
