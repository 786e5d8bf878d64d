//! A small world in which a domain may be promoted on its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::evidence::{
    GateResult, Origin, Outcome, Record, RunId, Seal, SealedGate, Shard, Shown, Subjects, Tool,
};
use laneway::id::GateId;
use laneway::store::{Folder, save_record, save_seal};

use crate::support::{laneway, repository, run};

/// Where the packets are.
pub(crate) const PACKETS: &str = ".fairway/artifacts/platform-shared-services-extraction-packets.yaml";

/// A file that no map knows.
pub(crate) const STRAY: &str = "stray/file.txt";

/// The files of the world, by path.
pub(crate) fn files() -> BTreeMap<String, String> {
    let files = [
        ("laneway.yaml", "version: 1\narchitecture_reviewers: ['@arch']\n"),
        (
            "ownership-maps/packages.md",
            "| Package | Domain | Consumers | Imported by | Class |\n| --- | --- | --- | --- | --- |\n\
             | `billing/**` | billing | gpuaas, web | - | |\n| `gpuaas/**` | gpuaas | - | - | |\n\
             | `web/**` | web | - | - | |\n\
             | `doc/**`, `lanes/**`, `ownership-maps/**`, `laneway.yaml`, `.fairway/**` | web | - | - | exempt |\n",
        ),
        (
            "lanes/billing.yaml",
            "domain_lane:\n  domain_id: billing\n  kind: platform_service\n  reviewers: ['@billing']\n\
             \x20 consumer_smokes:\n    - {id: precheck, consumer: gpuaas, run: make precheck}\n\
             \x20   - {id: invoices, consumer: web, run: make invoices}\n\
             \x20 service_evidence:\n    - {id: harness, run: make harness}\n    - {id: back, run: make back}\n\
             \x20   - {id: slo, run: make slo}\n",
        ),
        (
            "lanes/gpuaas.yaml",
            "domain_lane:\n  domain_id: gpuaas\n  kind: product\n  reviewers: ['@gpuaas']\n  domain_local_gates: [{id: gpu-tests, run: make gpu}]\n",
        ),
        (
            "lanes/web.yaml",
            "domain_lane:\n  domain_id: web\n  kind: frontend\n  reviewers: ['@web']\n  domain_local_gates: [{id: web-tests, run: make web}]\n",
        ),
        (
            "lanes/release.yaml",
            "environments:\n  - {id: prod, owner: '@release', target: prod}\n\
             release_profiles:\n  - {id: plain, title: Plain, use_when: always, release_classes: all, families: [runtime-health]}\n",
        ),
        (
            PACKETS,
            "extraction_packets:\n  - domain: billing\n    decision: extract_service\n    decided: 2026-05-01\n    owner: '@arch'\n\
             \x20   profile: plain\n    environment: prod\n    callers:\n\
             \x20     - {domain: gpuaas, service_auth: mtls, document: doc/auth.md, owner: '@gpuaas'}\n\
             \x20     - {domain: web, service_auth: oidc, document: doc/auth.md, owner: '@web'}\n\
             \x20   degradation: {gate: harness, document: doc/degradation.md, owner: '@billing'}\n\
             \x20   rollback: {gate: back, command: make rollback, document: doc/rollback.md, owner: '@release'}\n\
             \x20   status: {component: billing-api, owner: '@ops', slo: {objective: '99.9', gate: slo}}\n\
             \x20   guards: {owner: '@guards'}\n",
        ),
        ("billing/a.go", "package billing\n"),
        ("gpuaas/a.go", "package gpuaas\n"),
        ("web/a.ts", "export {}\n"),
        ("doc/auth.md", "# Auth\n"),
        ("doc/degradation.md", "# Degradation\n"),
        ("doc/rollback.md", "# Rollback\n"),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// A committed world with its evidence.
pub(crate) struct Small {
    _guard: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) commit: String,
}

impl Small {
    /// Commits the files. What the guards find in them is known of old, but for what stands in [`STRAY`].
    pub(crate) fn new(files: &BTreeMap<String, String>) -> Self {
        let (stray, files): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| *path == STRAY);
        let files: Vec<(&str, &str)> =
            files.into_iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (guard, root) = repository(&files);
        let accept = [
            "guard", "baseline", "--since", "main", "--write", "--accept", "--owner", "@arch", "--reason",
            "old",
        ];
        let (code, out, err) = say(&root, &accept);
        assert_eq!(code, 0, "{out}{err}");
        let stray: Vec<(&str, &str)> =
            stray.into_iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let commit = crate::support::commit(&root, &stray, "baseline");
        Self { _guard: guard, root, commit }
    }

    /// Everything that the promotion rests on.
    pub(crate) fn prove(&self) {
        for gate in ["harness", "back", "slo", "precheck"] {
            self.record(gate, GateResult::Pass, "first");
        }
        self.release(Outcome::Clean, 0);
    }

    /// Keeps a result under some plan.
    pub(crate) fn record(&self, gate: &str, result: GateResult, plan: &str) {
        let now = Timestamp::now();
        let record = Record {
            subjects: Subjects {
                commit: CommitHash::parse(&self.commit).unwrap(),
                artifacts: BTreeMap::new(),
            },
            gate: GateId::new(gate),
            plan: Digest::of(plan.as_bytes()),
            profile: None,
            environment: None,
            result,
            origin: Origin::Executed,
            owner: "@billing".to_owned(),
            evidence_types: BTreeSet::new(),
            artifacts: Vec::new(),
            command: Some(format!("make {gate}")),
            missing_reason: (result != GateResult::Pass).then(|| "it broke".to_owned()),
            run: RunId::parse(&format!("run-{plan}-{}", result.as_str())).unwrap(),
            attempt: 1,
            shard: Shard::WHOLE,
            started: now,
            finished: now,
            valid_until: None,
            tool: Tool { name: "test".to_owned(), version: None },
            failure: None,
            drift: None,
        };
        save_record(&self.store(), &record, None).unwrap();
    }

    /// Keeps a verdict of the profile in the environment.
    pub(crate) fn release(&self, outcome: Outcome, epoch: u32) -> Seal {
        let gate = SealedGate {
            result: GateResult::Pass,
            shown: Shown::Passed,
            owner: "@release".to_owned(),
            evidence_types: BTreeSet::new(),
            artifact: None,
            missing_reason: None,
            records: BTreeSet::new(),
            permissions: BTreeMap::new(),
        };
        let seal = Seal {
            commit: CommitHash::parse(&self.commit).unwrap(),
            plan: Digest::of(b"release"),
            route: None,
            epoch,
            outcome,
            profile: Some("plain".to_owned()),
            environment: Some("prod".to_owned()),
            release_manifest: None,
            change_class: None,
            validated_against: None,
            gates: BTreeMap::from([(GateId::new("rollout"), gate)]),
            rollback: None,
            run: RunId::parse("release").unwrap(),
            decided: Timestamp::now(),
            key_hint: None,
        };
        save_seal(&self.store(), &seal, None).unwrap();
        seal
    }

    pub(crate) fn store(&self) -> Folder {
        Folder::new(self.root.join(".laneway/evidence"))
    }

    /// Judges, and returns the exit code with the document, or what went wrong.
    pub(crate) fn promote(&self, more: &[&str]) -> (i32, Result<serde_json::Value, String>) {
        let arguments = ["verify", "--promotion", "billing", "--base", "main", "--format", "json"];
        let (code, out, err) = run(laneway(&self.root).args(arguments).args(more));
        (code, serde_json::from_str(&out).map_err(|_| err))
    }
}

/// Returns the conditions that do not hold, with what is missing.
pub(crate) fn open(document: &serde_json::Value) -> BTreeMap<String, String> {
    let conditions = document["conditions"].as_array().unwrap();
    let open = conditions.iter().filter(|own| own["state"] != "holds");
    open.map(|own| (own["id"].as_str().unwrap().to_owned(), own["missing"].to_string())).collect()
}

/// Runs laneway in a folder.
pub(crate) fn say(root: &Path, arguments: &[&str]) -> (i32, String, String) {
    run(laneway(root).args(arguments))
}
