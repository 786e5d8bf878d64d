//! What a run came to, for people.

use std::io::{self, Write};

use super::model::{GateRun, Recorded, RunReport};
use super::output::seconds;
use crate::evidence::GateResult;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};

/// How many changed paths are listed.
const PATHS: usize = 5;

/// Writes the headline, the gates, what is left to others, and what is kept.
pub fn write(out: &mut impl Write, report: &RunReport, detail: Detail) -> io::Result<()> {
    headline(out, report)?;
    let widest = report.gates.keys().map(|id| id.as_str().len()).max().unwrap_or(0).min(60);
    for (id, gate) in &report.gates {
        let (mark, style, word) = standing(report, gate);
        let took = if gate.tries.iter().any(|own| own.ran) { seconds(gate.took()) } else { "".into() };
        write!(
            out,
            "{style}{mark}{style:#} {NAME}{:widest$}{NAME:#}  {style}{word:<10}{style:#} {took:>7}",
            terminal(id.as_str())
        )?;
        writeln!(out, "{}", said(gate))?;
        each_try(out, report, gate, detail)?;
    }
    others(out, report)?;
    last(out, report)
}

fn headline(out: &mut impl Write, report: &RunReport) -> io::Result<()> {
    let all = report.gates.len();
    if report.dry_run {
        let run = all - report.reused();
        let reused = match report.reused() {
            0 => String::new(),
            some => format!(", {some} cited instead"),
        };
        return writeln!(out, "{STRONG}{} would run{reused}{STRONG:#}", count(run, "gate"));
    }
    if all == 0 {
        return writeln!(out, "{STRONG}Nothing to run here{STRONG:#}");
    }
    let passed = report.count(GateResult::Pass);
    let mut parts = vec![format!("{passed} of {} passed", count(all, "gate"))];
    let words =
        [(GateResult::Fail, "failed"), (GateResult::Blocked, "blocked"), (GateResult::Missing, "missing")];
    for (result, word) in words {
        match report.count(result) {
            0 => {}
            some => parts.push(format!("{some} {word}")),
        }
    }
    match report.reused() {
        0 => {}
        some => parts.push(format!("{some} reused")),
    }
    match report.gates.values().filter(|gate| gate.is_flaky()).count() {
        0 => {}
        some => parts.push(format!("{some} flaky")),
    }
    writeln!(out, "{STRONG}{}{STRONG:#} {FAINT}in {}{FAINT:#}", parts.join(", "), seconds(report.took))
}

fn standing(report: &RunReport, gate: &GateRun) -> (&'static str, anstyle::Style, &'static str) {
    if gate.reused.is_some() {
        return ("↺", FAINT, "reused");
    }
    if report.dry_run {
        return ("·", FAINT, "would run");
    }
    match gate.result() {
        GateResult::Pass if gate.is_flaky() => ("✔", CARE, "flaky"),
        GateResult::Pass => ("✔", NAME, "passed"),
        GateResult::Fail => ("✘", ALARM, "failed"),
        GateResult::Partial => ("✘", ALARM, "partial"),
        GateResult::Blocked => ("■", CARE, "blocked"),
        GateResult::Missing => ("?", CARE, "missing"),
        GateResult::NotApplicable => ("·", FAINT, "n/a"),
    }
}

/// Returns why the gate is no pass, or what it would run.
fn said(gate: &GateRun) -> String {
    let reason = gate.tries.last().and_then(|last| last.reason.as_deref());
    reason.map(|reason| format!("  {}", terminal(reason))).unwrap_or_default()
}

/// Writes what one line does not say: citations, other tries, notes, where the output is.
fn each_try(out: &mut impl Write, report: &RunReport, gate: &GateRun, detail: Detail) -> io::Result<()> {
    if let Some(cited) = &gate.reused {
        writeln!(out, "    {FAINT}cites{FAINT:#} {}", cited.from)?;
    }
    if report.dry_run && gate.reused.is_none() {
        let command = gate.command.trim_end();
        let shown: String = command.chars().take(if detail.verbose { usize::MAX } else { 200 }).collect();
        let more = if shown.len() < command.len() { "…" } else { "" };
        writeln!(out, "    {}{more}", terminal(&shown))?;
        if !gate.needs.is_empty() {
            writeln!(
                out,
                "    {FAINT}after{FAINT:#} {}",
                joined(gate.needs.iter().map(|need| need.as_str()))
            )?;
        }
    }
    if !gate.shared_with.is_empty() {
        // Under each of many gates, the names of all would be a page.
        let most = if detail.verbose { usize::MAX } else { 5 };
        let with = joined(gate.shared_with.iter().take(most).map(|other| other.as_str()));
        let more = gate.shared_with.len().saturating_sub(most);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "    {FAINT}one execution with{FAINT:#} {with}{more}")?;
    }
    let several = gate.tries.len() > 1;
    for own in &gate.tries {
        if several {
            let what = own.reason.as_deref().map_or("passed".into(), terminal);
            writeln!(out, "    {FAINT}try {}{FAINT:#} {what}, {}", own.attempt, seconds(own.took()))?;
        }
        for note in &own.notes {
            writeln!(out, "    {CARE}{}{CARE:#}", terminal(note))?;
        }
        if let Some(log) = own.log.filter(|_| detail.verbose || own.result != GateResult::Pass && own.ran) {
            writeln!(out, "    {FAINT}log{FAINT:#} {log}")?;
        }
        if let Some(record) = own.record.filter(|_| detail.verbose) {
            writeln!(out, "    {FAINT}record{FAINT:#} {record}")?;
        }
    }
    Ok(())
}

fn others(out: &mut impl Write, report: &RunReport) -> io::Result<()> {
    let lists =
        [("needs evidence from elsewhere", &report.elsewhere), ("needs an approval", &report.approvals)];
    for (word, gates) in lists {
        for (id, title) in gates {
            let title = if title == id.as_str() { String::new() } else { format!("  {}", terminal(title)) };
            writeln!(
                out,
                "{FAINT}…{FAINT:#} {NAME}{}{NAME:#}  {CARE}{word}{CARE:#}{title}",
                terminal(id.as_str())
            )?;
        }
    }
    if report.left_out > 0 {
        writeln!(out, "{FAINT}not asked for:{FAINT:#} {} of the route", count(report.left_out, "more gate"))?;
    }
    Ok(())
}

fn last(out: &mut impl Write, report: &RunReport) -> io::Result<()> {
    if !report.changed.is_empty() {
        let mut paths: Vec<String> =
            report.changed.iter().take(PATHS).map(|path| terminal(path).into_owned()).collect();
        if report.changed.len() > PATHS {
            paths.push(format!("{} more", report.changed.len() - PATHS));
        }
        writeln!(out, "{CARE}the gates changed the working tree{CARE:#}: {}", paths.join(", "))?;
    }
    if let Some(epoch) = report.revoked {
        writeln!(
            out,
            "{ALARM}the verdict that was sealed is taken back{ALARM:#}: seal {epoch}, by a later failure"
        )?;
    }
    match &report.recorded {
        Recorded::As { .. } if report.gates.is_empty() => Ok(()),
        Recorded::As { commit, run } if report.dry_run => {
            writeln!(out, "{FAINT}would be recorded for{FAINT:#} {commit}, run {run}")
        }
        Recorded::As { commit, run } => writeln!(out, "{FAINT}recorded for{FAINT:#} {commit}, run {run}"),
        Recorded::Not(why) => writeln!(out, "{CARE}not recorded{CARE:#}: {}", terminal(why)),
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| terminal(name).into_owned()).collect::<Vec<_>>().join(", ")
}
