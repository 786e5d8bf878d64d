//! The arguments of `laneway reviewers`.

use std::ffi::OsString;

use clap::{Args as Group, ValueEnum};

use super::ChangeArgs;

#[derive(Debug, Group)]
pub(crate) struct ReviewersArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    #[command(flatten)]
    pub(crate) post: PostArgs,
    /// How the choice is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ReviewersFormat,
}

/// What the choice rests on.
#[derive(Debug, Group)]
pub(crate) struct AskArgs {
    /// Who wrote the change, and is not asked: a name of the roster, a handle or an address; can be repeated [default: as
    /// the CI's event says, else the authors and co-authors of the commits]
    #[arg(long, value_name = "NAME", help_heading = "Choice")]
    pub(crate) author: Vec<String>,
    /// What the choice among equals is drawn from [default: the pull request, else the head commit]
    #[arg(long, value_name = "TEXT", help_heading = "Choice")]
    pub(crate) seed: Option<String>,
    /// At most so many are asked [default: `most` of the roster, else 5]
    #[arg(long, value_name = "N", help_heading = "Choice")]
    pub(crate) most: Option<usize>,
    /// Look absences up on this day, YYYY-MM-DD, instead of on today
    #[arg(long, value_name = "DATE", help_heading = "Choice")]
    pub(crate) date: Option<String>,
    /// How many open reviews people have: JSON `{"ada": 3}`, or lines `name<TAB>number`; `-` is standard input [default:
    /// with --post as the forge says, else nobody has any]
    #[arg(long, value_name = "FILE", help_heading = "Choice")]
    pub(crate) load: Option<OsString>,
    /// Who was asked before, or has looked already, and is preferred; can be repeated
    #[arg(long, value_name = "NAME", help_heading = "Choice")]
    pub(crate) already: Vec<String>,
    /// Prefer who wrote the touched lines, where people are equal otherwise
    #[arg(long, help_heading = "Choice")]
    pub(crate) authorship: bool,
}

/// Where it is posted.
#[derive(Debug, Group)]
pub(crate) struct PostArgs {
    /// Ask them on the pull request, with one comment and a commit status [default: on the forge that the CI says]
    #[arg(long, value_name = "FORGE", num_args = 0..=1, default_missing_value = "auto", help_heading = "Posting")]
    pub(crate) post: Option<PostForge>,
    /// Print the calls that would be made, and make none that writes
    #[arg(long, requires = "post", help_heading = "Posting")]
    pub(crate) dry_run: bool,
    /// The repository: `owner/name`, or GitLab's number or path of the project [default: as the CI says]
    #[arg(long, value_name = "NAME", requires = "post", help_heading = "Posting")]
    pub(crate) repository: Option<String>,
    /// The pull or merge request [default: as the CI's event says]
    #[arg(long, value_name = "N", requires = "post", help_heading = "Posting")]
    pub(crate) pull_request: Option<u64>,
    /// Read the token from this file instead of from the environment
    #[arg(long, value_name = "FILE", requires = "post", help_heading = "Posting")]
    pub(crate) token_file: Option<OsString>,
    /// The root of the forge's API [default: as the CI says]
    #[arg(long, value_name = "URL", requires = "post", help_heading = "Posting")]
    pub(crate) api_url: Option<String>,
    /// Ask for reviews of a draft too
    #[arg(long, requires = "post", help_heading = "Posting")]
    pub(crate) drafts: bool,
    /// The login that the token writes as, where the forge does not tell [default: `github-actions[bot]`]
    #[arg(long = "as", value_name = "LOGIN", requires = "post", help_heading = "Posting")]
    pub(crate) login: Option<String>,
    /// How long to wait in all for a forge that is busy
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Posting")]
    pub(crate) max_wait: u64,
}

/// Which forge it is posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PostForge {
    /// The one whose CI this runs in
    Auto,
    /// GitHub, or a GitHub Enterprise Server
    Github,
    /// GitLab
    Gitlab,
}

/// How the choice is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewersFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/reviewers.v1.json`
    Json,
    /// For a pull request's comment or a job's summary
    Markdown,
}
