//! Pairs of commits that a file lists.

use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::source::{Source, Span};

/// A pair as it was written, and where.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The base.
    pub base: String,
    /// The head.
    pub head: String,
    /// The file.
    pub source: Arc<Source>,
    /// The base's place.
    pub base_span: Span,
    /// The head's place.
    pub head_span: Span,
}

/// What a file with pairs looks like, for whoever wrote it differently.
const SHAPE: &str = "write `base head` on each line, or a table whose first line names the columns `base` and `head`, \
                     with tabs between";

/// Reads pairs: `base head` a line, or a table with tabs whose first line names the columns.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Vec<Pair>, Vec<Fault>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(vec![Fault::new(Code::PairsFile, format!("the pairs `{name}` are not UTF-8"), SHAPE)]);
    };
    let source = Source::new(name, text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut columns = None;
    let mut is_first = true;
    let (mut pairs, mut faults) = (Vec::new(), Vec::new());
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let (here, text) = (start, line.trim_end_matches(['\n', '\r']));
        start += line.len();
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        if std::mem::take(&mut is_first) {
            let names: Vec<&str> = text.split('\t').map(str::trim).collect();
            let place = |name| names.iter().position(|own| *own == name);
            if let (Some(base), Some(head)) = (place("base"), place("head")) {
                columns = Some((base, head));
                continue;
            }
        }
        let cells = match columns {
            Some(_) => cells(text, |character| character == '\t'),
            None => {
                cells(text, char::is_whitespace).into_iter().filter(|(_, cell)| !cell.is_empty()).collect()
            }
        };
        let (base, head) = columns.unwrap_or((0, 1));
        let is_plain = columns.is_some() || cells.len() == 2;
        match (cells.get(base), cells.get(head)) {
            (Some((base_at, base)), Some((head_at, head)))
                if is_plain && !base.trim().is_empty() && !head.trim().is_empty() =>
            {
                let span = |at: &usize, cell: &str| {
                    let from = here + at + (cell.len() - cell.trim_start().len());
                    from..from + cell.trim().len()
                };
                pairs.push(Pair {
                    base: base.trim().to_owned(),
                    head: head.trim().to_owned(),
                    source: Arc::clone(&source),
                    base_span: span(base_at, base),
                    head_span: span(head_at, head),
                });
            }
            _ => {
                let line = source.line(here);
                let message = format!("line {line} of the pairs has no base and head");
                let span = here..here + text.len();
                faults.push(Fault::at(Code::PairsFile, &source, span, message, "this line", SHAPE));
            }
        }
    }
    if faults.is_empty() { Ok(pairs) } else { Err(faults) }
}

/// Returns the cells of a line with the byte at which each begins.
fn cells(line: &str, is_between: impl Fn(char) -> bool) -> Vec<(usize, &str)> {
    let mut at = 0;
    line.split(is_between)
        .map(|cell| {
            let here = at;
            // What stands between is one character; a wide one is longer than a byte.
            at += cell.len() + line[at + cell.len()..].chars().next().map_or(0, char::len_utf8);
            (here, cell)
        })
        .collect()
}
