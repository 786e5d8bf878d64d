//! The arguments of `laneway init`.

use clap::Args as Group;

#[derive(Debug, Group)]
pub(crate) struct InitArgs {
    /// Write a small policy in which one domain, `unclaimed`, owns everything [default]
    #[arg(long, conflicts_with = "reference")]
    pub(crate) skeleton: bool,
    /// Write the reference model: the maps and lanes of a platform with nine domain groups, to be adapted
    #[arg(long)]
    pub(crate) reference: bool,
    /// Replace files that are there already
    #[arg(long)]
    pub(crate) force: bool,
    /// Print which files would be written, with --verbose their contents, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
