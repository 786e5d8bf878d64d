//! What the guard decided, for its readers.

pub mod baseline;
pub mod github;
pub mod json;
pub mod sarif;
pub mod text;

use jiff::civil::Date;

use crate::change::Provenance;
use crate::guard::{Judged, Judgement, Standing};

/// What the guard decided, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was decided.
    pub judgement: &'a Judgement,
    /// Which base the tables were taken from; nothing where they stand outside of the commits.
    pub base: Option<&'a Provenance>,
    /// How many faults the tables of the base have: a line that cannot be read does not count.
    pub base_faults: usize,
    /// The folder in which the tables stand.
    pub folder: &'a str,
    /// The day by which debt was judged.
    pub today: Date,
    /// The tools whose findings were judged, sorted.
    pub tools: &'a [String],
    /// How many results of those tools say that something is as it should be.
    pub passed: usize,
}

impl Report<'_> {
    /// Returns how many findings are new, of expired debt, of allowed debt, of the baseline, and suppressed.
    fn counts(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for judged in &self.judgement.issues {
            counts[match judged.standing {
                Standing::New => 0,
                Standing::Expired(_) => 1,
                Standing::Debt(_) => 2,
                Standing::Baseline => 3,
                Standing::Suppressed => 4,
            }] += 1;
        }
        counts
    }
}

/// Returns the place of a finding: path, line and column, as far as they are known.
fn place(judged: &Judged) -> String {
    let path =
        judged.issue.known.path.as_ref().map_or_else(|| "the workspace".to_owned(), ToString::to_string);
    match judged.issue.at {
        Some((line, column)) => format!("{path}:{line}:{column}"),
        None => path,
    }
}
