//! What changed, what widens a route, and where the answer goes.

use std::ffi::OsString;

use clap::{Args as Group, ValueEnum};

/// What changed, what widens the route, and where the answer goes.
#[derive(Clone, Debug, Group)]
pub(crate) struct ChangeArgs {
    /// Compare with this revision instead of the CI's or the default branch
    #[arg(long, value_name = "REV", help_heading = "Change")]
    pub(crate) base: Option<String>,
    /// Ask about this revision instead of the CI's, or of the working tree
    #[arg(long, value_name = "REV", help_heading = "Change")]
    pub(crate) head: Option<String>,
    /// Compare the two as they are, not against their merge base
    #[arg(long, help_heading = "Change")]
    pub(crate) exact: bool,
    /// Ask about the index, against `HEAD`
    #[arg(long, help_heading = "Change", conflicts_with_all = ["base", "head", "exact"])]
    pub(crate) staged: bool,
    /// Ask about these paths, relative to the root of the repository; no base is needed
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = "Change",
          conflicts_with_all = ["base", "head", "exact", "staged", "files_from"])]
    pub(crate) files: Option<Vec<OsString>>,
    /// Ask about the paths that a file lists; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Change",
          conflicts_with_all = ["base", "head", "exact", "staged"])]
    pub(crate) files_from: Option<OsString>,
    /// How that file is written [default: as its first bytes say]
    #[arg(long, value_name = "FORMAT", help_heading = "Change", requires = "files_from")]
    pub(crate) files_format: Option<ListFormat>,
    /// What to do where no base is to be had: route everything, or fail
    #[arg(long, value_name = "WHAT", default_value = "broad", help_heading = "Change")]
    pub(crate) on_missing_base: OnMissingBase,
    /// Route every gate, for this reason; the variable `LANEWAY_ALL` does the same for every run
    #[arg(long, value_name = "REASON", help_heading = "Widening")]
    pub(crate) all: Option<String>,
    /// Route this gate as well, by its id or title; can be repeated
    #[arg(long, value_name = "GATE", help_heading = "Widening")]
    pub(crate) add: Vec<String>,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// How a list of files is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// One path a line
    Lines,
    /// Each path ends in NUL
    Nul,
    /// A JSON document
    Json,
}

/// What to do where no base is to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnMissingBase {
    /// Route everything, with the cause
    Broad,
    /// Print the cause and exit with 2
    Fail,
}
