//! The arguments of `laneway graph`.

use std::ffi::OsString;

use clap::{Args as Group, ValueEnum};

#[derive(Debug, Group)]
pub(crate) struct GraphArgs {
    /// Show the policy of this revision instead of the working tree's
    #[arg(long, value_name = "REV")]
    pub(crate) head: Option<String>,
    /// How the graph is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: GraphFormat,
    /// Show this domain and its neighbours only; can be repeated
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Vec<String>,
    /// How many steps up and down the neighbours of --domain are [default: 1]
    #[arg(long, value_name = "N", requires = "domain", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) depth: Option<u32>,
    /// Which edges are shown
    #[arg(long, value_name = "KIND", default_value = "all")]
    pub(crate) edges: GraphEdges,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// How a graph is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For people at a terminal
    Text,
    /// For Graphviz: `laneway graph --format dot | dot -Tsvg`
    Dot,
    /// For Markdown: a flowchart that GitHub and GitLab draw
    Mermaid,
    /// One document, `schemas/graph.v1.json`
    Json,
    /// One page, to be opened from the disk and searched
    Html,
}

/// Which edges are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphEdges {
    /// Every one
    All,
    /// Who calls what
    Consumes,
    /// Who compiles what in
    Imports,
}
