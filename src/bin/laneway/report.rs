//! Prints faults to standard error, each with an excerpt of its source.

use std::fmt;
use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use laneway::fault::Fault;
use laneway::render::escape::terminal;
use laneway::source::Place;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity, SourceCode, SourceSpan, SpanContents,
};

/// How many faults are printed, unless all are wanted.
const SHOWN: usize = 50;

/// How many bytes of a source are shown before a place, behind it, and of it.
const AROUND: usize = 300;

/// Prints the faults, or the first of them and how many there are more.
pub(crate) fn print(faults: &[Fault], verbose: bool) {
    let stderr = io::stderr();
    let styled = AutoStream::choice(&stderr) != ColorChoice::Never;
    let theme = if styled { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(100);
    let shown = if verbose { faults.len() } else { faults.len().min(SHOWN) };
    let mut text = String::new();
    for fault in &faults[..shown] {
        if handler.render_report(&mut text, &Printed::new(fault)).is_err() {
            text += &terminal(&fault.message);
        }
        text.push('\n');
    }
    if shown < faults.len() {
        text += &format!("and {} more; --verbose prints all\n", faults.len() - shown);
    }
    // Where standard error is gone, nobody is left to be told.
    let _ = stderr.lock().write_all(text.as_bytes());
}

/// Prints what is to be known besides the answer, whose text is safe to print.
pub(crate) fn say(text: &str) {
    // Where standard error is gone, nobody is left to be told.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A fault in which every character is safe to print, with only the lines around its place.
#[derive(Debug)]
struct Printed {
    code: &'static str,
    message: String,
    label: String,
    help: String,
    excerpt: Option<Excerpt>,
}

impl Printed {
    fn new(fault: &Fault) -> Self {
        Self {
            code: fault.code.as_str(),
            message: terminal(&fault.message).into_owned(),
            label: terminal(&fault.label).into_owned(),
            help: terminal(&fault.help).into_owned(),
            excerpt: fault.place.as_ref().map(Excerpt::new),
        }
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Printed {}

impl Diagnostic for Printed {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let label = Some(self.label.clone()).filter(|label| !label.is_empty());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, excerpt.span))))
    }
}

/// The lines around a place. A line may be of any length, so it is cut; what is escaped becomes longer, so the span is
/// counted anew.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    span: SourceSpan,
    /// The line of the text's first byte, counted from 0.
    first_line: usize,
    /// The line and column of the place, counted from 0.
    at: (usize, usize),
}

impl Excerpt {
    fn new(place: &Place) -> Self {
        let (source, text) = (&place.source, place.source.text());
        let start = boundary(text, place.span.start);
        let end = boundary(text, place.span.end.clamp(start, start.saturating_add(AROUND)));
        let (line, column) = source.line_column(start);
        let before = source
            .line_start(line.saturating_sub(1).max(1))
            .max(boundary(text, start.saturating_sub(AROUND)));
        let after = source.line_start(source.line(end) + 2).min(boundary(text, end.saturating_add(AROUND)));
        let lead = safe(&text[before..start]);
        let middle = safe(&text[start..end]);
        let tail = safe(&text[end..after.max(end)]);
        Self {
            name: terminal(source.name()).into_owned(),
            span: SourceSpan::from((lead.len(), middle.len())),
            text: lead + &middle + tail.trim_end_matches('\n'),
            first_line: source.line(before) as usize - 1,
            at: (line as usize - 1, column as usize - 1),
        }
    }
}

/// Returns the nearest boundary of a character at or before a byte.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Escapes what is active, line by line.
fn safe(text: &str) -> String {
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            line.split('\t').map(|part| terminal(part).into_owned()).collect::<Vec<_>>().join("\t")
        })
        .collect();
    lines.join("\n")
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context, the handler asks for the line and column to print; with it, for the lines.
        let (line, column) = if (before, after) == (0, 0) { self.at } else { (self.first_line, 0) };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::from((0, self.text.len())),
            line,
            column,
            self.text.lines().count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use laneway::fault::Code;
    use laneway::source::Source;

    use super::*;

    fn printed(fault: &Fault) -> String {
        let mut text = String::new();
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        handler.render_report(&mut text, &Printed::new(fault)).expect("a string takes everything");
        text
    }

    #[test]
    fn a_fault_shows_its_place_and_drives_no_terminal() {
        let source = Source::new("maps/a\x1b.md", "one\r\n| `a\x1b[31m` | ü | b |\r\nthree\r\n");
        let span = source.text().find("b |").map(|at| at..at + 1).expect("it is there");
        let fault = Fault::at(Code::NoDomain, &source, span, "wrong \x07", "this", "mend \x1b");
        let text = printed(&fault);
        assert!(text.contains(r"maps/a\x1b.md:2:"), "{text}");
        assert!(text.contains(r"| `a\x1b[31m` | ü | b |"), "{text}");
        assert!(!text.contains(['\x1b', '\x07', '\r']), "{text:?}");
    }

    #[test]
    fn an_endless_line_is_cut() {
        let source = Source::new("a.yaml", "x".repeat(1 << 20));
        let fault = Fault::at(Code::YamlSyntax, &source, 1000..900_000, "wrong", "here", "");
        assert!(printed(&fault).len() < 10_000);
        let fault = Fault::at(Code::YamlSyntax, &source, 1 << 20..2 << 20, "wrong", "here", "");
        assert!(!printed(&fault).is_empty());
    }
}
