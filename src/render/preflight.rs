//! What preflight found, for a terminal and for programs, and as it is recorded.

use std::io::{self, Write};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::id::GateId;
use crate::release::preflight::Outcome;
use crate::render::escape::terminal;
use crate::render::json::schema_of;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, FAINT, NAME, STRONG};

/// What the `schema` field of the document says.
pub const PREFLIGHT_V1: &str = "laneway.preflight/v1";

/// A check that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// The release gate that it is evidence for.
    pub gate: GateId,
    /// Who answers for it.
    pub owner: String,
    /// How it looks: `tcp`, `tls`, `http`, `run`, `file`.
    pub by: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// What preflight found.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// The commit.
    pub commit: String,
    /// The release profile.
    pub profile: String,
    /// The environment.
    pub environment: String,
    /// What the environment is.
    pub target: String,
    /// When it was made.
    pub made: String,
    /// The checks, in the order of the policy.
    pub checks: Vec<Made>,
    /// The checks of gates that the profile does not ask for.
    pub unasked: Vec<String>,
    /// The release gates that want checks, and for which the environment declares none.
    pub unchecked: Vec<GateId>,
}

impl Preflight {
    /// Says whether every check holds, and there is one for every gate that wants one.
    pub fn holds(&self) -> bool {
        self.unchecked.is_empty() && self.checks.iter().all(|own| own.outcome == Outcome::Held)
    }

    /// Says whether a check could not be made.
    pub fn is_undecided(&self) -> bool {
        self.checks.iter().any(|own| matches!(own.outcome, Outcome::Unmade(_)))
    }
}

/// Writes a line a check, and one that sums it up.
pub fn text(out: &mut impl Write, own: &Preflight) -> io::Result<()> {
    let (environment, profile) = (terminal(&own.environment), terminal(&own.profile));
    writeln!(out, "{STRONG}Preflight of `{environment}` under `{profile}`{STRONG:#}")?;
    let wide = |text: &dyn Fn(&Made) -> usize| own.checks.iter().map(text).max().unwrap_or(0).min(40);
    let (ids, gates) = (wide(&|made| made.id.len()), wide(&|made| made.gate.as_str().len()));
    let owners = wide(&|made| made.owner.len());
    for made in &own.checks {
        let (mark, style, word) = match made.outcome {
            Outcome::Held => ("✔", NAME, "held"),
            Outcome::Failed(_) => ("✘", ALARM, "failed"),
            Outcome::Unmade(_) => ("■", CARE, "could not be made"),
        };
        writeln!(
            out,
            "{style}{mark}{style:#} {NAME}{:ids$}{NAME:#}  {:gates$}  {:owners$}  {style}{word}{style:#} {FAINT}{:.1} s{FAINT:#}",
            terminal(&made.id),
            terminal(made.gate.as_str()),
            terminal(&made.owner),
            made.took.as_secs_f64()
        )?;
        if let Some(why) = made.outcome.reason() {
            writeln!(out, "    {}", terminal(why))?;
        }
    }
    for gate in &own.unchecked {
        let gate = terminal(gate.as_str());
        writeln!(out, "{ALARM}✘{ALARM:#} {NAME}{gate}{NAME:#}  the environment declares no check for it")?;
    }
    if !own.unasked.is_empty() {
        let ids: Vec<_> = own.unasked.iter().map(|id| terminal(id)).collect();
        writeln!(out, "{FAINT}Not asked for by the profile: {}{FAINT:#}", ids.join(", "))?;
    }
    let held = own.checks.iter().filter(|made| made.outcome == Outcome::Held).count();
    let style = if own.holds() { STRONG } else { ALARM };
    let checks = count(own.checks.len(), "check");
    writeln!(out, "{style}{held} of {checks} held.{style:#}")
}

/// Writes the document on one line.
pub fn json(out: &mut impl Write, own: &Preflight) -> io::Result<()> {
    out.write_all(&document(own)?)
}

/// Returns the document, on one line.
pub fn document(own: &Preflight) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&PreflightV1::from(own))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Returns the JSON Schema of the document, as `schemas/preflight.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<PreflightV1<'static>>("urn:laneway:preflight:v1")
}

/// What the declared checks of an environment came to. Nothing of what a check read stands in it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Preflight", title = "Laneway preflight, version 1")]
struct PreflightV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = PREFLIGHT_V1))]
    schema: &'static str,
    /// Says whether every check holds, and there is one for every gate that wants one.
    holds: bool,
    /// The commit.
    commit: &'a str,
    /// The release profile.
    profile: &'a str,
    /// The environment.
    environment: &'a str,
    /// What the environment is.
    target: &'a str,
    /// When the checks were made.
    made: &'a str,
    /// The checks, in the order of the policy.
    checks: Vec<CheckV1<'a>>,
    /// The checks of gates that the profile does not ask for.
    unasked: &'a [String],
    /// The release gates that want checks, and for which the environment declares none.
    unchecked: Vec<&'a str>,
}

/// A check.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Check")]
struct CheckV1<'a> {
    /// Its id.
    id: &'a str,
    /// The release gate that it is evidence for.
    gate: &'a str,
    /// Who answers for it.
    owner: &'a str,
    /// How it looks: `tcp`, `tls`, `http`, `run`, `file`.
    by: &'static str,
    /// `held`, `failed`, or `unmade` where it could not be made.
    outcome: &'static str,
    /// Why it did not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// How long it took, in milliseconds.
    took_ms: u64,
}

impl<'a> From<&'a Preflight> for PreflightV1<'a> {
    fn from(own: &'a Preflight) -> Self {
        let checks = own.checks.iter().map(|made| CheckV1 {
            id: &made.id,
            gate: made.gate.as_str(),
            owner: &made.owner,
            by: made.by,
            outcome: made.outcome.as_str(),
            reason: made.outcome.reason(),
            took_ms: u64::try_from(made.took.as_millis()).unwrap_or(u64::MAX),
        });
        Self {
            schema: PREFLIGHT_V1,
            holds: own.holds(),
            commit: &own.commit,
            profile: &own.profile,
            environment: &own.environment,
            target: &own.target,
            made: &own.made,
            checks: checks.collect(),
            unasked: &own.unasked,
            unchecked: own.unchecked.iter().map(GateId::as_str).collect(),
        }
    }
}
