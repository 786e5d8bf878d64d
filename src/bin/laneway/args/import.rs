//! The arguments of `laneway import`.

use std::ffi::OsString;

use clap::{Args as Group, Subcommand, ValueEnum};
use laneway::codeowners::Dialect;

#[derive(Debug, Group)]
pub(crate) struct ImportArgs {
    #[command(subcommand)]
    pub(crate) from: ImportFrom,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportFrom {
    /// A CODEOWNERS file, in GitHub's or GitLab's dialect
    Codeowners(ImportCodeownersArgs),
    /// The packages of Cargo, npm, pnpm, yarn and Go workspaces, and who imports whom
    Packages(ImportPackagesArgs),
    /// A Kubernetes OWNERS tree with its aliases
    OwnersFiles(ImportOwnersFilesArgs),
}

#[derive(Debug, Group)]
pub(crate) struct ImportCodeownersArgs {
    /// Whose rules the file follows; without it, what its place and its lines say
    #[arg(long, value_name = "HOST")]
    pub(crate) dialect: Option<DialectArg>,
    /// The file; without it, the one that the host reads
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<OsString>,
    /// Keep rules that decide about no tracked file; `check` calls them dead
    #[arg(long)]
    pub(crate) keep_dead: bool,
    #[command(flatten)]
    pub(crate) how: ImportHow,
}

/// Whose rules a CODEOWNERS file follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArg {
    /// GitHub's
    Github,
    /// GitLab's
    Gitlab,
}

impl From<DialectArg> for Dialect {
    fn from(name: DialectArg) -> Self {
        match name {
            DialectArg::Github => Self::GitHub,
            DialectArg::Gitlab => Self::GitLab,
        }
    }
}

#[derive(Debug, Group)]
pub(crate) struct ImportPackagesArgs {
    #[command(flatten)]
    pub(crate) how: ImportHow,
    /// What a domain is named after
    #[arg(long, value_name = "WHAT", default_value = "package")]
    pub(crate) domain_by: DomainByArg,
    /// Leave out manifests whose path matches: fixtures, vendored code
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
}

#[derive(Debug, Group)]
pub(crate) struct ImportOwnersFilesArgs {
    #[command(flatten)]
    pub(crate) how: ImportHow,
}

/// How an import is carried out.
#[derive(Debug, Group)]
pub(crate) struct ImportHow {
    /// Print the files instead of writing them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Replace files that are there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// What a domain is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DomainByArg {
    /// The package's name; of a Go module, whose name is an address, its folder
    Package,
    /// The package's folder
    Folder,
    /// The first folder above it: all packages below that are one domain
    TopFolder,
}
