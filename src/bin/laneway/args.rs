//! What was typed. What it means is decided in [`commands`](crate::commands).

use std::ffi::OsString;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};

/// Routes a change of a monorepo through exactly the gates that it needs.
#[derive(Debug, Parser)]
#[command(name = "laneway", bin_name = "laneway", version, about, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 it holds; 1 it does not (findings, a blocked verdict); 2 it could not be \
    decided (usage, policy, git). A route with exit code 2 is the broad one, or there is none.";

impl Args {
    /// Says whether nothing should be left out, of diagnostics too.
    pub(crate) fn is_verbose(&self) -> bool {
        match &self.command {
            Command::Route(route) => route.change.verbose,
            Command::Explain(explain) => explain.change.verbose,
        }
    }
}

/// Where things are.
#[derive(Debug, Group)]
pub(crate) struct PlaceArgs {
    /// The repository, or a folder in it
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<OsString>,
    /// Read the policy from this folder instead of from the commits
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) policy: Option<OsString>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The gates, reviews and skips of a change, each with its reason
    Route(RouteArgs),
    /// Why a path, gate or domain is in a route, or not
    Explain(ExplainArgs),
}

#[derive(Debug, Group)]
pub(crate) struct RouteArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    /// How the route is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: RouteFormat,
}

#[derive(Debug, Group)]
pub(crate) struct ExplainArgs {
    /// A path, the id or title of a gate, or a domain; `path:`, `gate:` or `domain:` in front says which is meant
    #[arg(value_name = "X")]
    pub(crate) subject: OsString,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    /// How the explanation is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
}

/// What changed, what widens the route, and where the answer goes.
#[derive(Debug, Group)]
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
    /// Leave nothing out: every reason, every skip, every diagnostic
    #[arg(long, short, help_heading = "Output")]
    pub(crate) verbose: bool,
}

/// How a route is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RouteFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/route.v1.json`
    Json,
    /// For a pull request's comment or a job's summary
    Markdown,
    /// A matrix, with outputs for `GITHUB_OUTPUT` and a page for `GITHUB_STEP_SUMMARY`
    Github,
}

/// How an explanation is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/explain.v1.json`
    Json,
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
