//! The laws of release profiles: knowing less, or shipping more, never allows more and never asks for less.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use laneway::change::{Change, ChangeSource, ChangedFile, Confidence, Provenance, Sides, Status};
use laneway::path::RepoPath;
use laneway::policy::{Policies, Policy, PolicyBasis, PolicyFiles};
use laneway::release::{Asked, ReleasePlan, environment_of, plan, profile_of};
use laneway::route::{Request, Route, Widen, route};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const RELEASES: [&str; 6] = ["web", "api", "runtime", "node_agent", "config", "validation"];
const CLASSES: [&str; 8] =
    ["", "contract", "schema", "platform_service", "product", "frontend", "delivery", "docs"];
const KINDS: [&str; 6] = ["package", "route", "schema", "event", "binary", "surface"];
const OWNERS: [&str; 3] = ["Package", "Binary", "Surface"];
const TAGS: [&str; 4] = ["", "test", "storage", "app"];
const FOLDERS: usize = 6;

/// What one folder is.
#[derive(Clone, Debug)]
struct Folder {
    kind: &'static str,
    class: &'static str,
    tag: &'static str,
    release: Option<&'static str>,
    migrations: bool,
    domain: usize,
}

#[derive(Clone, Debug)]
struct Profile {
    ships: Option<Vec<&'static str>>,
    classes: Vec<&'static str>,
    kinds: Vec<&'static str>,
    when_releases: Vec<&'static str>,
    when_kinds: Vec<&'static str>,
    when_tags: Vec<&'static str>,
    route_gates: bool,
}

#[derive(Clone, Debug)]
struct World {
    folders: Vec<Folder>,
    lanes: Vec<Option<&'static str>>,
    head: Vec<Profile>,
    base: Vec<Profile>,
    files: Vec<(usize, bool)>,
    narrow: Vec<usize>,
    blank: usize,
}

fn words(of: &[&'static str]) -> impl Strategy<Value = Vec<&'static str>> + use<> {
    subsequence(of.to_vec(), 0..=of.len())
}

fn folder() -> impl Strategy<Value = Folder> {
    let release = prop::option::weighted(0.8, select(&RELEASES[..]));
    (select(&OWNERS[..]), select(&CLASSES[..]), select(&TAGS[..]), release, any::<bool>(), 0..3_usize)
        .prop_map(|(kind, class, tag, release, migrations, domain)| Folder {
            kind,
            class,
            tag,
            release,
            migrations,
            domain,
        })
}

fn profile() -> impl Strategy<Value = Profile> {
    (
        prop::option::weighted(0.7, words(&RELEASES)),
        subsequence(CLASSES[1..].to_vec(), 0..3),
        subsequence(KINDS.to_vec(), 0..3),
        words(&RELEASES[..2]),
        words(&KINDS[..3]),
        words(&TAGS[2..]),
        any::<bool>(),
    )
        .prop_map(|(ships, classes, kinds, when_releases, when_kinds, when_tags, route_gates)| Profile {
            ships,
            classes,
            kinds,
            when_releases,
            when_kinds,
            when_tags,
            route_gates,
        })
}

fn world() -> impl Strategy<Value = World> {
    let files = prop::collection::vec((0..=FOLDERS, any::<bool>()), 1..6);
    let lanes = prop::collection::vec(prop::option::weighted(0.3, select(&RELEASES[..])), 3);
    (
        prop::collection::vec(folder(), FOLDERS),
        lanes,
        prop::collection::vec(profile(), 3),
        prop::collection::vec(profile(), 3),
        files,
        0..FOLDERS,
        any::<bool>(),
    )
        .prop_flat_map(|(folders, lanes, head, other, files, blank, same)| {
            let all: Vec<usize> = (0..files.len()).collect();
            let most = all.len();
            let base = if same { head.clone() } else { other };
            (subsequence(all, 0..=most), Just((folders, lanes, head, base, files, blank)))
        })
        .prop_map(|(narrow, (folders, lanes, head, base, files, blank))| World {
            folders,
            lanes,
            head,
            base,
            files,
            narrow,
            blank,
        })
}

fn list(words: &[&str]) -> String {
    format!("[{}]", words.join(", "))
}

impl World {
    fn policy(&self, profiles: &[Profile]) -> Arc<Policy> {
        let (mut map, mut lanes) = (String::new(), String::new());
        for (at, own) in self.folders.iter().enumerate() {
            let column = if own.kind == "Package" { "Note" } else { "Paths" };
            let (first, second) = match own.kind {
                "Package" => (format!("`f{at}/**`"), "-".to_owned()),
                _ => (format!("name{at}"), format!("`f{at}/**`")),
            };
            writeln!(map, "\n| {} | Domain | {column} | Class | Tags | Release class |", own.kind).unwrap();
            writeln!(map, "|---|---|---|---|---|---|").unwrap();
            let release = own.release.unwrap_or_default();
            writeln!(
                map,
                "| {first} | d{} | {second} | {} | {} | {release} |",
                own.domain, own.class, own.tag
            )
            .unwrap();
            if own.migrations {
                writeln!(map, "\n| Table | Domain | Migrations | Release class |\n|---|---|---|---|")
                    .unwrap();
                writeln!(map, "| t{at} | d{} | `f{at}/db/**` | {release} |", own.domain).unwrap();
            }
        }
        for (at, release) in self.lanes.iter().enumerate() {
            let release = release.map(|own| format!(", release_class: {own}")).unwrap_or_default();
            writeln!(
                lanes,
                "domain_lane: {{domain_id: d{at}, domain_local_gates: [go test ./d{at}]{release}}}\n---"
            )
            .unwrap();
        }
        lanes += "release_gates: [{id: smoke}, {id: more}]\n";
        lanes += "environments: [{id: lab, owner: ana, target: lab}]\nrelease_profiles:\n";
        for (at, own) in profiles.iter().enumerate() {
            let ships = own.ships.as_ref().map_or_else(|| "all".to_owned(), |words| list(words));
            let gates = if own.route_gates { "required" } else { "optional" };
            writeln!(
                lanes,
                "  - {{id: p{at}, use_when: Always, release_classes: {ships}, gates: [smoke], route_gates: {gates}, excludes: \
                 {{classes: {}, map_kinds: {}}}, source_gates: [contracts], when: [{{release_classes: {}, map_kinds: {}, tags: \
                 {}, gates: [more], source_gates: [schema-drift], families: [registry]}}]}}",
                list(&own.classes),
                list(&own.kinds),
                list(&own.when_releases),
                list(&own.when_kinds),
                list(&own.when_tags),
            )
            .unwrap();
        }
        let mut files: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
        files.insert(RepoPath::from("ownership-maps/map.md"), Arc::from(map.as_bytes()));
        for (at, text) in lanes.split("---\n").enumerate() {
            files.insert(RepoPath::from(format!("lanes/{at}.yaml").as_str()), Arc::from(text.as_bytes()));
        }
        files.insert(RepoPath::from("laneway.yaml"), Arc::from(&b"version: 1\n"[..]));
        let policy = Policy::load(&PolicyFiles { files, faults: Vec::new() });
        assert!(!policy.is_broken(), "{:?}\n{map}\n{lanes}", policy.faults);
        Arc::new(policy)
    }

    fn policies(&self) -> Policies {
        let each = vec![
            (
                Sides::NONE.with(laneway::change::Side::MergeBase).with(laneway::change::Side::BaseTip),
                self.policy(&self.base),
            ),
            (Sides::NONE.with(laneway::change::Side::Head), self.policy(&self.head)),
        ];
        Policies { basis: PolicyBasis::BaseAndHead, each }
    }

    fn paths(&self, of: impl IntoIterator<Item = usize>) -> BTreeSet<String> {
        let path = |at: usize| match self.files[at] {
            (folder, true) => format!("f{folder}/db/x.sql"),
            (folder, false) => format!("f{folder}/x.go"),
        };
        of.into_iter().map(path).collect()
    }

    fn wide(&self) -> BTreeSet<String> {
        self.paths(0..self.files.len())
    }

    fn narrow(&self) -> BTreeSet<String> {
        self.paths(self.narrow.iter().copied())
    }
}

fn routed(policies: &Policies, paths: &BTreeSet<String>, all: Option<&str>) -> Route {
    let provenance = Provenance {
        source: ChangeSource::Commits,
        base: Some("1".repeat(40)),
        head: Some("2".repeat(40)),
        merge_base: Some("1".repeat(40)),
        base_method: "flag".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    };
    let files = paths.iter().map(|path| ChangedFile {
        path: RepoPath::from(path.as_str()),
        status: Status::Modified,
        previous_path: None,
        present: Sides::ALL,
    });
    let widen = Widen { all: all.map(str::to_owned), ..Widen::default() };
    route(&Request { change: &Change::new(provenance, files), policies, tracked: &[], widen })
}

fn allowed(route: &Route) -> BTreeSet<&str> {
    let allowed = route.profiles.iter().filter(|own| own.forbidden.is_empty());
    allowed.map(|own| own.id.as_str()).collect()
}

fn planned(route: &Route, policies: &Policies, profile: &str) -> ReleasePlan {
    let profile = profile_of(policies, profile).unwrap();
    let environment = environment_of(policies, "lab").unwrap();
    plan(route.clone(), policies, Asked { profile, environment })
}

/// Says whether everything that `less` asks for, `more` asks for.
fn asks_as_much(less: &ReleasePlan, more: &ReleasePlan) -> bool {
    less.source.keys().all(|gate| more.source.contains_key(gate))
        && less.route.gates.keys().all(|gate| more.route.gates.contains_key(gate))
        && less.families.keys().all(|family| more.families.contains_key(family))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_a_change_forbids_every_wider_change_forbids(world in world()) {
        let policies = world.policies();
        let (narrow, wide) =
            (routed(&policies, &world.narrow(), None), routed(&policies, &world.wide(), None));
        prop_assert!(allowed(&wide).is_subset(&allowed(&narrow)));
    }

    #[test]
    fn widening_by_hand_allows_nothing(world in world()) {
        let policies = world.policies();
        let (plain, all) =
            (routed(&policies, &world.wide(), None), routed(&policies, &world.wide(), Some("not sure")));
        prop_assert!(allowed(&all).is_subset(&allowed(&plain)));
    }

    #[test]
    fn leaving_out_what_a_row_ships_as_allows_nothing(world in world()) {
        // Where a lane says what its files ship as, a row that says nothing ships as that.
        let known = World { lanes: vec![None; 3], ..world };
        let mut blank = known.clone();
        blank.folders[known.blank].release = None;
        let (before, after) = (known.policies(), blank.policies());
        let before = routed(&before, &known.wide(), None);
        let after = routed(&after, &known.wide(), None);
        prop_assert!(allowed(&after).is_subset(&allowed(&before)));
    }

    #[test]
    fn a_plan_never_asks_for_less_of_more_files(world in world()) {
        let policies = world.policies();
        let routes = [
            routed(&policies, &world.narrow(), None),
            routed(&policies, &world.wide(), None),
            routed(&policies, &world.wide(), Some("not sure")),
        ];
        for profile in ["p0", "p1", "p2"] {
            let plans = routes.each_ref().map(|route| planned(route, &policies, profile));
            for pair in plans.windows(2) {
                prop_assert!(asks_as_much(&pair[0], &pair[1]), "{:?}\n{:?}", pair[0].source.keys(), pair[1].source.keys());
            }
        }
    }

    #[test]
    fn a_change_cannot_grant_itself_a_profile(world in world()) {
        let own = World { head: world.base.clone(), ..world.clone() };
        let (changed, before) = (world.policies(), own.policies());
        let changed = routed(&changed, &world.wide(), None);
        let before = routed(&before, &world.wide(), None);
        prop_assert!(allowed(&changed).is_subset(&allowed(&before)));
    }
}
