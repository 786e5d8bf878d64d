//! A small platform with a change, and evidence for it that is made through the library.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use laneway::base::{self, Flags};
use laneway::change::Side;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::key::Subject;
use laneway::evidence::{
    Artifact, GateResult, Origin, Record, Requirements, RunId, Seal, Shard, Subjects, Tool,
};
use laneway::git::Repository;
use laneway::id::GateId;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::plan::Plan;
use laneway::policy::{Policies, PolicyBasis};
use laneway::route::{Request, Widen};
use laneway::source::Source;
use laneway::store::{self, Folder, Prior};
use serde_json::Value;

use crate::support;

/// The maps and lanes that the base has.
pub(crate) const BASE: &[(&str, &str)] = &[
    ("laneway.yaml", "version: 1\narchitecture_reviewers: [\"@arch\"]\n"),
    (".gitignore", "/.laneway/\n"),
    (
        "ownership-maps/package-ownership.md",
        "| Package | Domain | Consumers | Imported by |\n| --- | --- | --- | --- |\n\
         | `billing/**` | billing | - | - |\n| `docs/**` | docs | - | - |\n\
         | `laneway.yaml`, `.gitignore`, `ownership-maps/**`, `lanes/**` | platform | - | - |\n",
    ),
    ("lanes/billing.yaml", BILLING),
    ("lanes/docs.yaml", "domain_lane:\n  domain_id: docs\n  kind: docs\n"),
    ("lanes/platform.yaml", "domain_lane:\n  domain_id: platform\n  kind: delivery\n"),
    ("lanes/gates.yaml", GATES),
    ("billing/a.go", "package billing\n"),
];

/// The lane of the domain that changes.
pub(crate) const BILLING: &str = "\
domain_lane:
  domain_id: billing
  kind: platform_service
  reviewers: [\"@billing\"]
  domain_local_gates:
    - id: billing-unit
      run: go test ./billing/...
    - id: billing-ledger
      title: Ledger
      needs: [billing-unit]
      run: go test -run Ledger ./billing/...
";

/// What the catalogue says of the gates that every change of code needs.
pub(crate) const GATES: &str = "\
gates:
  - {id: contracts, title: Contract gates, layer: global, run: make contracts, always: code_change}
  - {id: codegen, title: Codegen drift, layer: global, run: make codegen, always: code_change}
  - {id: boundary_guard, title: Boundary guard, layer: global, run: make boundaries, always: code_change}
";

/// What the topic changes.
pub(crate) const CHANGE: &[(&str, &str)] = &[("billing/a.go", "package billing // changed\n")];

/// A repository with a base on `main` and a change on `topic`, which is checked out.
pub(crate) struct Scene {
    _guard: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) head: String,
}

impl Scene {
    /// The plain one.
    pub(crate) fn new() -> Self {
        Self::with(&[], CHANGE)
    }

    /// One whose base has these files as well, or instead.
    pub(crate) fn with(base: &[(&str, &str)], change: &[(&str, &str)]) -> Self {
        let mut files: BTreeMap<&str, &str> = BASE.iter().copied().collect();
        files.extend(base.iter().copied());
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        let (guard, root) = support::repository(&files);
        support::git(&root, &["checkout", "-q", "-b", "topic"]);
        let head = support::commit(&root, change, "change");
        Self { _guard: guard, root, head }
    }

    /// Commits more to the topic, without the evidence, which is ignored.
    pub(crate) fn commit(&mut self, files: &[(&str, &str)]) {
        for (path, text) in files {
            std::fs::write(self.root.join(path), text).unwrap();
        }
        support::git(&self.root, &["add", "-A", "."]);
        support::git(&self.root, &["commit", "-q", "--allow-empty", "-m", "more"]);
        self.head = support::git(&self.root, &["rev-parse", "HEAD"]).trim().to_owned();
    }

    /// Runs laneway in the repository.
    pub(crate) fn laneway(&self, arguments: &[&str]) -> (i32, String, String) {
        support::run(support::laneway(&self.root).args(arguments))
    }

    /// Runs `laneway verify` of the change.
    pub(crate) fn verify(&self, more: &[&str]) -> (i32, String, String) {
        self.laneway(&[&["verify", "--base", "main", "--head", "topic", "--run-id", "check"], more].concat())
    }

    /// Runs `laneway verify` of the change, and returns its exit code and its document.
    pub(crate) fn verdict(&self, more: &[&str]) -> (i32, Value) {
        let (code, out, err) = self.verify(&[more, &["--format", "json"]].concat());
        let document = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}\n{out}\n{err}"));
        (code, document)
    }

    /// Returns the standing of a gate in the verdict of the change.
    pub(crate) fn shown(&self, gate: &str) -> (i32, String) {
        let (code, document) = self.verdict(&["--no-seal"]);
        let gates = document["gates"].as_array().unwrap();
        let own =
            gates.iter().find(|own| own["id"] == gate).unwrap_or_else(|| panic!("{gate}: {document:#}"));
        (code, own["shown"].as_str().unwrap().to_owned())
    }

    /// Writes the route of the change to a file, and returns its name and its text.
    pub(crate) fn route(&self, more: &[&str]) -> (String, String) {
        let arguments = ["route", "--base", "main", "--head", "topic", "--format", "json"];
        let (code, out, err) = self.laneway(&[&arguments, more].concat());
        assert_eq!(code, 0, "{err}");
        let file = self.root.join(".laneway/route.json");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &out).unwrap();
        (file.to_str().unwrap().to_owned(), out)
    }

    /// Returns what the route of the change requires.
    pub(crate) fn required(&self) -> Requirements {
        let (_, text) = self.route(&[]);
        Requirements::of_route(&Plan::parse(&Source::new("route", text)).unwrap())
    }

    /// Returns the store.
    pub(crate) fn store(&self) -> Folder {
        Folder::new(self.root.join(".laneway/evidence"))
    }

    /// Returns the commit of the change.
    pub(crate) fn commit_hash(&self) -> CommitHash {
        CommitHash::parse(&self.head).unwrap()
    }

    /// Returns the subject of the change.
    pub(crate) fn subject(&self) -> Subject {
        Subject::Commit(self.commit_hash())
    }

    /// Returns a record of a pass of a gate.
    pub(crate) fn pass(&self, gate: &str) -> Record {
        self.pass_of(&self.required(), gate)
    }

    /// Returns a record of a pass of a gate under a plan.
    pub(crate) fn pass_of(&self, required: &Requirements, gate: &str) -> Record {
        let gate = GateId::new(gate);
        let own = required.gates.get(&gate).unwrap_or_else(|| panic!("{gate} is not required"));
        Record {
            subjects: Subjects { commit: self.commit_hash(), artifacts: BTreeMap::new() },
            plan: required.digest(),
            profile: None,
            environment: None,
            result: GateResult::Pass,
            origin: Origin::Executed,
            owner: "@billing".to_owned(),
            evidence_types: own.evidence_types.clone(),
            artifacts: vec![Artifact { name: "report.xml".to_owned(), digest: Digest::of(b"report") }],
            command: own.run.clone(),
            missing_reason: None,
            run: RunId::parse("run-1").unwrap(),
            attempt: 1,
            shard: Shard::WHOLE,
            started: ago(600),
            finished: ago(540),
            valid_until: None,
            tool: Tool { name: "laneway".to_owned(), version: Some("0.1.0".to_owned()) },
            failure: None,
            drift: None,
            gate,
        }
    }

    /// Saves a record.
    pub(crate) fn save(&self, record: &Record) -> Digest {
        store::save_record(&self.store(), record, None).unwrap()
    }

    /// Saves a pass of every gate but these.
    pub(crate) fn pass_all_but(&self, but: &[&str]) {
        let required = self.required();
        for gate in required.gates.keys().filter(|gate| !but.contains(&gate.as_str())) {
            if gate.as_str() != "architecture-review" {
                self.save(&self.pass_of(&required, gate.as_str()));
            }
        }
    }

    /// Returns the seal that stands.
    pub(crate) fn seal(&self) -> Option<Seal> {
        let plan = self.required().digest();
        let prior: Option<Prior> = store::prior(&self.store(), &self.commit_hash(), plan, &[]).unwrap();
        prior.map(|prior| prior.seal.content)
    }
}

/// Returns a record with another result, and why.
pub(crate) fn result(mut record: Record, result: GateResult, reason: &str) -> Record {
    record.result = result;
    record.missing_reason = Some(reason.to_owned());
    record
}

/// Returns a record of another run.
pub(crate) fn of_run(mut record: Record, run: &str) -> Record {
    record.run = RunId::parse(run).unwrap();
    record
}

/// Returns the time so many seconds ago.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    let now = Timestamp::now() - SignedDuration::from_secs(seconds);
    Timestamp::from_second(now.as_second()).unwrap()
}

/// Returns an approval of a gate, for an hour.
pub(crate) fn approval(scope: Scope, owner: &str) -> Permission {
    Permission {
        id: "ok-1".to_owned(),
        kind: Kind::Approval,
        scope,
        subject: Whose::Any,
        owner: owner.to_owned(),
        residual_risk_owner: None,
        reason: "looked at".to_owned(),
        created: ago(60),
        expires: ago(-3600),
        place: None,
    }
}

/// Returns a permission as a document of the lanes has it.
pub(crate) fn permissions(permissions: &[Permission]) -> String {
    let mut text = "permissions:\n".to_owned();
    for own in permissions {
        let (scope, about) = match &own.scope {
            Scope::Gate(gate) => ("gate", gate.to_string()),
            Scope::Family(family) => ("family", family.clone()),
            Scope::Finding(print) => ("finding", print.clone()),
            Scope::Plan(digest) => ("plan", digest.to_string()),
        };
        text += &format!(
            "  - id: {}\n    kind: {}\n    {scope}: \"{about}\"\n    subject: \"{}\"\n    owner: \"{}\"\n    reason: \"{}\"\n    \
             created: \"{}\"\n    expires: \"{}\"\n",
            own.id,
            own.kind.as_str(),
            own.subject,
            own.owner,
            own.reason,
            own.created,
            own.expires
        );
        if let Some(owner) = &own.residual_risk_owner {
            text += &format!("    residual_risk_owner: \"{owner}\"\n");
        }
    }
    text
}

/// Returns a key, the same for the same byte.
pub(crate) fn key(byte: u8) -> SecretKey {
    SecretKey::from_seed(&[byte; 32])
}

/// Returns a document that trusts keys, each with its owner and powers, and how many signatures are needed.
pub(crate) fn trust(keys: &[(&SecretKey, &str, &str)], signing: &str) -> String {
    let mut text = format!("signing: {signing}\ntrusted_keys:\n");
    for (at, (key, owner, may)) in keys.iter().enumerate() {
        let public = key.public();
        text += &format!(
            "  - id: key-{at}\n    public_key: \"{public}\"\n    owner: \"{owner}\"\n    may: [{may}]\n"
        );
    }
    text
}

/// Everything that a route is derived from, read once.
pub(crate) struct Derived {
    change: laneway::change::Change,
    pub(crate) policies: Policies,
    tracked: Vec<laneway::path::RepoPath>,
}

impl Derived {
    /// Reads the change of a scene as the command does.
    pub(crate) fn of(root: &Path) -> Self {
        let repository = Repository::open(root).unwrap();
        let flags = Flags {
            base: Some("main".to_owned()),
            head: Some("topic".to_owned()),
            exact: false,
            staged: false,
        };
        let request = base::request(&flags, &BTreeMap::new(), &|| None, &|_| Err("none".to_owned())).unwrap();
        let resolved = repository.change(&request).unwrap();
        let sides: Vec<_> = Side::ALL
            .into_iter()
            .filter_map(|side| Some((side, repository.policy_files(&resolved, side)?)))
            .collect();
        let policies = Policies::load(PolicyBasis::BaseAndHead, &sides);
        let tracked =
            if policies.rows_differ() { repository.tracked(&resolved).unwrap() } else { Vec::new() };
        Self { change: resolved.change, policies, tracked }
    }

    /// Returns what the route is asked for.
    pub(crate) fn request(&self) -> Request<'_> {
        let widen = Widen { all: None, kill_switch: None, add: BTreeSet::new() };
        Request { change: &self.change, policies: &self.policies, tracked: &self.tracked, widen }
    }
}

/// Returns a text as a source.
pub(crate) fn source(text: &str) -> Arc<Source> {
    Source::new("the given route", text)
}
