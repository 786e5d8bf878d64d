//! What is shipped, by digest: made, read, verified, deployed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::{MigrationPosture, Rollback, RunId};
use laneway::fault::{Code, Fault};
use laneway::release::{Divergence, Manifest, Pinned};
use laneway::source::Source;
use proptest::prelude::*;

use crate::support::{commit, git, laneway, repository, root, run};

const LANES: &str = "domain_lane:
  domain_id: app
  kind: product
  release_class: api
  reviewers: ['@app']
release_gates:
  - {id: smoke, title: Smoke, family: uat-and-security, run: make smoke}
release_profiles:
  - {id: ship, title: Ship, use_when: Usually, release_classes: all, families: [uat-and-security], gates: [smoke], route_gates: optional}
  - {id: still, title: Still, use_when: Nothing new, release_classes: all, families: [uat-and-security], gates: [smoke], route_gates: optional, artifacts: unchanged}
  - {id: look, title: Look, use_when: Only to look, release_classes: all, families: [uat-and-security], gates: [smoke], route_gates: optional, deploy: refused}
  - {id: fork, title: Fork, use_when: For a while, release_classes: all, families: [uat-and-security], gates: [smoke], route_gates: optional, source: may_diverge}
environments:
  - id: here
    owner: '@release'
    target: here
    artifacts: [{name: app, owner: '@app'}]
    deploy: {run: sh deploy.sh, timeout_minutes: 1}
    rollback: {command: sh back.sh --all, manifest_or_revision: what ran before, migration_posture: manual_review, owner: '@night'}
  - {id: bare, owner: '@release', target: bare}
";

/// Says what it was told, and leaves a mark: where there is none, nothing was deployed.
const DEPLOY: &str = "env | grep ^LANEWAY_ | sort > mark.out
echo rolling out
if [ -e hang.out ]; then sleep 30; fi
if [ -e fail.out ]; then echo half way >&2; exit 3; fi
";

const IMAGE: &str = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730";

struct World {
    _guard: tempfile::TempDir,
    root: PathBuf,
    base: String,
    head: String,
}

impl World {
    fn new() -> Self {
        let map = "| Package | Domain |\n|---|---|\n| `**` | app |\n";
        let (guard, root) = repository(&[
            ("ownership-maps/package-ownership.md", map),
            ("lanes/all.yaml", LANES),
            ("laneway.yaml", "version: 1\narchitecture_reviewers: ['@arch']\n"),
            ("deploy.sh", DEPLOY),
            (".gitignore", "evidence\n*.out\n*.json\n*.bin\n"),
            ("app.txt", "a\n"),
        ]);
        let base = git(&root, &["rev-parse", "HEAD"]).trim().to_owned();
        let head = commit(&root, &[("app.txt", "b\n")], "second");
        std::fs::write(root.join("app.bin"), "the bytes that are shipped").unwrap();
        Self { _guard: guard, root, base, head }
    }

    fn laneway(&self, arguments: &[&str]) -> (i32, String, String) {
        run(laneway(&self.root).args(arguments))
    }

    fn about(&self, command: &[&str], more: &[&str]) -> (i32, String, String) {
        let change = ["--base", &self.base, "--store", "evidence"];
        self.laneway(&[command, &change[..], more].concat())
    }

    fn create(&self, more: &[&str]) -> (i32, String, String) {
        self.about(&["manifest", "create", "--head", &self.head], more)
    }

    /// A manifest for `ship` in a file of this name.
    fn made(&self, file: &str, more: &[&str]) -> Manifest {
        let of =
            ["--profile", "ship", "--environment", "here", "--artifact", "app=app.bin", "--output", file];
        let (code, _, err) = self.create(&[&of[..], more].concat());
        assert_eq!(code, 0, "{err}");
        parse(&std::fs::read_to_string(self.root.join(file)).unwrap()).unwrap()
    }

    /// Records that the smoke passed under a profile.
    fn proved(&self, profile: &str) {
        let of = ["--profile", profile, "--environment", "here", "--head", &self.head, "--exit-code", "0"];
        let pinned = format!("app@sha256:{IMAGE}");
        let (code, _, err) = self.about(&["record", "smoke"], &[&of[..], &["--artifact", &pinned]].concat());
        assert_eq!(code, 0, "{err}");
    }

    fn deploy(&self, file: &str, more: &[&str]) -> (i32, String, String) {
        self.about(&["manifest", "deploy", file], more)
    }

    fn is_deployed(&self) -> bool {
        self.root.join("mark.out").exists()
    }

    fn touch(&self, file: &str) {
        std::fs::write(self.root.join(file), "").unwrap();
    }

    /// The names of the store that begin like this.
    fn stored(&self, prefix: &str) -> Vec<String> {
        let mut all = Vec::new();
        walk(&self.root.join("evidence").join(prefix), &mut all);
        all.sort();
        all
    }

    fn audited(&self) {
        let (code, out, err) = self.laneway(&["evidence", "audit", "--store", "evidence"]);
        assert_eq!(code, 0, "{out}{err}");
    }
}

fn walk(folder: &Path, all: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => walk(&path, all),
            false => all.push(path.to_str().unwrap().to_owned()),
        }
    }
}

fn parse(text: &str) -> Result<Manifest, Vec<Fault>> {
    Manifest::parse(&Source::new("m.json", text))
}

fn sample() -> Manifest {
    let pinned = |reference: Option<&str>| Pinned {
        reference: reference.map(str::to_owned),
        digest: Digest::parse(IMAGE).unwrap(),
    };
    Manifest {
        commit: CommitHash::parse(&"a1".repeat(20)).unwrap(),
        profile: "dev-test".to_owned(),
        environment: "lab".to_owned(),
        change_class: Some("broad".to_owned()),
        artifacts: BTreeMap::from([
            ("control-api".to_owned(), pinned(Some("registry.example:5000/control-api"))),
            ("web".to_owned(), pinned(None)),
        ]),
        rollback: Rollback {
            command: "sh back.sh \"now\"\n".to_owned(),
            manifest_or_revision: "what ran before".to_owned(),
            migration_posture: MigrationPosture::Reversible,
            owner: "@ops".to_owned(),
        },
        validated_against: Some(CommitHash::parse(&"b2".repeat(20)).unwrap()),
        previous: Some(Digest::of(b"before")),
        divergence: Some(Divergence {
            reason: "hardware".to_owned(),
            owner: "@lab".to_owned(),
            until: at("2026-12-01T00:00:00Z"),
            follow_up: "https://example.org/1".to_owned(),
        }),
        run: RunId::parse("r-1").unwrap(),
        created: at("2026-11-22T11:00:00Z"),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text_of(manifest: &Manifest) -> String {
    String::from_utf8(manifest.to_bytes()).unwrap()
}

fn codes(faults: &[Fault]) -> Vec<Code> {
    faults.iter().map(|fault| fault.code).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read(
        texts in prop::collection::vec("\\PC*[a-z]\\PC*|[\\x00-\\x7f]*x", 3),
        names in prop::collection::btree_set("[a-z][a-z0-9]{0,8}", 0..6),
        reference in prop::option::of("[a-z]{1,8}(:[0-9]{2,4})?/[a-z0-9-]{1,12}"),
        whole in any::<bool>(),
    ) {
        let mut manifest = sample();
        [manifest.rollback.command, manifest.rollback.manifest_or_revision, manifest.rollback.owner] =
            [texts[0].clone(), texts[1].clone(), texts[2].clone()];
        manifest.artifacts = names
            .into_iter()
            .filter(|name| name != "manifest" && name != "commit")
            .map(|name| {
                let digest = Digest::of(name.as_bytes());
                (name, Pinned { reference: reference.clone(), digest })
            })
            .collect();
        if !whole {
            (manifest.divergence, manifest.previous, manifest.validated_against) = (None, None, None);
        }
        let read = parse(&text_of(&manifest));
        prop_assert_eq!(read.map_err(|faults| codes(&faults)), Ok(manifest));
    }
}

#[test]
fn no_byte_can_be_changed_without_notice() {
    let bytes = sample().to_bytes();
    assert!(parse(&text_of(&sample())).is_ok());
    for position in 0..bytes.len() {
        for flip in [0x01, 0x02, 0x20, 0x80] {
            let mut other = bytes.clone();
            other[position] ^= flip;
            // What is not UTF-8 is refused where the file is read.
            let Ok(text) = String::from_utf8(other) else { continue };
            assert!(parse(&text).is_err(), "byte {position} ^ {flip:#x}");
        }
    }
    for other in [format!(" {}", text_of(&sample())), format!("{}\n", text_of(&sample()))] {
        assert_eq!(codes(&parse(&other).unwrap_err()), [Code::ManifestDigest]);
    }
}

/// What somebody does to a manifest by hand, and what is said of it.
#[test]
fn a_manifest_that_is_none_is_refused_for_everything_that_is_wrong() {
    use Code::{
        ManifestDigest as Digested, ManifestDocument as Document, ManifestRollback as Back,
        ManifestValue as Value,
    };
    let digest = format!("\"digest\": \"sha256:{}\"", sample().digest());
    let pinned = format!("sha256:{IMAGE}");
    let cases: &[(&str, &str, &str, &[Code])] = &[
        ("a tag for a digest", &pinned, "app:1.2", &[Value, Value, Digested]),
        ("another algorithm", &pinned, "sha512:00", &[Value, Value, Digested]),
        ("an image for a digest", &pinned, &format!("app@sha512:{IMAGE}"), &[Value, Value, Digested]),
        ("no algorithm", &pinned, IMAGE, &[Value, Value, Digested]),
        ("short", &pinned, "sha256:7d865e", &[Value, Value, Digested]),
        ("upper case", &pinned, &format!("sha256:{}", IMAGE.to_uppercase()), &[Value, Value, Digested]),
        ("a tagged image", "5000/control-api", "5000/control-api:1.2", &[Value, Digested]),
        ("a name twice", "\"name\": \"web\"", "\"name\": \"control-api\"", &[Value, Digested]),
        ("a name that is taken", "\"name\": \"web\"", "\"name\": \"manifest\"", &[Value, Digested]),
        ("one variable for two", "\"name\": \"web\"", "\"name\": \"control.api\"", &[Value, Digested]),
        ("a branch", &"a1".repeat(20), "main", &[Value, Digested]),
        ("a class", "\"broad\"", "\"everything\"", &[Value, Digested]),
        ("no zone", "2026-11-22T11:00:00Z", "2026-11-22T11:00:00", &[Value, Digested]),
        ("no command", "\"command\"", "\"comand\"", &[Document, Back, Digested]),
        ("an empty command", "\"sh back.sh \\\"now\\\"\\n\"", "\"\"", &[Back, Digested]),
        ("no owner of the way back", "\"owner\": \"@ops\"", "\"owner\": \" \"", &[Back, Digested]),
        ("a posture", "\"reversible\"", "\"maybe\"", &[Back, Digested]),
        ("no posture", "    \"migration_posture\": \"reversible\",\n", "", &[Back, Digested]),
        ("nowhere to go back to", "\"what ran before\"", "\"\"", &[Back, Digested]),
        ("no way back", "\"rollback\": {", "\"rolback\": {", &[Document, Back, Digested]),
        ("a key twice", "  \"run\": \"r-1\",", "  \"run\": \"r-1\",\n  \"run\": \"r-1\",", &[Document]),
        (
            "an unknown key",
            "  \"run\": \"r-1\",",
            "  \"run\": \"r-1\",\n  \"note\": \"x\",",
            &[Document, Digested],
        ),
        ("a missing key", "  \"run\": \"r-1\",\n", "", &[Document, Digested]),
        ("a number", "\"r-1\"", "1", &[Value, Digested]),
        ("its digest", &digest, &format!("\"digest\": \"sha256:{IMAGE}\""), &[Digested]),
        ("a tag for its digest", &digest, "\"digest\": \"latest:1\"", &[Value]),
        ("another version", "laneway.manifest/v1", "laneway.manifest/v2", &[Document]),
        ("another document", "laneway.manifest/v1", "laneway.route/v1", &[Document]),
        ("no JSON", "\"run\":", "run:", &[Document]),
    ];
    let text = text_of(&sample());
    for (what, from, to, wanted) in cases {
        assert!(text.contains(from), "{what}: nothing to replace");
        let faults = parse(&text.replace(from, to)).unwrap_err();
        let mut found = codes(&faults);
        let mut wanted = wanted.to_vec();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{what}: {faults:#?}");
        for fault in &faults {
            assert!(fault.place.is_some() && !fault.help.is_empty(), "{what}: {fault:?}");
        }
    }
    for empty in ["", " \n", "[]", "null", "{}", "{\"schema\": 1}"] {
        assert_eq!(codes(&parse(empty).unwrap_err()), [Code::ManifestDocument], "{empty}");
    }
}

#[test]
fn a_manifest_pins_everything_and_is_kept_as_it_is_written() {
    let world = World::new();
    let image = format!("proxy=registry.example:5000/proxy@sha256:{IMAGE}");
    let of = ["--profile", "ship", "--environment", "here", "--artifact", "app=app.bin", "--image", &image];
    let (code, out, err) = world.create(&[&of[..], &["--output", "m.json", "--run-id", "r1"]].concat());
    assert_eq!(code, 0, "{err}");
    let text = std::fs::read_to_string(world.root.join("m.json")).unwrap();
    let manifest = parse(&text).unwrap();
    assert!(
        out.contains(&manifest.digest().to_string()) && out.contains("registry.example:5000/proxy@sha256:")
    );
    assert!(err.contains("declares no artifact `proxy`"), "{err}");
    assert_eq!(manifest.commit.as_str(), world.head);
    assert_eq!(manifest.artifacts["app"].digest, Digest::of(b"the bytes that are shipped"));
    assert_eq!(manifest.rollback.owner, "@night");
    assert_eq!(manifest.change_class.as_deref(), Some("api"));
    let kept = world.root.join(format!("evidence/v1/manifest/{}.json", manifest.digest()));
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), text);
    world.audited();
    // Nothing that is written once is written again.
    let (code, _, err) = world.create(&[&of[..], &["--output", "m.json", "--run-id", "r2"]].concat());
    assert!(code == 2 && err.contains("laneway::cli::exists"), "{err}");
    assert_eq!(std::fs::read_to_string(world.root.join("m.json")).unwrap(), text);
    // Without a file, the manifest alone is the answer.
    let (code, out, _) = world.create(&of);
    assert!(code == 0 && parse(&out).is_ok());
    // A store in which somebody edits it says so.
    std::fs::write(&kept, text.replace("@night", "@nobody")).unwrap();
    assert_eq!(world.laneway(&["evidence", "audit", "--store", "evidence"]).0, 1);
}

#[test]
fn what_cannot_be_pinned_is_refused_and_nothing_is_kept() {
    let world = World::new();
    let ship = "--profile ship --environment here --artifact app=app.bin";
    let tagged =
        format!("--profile ship --environment here --artifact app=app.bin --image p=r/i:1@sha256:{IMAGE}");
    let upper = format!("--profile ship --environment here --artifact app@sha256:{}", IMAGE.to_uppercase());
    let cases: &[(&str, &[&str])] = &[
        ("--environment here --artifact app=app.bin", &["release::flag"]),
        ("--profile ship --artifact app=app.bin", &["release::flag"]),
        ("--artifact app=app.bin", &["release::flag"]),
        ("--profile shp --environment here --artifact app=app.bin", &["lanes::unknown_profile"]),
        ("--profile ship --environment their --artifact app=app.bin", &["lanes::unknown_environment"]),
        ("--profile ship --environment here", &["release::manifest_value"]),
        ("--profile ship --environment here --artifact other=app.bin", &["release::manifest_value"]),
        ("--profile ship --environment here --artifact app:1.2", &["release::manifest_value"]),
        ("--profile ship --environment here --artifact app@sha512:00", &["release::manifest_value"]),
        ("--profile ship --environment here --artifact app@sha256:7d86", &["release::manifest_value"]),
        ("--profile ship --environment here --artifact app@latest", &["release::manifest_value"]),
        (&upper, &["release::manifest_value"]),
        ("--profile ship --environment here --artifact app=gone.bin", &["release::manifest_value"]),
        ("--profile ship --environment here --image app=registry/app:1.2", &["release::manifest_value"]),
        ("--profile ship --environment here --image app", &["release::manifest_value"]),
        (&tagged, &["release::manifest_value"]),
        (&format!("{ship} --artifact app=app.bin"), &["release::manifest_value"]),
        (&format!("{ship} --artifact manifest=app.bin"), &["release::manifest_value"]),
        (&format!("{ship} --artifact=,"), &["release::manifest_value"]),
        (&format!("{ship} --artifact= --rollback-owner="), &["change::empty_value"]),
        (&format!("{ship} --migration-posture maybe"), &["release::manifest_rollback"]),
        (&format!("{ship} --validated-against main"), &["evidence::commit"]),
        (&format!("{ship} --divergence-reason why"), &["release::flag"]),
        (
            &format!("{ship} --divergence-reason w --divergence-owner o --divergence-until 7d --follow-up f"),
            &["release::flag"],
        ),
        (
            "--profile fork --environment here --artifact app=app.bin --divergence-reason w --divergence-owner o \
             --divergence-until 15d --follow-up f",
            &["release::flag"],
        ),
        ("--profile still --environment here", &["release::flag"]),
        (
            "--profile ship --environment here --artifact app=app.bin --deployed gone.json",
            &["manifest_document"],
        ),
        (
            "--profile ship --environment bare --artifact app=app.bin",
            &["`--rollback-command`", "`--rollback-to`", "`--migration-posture`", "`--rollback-owner`"],
        ),
    ];
    for (arguments, wanted) in cases {
        let arguments: Vec<&str> = arguments.split_whitespace().chain(["--output", "m.json"]).collect();
        let (code, out, err) = world.create(&arguments);
        assert!(code == 2 && out.is_empty(), "{arguments:?}: {code} {out} {err}");
        for wanted in *wanted {
            assert!(err.contains(wanted), "{arguments:?}: no {wanted} in {err}");
        }
        assert!(!world.root.join("m.json").exists(), "{arguments:?}");
    }
    assert_eq!(world.stored("v1/manifest"), Vec::<String>::new());
    let (code, _, err) =
        world.laneway(&["manifest", "create", "--staged", "--profile", "ship", "--environment", "here"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn nothing_is_deployed_by_a_manifest_that_nobody_made() {
    let world = World::new();
    let manifest = world.made("m.json", &[]);
    world.proved("ship");
    let text = text_of(&manifest);
    let mut other = manifest.clone();
    other.rollback.owner = "@nobody".to_owned();
    let mut elsewhere = manifest.clone();
    elsewhere.environment = "there".to_owned();
    let cases: &[(&str, String, &str)] = &[
        ("edited", text.replace("@night", "@nobody"), "release::manifest_digest"),
        ("edited, and its digest with it", text_of(&other), "release::manifest_unknown"),
        ("an environment of nobody", text_of(&elsewhere), "lanes::unknown_environment"),
        ("written otherwise", text.replace("  ", "\t"), "release::manifest_digest"),
        (
            "a tag",
            text.replace(&format!("sha256:{}", manifest.artifacts["app"].digest), "app:1"),
            "manifest_value",
        ),
        ("no owner of the way back", text.replace("@night", ""), "release::manifest_rollback"),
        ("no manifest", "{}".to_owned(), "release::manifest_document"),
        ("empty", String::new(), "release::manifest_document"),
    ];
    for (what, text, wanted) in cases {
        std::fs::write(world.root.join("bad.json"), text).unwrap();
        for command in [&["manifest", "deploy", "bad.json"][..], &["verify", "--manifest", "bad.json"]] {
            let (code, out, err) = world.about(command, &[]);
            assert!(code == 2 && err.contains(wanted), "{what}: {code} {out} {err}");
        }
    }
    for (more, wanted) in [
        (&["--head", &world.base][..], "release::flag"),
        (&["--store", "elsewhere"], "cannot be used multiple times"),
        (&["--deployed", "m.json"], "release::manifest_unknown"),
        (&["--deployed="], "change::empty_value"),
    ] {
        let (code, _, err) = world.deploy("m.json", more);
        assert!(code == 2 && err.contains(wanted), "{more:?}: {code} {err}");
    }
    assert_eq!(world.deploy("gone.json", &[]).0, 2);
    assert_eq!(world.deploy("-", &[]).0, 2);
    assert_eq!(world.deploy("", &[]).0, 2);
    assert!(!world.is_deployed() && world.stored("v1/deploy").is_empty());
}

#[test]
fn what_does_not_hold_is_not_deployed() {
    let world = World::new();
    world.made("m.json", &[]);
    let (code, out, err) = world.deploy("m.json", &[]);
    assert!(code == 1 && err.contains("laneway::release::deploy_refused"), "{code} {out} {err}");
    assert!(out.contains("smoke"), "{out}");
    assert!(!world.is_deployed() && world.stored("v1/deploy").is_empty());
    assert_eq!(world.about(&["verify", "--manifest", "m.json"], &[]).0, 1);
    // What holds is deployed only where the profile deploys, and the environment says how.
    let of = ["--environment", "here", "--artifact", "app=app.bin", "--output"];
    assert_eq!(world.create(&[&["--profile", "look"], &of[..], &["look.json"]].concat()).0, 0);
    let (code, _, err) = world.deploy("look.json", &[]);
    assert!(code == 2 && err.contains("deploys nothing"), "{code} {err}");
    let way =
        ["--rollback-command=x", "--rollback-to=y", "--migration-posture=reversible", "--rollback-owner=z"];
    let bare =
        ["--profile", "ship", "--environment", "bare", "--artifact", "app=app.bin", "--output", "bare.json"];
    assert_eq!(world.create(&[&bare[..], &way].concat()).0, 0);
    let (code, _, err) = world.deploy("bare.json", &[]);
    assert!(code == 2 && err.contains("declares no command"), "{code} {err}");
    assert!(!world.is_deployed());
}

#[test]
fn what_holds_is_deployed_without_being_built_and_can_be_built_upon() {
    let world = World::new();
    let manifest = world.made("m.json", &[]);
    let digest = manifest.digest().to_string();
    world.proved("ship");
    let (code, out, err) = world.about(&["verify", "--manifest", "m.json"], &[]);
    assert_eq!(code, 0, "{out} {err}");
    let (code, out, err) = world.deploy("m.json", &["--dry-run"]);
    assert!(
        code == 0 && out.contains("sh deploy.sh") && out.contains("LANEWAY_ARTIFACT_APP="),
        "{out} {err}"
    );
    assert!(!world.is_deployed() && world.stored("v1/deploy").is_empty());
    // What is checked out need not be what is shipped.
    commit(&world.root, &[("later.txt", "c\n")], "third");
    let (code, out, err) = world.deploy("m.json", &["--run-id", "r1"]);
    assert!(code == 0 && out.contains("deployed sha256:"), "{code} {out} {err}");
    assert!(err.contains("deploy | rolling out"), "{err}");
    let mark = std::fs::read_to_string(world.root.join("mark.out")).unwrap();
    for line in [
        format!("LANEWAY_MANIFEST={}", world.root.join("m.json").canonicalize().unwrap().display()),
        format!("LANEWAY_MANIFEST_DIGEST=sha256:{digest}"),
        format!("LANEWAY_COMMIT={}", world.head),
        "LANEWAY_ENVIRONMENT=here".to_owned(),
        "LANEWAY_PROFILE=ship".to_owned(),
        format!("LANEWAY_ARTIFACT_APP=sha256:{}", manifest.artifacts["app"].digest),
    ] {
        assert!(mark.lines().any(|own| own == line), "no {line} in {mark}");
    }
    // The same once more is a deployment of its own, of the same run as well.
    assert_eq!(world.deploy("m.json", &["--run-id", "r1"]).0, 0);
    let names = world.stored(&format!("v1/deploy/here/{digest}"));
    assert!(
        names.len() == 2 && names[0].ends_with("/r1.1.json") && names[1].ends_with("/r1.2.json"),
        "{names:?}"
    );
    world.audited();
    // A profile that ships nothing new takes what is deployed.
    let still =
        ["--profile", "still", "--environment", "here", "--deployed", "m.json", "--output", "still.json"];
    let (code, _, err) =
        world.create(&[&still[..], &["--artifact", &format!("app@sha256:{IMAGE}")]].concat());
    assert!(code == 2 && err.contains("is not what is deployed"), "{err}");
    assert_eq!(world.create(&still).0, 0);
    let next = parse(&std::fs::read_to_string(world.root.join("still.json")).unwrap()).unwrap();
    assert_eq!((next.previous, &next.artifacts), (Some(manifest.digest()), &manifest.artifacts));
    world.audited();
}

#[test]
fn a_deployment_that_fails_is_kept_and_says_how_it_is_taken_back() {
    let world = World::new();
    let manifest = world.made("m.json", &[]);
    world.proved("ship");
    world.touch("fail.out");
    let (code, out, err) = world.deploy("m.json", &[]);
    assert_eq!(code, 1, "{out} {err}");
    for wanted in
        ["exit code 3", "TAKE IT BACK", "sh back.sh --all", "what ran before", "manual_review", "@night"]
    {
        assert!(out.contains(wanted), "no {wanted} in {out}");
    }
    assert!(err.contains("half way"), "{err}");
    assert_eq!(world.stored(&format!("v1/deploy/here/{}", manifest.digest())).len(), 1);
    world.audited();
    // What failed is not what the environment runs.
    let still = ["--profile", "still", "--environment", "here", "--deployed", "m.json"];
    let (code, _, err) = world.create(&still);
    assert!(code == 2 && err.contains("laneway::release::manifest_unknown"), "{err}");
}

#[test]
fn a_deployment_that_is_interrupted_is_kept_as_such() {
    let world = World::new();
    world.made("m.json", &[]);
    world.proved("ship");
    world.touch("hang.out");
    let mut command = laneway(&world.root);
    command.args(["manifest", "deploy", "m.json", "--base", &world.base, "--store", "evidence"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !world.is_deployed() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.contains("interrupted by SIGINT") && out.contains("TAKE IT BACK"), "{out}");
    assert_eq!(world.stored("v1/deploy").len(), 1);
    world.audited();
}

#[test]
fn where_seals_are_signed_a_manifest_is_signed_as_well() {
    let world = World::new();
    let (code, out, err) = world.laneway(&["evidence", "keygen", "--output", "key.out"]);
    assert_eq!(code, 0, "{err}");
    let public = out.split_whitespace().find(|word| word.starts_with("ed25519:")).unwrap();
    let trust = format!(
        "trusted_keys:\n  - {{id: ci, public_key: '{public}', owner: '@ci', may: [attest, seal]}}\nsigning: {{seals: 1}}\n"
    );
    let base = commit(&world.root, &[("lanes/trust.yaml", &trust)], "trust");
    let head = commit(&world.root, &[("app.txt", "d\n")], "next");
    let world = World { base, head, ..world };
    let manifest = world.made("m.json", &[]);
    world.proved("ship");
    let (code, _, err) = world.deploy("m.json", &["--key", "key.out"]);
    assert!(code == 2 && err.contains("laneway::evidence::signature"), "{code} {err}");
    assert!(!world.is_deployed());
    let digest = manifest.digest().to_string();
    let (code, out, err) =
        world.laneway(&["evidence", "sign", &digest, "--key", "key.out", "--store", "evidence"]);
    assert_eq!(code, 0, "{out} {err}");
    let (code, out, err) = world.deploy("m.json", &["--key", "key.out"]);
    assert!(code == 0 && world.is_deployed(), "{code} {out} {err}");
    world.audited();
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test release manifest` writes it.
#[test]
fn the_schema_of_a_manifest_is_fresh() {
    let file = root().join("schemas/manifest.v1.json");
    let schema = laneway::render::manifest::schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), schema, "LANEWAY_BLESS=1 writes it anew");
    // What a manifest says and what its schema knows are the same.
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&sample().to_bytes()).unwrap();
    let keys =
        |value: &serde_json::Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let (mut known, mut own) = (keys(&schema["properties"]), keys(&written));
    known.sort();
    own.sort();
    assert_eq!(known, own);
}
