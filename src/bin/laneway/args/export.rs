//! The arguments of `laneway export`.

use std::ffi::OsString;

use clap::{Args as Group, Subcommand};

use super::evidence::StoreArgs;
use super::import::DialectArg;

#[derive(Debug, Group)]
pub(crate) struct ExportArgs {
    #[command(subcommand)]
    pub(crate) target: ExportTarget,
}

/// Whose format is written.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportTarget {
    /// A CODEOWNERS file that asks whom the maps ask, proved on every tracked file
    Codeowners(ExportCodeownersArgs),
    /// Epics, tasks, evidence, handoffs and reviews as YAML, for tracking
    Fairway(ExportFairwayArgs),
}

#[derive(Debug, Group)]
pub(crate) struct ExportFairwayArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The folder of the documents, of which only those are written that changed [default: .fairway/laneway]
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<OsString>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Group)]
pub(crate) struct ExportCodeownersArgs {
    /// Whose rules the file follows
    #[arg(long, value_name = "HOST", default_value = "github")]
    pub(crate) dialect: DialectArg,
    /// Write it to this file instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<OsString>,
}
