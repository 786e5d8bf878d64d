//! A finding of any tool.

use std::collections::BTreeMap;

use crate::finding::{At, Finding, Severity};
use crate::guard::known::{Known, LANEWAY};
use crate::path::RepoPath;

/// A finding of any tool, laneway's own included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What it is known by.
    pub known: Known,
    /// How much it matters.
    pub severity: Severity,
    /// What the tool says.
    pub message: String,
    /// How to mend it; empty where the tool does not say.
    pub help: String,
    /// The line and the column, for people.
    pub at: Option<(u32, u32)>,
    /// The tool itself was told to pass it over.
    pub suppressed: bool,
}

impl Issue {
    /// Takes one of laneway's own findings.
    pub fn own(finding: &Finding) -> Self {
        let at = match &finding.at {
            At::Source(place) => Some(place.source.line_column(place.span.start)),
            At::File(_) | At::Workspace => None,
        };
        Self {
            known: Known {
                path: finding.home(),
                code: finding.code.as_str().to_owned(),
                tool: LANEWAY.to_owned(),
                subject: finding.subject.clone(),
                ordinal: 1,
            },
            severity: finding.code.severity(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            at,
            suppressed: false,
        }
    }
}

/// Returns the findings sorted, each once, and numbers those that are alike.
///
/// What stands at the same place and says the same is one finding, in however many files it is reported. A suppressed one
/// is numbered behind the others: to lift a suppression must not make another finding new.
pub fn collect(issues: Vec<Issue>) -> Vec<Issue> {
    let mut issues = issues;
    issues.sort_by(|left, right| order(left).cmp(&order(right)));
    issues.dedup();
    let mut alike: BTreeMap<(Option<RepoPath>, String, String, String), u32> = BTreeMap::new();
    for issue in &mut issues {
        let Known { path, code, tool, subject, .. } = issue.known.clone();
        let count = alike.entry((path, code, tool, subject)).or_default();
        *count = count.saturating_add(1);
        issue.known.ordinal = *count;
    }
    issues
}

fn order(issue: &Issue) -> impl Ord + '_ {
    let Issue { known, severity, message, help, at, suppressed } = issue;
    (known, *suppressed, *at, *severity, message, help)
}
