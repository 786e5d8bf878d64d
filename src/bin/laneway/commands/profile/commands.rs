//! Commands whose output is read, and shown to nobody: it may hold secrets.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::runner::{self, Ending, Event, Job, Limits, Signals};

use super::super::proof;
use crate::environment::Environment;

/// How much a command may print.
const MOST: usize = 4 << 20;

/// How long a command that is over time may take to end.
const GRACE: Duration = Duration::from_secs(1);

/// A command to run.
#[derive(Debug)]
pub(super) struct Command<'a> {
    /// The gate that it is for.
    pub(super) gate: &'a str,
    /// What is run.
    pub(super) run: &'a str,
    /// How long it may take.
    pub(super) timeout: Duration,
}

/// What a command came to.
#[derive(Debug)]
pub(super) struct Printed {
    /// How it ended.
    pub(super) ending: Ending,
    /// What it printed to its standard output, all of it.
    pub(super) bytes: Vec<u8>,
    /// Says whether it printed more than is read.
    pub(super) is_cut: bool,
    /// How long it took.
    pub(super) took: Duration,
}

/// Runs commands in the root of the working tree, several at once. Their standard error goes nowhere.
pub(super) fn run(
    commands: &[Command<'_>],
    root: &Path,
    width: usize,
    environment: &Environment,
) -> Result<Vec<Printed>, Vec<Fault>> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    let jobs: Vec<Job> = commands
        .iter()
        .map(|own| Job {
            gates: [GateId::new(own.gate)].into(),
            // The runner reads both streams as one, and what a command complains of is no document.
            run: format!("exec 2>/dev/null\n{}", own.run),
            timeout: Some(own.timeout),
            needs: [].into(),
        })
        .collect();
    let limits = Limits {
        parallel: width,
        keep_going: true,
        grace: GRACE,
        log_bytes: MOST,
        hidden: vec![proof::KEY_VARIABLE.to_owned()],
        ..Limits::new(root.to_path_buf())
    };
    let mut signals = Signals::listen().map_err(|error| {
        let help = "see how many files and processes this user may have at once (`ulimit -a`)";
        vec![Fault::new(Code::Usage, format!("signals cannot be listened for: {error}"), help)]
    })?;
    if environment.variables.contains_key(proof::KEY_VARIABLE) {
        runner::hide_environment();
    }
    let mut read: Vec<usize> = vec![0; jobs.len()];
    let mut logs: Vec<Vec<u8>> = vec![Vec::new(); jobs.len()];
    let ran = runner::run(&jobs, &limits, &mut signals, &mut |event| match event {
        Event::Wrote { job, bytes } => read[job] += bytes.len(),
        Event::Ended { ran, log } => logs[ran.job] = log,
        Event::Started { .. } | Event::Stopping { .. } => {}
    });
    let printed = ran.into_iter().map(|ran| Printed {
        is_cut: read[ran.job] > MOST,
        bytes: std::mem::take(&mut logs[ran.job]),
        took: Duration::try_from(ran.finished.duration_since(ran.started).max(SignedDuration::ZERO))
            .unwrap_or_default(),
        ending: ran.ending,
    });
    Ok(printed.collect())
}
