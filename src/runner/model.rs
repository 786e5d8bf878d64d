//! What is run, and what came of it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::Ending;
use crate::id::GateId;

/// A command to run. Gates with one command share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The gates that it decides; never empty.
    pub gates: BTreeSet<GateId>,
    /// The command, for the shell.
    pub run: String,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// The gates that must have passed before. Those that no job decides are nothing that it could wait for.
    pub needs: BTreeSet<GateId>,
}

/// How much at once, how often, and where.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How many jobs run at once; at least one.
    pub parallel: usize,
    /// How often a job that failed is tried again.
    pub retries: u32,
    /// Whether the others go on when one has failed.
    pub keep_going: bool,
    /// How long a job that is asked to end may take until it is killed.
    pub grace: Duration,
    /// How many bytes of a job's output are kept; of more, the beginning and the end.
    pub log_bytes: usize,
    /// The folder in which commands run.
    pub directory: PathBuf,
    /// Variables that commands see beside the process's own.
    pub variables: Vec<(String, String)>,
    /// Variables of the process that commands do not see.
    pub hidden: Vec<String>,
}

impl Limits {
    /// Returns the usual limits for commands in `directory`: one at a time, no second try.
    pub const fn new(directory: PathBuf) -> Self {
        Self {
            parallel: 1,
            retries: 0,
            keep_going: false,
            grace: Duration::from_secs(5),
            log_bytes: 64 << 20,
            directory,
            variables: Vec::new(),
            hidden: Vec::new(),
        }
    }
}

/// One try of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Which job, by its place in the list.
    pub job: usize,
    /// Which try, counted from 1.
    pub attempt: u32,
    /// How it ended, or why it never began.
    pub ending: Ending,
    /// What else there is to say: that something was left running, that output was cut.
    pub notes: Vec<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; never before it began.
    pub finished: Timestamp,
}

/// What happens while jobs run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A try begins.
    Started {
        /// The job.
        job: usize,
        /// Which try.
        attempt: u32,
    },
    /// A job wrote something.
    Wrote {
        /// The job.
        job: usize,
        /// What, both streams as they came.
        bytes: &'a [u8],
    },
    /// A try ended, or will never begin.
    Ended {
        /// How.
        ran: &'a Ran,
        /// What it wrote. It is handed over, so that it is kept in memory no longer than somebody wants it.
        log: Vec<u8>,
    },
    /// The run is asked to stop: nothing new starts, and what runs is stopped.
    Stopping {
        /// By what.
        by: &'static str,
    },
}
