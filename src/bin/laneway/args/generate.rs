//! The arguments of `laneway schema`, `laneway completions` and `laneway man`.

use std::ffi::OsString;

use clap::{Args as Group, ValueEnum};
use clap_complete::Shell;

#[derive(Debug, Group)]
pub(crate) struct SchemaArgs {
    /// Which document; without a name they are listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<SchemaName>,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// A document with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// The configuration of a workspace
    #[value(name = "laneway.yaml", alias = "laneway")]
    Config,
    /// Any file of the lanes' folder, whatever it holds
    Lanes,
    /// A file with `domain_lane` alone
    Lane,
    /// A file with `gates` alone
    Catalogue,
    /// A file with `routing_rules` alone
    Rules,
    /// A file with `release_profiles` alone
    Profiles,
    /// A file with `release_gates` alone
    ReleaseGates,
    /// A file with `environments` alone
    Environments,
    /// A file with `gate_families` alone
    Families,
    /// A file with `evidence_kinds` alone
    EvidenceKinds,
    /// A file with `trusted_keys` and `signing` alone
    Trust,
    /// A file with `permissions` alone
    Permissions,
    /// The roster of reviewers, `reviewers.yaml`
    Roster,
    /// What `laneway route --format json` prints
    Route,
    /// A line of what `laneway route --format jsonl` prints
    Gate,
    /// What `laneway explain --format json` prints
    Explain,
    /// What `laneway owners --format json` prints
    Owners,
    /// What `laneway check --format json` prints
    Check,
    /// What `laneway graph --format json` prints
    Graph,
    /// What `laneway backtest --format json` prints
    Backtest,
    /// What `laneway reviewers --format json` prints
    Reviewers,
    /// What `laneway verify --format json` prints
    Verdict,
    /// What `laneway evidence show --format json` prints
    Evidence,
    /// What `laneway run --format json` prints
    Run,
    /// What `laneway route --format jenkins` prints
    Jenkins,
    /// A document that `laneway export fairway` writes
    Fairway,
    /// What `laneway evidence audit --format json` prints
    Audit,
    /// What `laneway profile suggest --format json` prints
    Suggest,
    /// What `laneway profile list --format json` prints
    ProfileList,
    /// What `laneway profile resolve --format json` prints
    Contract,
    /// What `laneway profile preflight --format json` prints
    Preflight,
    /// The extraction packets
    Packets,
    /// What `laneway verify --promotion DOMAIN --format json` prints
    Promotion,
    /// What `laneway evidence graduation --format json` prints
    Graduation,
    /// What `laneway manifest create` writes
    Manifest,
}

#[derive(Debug, Group)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Group)]
pub(crate) struct ManArgs {
    /// The command whose page is printed; without one, the page of laneway itself
    #[arg(value_name = "COMMAND", conflicts_with = "output_dir")]
    pub(crate) command: Option<String>,
    /// Write the page of every command to this folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) output_dir: Option<OsString>,
}
