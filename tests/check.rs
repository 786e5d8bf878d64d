//! Every case of `testdata/check/*.md`: maps, lanes and a tree, and what `laneway check` finds.
//!
//! `testdata/check/README.md` is the format. `LANEWAY_BLESS=1 cargo test --test check` rewrites what is expected to
//! what is: read every line of the difference before you keep it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::check::{Subject, check};
use laneway::finding::{At, Finding, FindingCode};
use laneway::manifests::{Ecosystem, Package, Packages};
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};

#[path = "check/cli.rs"]
mod cli;
#[path = "check/laws.rs"]
mod laws;
#[path = "cases/markdown.rs"]
mod markdown;

use markdown::{blocks, sections};

/// What every code of a finding begins with.
const PREFIX: &str = "laneway::check::";

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its cases, and rewrites them when it is told to")]
fn every_case_finds_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/check");
    let listed = std::fs::read_dir(folder).expect("the folder of the cases is part of the package");
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("the folder is readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md"));
    files.sort();

    let bless = std::env::var_os("LANEWAY_BLESS").is_some();
    let (mut cases, mut failures) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a case is UTF-8");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let codes = codes(&text).unwrap_or_else(|| panic!("{name} has no line `Codes: …` of known codes"));
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for range in sections(&text).into_iter().rev() {
            cases += 1;
            let (title, first) = (lines[range.start].clone(), range.start);
            let case = Case::read(&lines[range].join("\n"));
            let found: Vec<Finding> =
                case.check().into_iter().filter(|finding| codes.contains(&finding.code)).collect();
            if bless {
                let at = first + case.stated.start..first + case.stated.end;
                lines.splice(at, case.blessed(&found));
            } else if let Some(difference) = case.difference(&found) {
                failures.push(format!("{name}:{}: {title}\n{difference}", first + 1));
            }
        }
        if bless {
            std::fs::write(&file, lines.join("\n") + "\n").expect("the cases can be rewritten");
        }
    }
    failures.reverse();
    assert!(failures.is_empty(), "{} of {cases} cases differ\n\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= 30, "only {cases} cases were found");
}

/// Returns the codes of the line `Codes: …` above the first case.
fn codes(text: &str) -> Option<BTreeSet<FindingCode>> {
    let line = text
        .lines()
        .take_while(|line| !line.starts_with("# "))
        .find_map(|line| line.strip_prefix("Codes: "))?;
    let known = |word: &str| {
        FindingCode::ALL.iter().copied().find(|code| code.as_str().strip_prefix(PREFIX) == Some(word.trim()))
    };
    line.split(',').map(known).collect()
}

/// A finding as a case states it.
struct Stated {
    line: String,
    details: Vec<String>,
}

/// A case as it is written.
struct Case {
    policy: PolicyFiles,
    tree: Vec<RepoPath>,
    renamed: BTreeMap<RepoPath, RepoPath>,
    packages: Packages,
    findings: Vec<Stated>,
    stated: Range<usize>,
}

impl Case {
    fn read(text: &str) -> Self {
        let blocks = blocks(text);
        let mut files: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
        let (mut tree, mut renamed, mut packages) = (Vec::new(), BTreeMap::new(), Packages::default());
        let (mut findings, mut stated): (Vec<Stated>, _) = (Vec::new(), 0..0);
        // The case itself is the map. Fenced lines are blanked, so that the rows keep their lines.
        let fenced =
            |at: usize| blocks.iter().any(|block| at + 1 >= block.lines.start && at <= block.lines.end);
        let map: Vec<&str> =
            text.lines().enumerate().map(|(at, line)| if fenced(at) { "" } else { line }).collect();
        if map.iter().any(|line| line.starts_with('|')) {
            files.insert("ownership-maps/case.md".into(), Arc::from(map.join("\n").as_bytes()));
        }
        for block in &blocks {
            let lines = || block.text.lines().filter(|line| !line.trim().is_empty());
            match block.info {
                "lanes" | "yaml" => {
                    for (number, document) in block.text.split("\n---\n").enumerate() {
                        let path = format!("lanes/case-{}-{number}.yaml", block.lines.start);
                        files.insert(path.as_str().into(), Arc::from(document.as_bytes()));
                    }
                }
                "config" => {
                    files.insert("laneway.yaml".into(), Arc::from(block.text.as_bytes()));
                }
                "tree" => tree.extend(lines().map(RepoPath::new)),
                "renamed" => renamed.extend(lines().map(|line| {
                    let (old, new) = line.split_once(" -> ").expect("a rename is `old -> new`");
                    (RepoPath::from(old), RepoPath::from(new))
                })),
                "packages" => packages = read_packages(&block.text),
                "findings" => {
                    stated = block.lines.clone();
                    for line in lines() {
                        match (line.strip_prefix("  "), findings.last_mut()) {
                            (Some(detail), Some(finding)) => finding.details.push(detail.trim().to_owned()),
                            _ => findings.push(Stated { line: line.to_owned(), details: Vec::new() }),
                        }
                    }
                }
                info => {
                    let path =
                        info.strip_prefix("file ").unwrap_or_else(|| panic!("a case has no block `{info}`"));
                    files.insert(path.into(), Arc::from(block.text.as_bytes()));
                }
            }
        }
        assert!(stated.start > 0, "a case states its findings:\n{text}");
        tree.sort();
        Self { policy: PolicyFiles { files, faults: Vec::new() }, tree, renamed, packages, findings, stated }
    }

    /// Checks the case. This is the one function that touches the engine.
    fn check(&self) -> Vec<Finding> {
        let policy = Arc::new(Policy::load(&self.policy));
        assert!(!policy.is_broken(), "the policy of a case is sound: {:#?}", policy.faults);
        check(&Subject::new(&policy, &self.tree, &self.packages, &self.renamed))
    }

    /// Returns the lines of what is found; what a finding that stays is said to hold is kept.
    fn blessed(&self, found: &[Finding]) -> Vec<String> {
        let mut lines = Vec::new();
        for finding in found {
            let own = line(finding);
            let kept = self.findings.iter().filter(|stated| stated.line == own);
            let details: Vec<String> =
                kept.flat_map(|stated| &stated.details).map(|detail| format!("  {detail}")).collect();
            lines.push(own);
            lines.extend(details);
        }
        lines
    }

    /// Returns what differs between what is stated and what is found, whatever the order.
    fn difference(&self, found: &[Finding]) -> Option<String> {
        let mut left: Vec<&Finding> = found.iter().collect();
        let mut difference = String::new();
        for stated in &self.findings {
            let at = left
                .iter()
                .position(|finding| line(finding) == stated.line && holds(finding, &stated.details));
            match at {
                Some(at) => drop(left.remove(at)),
                None => {
                    let details: String =
                        stated.details.iter().map(|detail| format!("        {detail}\n")).collect();
                    difference += &format!("    - {}\n{details}", stated.line);
                }
            }
        }
        for finding in left {
            let Finding { subject, message, help, .. } = finding;
            difference += &format!("    + {}\n", line(finding));
            difference +=
                &format!("        about: {subject}\n        says: {message}\n        help: {help}\n");
        }
        (!difference.is_empty()).then_some(difference)
    }
}

/// Returns the line of a finding: `CODE | PLACE | WITNESS`.
fn line(finding: &Finding) -> String {
    let code = finding.code.as_str();
    let place = match &finding.at {
        At::Source(place) => {
            let text = place.source.text()[place.span.clone()].lines().next().unwrap_or_default();
            let text = text.strip_prefix('|').map_or(text, |row| row.split(" |").next().unwrap_or(row));
            text.trim().to_owned()
        }
        At::File(path) => path.to_string(),
        At::Workspace => "-".to_owned(),
    };
    let witness = finding.witness.as_ref().map(|path| format!(" | {path}")).unwrap_or_default();
    format!("{} | {place}{witness}", code.strip_prefix(PREFIX).unwrap_or(code))
}

/// Says whether a finding says what the indented lines ask for.
fn holds(finding: &Finding, details: &[String]) -> bool {
    details.iter().all(|detail| match detail.split_once(": ") {
        Some(("says", text)) => finding.message.contains(text),
        Some(("help", text)) => finding.help.contains(text),
        Some(("about", text)) => finding.subject == text,
        _ => panic!("a finding has no line `{detail}`"),
    })
}

/// Reads `FOLDER imports FOLDER, FOLDER`; each package is Cargo's, by the name of its folder.
fn read_packages(text: &str) -> Packages {
    let mut lines: Vec<(&str, Vec<&str>)> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match line.split_once(" imports ") {
            Some((folder, imports)) => (folder, imports.split(", ").collect()),
            None => (line, Vec::new()),
        })
        .collect();
    lines.sort_unstable();
    let index = |name: &str| {
        let at = lines.iter().position(|(folder, _)| *folder == name);
        at.unwrap_or_else(|| panic!("`{name}` is imported and no package"))
    };
    let package = |(folder, imports): &(&str, Vec<&str>)| Package {
        ecosystem: Ecosystem::Cargo,
        name: (*folder).to_owned(),
        manifest: RepoPath::from(format!("{folder}/Cargo.toml").as_str()),
        workspace: None,
        tests: None,
        imports: imports.iter().map(|name| index(name)).collect(),
    };
    Packages { packages: lines.iter().map(package).collect(), ..Packages::default() }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads the documentation")]
fn every_finding_has_its_section() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md"));
    let text = text.expect("the page is part of the package");
    let written: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let known: Vec<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(
        written, known,
        "docs/findings.md has one section for each code, in the order of src/finding.rs"
    );
}
