//! What suites say of their test cases, held against them.
//!
//! Each tool counts in its own way, so what any of them can mean is taken; what none can mean is a contradiction: tests that
//! were run and are not in the report, a failure that the totals hide.

use std::sync::Arc;

use roxmltree::Node;

use super::tally::Tally;
use crate::fault::{Code, Fault};
use crate::source::Source;

/// A suite, with what stands directly in it, and all that is below it.
pub(super) struct Suite<'a, 'input> {
    /// The element.
    pub(super) node: Node<'a, 'input>,
    /// The suite around it, by its place in the list.
    pub(super) parent: Option<usize>,
    /// Directly in it.
    pub(super) own: Tally,
    /// Below it.
    pub(super) all: Tally,
}

/// Says how a suite contradicts its test cases.
pub(super) fn contradictions(source: &Arc<Source>, suite: &Suite<'_, '_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut count = |name: &str| match suite.node.attribute(name) {
        None => None,
        Some(text) => match text.trim().parse::<u64>() {
            Ok(count) => Some(count),
            Err(_) => {
                faults.push(fault(
                    source,
                    suite,
                    name,
                    format!("`{name}` is `{}`, which is no count", short(text)),
                ));
                None
            }
        },
    };
    let (tests, failures, errors) = (count("tests"), count("failures"), count("errors"));
    let (skipped, disabled) = (count("skipped").or_else(|| count("skip")), count("disabled"));
    let (own, all) = (&suite.own, &suite.all);
    if let Some(tests) = tests
        && !takes_tests(all, tests)
        && own.cases != tests
    {
        let what = format!("`tests` is {tests}, and there are {} test cases", all.cases);
        faults.push(fault(source, suite, "tests", what));
    }
    let failing = match (failures, errors) {
        (None, None) => None,
        // Some tools count every problem as an error, or as a failure, whatever its element is called.
        (Some(failures), Some(errors)) => {
            Some(("failures", failures.saturating_add(errors), all.failed, own.failed))
        }
        (Some(failures), None) => Some(("failures", failures, all.failures, own.failures)),
        (None, Some(errors)) => Some(("errors", errors, all.errors, own.errors)),
    };
    if let Some((name, stated, of_all, of_own)) = failing
        && !(of_all..=all.problems + all.reruns).contains(&stated)
        && !(of_own..=own.problems + own.reruns).contains(&stated)
    {
        let stated_as = if errors.is_some() && failures.is_some() {
            "`failures` and `errors` together are"
        } else {
            "it is"
        };
        let what = format!("{stated_as} {stated}, and of {} test cases {} failed", all.cases, all.failed);
        faults.push(fault(source, suite, name, what));
    }
    if let Some(stated) = skipped
        && !takes_skipped(all, stated, disabled)
        && !takes_skipped(own, stated, disabled)
    {
        let what = format!("`skipped` is {stated}, and {} test cases were skipped", all.skipped);
        faults.push(fault(source, suite, "skipped", what));
    }
    faults
}

/// Says whether `tests` can mean these cases. Surefire counts its last round alone where tests are run again. Where
/// something failed, hooks are cases too for some tools and not for others, and no count could turn it into a pass.
const fn takes_tests(tally: &Tally, tests: u64) -> bool {
    tests == tally.cases || tally.failed > 0 || (tally.reruns > 0 && tests < tally.cases)
}

/// Says whether `skipped` can mean these cases; what is disabled is counted in it, or beside it.
fn takes_skipped(tally: &Tally, skipped: u64, disabled: Option<u64>) -> bool {
    let least = if tally.reruns > 0 { 0 } else { tally.marked };
    let with = skipped.saturating_add(disabled.unwrap_or(0));
    (least..=tally.marks).contains(&skipped) || (least..=tally.marks).contains(&with)
}

fn fault(source: &Arc<Source>, suite: &Suite<'_, '_>, attribute: &str, what: String) -> Fault {
    let span = suite.node.attribute_node(attribute).map_or_else(
        || suite.node.range().start..suite.node.range().start + 1,
        |attribute| attribute.range_value(),
    );
    let name = match suite.node.attribute("name").map(str::trim) {
        Some(name) if !name.is_empty() => format!("the suite `{}`", short(name)),
        _ => "a suite without a name".to_owned(),
    };
    let help = "a report that contradicts itself says nothing: see whether several runs wrote to one file, or one was cut";
    let message = format!("{} contradicts itself in {name}: {what}", source.name());
    Fault::at(Code::JunitCounts, source, span, message, "this count", help)
}

/// Cuts a text that is too long for a message, and takes the line breaks out of it.
pub(super) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
