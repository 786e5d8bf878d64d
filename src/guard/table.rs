//! A table whose cells are separated by tabs, with a header.

use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::guard::cell::unescape;
use crate::source::{Source, Span};

/// A cell: what it holds, and where it stands.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) bytes: Vec<u8>,
    pub(super) span: Span,
}

/// A line that has a cell in every column.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) cells: Vec<Cell>,
    pub(super) span: Span,
}

/// Reads the lines of a table. A line that cannot be read is a fault and not in the result.
///
/// Blank lines hold nothing and are passed over; a line may end as Windows ends it. Under another header nothing is
/// read: which cell means what would be a guess.
pub(super) fn read(source: &Arc<Source>, header: &[&str], faults: &mut Vec<Fault>) -> Vec<Record> {
    let mut records = Vec::new();
    let mut start = 0;
    for (at, line) in source.text().split('\n').enumerate() {
        let from = start;
        start += line.len() + 1;
        let text = line.strip_suffix('\r').unwrap_or(line);
        let (text, from) = match text.strip_prefix('\u{feff}').filter(|_| at == 0) {
            Some(rest) => (rest, from + '\u{feff}'.len_utf8()),
            None => (text, from),
        };
        if at == 0 {
            if !text.split('\t').eq(header.iter().copied()) {
                faults.push(Fault::at(
                    Code::GuardHeader,
                    source,
                    from..from + text.len(),
                    format!("{} does not begin with its header", source.name()),
                    "not the header",
                    format!("write as the first line, with tabs between: {}", header.join(" ")),
                ));
                return records;
            }
        } else if !text.is_empty() {
            records.extend(record(source, header, text, from, faults));
        }
    }
    records
}

fn record(
    source: &Arc<Source>,
    header: &[&str],
    text: &str,
    from: usize,
    faults: &mut Vec<Fault>,
) -> Option<Record> {
    let span = from..from + text.len();
    let found = text.split('\t').count();
    if found != header.len() {
        let message = format!("the line has {found} of {} columns", header.len());
        let help = if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| text.starts_with(mark)) {
            "a merge was not finished here: keep the lines of both sides, and take the marks out".to_owned()
        } else {
            format!("give it, with one tab between: {}", header.join(" "))
        };
        faults.push(Fault::at(Code::GuardColumns, source, span, message, "this line", help));
        return None;
    }
    let mut cells = Vec::with_capacity(found);
    let mut start = from;
    for (cell, name) in text.split('\t').zip(header) {
        match unescape(cell) {
            Ok(bytes) => cells.push(Cell { bytes, span: start..start + cell.len() }),
            Err(at) => {
                let part = &cell[at.clone()];
                faults.push(Fault::at(
                    Code::GuardEscape,
                    source,
                    start + at.start..start + at.end,
                    format!("`{part}` in `{name}` means nothing"),
                    "not an escape",
                    "write `\\\\` for a backslash; `\\t`, `\\n`, `\\r`, `\\xff` and `\\u{202e}` are the others",
                ));
            }
        }
        start += cell.len() + 1;
    }
    (cells.len() == found).then_some(Record { cells, span })
}
