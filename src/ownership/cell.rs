//! Takes a cell apart into its values.
//!
//! Code spans win: where a cell has any, each is one value, and text beside them would be lost, so it is a fault. A
//! cell without code spans is read from its raw bytes, because what Markdown shows of `*.ts and **/*.rs` has lost
//! two asterisks.

use std::borrow::Cow;

use super::faults::{Faults, quote};
use super::table::{Cell, Document, Mark, MarkKind, trimmed};
use crate::fault::Code;
use crate::source::Span;

/// One value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value<'t> {
    /// What it says, without backticks, escapes and a leading `!`.
    pub(super) text: Cow<'t, str>,
    /// Its bytes in the source. They are longer than the text where something was escaped.
    pub(super) span: Span,
    /// Says that a `!` stands before it. Only in cells of patterns.
    pub(super) excluded: bool,
    /// Says that it stood in backticks, where `-` is a name and not the word for none.
    literal: bool,
}

/// What a cell says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Values<'t> {
    /// The values that could be read, in order.
    pub(super) list: Vec<Value<'t>>,
    /// Says that the cell says none: `-`, `—`, `n/a`. Then there are no values.
    pub(super) none: bool,
    /// Says that something of the cell could not be read.
    pub(super) faulty: bool,
}

/// What the values of a cell are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Patterns: a `!` has a meaning.
    Patterns,
    /// Names from first columns, which may hold anything: `GET /v1/<id>`.
    Names,
    /// Ids and words.
    Words,
}

/// Reads the values of `cell`.
pub(super) fn values<'t>(
    document: &Document,
    text: &'t str,
    cell: &Cell,
    content: Content,
    faults: &mut Faults<'_>,
) -> Values<'t> {
    let marks = document.marks(cell);
    let before = faults.count();
    let mut list = Vec::new();
    if marks.iter().any(|mark| mark.kind == MarkKind::Code) {
        read_code(text, cell, marks, content, &mut list, faults);
    } else {
        read_raw(text, cell, marks, content, &mut list, faults);
    }
    let none = take_none(&mut list, faults);
    Values { none, faulty: faults.count() > before, list }
}

fn read_code<'t>(
    text: &'t str,
    cell: &Cell,
    marks: &[Mark],
    content: Content,
    list: &mut Vec<Value<'t>>,
    faults: &mut Faults<'_>,
) {
    let mut at = cell.span.start;
    for mark in marks.iter().filter(|mark| matches!(mark.kind, MarkKind::Code | MarkKind::Break)) {
        let mut beside = at..mark.span.start;
        at = mark.span.end;
        let mut excluded = false;
        if mark.kind == MarkKind::Code && content == Content::Patterns {
            let before = text[beside.clone()].trim_end();
            if before.ends_with('!') {
                excluded = true;
                beside.end = beside.start + before.len() - 1;
            }
        }
        refuse_beside(text, beside, faults);
        if mark.kind == MarkKind::Code {
            let span = without_backticks(text, mark.span.clone());
            let raw = &text[span.clone()];
            let shown = if raw.contains("\\|") { raw.replace("\\|", "|").into() } else { Cow::Borrowed(raw) };
            push(Value { text: shown, span, excluded, literal: true }, content, list, faults);
        }
    }
    refuse_beside(text, at..cell.span.end, faults);
}

/// Reports text that stands beside code spans and is no separator.
fn refuse_beside(text: &str, span: Span, faults: &mut Faults<'_>) {
    let inner = &text[span.clone()];
    let separator = |character: char| character == ',' || character.is_whitespace();
    let start = span.start + (inner.len() - inner.trim_start_matches(separator).len());
    let lost = inner.trim_matches(separator);
    if !lost.is_empty() {
        faults.add(
            Code::AmbiguousMarkup,
            start..start + lost.len(),
            format!("{} stands beside values in backticks", quote(lost)),
            "neither in backticks nor a separator",
            "put each value of the cell into backticks of its own, and comments into a column of their own",
        );
    }
}

fn without_backticks(text: &str, span: Span) -> Span {
    let raw = &text[span.clone()];
    let ticks = raw.len() - raw.trim_start_matches('`').len();
    if raw.len() < 2 * ticks {
        return span;
    }
    trimmed(text, span.start + ticks..span.end - ticks)
}

fn read_raw<'t>(
    text: &'t str,
    cell: &Cell,
    marks: &[Mark],
    content: Content,
    list: &mut Vec<Value<'t>>,
    faults: &mut Faults<'_>,
) {
    let is_lost = |mark: &&Mark| match mark.kind {
        MarkKind::Break => false,
        MarkKind::Html | MarkKind::Entity => content != Content::Names,
        MarkKind::Code | MarkKind::Link => true,
    };
    let before = faults.count();
    for mark in marks.iter().filter(is_lost) {
        faults.add(
            Code::AmbiguousMarkup,
            mark.span.clone(),
            format!("{} is markup, so the value is not what is shown", quote(&text[mark.span.clone()])),
            "markup inside a value",
            "put the value into backticks",
        );
    }
    if faults.count() > before {
        return;
    }
    let mut at = cell.span.start;
    for mark in marks.iter().filter(|mark| mark.kind == MarkKind::Break) {
        split(text, at..mark.span.start, content, list, faults);
        at = mark.span.end;
    }
    split(text, at..cell.span.end, content, list, faults);
}

/// Cuts raw text at the commas that stand outside of braces and are not escaped.
fn split<'t>(
    text: &'t str,
    span: Span,
    content: Content,
    list: &mut Vec<Value<'t>>,
    faults: &mut Faults<'_>,
) {
    let mut start = span.start;
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, byte) in text[span.clone()].bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                push_raw(text, start..span.start + at, content, list, faults);
                start = span.start + at + 1;
            }
            _ => {}
        }
    }
    push_raw(text, start..span.end, content, list, faults);
}

fn push_raw<'t>(
    text: &'t str,
    span: Span,
    content: Content,
    list: &mut Vec<Value<'t>>,
    faults: &mut Faults<'_>,
) {
    let span = trimmed(text, span);
    if span.is_empty() {
        return;
    }
    let raw = &text[span.clone()];
    if raw.contains('`') {
        faults.add(
            Code::AmbiguousMarkup,
            span,
            format!("{} has a backtick that nothing closes", quote(raw)),
            "a backtick too few",
            "close the code span in the same cell; inside of it, write a pipe as `\\|`",
        );
        return;
    }
    push(Value { text: unescaped(raw), span, excluded: false, literal: false }, content, list, faults);
}

fn unescaped(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = match character {
            '\\' => characters.next_if(|next| matches!(next, '|' | '*' | '_' | '\\')),
            _ => None,
        };
        text.push(escaped.unwrap_or(character));
    }
    Cow::Owned(text)
}

/// Takes a leading `!` off a pattern and refuses what is then no value.
fn push<'t>(mut value: Value<'t>, content: Content, list: &mut Vec<Value<'t>>, faults: &mut Faults<'_>) {
    let whole = value.span.clone();
    let mut marks = usize::from(value.excluded);
    if content == Content::Patterns && value.text.starts_with('!') {
        let rest =
            value.text.trim_start_matches(|character: char| character == '!' || character.is_whitespace());
        let taken = value.text.len() - rest.len();
        marks += value.text[..taken].matches('!').count();
        value.text = match value.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[taken..]),
            Cow::Owned(text) => Cow::Owned(text[taken..].to_owned()),
        };
        value.span.start += taken;
    }
    value.excluded = marks > 0;
    let (message, help) = if marks > 1 {
        ("has more than one `!`", "write one `!`; a file whose name begins with it is `\\!name`")
    } else if !value.text.is_empty() {
        list.push(value);
        return;
    } else if marks == 1 {
        ("takes nothing out", "write a pattern behind the `!`")
    } else {
        ("is an empty value", "write `-` for none, or leave the cell empty for not known")
    };
    faults.add(
        if marks > 0 { Code::PatternSyntax } else { Code::AmbiguousMarkup },
        whole.clone(),
        format!("{} {message}", quote(&faults.source_text()[whole])),
        "not a value",
        help,
    );
}

/// Says whether a value is one of the words for none.
pub(super) fn means_none(value: &str) -> bool {
    matches!(value, "-" | "—" | "–") || value.eq_ignore_ascii_case("n/a")
}

/// Takes the words for none out of the values, and says whether they were all.
fn take_none(list: &mut Vec<Value<'_>>, faults: &mut Faults<'_>) -> bool {
    let is_none = |value: &Value<'_>| !value.literal && !value.excluded && means_none(&value.text);
    let stated = list.iter().filter(|value| is_none(value)).count();
    if stated == 0 {
        return false;
    }
    if stated == list.len() {
        list.clear();
        return true;
    }
    for value in list.iter().filter(|value| is_none(value)) {
        faults.add(
            Code::AmbiguousMarkup,
            value.span.clone(),
            format!("{} means none, and stands beside other values", quote(&value.text)),
            "none, but there are others",
            "write it alone, or take it away; a value of that name stands in backticks",
        );
    }
    list.retain(|value| !is_none(value));
    false
}
