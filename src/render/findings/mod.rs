//! Findings for their readers: a terminal, a program, a code-scanning service, a pull request.

pub mod github;
pub mod json;
mod region;
pub mod sarif;
pub mod text;

use crate::finding::{Finding, Severity};

/// What is printed.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// The findings, in the order in which they are printed.
    pub findings: &'a [Finding],
    /// The revision since which a change brought them; without one, they are all that there are.
    pub since: Option<&'a str>,
    /// Says whether the policy is broken, so that what rests on something being absent was not asked.
    pub broken: bool,
}

impl Findings<'_> {
    /// Returns how many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.code.severity() == severity).count()
    }
}

/// The severities, worst first.
pub(crate) const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

/// Returns the last part of a code: what `--only` takes, and what a line of text has room for.
pub fn short(finding: &Finding) -> &'static str {
    let code = finding.code.as_str();
    code.rsplit_once("::").map_or(code, |(_, short)| short)
}
