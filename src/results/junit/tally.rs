//! What test cases come to, suite by suite.

use roxmltree::Node;

/// What one test case says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// It passed.
    Passed,
    /// It failed, or could not be run for an error.
    Failed,
    /// It passed in the end, after it had failed.
    Flaky,
    /// The tool warns that the test is none, or is not to be believed.
    Warned,
    /// It did not run.
    Skipped,
}

/// How many there are of each, below some suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Test cases.
    pub(super) cases: u64,
    /// Test cases, and suites, that failed.
    pub(super) failed: u64,
    /// Those with a `failure`.
    pub(super) failures: u64,
    /// Those with an `error`.
    pub(super) errors: u64,
    /// Every `failure` and every `error`: a case may have several.
    pub(super) problems: u64,
    /// Cases that did not run.
    pub(super) skipped: u64,
    /// Those of them with a `skipped` that did not fail either.
    pub(super) marked: u64,
    /// Cases with any mark of having been skipped.
    pub(super) marks: u64,
    /// Cases that passed after they had failed.
    pub(super) flaky: u64,
    /// Cases that the tool warns about.
    pub(super) warned: u64,
    /// Every record of a try that failed and was followed by another.
    pub(super) reruns: u64,
}

impl Tally {
    /// Adds what is below a suite within this one.
    pub(super) fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.failed += other.failed;
        self.failures += other.failures;
        self.errors += other.errors;
        self.problems += other.problems;
        self.skipped += other.skipped;
        self.marked += other.marked;
        self.marks += other.marks;
        self.flaky += other.flaky;
        self.warned += other.warned;
        self.reruns += other.reruns;
    }

    /// Counts one test case, and returns what it says.
    pub(super) fn case(&mut self, case: Node<'_, '_>) -> Case {
        let (mut failures, mut errors, mut flaky, mut reruns) = (0, 0, 0, 0);
        let (mut warned, mut skipped) = (false, false);
        for child in case.children().filter(Node::is_element) {
            match child.tag_name().name() {
                "failure" => failures += 1,
                "error" => errors += 1,
                "flakyFailure" | "flakyError" => flaky += 1,
                "rerunFailure" | "rerunError" => reruns += 1,
                "warning" => warned = true,
                "skipped" | "ignored" | "disabled" => skipped = true,
                _ => {}
            }
        }
        // Some tools have attributes instead of elements, or beside them.
        let says = |attribute: &str| case.attribute(attribute).map(str::to_ascii_lowercase);
        let (status, result) = (says("status"), says("result"));
        let is = |words: &[&str]| {
            [&status, &result].into_iter().flatten().any(|own| words.contains(&own.as_str()))
        };
        if failures + errors == 0 && is(&["fail", "failed", "failure", "error", "errored", "broken"]) {
            failures = 1;
        }
        let not_run = is(&["notrun", "disabled", "skipped", "suppressed", "ignored", "pending"]);
        self.cases += 1;
        self.failures += u64::from(failures > 0);
        self.errors += u64::from(errors > 0);
        self.problems += failures + errors;
        self.reruns += flaky + reruns;
        self.marks += u64::from(skipped || not_run);
        if failures + errors > 0 {
            self.failed += 1;
            Case::Failed
        } else if skipped || not_run {
            self.skipped += 1;
            self.marked += u64::from(skipped);
            Case::Skipped
        } else if flaky + reruns > 0 {
            self.flaky += 1;
            Case::Flaky
        } else if warned {
            self.warned += 1;
            Case::Warned
        } else {
            Case::Passed
        }
    }

    /// Counts a `failure` or an `error` of a suite itself: its setup, its file that does not load.
    pub(super) fn problem(&mut self, name: &str) {
        self.failed += 1;
        self.problems += 1;
        match name {
            "error" => self.errors += 1,
            _ => self.failures += 1,
        }
    }
}
