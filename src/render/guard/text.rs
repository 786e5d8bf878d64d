//! For people at a terminal: what stops the change first and in full, the rest as counts.

use std::io::{self, Write};

use anstyle::Style;

use super::{Report, place};
use crate::finding::Severity;
use crate::guard::{Judged, LineFinding, Mode, Standing, debt_line};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};

/// How many findings, and how many lines of the tables, are shown where not all are wanted.
const SHOWN: usize = 50;

/// How many characters of a message are shown.
const MESSAGE: usize = 400;

/// Writes what was decided.
pub fn write(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let judgement = report.judgement;
    let mut shown: Vec<&Judged> =
        judgement.issues.iter().filter(|judged| detail.verbose || judged.stops).collect();
    // What stops comes first, and then what stands first in its file.
    let key = |judged: &'_ Judged| (!judged.stops, judged.issue.known.path.clone(), judged.issue.at);
    shown.sort_by_cached_key(|judged| key(judged));
    let few = detail.shown(shown.len(), SHOWN);
    for judged in &shown[..few] {
        issue(out, judged, judgement.mode, detail)?;
    }
    if few < shown.len() {
        writeln!(out, "{FAINT}and {} more; --verbose shows all{FAINT:#}\n", shown.len() - few)?;
    }
    let few = detail.shown(judgement.lines.len(), SHOWN);
    for finding in &judgement.lines[..few] {
        line(out, finding, report, judgement.mode)?;
    }
    if few < judgement.lines.len() {
        let more = judgement.lines.len() - few;
        writeln!(out, "{FAINT}and {more} more lines of the tables; --verbose shows all{FAINT:#}\n")?;
    }
    notes(out, report)?;
    summary(out, report)
}

/// Returns the style of what stops the change, or would; the word stays the tool's.
const fn style(severity: Severity, stops: bool, mode: Mode) -> Style {
    match (stops, mode) {
        (true, Mode::BlockingNew | Mode::Blocking) => ALARM,
        (true, Mode::Report | Mode::Warn) => CARE,
        (false, _) => match severity {
            Severity::Error | Severity::Warning => CARE,
            Severity::Note => NAME,
        },
    }
}

fn issue(out: &mut impl Write, judged: &Judged, mode: Mode, detail: Detail) -> io::Result<()> {
    let known = &judged.issue.known;
    let style = style(judged.issue.severity, judged.stops, mode);
    writeln!(
        out,
        "{STRONG}{}{STRONG:#}  {style}{}{style:#}  {} {FAINT}{}{FAINT:#}",
        terminal(&place(judged)),
        standing(judged),
        terminal(&short(&format!("{} {}", known.tool, known.code))),
        judged.issue.severity,
    )?;
    writeln!(out, "  {}", terminal(&short(&judged.issue.message)))?;
    note(out, "fingerprint", &known.fingerprint())?;
    if !known.subject.is_empty() {
        note(out, "about", &known.subject)?;
    }
    if let Some(from) = &judged.moved_from {
        note(out, "moved from", &from.to_string())?;
    }
    if judged.granted_by_change {
        note(out, "granted", "by a line that only this change adds, which excuses nothing in it yet")?;
    }
    // Some tools repeat there what they said.
    if !judged.issue.message.contains(judged.issue.help.trim()) {
        note(out, "help", &short(&judged.issue.help))?;
    }
    if detail.verbose && judged.stops {
        // As it is pasted, tabs included, so it cannot be escaped once more: the cells are.
        let line = debt_line(known, "OWNER", "REASON", "YYYY-MM-DD");
        writeln!(out, "  {FAINT}= debt line:{FAINT:#}\n{line}")?;
    }
    writeln!(out)
}

fn standing(judged: &Judged) -> String {
    match judged.standing {
        Standing::New => "new".to_owned(),
        Standing::Expired(day) => format!("debt that expired after {day}"),
        Standing::Debt(day) => format!("debt until {day}"),
        Standing::Baseline => "baseline".to_owned(),
        Standing::Suppressed => "suppressed by its tool".to_owned(),
    }
}

fn line(out: &mut impl Write, finding: &LineFinding, report: &Report<'_>, mode: Mode) -> io::Result<()> {
    let style = style(finding.code.severity(), finding.stops, mode);
    let at = finding.place.as_ref().map(|place| format!(":{}", place.line())).unwrap_or_default();
    let (severity, code) = (finding.code.severity(), finding.code.as_str());
    let short = code.rsplit_once("::").map_or(code, |(_, short)| short);
    let file = format!("{}/{}{at}", report.folder, finding.which.file());
    writeln!(
        out,
        "{STRONG}{}{STRONG:#}  {style}{severity}[{short}]{style:#}  {}",
        terminal(&file),
        terminal(&finding.message)
    )?;
    let known = &finding.known;
    let path = known.path.as_ref().map(|path| format!(" in {path}")).unwrap_or_default();
    note(out, "line", &format!("{} {}{path}", known.tool, known.code))?;
    note(out, "help", &finding.help)?;
    writeln!(out)
}

fn note(out: &mut impl Write, what: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {FAINT}= {what}:{FAINT:#} {}", terminal(text))
}

/// Returns the beginning of a text of any length.
fn short(text: &str) -> String {
    let mut characters = text.trim().chars();
    let mut short: String = characters.by_ref().take(MESSAGE).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

/// What the counts do not say.
fn notes(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let judgement = report.judgement;
    for own in &judgement.unjudged {
        writeln!(
            out,
            "{FAINT}not judged:{FAINT:#} {} of the baseline and {} of debt are of {}, which did not run",
            count(own.baseline, "line"),
            own.debt,
            terminal(&own.tool)
        )?;
    }
    if report.passed > 0 {
        writeln!(
            out,
            "{FAINT}passed:{FAINT:#} {} of the tools say that all is well",
            count(report.passed, "result")
        )?;
    }
    if report.base_faults > 0 {
        writeln!(
            out,
            "{CARE}the tables of the base have {}: lines that cannot be read do not count{CARE:#}",
            count(report.base_faults, "fault")
        )?;
    }
    if report.base.is_some_and(|base| base.missing.is_some()) {
        writeln!(
            out,
            "{CARE}no base is known, so no line of the tables counts{CARE:#}; name one with --since, such as --since \
             HEAD for a state that is merged"
        )?;
    }
    let is_new = |judged: &Judged| judged.standing == Standing::New;
    if judgement.fails() && judgement.issues.iter().any(is_new) {
        writeln!(
            out,
            "Mend what is new. What must stay for a while needs a line in {}/{}, which lands first, in a change that \
             touches nothing but the tables; --verbose prints the lines.",
            terminal(report.folder),
            crate::guard::DEBT_FILE
        )?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let judgement = report.judgement;
    let [new, expired, debt, baseline, suppressed] = report.counts();
    let stale = judgement.lines.len();
    let words = ["new", "of expired debt", "of allowed debt", "in the baseline", "suppressed"];
    let parts = [new, expired, debt, baseline, suppressed].into_iter().zip(words);
    let parts: Vec<String> =
        parts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let tables = match stale {
        0 => String::new(),
        stale => format!("; {} of the tables to look at", count(stale, "line")),
    };
    let (style, verdict) = match (judgement.fails(), judgement.stops()) {
        (true, _) => (ALARM, "stopped"),
        (false, true) => (CARE, "not stopped, and would be in a mode that blocks"),
        (false, false) => (STRONG, "holds"),
    };
    let all = judgement.issues.len();
    writeln!(
        out,
        "{STRONG}{} of {}{STRONG:#}{parts}{tables}. Mode {}: {style}{verdict}{style:#}.",
        count(all, "finding"),
        terminal(&report.tools.join(", ")),
        judgement.mode.as_str()
    )
}
