//! What the guard decided, for code scanning: one SARIF 2.1.0 log with a run for each tool.
//!
//! What the baseline has is `unchanged`; what the debt allows, or the tool itself suppresses, is suppressed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use crate::finding::Severity;
use crate::guard::{Judged, LANEWAY, LineFinding, Standing};
use crate::path::RepoPath;

/// Writes the log on one line.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let mut runs: BTreeMap<&str, Vec<Value>> =
        report.tools.iter().map(|tool| (tool.as_str(), Vec::new())).collect();
    for judged in &report.judgement.issues {
        runs.entry(&judged.issue.known.tool).or_default().push(issue(judged));
    }
    for line in &report.judgement.lines {
        runs.entry(LANEWAY).or_default().push(self::line(line, report));
    }
    let runs: Vec<Value> = runs
        .into_iter()
        .map(|(tool, results)| json!({"tool": {"driver": {"name": tool}}, "results": results}))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn issue(judged: &Judged) -> Value {
    let known = &judged.issue.known;
    let mut result = json!({
        "ruleId": known.code,
        "level": level(judged.issue.severity),
        "message": {"text": judged.issue.message},
        "baselineState": match judged.standing {
            Standing::New => "new",
            Standing::Expired(_) | Standing::Debt(_) | Standing::Baseline | Standing::Suppressed => "unchanged",
        },
        "partialFingerprints": {"laneway/v1": known.fingerprint()},
        "properties": {"standing": judged.standing.as_str(), "stops": judged.stops, "subject": known.subject},
    });
    if let Some(path) = &known.path {
        result["locations"] = json!([location(&uri(path), judged.issue.at)]);
    }
    match judged.standing {
        Standing::Debt(day) => {
            let justification = format!("allowed until {day}");
            result["suppressions"] =
                json!([{"kind": "external", "status": "accepted", "justification": justification}]);
        }
        Standing::Suppressed => result["suppressions"] = json!([{"kind": "inSource"}]),
        Standing::New | Standing::Expired(_) | Standing::Baseline => {}
    }
    result
}

fn line(line: &LineFinding, report: &Report<'_>) -> Value {
    let file = RepoPath::new(format!("{}/{}", report.folder, line.which.file()));
    let at = line.place.as_ref().map(|place| (place.line(), 1));
    json!({
        "ruleId": line.code.as_str(),
        "level": level(line.code.severity()),
        "message": {"text": format!("{}. {}", line.message, line.help)},
        "locations": [location(&uri(&file), at)],
        "partialFingerprints": {"laneway/v1": format!("{}:{}", line.code.as_str(), line.known.fingerprint())},
        "properties": {"stops": line.stops},
    })
}

fn location(uri: &str, at: Option<(u32, u32)>) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}});
    if let Some((line, column)) = at {
        physical["region"] = json!({"startLine": line, "startColumn": column});
    }
    json!({"physicalLocation": physical})
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn uri(path: &RepoPath) -> String {
    path.as_bytes().iter().fold(String::new(), |mut uri, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(*byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri
    })
}
