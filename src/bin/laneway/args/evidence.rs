//! The arguments of the commands about evidence: `run`, `record`, `verify`, `evidence`, `dashboard`.

use std::ffi::OsString;

use clap::{Args as Group, Subcommand, ValueEnum};

use super::change::ChangeArgs;
use super::release::{GraduationArgs, ReleaseArgs, VerifyReleaseArgs};

/// Where evidence is kept, and who signs it.
#[derive(Debug, Group)]
pub(crate) struct StoreArgs {
    /// Where evidence is kept: a folder, or a URL that begins with `s3://`, `gs://` or `az://` [default: `evidence` of
    /// the base's laneway.yaml, else .laneway/evidence]
    #[arg(long, value_name = "ADDRESS", help_heading = "Evidence")]
    pub(crate) store: Option<String>,
    /// Sign with the key in this file; the variable `LANEWAY_SIGNING_KEY` holds a key itself
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub(crate) key: Option<OsString>,
    /// The name of this run [default: the CI's own, else one that is made up]
    #[arg(long, value_name = "ID", help_heading = "Evidence")]
    pub(crate) run_id: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    /// Run the gates of this route document instead of deciding a route; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Change", conflicts_with_all = [
        "base", "head", "exact", "staged", "files", "files_from", "all", "add"])]
    pub(crate) from_route: Option<OsString>,
    /// Run these gates only, with what they need
    #[arg(value_name = "GATE")]
    pub(crate) gates: Vec<String>,
    /// At most so many at once [default: as many as there are processors]
    #[arg(long, short, value_name = "N", help_heading = "Running")]
    pub(crate) jobs: Option<usize>,
    /// Go on when a gate has failed
    #[arg(long, short, help_heading = "Running")]
    pub(crate) keep_going: bool,
    /// Try a gate that failed so many times again; a pass after that is recorded as flaky
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Running")]
    pub(crate) retry: u32,
    /// How long a gate may take that states no time of its own
    #[arg(long, value_name = "MINUTES", help_heading = "Running")]
    pub(crate) timeout_minutes: Option<u32>,
    /// Cite what passed on this commit before instead of running it again
    #[arg(long, help_heading = "Running")]
    pub(crate) reuse: bool,
    /// A file that a gate leaves, recorded by its digest; `GATE=FILE`, can be repeated
    #[arg(long, value_name = "GATE=FILE", help_heading = "Running")]
    pub(crate) artifact: Vec<String>,
    /// Run, and record nothing
    #[arg(long, help_heading = "Evidence", conflicts_with = "reuse")]
    pub(crate) no_record: bool,
    /// Print what would run, and run nothing
    #[arg(long, help_heading = "Running")]
    pub(crate) dry_run: bool,
    /// How the output of gates is shown
    #[arg(long, value_name = "HOW", default_value = "grouped", help_heading = "Output")]
    pub(crate) logs: Logs,
    /// How the results are printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ResultsFormat,
}

/// How the output of gates is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Logs {
    /// Of each gate whole, when it has ended
    Grouped,
    /// Line by line as it comes, with the gate in front
    Streamed,
    /// Only of gates that do not pass
    Failed,
    /// Not at all
    None,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultsFormat {
    /// For people at a terminal
    Text,
    /// One document
    Json,
}

#[derive(Debug, Group)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    /// Record for this route document instead of deciding a route; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Change", conflicts_with_all = [
        "base", "head", "exact", "staged", "files", "files_from", "all", "add"])]
    pub(crate) from_route: Option<OsString>,
    /// The gates, by id or title; a CI's list of jobs names them itself
    #[arg(value_name = "GATE")]
    pub(crate) gates: Vec<String>,
    /// The exit code of the gate's command
    #[arg(long, value_name = "CODE", help_heading = "Result", allow_negative_numbers = true)]
    pub(crate) exit_code: Option<i32>,
    /// The result itself: fail, partial, blocked or not_applicable, with --reason; a pass needs proof
    #[arg(long, value_name = "RESULT", help_heading = "Result")]
    pub(crate) result: Option<String>,
    /// Why it is no pass
    #[arg(long, value_name = "WHY", help_heading = "Result")]
    pub(crate) reason: Option<String>,
    /// A JUnit XML report; can be repeated
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) junit: Vec<OsString>,
    /// A SARIF 2.1.0 report; can be repeated
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) sarif: Vec<OsString>,
    /// A Cobertura report, with --min-line-rate
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) cobertura: Vec<OsString>,
    /// The least part of lines that must be covered, in percent
    #[arg(long, value_name = "PERCENT", help_heading = "Result")]
    pub(crate) min_line_rate: Option<f64>,
    /// What GitHub says of the jobs before: a file with `${{ toJSON(needs) }}`; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) github_needs: Option<OsString>,
    /// GitLab's list of the pipeline's jobs
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) gitlab_jobs: Option<OsString>,
    /// Buildkite's list of the build's jobs
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) buildkite_jobs: Option<OsString>,
    /// A `release_profile_evidence` payload
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) payload: Option<OsString>,
    /// Which job of a CI's list decides which gates; `JOB=GATE,…` or `JOB=@N`, the gates of stage N; can be repeated
    #[arg(long, value_name = "JOB=GATES", help_heading = "Result")]
    pub(crate) job: Vec<String>,
    /// How many stages the route was laid out for [default: as many as the list has]
    #[arg(long, value_name = "N", help_heading = "Result")]
    pub(crate) stages: Option<usize>,
    /// The `--max-jobs` that the route was laid out with, if any
    #[arg(long, value_name = "N", help_heading = "Result")]
    pub(crate) max_jobs: Option<usize>,
    /// Cite this record, by its digest, instead of a result
    #[arg(long, value_name = "DIGEST", help_heading = "Result")]
    pub(crate) reuse: Option<String>,
    /// Part I of N of the run
    #[arg(long, value_name = "I/N", help_heading = "About the run")]
    pub(crate) shard: Option<String>,
    /// Which try of the run
    #[arg(long, value_name = "N", help_heading = "About the run")]
    pub(crate) attempt: Option<u32>,
    /// When it began, as RFC 3339 with a zone
    #[arg(long, value_name = "TIME", help_heading = "About the run")]
    pub(crate) started: Option<String>,
    /// When it ended
    #[arg(long, value_name = "TIME", help_heading = "About the run")]
    pub(crate) finished: Option<String>,
    /// From when on it does not count any more
    #[arg(long, value_name = "TIME", help_heading = "About the run")]
    pub(crate) valid_until: Option<String>,
    /// What was run [default: the gate's command]
    #[arg(long, value_name = "COMMAND", help_heading = "About the run")]
    pub(crate) command: Option<String>,
    /// Who answers for it [default: the reviewers of the gate's domains]
    #[arg(long, value_name = "NAME", help_heading = "About the run")]
    pub(crate) owner: Option<String>,
    /// The types of evidence that it is
    #[arg(long, value_name = "TYPE", help_heading = "About the run")]
    pub(crate) evidence_type: Vec<String>,
    /// What the run left: `NAME=FILE`, which is digested, or `NAME@sha256:…`; can be repeated
    #[arg(long, value_name = "ARTIFACT", help_heading = "About the run")]
    pub(crate) artifact: Vec<String>,
    /// Pass over gates whose family needs an artifact: their own jobs record them; so it always is with a CI's list of jobs
    #[arg(long, help_heading = "About the run")]
    pub(crate) without_artifacts: bool,
    /// A manifest or image that the result holds for as well: `NAME@sha256:…`; can be repeated
    #[arg(long, value_name = "SUBJECT", help_heading = "About the run")]
    pub(crate) subject: Vec<String>,
    /// Where a remote validation failed, and what is done about it, as JSON: phase, principal, project, correlation_id, and
    /// forward_fix or rollback
    #[arg(long, value_name = "JSON", help_heading = "About the run")]
    pub(crate) failure: Option<String>,
    /// How far what runs has drifted: low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", help_heading = "About the run")]
    pub(crate) drift: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) release: VerifyReleaseArgs,
    /// The route that was run; it must hold at least what the commits derive [default: what they derive]
    #[arg(long, value_name = "FILE", help_heading = "Change")]
    pub(crate) route: Option<OsString>,
    /// Print the verdict, and exit with 0 whatever it is
    #[arg(long, help_heading = "Verdict")]
    pub(crate) report: bool,
    /// Write nothing to the store: neither the seal, nor the verdict that fails
    #[arg(long, help_heading = "Verdict")]
    pub(crate) no_seal: bool,
    /// How the verdict is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: VerdictFormat,
}

/// How a verdict is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictFormat {
    /// For people at a terminal
    Text,
    /// One document, `schemas/verdict.v1.json`
    Json,
    /// For a pull request's comment or a job's summary
    Markdown,
    /// Markdown into the file that `GITHUB_STEP_SUMMARY` names, text to standard output
    Github,
    /// The seeds' payload, `release_profile_evidence`
    Payload,
}

#[derive(Debug, Group)]
pub(crate) struct EvidenceArgs {
    #[command(subcommand)]
    pub(crate) what: EvidenceCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// What the store holds: of a commit, a gate, a digest
    Show(ShowArgs),
    /// Whether every object is what it was: altered, missing, unlisted ones
    Audit(AuditArgs),
    /// Sign a permission: an approval, a waiver, break-glass
    Approve(ApproveArgs),
    /// Sign what somebody else signed as well: a permission, a result
    Sign(SignArgs),
    /// Take back a seal or a permission
    Revoke(RevokeArgs),
    /// Evidence in other tools' formats
    Export(ExportEvidenceArgs),
    /// How strictly families and kinds of evidence are asked for, and what is missing to step up
    Graduation(GraduationArgs),
    /// A new pair of keys
    Keygen(KeygenArgs),
}

#[derive(Debug, Group)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// A commit, the digest of a record, or a gate; without one, what there is
    #[arg(value_name = "X")]
    pub(crate) subject: Option<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ShowFormat,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// How evidence is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people at a terminal
    Text,
    /// One document
    Json,
    /// The seeds' payload, `release_profile_evidence`, of a commit's newest verdict
    Payload,
}

#[derive(Debug, Group)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: ResultsFormat,
}

#[derive(Debug, Group)]
pub(crate) struct ApproveArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// What it does: approval, waiver or break_glass
    #[arg(long, value_name = "KIND", default_value = "approval")]
    pub(crate) kind: String,
    /// The gate that it is about
    #[arg(long, value_name = "GATE")]
    pub(crate) gate: Option<String>,
    /// The family that it is about
    #[arg(long, value_name = "FAMILY")]
    pub(crate) family: Option<String>,
    /// The finding that it is about, by its fingerprint
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) finding: Option<String>,
    /// The plan that it is about, by its digest
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan_digest: Option<String>,
    /// The commit on which it counts, by its full hash; `*` is any
    #[arg(long, value_name = "COMMIT")]
    pub(crate) subject: String,
    /// Its id [default: made of what it is about]
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Who allows it
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Who bears what risk remains
    #[arg(long, value_name = "NAME")]
    pub(crate) residual_risk_owner: Option<String>,
    /// Why
    #[arg(long, value_name = "WHY")]
    pub(crate) reason: String,
    /// From when on it does not count any more, as RFC 3339 with a zone, or for how long: `3d`, `12h`
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: String,
}

#[derive(Debug, Group)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The digest of the record, as the command that kept it printed it
    #[arg(value_name = "DIGEST")]
    pub(crate) digest: String,
}

#[derive(Debug, Group)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The commit whose seals are taken back
    #[arg(long, value_name = "COMMIT", required_unless_present = "permission")]
    pub(crate) commit: Option<String>,
    /// Of this plan only
    #[arg(long, value_name = "DIGEST", requires = "commit")]
    pub(crate) plan_digest: Option<String>,
    /// The permission that is taken back, by the digest of its record
    #[arg(long, value_name = "DIGEST", conflicts_with = "commit")]
    pub(crate) permission: Option<String>,
    /// Who takes it back
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Why
    #[arg(long, value_name = "WHY")]
    pub(crate) reason: String,
}

#[derive(Debug, Group)]
pub(crate) struct ExportEvidenceArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The commit, by its full hash
    #[arg(value_name = "COMMIT")]
    pub(crate) commit: String,
    /// In which format
    #[arg(long, value_name = "FORMAT", default_value = "statement")]
    pub(crate) format: ExportFormat,
    /// Of this gate only
    #[arg(long, value_name = "GATE")]
    pub(crate) gate: Option<String>,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}

/// Whose format evidence is exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// DSSE envelopes around laneway's own statements, one a line
    Statement,
    /// in-toto test results, one a line
    TestResult,
    /// A SLSA verification summary of the newest verdict
    Vsa,
}

#[derive(Debug, Group)]
pub(crate) struct KeygenArgs {
    /// Write the secret key to this file, which must not be there; the public key goes to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: OsString,
}

#[derive(Debug, Group)]
pub(crate) struct DashboardArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Write the page to this file instead of to standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<OsString>,
}
