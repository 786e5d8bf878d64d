//! The baseline as it should be.

use std::collections::BTreeSet;

use crate::guard::grants::Origin;
use crate::guard::issue::Issue;
use crate::guard::known::Known;
use crate::guard::ledger::{BaselineLine, baseline_text};

/// Who lets the baseline grow, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept {
    /// Who accepts the findings.
    pub owner: String,
    /// Why.
    pub reason: String,
}

/// The baseline as it should be, and what that changes.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// The bytes of the file.
    pub text: String,
    /// How many lines it has.
    pub lines: usize,
    /// Findings that it does not have yet. Without [`Accept`] they are not in the text.
    pub added: Vec<Known>,
    /// Lines whose finding is gone.
    pub removed: Vec<Known>,
    /// Lines that follow their file: from, and to.
    pub moved: Vec<(Known, Known)>,
}

/// Returns the baseline for these findings, as [`collect`](crate::guard::collect) returns them.
///
/// Lines whose finding is gone are left out, lines of moved files follow, lines of tools that did not run stay. What
/// the debt allows is not taken in, and neither is what a tool suppresses.
pub fn rewrite(
    issues: &[Issue],
    tools: &BTreeSet<String>,
    origin: &Origin,
    accept: Option<&Accept>,
) -> Rewrite {
    let head = &origin.head;
    let old = origin.old_paths();
    let mut lines: Vec<BaselineLine> =
        head.baseline.values().filter(|line| !tools.contains(&line.known.tool)).cloned().collect();
    let mut kept = BTreeSet::new();
    let (mut added, mut moved) = (Vec::new(), Vec::new());
    for issue in issues.iter().filter(|issue| !issue.suppressed) {
        let known = &issue.known;
        let before = known.moved(&old);
        if let Some(line) = head.baseline.get(known) {
            lines.push(line.clone());
            kept.insert(known.clone());
        } else if let Some(line) = before.as_ref().and_then(|before| head.baseline.get(before)) {
            lines.push(BaselineLine { known: known.clone(), ..line.clone() });
            kept.insert(line.known.clone());
            moved.push((line.known.clone(), known.clone()));
        } else if !head.debt.contains_key(known)
            && before.is_none_or(|before| !head.debt.contains_key(&before))
        {
            if let Some(Accept { owner, reason }) = accept {
                let (accepted_by, reason) = (owner.clone(), reason.clone());
                lines.push(BaselineLine { known: known.clone(), accepted_by, reason, place: None });
            }
            added.push(known.clone());
        }
    }
    let removed = head
        .baseline
        .keys()
        .filter(|known| tools.contains(&known.tool) && !kept.contains(known))
        .cloned()
        .collect();
    Rewrite { text: baseline_text(&lines), lines: lines.len(), added, removed, moved }
}
