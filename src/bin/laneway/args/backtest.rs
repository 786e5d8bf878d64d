//! The arguments of `laneway backtest`.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::{Args as Group, ValueEnum};

#[derive(Debug, Group)]
pub(crate) struct BacktestArgs {
    /// Replay this many of the newest changes, each commit against its first parent
    #[arg(long, value_name = "N", default_value = "500", help_heading = "Changes")]
    pub(crate) last: NonZeroUsize,
    /// Replay the history of this revision, by its policy [default: `HEAD`, by the policy of the working tree]
    #[arg(long, value_name = "REV", help_heading = "Changes")]
    pub(crate) head: Option<String>,
    /// Replay the pairs that this file lists: `base head` a line, or a table with columns of these names
    #[arg(long, value_name = "FILE", help_heading = "Changes", conflicts_with = "last")]
    pub(crate) pairs: Option<OsString>,
    /// Route each change by the policies of its own commits instead of by today's
    #[arg(long, help_heading = "Policy", conflicts_with = "policy")]
    pub(crate) own: bool,
    /// Say what another policy would have done differently: that of a revision, or of a folder
    #[arg(long, value_name = "REV|DIR", help_heading = "Policy")]
    pub(crate) against: Option<OsString>,
    /// Count the failures that the route would have missed: recorded gate results, one JSON object a line
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) results: Option<OsString>,
    /// Keep finished changes in this file, and do not ask about them again
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    pub(crate) state: Option<OsString>,
    /// Work in this many threads [default: one for each core]
    #[arg(long, value_name = "N", help_heading = "Running")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// How the report is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: BacktestFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// How a backtest is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BacktestFormat {
    /// For people at a terminal
    Text,
    /// One document for programs: schemas/backtest.v1.json
    Json,
    /// One page with plots, which opens from the disk
    Html,
}
