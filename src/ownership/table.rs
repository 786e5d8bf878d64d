//! Finds the tables of a Markdown file, and the lines that were meant to be a table and are none.
//!
//! Nothing here knows what an ownership map is. Cells keep their bytes in the source rather than their text: what a
//! Markdown reader would show has lost asterisks, and a fault must point at what was written.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::source::Span;

/// The tables of a file. Cells and marks of all tables stand in one list each, which spares an allocation per row.
#[derive(Default)]
pub(super) struct Document {
    /// In the order of the file.
    pub(super) tables: Vec<Table>,
    /// Lines that read like a line of a table and belong to none; of lines in a row, the first.
    pub(super) stray: Vec<Span>,
    /// The heads of what would be tables, were they not inside of an HTML block.
    pub(super) hidden: Vec<Span>,
    cells: Vec<Cell>,
    marks: Vec<Mark>,
}

/// One table.
pub(super) struct Table {
    /// Its first line.
    pub(super) head: Line,
    /// What the cells of the first line say to a reader, without markup, each run of whitespace one space.
    pub(super) headers: Vec<String>,
    /// The lines below the delimiter.
    pub(super) rows: Vec<Line>,
}

/// One line of a table.
pub(super) struct Line {
    /// Its bytes, without indentation, block-quote marks and the end of the line.
    pub(super) span: Span,
    cells: Range<usize>,
}

/// One cell.
#[derive(Clone)]
pub(super) struct Cell {
    /// Its bytes between the pipes, trimmed; where there is nothing but space, all of that.
    pub(super) span: Span,
    /// Says that the line ended before this cell.
    pub(super) absent: bool,
    marks: Range<usize>,
}

/// Markup inside a cell.
pub(super) struct Mark {
    /// Its bytes; those of a code span include the backticks.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: MarkKind,
}

/// What kind of markup matters for reading values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkKind {
    /// `` `code` ``.
    Code,
    /// `<br>`.
    Break,
    /// Any other tag, or a comment.
    Html,
    /// A link or an image.
    Link,
    /// An entity, `&amp;`: a reader sees another character than the one that is written.
    Entity,
}

impl Document {
    /// Finds the tables of `text`.
    pub(super) fn read(text: &str) -> Self {
        // A byte order mark would count as a cell of the first header.
        let skipped = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let parser = Parser::new_ext(&text[skipped..], Options::ENABLE_TABLES);
        let mut document = Self::default();
        let mut covered = Vec::new();
        let mut place = Where::Outside;
        let mut line_end = 0;
        for (event, range) in parser.into_offset_iter() {
            let span = range.start + skipped..range.end + skipped;
            match event {
                Event::Start(Tag::Table(_)) => covered.push(Covered { span, is_table: true }),
                Event::Start(Tag::TableHead) => {
                    line_end = span.end;
                    place = Where::Head;
                    let head = document.open_line(text, span);
                    document.tables.push(Table { head, headers: Vec::new(), rows: Vec::new() });
                }
                Event::Start(Tag::TableRow) => {
                    line_end = span.end;
                    place = Where::Row;
                    let line = document.open_line(text, span);
                    if let Some(table) = document.tables.last_mut() {
                        table.rows.push(line);
                    }
                }
                Event::Start(Tag::TableCell) => {
                    // The parser fills a short row with cells that lie behind it.
                    document.open_cell(text, span.clone(), span.is_empty() && span.start >= line_end);
                    if place == Where::Head {
                        document.header("");
                    }
                }
                Event::End(TagEnd::Table) => {
                    place = Where::Outside;
                    if let Some(table) = document.tables.last_mut() {
                        table.headers.iter_mut().for_each(|header| *header = fold_whitespace(header));
                    }
                }
                Event::Start(Tag::HtmlBlock) => {
                    document.hidden.extend(hidden_heads(text, &span));
                    covered.push(Covered { span, is_table: false });
                }
                Event::Start(Tag::CodeBlock(_)) => {
                    covered.push(Covered { span, is_table: false });
                }
                Event::Code(_) | Event::InlineHtml(_) if place == Where::Outside => {
                    covered.push(Covered { span, is_table: false });
                }
                _ if place == Where::Outside => {}
                Event::Code(code) => {
                    document.mark(span, MarkKind::Code);
                    if place == Where::Head {
                        document.add_to_header(&code);
                    }
                }
                Event::InlineHtml(tag) => {
                    document.mark(span, if is_break(&tag) { MarkKind::Break } else { MarkKind::Html });
                    if place == Where::Head {
                        document.add_to_header(" ");
                    }
                }
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => document.mark(span, MarkKind::Link),
                Event::Text(shown) => {
                    if text.as_bytes()[span.start] == b'&' && shown.len() != span.len() {
                        document.mark(span, MarkKind::Entity);
                    }
                    if place == Where::Head {
                        document.add_to_header(&shown);
                    }
                }
                _ => {}
            }
        }
        document.stray = stray_lines(text, skipped, &covered);
        document
    }

    /// Returns the cells of a line: as many as the head has.
    pub(super) fn cells(&self, line: &Line) -> &[Cell] {
        &self.cells[line.cells.clone()]
    }

    /// Returns the markup of a cell, in the order of the text.
    pub(super) fn marks(&self, cell: &Cell) -> &[Mark] {
        &self.marks[cell.marks.clone()]
    }

    /// Returns what stands in a line behind its last cell, which the parser drops without a word.
    pub(super) fn surplus(&self, text: &str, line: &Line) -> Option<Span> {
        let last = self.cells(line).last()?;
        if last.absent {
            return None;
        }
        // A last cell of nothing but space ends behind the trimmed line.
        let rest = text.get(last.span.end..line.span.end)?;
        let behind = rest.trim_start().strip_prefix('|')?.trim();
        (!behind.is_empty()).then(|| line.span.end - behind.len()..line.span.end)
    }

    fn open_line(&self, text: &str, span: Span) -> Line {
        Line { span: trimmed(text, span), cells: self.cells.len()..self.cells.len() }
    }

    fn open_cell(&mut self, text: &str, span: Span, absent: bool) {
        let inner = trimmed(text, span.clone());
        let span = if inner.is_empty() { span } else { inner };
        self.cells.push(Cell { span, absent, marks: self.marks.len()..self.marks.len() });
        let end = self.cells.len();
        if let Some(table) = self.tables.last_mut() {
            table.rows.last_mut().unwrap_or(&mut table.head).cells.end = end;
        }
    }

    fn mark(&mut self, span: Span, kind: MarkKind) {
        self.marks.push(Mark { span, kind });
        if let Some(cell) = self.cells.last_mut() {
            cell.marks.end = self.marks.len();
        }
    }

    fn header(&mut self, shown: &str) {
        if let Some(table) = self.tables.last_mut() {
            table.headers.push(shown.to_owned());
        }
    }

    fn add_to_header(&mut self, shown: &str) {
        if let Some(header) = self.tables.last_mut().and_then(|table| table.headers.last_mut()) {
            header.push_str(shown);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Outside,
    Head,
    Row,
}

/// Finds the lines of an HTML block below which a delimiter stands. What is commented out was meant to be.
fn hidden_heads(text: &str, block: &Span) -> Vec<Span> {
    let mut heads = Vec::new();
    let (mut at, mut previous) = (block.start, None);
    for line in text[block.clone()].split_inclusive('\n') {
        let span = trimmed(text, at..at + line.len());
        if is_delimiter(&text[span.clone()]) {
            heads.extend(previous.take().filter(|head: &Span| !is_comment(&text[block.start..head.start])));
        }
        previous = Some(span).filter(|span| text[span.clone()].starts_with('|'));
        at += line.len();
    }
    heads
}

/// Says whether a comment is still open behind `before`.
fn is_comment(before: &str) -> bool {
    before.rfind("<!--").is_some_and(|open| !before[open..].contains("-->"))
}

/// Bytes that need no second look: a table, or code and HTML, in which a pipe means nothing.
struct Covered {
    span: Span,
    is_table: bool,
}

/// Finds the lines outside of `covered` that begin with a pipe, are a delimiter, or follow on a table and hold a pipe.
///
/// Markdown shows such lines as text and says nothing: the columns of head and delimiter differ in number, a blank
/// line cut the table in two, or the table was indented away.
fn stray_lines(text: &str, from: usize, covered: &[Covered]) -> Vec<Span> {
    let mut stray: Vec<Span> = Vec::new();
    let mut covered = covered.iter().peekable();
    let (mut at, mut after_table, mut goes_on) = (from, false, false);
    while at < text.len() {
        let line = &text[at..];
        let line = &line[..line.find('\n').map_or(line.len(), |end| end + 1)];
        let content = at + container_prefix(line);
        while covered.next_if(|range| range.span.end <= content).is_some() {}
        if let Some(range) = covered.peek().filter(|range| range.span.start <= content) {
            at = next_line(text, range.span.end);
            (after_table, goes_on) = (range.is_table, false);
            continue;
        }
        let shown = text[content..at + line.len()].trim_end();
        let is_stray = shown.starts_with('|') || is_delimiter(shown) || (after_table && shown.contains('|'));
        if is_stray && !goes_on {
            stray.push(content..content + shown.len());
        }
        (after_table, goes_on) = (false, is_stray);
        at += line.len();
    }
    stray
}

/// Returns the start of the line behind `at`; `at` itself, where that is the start of a line.
fn next_line(text: &str, at: usize) -> usize {
    if text.as_bytes()[at - 1] == b'\n' {
        return at;
    }
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Returns how many bytes of indentation, block-quote marks and list markers a line begins with.
fn container_prefix(line: &str) -> usize {
    let bytes = line.as_bytes();
    let mut at = 0;
    loop {
        let digits = bytes[at..].iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        let space_follows = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t'));
        at += match bytes.get(at) {
            Some(b' ' | b'\t' | b'>') => 1,
            Some(b'-' | b'*' | b'+') if space_follows(at + 1) => 2,
            Some(b'0'..=b'9')
                if matches!(bytes.get(at + digits), Some(b'.' | b')')) && space_follows(at + digits + 1) =>
            {
                digits + 2
            }
            _ => return at,
        };
    }
}

fn is_delimiter(line: &str) -> bool {
    line.contains('|')
        && line.contains('-')
        && line.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

fn is_break(tag: &str) -> bool {
    tag.strip_prefix('<')
        .and_then(|tag| tag.strip_suffix('>'))
        .is_some_and(|tag| tag.trim_end_matches(['/', ' ']).eq_ignore_ascii_case("br"))
}

fn fold_whitespace(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the part of `span` that is left without the space at both ends.
pub(super) fn trimmed(text: &str, span: Span) -> Span {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    start..start + inner.trim().len()
}
