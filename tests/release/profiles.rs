//! `laneway profile list` and `suggest`: for each of the eight profiles, changes that it may ship and changes that it may not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{git, laneway, repository, run};

/// A repository with the reference model.
fn reference() -> (tempfile::TempDir, PathBuf) {
    let mut files: Vec<(&str, &str)> = laneway::reference::FILES.to_vec();
    files.push(("laneway.yaml", laneway::reference::CONFIG));
    repository(&files)
}

/// A repository with one domain that owns `src`, and these documents of lanes.
fn small(lanes: &str) -> (tempfile::TempDir, PathBuf) {
    let map = "| Package | Domain | Release class |\n|---|---|---|\n| `src/**` | one | api |\n";
    let lane = "domain_lane: {domain_id: one, domain_local_gates: [go test ./src]}\n";
    repository(&[
        ("laneway.yaml", "version: 1\n"),
        ("ownership-maps/map.md", map),
        ("lanes/one.yaml", lane),
        ("lanes/releases.yaml", lanes),
    ])
}

/// Asks which profiles a change of these files allows.
fn suggest(root: &Path, paths: &str, more: &[&str]) -> (i32, Value) {
    let mut command = laneway(root);
    command.args(["profile", "suggest", "--format", "json", "--files", paths]);
    let (code, out, err) = run(command.args(more));
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}")))
}

fn of<'a>(document: &'a Value, profile: &str) -> &'a Value {
    let mut own = document["profiles"].as_array().unwrap().iter();
    own.find(|own| own["id"] == profile).unwrap_or_else(|| panic!("no {profile}"))
}

/// Returns what forbids a profile, in one line.
fn because(document: &Value, profile: &str) -> String {
    let all = of(document, profile)["because"].as_array().unwrap().iter();
    all.map(|own| own["text"].as_str().unwrap()).collect::<Vec<_>>().join("; ")
}

/// For each row of the seeds' matrix: a profile, a change, and what forbids it; nothing where it is allowed.
const CASES: &[(&str, &str, &str)] = &[
    ("standard", "packages/platform/billing/api/invoices.go", ""),
    ("standard", "db/migrations/billing/0001_ledger_entries.sql", ""),
    ("standard", "packages/shared/telemetry/trace.go", ""),
    ("web-fast", "packages/web/src/pages/billing/Invoices.tsx", ""),
    ("web-fast", "packages/web/src/gen/api.ts", ""),
    (
        "web-fast",
        "packages/platform/billing/api/invoices.go",
        "it does not ship api: packages/platform/billing/api/invoices.go",
    ),
    ("api-fast", "packages/platform/billing/api/invoices.go", ""),
    ("api-fast", "doc/api/openapi/billing.yaml", ""),
    (
        "api-fast",
        "db/migrations/billing/0001_ledger_entries.sql",
        "nothing says what these files ship as: db/migrations/billing/0001_ledger_entries.sql; it ships no schema change: db/migrations/billing/0001_ledger_entries.sql; it ships nothing that a schema row has: \
         db/migrations/billing/0001_ledger_entries.sql",
    ),
    (
        "api-fast",
        "cmd/control-api/main.go",
        "it ships nothing that a binary row has: cmd/control-api/main.go",
    ),
    ("runtime-fast", "cmd/billing-worker/main.go", ""),
    (
        "runtime-fast",
        "packages/web/src/pages/billing/Invoices.tsx",
        "it does not ship web: packages/web/src/pages/billing/Invoices.tsx",
    ),
    ("node-agent-fast", "cmd/node-agent/main.go", ""),
    ("node-agent-fast", "cmd/billing-worker/main.go", "it does not ship runtime: cmd/billing-worker/main.go"),
    ("config-only", "deploy/edge/ingress.yaml", ""),
    (
        "config-only",
        "scripts/validation/remote_smoke.sh",
        "it does not ship validation: scripts/validation/remote_smoke.sh",
    ),
    ("validation-only", "scripts/validation/remote_smoke.sh", ""),
    ("validation-only", "deploy/edge/ingress.yaml", "it does not ship config: deploy/edge/ingress.yaml"),
    ("dev-test", "cmd/node-agent/main.go", ""),
    (
        "dev-test",
        "packages/shared/telemetry/trace.go",
        "nothing says what these files ship as: packages/shared/telemetry/trace.go; the route is broad",
    ),
];

#[test]
fn each_of_the_eight_profiles_ships_what_its_row_says() {
    let (_guard, root) = reference();
    let mut seen: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (profile, path, expected) in CASES {
        let (code, document) = suggest(&root, path, &[]);
        assert_eq!(code, 0, "{path}");
        assert_eq!(because(&document, profile), *expected, "{profile}: {path}");
        assert_eq!(of(&document, profile)["allowed"], expected.is_empty(), "{profile}: {path}");
        seen.entry(profile).or_default()[usize::from(expected.is_empty())] += 1;
    }
    assert_eq!(seen.len(), 8);
    // Nothing forbids the standard profile.
    assert!(
        seen.iter().all(|(id, [forbidden, allowed])| *allowed > 0 && (*forbidden > 0) == (*id != "standard"))
    );
}

#[test]
fn source_and_image_changes_are_no_configuration_whatever_they_say_that_they_ship_as() {
    let (_guard, root) = reference();
    let map = root.join("ownership-maps/package-ownership.md");
    let text = std::fs::read_to_string(&map).unwrap();
    let row = "| `packages/platform/billing/**` | platform-billing | platform-evidence, product-gpuaas, product-appplatform, \
               frontend-web | - | api |";
    assert!(text.contains(row));
    for (class, profile) in [("config", "config-only"), ("validation", "validation-only")] {
        let other = row.replace("| api |", &format!("| {class} |"));
        std::fs::write(&map, text.replace(row, &other)).unwrap();
        git(&root, &["commit", "-qam", class]);
        let (_, document) = suggest(&root, "packages/platform/billing/ledger.go", &[]);
        assert_eq!(
            because(&document, profile),
            "it ships no platform_service change: packages/platform/billing/ledger.go"
        );
    }
}

#[test]
fn lifecycle_validation_is_asked_for_where_the_change_needs_it() {
    let (_guard, root) = reference();
    for (path, asked) in [
        ("packages/products/gpuaas/allocations.go", true),
        ("packages/products/appplatform/apps.go", true),
        ("cmd/provisioning-worker/main.go", true),
        ("db/migrations/billing/0001_ledger_entries.sql", true),
        ("packages/platform/billing/ledger.go", false),
        ("packages/web/src/pages/billing/Invoices.tsx", false),
    ] {
        let (_, document) = suggest(&root, path, &[]);
        let on_top = of(&document, "standard")["on_top"].as_array().unwrap();
        let gates: Vec<&Value> = on_top.iter().flat_map(|own| own["gates"].as_array().unwrap()).collect();
        assert_eq!(gates.contains(&&Value::from("lifecycle-validation")), asked, "{path}");
        assert!(on_top.iter().all(|own| own["files"]["first"] == path), "{path}");
    }
    let (_, document) = suggest(&root, "packages/platform/billing/ledger.go", &["--all", "not sure"]);
    assert_eq!(document["allowed"], serde_json::json!(["standard"]));
    assert_eq!(of(&document, "standard")["on_top"][0]["files"], Value::Null);
    let (_, document) = suggest(&root, "packages/web/src/gen/api.ts", &[]);
    let on_top = &of(&document, "web-fast")["on_top"][0];
    assert_eq!(on_top["source_gates"], serde_json::json!(["codegen", "contracts"]));
    assert_eq!(on_top["families"], serde_json::json!(["contract-and-codegen"]));
}

#[test]
fn the_exit_code_says_whether_any_profile_is_left() {
    let lanes = "release_profiles: [{id: web, use_when: Web, release_classes: [web]}]\n";
    let (_guard, root) = small(lanes);
    let (code, document) = suggest(&root, "src/a.go", &[]);
    assert_eq!((code, &document["allowed"]), (1, &serde_json::json!([])));
    for (format, expected) in [
        ("text", "0 of 1 release profile may ship 1 file"),
        ("markdown", "it does not ship api&#58; src/a.go"),
    ] {
        let mut command = laneway(&root);
        let (code, out, _) =
            run(command.args(["profile", "suggest", "--files", "src/a.go", "--format", format]));
        assert!(code == 1 && out.contains(expected), "{out}");
    }
    let (_guard, root) = small("release_profiles: [{id: web, use_when: Web, release_classes: [wep]}]\n");
    let mut command = laneway(&root);
    let (code, _, err) = run(command.args(["profile", "suggest", "--files", "src/a.go"]));
    assert!(code == 2 && err.contains("did you mean `web`?"), "{err}");
}

#[test]
fn the_list_has_each_profile_with_what_it_asks_for() {
    let (_guard, root) = reference();
    let (code, out, err) = run(laneway(&root).args(["profile", "list", "--format", "json"]));
    assert_eq!((code, err.as_str()), (0, ""));
    let list: Value = serde_json::from_str(&out).unwrap();
    let (profiles, families) = (list["profiles"].as_array().unwrap(), list["families"].as_array().unwrap());
    assert_eq!((profiles.len(), families.len()), (8, 11));
    let texts = |own: &Value| -> Vec<String> {
        own.as_array().unwrap().iter().map(|own| own.as_str().unwrap().to_owned()).collect()
    };
    let proved: BTreeMap<&str, &str> = list["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (own["id"].as_str().unwrap(), own["family"].as_str().unwrap()))
        .collect();
    for own in profiles {
        let (id, gates) = (&own["id"], texts(&own["gates"]));
        assert!(
            !own["use_when"].as_str().unwrap().is_empty()
                && !own["environments"].as_array().unwrap().is_empty(),
            "{id}"
        );
        let gates: Vec<String> = gates.into_iter().chain(texts(&own["source_gates"])).collect();
        for family in texts(&own["families"]) {
            let by_condition = ["source-and-promotion", "rollback"].contains(&&*family);
            assert!(by_condition || gates.iter().any(|gate| proved[&**gate] == family), "{id}: {family}");
        }
        let fast = id.as_str().unwrap().ends_with("-fast");
        assert_eq!(own["fast"], fast, "{id}");
        assert_eq!(own["deploys"], id != "validation-only", "{id}");
        assert_eq!(own["new_artifacts"], id != "validation-only" && id != "config-only", "{id}");
        assert_eq!(own["may_diverge"], id == "dev-test", "{id}");
    }
    let (code, out, _) = run(laneway(&root).args(["profile", "list", "web-fast"]));
    assert_eq!(code, 0);
    for text in ["Low-risk web-only changes", "laneway profile resolve", "production", "DNS/TLS/edge"] {
        assert!(out.contains(text), "{text}\n{out}");
    }
    assert!(!out.contains("node-agent-conformance"));
}

#[test]
fn a_profile_that_nobody_states_is_told_with_the_nearest() {
    let (_guard, root) = reference();
    let (code, out, err) = run(laneway(&root).args(["profile", "list", "web-fats"]));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("laneway::release::unknown_profile") || err.contains("unknown_profile"), "{err}");
    assert!(err.contains("did you mean `web-fast`?"), "{err}");
    for arguments in [["profile", "list", ""], ["profile", "list", "--output="]] {
        let (code, _, err) = run(laneway(&root).args(arguments));
        assert!(code == 2 && err.contains("is empty"), "{err}");
    }
}

#[test]
fn every_gate_of_the_reference_model_is_of_a_family() {
    let mut files: Vec<(&str, &str)> = laneway::reference::FILES.to_vec();
    files.retain(|(path, _)| path.starts_with("lanes/") && path.ends_with(".yaml"));
    let sources: Vec<_> =
        files.iter().map(|(path, text)| laneway::source::Source::new(*path, *text)).collect();
    let (lanes, faults) = laneway::lanes::Lanes::parse(&sources);
    assert!(faults.is_empty(), "{faults:?}");
    let catalogue = lanes.gates.values().filter(|gate| gate.lane.is_none());
    for gate in catalogue.chain(lanes.release_gates.values()) {
        let family = gate.family.as_deref().unwrap_or_else(|| panic!("{} is of no family", gate.id));
        assert!(lanes.families.contains_key(family), "{}", gate.id);
    }
}
