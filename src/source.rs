//! Text that diagnostics can point into.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A half-open range of bytes in a [`Source`].
pub type Span = Range<usize>;

/// One file as it was read: its name for people, its text, and where its lines begin.
pub struct Source {
    name: String,
    text: String,
    lines: Vec<usize>,
}

impl Source {
    /// Takes the text of `name`, which is what a reader sees in front of a line number.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        Arc::new(Self { name: name.into(), text, lines })
    }

    /// Returns the name of the file, as diagnostics print it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the line of byte `at`, counted from 1.
    pub fn line(&self, at: usize) -> u32 {
        let line = self.lines.partition_point(|start| *start <= at);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// Returns the line and the column of byte `at`, both counted from 1, the column in bytes.
    pub fn line_column(&self, at: usize) -> (u32, u32) {
        let line = self.line(at);
        let column = at - self.lines[line as usize - 1] + 1;
        (line, u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// Returns the byte at which a line, counted from 1, begins; the end of the text where there is no such line.
    pub fn line_start(&self, line: u32) -> usize {
        self.lines.get((line as usize).saturating_sub(1)).copied().unwrap_or(self.text.len())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("bytes", &self.text.len()).finish()
    }
}

/// Reads by the line index: miette's own reader scans from the start, which costs 90 ms a report at 17 MB.
impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (from, to) = (span.offset(), span.offset() + span.len());
        if to > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = (self.line(from) as usize - 1).saturating_sub(context_lines_before);
        let last = self.line(to.max(from + 1) - 1) as usize + context_lines_after;
        let start = self.lines[first];
        let end = self.lines.get(last).copied().unwrap_or(self.text.len());
        let column = if context_lines_before == 0 { from - start } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[start..end],
            (start, end - start).into(),
            first,
            column,
            last - first,
        )))
    }
}

/// A place in a source: what a diagnostic underlines.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// The bytes meant.
    pub span: Span,
}

impl Place {
    /// Points at `span` of `source`.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// Returns the line on which the place begins, counted from 1.
    pub fn line(&self) -> u32 {
        self.source.line(self.span.start)
    }
}

/// A value together with the bytes that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stood.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Ties a value to its bytes.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
