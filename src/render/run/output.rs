//! The output of gates, made fit for where it is shown.

use std::borrow::Cow;
use std::time::Duration;

use crate::render::escape::terminal;

/// How long a line may become before a piece of it is shown.
const LONGEST_LINE: usize = 16 << 10;

/// Returns output as a terminal may be given it: colours, tabs and line breaks stay, whatever else would drive the terminal
/// is written as an escape. A carriage return ends a line, so that no bar of progress writes over what others wrote.
pub fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let mut rest = line;
        while let Some(start) = rest.find(['\x1b', '\t']) {
            out.push_str(&terminal(&rest[..start]));
            let keep = colour(&rest[start..]).unwrap_or(0);
            match (keep, rest.as_bytes()[start]) {
                (0, b'\t') => out.push('\t'),
                (0, _) => out.push_str("\\x1b"),
                (some, _) => out.push_str(&rest[start..start + some]),
            }
            rest = &rest[start + keep.max(1)..];
        }
        out.push_str(&terminal(rest));
    }
    out
}

/// Returns how long the sequence is that a text begins with, where it only chooses a colour or a style.
fn colour(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\x1b[")?;
    let end = inside.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':'))?;
    (inside.as_bytes()[end] == b'm').then_some(end + 3)
}

/// Output that comes in pieces, cut into lines.
#[derive(Debug, Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// Takes a piece and returns each line that it completes, without its end.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for byte in bytes {
            if *byte == b'\n' {
                lines.push(std::mem::take(&mut self.0));
            } else {
                self.0.push(*byte);
                if self.0.len() >= LONGEST_LINE {
                    lines.push(std::mem::take(&mut self.0));
                }
            }
        }
        lines
    }

    /// Returns the line that nothing completed.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        (!self.0.is_empty()).then(|| std::mem::take(&mut self.0))
    }
}

/// Says how long something took, short enough for a column.
pub fn seconds(took: Duration) -> Cow<'static, str> {
    match took.as_secs() {
        0 => format!("{:.2}s", took.as_secs_f64()).into(),
        1..60 => format!("{:.1}s", took.as_secs_f64()).into(),
        all @ 60..3600 => format!("{}m {:02}s", all / 60, all % 60).into(),
        all => format!("{}h {:02}m", all / 3600, all % 3600 / 60).into(),
    }
}
