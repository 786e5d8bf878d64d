//! What an audit found, for people at a terminal.

use std::io::{self, Write};

use crate::evidence::{Audit, Wrong};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, STRONG};

/// How many notes are shown, where not all are wanted.
const SHOWN: usize = 10;

/// Writes every finding, some of the notes, and a line that sums it up.
pub fn write(out: &mut impl Write, audit: &Audit, detail: Detail) -> io::Result<()> {
    for finding in &audit.findings {
        let style = if finding.wrong == Wrong::Unlisted { CARE } else { ALARM };
        let (key, what) = (terminal(&finding.key), terminal(&finding.what));
        writeln!(out, "{style}{:<8}{style:#}  {STRONG}{key}{STRONG:#}", finding.wrong.as_str())?;
        writeln!(out, "          {what}")?;
    }
    let shown = if detail.verbose || audit.notes.len() <= SHOWN + 1 { audit.notes.len() } else { SHOWN };
    for note in &audit.notes[..shown] {
        writeln!(out, "{FAINT}note      {}: {}{FAINT:#}", terminal(&note.key), terminal(&note.what))?;
    }
    if shown < audit.notes.len() {
        let more = count(audit.notes.len() - shown, "more note");
        writeln!(out, "{FAINT}note      and {more}; --verbose shows all{FAINT:#}")?;
    }
    let objects = count(audit.objects, "object");
    let place = terminal(&audit.place);
    if audit.findings.is_empty() {
        return writeln!(out, "{STRONG}{place}{STRONG:#} is as it should be: {objects}.");
    }
    let each = Wrong::ALL.map(|wrong| {
        let number = audit.findings.iter().filter(|finding| finding.wrong == wrong).count();
        format!("{number} {}", wrong.as_str())
    });
    writeln!(out, "{STRONG}{place}{STRONG:#} is not as it should be: {objects}, {}.", each.join(", "))
}
