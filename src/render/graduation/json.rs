//! Graduation for programs: one JSON document, and its schema.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::release::{Graduation, Line, Missing, Scoped};
use crate::render::json::schema_of;

/// What the `schema` field of the document says.
pub const GRADUATION_V1: &str = "laneway.graduation/v1";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, graduation: &Graduation) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &GraduationV1::from(graduation))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/graduation.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<GraduationV1<'static>>("urn:laneway:graduation:v1")
}

/// How strictly families and kinds of evidence are asked for, and what is missing to step up.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Graduation", title = "Laneway graduation, version 1")]
struct GraduationV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = GRADUATION_V1))]
    schema: &'static str,
    /// How many of the lines may not stay as they are.
    findings: usize,
    /// The families by id, then the kinds of evidence.
    lines: Vec<LineV1<'a>>,
}

/// One family, or one kind of evidence.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Line")]
struct LineV1<'a> {
    /// What it is: `family` or `evidence_kind`.
    about: &'static str,
    /// Its id.
    id: &'a str,
    /// What people call it.
    title: &'a str,
    /// Its level today.
    level: &'static str,
    /// The level above; nothing at the top.
    next: Option<&'static str>,
    /// Says whether nothing is missing to step up.
    ready: bool,
    /// The day past which `report_only` is a finding.
    report_only_until: Option<String>,
    /// How many gates it has.
    gates: usize,
    /// Why it may not stay as it is; nothing where it may.
    finding: Option<&'a str>,
    /// What the verdicts say, by scope.
    scopes: Vec<ScopeV1<'a>>,
}

/// What the verdicts of one scope say.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Scope")]
struct ScopeV1<'a> {
    /// `pre-merge`, `promotion`, or a profile and its environment: `standard in production`.
    scope: String,
    /// How many verdicts expected a gate of it; of each commit and plan the last.
    verdicts: usize,
    /// How many gates they expected.
    expected: usize,
    /// How many of those had no result.
    missing: usize,
    /// How many had one, in percent, rounded down.
    complete: Option<u32>,
    /// How many did not hold, those without a result aside.
    failures: usize,
    /// How many were let pass by somebody.
    waived: usize,
    /// The gates that did not hold in the newest verdicts, that were not mended, and that nobody answers for.
    unowned: Vec<&'a str>,
    /// What is missing to step up.
    lacks: Vec<LackV1>,
}

/// What is missing to step up.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Lack")]
struct LackV1 {
    /// What: `verdicts`, `evidence` or `owners`.
    what: &'static str,
    /// How much there is: verdicts, percent, or gates without an owner.
    have: usize,
    /// How much there must be.
    need: usize,
    /// The same in words.
    says: String,
}

impl<'a> From<&'a Graduation> for GraduationV1<'a> {
    fn from(graduation: &'a Graduation) -> Self {
        let lines = graduation.lines.iter().map(LineV1::from).collect();
        Self { schema: GRADUATION_V1, findings: graduation.findings().count(), lines }
    }
}

impl<'a> From<&'a Line> for LineV1<'a> {
    fn from(line: &'a Line) -> Self {
        Self {
            about: line.about.what(),
            id: line.about.name(),
            title: &line.title,
            level: line.level.as_str(),
            next: line.next.map(|own| own.as_str()),
            ready: line.is_ready(),
            report_only_until: line.until.map(|own| own.to_string()),
            gates: line.gates,
            finding: line.finding.as_deref(),
            scopes: line.scopes.iter().map(ScopeV1::from).collect(),
        }
    }
}

impl<'a> From<&'a Scoped> for ScopeV1<'a> {
    fn from(own: &'a Scoped) -> Self {
        Self {
            scope: own.scope.to_string(),
            verdicts: own.verdicts,
            expected: own.expected,
            missing: own.missing,
            complete: own.complete(),
            failures: own.failures,
            waived: own.waived,
            unowned: own.unowned.iter().map(|gate| gate.as_str()).collect(),
            lacks: own.lacks.iter().map(LackV1::from).collect(),
        }
    }
}

impl From<&Missing> for LackV1 {
    fn from(missing: &Missing) -> Self {
        let (what, have, need) = match missing {
            Missing::Verdicts { seen, wanted } => ("verdicts", *seen, *wanted),
            Missing::Evidence { percent, wanted } => ("evidence", *percent as usize, *wanted as usize),
            Missing::Unowned { gates } => ("owners", gates.len(), 0),
        };
        Self { what, have, need, says: missing.to_string() }
    }
}
