//! A report to what it says of a gate.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use roxmltree::{Node, NodeId};

use super::counts::{Suite, contradictions, short};
use super::tally::{Case, Tally};
use crate::evidence::{GateResult, Tool};
use crate::fault::{Code, Fault};
use crate::results::Reported;
use crate::results::xml::{self, Doctype};
use crate::source::Source;

/// How many tests a reason names.
const NAMED: usize = 3;

/// How many contradictions are reported: more tell nobody anything.
const MOST_FAULTS: usize = 50;

/// Reads a report, or says everything that is wrong with it.
///
/// A report is a pass only where a test passed and none failed. A test that passed when it was run again makes it partial: its
/// runs disagree.
pub fn junit(source: &Arc<Source>) -> Result<Reported, Vec<Fault>> {
    let document = xml::parse(source, Code::JunitSyntax, "report of tests", Doctype::Refused)
        .map_err(|fault| vec![*fault])?;
    let root = document.root_element();
    if !is_suite(&root) {
        return Err(vec![no_report(source, &root)]);
    }
    let walked = walk(source, root)?;
    let all = walked.suites.first().map(|suite| suite.all).unwrap_or_default();
    let faults: Vec<Fault> =
        walked.suites.iter().flat_map(|suite| contradictions(source, suite)).take(MOST_FAULTS).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if all.failed == 0 && all.cases == all.skipped {
        let what = match all.cases {
            0 => "has no tests".to_owned(),
            1 => "has one test, and it was skipped".to_owned(),
            cases => format!("has {cases} tests, and all of them were skipped"),
        };
        let span = root.range().start..root.range().start + 1;
        let help = "see whether the tests were found and run; a gate that has nothing to say is recorded with \
                    `--result not_applicable` and its reason";
        let message = format!("{} {what}: nothing was proved", source.name());
        return Err(vec![Fault::at(Code::JunitEmpty, source, span, message, "this report", help)]);
    }
    let (result, reason) = judged(&all, &walked);
    let (started, finished) = times(&walked.suites);
    Ok(Reported {
        result,
        reason,
        summary: summary(&all),
        evidence_type: "test-report",
        started,
        finished,
        tool: Tool { name: "junit".to_owned(), version: None },
    })
}

/// What is below a root.
struct Walked<'a, 'input> {
    /// Every suite, a suite before those in it.
    suites: Vec<Suite<'a, 'input>>,
    /// The first tests that failed.
    failed: Vec<String>,
    /// The first tests that are flaky.
    flaky: Vec<String>,
    /// The first tests that are warned about.
    warned: Vec<String>,
}

fn is_suite(node: &Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "testsuites" | "testsuite")
}

fn walk<'a, 'input>(source: &Arc<Source>, root: Node<'a, 'input>) -> Result<Walked<'a, 'input>, Vec<Fault>> {
    let mut places: HashMap<NodeId, usize> = HashMap::new();
    let mut walked = Walked { suites: Vec::new(), failed: Vec::new(), flaky: Vec::new(), warned: Vec::new() };
    let mut faults = Vec::new();
    for node in root.descendants().filter(Node::is_element) {
        let around = node.parent().and_then(|parent| places.get(&parent.id()).copied());
        match (node.tag_name().name(), around) {
            ("testsuites" | "testsuite", parent) if parent.is_some() || node == root => {
                places.insert(node.id(), walked.suites.len());
                walked.suites.push(Suite { node, parent, own: Tally::default(), all: Tally::default() });
            }
            ("testcase", Some(parent)) => {
                let named = match walked.suites[parent].own.case(node) {
                    Case::Failed => &mut walked.failed,
                    Case::Flaky => &mut walked.flaky,
                    Case::Warned => &mut walked.warned,
                    Case::Passed | Case::Skipped => continue,
                };
                if named.len() < NAMED {
                    named.push(name(&node));
                }
            }
            (problem @ ("failure" | "error"), Some(parent)) => {
                walked.suites[parent].own.problem(problem);
                if walked.failed.len() < NAMED {
                    walked.failed.push(format!("the suite {}", name(&walked.suites[parent].node)));
                }
            }
            (lost @ ("testsuites" | "testsuite" | "testcase"), None) if faults.len() < MOST_FAULTS => {
                let start = node.range().start;
                let help = "let the tool write its test cases into suites, and nowhere else";
                let message = format!("{} has a `{lost}` that stands in no suite", source.name());
                faults.push(Fault::at(
                    Code::JunitSyntax,
                    source,
                    start..start + 1 + lost.len(),
                    message,
                    "here",
                    help,
                ));
            }
            _ => {}
        }
    }
    // What is in a suite stands behind it, so backwards every suite is whole before it is added.
    for at in (0..walked.suites.len()).rev() {
        let own = walked.suites[at].own;
        walked.suites[at].all.add(&own);
        let (all, parent) = (walked.suites[at].all, walked.suites[at].parent);
        if let Some(parent) = parent {
            walked.suites[parent].all.add(&all);
        }
    }
    if faults.is_empty() { Ok(walked) } else { Err(faults) }
}

fn name(node: &Node<'_, '_>) -> String {
    let text = |attribute: &str| node.attribute(attribute).map(str::trim).filter(|text| !text.is_empty());
    match (text("classname"), text("name")) {
        (Some(class), Some(name)) if class != name && !name.starts_with(class) => {
            short(&format!("{class}.{name}"))
        }
        (_, Some(name)) => short(name),
        (Some(class), None) => short(class),
        (None, None) => "(without a name)".to_owned(),
    }
}

fn judged(all: &Tally, walked: &Walked<'_, '_>) -> (GateResult, Option<String>) {
    let reason = |what: String, named: &[String], of: u64| {
        let more = usize::try_from(of).unwrap_or(usize::MAX).saturating_sub(named.len());
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{what}: {}{rest}", named.join(", ")))
    };
    let of_cases = |count: u64| format!("{count} of {}", counted(all.cases, "test"));
    if all.failed > 0 {
        let what = format!("{} failed", of_cases(all.failed));
        return (GateResult::Fail, reason(what, &walked.failed, all.failed));
    }
    if all.flaky > 0 {
        let what = format!("{} passed only when run again", of_cases(all.flaky));
        return (GateResult::Partial, reason(what, &walked.flaky, all.flaky));
    }
    if all.warned > 0 {
        let what = format!("{} passed with a warning of the tool", of_cases(all.warned));
        return (GateResult::Partial, reason(what, &walked.warned, all.warned));
    }
    (GateResult::Pass, None)
}

fn summary(all: &Tally) -> String {
    let mut parts = vec![counted(all.cases, "test")];
    for (count, what) in [
        (all.failed, "failed"),
        (all.flaky, "flaky"),
        (all.warned, "with a warning"),
        (all.skipped, "skipped"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.join(", ")
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Returns when the first suite began and the last one ended, as far as they say so with a zone: a time without one is
/// that of some machine, nobody knows where.
fn times(suites: &[Suite<'_, '_>]) -> (Option<Timestamp>, Option<Timestamp>) {
    let mut first: Option<Timestamp> = None;
    let mut last: Option<Timestamp> = None;
    for suite in suites {
        let Some(started) =
            suite.node.attribute("timestamp").and_then(|text| text.trim().parse::<Timestamp>().ok())
        else {
            continue;
        };
        let took = suite.node.attribute("time").and_then(seconds).unwrap_or(SignedDuration::ZERO);
        let ended = started.checked_add(took).unwrap_or(started);
        first = Some(first.map_or(started, |first| first.min(started)));
        last = Some(last.map_or(ended, |last| last.max(ended)));
    }
    (first, last)
}

/// Reads seconds, which some tools write with separators: `1,234.500`.
fn seconds(text: &str) -> Option<SignedDuration> {
    let seconds: f64 = text.trim().replace(',', "").parse().ok()?;
    let took = SignedDuration::try_from_secs_f64(seconds).ok().filter(|took| !took.is_negative())?;
    // A fraction of two is no fraction of ten: 0.127 is a billionth less.
    took.round(jiff::Unit::Microsecond).ok()
}

fn no_report(source: &Arc<Source>, root: &Node<'_, '_>) -> Fault {
    let name = root.tag_name().name();
    let help = match name {
        "coverage" => "it looks like a report of coverage: name it with `--cobertura`",
        "TestRun" | "test-run" | "assemblies" | "assembly" | "test-results" => {
            "let the tool write JUnit XML: loggers and converters for it exist for every .NET test runner"
        }
        "html" => "it is a page: name the XML file that the tool writes beside it",
        _ => "name a JUnit XML report: its root is `testsuites` or `testsuite`",
    };
    let start = root.range().start;
    let message = format!("{} is no report of tests: its root is `{}`", source.name(), short(name));
    Fault::at(Code::JunitSyntax, source, start..start + 1 + name.len(), message, "this element", help)
}
