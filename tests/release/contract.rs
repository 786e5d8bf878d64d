//! The redacted release contract.

use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{commit, git, laneway, repository, root, run};

const MAP: &str =
    "| Package | Domain | Release class |\n|---|---|---|\n| `web/**` | shop | web |\n| `**` | shop | |\n";

const GATES: &str = r"release_gates:
  - {id: release-contract, title: Release contract, evidence_types: [release-contract]}
  - {id: release-artifacts, title: Artifacts, evidence_types: [release-contract]}
  - {id: release-edge, title: Edge, evidence_types: [release-contract]}
  - {id: release-secrets, title: Secrets, evidence_types: [release-contract]}
  - {id: release-registry, title: Registry, evidence_types: [release-contract], not_applicable: allowed}
  - {id: release-schema, title: Schema, evidence_types: [release-contract]}
  - {id: release-rollback, title: Rollback, evidence_types: [release-contract]}
  - {id: preflight, title: Preflight, evidence_types: [preflight]}
  - {id: edge-preflight, title: Edge preflight, evidence_types: [preflight]}
  - {id: smoke, title: Smoke, run: 'true'}
release_profiles:
  - id: full
    use_when: Always
    release_classes: all
    gates: [release-contract, release-artifacts, release-edge, release-secrets, release-registry, release-schema, release-rollback, preflight, smoke]
  - id: lean
    use_when: Where nothing is enrolled
    release_classes: all
    gates: [release-contract, release-secrets]
  - id: web-only
    use_when: Web alone
    release_classes: [web]
    gates: [release-contract]
";

const ENVIRONMENT: &str = r#"environments:
  - id: prod
    owner: "@ops"
    target: the-target
    profiles: [full, lean, web-only]
    description: {file: deploy/prod.yaml}
    artifacts: [{name: api, owner: "@api"}]
    config: [{name: BASE_URL, owner: "@config"}]
    dns: [{name: api.example, owner: "@dns"}]
    tls: [{name: api.example, owner: "@tls", min_days: 21}]
    secrets:
      - {name: password, owner: "@secrets", max_age_days: 90}
      - {name: enrolment, owner: "@nodes", not_applicable: {profiles: [lean], reason: Nothing is enrolled}}
    registry: [{name: product/gpu, owner: "@registry", equals: active}]
    schema: [{name: baseline, owner: "@schema", equals: "0001"}]
    seed: [{name: quotas, owner: "@seed", equals: "2026-01"}]
    rollback: {command: sh back.sh, manifest_or_revision: before, migration_posture: reversible, owner: "@ops"}
  - {id: bare, owner: "@ops", target: the-target}
  - {id: spoken, owner: "@ops", target: the-target, description: {command: sh describe.sh}, config: [{name: BASE_URL}]}
"#;

/// A repository with an environment.
pub(crate) struct World {
    _guard: tempfile::TempDir,
    pub(crate) root: PathBuf,
}

pub(crate) fn world(environments: &str) -> World {
    let (guard, root) = repository(&[
        ("ownership-maps/package-ownership.md", MAP),
        ("lanes/shop.yaml", "domain_lane: {domain_id: shop, kind: product, reviewers: ['@shop']}\n"),
        ("lanes/gates.yaml", GATES),
        ("lanes/environments.yaml", environments),
        ("web/a", "a\n"),
        ("other/a", "a\n"),
    ]);
    commit(&root, &[("web/a", "b\n")], "second");
    World { _guard: guard, root }
}

/// A whole description, taken now.
pub(crate) fn described() -> String {
    let at = |hours: i64| (Timestamp::now() + SignedDuration::from_hours(hours)).to_string();
    format!(
        "environment: prod
target: the-target
taken: {taken}
artifacts:
  api: sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9
config:
  BASE_URL: {{present: true}}
dns:
  api.example: {{present: true}}
tls:
  api.example: {{valid_until: {valid}}}
secrets:
  password: {{present: true, changed: {changed}}}
  enrolment: {{present: true}}
registry:
  product/gpu: {{value: active}}
schema:
  baseline: {{value: '0001'}}
seed:
  quotas: {{value: '2026-01'}}
",
        taken = at(-1),
        valid = at(24 * 100),
        changed = at(-24 * 10),
    )
}

impl World {
    pub(crate) fn ask(&self, what: &str, arguments: &[&str]) -> (i32, String, String) {
        let mut command = laneway(&self.root);
        run(command.args(["profile", what, "--base", "HEAD~1", "--head", "HEAD"]).args(arguments))
    }

    /// Returns the commit.
    pub(crate) fn head(&self) -> String {
        git(&self.root, &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Resolves a description, and returns the exit code, the contract and what was complained of.
    fn resolve(&self, profile: &str, description: &str) -> (i32, Value, String) {
        fs::write(self.root.join("d.yaml"), description).unwrap();
        let own =
            ["--profile", profile, "--environment", "prod", "--description", "d.yaml", "--format", "json"];
        let (code, out, err) = self.ask("resolve", &own);
        (code, serde_json::from_str(&out).unwrap_or(Value::Null), err)
    }
}

/// Returns the one item that a field tells.
fn item<'a>(contract: &'a Value, field: &str) -> &'a Value {
    contract["items"].as_array().unwrap().iter().find(|own| own["field"] == field).unwrap()
}

#[test]
fn a_whole_description_makes_a_contract_that_holds_and_is_recorded() {
    let world = world(ENVIRONMENT);
    let (code, contract, err) = world.resolve("full", &described());
    assert_eq!((code, err.as_str()), (0, ""), "{contract}");
    assert_eq!(contract["schema"], "laneway.contract/v1");
    assert_eq!((&contract["target"], &contract["change_class"]), (&"the-target".into(), &"web".into()));
    let digest = "sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
    assert_eq!(item(&contract, "artifacts.api")["digest"], digest);
    assert_eq!(contract["rollback"]["migration_posture"], "reversible");
    assert_eq!(contract["phases"][0]["gate"], "smoke");
    assert_eq!(contract["gates"].as_object().unwrap().len(), 7);
    let records = run(laneway(&world.root).args(["evidence", "show", &world.head(), "-v"])).1;
    assert!(records.contains("release-secrets") && records.contains("release-rollback"), "{records}");
    for (format, says) in [("text", "The contract holds."), ("yaml", "allowed_change_classes")] {
        let own =
            ["--profile", "full", "--environment", "prod", "--description", "d.yaml", "--format", format];
        let (code, out, err) = world.ask("resolve", &[&own[..], &["--no-record"]].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.contains(says) || format == "yaml" && out.contains("required_evidence"), "{out}");
    }
}

/// What of a description is replaced, by what; then the field, its state, its owner and the gate that does not hold.
const ROWS: [(&str, &str, &str, &str, &str, &str); 19] = [
    (
        "  api: sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\n",
        "  {}\n",
        "artifacts.api",
        "missing",
        "@api",
        "release-artifacts",
    ),
    (
        "  BASE_URL: {present: true}\n",
        "  {}\n",
        "config.BASE_URL.present",
        "missing",
        "@config",
        "release-contract",
    ),
    (
        "BASE_URL: {present: true}",
        "BASE_URL: {present: false}",
        "config.BASE_URL.present",
        "missing",
        "@config",
        "release-contract",
    ),
    (
        "  api.example: {present: true}\n",
        "  {}\n",
        "dns.api.example.present",
        "missing",
        "@dns",
        "release-edge",
    ),
    (
        "api.example: {present: true}",
        "api.example: {present: false}",
        "dns.api.example.present",
        "missing",
        "@dns",
        "release-edge",
    ),
    ("valid_until", "present: true, valid_until", "tls.api.example.valid_until", "holds", "@tls", ""),
    (
        "{valid_until: VALID}",
        "{present: true}",
        "tls.api.example.valid_until",
        "missing",
        "@tls",
        "release-edge",
    ),
    ("VALID", "SOON", "tls.api.example.valid_until", "stale", "@tls", "release-edge"),
    ("VALID", "2020-01-01T00:00:00Z", "tls.api.example.valid_until", "stale", "@tls", "release-edge"),
    (", changed: CHANGED", "", "secrets.password.changed", "missing", "@secrets", "release-secrets"),
    ("CHANGED", "2020-01-01T00:00:00Z", "secrets.password.changed", "stale", "@secrets", "release-secrets"),
    (
        "present: true, changed",
        "present: false, changed",
        "secrets.password.changed",
        "missing",
        "@secrets",
        "release-secrets",
    ),
    (
        "  enrolment: {present: true}\n",
        "",
        "secrets.enrolment.present",
        "missing",
        "@nodes",
        "release-secrets",
    ),
    (
        "{value: active}",
        "{value: retired}",
        "registry.product/gpu.value",
        "differs",
        "@registry",
        "release-registry",
    ),
    (
        "{value: active}",
        "{present: true}",
        "registry.product/gpu.value",
        "missing",
        "@registry",
        "release-registry",
    ),
    (
        "{value: active}",
        "{not_applicable: true}",
        "registry.product/gpu.value",
        "not_applicable",
        "@registry",
        "",
    ),
    ("'0001'", "'0002'", "schema.baseline.value", "differs", "@schema", "release-schema"),
    ("  quotas: {value: '2026-01'}\n", "  {}\n", "seed.quotas.value", "missing", "@seed", "release-schema"),
    ("'2026-01'", "'2025-12'", "seed.quotas.value", "differs", "@seed", "release-schema"),
];

#[test]
fn what_is_missing_stale_or_different_is_named_with_its_owner() {
    let world = world(ENVIRONMENT);
    for (from, to, field, state, owner, gate) in ROWS {
        let mut text = described();
        let value = |key: &str| {
            let at = text.find(key).unwrap() + key.len();
            text[at..].split('}').next().unwrap().to_owned()
        };
        let (valid, changed) = (value("valid_until: "), value("changed: "));
        let soon = (Timestamp::now() + SignedDuration::from_hours(24 * 20)).to_string();
        let from = from.replace("VALID", &valid).replace("CHANGED", &changed);
        assert!(text.contains(&from), "{from}");
        text = text.replacen(&from, &to.replace("SOON", &soon), 1);
        let (code, contract, err) = world.resolve("full", &text);
        let own = item(&contract, field);
        assert_eq!((&own["state"], &own["owner"]), (&state.into(), &owner.into()), "{to}: {contract} {err}");
        assert_eq!(code, i32::from(!gate.is_empty()), "{to}: {contract}");
        for (id, proof) in contract["gates"].as_object().unwrap() {
            let sound = proof["result"] == "pass" || proof["result"] == "not_applicable";
            assert_eq!(sound, id != gate, "{to}: {contract}");
            if id == gate {
                let reason = proof["reasons"][0].as_str().unwrap();
                assert!(reason.contains(field) && reason.contains(owner), "{reason}");
                assert_eq!(proof["owners"][0], owner);
            }
        }
    }
}

#[test]
fn a_description_of_something_else_or_of_long_ago_proves_nothing() {
    let world = world(ENVIRONMENT);
    let whole = described();
    let taken = whole.lines().find(|line| line.starts_with("taken")).unwrap().to_owned();
    for (from, to, says) in [
        ("environment: prod", "environment: lab", "`environment` of the description"),
        ("target: the-target", "target: another", "`target` of the description"),
        (taken.as_str(), "taken: 2020-01-01T00:00:00Z", "is stale"),
    ] {
        let (code, contract, _) = world.resolve("full", &whole.replacen(from, to, 1));
        assert_eq!(code, 1, "{contract}");
        for gate in ["release-contract", "release-secrets", "release-schema"] {
            let reason = contract["gates"][gate]["reasons"][0].as_str().unwrap();
            assert!(reason.contains(says), "{reason}");
        }
        assert!(!contract.to_string().contains("another"));
    }
}

#[test]
fn of_several_looks_at_an_environment_the_newest_counts() {
    let world = world(ENVIRONMENT);
    let lost = described().replace("  enrolment: {present: true}\n", "");
    let stands = || -> String {
        let own = ["verify", "--profile", "full", "--environment", "prod", "--no-seal", "--format", "json"];
        let verdict: Value = serde_json::from_str(&run(laneway(&world.root).args(own)).1).unwrap();
        let gates = verdict["gates"].as_array().unwrap();
        let gate = gates.iter().find(|own| own["id"] == "release-secrets").unwrap();
        gate["shown"].as_str().unwrap().to_owned()
    };
    for (description, code, shown) in
        [(&lost, 1, "failed"), (&described(), 0, "passed"), (&lost, 1, "failed"), (&described(), 0, "passed")]
    {
        assert_eq!(world.resolve("full", description).0, code);
        assert_eq!(stands(), shown);
    }
}

#[test]
fn only_what_the_profile_asks_for_is_looked_at_and_it_may_do_without_some() {
    let world = world(ENVIRONMENT);
    let text = described().replace("  enrolment: {present: true}\n", "").replace("active", "retired");
    let (code, contract, _) = world.resolve("lean", &text);
    assert_eq!(code, 0, "{contract}");
    let own = item(&contract, "secrets.enrolment.present");
    assert_eq!((&own["state"], &own["reason"]), (&"not_applicable".into(), &"Nothing is enrolled".into()));
    assert_eq!(contract["gates"].as_object().unwrap().len(), 2);
    let (code, _, _) = world.resolve("web-only", &described());
    assert_eq!(code, 0);
    commit(&world.root, &[("other/a", "b\n")], "third");
    let (code, contract, _) = world.resolve("web-only", &described());
    let reason = contract["gates"]["release-contract"]["reasons"][0].as_str().unwrap();
    assert!(code == 1 && reason.contains("broad") && reason.contains("web"), "{reason}");
}

#[test]
fn what_nobody_declares_is_not_proved_but_for_what_may_not_apply() {
    let world = world(ENVIRONMENT);
    let text = described().replacen("prod", "bare", 1);
    fs::write(world.root.join("d.yaml"), text).unwrap();
    let own = ["--profile", "full", "--environment", "bare", "--description", "d.yaml", "--format", "json"];
    let (code, out, _) = world.ask("resolve", &own);
    let contract: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!(contract["gates"]["release-registry"]["result"], "not_applicable");
    assert_eq!(contract["gates"]["release-contract"]["result"], "pass");
    for gate in ["release-artifacts", "release-edge", "release-secrets", "release-schema", "release-rollback"]
    {
        assert_eq!(contract["gates"][gate]["result"], "fail", "{gate}");
        assert_eq!(contract["gates"][gate]["owners"][0], "@ops");
    }
    assert!(contract["unlisted"].as_u64().unwrap() >= 9, "{contract}");
}

#[test]
fn a_description_that_is_none_is_undecidable_and_says_where() {
    let world = world(ENVIRONMENT);
    let rows = [
        ("", "", "d.yaml, line 1"),
        ("taken: ", "taken: yesterday #", "`taken` is not a time with a zone"),
        ("taken: ", "taken: 2999-01-01T00:00:00Z #", "`taken` lies in the future"),
        ("environment: prod\n", "", "does not state `environment`"),
        ("target: the-target\n", "", "does not state `target`"),
        ("target: the-target\n", "target:\n", "`target` is empty"),
        ("target: the-target\n", "target: [a]\n", "`target` is not a text"),
        ("target: the-target\n", "target: a\ntarget: a\n", "`target` is stated twice"),
        ("seed:\n", "secrets: {}\nseed:\n", "`secrets` is stated twice"),
        (
            "  enrolment: ",
            "  password: {present: true}\n  enrolment: ",
            "`secrets.password` of @secrets is stated twice",
        ),
        (
            "{present: true, changed",
            "{present: true, present: true, changed",
            "`secrets.password.present` of @secrets is stated twice",
        ),
        (
            "BASE_URL: {present: true}",
            "BASE_URL: {present: yes}",
            "`config.BASE_URL.present` of @config is not true or false",
        ),
        (
            "BASE_URL: {present: true}",
            "BASE_URL: {present: }",
            "`config.BASE_URL.present` of @config is empty",
        ),
        ("BASE_URL: {present: true}", "BASE_URL:", "`config.BASE_URL` of @config is empty"),
        ("BASE_URL: {present: true}", "BASE_URL: {}", "`config.BASE_URL` of @config is empty"),
        ("BASE_URL: {present: true}", "BASE_URL: true", "`config.BASE_URL` of @config is not a mapping"),
        ("BASE_URL: {present: true}", "BASE_URL: {presant: true}", "did you mean `present`?"),
        ("{value: active}", "{value: ''}", "`registry.product/gpu.value` of @registry is empty"),
        ("present: true, changed: ", "present: true, changed: 2999-01-01T00:00:00Z #", "line "),
        (
            "sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
            "registry.example/api:latest",
            "`artifacts.api` of @api is not a SHA-256 digest",
        ),
        ("sha256:5feceb66", "sha256:5", "is not a SHA-256 digest"),
        ("seed:", "seed: [", "is not YAML or JSON"),
        ("seed:", "sead:", "did you mean `seed`?"),
    ];
    for (from, to, says) in rows {
        let text = if from.is_empty() { String::new() } else { described().replacen(from, to, 1) };
        let (code, contract, err) = world.resolve("full", &text);
        let flat = err.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert_eq!((code, &contract), (2, &Value::Null), "{to}: {err}");
        assert!(flat.contains(says), "{to}: {flat}");
        assert!(err.contains("laneway::release::description_"), "{err}");
    }
    let none = ["--profile", "full", "--environment", "prod"];
    let (code, _, err) = world.ask("resolve", &none);
    assert!(code == 2 && err.contains("description_missing") && err.contains("deploy/prod.yaml"), "{err}");
    let (code, _, err) = world.ask("resolve", &["--profile", "full", "--environment", "bare"]);
    assert!(code == 2 && err.contains("nothing describes"), "{err}");
    for (flag, value) in [("--description", ""), ("--manifest", " "), ("--output", ""), ("--profile", "")] {
        let own = ["--environment", "prod", flag, value];
        let (code, out, err) = world.ask("resolve", &own);
        assert_eq!((code, out.as_str()), (2, ""), "{flag}: {err}");
    }
    assert!(!world.root.join(".laneway").exists(), "nothing is recorded");
}

#[test]
fn json_is_a_description_too_and_so_is_what_a_command_prints() {
    let world = world(ENVIRONMENT);
    let taken = (Timestamp::now() - SignedDuration::from_hours(1)).to_string();
    let json = format!(
        "{{\"environment\": \"spoken\", \"target\": \"the-target\", \"taken\": \"{taken}\",\n\t\"config\": {{\"BASE_URL\": {{\"present\": true}}}}}}"
    );
    fs::write(world.root.join("d.json"), &json).unwrap();
    let own = ["--profile", "web-only", "--environment", "spoken"];
    let (code, out, err) = world.ask("resolve", &[&own[..], &["--description", "d.json"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    fs::write(world.root.join("describe.sh"), "echo noise >&2\ncat d.json\n").unwrap();
    let (code, out, err) = world.ask("resolve", &own);
    assert_eq!(code, 0, "{out}{err}");
    fs::write(world.root.join("describe.sh"), "cat d.json\nexit 3\n").unwrap();
    let (code, out, err) = world.ask("resolve", &own);
    assert!(code == 2 && out.is_empty() && err.contains("exit code 3"), "{err}");
}

/// The schemas are generated: `LANEWAY_BLESS=1 cargo test --test release` writes them.
#[test]
fn the_schemas_are_fresh() {
    for (name, schema) in [
        ("contract", laneway::render::contract::schema().unwrap()),
        ("preflight", laneway::render::preflight::schema().unwrap()),
    ] {
        let file = root().join(format!("schemas/{name}.v1.json"));
        if std::env::var_os("LANEWAY_BLESS").is_some() {
            fs::write(&file, &schema).unwrap();
        }
        let there = fs::read_to_string(file).unwrap_or_default();
        assert!(there == schema, "run LANEWAY_BLESS=1 cargo test --test release");
    }
}
