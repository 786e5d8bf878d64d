//! The routing of real repositories, expressed as maps and lanes, gives what their own configuration gives.
//!
//! `docs/real-world.md` tells how each was converted and repeats the figures that are asserted here. The embedded
//! gates of the reference model are set aside: only gates that the repository itself has are compared.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use laneway::change::{Change, ChangeSource, ChangedFile, Confidence, Provenance, Side, Sides, Status};
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::route::{Impact, Request, Route, Widen, route};

#[test]
fn spark_answers_its_documented_cases() {
    let spark = Workspace::load("spark");
    let cases = spark.cases("cases.tsv");
    for case in &cases {
        let expected: BTreeSet<&str> = case["expected"].split(' ').filter(|name| *name != "-").collect();
        let route = spark.route(case["files"].split(' '));
        assert!(route.broad.is_empty(), "{case:?}: {:?}", route.broad);
        let changed = domains(&route, &[Impact::Changed]);
        let affected = domains(&route, &[Impact::Changed, Impact::Rebuilt]);
        match case["kind"].as_str() {
            "files->modules" => assert_eq!(changed, expected, "{case:?}"),
            "ignored" => {
                let exempt = route.files.iter().all(|file| file.facts.exempt);
                assert_eq!(BTreeSet::from([if exempt { "true" } else { "false" }]), expected, "{case:?}");
            }
            // Where the root is among the modules, Spark tests everything and names the root alone.
            "modules->test" if expected == BTreeSet::from(["root"]) => {
                assert!(affected.contains("root"), "{case:?}");
                assert_eq!(spark.selected(&route), spark.gates, "{case:?}");
            }
            "modules->test" | "modules->test,no-dedup" => {
                assert_eq!(affected, expected, "{case:?}");
                let mut tests: BTreeSet<String> =
                    expected.iter().map(|name| format!("test-{name}")).collect();
                if expected.contains("root") {
                    tests.clone_from(&spark.gates);
                }
                assert_eq!(spark.selected(&route), tests, "{case:?}");
            }
            kind => panic!("no case is of the kind `{kind}`"),
        }
    }
    assert_eq!((cases.len(), spark.gates.len()), (16, 62));
}

#[test]
fn otel_selects_exactly_the_jobs_that_its_filters_mean() {
    let found = otel("cases.tsv");
    assert_eq!((found.exact, found.broad), (192, 8));
    assert_eq!(found.selections, 4_213, "of 192 x 51");
}

#[test]
fn otel_selects_exactly_the_same_for_each_path_alone() {
    let found = otel("alone.tsv");
    assert_eq!((found.exact, found.broad), (72, 1), "paths of which the filters say the same are one case");
}

/// How many cases select what they should, how many are broad, and the gates of the former together.
struct Otel {
    exact: usize,
    broad: usize,
    selections: usize,
}

/// Compares every case of a file. A case of `alone.tsv` is many paths, each of which is a change of its own.
fn otel(file: &str) -> Otel {
    let otel = Workspace::load("otel");
    let (paths, gates) = (otel.lines("paths.txt"), otel.lines("gates.txt"));
    assert_eq!(otel.gates, gates.iter().cloned().collect(), "every job is a gate, and every gate a job");
    let mut found = Otel { exact: 0, broad: 0, selections: 0 };
    for case in otel.cases(file) {
        let files: Vec<&str> = named(&case["files"], &paths).collect();
        let unmapped: BTreeSet<&str> = named(&case["unmapped"], &paths).collect();
        let expected = if unmapped.is_empty() {
            named(&case["gates"], &gates).map(str::to_owned).collect()
        } else {
            otel.gates.clone()
        };
        for change in files.chunks(if file == "alone.tsv" { 1 } else { files.len() }) {
            let route = otel.route(change.iter().copied());
            let mapless = route.files.iter().filter(|file| !file.facts.mapped);
            let mapless: BTreeSet<&str> = mapless.filter_map(|file| file.file.path.as_str()).collect();
            assert!(mapless.is_subset(&unmapped), "{change:?}: {mapless:?}");
            assert_eq!(mapless.is_empty(), unmapped.is_empty(), "{change:?}");
            assert_eq!(route.broad.is_empty(), unmapped.is_empty(), "{change:?}: {:?}", route.broad);
            assert_eq!(otel.selected(&route), expected, "{change:?}");
        }
        if unmapped.is_empty() {
            found.exact += 1;
            found.selections += expected.len();
        } else {
            found.broad += 1;
        }
    }
    found
}

#[test]
fn opendal_misses_nothing_that_its_planner_selects() {
    let opendal = Workspace::load("opendal");
    let paths = opendal.lines("paths.txt");
    let components = opendal.lines("components.txt");
    let services = opendal.lines("services.txt");
    let workflows = opendal.lines("workflows.txt");
    let behaviour = |component_numbers: &str, service_numbers: &str| -> BTreeSet<String> {
        let services = named(service_numbers, &services).map(|service| format!("service-{service}"));
        named(component_numbers, &components).map(str::to_owned).chain(services).collect()
    };
    let (mut planned, mut beyond, mut by_path) = (0, 0, 0);
    for case in opendal.cases("cases.tsv") {
        let route = opendal.route(named(&case["files"], &paths));
        assert!(route.broad.is_empty(), "{}: {:?}", case["head"], route.broad);
        let (by_workflow, selected): (BTreeSet<_>, BTreeSet<_>) =
            opendal.selected(&route).into_iter().partition(|gate| gate.ends_with(".yml"));
        let expected = behaviour(&case["components"], &case["services"]);
        let missed: Vec<_> = expected.difference(&selected).collect();
        assert!(missed.is_empty(), "{}: {missed:?}", case["head"]);
        let expected_by_path = named(&case["workflows"], &workflows).map(str::to_owned).collect();
        assert_eq!(by_workflow, expected_by_path, "{}", case["head"]);
        planned += expected.len();
        beyond += selected.len() - expected.len();
        by_path += by_workflow.len();
    }
    assert_eq!((planned, beyond), (9_031, 0), "of 200 x 81");
    assert_eq!(by_path, 3_192, "of 200 x 35");
}

/// The two files of which Laneway says more than OpenDAL's planner: what registers the services is no service, and the
/// planner takes nothing for it; here it belongs to the core, and every component and service is tested.
#[test]
fn opendal_tests_everything_where_its_services_are_registered() {
    let opendal = Workspace::load("opendal");
    for path in ["core/src/services/mod.rs", "core/core/src/services/mod.rs"] {
        let selected = opendal.selected(&opendal.route([path]));
        assert_eq!(selected.iter().filter(|gate| !gate.ends_with(".yml")).count(), 81, "{path}");
    }
}

/// A folder of `testdata/real`: maps, lanes and cases of one repository.
struct Workspace {
    folder: PathBuf,
    policies: Policies,
    /// The gates that the repository itself has: all but the embedded ones.
    gates: BTreeSet<String>,
}

impl Workspace {
    fn load(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/real").join(name);
        let mut files = PolicyFiles::default();
        for below in ["ownership-maps", "lanes"] {
            for entry in fs::read_dir(folder.join(below)).unwrap() {
                let entry = entry.unwrap();
                let path = format!("{below}/{}", entry.file_name().to_str().unwrap());
                files.files.insert(RepoPath::new(path), fs::read(entry.path()).unwrap().into());
            }
        }
        let policy = Policy::load(&files);
        assert!(!policy.is_broken(), "{name}: {:#?}", policy.faults);
        let embedded = Policy::load(&PolicyFiles::default()).lanes.gates;
        let own = policy.lanes.gates.keys().filter(|id| !embedded.contains_key(*id));
        let gates = own.map(|id| id.as_str().to_owned()).collect();
        let policy = Arc::new(policy);
        let sides = Side::ALL.map(|side| (side, Arc::clone(&policy)));
        Self { folder, policies: Policies::new(PolicyBasis::BaseAndHead, sides), gates }
    }

    fn lines(&self, file: &str) -> Vec<String> {
        fs::read_to_string(self.folder.join(file)).unwrap().lines().map(str::to_owned).collect()
    }

    /// Reads a file of cases: comments, a line of column names, then a line a case.
    fn cases(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        let lines = self.lines(file);
        let mut lines = lines.iter().filter(|line| !line.starts_with('#'));
        let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
        let cell = |(column, text): (&&str, &str)| ((*column).to_owned(), text.to_owned());
        lines.map(|line| columns.iter().zip(line.split('\t')).map(cell).collect()).collect()
    }

    /// Routes a change of `paths`, each modified, under the one policy.
    fn route<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Route {
        let provenance = Provenance {
            source: ChangeSource::Files,
            base: None,
            head: None,
            merge_base: None,
            base_method: "files".to_owned(),
            confidence: Confidence::Certain,
            missing: None,
        };
        let files = paths.into_iter().map(|path| ChangedFile {
            path: RepoPath::from(path),
            status: Status::Modified,
            previous_path: None,
            present: Sides::ALL,
        });
        let change = Change::new(provenance, files);
        route(&Request { change: &change, policies: &self.policies, tracked: &[], widen: Widen::default() })
    }

    /// The gates of the route that the repository itself has.
    fn selected(&self, route: &Route) -> BTreeSet<String> {
        let ids = route.gates.keys().map(|id| id.as_str().to_owned());
        ids.filter(|id| self.gates.contains(id)).collect()
    }
}

/// The domains that the change reaches in one of these ways.
fn domains<'a>(route: &'a Route, impacts: &[Impact]) -> BTreeSet<&'a str> {
    let reaches = |found: &BTreeSet<Impact>| impacts.iter().any(|impact| found.contains(impact));
    let reached = route.domains.iter().filter(|(_, domain)| reaches(&domain.impact));
    reached.map(|(id, _)| id.as_str()).collect()
}

/// Reads `1-4,9` as the lines of that number, `-` as none.
fn named<'a>(numbers: &'a str, lines: &'a [String]) -> impl Iterator<Item = &'a str> {
    numbers.split(',').filter(|part| *part != "-").flat_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        lines[first - 1..last].iter().map(String::as_str)
    })
}
