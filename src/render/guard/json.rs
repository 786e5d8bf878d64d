//! What the guard decided, for programs: one JSON document.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use crate::guard::{Judged, LineFinding, Standing, Unjudged, Which, debt_line};
use crate::render::wire_reason::{lossy, not_utf8};

/// What the `schema` field of the document says.
pub const GUARD_V1: &str = "laneway.guard/v1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    mode: &'static str,
    fails: bool,
    today: String,
    base: Option<Base<'a>>,
    tools: &'a [String],
    passed: usize,
    counts: Counts,
    findings: Vec<Finding<'a>>,
    lines: Vec<Line<'a>>,
    not_judged: Vec<NotJudged<'a>>,
}

#[derive(Serialize)]
struct Base<'a> {
    method: &'a str,
    commit: Option<&'a str>,
    merge_base: Option<&'a str>,
    missing: bool,
    faults: usize,
}

#[derive(Serialize)]
struct Counts {
    new: usize,
    debt_expired: usize,
    debt: usize,
    baseline: usize,
    suppressed: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    fingerprint: String,
    tool: &'a str,
    code: &'a str,
    severity: &'static str,
    standing: &'static str,
    until: Option<String>,
    stops: bool,
    path: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    subject: &'a str,
    message: &'a str,
    help: &'a str,
    moved_from: Option<Cow<'a, str>>,
    granted_by_change: bool,
    debt_line: String,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    table: &'static str,
    line: Option<u32>,
    fingerprint: String,
    tool: &'a str,
    finding: &'a str,
    path: Option<Cow<'a, str>>,
    stops: bool,
    message: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct NotJudged<'a> {
    tool: &'a str,
    baseline: usize,
    debt: usize,
}

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let judgement = report.judgement;
    let [new, debt_expired, debt, baseline, suppressed] = report.counts();
    let document = Document {
        schema: GUARD_V1,
        mode: judgement.mode.as_str(),
        fails: judgement.fails(),
        today: report.today.to_string(),
        base: report.base.map(|base| Base {
            method: &base.base_method,
            commit: base.base.as_deref(),
            merge_base: base.merge_base.as_deref(),
            missing: base.missing.is_some(),
            faults: report.base_faults,
        }),
        tools: report.tools,
        passed: report.passed,
        counts: Counts { new, debt_expired, debt, baseline, suppressed },
        findings: judgement.issues.iter().map(Finding::from).collect(),
        lines: judgement.lines.iter().map(Line::from).collect(),
        not_judged: judgement.unjudged.iter().map(NotJudged::from).collect(),
    };
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

impl<'a> From<&'a Judged> for Finding<'a> {
    fn from(judged: &'a Judged) -> Self {
        let issue = &judged.issue;
        let known = &issue.known;
        Self {
            fingerprint: known.fingerprint(),
            tool: &known.tool,
            code: &known.code,
            severity: issue.severity.as_str(),
            standing: judged.standing.as_str(),
            until: match judged.standing {
                Standing::Debt(day) | Standing::Expired(day) => Some(day.to_string()),
                Standing::New | Standing::Baseline | Standing::Suppressed => None,
            },
            stops: judged.stops,
            path: known.path.as_ref().map(lossy),
            path_bytes: known.path.as_ref().and_then(not_utf8),
            line: issue.at.map(|(line, _)| line),
            column: issue.at.map(|(_, column)| column),
            subject: &known.subject,
            message: &issue.message,
            help: &issue.help,
            moved_from: judged.moved_from.as_ref().map(lossy),
            granted_by_change: judged.granted_by_change,
            debt_line: debt_line(known, "OWNER", "REASON", "YYYY-MM-DD"),
        }
    }
}

impl<'a> From<&'a LineFinding> for Line<'a> {
    fn from(line: &'a LineFinding) -> Self {
        Self {
            code: line.code.as_str(),
            severity: line.code.severity().as_str(),
            table: match line.which {
                Which::Baseline => "baseline",
                Which::Debt => "debt",
            },
            line: line.place.as_ref().map(crate::source::Place::line),
            fingerprint: line.known.fingerprint(),
            tool: &line.known.tool,
            finding: &line.known.code,
            path: line.known.path.as_ref().map(lossy),
            stops: line.stops,
            message: &line.message,
            help: &line.help,
        }
    }
}

impl<'a> From<&'a Unjudged> for NotJudged<'a> {
    fn from(own: &'a Unjudged) -> Self {
        Self { tool: &own.tool, baseline: own.baseline, debt: own.debt }
    }
}
