//! Annotations of a pull request: the workflow commands of GitHub Actions.
//!
//! GitHub shows at most 10 annotations of a level for each step and drops the others without a word, so what there is no
//! room for is a plain line of the log.

use std::io::{self, Write};

use super::{Report, place};
use crate::finding::Severity;
use crate::guard::{Judged, LineFinding, Mode};
use crate::render::escape::terminal;
use crate::render::reason::count;

/// How many annotations of one level GitHub shows of a step.
const SHOWN: usize = 10;

/// Writes an annotation for whatever stops the change or is wrong with the tables, and one line that sums it up.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let judgement = report.judgement;
    let mut all: Vec<(&'static str, String, String)> = Vec::new();
    for judged in judgement.issues.iter().filter(|judged| judged.stops) {
        all.push((level(judgement.mode, true, judged.issue.severity), issue(judged), issue_line(judged)));
    }
    for finding in &judgement.lines {
        let level = level(judgement.mode, finding.stops, finding.code.severity());
        all.push((level, line(finding, report), line_line(finding, report)));
    }
    let mut rest: Vec<&str> = Vec::new();
    for level in ["error", "warning", "notice"] {
        let of: Vec<_> = all.iter().filter(|(own, ..)| *own == level).collect();
        let shown = if of.len() > SHOWN { SHOWN - 1 } else { of.len() };
        for (_, annotation, _) in &of[..shown] {
            writeln!(out, "::{level} {annotation}")?;
        }
        if shown < of.len() {
            let more = of.len() - shown;
            writeln!(
                out,
                "::{level} title=laneway guard::{more} more of this level: see the log of this step"
            )?;
            rest.extend(of[shown..].iter().map(|(_, _, line)| line.as_str()));
        }
    }
    for line in rest {
        writeln!(out, "{}", terminal(line))?;
    }
    let [new, expired, ..] = report.counts();
    let verdict = if judgement.fails() { "stopped" } else { "not stopped" };
    writeln!(
        out,
        "{}, {new} new, {expired} of expired debt, {} of the tables to look at: {verdict}",
        count(judgement.issues.len(), "finding"),
        count(judgement.lines.len(), "line")
    )
}

/// Returns the level of an annotation: what stops is an error, whatever its tool calls it.
const fn level(mode: Mode, stops: bool, severity: Severity) -> &'static str {
    match (mode, stops, severity) {
        (Mode::Report, ..) | (_, false, Severity::Note) => "notice",
        (Mode::BlockingNew | Mode::Blocking, true, _) => "error",
        (Mode::Warn, true, _) | (_, false, _) => "warning",
    }
}

fn issue(judged: &Judged) -> String {
    let known = &judged.issue.known;
    let mut place = String::new();
    if let Some(path) = &known.path {
        place += &format!("file={},", property(&path.to_string()));
    }
    if let Some((line, column)) = judged.issue.at {
        place += &format!("line={line},col={column},");
    }
    let text = format!("{}\n{}", judged.issue.message, judged.issue.help);
    let title = format!("{} {} ({})", known.tool, known.code, judged.standing.as_str());
    format!("{place}title={}::{}", property(&title), data(&text))
}

fn issue_line(judged: &Judged) -> String {
    let known = &judged.issue.known;
    let (standing, message) = (judged.standing.as_str(), &judged.issue.message);
    format!("{}: {standing} {} {}: {message}", place(judged), known.tool, known.code)
}

fn line(finding: &LineFinding, report: &Report<'_>) -> String {
    let file = property(&format!("{}/{}", report.folder, finding.which.file()));
    let at = finding.place.as_ref().map(|place| format!("line={},", place.line())).unwrap_or_default();
    let text = data(&format!("{}\n{}", finding.message, finding.help));
    format!("file={file},{at}title={}::{text}", property(finding.code.as_str()))
}

fn line_line(finding: &LineFinding, report: &Report<'_>) -> String {
    let at = finding.place.as_ref().map(|place| format!(":{}", place.line())).unwrap_or_default();
    format!("{}/{}{at}: {}: {}", report.folder, finding.which.file(), finding.code.as_str(), finding.message)
}

/// Escapes the text of a command, line by line.
fn data(text: &str) -> String {
    let safe: Vec<_> = text.trim_end().lines().map(terminal).collect();
    safe.join("\n").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    terminal(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
