//! Each routing rule on the sample platform, gate by gate.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use laneway::change::{Side, Sides};
use laneway::class::ChangeClass;
use laneway::id::ARCHITECTURE_REVIEW;
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};
use laneway::route::{GateReason, Impact, Route};

use crate::support::{reference, reference_files, repository, route_paths, route_under};

/// The gates that every change of code passes.
const CODE: &[&str] = &["boundary_guard", "codegen", "contracts", "security_baseline"];

/// The local gates of billing.
const BILLING_LOCAL: &[&str] = &[
    "billing-ledger-invariants",
    "platform-billing.go-test-packages-platform-billing-cmd-billing-worker",
    "platform-billing.migration-schema-drift-checks-for-billing-owned-tables",
    "usage-record-tests",
];

/// The smokes of billing.
const BILLING_SMOKES: &[&str] = &[
    "platform-billing.app-runtime-usage-attribution",
    "platform-billing.gpuaas-launch-billing-precheck",
    "platform-billing.invoice-page",
    "platform-billing.ledger-invariant",
];

#[test]
fn a_contract_change_runs_contract_gates_local_gates_and_all_listed_smokes() {
    let route = route_paths(reference(), ["doc/api/openapi/billing.yaml"]);
    assert_eq!(classes(&route), [ChangeClass::Contract]);
    assert_eq!(
        gates(&route),
        set(&[CODE, &["openapi-bundle", "route-placement-guard"], BILLING_LOCAL, BILLING_SMOKES])
    );
    assert_eq!(domains(&route, Impact::Changed), ["platform-billing"]);
    assert_eq!(
        domains(&route, Impact::Consumer),
        ["frontend-web", "platform-evidence", "product-appplatform", "product-gpuaas"]
    );
}

#[test]
fn an_event_change_is_a_contract_change_with_the_event_tests() {
    let route = route_paths(reference(), ["doc/api/asyncapi/billing.yaml"]);
    assert_eq!(classes(&route), [ChangeClass::Contract]);
    assert_eq!(
        gates(&route),
        set(&[CODE, &["asyncapi", "asyncapi-bundle", "dlq", "outbox"], BILLING_LOCAL, BILLING_SMOKES])
    );
}

#[test]
fn a_schema_change_runs_drift_validation_and_the_smokes_of_api_and_read_models() {
    let route = route_paths(reference(), ["db/migrations/billing/0001_ledger_entries.sql"]);
    assert_eq!(classes(&route), [ChangeClass::Schema]);
    let smokes = &[
        "platform-billing.gpuaas-launch-billing-precheck",
        "platform-billing.invoice-page",
        "platform-billing.ledger-invariant",
    ];
    assert_eq!(
        gates(&route),
        set(&[CODE, &["db-integration", "migration-validation", "schema-drift"], BILLING_LOCAL, smokes])
    );
}

#[test]
fn a_platform_service_change_adds_service_evidence_where_it_impacts_production() {
    let evidence =
        &["degradation-harness", "reconciliation-evidence", "release-profile-evidence", "rollback-posture"];
    let common = set(&[CODE, &["control-api-build"], BILLING_LOCAL, BILLING_SMOKES]);
    let route = route_paths(reference(), ["packages/platform/billing/ledger/ledger.go"]);
    assert_eq!(classes(&route), [ChangeClass::PlatformService]);
    assert_eq!(gates(&route), common.iter().cloned().chain(set(&[evidence])).collect());
    let tests = route_paths(reference(), ["packages/platform/billing/ledger/ledger_test.go"]);
    assert_eq!(gates(&tests), common);
}

#[test]
fn a_product_change_runs_the_smokes_of_the_services_that_it_consumes() {
    let common = set(&[
        CODE,
        &["control-api-build"],
        &[
            "product-gpuaas.package-and-binary-tests",
            "product-gpuaas.table-drift-checks",
            "usage-record-tests",
        ],
        &[
            "product-gpuaas.allocation-lifecycle",
            "product-gpuaas.node-agent-task",
            "product-gpuaas.terminal-route",
        ],
        &["platform-billing.gpuaas-launch-billing-precheck"],
        &["platform-iam.product-route-denial", "platform-iam.service-account-scope-validation"],
        &["platform-policy.launch-app-and-token-denial-reason"],
        &["platform-registry.registry-runtime-verification"],
        &["platform-secrets.service-auth-credential-delivery"],
    ]);
    let route = route_paths(reference(), ["packages/products/gpuaas/allocation.go"]);
    assert_eq!(classes(&route), [ChangeClass::Product]);
    assert_eq!(gates(&route), common.iter().cloned().chain(set(&[&["uat-evidence"]])).collect());
    let tests = route_paths(reference(), ["packages/products/gpuaas/allocation_test.go"]);
    assert_eq!(gates(&tests), common);
}

#[test]
fn a_frontend_change_runs_the_tests_of_the_surface() {
    let page = "packages/web/src/pages/billing/Invoices.tsx";
    let common = set(&[
        CODE,
        &["page-family-tests", "source-docs-ux", "surface-review"],
        &["frontend-web.typecheck", "frontend-web.unit-tests"],
        &["frontend-web.focused-page-family-tests", "frontend-web.global-navigation-and-typecheck"],
    ]);
    let route = route_paths(reference(), [page]);
    assert_eq!(classes(&route), [ChangeClass::Frontend]);
    assert_eq!(gates(&route), common);

    // The data contract changes too: the API smokes of the service behind the page.
    let both = route_paths(reference(), [page, "doc/api/openapi/billing.yaml"]);
    let shown: BTreeSet<&str> = both
        .gates
        .iter()
        .filter(|(_, gate)| gate.because.iter().any(|why| matches!(why, GateReason::ShownContract { .. })))
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(
        shown,
        BTreeSet::from(["platform-billing.gpuaas-launch-billing-precheck", "platform-billing.invoice-page"])
    );
}

#[test]
fn a_delivery_change_runs_resolver_preflight_evidence_gate_and_a_dry_run() {
    let route = route_paths(reference(), ["deploy/profiles/web-fast.yaml"]);
    assert_eq!(classes(&route), [ChangeClass::Delivery]);
    assert_eq!(
        gates(&route),
        set(&[
            CODE,
            &["dry-run", "evidence-gate", "preflight-smoke", "profile-resolver"],
            &["platform-delivery.shell-script-lint", "platform-delivery.workflow-lint"],
        ])
    );
}

#[test]
fn a_docs_change_runs_the_docs_gates_and_deploys_only_what_ships() {
    let docs = &["portal-build", "source-docs", "tracking-evidence"];
    for prose in ["doc/architecture/Overview_v1.md", "doc/architecture/Platform_Billing_Ledger_v1.md"] {
        let route = route_paths(reference(), [prose]);
        assert_eq!(classes(&route), [ChangeClass::Docs]);
        assert_eq!(gates(&route), set(&[docs, &["markdown-lint"]]), "{prose}");
    }
    let portal = route_paths(reference(), ["doc/portal/index.html"]);
    assert_eq!(gates(&portal), set(&[docs, &["portal-deploy"]]));
}

#[test]
fn a_shared_library_rebuilds_its_importers_and_theirs() {
    let route = route_paths(reference(), ["packages/shared/pki/ca.go"]);
    assert_eq!(domains(&route, Impact::Changed), ["platform-secrets"]);
    // App Platform does not import the library, but it compiles in the session checks of IAM, which does.
    assert_eq!(
        domains(&route, Impact::Rebuilt),
        ["platform-iam", "platform-registry", "product-appplatform", "product-gpuaas"]
    );
    assert!(gates(&route).is_superset(&set(&[&["platform-iam.scope-matrix-tests", "secrets-posture"]])));
    assert!(!gates(&route).contains("slo-evidence"), "evidence is asked of changed domains only");
}

#[test]
fn a_binary_change_runs_its_build_smoke_and_deploy_check() {
    let route = route_paths(reference(), ["cmd/node-agent/main.go"]);
    assert!(gates(&route).is_superset(&set(&[&["binary-build", "binary-smoke", "deploy-check"]])));
}

#[test]
fn a_fast_profile_ships_what_it_is_for() {
    for (path, own) in [
        ("cmd/node-agent/main.go", Some("node-agent-fast")),
        ("cmd/billing-worker/main.go", Some("runtime-fast")),
        ("packages/platform/billing/api/invoices.go", Some("api-fast")),
        ("doc/api/openapi/billing.yaml", Some("api-fast")),
        ("packages/web/src/pages/billing/Invoices.tsx", Some("web-fast")),
        ("deploy/edge/ingress.yaml", Some("config-only")),
        ("scripts/validation/remote_smoke.sh", Some("validation-only")),
        ("db/migrations/billing/0001_ledger_entries.sql", None),
        ("go.mod", None),
    ] {
        // What nobody says what it ships as, the standard profile alone ships.
        let expected: BTreeSet<&str> =
            ["standard"].into_iter().chain(own).chain(own.map(|_| "dev-test")).collect();
        assert_eq!(allowed(&route_paths(reference(), [path])), expected, "{path}");
    }
    assert_eq!(allowed(&route_paths(reference(), ["doc/architecture/Overview_v1.md"])).len(), 8);
}

#[test]
fn everybodys_file_changes_every_domain() {
    let route = route_paths(reference(), ["go.mod"]);
    assert_eq!(domains(&route, Impact::Changed).len(), reference().lanes.lanes.len());
    assert!(route.broad.is_empty());
}

#[test]
fn an_exempt_file_needs_no_gate() {
    let route = route_paths(reference(), ["LICENSE", ".editorconfig"]);
    assert_eq!(gates(&route), BTreeSet::new());
    assert!(route.files.iter().all(|file| file.facts.exempt));
}

#[test]
fn an_unmapped_file_forces_every_gate_and_a_review() {
    let route = route_paths(reference(), ["packages/shared/telemetry/trace.go"]);
    assert_eq!(route.broad.len(), 1);
    assert!(route.skipped.is_empty());
    assert!(route.gates.contains_key(ARCHITECTURE_REVIEW));
    assert_eq!(route.review.architecture_reviewers, BTreeSet::from(["@platform/architecture".to_owned()]));
}

#[test]
fn a_row_that_moves_is_a_change_of_what_it_covers() {
    let map = "ownership-maps/package-ownership.md";
    let mut files = reference_files();
    let text = fs::read_to_string(repository().join(map)).unwrap();
    let from = "| `packages/platform/statusops/**` | platform-evidence |";
    let to = "| `packages/platform/statusops/**` | platform-delivery |";
    assert!(text.contains(from));
    files.insert(RepoPath::from(map), Arc::from(text.replace(from, to).into_bytes()));
    let head = Arc::new(Policy::load(&PolicyFiles { files, faults: Vec::new() }));
    let base = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);
    let route = route_under(vec![(base, reference()), (Sides::NONE.with(Side::Head), head)], [map]);
    let moved: Vec<String> = route.moved.iter().map(|moved| moved.path.to_string()).collect();
    assert_eq!(moved, ["packages/platform/statusops/api/status.go", "packages/platform/statusops/status.go"]);
    assert_eq!(domains(&route, Impact::Changed), ["platform-delivery", "platform-evidence"]);
    assert_eq!(classes(&route), [ChangeClass::PlatformService, ChangeClass::Delivery]);
    assert!(route.gates.contains_key(ARCHITECTURE_REVIEW));
    assert!(route.broad.is_empty());
}

/// Returns the ids of the gates that a route selects.
fn gates(route: &Route) -> BTreeSet<String> {
    route.gates.keys().map(ToString::to_string).collect()
}

/// Returns the profiles under which a route may ship.
fn allowed(route: &Route) -> BTreeSet<&str> {
    let allowed = route.profiles.iter().filter(|profile| profile.forbidden.is_empty());
    allowed.map(|profile| profile.id.as_str()).collect()
}

fn set(lists: &[&[&str]]) -> BTreeSet<String> {
    lists.iter().flat_map(|list| list.iter()).map(ToString::to_string).collect()
}

fn classes(route: &Route) -> Vec<ChangeClass> {
    route.classes.iter().collect()
}

fn domains(route: &Route, impact: Impact) -> Vec<&str> {
    route
        .domains
        .iter()
        .filter(|(_, domain)| domain.impact.contains(&impact))
        .map(|(id, _)| id.as_str())
        .collect()
}
