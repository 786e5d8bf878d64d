//! Takes a cell apart into its values.
//!
//! A code span is one value, whatever it holds. Everything else is read from its raw bytes, because what Markdown
//! shows of `*.ts and **/*.rs` has lost two asterisks. Text that touches a code span without a comma between them would
//! be lost or change what is meant, so it is a fault.

use std::borrow::Cow;

use super::faults::{Faults, quote};
use super::quorums::are_words;
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

impl Value<'_> {
    /// Says whether the value stood in backticks.
    pub(super) const fn is_literal(&self) -> bool {
        self.literal
    }
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
    /// Names of people and teams: `2 of` may stand before one in backticks.
    Reviewers,
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
    let lost = |mark: &&Mark| mark.kind != MarkKind::Code && is_lost(mark, content);
    report_lost(text, marks.iter().filter(lost), faults);
    let mut at = cell.span.start;
    let mut after_code = false;
    for mark in marks.iter().filter(|mark| matches!(mark.kind, MarkKind::Code | MarkKind::Break)) {
        let mut beside = at..mark.span.start;
        at = mark.span.end;
        let is_code = mark.kind == MarkKind::Code;
        let mut excluded = false;
        if is_code && content == Content::Patterns {
            let before = text[beside.clone()].trim_end();
            if before.ends_with('!') {
                excluded = true;
                beside.end = beside.start + before.len() - 1;
            }
        }
        read_beside(text, beside, (after_code, is_code), content, list, faults);
        after_code = is_code;
        if is_code {
            let span = without_backticks(text, mark.span.clone());
            let raw = &text[span.clone()];
            let shown = if raw.contains("\\|") { raw.replace("\\|", "|").into() } else { Cow::Borrowed(raw) };
            push(Value { text: shown, span, excluded, literal: true }, content, list, faults);
        }
    }
    read_beside(text, at..cell.span.end, (after_code, false), content, list, faults);
}

/// Reads the values between two code spans, or between one and an end of the cell or a `<br>`. What touches a code
/// span, on the left or on the right, is a fault, but for the words of a quorum on the left of a reviewer.
fn read_beside<'t>(
    text: &'t str,
    mut span: Span,
    (code_left, code_right): (bool, bool),
    content: Content,
    list: &mut Vec<Value<'t>>,
    faults: &mut Faults<'_>,
) {
    let commas = commas(text, span.clone());
    if code_left {
        let end = commas.first().copied().unwrap_or(span.end);
        refuse_beside(text, span.start..end, faults);
        span.start = (end + 1).min(span.end);
    }
    if code_right && !(code_left && commas.is_empty()) {
        let start = commas.last().map_or(span.start, |comma| comma + 1).max(span.start);
        let touching = trimmed(text, start..span.end);
        if content == Content::Reviewers && are_words(&text[touching.clone()]) {
            split(text, span.start..start, content, list, faults);
            push_raw(text, touching, content, list, faults);
            return;
        }
        refuse_beside(text, start..span.end, faults);
        span.end = start;
    }
    split(text, span, content, list, faults);
}

/// Reports text that touches a code span.
fn refuse_beside(text: &str, span: Span, faults: &mut Faults<'_>) {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    let lost = inner.trim();
    if !lost.is_empty() {
        faults.add(
            Code::AmbiguousMarkup,
            start..start + lost.len(),
            format!("{} touches a value in backticks", quote(lost)),
            "neither in backticks nor set off by a comma",
            "separate values with commas, and put comments into a column of their own",
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
    let before = faults.count();
    report_lost(text, marks.iter().filter(|mark| is_lost(mark, content)), faults);
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

/// Says whether markup changes what a reader sees of the value around it.
fn is_lost(mark: &Mark, content: Content) -> bool {
    match mark.kind {
        MarkKind::Break => false,
        MarkKind::Html | MarkKind::Entity => content != Content::Names,
        MarkKind::Code | MarkKind::Link => true,
    }
}

fn report_lost<'m>(text: &str, marks: impl Iterator<Item = &'m Mark>, faults: &mut Faults<'_>) {
    for mark in marks {
        faults.add(
            Code::AmbiguousMarkup,
            mark.span.clone(),
            format!("{} is markup, so the value is not what is shown", quote(&text[mark.span.clone()])),
            "markup inside a value",
            "put the value into backticks",
        );
    }
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
    for comma in commas(text, span.clone()) {
        push_raw(text, start..comma, content, list, faults);
        start = comma + 1;
    }
    push_raw(text, start..span.end, content, list, faults);
}

/// Returns the commas of a span that stand outside of braces and are not escaped.
fn commas(text: &str, span: Span) -> Vec<usize> {
    let mut commas = Vec::new();
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, byte) in text[span.clone()].bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => commas.push(span.start + at),
            _ => {}
        }
    }
    commas
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
