//! What was typed. What it means is decided in [`commands`](crate::commands).

mod backtest;
mod change;
mod check;
mod evidence;
mod export;
mod generate;
mod graph;
mod guard;
mod import;
mod init;
mod owners;
mod release;
mod reviewers;

use std::ffi::OsString;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};

pub(crate) use backtest::*;
pub(crate) use change::*;
pub(crate) use check::*;
pub(crate) use evidence::*;
pub(crate) use export::*;
pub(crate) use generate::*;
pub(crate) use graph::*;
pub(crate) use guard::*;
pub(crate) use import::*;
pub(crate) use init::*;
pub(crate) use owners::*;
pub(crate) use release::*;
pub(crate) use reviewers::*;

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

/// Where things are.
#[derive(Debug, Group)]
pub(crate) struct PlaceArgs {
    /// The repository, or a folder in it
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<OsString>,
    /// Read the policy from this folder instead of from the commits
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) policy: Option<OsString>,
    /// Leave nothing out: every reason, every skip, every diagnostic
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The gates, reviews and skips of a change, each with its reason
    Route(RouteArgs),
    /// Why a path, gate or domain is in a route, or not; or why a reviewer is asked
    Explain(ExplainArgs),
    /// Who owns these paths
    Owners(OwnersArgs),
    /// Whether maps, lanes and tree still tell the truth
    Check(CheckArgs),
    /// Findings against the baseline and the allowed debt
    Guard(GuardArgs),
    /// Producers and consumers
    Graph(GraphArgs),
    /// Who must look, and whom to ask
    Reviewers(Box<ReviewersArgs>),
    /// Run a route's gates here, and record what came of them
    Run(Box<RunArgs>),
    /// Record results from elsewhere: an exit code, reports, a CI's own words
    Record(Box<RecordArgs>),
    /// Whether everything that the route asks for was proved: the one check to require
    Verify(Box<VerifyArgs>),
    /// What was proved: show, audit, approve, revoke, export
    Evidence(Box<EvidenceArgs>),
    /// Release profiles: list, suggest, resolve, preflight
    Profile(Box<ProfileArgs>),
    /// What is shipped, by digest: create, deploy
    Manifest(Box<ManifestArgs>),
    /// One page of what was proved, reused, skipped, missing
    Dashboard(DashboardArgs),
    /// What would have run, over the history
    Backtest(BacktestArgs),
    /// Maps and lanes from the ownership that already exists
    Import(ImportArgs),
    /// The maps in another tool's format
    Export(ExportArgs),
    /// A new workspace: the reference model, or a skeleton
    Init(InitArgs),
    /// The JSON Schema of a document
    Schema(SchemaArgs),
    /// A script that completes laneway's commands in a shell
    Completions(CompletionsArgs),
    /// The manual pages
    Man(ManArgs),
}

#[derive(Debug, Group)]
pub(crate) struct RouteArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    /// How the route is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: RouteFormat,
    /// At most so many jobs, in the formats of a CI; more gates than that share jobs
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) max_jobs: Option<usize>,
    /// How many matrices, one after another, the workflow has: gates that need others come in a later one
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) stages: Option<usize>,
    /// End with a job that records that all others passed, and gives the verdict; for gitlab, buildkite and circleci
    #[arg(long, help_heading = "Output")]
    pub(crate) verify: bool,
    /// Write what this route document says, in the format of a CI, instead of deciding a route; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Change", conflicts_with_all = [
        "base", "head", "exact", "staged", "files", "files_from", "all", "add"])]
    pub(crate) from_route: Option<OsString>,
}

#[derive(Debug, Group)]
pub(crate) struct ExplainArgs {
    /// A path, the id or title of a gate, or a domain; `path:`, `gate:` or `domain:` in front says which is meant, and
    /// `reviewer:` asks about a person, a team or a name
    #[arg(value_name = "X")]
    pub(crate) subject: OsString,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// How the explanation is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
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
    /// A child pipeline of GitLab CI
    Gitlab,
    /// Steps for `buildkite-agent pipeline upload`
    Buildkite,
    /// A configuration for CircleCI's continuation
    Circleci,
    /// A matrix of Azure Pipelines
    Azure,
    /// Stages for a Jenkinsfile
    Jenkins,
    /// One gate a line, as JSON
    Jsonl,
}

/// How an explanation is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/explain.v1.json`
    Json,
}
