//! Findings for people at a terminal: by file, each with its line, what shows it, and how to mend it.

use std::io::{self, Write};

use anstyle::Style;

use super::region::{Region, boundary};
use super::{Findings, SEVERITIES, short};
use crate::finding::{At, Finding, Severity};
use crate::render::escape::terminal;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG};
use crate::source::{Place, Span};

/// How many findings are shown, unless all are wanted.
const SHOWN: usize = 50;

/// How many characters of a line are shown before the place, and how many of the place and behind it.
const AROUND: (usize, usize) = (24, 76);

/// Writes the findings, then how many there are. Where there are many the worst are shown.
pub fn write(out: &mut impl Write, findings: &Findings<'_>, detail: Detail) -> io::Result<()> {
    let shown = shown(findings.findings, detail);
    let mut file = None;
    for finding in shown.iter().map(|at| &findings.findings[*at]) {
        let path = finding.path();
        if file.as_ref() != Some(&path) {
            let name = path.as_ref().map_or_else(|| "The workspace".to_owned(), ToString::to_string);
            writeln!(out, "{STRONG}{}{STRONG:#}", terminal(&name))?;
            file = Some(path);
        }
        one(out, finding)?;
        writeln!(out)?;
    }
    if shown.len() < findings.findings.len() {
        let more = findings.findings.len() - shown.len();
        writeln!(out, "{FAINT}and {more} more, none of them worse; --verbose shows all{FAINT:#}")?;
    }
    summary(out, findings)
}

/// Returns which findings are shown, in their order.
fn shown(findings: &[Finding], detail: Detail) -> Vec<usize> {
    let mut all: Vec<usize> = (0..findings.len()).collect();
    let few = detail.shown(findings.len(), SHOWN);
    if few < all.len() {
        all.sort_by_key(|at| std::cmp::Reverse(findings[*at].code.severity()));
        all.truncate(few);
        all.sort_unstable();
    }
    all
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => ALARM,
        Severity::Warning => CARE,
        Severity::Note => NAME,
    }
}

fn one(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let severity = finding.code.severity();
    let style = style(severity);
    write!(out, "  ")?;
    if let At::Source(place) = &finding.at {
        let region = Region::of(place);
        write!(out, "{}:{}: ", region.start_line, region.start_column)?;
    }
    let code = short(finding);
    writeln!(out, "{style}{severity}[{code}]{style:#} {}", terminal(&finding.message))?;
    let mut margin = 2;
    if let At::Source(place) = &finding.at {
        margin = excerpt(out, place, &finding.label, style)?;
    }
    let mut note = |what: &str, text: &str| {
        for (at, line) in text.lines().enumerate() {
            let lead = if at == 0 { format!("{what}: ") } else { " ".repeat(what.len() + 2) };
            writeln!(out, "  {:margin$} {FAINT}= {lead}{FAINT:#}{}", "", terminal(line))?;
        }
        io::Result::Ok(())
    };
    if let Some(witness) = &finding.witness {
        note("witness", &witness.to_string())?;
    }
    note("help", &finding.help)
}

/// Writes the line of a place with what is meant underlined, and returns how wide the line's number is.
fn excerpt(out: &mut impl Write, place: &Place, label: &str, style: Style) -> io::Result<usize> {
    let (source, text) = (&place.source, place.source.text());
    let start = boundary(text, place.span.start);
    let line = source.line(start);
    let (from, to) = (source.line_start(line), source.line_start(line + 1));
    let to = from + text[from..to].trim_end_matches(['\n', '\r']).len();
    let start = start.clamp(from, to);
    let end = boundary(text, place.span.end.clamp(start, to));
    // Of a row its first cell is enough: the row stands above the underline.
    let (start, end) = first_cell(text, start..end).map_or((start, end), |cell| (cell.start, cell.end));
    // A line may be of any length: what is far from the place is cut.
    let before: Vec<char> = text[from..start].chars().rev().take(AROUND.0 + 1).collect();
    let cut = before.len() > AROUND.0;
    let before: String = before.into_iter().take(AROUND.0).rev().collect();
    let meant: String = text[start..end].chars().take(AROUND.1).collect();
    let room = AROUND.1 - meant.chars().count();
    let behind: String = text[end..to].chars().take(room).collect();
    let more = text[start..to].chars().nth(AROUND.1).is_some();
    let number = line.to_string();
    let margin = number.len();
    let (lead, meant) = (terminal(&before), terminal(&meant));
    writeln!(
        out,
        "  {FAINT}{number} |{FAINT:#} {}{lead}{meant}{}{}",
        if cut { "…" } else { "" },
        terminal(&behind),
        if more { "…" } else { "" },
    )?;
    let indent = usize::from(cut) + lead.chars().count();
    let carets = "^".repeat(meant.chars().count().max(1));
    let label = terminal(label);
    writeln!(
        out,
        "  {:margin$} {FAINT}|{FAINT:#} {:indent$}{style}{carets}{}{label}{style:#}",
        "",
        "",
        if label.is_empty() { "" } else { " " },
    )?;
    Ok(margin)
}

/// Returns the first cell of a row of a table.
fn first_cell(text: &str, row: Span) -> Option<Span> {
    let inside = text[row.clone()].strip_prefix('|')?;
    let is_pipe = |at: &usize| *at == 0 || inside.as_bytes()[at - 1] != b'\\';
    let cell = &inside[..inside.match_indices('|').map(|(at, _)| at).find(is_pipe)?];
    let start = row.start + 1 + (cell.len() - cell.trim_start().len());
    (!cell.trim().is_empty()).then(|| start..start + cell.trim().len())
}

fn summary(out: &mut impl Write, findings: &Findings<'_>) -> io::Result<()> {
    let brought = match findings.since {
        Some(since) => format!(" brought since `{}`", terminal(since)),
        None => String::new(),
    };
    if findings.findings.is_empty() {
        writeln!(out, "No findings{brought}.")?;
    } else {
        let counts = SEVERITIES.into_iter().map(|severity| (severity, findings.count(severity)));
        let counts = counts.filter(|(_, count)| *count > 0).map(|(severity, count)| {
            let style = style(severity);
            format!("{style}{count} {severity}{}{style:#}", if count == 1 { "" } else { "s" })
        });
        writeln!(out, "{}{brought}.", counts.collect::<Vec<_>>().join(", "))?;
    }
    if findings.broken {
        writeln!(
            out,
            "{CARE}The policy is broken: what rests on something being absent from it was not asked.{CARE:#}"
        )?;
    }
    Ok(())
}
