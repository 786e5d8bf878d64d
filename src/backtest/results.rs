//! Recorded gate results: one JSON object a line.

use std::sync::Arc;

use serde::Deserialize;

use crate::fault::{Code, Fault};
use crate::id::nearest;
use crate::json::{Text, error_message, error_span};
use crate::source::Source;

/// What came of a gate that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recorded {
    /// It passed.
    Passed,
    /// It failed, ran out of time, or could not be run.
    Failed,
    /// It says nothing: skipped, cancelled.
    Neither,
}

/// One line of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The commit that the gate ran on, in hexadecimal, in full or shortened.
    pub commit: String,
    /// The gate, by its id or title.
    pub gate: String,
    /// What came of it.
    pub result: Recorded,
    /// How long it took, in milliseconds, where that is known.
    pub milliseconds: Option<u64>,
    /// The line, counted from 1.
    pub line: u32,
}

/// The words for a result.
const WORDS: &[(&str, Recorded)] = &[
    ("pass", Recorded::Passed),
    ("passed", Recorded::Passed),
    ("success", Recorded::Passed),
    ("succeeded", Recorded::Passed),
    ("fail", Recorded::Failed),
    ("failed", Recorded::Failed),
    ("failure", Recorded::Failed),
    ("error", Recorded::Failed),
    ("timeout", Recorded::Failed),
    ("timed_out", Recorded::Failed),
    ("startup_failure", Recorded::Failed),
    ("skip", Recorded::Neither),
    ("skipped", Recorded::Neither),
    ("cancel", Recorded::Neither),
    ("cancelled", Recorded::Neither),
    ("canceled", Recorded::Neither),
    ("neutral", Recorded::Neither),
    ("action_required", Recorded::Neither),
    ("stale", Recorded::Neither),
];

/// The shortest commit id that is taken for one.
const LEAST_ID: usize = 7;

/// How many characters of a value a message shows.
const MOST_SHOWN: usize = 80;

/// What a line looks like, for whoever wrote it differently.
const SHAPE: &str = "write one object a line: {\"commit\": \"<sha>\", \"gate\": \"<id>\", \"result\": \"pass\"}, and \
                     \"seconds\": 12.5 where it is known";

/// A line as it was written. What else it has is not read.
#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    commit: Text<'a>,
    #[serde(borrow)]
    gate: Text<'a>,
    #[serde(borrow)]
    result: Text<'a>,
    seconds: Option<f64>,
}

/// Reads the results, or reports every line that cannot be read.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Vec<Record>, Vec<Fault>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("the results `{name}` are not UTF-8 at byte {}", error.valid_up_to());
            return Err(vec![Fault::new(Code::ResultsFile, message, SHAPE)]);
        }
    };
    let source = Source::new(name, text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut records = Vec::new();
    let mut faults = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(source.text().split_inclusive('\n')) {
        if !line.trim().is_empty() {
            match record(&source, start, number, line) {
                Ok(record) => records.push(record),
                Err(fault) => faults.push(*fault),
            }
        }
        start += line.len();
    }
    if faults.is_empty() { Ok(records) } else { Err(faults) }
}

fn record(source: &Arc<Source>, start: usize, number: u32, line: &str) -> Result<Record, Box<Fault>> {
    let fault = |span: std::ops::Range<usize>, message: String, help: String| {
        Box::new(Fault::at(Code::ResultsFile, source, span, message, "here", help))
    };
    let raw: Raw<'_> = serde_json::from_str(line).map_err(|error| {
        // The line is a document of its own, so its places are counted from its beginning.
        let alone = Source::new(source.name(), line);
        let span = error_span(&alone, &error);
        let message = format!("line {number} is not a gate result: {}", error_message(&error));
        fault(start + span.start..start + span.end, message, SHAPE.to_owned())
    })?;
    let commit = raw.commit.as_str().to_ascii_lowercase();
    let is_id =
        (LEAST_ID..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        let message = format!("`{}` is no commit id", begin(raw.commit.as_str()));
        let help = format!("write the id in hexadecimal, at least {LEAST_ID} digits of it");
        return Err(fault(raw.commit.span(source), message, help));
    }
    if raw.gate.as_str().trim().is_empty() {
        let message = format!("the gate of line {number} is empty");
        return Err(fault(raw.gate.span(source), message, SHAPE.to_owned()));
    }
    let word = raw.result.as_str().trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let Some((_, result)) = WORDS.iter().find(|(known, _)| *known == word) else {
        let message = format!("`{}` is no result that is known", begin(raw.result.as_str()));
        let help = match nearest(&word, WORDS.iter().map(|(known, _)| *known)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "write pass, fail, skipped or cancelled".to_owned(),
        };
        return Err(fault(raw.result.span(source), message, help));
    };
    let milliseconds = match raw.seconds {
        None => None,
        // Up to a century: more is a mistake in the unit.
        Some(seconds) if (0.0..=3.2e9).contains(&seconds) => Some((seconds * 1000.0).round() as u64),
        Some(seconds) => {
            let message = format!("{seconds} are no seconds that a gate can take");
            return Err(fault(start..start + line.trim_end().len(), message, SHAPE.to_owned()));
        }
    };
    Ok(Record { commit, gate: raw.gate.as_str().to_owned(), result: *result, milliseconds, line: number })
}

/// Returns the beginning of a value, as much as a message can show.
fn begin(value: &str) -> String {
    let mut shown: String = value.chars().take(MOST_SHOWN).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    shown
}
