//! A route for GitHub Actions: a matrix of its jobs for each stage, and the outputs of the step that decides it.
//!
//! GitHub takes at most 256 jobs in a matrix and 1 MiB of outputs. More gates than that are packed; what is too
//! large all the same is a fault, never a matrix with something missing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

pub use super::matrices::{JOBS, STAGES};
use super::matrices::{Matrices, ids};
use super::{Options, json_line};
use crate::fault::{Code, Fault};
use crate::plan::pack::Job;
use crate::plan::{Machine, Plan, Vendor};
use crate::render::escape;

/// How large the outputs of a job can be together; GitHub counts them as UTF-16.
pub const OUTPUT_BYTES: usize = 1 << 20;

/// How many characters of a job's name GitHub keeps.
const NAME_LENGTH: usize = 100;

/// How large a command can be. It reaches its shell in a variable, and Linux takes no variable of 128 KiB.
const RUN_BYTES: usize = 130_000;

/// Where a gate runs that wants no machine.
const RUNS_ON: &str = "ubuntu-latest";

/// The outputs of the step, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outputs {
    matrices: Vec<String>,
    values: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Matrix<'a> {
    include: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    name: String,
    gates: Vec<&'a str>,
    run: &'a str,
    runs_on: RunsOn<'a>,
    // A key that is absent reads as an empty string in an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    runner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_minutes: Option<u64>,
}

/// What `runs-on` takes.
#[derive(Serialize)]
#[serde(untagged)]
enum RunsOn<'a> {
    Label(&'a str),
    Labels(&'a [String]),
    Group {
        #[serde(skip_serializing_if = "Option::is_none")]
        group: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<&'a [String]>,
    },
}

impl Outputs {
    /// Lays out the outputs of a plan: `matrix` and `any`, with `matrix_2`, `any_2` and so on of later stages, `count`, `gates`,
    /// `packed`, `evidence`, `broad`, `architecture_review` and `digest`.
    pub fn new(plan: &Plan, options: Options) -> Result<Self, Fault> {
        let matrix = |jobs: &[Job]| {
            let include = jobs.iter().map(entry).collect::<Result<_, Fault>>()?;
            json_line(&Matrix { include })
        };
        let Matrices { matrices, values } = super::matrices::matrices(plan, Vendor::Github, options, matrix)?;
        let size: usize = values.iter().map(|(_, value)| value.encode_utf16().count() * 2).sum();
        if size > OUTPUT_BYTES {
            return Err(Fault::new(
                Code::Output,
                format!("the outputs take {size} bytes, and GitHub passes on at most {OUTPUT_BYTES}"),
                "move long commands into scripts, or read `--format jsonl`, which has no limit",
            ));
        }
        Ok(Self { matrices, values })
    }

    /// Writes the matrix of each stage on a line.
    pub fn write_matrix(&self, out: &mut impl Write) -> io::Result<()> {
        self.matrices.iter().try_for_each(|matrix| writeln!(out, "{matrix}"))
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

fn entry(job: &Job) -> Result<Entry<'_>, Fault> {
    if job.run.len() > RUN_BYTES {
        return Err(Fault::new(
            Code::Output,
            format!(
                "the command of job `{}` has {} bytes, and a shell takes {RUN_BYTES}",
                job.id,
                job.run.len()
            ),
            "move long commands into scripts, or let there be more jobs",
        ));
    }
    Ok(Entry {
        id: &job.id,
        name: name(&job.name),
        gates: ids(job),
        run: &job.run,
        runs_on: runs_on(job)?,
        runner: job.runner.as_deref(),
        timeout_minutes: job.timeout_minutes,
    })
}

/// Returns a name that GitHub shows whole.
fn name(name: &str) -> String {
    let safe: Cow<'_, str> = escape::terminal(name);
    match safe.char_indices().nth(NAME_LENGTH) {
        None => safe.into_owned(),
        Some(_) => safe.chars().take(NAME_LENGTH - 1).chain(['…']).collect(),
    }
}

fn runs_on(job: &Job) -> Result<RunsOn<'_>, Fault> {
    let keys = match &job.machine {
        None => return Ok(RunsOn::Label(job.runner.as_deref().unwrap_or(RUNS_ON))),
        Some(Machine::Label(label)) => return Ok(RunsOn::Label(label)),
        Some(Machine::Labels(labels)) => return Ok(RunsOn::Labels(labels)),
        Some(Machine::Keys(keys)) => keys,
    };
    let group = keys.get("group").map(Vec::as_slice);
    let labels = keys.get("labels").map(Vec::as_slice);
    let known = usize::from(group.is_some()) + usize::from(labels.is_some());
    match group {
        None if known == keys.len() => Ok(RunsOn::Group { group: None, labels }),
        Some([group]) if known == keys.len() => Ok(RunsOn::Group { group: Some(group), labels }),
        _ => Err(Fault::new(
            Code::PlanRunner,
            format!("job `{}` cannot run on `{}`: that is no machine of GitHub", job.id, in_words(keys)),
            "write a label, a list of labels, or `{group: NAME, labels: [LABEL]}`",
        )),
    }
}

fn in_words(keys: &BTreeMap<String, Vec<String>>) -> String {
    keys.iter().map(|(key, values)| format!("{key}: {}", values.join(" "))).collect::<Vec<_>>().join(", ")
}

/// Returns a line that ends the value and does not occur in it: nobody can write outputs by naming a gate.
fn delimiter(value: &str) -> String {
    let mut delimiter = "laneway_end".to_owned();
    while value.contains(&delimiter) {
        delimiter.push('_');
    }
    delimiter
}
