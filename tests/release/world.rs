//! A small platform with the eight release profiles of the reference, and what was proved of it.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{commit, git, laneway, repository, root, run};

/// The domains, each in a folder of its name that ships as its class.
pub(crate) const FOLDERS: [(&str, &str); 6] = [
    ("web", "web"),
    ("api", "api"),
    ("runtime", "runtime"),
    ("agent", "node_agent"),
    ("config", "config"),
    ("checks", "validation"),
];

/// The environments: `production` has all, `bare` no way back, `narrow` takes little.
const ENVIRONMENTS: &str = "environments:
  - id: production
    owner: '@release'
    target: platform-production
    deploy: {run: 'true'}
    rollback: {command: sh back.sh, manifest_or_revision: what ran before, migration_posture: reversible, owner: '@ops'}
  - id: staging
    owner: '@release'
    target: platform-staging
    rollback: {command: sh back.sh, manifest_or_revision: what ran before, migration_posture: reversible, owner: '@ops'}
  - {id: bare, owner: '@release', target: platform-bare}
  - id: narrow
    owner: '@release'
    target: platform-narrow
    profiles: [standard]
    change_classes: [api]
    rollback: {command: sh back.sh, manifest_or_revision: what ran before, migration_posture: reversible, owner: '@ops'}
";

/// A repository with a change, and a store beside it.
pub(crate) struct World {
    _guard: tempfile::TempDir,
    beside: tempfile::TempDir,
    /// The store, beside the repository.
    pub(crate) store: String,
    pub(crate) root: PathBuf,
    pub(crate) base: String,
    pub(crate) head: String,
}

/// What a verdict said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) json: Value,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn outcome(&self) -> &str {
        self.json["outcome"].as_str().unwrap_or("undecided")
    }

    /// The conditions that do not hold.
    pub(crate) fn open(&self) -> Vec<&str> {
        self.named("conditions", |own| own["holds"] == false)
    }

    /// The source gates that do not hold.
    pub(crate) fn unproved(&self) -> Vec<&str> {
        self.named("source_gates", |own| own["holds"] == false)
    }

    /// The release gates that stop the verdict.
    pub(crate) fn stopping(&self) -> Vec<&str> {
        let gates = self.json["gates"].as_array().unwrap().iter();
        gates.filter(|own| own["blocks"] == true).map(|own| own["id"].as_str().unwrap()).collect()
    }

    /// Why a condition stands as it stands.
    pub(crate) fn why(&self, condition: &str) -> &str {
        let all = self.json["release"]["conditions"].as_array().unwrap();
        let own = all.iter().find(|own| own["id"] == condition).unwrap_or_else(|| panic!("no {condition}"));
        own["because"].as_str().unwrap()
    }

    fn named(&self, list: &str, is: impl Fn(&Value) -> bool) -> Vec<&str> {
        let all = self.json["release"][list].as_array().unwrap_or_else(|| panic!("{}: {}", list, self.err));
        all.iter().filter(|own| is(own)).map(|own| own["id"].as_str().unwrap()).collect()
    }
}

impl World {
    /// A change of one file of a folder, on `main`.
    pub(crate) fn of(folder: &str) -> Self {
        Self::with(folder, &[])
    }

    /// The same, with other files of the policy.
    pub(crate) fn with(folder: &str, files: &[(&str, &str)]) -> Self {
        let lanes = |name: &str| std::fs::read_to_string(root().join("lanes").join(name)).unwrap();
        let (gates, profiles) = (lanes("release-gates.yaml"), lanes("release-profiles.yaml"));
        let row = |(folder, _): &(&str, &str)| format!("| `{folder}/**` | {folder} |\n");
        let rows: String = FOLDERS.iter().map(row).collect();
        let map = format!(
            "| Package | Domain |\n|---|---|\n{rows}| `lanes/**` | checks |\n| `ownership-maps/**` | checks |\n| `laneway.yaml` | checks |\n"
        );
        let lane = |(folder, class): &(&str, &str)| {
            let kind = if matches!(*folder, "config" | "checks") { "delivery" } else { "product" };
            let text = format!(
                "domain_lane:\n  domain_id: {folder}\n  kind: {kind}\n  release_class: {class}\n  reviewers: ['@{folder}']\n  \
                 domain_local_gates:\n    - {{id: {folder}-unit, title: Unit tests, run: make test}}\n"
            );
            (format!("lanes/{folder}.yaml"), text)
        };
        let lanes: Vec<(String, String)> = FOLDERS.iter().map(lane).collect();
        let catalogue = "gates:\n  - {id: security_baseline, title: Security baseline, layer: global, family: uat-and-security, always: code_change, run: make security}\n";
        let mut all = vec![
            ("ownership-maps/package-ownership.md", map.as_str()),
            ("laneway.yaml", "version: 1\narchitecture_reviewers: ['@arch']\n"),
            (".gitignore", "evidence\nhome\n*.out\n"),
            ("lanes/release-gates.yaml", gates.as_str()),
            ("lanes/release-profiles.yaml", profiles.as_str()),
            ("lanes/catalogue.yaml", catalogue),
            ("lanes/environments.yaml", ENVIRONMENTS),
        ];
        all.extend(lanes.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let texts: Vec<(String, &str)> =
            FOLDERS.iter().map(|own| (format!("{}/a.txt", own.0), "a\n")).collect();
        all.extend(texts.iter().map(|(path, text)| (path.as_str(), *text)));
        all.retain(|(path, _)| !files.iter().any(|(own, _)| own == path));
        all.extend(files);
        let (guard, root) = repository(&all);
        let base = git(&root, &["rev-parse", "HEAD"]).trim().to_owned();
        let head = commit(&root, &[(&format!("{folder}/a.txt"), "b\n")], "second");
        let beside = tempfile::tempdir().unwrap();
        let store = beside.path().join("evidence").to_str().unwrap().to_owned();
        Self { _guard: guard, beside, store, root, base, head }
    }

    /// Commits another file on a branch that is not merged, which is then the head.
    pub(crate) fn on_a_branch(&mut self, folder: &str) {
        git(&self.root, &["checkout", "-q", "-b", "topic"]);
        self.head = commit(&self.root, &[(&format!("{folder}/a.txt"), "c\n")], "third");
    }

    pub(crate) fn laneway(&self, arguments: &[&str]) -> (i32, String, String) {
        run(laneway(&self.root).args(arguments))
    }

    /// Runs a command about the change.
    pub(crate) fn about(&self, command: &str, arguments: &[&str]) -> (i32, String, String) {
        let change = [command, "--base", &self.base, "--head", &self.head, "--store", &self.store];
        self.laneway(&[&change[..], arguments].concat())
    }

    /// Verifies a release.
    pub(crate) fn verify(&self, profile: &str, environment: &str, more: &[&str]) -> Said {
        let of = ["--profile", profile, "--environment", environment, "--format", "json"];
        let (code, out, err) = self.about("verify", &[&of[..], more].concat());
        Said { code, json: serde_json::from_str(&out).unwrap_or(Value::Null), err }
    }

    /// Records a pass of each of these gates for the route of the change.
    pub(crate) fn prove(&self, gates: &[&str], more: &[&str]) {
        let proof = ["--exit-code", "0", "--artifact", ARTIFACT];
        let (code, _, err) = self.about("record", &[gates, &proof[..], more].concat());
        assert_eq!(code, 0, "{gates:?}: {err}");
    }

    /// Records a pass of every source gate that a release asks for.
    pub(crate) fn prove_source(&self, profile: &str, environment: &str) {
        let said = self.verify(profile, environment, &["--no-seal"]);
        let open = said.unproved();
        if !open.is_empty() {
            self.prove(&open, &[]);
        }
    }

    /// Records a pass of each of these gates in an environment.
    pub(crate) fn prove_there(&self, (profile, environment): (&str, &str), gates: &[&str], more: &[&str]) {
        let types = ["--evidence-type", "release-contract", "--evidence-type", "preflight"];
        let of = ["--profile", profile, "--environment", environment];
        self.prove(gates, &[&of[..], &types, more].concat());
    }

    /// Records a pass of every release gate that is asked for.
    pub(crate) fn prove_release(&self, profile: &str, environment: &str) {
        let said = self.verify(profile, environment, &["--no-seal"]);
        self.prove_there((profile, environment), &said.stopping(), &[]);
    }

    /// Everything that a release asks for.
    pub(crate) fn prove_all(&self, profile: &str, environment: &str) {
        self.prove_source(profile, environment);
        self.prove_release(profile, environment);
    }

    /// Makes a manifest of the change, and returns its file.
    pub(crate) fn manifest(&self, (profile, environment): (&str, &str), name: &str, more: &[&str]) -> String {
        let file = self.beside.path().join(name).to_str().unwrap().to_owned();
        let of = ["--profile", profile, "--environment", environment, "--output", &file];
        let change =
            ["manifest", "create", "--base", &self.base, "--head", &self.head, "--store", &self.store];
        let (code, out, err) = self.laneway(&[&change[..], &of, more].concat());
        assert_eq!(code, 0, "{out}{err}");
        file
    }

    /// Proves everything of a release, and deploys it; returns its manifest.
    pub(crate) fn deployed(&self) -> String {
        self.prove_all("standard", "production");
        let file = self.manifest(("standard", "production"), "deployed.out", &["--artifact", ARTIFACT]);
        let (code, out, err) =
            self.laneway(&["manifest", "deploy", &file, "--base", &self.base, "--store", &self.store]);
        assert_eq!(code, 0, "{out}{err}");
        file
    }

    /// Commits another file, whose change is then what is asked about.
    pub(crate) fn next(&mut self, folder: &str) {
        self.base = self.head.clone();
        self.head = commit(&self.root, &[(&format!("{folder}/a.txt"), "next\n")], "next");
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.beside.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// What each pass names.
pub(crate) const ARTIFACT: &str =
    "control-api@sha256:7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730";
