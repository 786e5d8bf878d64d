//! The arguments of `laneway check`.

use std::ffi::OsString;

use clap::{Args as Group, ValueEnum};

#[derive(Debug, Group)]
pub(crate) struct CheckArgs {
    /// Check this revision instead of the working tree
    #[arg(long, value_name = "REV")]
    pub(crate) head: Option<String>,
    /// Report only what was brought since the merge base with this revision
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Report only findings of this code, `dead_row`; can be repeated
    #[arg(long, value_name = "CODE")]
    pub(crate) only: Vec<String>,
    /// From which severity on a finding fails the check
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(crate) fail_on: FailOn,
    /// How the findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: CheckFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// From which severity on a finding fails the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Any finding
    Note,
    /// A warning or an error
    Warning,
    /// An error
    Error,
    /// No finding
    Never,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/check.v1.json`
    Json,
    /// One SARIF 2.1.0 log, for code scanning
    Sarif,
    /// Annotations of a pull request on GitHub
    Github,
}
