//! Lists of bytes: lines, and paths that end in NUL.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::files_from::list::{HELP, List, Listed, check};
use crate::source::{Source, Span};

/// Reads paths that end in NUL.
pub(super) fn parse_nul(name: &str, bytes: &[u8]) -> Result<Vec<Listed>, Vec<Fault>> {
    let mut list = List::default();
    let (body, ended) = match bytes.strip_suffix(b"\0") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    let lossy = OnceCell::new();
    let fault = |span: Span, wrong: &str| lossy.get_or_init(|| Lossy::new(name, bytes)).fault(span, wrong);
    let mut start = 0;
    for part in body.split(|byte| *byte == 0) {
        match check(part) {
            Ok(path) => list.plain(path),
            Err(wrong) => list.faults.push(fault(start..start + part.len(), wrong)),
        }
        start += part.len() + 1;
    }
    if !ended {
        let last = body.iter().rposition(|byte| *byte == 0).map_or(0, |at| at + 1);
        list.faults.push(fault(last..bytes.len(), "it does not end in NUL: the list was cut"));
    }
    list.finish()
}

/// Reads one path a line.
pub(super) fn parse_lines(name: &str, bytes: &[u8]) -> Result<Vec<Listed>, Vec<Fault>> {
    let mut list = List::default();
    // A list may be long, and only a fault needs it as text.
    let lossy = OnceCell::new();
    let fault = |span: Span, wrong: &str| lossy.get_or_init(|| Lossy::new(name, bytes)).fault(span, wrong);
    let mut start = 0;
    for line in bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        let unquoted = match text {
            [b'"', inner @ .., b'"'] => unquote(inner)
                .map(Cow::Owned)
                .ok_or("it is in quotes, and they hold no path as git quotes it"),
            plain => Ok(Cow::Borrowed(plain)),
        };
        match unquoted.and_then(|path| check(&path)) {
            Ok(path) => list.plain(path),
            Err(wrong) => list.faults.push(fault(start..start + text.len(), wrong)),
        }
        start += line.len() + 1;
    }
    list.finish()
}

/// Undoes git's quoting of a path, `core.quotePath` or not; `inner` is what stands between the quotes.
fn unquote(inner: &[u8]) -> Option<Vec<u8>> {
    let mut path = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'"' {
            return None;
        }
        if *byte != b'\\' {
            path.push(*byte);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        path.push(match escape {
            b'a' => 0x07,
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'r' => b'\r',
            b'"' | b'\\' => *escape,
            b'0'..=b'3' => {
                let (low, after) = rest.split_at_checked(2)?;
                rest = after;
                low.iter().try_fold(escape - b'0', |value, digit| {
                    matches!(digit, b'0'..=b'7').then(|| value * 8 + (digit - b'0'))
                })?
            }
            _ => return None,
        });
    }
    Some(path)
}

/// A list that need not be UTF-8, as a source that diagnostics can point into.
pub(super) struct Lossy {
    pub(super) source: Arc<Source>,
    /// For each chunk of sound UTF-8: where it begins in the bytes and in the source's text.
    chunks: Vec<(usize, usize)>,
}

impl Lossy {
    pub(super) fn new(name: &str, bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        let mut chunks = Vec::new();
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            chunks.push((at, text.len()));
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                chunks.push((at + chunk.valid().len(), text.len()));
                text.push(char::REPLACEMENT_CHARACTER);
            }
            at += chunk.valid().len() + chunk.invalid().len();
        }
        chunks.push((at, text.len()));
        Self { source: Source::new(name, text), chunks }
    }

    /// Returns the place in the text of a place in the bytes.
    pub(super) fn place(&self, at: usize) -> usize {
        let next = self.chunks.partition_point(|(bytes, _)| *bytes <= at);
        let Some((bytes, text)) = next.checked_sub(1).and_then(|index| self.chunks.get(index)) else {
            return 0;
        };
        let end = self.chunks.get(next).map_or(self.source.text().len(), |(_, text)| *text);
        let mut place = (text + (at - bytes)).min(end);
        while !self.source.text().is_char_boundary(place) {
            place -= 1;
        }
        place
    }

    fn fault(&self, bytes: Span, wrong: &str) -> Fault {
        let span = self.place(bytes.start)..self.place(bytes.end);
        let value = self.source.text()[span.clone()].to_owned();
        Fault::at(
            Code::FileList,
            &self.source,
            span,
            format!("`{value}` is not a path: {wrong}"),
            "this path",
            HELP,
        )
    }
}
