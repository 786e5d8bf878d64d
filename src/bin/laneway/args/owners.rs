//! The arguments of `laneway owners`.

use std::ffi::OsString;

use clap::{Args as Group, ValueEnum};

use super::ListFormat;

#[derive(Debug, Group)]
pub(crate) struct OwnersArgs {
    /// Files, relative to the root of the repository, whether or not they exist; a folder stands for its tracked files
    #[arg(value_name = "PATH", conflicts_with_all = ["files_from", "all"])]
    pub(crate) paths: Vec<OsString>,
    /// Ask about the paths that a file lists; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Paths", conflicts_with = "all")]
    pub(crate) files_from: Option<OsString>,
    /// How that file is written [default: as its first bytes say]
    #[arg(long, value_name = "FORMAT", help_heading = "Paths", requires = "files_from")]
    pub(crate) files_format: Option<ListFormat>,
    /// Ask about every tracked file
    #[arg(long, help_heading = "Paths")]
    pub(crate) all: bool,
    /// Ask the policy and the files of this revision instead of those of the working tree
    #[arg(long, value_name = "REV", help_heading = "Paths")]
    pub(crate) head: Option<String>,
    /// Show every row that matches, and why it owns the path or loses
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,
    /// How the answer is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: OwnersFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// How owners are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OwnersFormat {
    /// One line a path: the path, its domains, its reviewers; columns on a terminal, tabs elsewhere
    Text,
    /// One document, `schemas/owners.v1.json`
    Json,
}
