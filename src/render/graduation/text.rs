//! Graduation for people at a terminal.

use std::io::{self, Write};

use crate::release::{Graduation, Line, Missing, Scoped};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};

/// Writes each family and each kind with its level, what its verdicts say by scope, and what is missing to step up. Those at
/// the top need nothing, and are told in a line unless everything is wanted.
pub fn write(out: &mut impl Write, graduation: &Graduation, detail: Detail) -> io::Result<()> {
    for (what, title) in [("family", "Gate families"), ("evidence_kind", "Kinds of evidence")] {
        writeln!(out, "{STRONG}{title}{STRONG:#}")?;
        for line in graduation.lines.iter().filter(|line| line.about.what() == what) {
            one(out, line, detail)?;
        }
        writeln!(out)?;
    }
    let findings = graduation.findings().count();
    let ready = graduation.lines.iter().filter(|line| line.is_ready()).count();
    if findings > 0 {
        write!(out, "{ALARM}{}{ALARM:#}: ", count(findings, "finding"))?;
        writeln!(out, "step up, or name a later day with `report_only_until` in the lanes.")?;
    }
    writeln!(
        out,
        "{} can step up. A step up is a change of the lanes; a step down needs a waiver of the family.",
        if ready == 0 { "None".to_owned() } else { ready.to_string() }
    )
}

fn one(out: &mut impl Write, line: &Line, detail: Detail) -> io::Result<()> {
    let name = terminal(line.about.name());
    let level = line.level.as_str();
    let until = match (line.until, &line.finding) {
        (Some(until), None) => format!(" until {until}"),
        _ => String::new(),
    };
    writeln!(
        out,
        "  {NAME}{name:<22}{NAME:#} {level}{until}  {FAINT}{}{FAINT:#}",
        count(line.gates, "gate")
    )?;
    if let Some(finding) = &line.finding {
        writeln!(out, "    {ALARM}finding{ALARM:#}  {finding}")?;
    }
    let Some(next) = line.next else {
        if detail.verbose {
            line.scopes.iter().try_for_each(|own| scope(out, own))?;
        }
        return Ok(());
    };
    if line.scopes.is_empty() {
        return writeln!(
            out,
            "    {CARE}to {}{CARE:#}: a first verdict that expects a gate of it",
            next.as_str()
        );
    }
    for own in &line.scopes {
        scope(out, own)?;
        let lacks: Vec<String> = own.lacks.iter().map(Missing::to_string).collect();
        match lacks.is_empty() {
            true => writeln!(out, "      to {}: nothing is missing", next.as_str())?,
            false => {
                let lacks = terminal(&lacks.join("; ")).into_owned();
                writeln!(out, "      {CARE}to {}{CARE:#}: {lacks}", next.as_str())?;
            }
        }
    }
    Ok(())
}

fn scope(out: &mut impl Write, own: &Scoped) -> io::Result<()> {
    let complete = own.complete().map_or_else(|| "none".to_owned(), |percent| format!("{percent} %"));
    writeln!(
        out,
        "    {}: {}, evidence {complete}, {}, {} waived, {} without an owner",
        terminal(&own.scope.to_string()),
        count(own.verdicts, "verdict"),
        count(own.failures, "failure"),
        own.waived,
        own.unowned.len()
    )
}
