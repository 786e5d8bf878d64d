//! The arguments of `laneway guard`.

use std::ffi::OsString;

use clap::{Args as Group, Subcommand, ValueEnum};

#[derive(Debug, Group)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct GuardArgs {
    #[command(subcommand)]
    pub(crate) command: Option<GuardCommand>,
    #[command(flatten)]
    pub(crate) found: FoundArgs,
    /// What stops a change
    #[arg(long, value_name = "MODE", default_value = "blocking_new")]
    pub(crate) mode: GuardMode,
    /// Judge debt by this day, YYYY-MM-DD, instead of by today
    #[arg(long, value_name = "DAY")]
    pub(crate) today: Option<String>,
    /// How the findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: GuardFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardCommand {
    /// The baseline as it should be: what it lacks, and what it holds for nothing
    Baseline(BaselineArgs),
}

/// What was found.
#[derive(Debug, Group)]
pub(crate) struct FoundArgs {
    /// Judge the findings of another tool, in SARIF 2.1.0; `-` is standard input; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Vec<OsString>,
    /// Leave out what `laneway check` finds
    #[arg(long)]
    pub(crate) no_check: bool,
    /// Compare with this revision instead of the CI's or the default branch
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct BaselineArgs {
    #[command(flatten)]
    pub(crate) found: FoundArgs,
    /// Write the baseline; without it the difference is printed
    #[arg(long)]
    pub(crate) write: bool,
    /// Take in findings that the baseline does not have yet
    #[arg(long, requires = "owner", requires = "reason")]
    pub(crate) accept: bool,
    /// Who accepts them
    #[arg(long, value_name = "OWNER", requires = "accept")]
    pub(crate) owner: Option<String>,
    /// Why they are accepted
    #[arg(long, value_name = "REASON", requires = "accept")]
    pub(crate) reason: Option<String>,
}

/// What stops a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum GuardMode {
    /// Nothing: findings are printed
    Report,
    /// Nothing: what would stop is a warning
    Warn,
    /// New findings, and debt that expired
    BlockingNew,
    /// Every finding that no debt allows
    Blocking,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuardFormat {
    /// For people at a terminal
    Text,
    /// One document
    Json,
    /// One SARIF 2.1.0 log, for code scanning
    Sarif,
    /// Annotations of a pull request on GitHub
    Github,
}
