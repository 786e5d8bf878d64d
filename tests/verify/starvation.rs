//! A passing verdict, with every field taken away or altered in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{Detached, SecretKey};
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{
    Drift, GateResult, Key, Origin, Outcome, Phase, Record, Requirements, Resolution, RunId, Shard, Statement,
};
use laneway::fault::Fault;
use laneway::permission::{Permission, Scope};
use laneway::plan::{Plan, Stated, canonical};
use laneway::render::verdict::agree;
use laneway::store::{self, Memory, Put, Store};
use laneway::verdict::{Asked, Proof, Stamp, seal, verify};
use serde_json::{Value, json};

use crate::scene::{
    BILLING, CHANGE, Derived, GATES, Scene, ago, approval, key as secret, of_run, result, source, trust,
};
use crate::support;

/// Returns a store with the same objects.
fn copied(store: &Memory) -> Memory {
    let copy = Memory::default();
    for (key, bytes) in store.objects() {
        copy.tamper(&key, Some(&bytes));
    }
    copy
}

/// Puts an object in place of whatever is there.
fn put(store: &Memory, key: Key, bytes: Vec<u8>) {
    store.tamper(&key, Some(&bytes));
}

/// A change with a route and evidence of every kind, which passes.
struct World {
    scene: Scene,
    derived: Derived,
    route: String,
    store: Memory,
    ci: SecretKey,
    architect: SecretKey,
}

const RUNNERS: &str = "version: 1\narchitecture_reviewers: [\"@arch\"]\nrunners:\n  default: {github: ubuntu-latest}\n  \
                       large: {github: [self-hosted, large]}\n";

impl World {
    fn new() -> Self {
        let (ci, architect) = (secret(1), secret(2));
        let trusted = trust(
            &[(&ci, "@ci", "attest, seal"), (&architect, "@arch", "approve")],
            "{records: 1, seals: 1, permissions: 1}",
        );
        let gates = GATES
            .replace("run: make codegen,", "run: make codegen, not_applicable: allowed, family: generated,")
            .replace("run: make contracts,", "run: make contracts, runner: large, timeout_minutes: 9,");
        let families = "gate_families:\n  - {id: tests, title: Tests, proof: They pass., artifact: required}\n  \
                        - {id: generated, title: Generated, proof: It is new.}\n";
        let lane = BILLING.replace(
            "      run: go test ./billing",
            "      evidence_types: [test-report, log]\n      family: tests\n      run: go test ./billing",
        );
        let base = [
            ("laneway.yaml", RUNNERS),
            ("lanes/trust.yaml", trusted.as_str()),
            ("lanes/gates.yaml", gates.as_str()),
            ("lanes/families.yaml", families),
            ("lanes/billing.yaml", lane.as_str()),
        ];
        let docs = "domain_lane:\n  domain_id: docs\n  kind: docs\n  title: Docs\n";
        let scene = Scene::with(&base, &[CHANGE[0], ("lanes/docs.yaml", docs)]);
        let (_, route) = scene.route(&[]);
        let world =
            Self { derived: Derived::of(&scene.root), scene, route, store: Memory::default(), ci, architect };
        world.prove();
        world
    }

    /// Records every kind of evidence once.
    fn prove(&self) {
        let required = self.required();
        let save = |record: &Record| store::save_record(&self.store, record, Some(&self.ci)).unwrap();
        let special = ["contracts", "codegen", "boundary_guard", "billing-unit", "architecture-review"];
        for gate in required.gates.keys().filter(|gate| !special.contains(&gate.as_str())) {
            let mut record = self.scene.pass_of(&required, gate.as_str());
            record.drift = Some(Drift::Low);
            record.valid_until = Some(ago(-86_400));
            save(&record);
        }
        let pass = |gate: &str| self.scene.pass_of(&required, gate);

        let mut earlier = pass("contracts");
        earlier.subjects.commit = CommitHash::parse(&"ab".repeat(20)).unwrap();
        earlier.subjects.artifacts = BTreeMap::from([("image".to_owned(), Digest::of(b"image"))]);
        let mut reused = of_run(pass("contracts"), "run-2");
        reused.subjects.artifacts = earlier.subjects.artifacts.clone();
        reused.origin = Origin::Reused { from: save(&earlier) };
        save(&reused);

        save(&result(pass("codegen"), GateResult::NotApplicable, "no API is touched"));

        let mut partial = result(pass("boundary_guard"), GateResult::Partial, "one boundary is not covered");
        partial.failure = Some(Phase {
            phase: "smoke".to_owned(),
            principal: "deployer".to_owned(),
            project: "billing".to_owned(),
            correlation_id: "c-1".to_owned(),
            resolution: Resolution::ForwardFix("the next change".to_owned()),
        });
        save(&partial);

        for index in [1, 2] {
            let mut part = pass("billing-unit");
            part.shard = Shard { index, total: 2 };
            part.evidence_types = BTreeSet::from(["test-report".to_owned()]);
            save(&part);
        }

        let mut risk = approval(Scope::Gate("boundary_guard".into()), "@arch");
        risk.residual_risk_owner = Some("@billing".to_owned());
        let mut review = approval(Scope::Gate("architecture-review".into()), "@arch");
        review.id = "ok-2".to_owned();
        review.subject = laneway::permission::Whose::Commit(self.scene.commit_hash());
        for own in [&risk, &review] {
            store::save_permission(&self.store, own, &self.architect).unwrap();
        }
        self.seal();
    }

    fn required(&self) -> Requirements {
        Requirements::of_route(&Plan::parse(&source(&self.route)).unwrap())
    }

    /// Seals the verdict, as the command does.
    fn seal(&self) {
        let asked = self.asked();
        let evidence = self.evidence(&asked, &self.store).unwrap();
        let commit = self.scene.commit_hash();
        let now = ago(0);
        let proof = Proof { commit: &commit, evidence: &evidence, differences: &[], now };
        let verified = verify(&asked, &self.derived.policies, proof);
        let stamp = Stamp {
            shipped: laneway::verdict::Shipped::default(),
            commit,
            route: None,
            change_class: None,
            run: RunId::parse("check").unwrap(),
            decided: now,
            key: Some(self.ci.public().id()),
        };
        let sealed = seal(&asked, &verified.verdict, 0, &stamp);
        assert_eq!(store::save_seal(&self.store, &sealed, Some(&self.ci)).unwrap(), Put::Created);
    }

    fn evidence(&self, asked: &Asked, store: &dyn Store) -> Result<laneway::evidence::Evidence, Fault> {
        store::load(store, &self.scene.subject(), asked.plan, &asked.keys())
    }

    /// Returns what the command decides; nothing where it cannot decide.
    fn outcome(&self, route: &str, store: &dyn Store) -> Option<Outcome> {
        let given = Stated::parse(&source(route)).ok()?;
        let agreed = agree(&self.derived.request(), Some(&given)).unwrap();
        if !agreed.differences.is_empty() {
            // A difference fails whatever was proved, so the signatures need not be looked at.
            return Some(Outcome::Fails);
        }
        let asked = Asked::of_route(&agreed.route, &self.derived.policies, &agreed.digest);
        self.decided(&asked, store)
    }

    /// Returns what the command decides of the route itself.
    fn decided(&self, asked: &Asked, store: &dyn Store) -> Option<Outcome> {
        let evidence = self.evidence(asked, store).ok()?;
        let commit = self.scene.commit_hash();
        let proof = Proof { commit: &commit, evidence: &evidence, differences: &[], now: ago(0) };
        Some(verify(asked, &self.derived.policies, proof).verdict.outcome)
    }

    /// Returns what the route asks for.
    fn asked(&self) -> Asked {
        let agreed = agree(&self.derived.request(), None).unwrap();
        Asked::of_route(&agreed.route, &self.derived.policies, &agreed.digest)
    }

    /// Says whether the exit code would be 0.
    fn passes(&self, route: &str, store: &dyn Store) -> bool {
        matches!(self.outcome(route, store), Some(Outcome::Clean | Outcome::WithDebt))
    }
}

/// Every way to take a part of a document away or to alter it, each with the path of the part.
fn mutations(document: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    walk(document, &mut |path, own| found.push((path, own)), String::new(), &|part| part);
    found
}

type Rebuild<'a> = &'a dyn Fn(Value) -> Value;

fn walk(value: &Value, found: &mut dyn FnMut(String, Value), path: String, rebuild: Rebuild<'_>) {
    for altered in altered(value) {
        found(path.clone(), rebuild(altered));
    }
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let mut without = members.clone();
                without.remove(key);
                found(below.clone(), rebuild(Value::Object(without)));
                walk(member, found, below, &|part| {
                    let mut with = members.clone();
                    with.insert(key.clone(), part);
                    rebuild(Value::Object(with))
                });
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let mut without = items.clone();
                without.remove(at);
                found(format!("{path}[]"), rebuild(Value::Array(without)));
                walk(item, found, format!("{path}[]"), &|part| {
                    let mut with = items.clone();
                    with[at] = part;
                    rebuild(Value::Array(with))
                });
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Other values in the place of one.
fn altered(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("x"), json!(1)],
        Value::Bool(own) => vec![json!(!own), Value::Null],
        Value::Number(own) => {
            let own = own.as_u64().unwrap();
            vec![json!(own + 1), json!(own.saturating_sub(1)), Value::Null]
        }
        Value::String(own) => {
            let mut others = vec![json!(""), json!(format!("{own}x")), Value::Null];
            if let Ok(time) = own.parse::<jiff::Timestamp>() {
                let day = jiff::SignedDuration::from_hours(24);
                others.extend([json!((time - day).to_string()), json!((time + day).to_string())]);
                others.push(json!((time + jiff::SignedDuration::from_secs(1)).to_string()));
            }
            if own.len() >= 40 && own.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let first = if own.starts_with('0') { "1" } else { "0" };
                others.push(json!(format!("{first}{}", &own[1..])));
            }
            let words = [
                "pass",
                "partial",
                "not_applicable",
                "executed",
                "reused",
                "current",
                "retired",
                "low",
                "approval",
                "waiver",
                "*",
            ];
            if words.contains(&own.as_str()) {
                others.extend(words.iter().filter(|word| *word != own).map(|word| json!(word)));
            }
            others
        }
        Value::Array(items) if items.is_empty() => vec![json!(["x"]), Value::Null],
        Value::Array(_) => vec![json!([]), Value::Null],
        Value::Object(members) if members.is_empty() => vec![json!({"x": "x"}), Value::Null],
        Value::Object(_) => vec![json!({}), Value::Null],
    }
}

/// Returns the digest of a route document, as its schema tells to take it; nothing where a part is not there.
fn digest_of(route: &Value) -> Option<String> {
    let change = route.get("change")?;
    let part = |own: &Value, key: &str| own.get(key).cloned();
    let commits = json!({
        "base": part(change, "base")?, "head": part(change, "head")?, "merge_base": part(change, "merge_base")?,
    });
    let mut policies = json!({"basis": part(change, "policy")?, "digests": part(route, "policies")?});
    if let Some(runners) = part(route, "runners") {
        policies["runners"] = runners;
    }
    let whole = json!({
        "commits": commits, "files": part(route, "files")?, "gates": part(route, "gates")?,
        "policies": policies, "reviews": part(route, "review")?,
    });
    let mut hash = canonical::Hash::default();
    canonical::write(&mut hash, whole).unwrap();
    hash.flush().unwrap();
    Some(hash.finish())
}

/// Returns the parts that docs/verify.md says are not judged.
fn documented() -> BTreeSet<String> {
    let text = std::fs::read_to_string(support::root().join("docs/verify.md")).unwrap();
    let (_, list) = text.split_once("\n## What is not judged\n").unwrap();
    let list = list.split("\n## ").next().unwrap();
    let items = list.lines().filter_map(|line| line.strip_prefix("- `"));
    let found: BTreeSet<String> = items.map(|item| item.split('`').next().unwrap().to_owned()).collect();
    assert!(found.len() > 10, "{found:?}");
    found
}

/// Holds what was found not to be judged against the documented list: nothing undocumented, nothing stale.
fn hold(kinds: &[&str], unjudged: &BTreeSet<String>) {
    let listed: BTreeSet<String> =
        documented().into_iter().filter(|own| kinds.iter().any(|kind| own.starts_with(kind))).collect();
    let covers = |listed: &str, path: &str| {
        path.strip_prefix(listed).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '/']))
    };
    let undocumented: Vec<&String> =
        unjudged.iter().filter(|path| !listed.iter().any(|own| covers(own, path))).collect();
    let stale: Vec<&String> =
        listed.iter().filter(|own| !unjudged.iter().any(|path| covers(own, path))).collect();
    assert!(undocumented.is_empty(), "not judged and not documented: {undocumented:#?}");
    assert!(stale.is_empty(), "documented as not judged, and judged: {stale:#?}");
}

#[test]
fn the_world_passes() {
    let world = World::new();
    assert_eq!(world.outcome(&world.route, &world.store), Some(Outcome::WithDebt));
    let document: Value = serde_json::from_str(&world.route).unwrap();
    assert_eq!(
        digest_of(&document).unwrap(),
        document["digest"],
        "the digest is taken as the product takes it"
    );
}

#[test]
fn every_field_of_the_route_is_judged() {
    let world = World::new();
    let document: Value = serde_json::from_str(&world.route).unwrap();
    let mut unjudged = BTreeSet::new();
    let mut tried = 0;
    for (path, mut own) in mutations(&document) {
        // The digest is taken anew of whatever the rest says.
        let Some(digest) = digest_of(&own).filter(|_| path != "digest") else { continue };
        let Some(members) = own.as_object_mut().filter(|members| members.contains_key("digest")) else {
            continue;
        };
        members.insert("digest".to_owned(), json!(digest));
        tried += 1;
        if world.passes(&own.to_string(), &world.store) {
            unjudged.insert(format!("route.{path}"));
        }
    }
    assert!(tried > 1_000, "{tried}");
    hold(&["route."], &unjudged);
}

#[test]
fn a_route_is_held_to_its_digest() {
    let world = World::new();
    let mut document: Value = serde_json::from_str(&world.route).unwrap();
    document["digest"] = json!("0".repeat(64));
    assert_eq!(world.outcome(&document.to_string(), &world.store), None);
    for field in document.as_object().unwrap().clone().keys() {
        let mut cut: Value = serde_json::from_str(&world.route).unwrap();
        cut.as_object_mut().unwrap().remove(field);
        let is_free = documented().contains(&format!("route.{field}"));
        assert!(is_free || !world.passes(&cut.to_string(), &world.store), "{field}");
    }
}

/// Puts other bytes in the place of a statement: under their own digest, with the pointers, citations and, where there is
/// a key, the signature made anew.
fn replaced(world: &World, old: Digest, bytes: &[u8], signer: Option<&SecretKey>) -> Memory {
    let store = copied(&world.store);
    let own = Digest::of(bytes);
    store.tamper(&key::record(old), None);
    put(&store, key::record(own), bytes.to_vec());
    if let Some(signer) = signer {
        let signature = Detached::sign(signer, bytes);
        put(&store, key::signature(own, signature.key), signature.to_json());
    }
    for at in store.objects().into_keys().collect::<Vec<_>>() {
        let text = String::from_utf8_lossy(&store.objects()[&at].clone()).into_owned();
        if !text.contains(&old.to_string()) || at == key::record(own) {
            continue;
        }
        let text = text.replace(&old.to_string(), &own.to_string());
        if at.as_str().starts_with("v1/rec/") {
            // A record that cites this one is another one now.
            let citing = Digest::of(&store.objects()[&at].clone());
            store.tamper(&at, None);
            let digest = Digest::of(text.as_bytes());
            put(&store, key::record(digest), text.clone().into_bytes());
            let signature = Detached::sign(&world.ci, text.as_bytes());
            put(&store, key::signature(digest, signature.key), signature.to_json());
            repoint(&store, citing, digest);
        } else if !at.as_str().starts_with("v1/seal/") {
            put(&store, at, text.into_bytes());
        }
    }
    rename(&store, &world.scene.subject(), own, bytes);
    store
}

fn repoint(store: &Memory, old: Digest, own: Digest) {
    for at in store
        .objects()
        .into_keys()
        .collect::<Vec<_>>()
        .into_iter()
        .filter(|at| at.as_str().starts_with("v1/run/"))
    {
        let text = String::from_utf8(store.objects()[&at].clone()).unwrap();
        put(store, at, text.replace(&old.to_string(), &own.to_string()).into_bytes());
    }
}

/// Moves the pointers to a result to where it says that it belongs, as whoever wrote it anew would.
fn rename(store: &Memory, subject: &Subject, digest: Digest, bytes: &[u8]) {
    match Statement::parse("altered", bytes) {
        Ok(Statement::Record(record)) => {
            for at in store
                .objects()
                .into_keys()
                .collect::<Vec<_>>()
                .into_iter()
                .filter(|at| at.as_str().starts_with("v1/run/"))
            {
                if String::from_utf8(store.objects()[&at].clone()).unwrap().contains(&digest.to_string()) {
                    store.tamper(&at, None);
                }
            }
            let subjects = [Subject::Commit(record.subjects.commit.clone())]
                .into_iter()
                .chain(record.subjects.artifacts.values().map(|own| Subject::Artifact(*own)));
            for own in subjects {
                let at =
                    key::run(&own, record.plan, &record.gate, (&record.run, record.attempt, record.shard));
                put(store, at, format!("{{\"record\":\"{digest}\"}}\n").into_bytes());
            }
        }
        Ok(Statement::Permission(own)) => {
            for at in store
                .objects()
                .into_keys()
                .collect::<Vec<_>>()
                .into_iter()
                .filter(|at| at.as_str().starts_with("v1/permit/"))
            {
                if String::from_utf8(store.objects()[&at].clone()).unwrap().contains(&digest.to_string()) {
                    store.tamper(&at, None);
                }
            }
            let commit = match &own.subject {
                laneway::permission::Whose::Any => None,
                laneway::permission::Whose::Commit(commit) => Some(commit),
            };
            put(store, key::permit(commit, digest), format!("{{\"record\":\"{digest}\"}}\n").into_bytes());
        }
        _ => {
            let _ = subject;
        }
    }
}

/// Every statement of the store that a verdict rests on, with the kind that the list calls it.
fn statements(world: &World) -> Vec<(&'static str, Digest, Vec<u8>)> {
    let keys = world.store.objects().into_keys().collect::<Vec<_>>();
    let records = keys.iter().filter(|key| key.as_str().starts_with("v1/rec/"));
    let found: Vec<_> = records
        .map(|at| {
            let bytes = world.store.objects()[at].clone();
            let kind = match Statement::parse(at.as_str(), &bytes).unwrap() {
                Statement::Record(_) => "record",
                Statement::Permission(_) => "permission",
                other => panic!("{other:?}"),
            };
            (kind, Digest::of(&bytes), bytes)
        })
        .collect();
    assert!(found.len() > 8, "{}", found.len());
    found
}

#[test]
fn every_field_of_records_and_permissions_is_judged() {
    let world = World::new();
    let asked = world.asked();
    let passes =
        |store: &Memory| matches!(world.decided(&asked, store), Some(Outcome::Clean | Outcome::WithDebt));
    let mut unjudged = BTreeSet::new();
    let mut tried = 0;
    let mut shapes = BTreeSet::new();
    for (kind, digest, bytes) in statements(&world) {
        let signer = if kind == "record" { &world.ci } else { &world.architect };
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        // One record of each kind of evidence is enough, and each takes a while.
        let told = |field: &str| document["predicate"][field].to_string();
        if kind == "record"
            && !shapes.insert((
                told("result"),
                told("origin"),
                told("shard"),
                document["subject"].as_array().unwrap().len(),
            ))
        {
            continue;
        }
        let mut paths = BTreeSet::new();
        for (path, own) in mutations(&document) {
            let text = own.to_string();
            if own == document {
                continue;
            }
            tried += 1;
            if passes(&replaced(&world, digest, text.as_bytes(), Some(signer))) {
                unjudged.insert(format!("{kind}.{path}"));
            }
            if paths.insert(path.clone()) {
                let unsigned = replaced(&world, digest, text.as_bytes(), None);
                assert!(!passes(&unsigned), "{kind} {path} without a signature: {text}");
            }
        }
    }
    assert!(tried > 500, "{tried}");
    hold(&["record.", "permission."], &unjudged);
}

/// Returns what the list calls an object: its room, and that of a signature what it signs.
fn room(world: &World, at: &Key) -> String {
    let keys = world.store.objects().into_keys().collect::<Vec<_>>();
    let sealed: BTreeSet<String> = keys
        .iter()
        .filter(|key| key.as_str().starts_with("v1/seal/"))
        .map(|key| Digest::of(&world.store.objects()[key]).to_string())
        .collect();
    let parts: Vec<&str> = at.as_str().split('/').collect();
    match parts[1] {
        "sig" if sealed.contains(parts[2]) => "store.v1/seal".to_owned(),
        "run" if parts[2] != world.scene.head => "store.v1/run of another subject".to_owned(),
        room => format!("store.v1/{room}"),
    }
}

#[test]
fn every_object_of_the_store_is_judged() {
    let world = World::new();
    let asked = world.asked();
    let mut unjudged = BTreeSet::new();
    for at in world.store.objects().into_keys().collect::<Vec<_>>() {
        let bytes = world.store.objects()[&at].clone();
        let without = copied(&world.store);
        without.tamper(&at, None);
        let mut worlds = vec![without];
        for other in [Vec::new(), b"{}\n".to_vec(), flipped(&bytes)] {
            let altered = copied(&world.store);
            put(&altered, at.clone(), other);
            worlds.push(altered);
        }
        if worlds
            .iter()
            .any(|store| matches!(world.decided(&asked, store), Some(Outcome::Clean | Outcome::WithDebt)))
        {
            unjudged.insert(room(&world, &at));
        }
    }
    hold(&["store."], &unjudged);
}

/// Alters one byte in the middle of a text.
fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut other = bytes.to_vec();
    let at = other.len() / 2;
    other[at] = if other[at] == b'a' { b'b' } else { b'a' };
    other
}

#[test]
fn the_command_decides_as_its_library_does() {
    let world = World::new();
    let folder = world.scene.store();
    let write = |store: &Memory| {
        let root = world.scene.root.join(".laneway/evidence");
        let _ = std::fs::remove_dir_all(&root);
        for at in store.objects().into_keys().collect::<Vec<_>>() {
            assert_eq!(folder.put(&at, &store.objects()[&at].clone()).unwrap(), Put::Created);
        }
    };
    let run = |route: &str| {
        let file = world.scene.root.join(".laneway/given.json");
        std::fs::write(&file, route).unwrap();
        world.scene.verify(&["--no-seal", "--route", file.to_str().unwrap()])
    };
    write(&world.store);
    let (code, out, err) = run(&world.route);
    assert_eq!(code, 0, "{out} {err}");
    let document: Value = serde_json::from_str(&world.route).unwrap();
    for field in ["/gates/0/run", "/gates/1/needs", "/review/reviewers", "/files/0/mapped", "/change/head"] {
        let mut own = document.clone();
        *own.pointer_mut(field).unwrap() = match own.pointer(field).unwrap() {
            Value::Array(_) => json!([]),
            Value::Bool(own) => json!(!own),
            _ => json!("ab".repeat(20)),
        };
        own["digest"] = json!(digest_of(&own).unwrap());
        let (code, out, err) = run(&own.to_string());
        let is_same = own == document;
        assert!(is_same == (code == 0), "{field}: {code} {out} {err}");
    }
    for (kind, digest, bytes) in statements(&world).into_iter().step_by(3) {
        let text = String::from_utf8(bytes).unwrap().replace("laneway", "laneway ");
        write(&replaced(&world, digest, text.as_bytes(), None));
        let (code, out, err) = run(&world.route);
        assert_eq!(code, 1, "{kind}: {out} {err}");
    }
}

/// Keeps the imports of permissions honest: one that is owned by nobody who may decide is none.
#[test]
fn an_approval_of_somebody_else_is_none() {
    let world = World::new();
    let store = copied(&world.store);
    for at in store
        .objects()
        .into_keys()
        .collect::<Vec<_>>()
        .into_iter()
        .filter(|at| at.as_str().starts_with("v1/permit/"))
    {
        store.tamper(&at, None);
    }
    assert!(!world.passes(&world.route, &store));
    let own: Permission = approval(Scope::Gate("architecture-review".into()), "@billing");
    store::save_permission(&store, &own, &world.architect).unwrap();
    assert!(!world.passes(&world.route, &store));
}
