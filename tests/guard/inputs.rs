//! What is read, and what is refused: `testdata/guard`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::fault::{Code, Fault};
use laneway::finding::Severity;
use laneway::guard::{self, Issue, Ledger, collect};
use laneway::path::RepoPath;
use laneway::sarif;
use laneway::source::Source;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/guard").join(name)
}

fn source(path: &Path) -> Arc<Source> {
    Source::new(path.file_name().unwrap().to_str().unwrap(), fs::read_to_string(path).unwrap())
}

fn faults(path: &Path) -> Vec<Fault> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let source = source(path);
    if name.ends_with(".baseline.tsv") {
        Ledger::read(Some(&source), None).1
    } else if name.ends_with(".debt.tsv") {
        Ledger::read(None, Some(&source)).1
    } else {
        sarif::read(&source, Some(&[b"/srv/repo".to_vec()])).1
    }
}

#[test]
fn every_fault_is_found_at_its_line() {
    let expected = fs::read_to_string(folder("invalid/expected.txt")).unwrap();
    let mut expected: Vec<String> = expected.lines().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut codes = BTreeSet::new();
    for entry in fs::read_dir(folder("invalid")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "expected.txt" {
            continue;
        }
        for fault in faults(&path) {
            assert!(!fault.help.is_empty(), "{name}: {fault}");
            let line = fault.place.as_ref().unwrap().line();
            found.push(format!("{name} {line} {}", fault.code.as_str()));
            codes.insert(fault.code);
        }
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let known = Code::ALL.iter().copied();
    let own = known.filter(|code| {
        let code = code.as_str();
        code.starts_with("laneway::guard::") || code.starts_with("laneway::sarif::")
    });
    assert_eq!(codes, own.collect());
}

#[test]
fn a_sound_line_stands_beside_a_broken_one() {
    let path = folder("invalid/columns.baseline.tsv");
    let (ledger, faults) = Ledger::read(Some(&source(&path)), None);
    assert_eq!((ledger.baseline.len(), faults.len()), (1, 2));
}

#[test]
fn windows_writes_tables_too() {
    let text = fs::read_to_string(folder("invalid/columns.baseline.tsv")).unwrap();
    let text = text.lines().take(2).collect::<Vec<_>>().join("\r\n");
    let (ledger, faults) = Ledger::read(Some(&Source::new("t", format!("\u{feff}{text}\r\n\r\n"))), None);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(ledger.baseline.values().next().unwrap().reason, "adoption");
}

/// Reads what a real tool wrote about a file of `testdata/guard/sarif`.
fn real(name: &str, file: &str, path: &str) -> Vec<Issue> {
    let (log, faults) = sarif::read(&source(&folder(&format!("sarif/{name}.sarif"))), Some(&[]));
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(log.tools.len(), 1);
    let content: Arc<[u8]> = fs::read(folder(&format!("sarif/{file}"))).unwrap().into();
    collect(guard::sarif::issues(log.results, &BTreeMap::from([(RepoPath::from(path), content)])))
}

#[test]
fn what_bandit_says() {
    let issues = real("bandit", "job.py", "app/job.py");
    let said: Vec<_> = issues
        .iter()
        .map(|issue| (issue.known.code.as_str(), issue.known.subject.as_str(), issue.known.ordinal))
        .collect();
    let call = "return subprocess.call(command, shell=True)";
    assert_eq!(
        said,
        [
            ("B301", "return pickle.load(file)", 1),
            ("B403", "import pickle", 1),
            ("B404", "import subprocess", 1),
            ("B602", call, 1),
            ("B602", call, 2),
        ]
    );
    assert!(issues.iter().all(|issue| issue.known.tool == "Bandit" && issue.at.is_some()));
    // The first line that the two have in common is known by the same print; the second of them by its ordinal.
    let prints: Vec<String> = issues[3..].iter().map(|issue| issue.known.fingerprint()).collect();
    assert_eq!(prints[1], format!("{}.2", prints[0]));
}

#[test]
fn lines_around_a_finding_do_not_change_what_it_is_known_by() {
    let before = real("bandit", "job.py", "app/job.py");
    let text = fs::read_to_string(folder("sarif/bandit.sarif")).unwrap();
    // Ten lines above, and an indent of another width.
    let shifted = (1..=30).rev().fold(text, |text, line| {
        text.replace(&format!("\"startLine\": {line}\n"), &format!("\"startLine\": {}\n", line + 10))
            .replace(&format!("\"startLine\": {line},"), &format!("\"startLine\": {},", line + 10))
    });
    let (log, faults) = sarif::read(&Source::new("bandit.sarif", shifted), Some(&[]));
    assert!(faults.is_empty(), "{faults:?}");
    let content = fs::read_to_string(folder("sarif/job.py")).unwrap().replace("    ", "\t");
    let content: Arc<[u8]> = ("# \n".repeat(10) + &content).into_bytes().into();
    let after = collect(guard::sarif::issues(
        log.results,
        &BTreeMap::from([(RepoPath::from("app/job.py"), content)]),
    ));
    let known = |issues: &[Issue]| issues.iter().map(|issue| issue.known.clone()).collect::<Vec<_>>();
    assert_eq!(known(&before), known(&after));
    assert_ne!(before[0].at, after[0].at);
}

#[test]
fn what_zizmor_says() {
    let issues = real("zizmor", "ci.yml", ".github/workflows/ci.yml");
    let severities: Vec<_> = issues.iter().map(|issue| (issue.known.code.as_str(), issue.severity)).collect();
    assert_eq!(
        severities,
        [
            ("zizmor/artipacked", Severity::Warning),
            ("zizmor/dangerous-triggers", Severity::Error),
            ("zizmor/excessive-permissions", Severity::Warning),
            ("zizmor/template-injection", Severity::Error),
            ("zizmor/unpinned-uses", Severity::Error),
        ]
    );
    assert_eq!(issues[1].known.subject, "on: pull_request_target");
}

fn issues(results: &str) -> Vec<Issue> {
    let rules = r#"[{"id": "R", "defaultConfiguration": {"level": "error"}, "help": {"text": "mend"},
        "messageStrings": {"a": {"text": "{0} of {1}"}}}]"#;
    let text = format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "lint", "rules": {rules}}}}},
            "artifacts": [{{"location": {{"uri": "src/a%20b.rs"}}}}], "results": [{results}]}}]}}"#
    );
    let (log, faults) = sarif::read(&Source::new("lint.sarif", text), Some(&[]));
    assert!(faults.is_empty(), "{faults:?}");
    collect(guard::sarif::issues(log.results, &BTreeMap::new()))
}

#[test]
fn levels_rules_and_messages() {
    let issue = &issues(r#"{"ruleIndex": 0, "message": {"id": "a", "arguments": ["one", "two"]}}"#)[0];
    assert_eq!((issue.known.code.as_str(), issue.severity), ("R", Severity::Error));
    assert_eq!((issue.message.as_str(), issue.help.as_str()), ("one of two", "mend"));
    for (level, severity) in
        [("none", Severity::Note), ("note", Severity::Note), ("warning", Severity::Warning)]
    {
        let found = issues(&format!(r#"{{"ruleId": "R", "level": "{level}", "message": {{"text": "m"}}}}"#));
        assert_eq!(found[0].severity, severity);
    }
    assert_eq!(issues(r#"{"message": {"text": "m"}}"#)[0].known.code, "(no rule)");
    assert!(issues(r#"{"kind": "pass", "message": {"text": "m"}}"#).is_empty());
}

#[test]
fn what_a_finding_is_known_by() {
    let at = r#""locations": [{"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 3 SNIPPET}}}]"#;
    let with = |snippet: &str, more: &str| {
        let at = at.replace(" SNIPPET", snippet);
        issues(&format!(r#"{{"ruleId": "R", "message": {{"text": "12 lines, 7 wide"}}, {at} {more}}}"#))
            .remove(0)
    };
    let prints = r#", "partialFingerprints": {"b": "2", "a": "1"}"#;
    let snippet = r#", "snippet": {"text": "\n  let  x;\n"}"#;
    assert_eq!(with(snippet, prints).known.subject, "let x;");
    assert_eq!(with("", prints).known.subject, "a=1 b=2");
    assert_eq!(with("", "").known.subject, "# lines, # wide");
    assert_eq!(with("", "").known.path.unwrap().to_string(), "src/a b.rs");
    let nowhere = &issues(r#"{"ruleId": "R", "message": {"text": "m"}}"#)[0];
    assert_eq!((&nowhere.known.path, nowhere.known.subject.as_str()), (&None, "m"));
}

#[test]
fn one_place_is_one_finding_and_a_suppressed_one_says_so() {
    let result = |line: u32, more: &str| {
        format!(
            r#"{{"ruleId": "R", "message": {{"text": "m"}}, "locations": [{{"physicalLocation": {{"artifactLocation":
            {{"uri": "a.rs"}}, "region": {{"startLine": {line}}}}}}}] {more}}}"#
        )
    };
    let suppressed = r#", "suppressions": [{"kind": "inSource"}]"#;
    let rejected = r#", "suppressions": [{"kind": "external", "status": "rejected"}]"#;
    let all = [result(1, ""), result(1, ""), result(2, suppressed), result(3, rejected), result(4, "")];
    let found = issues(&all.join(","));
    let said: Vec<_> = found.iter().map(|issue| (issue.at, issue.suppressed, issue.known.ordinal)).collect();
    let expected = [
        (Some((1, 1)), false, 1),
        (Some((3, 1)), false, 2),
        (Some((4, 1)), false, 3),
        (Some((2, 1)), true, 4),
    ];
    assert_eq!(said, expected);
}
