//! SARIF 2.1.0 as a result.

use std::sync::Arc;

use super::Reported;
use crate::evidence::{GateResult, Tool};
use crate::fault::{Code, Fault};
use crate::finding::Severity;
use crate::sarif;
use crate::source::Source;

/// How many findings a reason names.
const NAMED: usize = 3;

/// Reads a report, or says everything that is wrong with it. An error that nobody suppressed is a fail; warnings and notes
/// are counted.
pub fn sarif(source: &Arc<Source>) -> Result<Reported, Vec<Fault>> {
    let (log, faults) = sarif::read(source, None);
    if !faults.is_empty() {
        return Err(faults);
    }
    let Some(first) = log.tools.first() else {
        let message = format!("{} has no run of a tool: nothing was looked at", source.name());
        let help = "let the tool run to its end; a run that finds nothing has an empty list of results";
        return Err(vec![Fault::at(Code::SarifIncomplete, source, 0..1, message, "no run", help)]);
    };
    let (suppressed, open): (Vec<_>, Vec<_>) = log.results.iter().partition(|found| found.suppressed);
    let of = |severity: Severity| open.iter().filter(move |found| found.severity == severity);
    let errors = of(Severity::Error).count();
    let counts =
        [(errors, "error"), (of(Severity::Warning).count(), "warning"), (of(Severity::Note).count(), "note")];
    let mut parts: Vec<String> = counts.into_iter().filter(|(count, _)| *count > 0).map(counted).collect();
    if parts.is_empty() {
        parts.push("no findings".to_owned());
    }
    if !suppressed.is_empty() {
        parts.push(format!("{} suppressed", suppressed.len()));
    }
    let reason = (errors > 0).then(|| {
        let named: Vec<String> =
            of(Severity::Error).take(NAMED).map(|found| said(&found.code, &found.message)).collect();
        let rest =
            if errors > named.len() { format!(" and {} more", errors - named.len()) } else { String::new() };
        format!("{}: {}{rest}", counted((errors, "error")), named.join("; "))
    });
    let version = None;
    Ok(Reported {
        result: if errors > 0 { GateResult::Fail } else { GateResult::Pass },
        reason,
        summary: parts.join(", "),
        evidence_type: "analysis",
        started: None,
        finished: None,
        tool: Tool { name: first.clone(), version },
    })
}

fn counted((count, what): (usize, &str)) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn said(code: &str, message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match message.char_indices().nth(80) {
        Some((at, _)) => format!("{code} ({}…)", &message[..at]),
        None if message.is_empty() => code.to_owned(),
        None => format!("{code} ({message})"),
    }
}
