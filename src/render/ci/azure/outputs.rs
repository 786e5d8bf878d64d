//! The matrix of each stage, and what the step passes on besides.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::legs::{self, Leg};
use crate::fault::{Code, Fault};
use crate::plan::pack::Job;
use crate::plan::{Plan, Vendor};
use crate::render::ci::matrices::{self, Matrices};
pub use crate::render::ci::matrices::{JOBS, STAGES};
use crate::render::ci::{Options, json_line};

/// How many characters a variable can have: the agent passes each to the processes of its job as an environment
/// variable, and names this as the most that it supports.
pub const VARIABLE_LENGTH: usize = 32_766;

/// How many bytes the outputs can take together. Azure names no limit; this one is laneway's own.
pub const OUTPUT_BYTES: usize = 1 << 20;

/// The outputs of the step, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outputs {
    matrices: Vec<String>,
    values: Vec<(String, String)>,
}

/// Returns the matrix of each stage, one a line.
pub fn document(plan: &Plan, options: Options) -> Result<String, Fault> {
    let outputs = Outputs::new(plan, options)?;
    Ok(outputs.matrices.iter().map(|matrix| format!("{matrix}\n")).collect())
}

impl Outputs {
    /// Lays out the outputs of a plan: `matrix` and `any`, with `matrix_2`, `any_2` and so on of later stages, `count`,
    /// `gates`, `packed`, `evidence`, `broad`, `architecture_review` and `digest`.
    pub fn new(plan: &Plan, options: Options) -> Result<Self, Fault> {
        let Matrices { matrices, values } = matrices::matrices(plan, Vendor::Azure, options, matrix)?;
        let size: usize = values.iter().map(|(_, value)| value.len()).sum();
        if size > OUTPUT_BYTES {
            return Err(Fault::new(
                Code::Output,
                format!("the outputs take {size} bytes, and at most {OUTPUT_BYTES} are passed on"),
                "move long commands into scripts, or read `--format jsonl`, which has no limit",
            ));
        }
        Ok(Self { matrices, values })
    }

    /// Writes the matrix of each stage on a line.
    pub fn write_matrix(&self, out: &mut impl Write) -> io::Result<()> {
        self.matrices.iter().try_for_each(|matrix| writeln!(out, "{matrix}"))
    }

    /// Writes a logging command for each output, which the agent reads from standard output.
    pub fn write_commands(&self, out: &mut impl Write) -> io::Result<()> {
        for (name, value) in &self.values {
            writeln!(out, "##vso[task.setvariable variable={name};isOutput=true]{}", escaped(value))?;
        }
        Ok(())
    }
}

/// Returns the legs by name as JSON.
fn matrix(jobs: &[Job]) -> Result<String, Fault> {
    let mut matrix = BTreeMap::new();
    for (job, name) in jobs.iter().zip(legs::names(jobs)) {
        matrix.insert(name, Leg::new(job)?);
    }
    // A percent sign in the value of a logging command is read in different ways by agents of different age; as an
    // escape of JSON it cannot be misread.
    Ok(json_line(&matrix)?.replace('%', r"\u0025"))
}

/// Escapes the value of a logging command.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '%' => escaped.push_str("%AZP25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            ';' => escaped.push_str("%3B"),
            ']' => escaped.push_str("%5D"),
            plain => escaped.push(plain),
        }
    }
    escaped
}
