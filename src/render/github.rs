//! A route for GitHub Actions: the matrix of its jobs, and the outputs of the step that decides it.
//!
//! GitHub takes at most 256 jobs in a matrix and 1 MiB of outputs. More gates than that are packed; what is too
//! large all the same is a fault, never a matrix with something missing.

use std::io::{self, Write};

use serde::Serialize;

use super::digest::digest;
use super::pack::{self, Job};
use super::report::Report;
use crate::fault::{Code, Fault};

/// How many jobs a matrix can have.
pub const JOBS: usize = 256;

/// How large the outputs of a job can be together; GitHub counts them as UTF-16.
pub const OUTPUT_BYTES: usize = 1 << 20;

/// The outputs of the step, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outputs {
    matrix: String,
    values: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct Matrix<'a> {
    include: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    gates: Vec<&'a str>,
    run: &'a str,
    // A key that is absent reads as an empty string in an expression, so `${{ matrix.runner || 'ubuntu-latest' }}` works.
    #[serde(skip_serializing_if = "Option::is_none")]
    runner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_minutes: Option<u64>,
}

impl<'a> From<&'a Job> for Entry<'a> {
    fn from(job: &'a Job) -> Self {
        Self {
            id: &job.id,
            name: &job.name,
            gates: job.gates.iter().map(|gate| gate.as_str()).collect(),
            run: &job.run,
            runner: job.runner.as_deref(),
            timeout_minutes: job.timeout_minutes,
        }
    }
}

impl Outputs {
    /// Lays out the outputs of a report: `matrix`, `any`, `count`, `evidence`, `broad`, `architecture_review` and
    /// `digest`.
    pub fn new(report: &Report<'_>) -> Result<Self, Fault> {
        let route = report.route;
        let jobs = pack::jobs(route, JOBS)?;
        let matrix = json(&Matrix { include: jobs.iter().map(Entry::from).collect() })?;
        let without_command: Vec<&str> = route
            .gates
            .iter()
            .filter(|(_, gate)| gate.gate.run.is_none())
            .map(|(id, _)| id.as_str())
            .collect();
        let values = vec![
            ("matrix", matrix.clone()),
            ("any", (!jobs.is_empty()).to_string()),
            ("count", jobs.len().to_string()),
            ("evidence", json(&without_command)?),
            ("broad", (!route.broad.is_empty()).to_string()),
            ("architecture_review", (!route.review.architecture.is_empty()).to_string()),
            ("digest", digest(report).map_err(|error| unwritable(&error))?),
        ];
        let size: usize = values.iter().map(|(_, value)| value.encode_utf16().count() * 2).sum();
        if size > OUTPUT_BYTES {
            return Err(Fault::new(
                Code::Output,
                format!("the outputs take {size} bytes, and GitHub passes on at most {OUTPUT_BYTES}"),
                "move long commands into scripts, or read `--format json`, which has no limit",
            ));
        }
        Ok(Self { matrix, values })
    }

    /// Writes the matrix on one line.
    pub fn write_matrix(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.matrix)
    }

    /// Writes the outputs as the file that `GITHUB_OUTPUT` names takes them.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for (name, value) in &self.values {
            let delimiter = delimiter(value);
            writeln!(out, "{name}<<{delimiter}\n{value}\n{delimiter}")?;
        }
        Ok(())
    }
}

/// Returns a line that ends the value and does not occur in it: nobody can write outputs by naming a gate.
fn delimiter(value: &str) -> String {
    let mut delimiter = "laneway_end".to_owned();
    while value.contains(&delimiter) {
        delimiter.push('_');
    }
    delimiter
}

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &dyn std::error::Error) -> Fault {
    Fault::new(
        Code::Output,
        format!("the outputs cannot be written: {error}"),
        "report this: it cannot happen",
    )
}
