//! The arguments of `laneway profile` and `laneway manifest`, and what `run`, `record` and `verify` take of releases.

use std::ffi::OsString;

use clap::{Args as Group, Subcommand, ValueEnum};

use super::change::ChangeArgs;
use super::evidence::{ResultsFormat, StoreArgs, VerdictFormat};

/// Which release profile, in which environment.
#[derive(Debug, Group)]
pub(crate) struct ReleaseArgs {
    /// The release profile: its release gates are asked for, instead of those of the change's route
    #[arg(long, value_name = "PROFILE", help_heading = "Release")]
    pub(crate) profile: Option<String>,
    /// The target environment
    #[arg(long, value_name = "ENVIRONMENT", help_heading = "Release")]
    pub(crate) environment: Option<String>,
    /// The manifest that the environment runs, of which `manifest deploy` recorded that it was deployed; without --base, its
    /// commit is what the change is compared with
    #[arg(long, value_name = "FILE", help_heading = "Release")]
    pub(crate) deployed: Option<OsString>,
}

/// A commit that is shipped although it is not integrated.
#[derive(Debug, Group)]
pub(crate) struct DivergenceArgs {
    /// Why a commit is shipped that is not integrated; with the three others, the divergence marker of `dev-test`
    #[arg(long, value_name = "WHY", help_heading = "Divergence")]
    pub(crate) divergence_reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "NAME", help_heading = "Divergence")]
    pub(crate) divergence_owner: Option<String>,
    /// Until when, as RFC 3339 with a zone, a day, or `7d`; at most 14 days
    #[arg(long, value_name = "WHEN", help_heading = "Divergence")]
    pub(crate) divergence_until: Option<String>,
    /// How it is merged and promoted in the usual way: a change, an issue
    #[arg(long, value_name = "WHERE", help_heading = "Divergence")]
    pub(crate) follow_up: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct ProfileArgs {
    #[command(subcommand)]
    pub(crate) what: ProfileCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// The release profiles, their gates and families, and the environments
    List(ProfileListArgs),
    /// Which profiles a change allows, and what forbids the others
    Suggest(SuggestArgs),
    /// The redacted release contract of an environment: what is missing or stale, and who answers for it
    Resolve(ResolveArgs),
    /// Make the declared checks of an environment, and record them
    Preflight(PreflightArgs),
}

#[derive(Debug, Group)]
pub(crate) struct ProfileListArgs {
    /// Only this profile
    #[arg(value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// How the list is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ResultsFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

#[derive(Debug, Group)]
pub(crate) struct SuggestArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    /// How the answer is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: SuggestFormat,
}

/// How a suggestion is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuggestFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/suggest.v1.json`
    Json,
    /// For a pull request's comment or a job's summary
    Markdown,
}

#[derive(Debug, Group)]
pub(crate) struct ResolveArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The description of the environment, YAML or JSON; `-` is standard input [default: as the policy says]
    #[arg(long, value_name = "FILE", help_heading = "Release")]
    pub(crate) description: Option<OsString>,
    /// The manifest whose artifacts are to be shipped
    #[arg(long, value_name = "FILE", help_heading = "Release")]
    pub(crate) manifest: Option<OsString>,
    /// Record nothing
    #[arg(long, help_heading = "Evidence")]
    pub(crate) no_record: bool,
    /// How the contract is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ContractFormat,
}

/// How a contract is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContractFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/contract.v1.json`
    Json,
    /// The same as YAML
    Yaml,
}

#[derive(Debug, Group)]
pub(crate) struct PreflightArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Record nothing
    #[arg(long, help_heading = "Evidence")]
    pub(crate) no_record: bool,
    /// How the results are printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ResultsFormat,
}

#[derive(Debug, Group)]
pub(crate) struct ManifestArgs {
    #[command(subcommand)]
    pub(crate) what: ManifestCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Pin what is shipped, with the way back; a manifest never changes
    Create(Box<ManifestCreateArgs>),
    /// Verify a manifest, and run the environment's deploy command only where everything holds
    Deploy(Box<ManifestDeployArgs>),
}

#[derive(Debug, Group)]
pub(crate) struct ManifestCreateArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// What is shipped: `NAME=FILE`, which is digested, or `NAME@sha256:…`; can be repeated
    #[arg(long, value_name = "ARTIFACT", help_heading = "Manifest")]
    pub(crate) artifact: Vec<String>,
    /// An image by its digest: `NAME=REGISTRY/IMAGE@sha256:…`; can be repeated
    #[arg(long, value_name = "IMAGE", help_heading = "Manifest")]
    pub(crate) image: Vec<String>,
    /// The commit for which what is skipped was validated [default: the commit itself]
    #[arg(long, value_name = "COMMIT", help_heading = "Manifest")]
    pub(crate) validated_against: Option<String>,
    /// The command that takes it back [default: the environment's]
    #[arg(long, value_name = "COMMAND", help_heading = "Rollback")]
    pub(crate) rollback_command: Option<String>,
    /// The manifest or revision that it goes back to
    #[arg(long, value_name = "WHAT", help_heading = "Rollback")]
    pub(crate) rollback_to: Option<String>,
    /// Whether the data can go back: forward_only, reversible or manual_review
    #[arg(long, value_name = "POSTURE", help_heading = "Rollback")]
    pub(crate) migration_posture: Option<String>,
    /// Who does it
    #[arg(long, value_name = "NAME", help_heading = "Rollback")]
    pub(crate) rollback_owner: Option<String>,
    #[command(flatten)]
    pub(crate) divergence: DivergenceArgs,
}

#[derive(Debug, Group)]
pub(crate) struct ManifestDeployArgs {
    /// The manifest that `laneway manifest create` wrote
    #[arg(value_name = "FILE")]
    pub(crate) manifest: OsString,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The manifest that the environment runs
    #[arg(long, value_name = "FILE", help_heading = "Release")]
    pub(crate) deployed: Option<OsString>,
    /// Verify, print the command, and run nothing
    #[arg(long, help_heading = "Release")]
    pub(crate) dry_run: bool,
    /// How the verdict is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: VerdictFormat,
}

/// What `laneway verify` takes of releases.
#[derive(Debug, Group)]
pub(crate) struct VerifyReleaseArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    /// Judge this manifest: its commit, profile and environment
    #[arg(long, value_name = "FILE", help_heading = "Release", conflicts_with_all = [
        "profile", "environment", "promotion", "validated_against", "divergence_reason"])]
    pub(crate) manifest: Option<OsString>,
    /// The commit for which what is skipped was validated [default: the commit itself]
    #[arg(long, value_name = "COMMIT", help_heading = "Release")]
    pub(crate) validated_against: Option<String>,
    #[command(flatten)]
    pub(crate) divergence: DivergenceArgs,
    /// Judge whether this domain may be promoted on its own; with --profile and --environment, by the packet's otherwise
    #[arg(long, value_name = "DOMAIN", help_heading = "Promotion")]
    pub(crate) promotion: Option<String>,
    /// What is claimed of the domain
    #[arg(
        long,
        value_name = "CLAIM",
        default_value = "independent",
        help_heading = "Promotion",
        requires = "promotion"
    )]
    pub(crate) claim: PromotionClaim,
}

/// What is claimed of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PromotionClaim {
    /// It may be promoted on its own: all eight conditions
    Independent,
    /// Level 2: guards, degradation and evidence hold
    L2,
}

#[derive(Debug, Group)]
pub(crate) struct GraduationArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ResultsFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}
