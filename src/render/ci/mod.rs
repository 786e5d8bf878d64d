//! A route for the CI that runs it: one file a vendor, all from the same [`Plan`](crate::plan::Plan).
//!
//! Whatever a CI cannot take is a fault, never a document with something missing.

use serde::Serialize;

use crate::fault::{Code, Fault};

pub mod github;
pub mod gitlab;
pub mod buildkite;
pub mod circleci;
pub mod azure;
pub mod jenkins;
pub mod jsonl;
mod matrices;
mod name;
mod verdict;

/// What the reader of a document may say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options<'a> {
    /// How many jobs there may be; without it, what the CI takes.
    pub max_jobs: Option<usize>,
    /// How many matrices, one after another, the workflow has; without it, one. Only where jobs of a matrix cannot need
    /// one another.
    pub stages: Option<usize>,
    /// Ends the jobs with one that records that all others passed, and gives the verdict; it holds the
    /// arguments by which the route was decided. Only for CIs whose documents name every job.
    pub verify: Option<&'a [String]>,
}

/// Returns a value as JSON on one line, whatever its reader takes for the end of a line: what is no visible character is
/// escaped, also where JSON does not ask for it.
fn json_line(value: &impl Serialize) -> Result<String, Fault> {
    let text = serde_json::to_string(value).map_err(|error| {
        let message = format!("the document cannot be written: {error}");
        Fault::new(Code::Output, message, "report this: it cannot happen")
    })?;
    if !text.chars().any(is_hidden) {
        return Ok(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        // All of them are below U+10000, and outside of strings JSON has none.
        match character {
            hidden if is_hidden(hidden) => escaped += &format!("\\u{:04x}", u32::from(hidden)),
            plain => escaped.push(plain),
        }
    }
    Ok(escaped)
}

const fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
