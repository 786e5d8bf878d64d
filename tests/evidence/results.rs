//! Reports of real tools, and what is refused. The files and what they come to are in `testdata/results`.

use std::collections::BTreeSet;
use std::sync::Arc;

use laneway::evidence::{GateResult, Shard};
use laneway::fault::Fault;
use laneway::results::{self, Job, Percent, Reported};
use laneway::source::Source;

use crate::support::root;

/// What reads a list of jobs.
type ReadJobs = fn(&Arc<Source>) -> Result<Vec<Job>, Vec<Fault>>;

/// Returns the first columns of every row of the tables whose first cell is a file, code marks taken off.
fn rows(section: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("testdata/results/README.md")).unwrap();
    let section = text.split("\n## ").find(|own| own.starts_with(section)).unwrap();
    let cells =
        |line: &str| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    section.lines().filter(|line| line.starts_with("| `")).map(|line| cells(line)[1..].to_vec()).collect()
}

fn source(file: &str) -> Arc<Source> {
    let text = std::fs::read_to_string(root().join("testdata/results").join(file)).unwrap();
    Source::new(file, text)
}

fn report(file: &str) -> Result<Reported, Vec<Fault>> {
    let name = file.trim_start_matches("refused/");
    match name {
        junit if junit.starts_with("junit") => results::junit(&source(file)),
        sarif if sarif.starts_with("sarif") => results::sarif(&source(file)),
        _ => results::cobertura(&source(file), Percent::new(80.0).unwrap()),
    }
}

fn jobs(file: &str) -> Option<Result<Vec<Job>, Vec<Fault>>> {
    let name = file.trim_start_matches("refused/");
    let lists: [(&str, ReadJobs); 3] =
        [("github", results::github), ("gitlab", results::gitlab), ("buildkite", results::buildkite)];
    lists.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, read)| read(&source(file)))
}

#[test]
fn every_file_has_a_row() {
    let folder = root().join("testdata/results");
    let listed: BTreeSet<String> = ["What is read", "Lists of jobs", "What is refused"]
        .into_iter()
        .flat_map(rows)
        .map(|row| row[0].clone())
        .collect();
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for file in std::fs::read_dir(&path).unwrap() {
                let name = file.unwrap().path();
                there.insert(name.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(listed, there);
}

#[test]
fn reports_of_real_tools_are_read() {
    for row in rows("What is read") {
        let (file, result, summary) = (&row[0], &row[row.len() - 3], &row[row.len() - 2]);
        let read = report(file).unwrap_or_else(|faults| panic!("{file}: {faults:?}"));
        assert_eq!((read.result.as_str(), &read.summary), (result.as_str(), summary), "{file}");
        // A pass has nothing to explain, and everything else does.
        assert_eq!(read.reason.is_none(), read.result == GateResult::Pass, "{file}: {:?}", read.reason);
    }
}

#[test]
fn what_says_nothing_is_refused() {
    for row in rows("What is refused") {
        let (file, code) = (&row[0], &row[1]);
        let faults = match jobs(file) {
            Some(jobs) => jobs.map(|jobs| format!("{jobs:?}")),
            None => report(file).map(|read| format!("{read:?}")),
        };
        let faults = faults.expect_err(file);
        assert_eq!(faults[0].code.as_str(), code, "{file}: {faults:?}");
        assert!(
            faults.iter().all(|fault| !fault.help.is_empty() && fault.message.contains(file.as_str())
                || fault.place.is_some()),
            "{file}: {faults:?}"
        );
    }
}

#[test]
fn a_reason_names_the_first_tests_that_failed() {
    let reason = |file: &str| report(file).unwrap().reason.unwrap();
    assert_eq!(
        reason("junit/go-junit-report.xml"),
        "2 of 5 tests failed: example.org/platform/billing.TestTax, example.org/platform/broken.[build failed]"
    );
    assert_eq!(
        reason("junit/surefire-rerun.xml"),
        "1 of 2 tests passed only when run again: org.example.UploadTest.resumes"
    );
    assert_eq!(reason("sarif/eslint.sarif"), "1 error: no-undef ('total' is not defined.)");
    assert_eq!(reason("cobertura/gcovr.xml"), "79.96% of 2500 lines are covered, and 80% is asked for");
    let cases: String = (0..9).map(|at| format!("<testcase name='t{at}'><failure/></testcase>")).collect();
    let many = results::junit(&Source::new("many", format!("<testsuite>{cases}</testsuite>"))).unwrap();
    assert_eq!(many.reason.unwrap(), "9 of 9 tests failed: t0, t1, t2 and 6 more");
}

#[test]
fn times_count_only_with_a_zone() {
    let times = |file: &str| {
        let read = report(file).unwrap();
        (read.started.map(|time| time.to_string()), read.finished.map(|time| time.to_string()))
    };
    let some = |text: &str| Some(text.to_owned());
    let (started, finished) = times("junit/pytest.xml");
    assert_eq!(started, some("2026-05-04T07:12:31.482913Z"));
    assert_eq!(finished, some("2026-05-04T07:12:31.609913Z"));
    assert_eq!(times("junit/jest-junit.xml"), (None, None));
    assert_eq!(
        times("junit/go-junit-report.xml"),
        (some("2026-05-04T07:12:31Z"), some("2026-05-04T07:12:32Z"))
    );
}

#[test]
fn a_report_of_any_depth_and_size_is_read() {
    let deep = 100_000;
    let text = "<testsuite>".repeat(deep) + "<testcase name='a'/>" + &"</testsuite>".repeat(deep);
    assert_eq!(results::junit(&Source::new("deep", text)).unwrap().summary, "1 test");
    let cases = "<testcase name='a' classname='b'><failure message='c'/></testcase>".repeat(100_000);
    let text = format!(
        "<testsuites><testsuite name='x' tests='100000' failures='100000'>{cases}</testsuite></testsuites>"
    );
    assert_eq!(results::junit(&Source::new("long", text)).unwrap().summary, "100000 tests, 100000 failed");
    let name = "n".repeat(1 << 20);
    let text = format!("<testsuite><testcase name='{name}\n\u{202e}'><error/></testcase></testsuite>");
    assert!(results::junit(&Source::new("line", text)).unwrap().reason.unwrap().len() < 300);
}

#[test]
fn a_suite_that_fails_itself_fails() {
    let text =
        "<testsuite name='a' errors='1'><error message='does not load'/><testcase name='b'/></testsuite>";
    let read = results::junit(&Source::new("suite", text)).unwrap();
    assert_eq!(
        (read.result, read.reason.unwrap().as_str()),
        (GateResult::Fail, "1 of 1 test failed: the suite a")
    );
}

/// What each job of a list came to: its name, try, part, result.
fn told(file: &str) -> Vec<String> {
    let jobs = jobs(file).unwrap().unwrap();
    let line = |job: &Job| {
        let Shard { index, total } = job.shard;
        format!("{} {} {index}/{total} {}", job.name, job.attempt, job.result)
    };
    jobs.iter().map(line).collect()
}

#[test]
fn the_jobs_of_three_cis_are_read() {
    assert_eq!(
        told("github/needs.json"),
        [
            "route 1 1/1 pass",
            "gates 1 1/1 pass",
            "gates_2 1 1/1 fail",
            "security 1 1/1 blocked",
            "portal 1 1/1 blocked"
        ]
    );
    assert_eq!(
        told("gitlab/jobs.json"),
        [
            "contracts: Contract checks 1 1/1 fail",
            "unit: Unit tests 1 1/1 fail",
            "codegen: Code generation 1 1/1 blocked",
            "contracts: Contract checks 2 1/1 pass"
        ]
    );
    assert_eq!(
        told("buildkite/build.json"),
        [
            "laneway:codegen 1 1/1 blocked",
            "laneway:contracts 1 1/1 fail",
            "laneway:unit 1 1/2 fail",
            "laneway:unit 2 1/2 pass",
            "laneway:unit 1 2/2 pass",
            "laneway:unit 2 2/2 pass",
            "route 1 1/1 pass"
        ]
    );
}

#[test]
fn only_success_is_a_pass() {
    let states = |read: ReadJobs, form: &str, words: &[&str]| {
        for word in words {
            let jobs = read(&Source::new("list", form.replace("WORD", word))).unwrap();
            assert!(jobs[0].result != GateResult::Pass && jobs[0].reason.is_some(), "{word}");
        }
    };
    states(results::github, r#"{"a": {"result": "WORD"}}"#, &["failure", "cancelled", "skipped"]);
    let gitlab = [
        "canceled",
        "canceling",
        "created",
        "failed",
        "manual",
        "pending",
        "preparing",
        "running",
        "scheduled",
        "skipped",
        "waiting_for_callback",
        "waiting_for_resource",
    ];
    states(results::gitlab, r#"[{"id": 1, "name": "a", "status": "WORD"}]"#, &gitlab);
    let buildkite = [
        "pending",
        "waiting",
        "waiting_failed",
        "blocked",
        "blocked_failed",
        "unblocked",
        "unblocked_failed",
        "limiting",
        "limited",
        "scheduled",
        "assigned",
        "accepted",
        "running",
        "failed",
        "canceling",
        "canceled",
        "timing_out",
        "timed_out",
        "skipped",
        "broken",
        "expired",
        "finished",
    ];
    states(
        results::buildkite,
        r#"{"jobs": [{"id": "a", "type": "script", "state": "WORD", "exit_status": null}]}"#,
        &buildkite,
    );
}
