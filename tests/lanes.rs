//! Lanes, catalogue, rules, profiles and `laneway.yaml`: what loads, and every fault at its place.
#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs")]
#![expect(clippy::unwrap_used, reason = "a test that fails says so")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use laneway::config::{CONFIG_FILE, Config};
use laneway::fault::{Code, Fault};
use laneway::lanes::{Lanes, Layer, command};
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};
use laneway::source::Source;
use proptest::prelude::*;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reads files as a workspace would: `laneway.yaml` as the configuration, what lies in `ownership-maps` as the roster, and
/// each other one as a document of lanes.
fn faults_of(sources: &[Arc<Source>]) -> Vec<Fault> {
    let is_roster = |source: &Arc<Source>| source.name().starts_with("ownership-maps/");
    let (rosters, sources): (Vec<_>, Vec<_>) = sources.iter().cloned().partition(is_roster);
    if !rosters.is_empty() {
        let bytes =
            |source: &Arc<Source>| (RepoPath::from(source.name()), Arc::from(source.text().as_bytes()));
        let files = rosters.iter().map(bytes).collect();
        return Policy::load(&PolicyFiles { files, faults: Vec::new() }).faults;
    }
    let (config, lanes): (Vec<_>, Vec<_>) =
        sources.iter().cloned().partition(|source| source.name() == CONFIG_FILE);
    let mut faults: Vec<Fault> = config.iter().flat_map(|source| Config::parse(source).1).collect();
    faults.extend(Lanes::parse(&lanes).1);
    faults
}

/// Writes faults as the cases state them.
fn written(faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        let place = fault.place.as_ref().unwrap();
        let (line, column) = place.source.line_column(place.span.start);
        let code = fault.code.as_str().trim_start_matches("laneway::");
        let under = &place.source.text()[place.span.clone()];
        writeln!(text, "{}:{line}:{column} {code} `{under}`", place.source.name()).unwrap();
        writeln!(text, "  {} ({})", fault.message, fault.label).unwrap();
        writeln!(text, "  help: {}", fault.help).unwrap();
    }
    text
}

/// Runs the cases of one file and returns the file as it should be, and how many cases it has.
fn run_cases(text: &str) -> (String, usize, Vec<Fault>) {
    let (mut out, mut cases, mut all) = (String::new(), 0, Vec::new());
    let (mut files, mut lines) = (Vec::new(), text.split_inclusive('\n'));
    while let Some(line) = lines.next() {
        out.push_str(line);
        if line.starts_with("# ") {
            files.clear();
        } else if let Some(fence) = line.strip_prefix("```") {
            let body: String = lines.by_ref().take_while(|line| *line != "```\n").collect();
            match fence.trim_end().split_once(' ') {
                Some(("yaml", name)) => {
                    files.push(Source::new(name, body.as_str()));
                    out.push_str(&body);
                }
                None if fence == "faults\n" => {
                    let faults = faults_of(&files);
                    out.push_str(&written(&faults));
                    all.extend(faults);
                    cases += 1;
                }
                _ => panic!("a fence of another kind: {line}"),
            }
            out.push_str("```\n");
        }
    }
    (out, cases, all)
}

fn case_files() -> Vec<PathBuf> {
    let folders = ["testdata/invalid/lanes", "testdata/invalid/roster"];
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_invalid_case_has_its_faults() {
    let (mut cases, mut stale) = (0, Vec::new());
    for path in case_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (should, count, faults) = run_cases(&text);
        assert!(faults.iter().all(|fault| !fault.help.is_empty() && !fault.message.is_empty()));
        cases += count;
        if should != text {
            if std::env::var_os("LANEWAY_BLESS").is_some() {
                std::fs::write(&path, &should).unwrap();
            }
            stale.push(format!("{}:\n{should}", path.display()));
        }
    }
    assert!(cases >= 30, "{cases} cases");
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn every_code_of_these_documents_has_a_case() {
    let seen: BTreeSet<Code> = case_files()
        .iter()
        .flat_map(|path| run_cases(&std::fs::read_to_string(path).unwrap()).2)
        .map(|fault| fault.code)
        .collect();
    let missing: Vec<&Code> = Code::ALL
        .iter()
        .filter(|code| {
            // No document names an environment; commands do.
            **code != Code::UnknownEnvironment
                && ["yaml::", "config::", "lanes::", "roster::"]
                    .iter()
                    .any(|room| code.as_str().contains(room))
                && !seen.contains(code)
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_lane_of_the_operating_model_loads_word_for_word() {
    let text = std::fs::read_to_string(root().join("testdata/lanes/seed.yaml")).unwrap();
    let (lanes, faults) = Lanes::parse(&[Source::new("seed.yaml", text)]);
    assert!(faults.is_empty(), "{}", written(&faults));
    let lane = &lanes.lanes["platform-billing"];
    let asks: Vec<String> = lane.asks.iter().map(|ask| format!("{} {}", ask.slot, ask.gate)).collect();
    assert_eq!(
        asks,
        [
            "global contracts",
            "global codegen",
            "global boundary_guard",
            "global platform-billing.security-baseline",
            "domain_local platform-billing.go-test-packages-platform-billing-cmd-billing-worker",
            "domain_local platform-billing.migration-schema-drift-checks-for-billing-owned-tables",
            "domain_local platform-billing.ledger-invariant-tests",
            "consumer_smoke platform-billing.gpuaas-launch-billing-precheck",
            "consumer_smoke platform-billing.app-runtime-usage-attribution",
            "service_evidence platform-billing.release-profile-evidence",
            "service_evidence platform-billing.degradation-harness",
            "service_evidence platform-billing.reconciliation-evidence",
            "service_evidence platform-billing.rollback-posture",
        ]
    );
    let paths: Vec<&str> = lane.source_paths.iter().map(laneway::pattern::Pattern::as_str).collect();
    assert_eq!(
        paths,
        [
            "packages/platform/billing/**",
            "cmd/billing-worker/**",
            "doc/api/**billing**",
            "doc/architecture/**Billing**"
        ]
    );
    let runs: Vec<&str> = lane.asks.iter().filter_map(|ask| lanes.gates[&ask.gate].run.as_deref()).collect();
    assert_eq!(runs, ["go test ./packages/platform/billing ./cmd/billing-worker"]);
    assert_eq!(lanes.gates["contracts"].layer, Layer::Global);
}

#[test]
fn the_format_reference_lists_the_command_prefixes() {
    let reference = std::fs::read_to_string(root().join("lanes/README.md")).unwrap();
    let listed: Vec<String> = reference
        .split_once("<!-- prefixes -->")
        .and_then(|(_, rest)| rest.split_once("<!-- end -->"))
        .map(|(list, _)| list.split('`').skip(1).step_by(2).map(str::to_owned).collect())
        .unwrap();
    assert_eq!(listed, command::PREFIXES);
}

#[test]
fn each_example_of_the_format_reference_loads() {
    let reference = std::fs::read_to_string(root().join("lanes/README.md")).unwrap();
    let mut sources = Vec::new();
    for (index, block) in reference.split("```yaml\n").skip(1).enumerate() {
        let yaml = block.split("```").next().unwrap();
        sources.push(Source::new(format!("example-{index}.yaml"), yaml));
    }
    assert!(sources.len() >= 4);
    let (_, faults) = Lanes::parse(&sources);
    assert!(faults.is_empty(), "{}", written(&faults));
}

/// Reads a hostile document and returns its faults, which must come at once.
fn hostile(text: String) -> Vec<Code> {
    let source = Source::new("hostile.yaml", text);
    let begin = Instant::now();
    let (_, faults) = Lanes::parse(&[Arc::clone(&source)]);
    let (_, more) = Config::parse(&source);
    let spent = begin.elapsed();
    assert!(spent < Duration::from_secs(5), "{spent:?} for {:?}", &source.text()[..40]);
    assert_eq!(faults.len(), more.len());
    faults.into_iter().map(|fault| fault.code).collect()
}

#[test]
fn hostile_documents_are_refused_at_once() {
    assert_eq!(hostile("a".repeat(100 << 20)), [Code::TooLarge]);
    assert_eq!(hostile("[".repeat(100_000)), [Code::YamlBudget]);
    assert_eq!(hostile("- ".repeat(100_000)), [Code::YamlBudget]);
    assert_eq!(hostile("{a: ".repeat(100_000)), [Code::YamlBudget]);
    assert_eq!(hostile("? ".repeat(100_000)), [Code::YamlBudget]);
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(20_000));
    assert_eq!(hostile(long), [Code::YamlBudget]);
    let bomb = (1..9).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let row = format!("*a{}, ", level - 1).repeat(10);
        text + &format!("a{level}: &a{level} [{row}]\n")
    });
    assert_eq!(hostile(bomb), [Code::YamlBudget]);
    assert_eq!(hostile("[a,".to_owned() + &"a,".repeat(1_000_000) + "]"), [Code::YamlBudget]);
    assert_eq!(hostile("\"".to_owned() + &"\\n".repeat(1_000_000)), [Code::YamlSyntax]);
    assert_eq!(hostile("x\n".repeat(1_000_000) + ": y"), [Code::YamlSyntax]);
    assert_eq!(hostile("#\n".repeat(2_000_000)), [Code::YamlEmpty]);
}

/// Says that every fault lies inside its text, at the boundaries of characters.
fn assert_places(faults: &[Fault]) {
    for fault in faults {
        let place = fault.place.as_ref().unwrap();
        assert!(place.source.text().get(place.span.clone()).is_some(), "{fault:?}");
        assert!(!fault.help.is_empty());
    }
}

/// Pieces that make documents which go wrong deep inside rather than at their first byte.
const PIECES: &[&str] = &[
    "domain_lane:\n",
    "gates:\n",
    "routing_rules:\n",
    "  domain_id: billing\n",
    "  - ",
    "  ",
    "\n",
    "id: a\n",
    "title: T\n",
    "needs: [a, b]\n",
    "consumer_smokes: ",
    "paths: ['!é', 'a/[']\n",
    "always: code_change\n",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    "&a ",
    "*a",
    "!t ",
    "'",
    "\"",
    "|\n",
    ">\n",
    "#é\n",
    "\t",
    "---\n",
    "...\n",
    "<<: ",
    "é",
    "null",
    "\u{feff}",
    "\r\n",
    "version: 1\n",
    "classes: {docs: {gates: [x]}}\n",
    "? ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let source = Source::new("random.yaml", String::from_utf8_lossy(&bytes));
        assert_places(&Lanes::parse(&[Arc::clone(&source)]).1);
        assert_places(&Config::parse(&source).1);
    }

    #[test]
    fn random_documents_never_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        let source = Source::new("random.yaml", pieces.concat());
        assert_places(&Lanes::parse(&[Arc::clone(&source), Arc::clone(&source)]).1);
        assert_places(&Config::parse(&source).1);
    }
}

/// Every YAML file of the reference model loads, as one workspace.
#[test]
fn the_reference_model_loads() {
    let mut sources = Vec::new();
    let folder: &Path = &root().join("lanes");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
        let name = path.file_name().unwrap().to_string_lossy();
        sources.push(Source::new(name, std::fs::read_to_string(path).unwrap()));
    }
    let (_, faults) = Lanes::parse(&sources);
    assert!(faults.is_empty(), "{}", written(&faults));
}
