//! From what another tool says is wrong to findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::guard::issue::Issue;
use crate::guard::known::Known;
use crate::guard::sarif::text::{self, Lines};
use crate::path::RepoPath;
use crate::sarif::Found;

/// Turns results into findings. `contents` are the files at which they point, as far as they are there.
///
/// A finding is known by the text of the line, as the file has it, else as the tool shows it. Where there is no line, by
/// what the tool itself knows it by; and where it does not say, by its message without the numbers in it.
pub fn issues(results: Vec<Found>, contents: &BTreeMap<RepoPath, Arc<[u8]>>) -> Vec<Issue> {
    let lines: BTreeMap<&RepoPath, Lines<'_>> =
        contents.iter().map(|(path, content)| (path, Lines::of(content))).collect();
    let issue = |result: Found| {
        let Found { tool, code, severity, message, help, path, at, suppressed, snippet, prints, inside } =
            result;
        let lines = path.as_ref().and_then(|path| lines.get(path));
        let subject = at
            .zip(lines)
            .and_then(|((line, _), lines)| lines.get(line))
            .or_else(|| snippet.as_deref().and_then(text::snippet))
            .or(prints)
            .unwrap_or_else(|| {
                let message = text::message(&message);
                inside.map_or_else(|| message.clone(), |inside| format!("{inside}: {message}"))
            });
        let known = Known { path, code, tool, subject: text::short(subject), ordinal: 1 };
        Issue { known, severity, message, help, at, suppressed }
    };
    results.into_iter().map(issue).collect()
}
