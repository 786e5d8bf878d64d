//! Every case of `testdata/routing/*.md`: maps, lanes and a change, and the route that the design says they give.
//!
//! `testdata/routing/README.md` is the format. `LANEWAY_BLESS=1 cargo test --test cases` rewrites what is expected to
//! what is: read every line of the difference against the design before you keep it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::change::{Change, ChangedFile, Side, Sides, Status};
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyFiles};
use laneway::route::{Request, route};

#[path = "cases/markdown.rs"]
mod markdown;
#[path = "cases/words.rs"]
mod words;

use markdown::{blocks, sections};

/// What a difference in is always a failure. The other kinds of line are compared where a case states one of them.
const ALWAYS: [&str; 6] = ["fault", "broad", "gates", "architecture-review", "state", "moved"];

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its cases, and rewrites them when it is told to")]
fn every_case_routes_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/routing");
    let listed = std::fs::read_dir(folder).expect("the folder of the cases is part of the package");
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("the folder is readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md"));
    files.sort();

    let bless = std::env::var_os("LANEWAY_BLESS").is_some();
    let (mut cases, mut failures) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a case is UTF-8");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for range in sections(&text).into_iter().rev() {
            cases += 1;
            let (title, first) = (lines[range.start].clone(), range.start);
            let case = Case::read(&lines[range].join("\n"));
            let (expected, actual) = case.compare();
            if bless {
                lines.splice(first + case.route.start..first + case.route.end, actual);
            } else if expected != actual {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                failures.push(format!("{name}:{}: {title}\n{}", first + 1, difference(&expected, &actual)));
            }
        }
        if bless {
            std::fs::write(&file, lines.join("\n") + "\n").expect("the cases can be rewritten");
        }
    }
    failures.reverse();
    assert!(failures.is_empty(), "{} of {cases} cases differ\n\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= 70, "only {cases} cases were found");
}

/// The files of a policy, by path.
type Files = BTreeMap<String, String>;

/// Reads the policy that a text states; what it does not state is as `inherited` has it.
fn policy_of(text: &str, inherited: &Files) -> Files {
    let mut files = inherited.clone();
    let blocks = blocks(text);
    // The case itself is the map. Fenced lines are blanked, so that the rows keep their lines.
    let fenced = |at: usize| blocks.iter().any(|block| at + 1 >= block.lines.start && at <= block.lines.end);
    let map: Vec<&str> =
        text.lines().enumerate().map(|(at, line)| if fenced(at) { "" } else { line }).collect();
    if map.iter().any(|line| line.starts_with('|')) {
        files.insert("ownership-maps/case.md".to_owned(), map.join("\n"));
    }
    if blocks.iter().any(|block| block.info == "lanes") {
        files.retain(|path, _| !path.starts_with("lanes/case-"));
    }
    for block in &blocks {
        if block.info == "lanes" {
            for (number, document) in
                block.text.split("\n---\n").filter(|text| !text.trim().is_empty()).enumerate()
            {
                files.insert(format!("lanes/case-{number}.yaml"), document.to_owned());
            }
        } else if block.info == "config" {
            files.insert("laneway.yaml".to_owned(), block.text.clone());
        } else if let Some(path) = block.info.strip_prefix("file ") {
            files.insert(path.to_owned(), block.text.clone());
        }
    }
    files.retain(|_, text| !text.trim().is_empty());
    files
}

/// A case as it is written.
struct Case {
    policies: [(Side, Files); 3],
    change: Vec<String>,
    tracked: Vec<RepoPath>,
    expected: Vec<String>,
    route: Range<usize>,
}

impl Case {
    fn read(text: &str) -> Self {
        let head = policy_of(text, &Files::new());
        let mut policies =
            [(Side::MergeBase, head.clone()), (Side::BaseTip, head.clone()), (Side::Head, head.clone())];
        let (mut change, mut tracked, mut expected, mut route) = (Vec::new(), Vec::new(), Vec::new(), 0..0);
        for block in blocks(text) {
            let lines = || block.text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
            match block.info {
                "base" | "merge-base" | "base-tip" => {
                    let base = policy_of(&block.text, &head);
                    for (_, files) in policies.iter_mut().filter(|(side, _)| match side {
                        Side::MergeBase => block.info != "base-tip",
                        Side::BaseTip => block.info != "merge-base",
                        Side::Head => false,
                    }) {
                        files.clone_from(&base);
                    }
                }
                "change" => change.extend(lines()),
                "tracked" => tracked.extend(lines().map(RepoPath::new)),
                "route" => {
                    (expected, route) = (lines().map(|line| sorted(&line)).collect(), block.lines.clone())
                }
                "lanes" | "config" => {}
                info if info.starts_with("file ") => {}
                info => panic!("a case has no block `{info}`"),
            }
        }
        assert!(!route.is_empty(), "a case states its route:\n{text}");
        Self { policies, change, tracked, expected, route }
    }

    /// Returns the lines that are expected and those that are, of every kind that counts.
    fn compare(&self) -> (Vec<String>, Vec<String>) {
        let stated: BTreeSet<&str> = self.expected.iter().map(|line| kind(line)).chain(ALWAYS).collect();
        let lines = self.route();
        let lines = lines.iter().filter(|line| stated.contains(kind(line)));
        let mut actual: Vec<String> = lines.map(|line| sorted(line)).collect();
        // The order of a case is the reader's: what is as expected keeps its place.
        let place =
            |line: &String| self.expected.iter().position(|other| other == line || kind(other) == kind(line));
        actual.sort_by_key(|line| place(line).unwrap_or(usize::MAX));
        let (mut left, mut right) = (self.expected.clone(), actual.clone());
        left.sort();
        right.sort();
        if left == right {
            (self.expected.clone(), self.expected.clone())
        } else {
            (self.expected.clone(), actual)
        }
    }

    /// Routes the case. This is the one function that touches the engine.
    fn route(&self) -> Vec<String> {
        let load = |files: &Files| {
            let files =
                files.iter().map(|(path, text)| (RepoPath::from(path.as_str()), Arc::from(text.as_bytes())));
            Policy::load(&PolicyFiles { files: files.collect(), faults: Vec::new() })
        };
        let options = words::options(&self.change);
        let mut loaded: Vec<(&Files, Arc<Policy>)> = Vec::new();
        let mut sides = Vec::new();
        for (side, files) in self.policies.iter().filter(|(side, _)| options.sides.has(*side)) {
            let known =
                loaded.iter().find(|(known, _)| *known == files).map(|(_, policy)| Arc::clone(policy));
            let policy = known.unwrap_or_else(|| Arc::new(load(files)));
            loaded.push((files, Arc::clone(&policy)));
            sides.push((*side, policy));
        }
        let policies = Policies::new(options.basis, sides);
        let change = Change::new(options.provenance, self.change.iter().filter_map(|line| changed(line)));
        let request =
            Request { change: &change, policies: &policies, tracked: &self.tracked, widen: options.widen };
        words::lines(&route(&request), &policies, &load(&Files::new()))
    }
}

/// Reads `M path`, `A path` or `D path`; `@` and sides after it say which commits have the path. Nothing for an option.
fn changed(line: &str) -> Option<ChangedFile> {
    if line.contains(": ") {
        return None;
    }
    let (status, path) = line.split_once(' ').unwrap_or((line, ""));
    let base = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);
    let (status, usual) = match status {
        "A" => (Status::Added, Sides::NONE.with(Side::Head)),
        "M" => (Status::Modified, Sides::ALL),
        "D" => (Status::Deleted, base),
        _ => panic!("a change has no line `{line}`"),
    };
    let (path, sides) = path.split_once(" @").map_or((path, None), |(path, sides)| (path, Some(sides)));
    let named = |sides: &str| {
        Side::ALL.into_iter().filter(|side| sides.contains(side.as_str())).fold(Sides::NONE, Sides::with)
    };
    Some(ChangedFile { path: path.into(), status, previous_path: None, present: sides.map_or(usual, named) })
}

/// Sorts the words of a line that lists a set, so that a case may tell them in an order of its own.
fn sorted(line: &str) -> String {
    match line.split_once(": ") {
        Some((key @ ("gates" | "embedded" | "classes"), list)) => {
            let list: BTreeSet<&str> = list.split(", ").collect();
            format!("{key}: {}", list.into_iter().collect::<Vec<_>>().join(", "))
        }
        _ => line.to_owned(),
    }
}

/// Returns what a line is about: what stands before its colon; every domain is the one kind `domain`.
fn kind(line: &str) -> &str {
    let head = line.split(": ").next().unwrap_or(line);
    let word = head.split(' ').next().unwrap_or(head);
    match word {
        "broad"
        | "gates"
        | "embedded"
        | "architecture-review"
        | "moved"
        | "classes"
        | "policy"
        | "mode"
        | "empty" => word,
        "fault" | "state" | "review" | "needs" => word,
        "file" | "gate" | "skip" | "shape" | "edges" | "profile" => head,
        _ => "domain",
    }
}

/// Prints what is expected and what is, a line each, the lines that both have once.
fn difference(expected: &[String], actual: &[String]) -> String {
    let both = expected.iter().filter(|line| actual.contains(line)).map(|line| format!("      {line}\n"));
    let only = expected.iter().filter(|line| !actual.contains(line)).map(|line| format!("    - {line}\n"));
    let more = actual.iter().filter(|line| !expected.contains(line)).map(|line| format!("    + {line}\n"));
    both.chain(only).chain(more).collect()
}
