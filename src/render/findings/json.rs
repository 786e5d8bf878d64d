//! Findings for programs: one JSON document, and its schema.

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::region::Region;
use super::{Findings, SEVERITIES};
use crate::finding::{At, Finding, Severity, fingerprint};
use crate::path::RepoPath;
use crate::render::json::schema_of;
use crate::render::wire_reason::{lossy, not_utf8};

/// What the `schema` field of the document says.
pub const CHECK_V1: &str = "laneway.check/v1";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, findings: &Findings<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &CheckV1::from(findings))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/check.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<CheckV1<'static>>("urn:laneway:check:v1")
}

/// Where maps, lanes and tree differ from what they should be.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Check", title = "Laneway check, version 1")]
pub struct CheckV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = CHECK_V1))]
    pub schema: &'static str,
    /// The revision since which a change brought the findings; null where they are all that there are.
    pub since: Option<&'a str>,
    /// The policy is broken: what rests on something being absent from it was not asked.
    pub broken: bool,
    /// How many findings there are.
    pub counts: CountsV1,
    /// The findings, by file, line, code and subject.
    pub findings: Vec<FindingV1<'a>>,
}

/// How many findings there are of each severity.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Counts")]
pub struct CountsV1 {
    /// A route is broad because of it, or may miss what it should hold.
    pub error: usize,
    /// The maps, the lanes or the tree have drifted from one another.
    pub warning: usize,
    /// The route is right, or wider than it need be.
    pub note: usize,
}

/// How much a finding matters.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Severity")]
pub enum SeverityV1 {
    /// The route is right, or wider than it need be.
    Note,
    /// The maps, the lanes or the tree have drifted from one another.
    Warning,
    /// A route is broad because of it, or may miss what it should hold.
    Error,
}

/// One thing that is not as it should be.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub struct FindingV1<'a> {
    /// The stable code: `laneway::check::dead_row`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: SeverityV1,
    /// What it is known by from one commit to the next: the SHA-256 in hexadecimal of code, path and subject.
    pub fingerprint: String,
    /// One sentence that names the value.
    pub message: &'a str,
    /// How to mend it.
    pub help: &'a str,
    /// What it is about, in words that do not change when lines or counts do.
    pub subject: &'a str,
    /// The file in which it stands; null where it stands in none. What is not UTF-8 is U+FFFD.
    pub path: Option<String>,
    /// The bytes of that path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// Where in the file; null for a file as a whole.
    pub region: Option<RegionV1>,
    /// What an underline says; may be empty.
    pub label: &'a str,
    /// A path that shows it: a file of the tree, or one that could be. What is not UTF-8 is U+FFFD.
    pub witness: Option<Cow<'a, str>>,
    /// The bytes of that path in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_bytes: Option<String>,
}

/// A part of a file. Lines and columns count from 1, columns in characters; the end is behind the last character.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Region")]
pub struct RegionV1 {
    /// The line of the first character.
    pub line: u32,
    /// The column of the first character.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column of the end.
    pub end_column: u32,
}

impl<'a> From<&Findings<'a>> for CheckV1<'a> {
    fn from(findings: &Findings<'a>) -> Self {
        let [error, warning, note] = SEVERITIES.map(|severity| findings.count(severity));
        Self {
            schema: CHECK_V1,
            since: findings.since,
            broken: findings.broken,
            counts: CountsV1 { error, warning, note },
            findings: findings.findings.iter().map(FindingV1::from).collect(),
        }
    }
}

impl<'a> From<&'a Finding> for FindingV1<'a> {
    fn from(finding: &'a Finding) -> Self {
        let path = finding.path();
        let region = match &finding.at {
            At::Source(place) => Some(Region::of(place)),
            At::File(_) | At::Workspace => None,
        };
        Self {
            code: finding.code.as_str(),
            severity: match finding.code.severity() {
                Severity::Note => SeverityV1::Note,
                Severity::Warning => SeverityV1::Warning,
                Severity::Error => SeverityV1::Error,
            },
            fingerprint: fingerprint(finding),
            message: &finding.message,
            help: &finding.help,
            subject: &finding.subject,
            path: path.as_ref().map(|path| lossy(path).into_owned()),
            path_bytes: path.as_ref().and_then(not_utf8),
            region: region.map(|region| RegionV1 {
                line: region.start_line,
                column: region.start_column,
                end_line: region.end_line,
                end_column: region.end_column,
            }),
            label: &finding.label,
            witness: finding.witness.as_ref().map(lossy),
            witness_bytes: finding.witness.as_ref().and_then(|path: &RepoPath| not_utf8(path)),
        }
    }
}
