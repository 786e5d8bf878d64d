//! The folder as a store: what is put, read, listed, and what goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::{PublicKey, SecretKey};
use laneway::evidence::key::{self, Subject};
use laneway::evidence::{
    Cause, GateResult, Key, Origin, Outcome, Record, Revocation, RunId, Seal, SealedGate, Shard, Shown,
    Subjects, Tool, Wrong,
};
use laneway::fault::Code;
use laneway::id::GateId;
use laneway::permission::{Kind, Permission, Scope, Whose};
use laneway::store::{self, Counting, Folder, Memory, Put, Store};

use super::support::{laneway, root, run};

pub(crate) fn commit(number: u8) -> CommitHash {
    CommitHash::parse(&format!("{number:02x}").repeat(20)).unwrap()
}

pub(crate) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

/// A pass of a gate on commit 1 under the plan `plan`, in run `1`.
pub(crate) fn record(gate: &str) -> Record {
    Record {
        subjects: Subjects { commit: commit(1), artifacts: BTreeMap::new() },
        gate: GateId::new(gate),
        plan: Digest::of(b"plan"),
        profile: None,
        environment: None,
        result: GateResult::Pass,
        origin: Origin::Executed,
        owner: "@platform".to_owned(),
        evidence_types: BTreeSet::new(),
        artifacts: Vec::new(),
        command: Some("true".to_owned()),
        missing_reason: None,
        run: RunId::parse("1").unwrap(),
        attempt: 1,
        shard: Shard::WHOLE,
        started: time(0),
        finished: time(1),
        valid_until: None,
        tool: Tool { name: "laneway".to_owned(), version: None },
        failure: None,
        drift: None,
    }
}

/// A seal of commit 1 that rests on these records, each of a gate of its own.
pub(crate) fn seal(epoch: u32, outcome: Outcome, records: &[(&str, Digest)]) -> Seal {
    let gate = |(id, digest): &(&str, Digest)| {
        let sealed = SealedGate {
            result: GateResult::Pass,
            shown: Shown::Passed,
            owner: "@platform".to_owned(),
            evidence_types: BTreeSet::new(),
            artifact: None,
            missing_reason: None,
            records: BTreeSet::from([*digest]),
            permissions: BTreeMap::new(),
        };
        (GateId::new(*id), sealed)
    };
    Seal {
        commit: commit(1),
        plan: Digest::of(b"plan"),
        route: None,
        epoch,
        outcome,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: records.iter().map(gate).collect(),
        rollback: None,
        run: RunId::parse("1").unwrap(),
        decided: time(2),
        key_hint: None,
    }
}

pub(crate) fn revocation(epoch: u32) -> Revocation {
    Revocation {
        commit: commit(1),
        plan: Digest::of(b"plan"),
        epoch,
        owner: "@platform".to_owned(),
        reason: "the wrong image".to_owned(),
        cause: Cause::ByHand,
        revoked: time(3),
    }
}

fn permission(id: &str, subject: Whose) -> Permission {
    Permission {
        id: id.to_owned(),
        kind: Kind::Approval,
        scope: Scope::Gate(GateId::new("a")),
        subject,
        owner: "@platform".to_owned(),
        residual_risk_owner: None,
        reason: "looked at".to_owned(),
        created: time(0),
        expires: time(1000),
        place: None,
    }
}

fn secret(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

fn subject() -> Subject {
    Subject::Commit(commit(1))
}

pub(crate) fn plan() -> Digest {
    Digest::of(b"plan")
}

fn folder() -> (tempfile::TempDir, Folder) {
    let guard = tempfile::tempdir().unwrap();
    let folder = Folder::new(guard.path().join("evidence"));
    (guard, folder)
}

/// Copies an object to another name, whatever is there: what no store does.
fn copy(folder: &Folder, from: &Key, to: &Key) {
    let to = folder.root().join(to.as_str());
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(folder.root().join(from.as_str()), to).unwrap();
}

fn broken(store: &dyn Store, keys: &[PublicKey]) -> Vec<(String, Option<String>, Code)> {
    let evidence = store::load(store, &subject(), plan(), keys).unwrap();
    let gate = |gate: &GateId| gate.as_str().to_owned();
    evidence
        .broken
        .iter()
        .map(|own| (own.key.clone(), own.gate.as_ref().map(gate), own.faults[0].code))
        .collect()
}

#[test]
fn an_object_is_put_once_and_stays() {
    let (_guard, folder) = folder();
    let key = Key::parse("v1/seal/a/b/0.json").unwrap();
    assert_eq!(folder.get(&key).unwrap(), None);
    assert!(!folder.head(&key).unwrap());
    assert_eq!(folder.list("").unwrap(), []);
    assert_eq!(folder.put(&key, b"one").unwrap(), Put::Created);
    assert_eq!(folder.put(&key, b"two").unwrap(), Put::Exists);
    assert_eq!(folder.get(&key).unwrap().unwrap(), b"one");
    assert!(folder.head(&key).unwrap());
    assert_eq!(folder.list("v1/seal/").unwrap(), std::slice::from_ref(&key));
    assert_eq!(folder.list("v1/sea/").unwrap(), []);
    // No writer is at work, so nothing is left of any.
    assert_eq!(fs::read_dir(folder.root().join("tmp")).unwrap().count(), 0);
    let empty = Key::parse("v1/seal/a/b/1.json").unwrap();
    assert_eq!(folder.put(&empty, b"").unwrap(), Put::Created);
    assert_eq!(folder.get(&empty).unwrap().unwrap(), b"");
}

#[test]
fn everything_that_is_saved_is_in_the_archive() {
    let (_guard, folder) = folder();
    let key = secret(1);
    let keys = [key.public()];
    let blob = store::save_blob(&folder, b"log").unwrap();
    let mut with_image = record("b");
    with_image.subjects.artifacts = BTreeMap::from([
        ("image".to_owned(), Digest::of(b"image")),
        ("same-image".to_owned(), Digest::of(b"image")),
        ("manifest".to_owned(), Digest::of(b"manifest")),
    ]);
    let first = store::save_record(&folder, &record("a"), None).unwrap();
    let second = store::save_record(&folder, &with_image, Some(&key)).unwrap();
    let allowed = store::save_permission(&folder, &permission("one", Whose::Any), &key).unwrap();
    let back = store::save_permission(&folder, &permission("two", Whose::Commit(commit(1))), &key).unwrap();
    store::save_unpermit(&folder, back, "@platform", "over").unwrap();
    let sealed = seal(0, Outcome::Clean, &[("a", first), ("b", second)]);
    assert_eq!(store::save_seal(&folder, &sealed, Some(&key)).unwrap(), Put::Created);
    assert_eq!(store::save_revocation(&folder, &revocation(0), None).unwrap(), Put::Created);
    assert_eq!(store::save_fail(&folder, &seal(0, Outcome::Fails, &[])).unwrap(), Put::Created);

    let archive = store::archive(&folder, &keys).unwrap();
    assert!(archive.broken.is_empty(), "{:?}", archive.broken);
    let digests: BTreeSet<Digest> = archive.records.iter().map(|held| held.digest).collect();
    assert_eq!(digests, BTreeSet::from([first, second]));
    assert!(archive.records.is_sorted_by_key(|held| held.digest));
    let signed = archive.records.iter().find(|held| held.digest == second).unwrap();
    assert_eq!(signed.signers, BTreeSet::from([key.public().id()]));
    let permissions: BTreeSet<Digest> = archive.permissions.iter().map(|held| held.digest).collect();
    assert_eq!(permissions, BTreeSet::from([allowed, back]));
    assert_eq!(archive.unpermitted, BTreeSet::from([back]));
    assert_eq!((archive.seals.len(), archive.fails.len(), archive.revocations.len()), (1, 1, 1));
    assert_eq!(archive.seals[0].content, sealed);
    assert_eq!(folder.get(&key::blob(blob)).unwrap().unwrap(), b"log");

    let evidence = store::load(&folder, &subject(), plan(), &keys).unwrap();
    assert_eq!(evidence.records.len(), 2);
    assert_eq!(evidence.permissions.len(), 1);
    assert_eq!((evidence.seals.len(), evidence.revocations.len()), (1, 1));
    let of_image = store::load(&folder, &Subject::Artifact(Digest::of(b"image")), plan(), &keys).unwrap();
    assert_eq!(of_image.records.iter().map(|held| held.digest).collect::<Vec<_>>(), [second]);
}

#[test]
fn what_is_copied_to_another_place_is_broken() {
    let (_guard, folder) = folder();
    let digest = store::save_record(&folder, &record("a"), None).unwrap();
    let run = RunId::parse("1").unwrap();
    let at = |commit: CommitHash, gate: &str, attempt: u32| {
        key::run(&Subject::Commit(commit), plan(), &GateId::new(gate), (&run, attempt, Shard::WHOLE))
    };
    let own = at(commit(1), "a", 1);
    for (to, gate) in [(at(commit(1), "b", 1), "b"), (at(commit(1), "a", 2), "a")] {
        copy(&folder, &own, &to);
        assert_eq!(broken(&folder, &[]), [(to.to_string(), Some(gate.to_owned()), Code::StoreAltered)]);
        fs::remove_file(folder.root().join(to.as_str())).unwrap();
    }
    copy(&folder, &own, &at(commit(2), "a", 1));
    let of_other = store::load(&folder, &Subject::Commit(commit(2)), plan(), &[]).unwrap();
    assert!(of_other.records.is_empty() && of_other.broken.len() == 1);
    assert_eq!(store::archive(&folder, &[]).unwrap().broken.len(), 1);
    fs::remove_file(folder.root().join(at(commit(2), "a", 1).as_str())).unwrap();

    let file = folder.root().join(key::record(digest).as_str());
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"pass\"", "\"PASS\"")).unwrap();
    assert_eq!(broken(&folder, &[]), [(own.to_string(), Some("a".to_owned()), Code::StoreAltered)]);
    fs::remove_file(&file).unwrap();
    assert_eq!(broken(&folder, &[]), [(own.to_string(), Some("a".to_owned()), Code::StoreAltered)]);
}

#[test]
fn the_gate_of_a_broken_pointer_is_known_where_its_name_is_cut() {
    let (_guard, folder) = folder();
    let long = "long-".repeat(40) + "gate";
    store::save_record(&folder, &record(&long), None).unwrap();
    let mut second = record(&long);
    second.run = RunId::parse("2").unwrap();
    let digest = store::save_record(&folder, &second, None).unwrap();
    fs::remove_file(folder.root().join(key::record(digest).as_str())).unwrap();
    let found = broken(&folder, &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.as_ref(), Some(&long));
}

#[test]
fn a_signature_counts_for_its_own_bytes_and_key_only() {
    let (_guard, folder) = folder();
    let (key, stranger) = (secret(1), secret(2));
    let keys = [key.public()];
    let first = store::save_record(&folder, &record("a"), Some(&stranger)).unwrap();
    let signers = |gate: &str| {
        let evidence = store::load(&folder, &subject(), plan(), &keys).unwrap();
        let held = evidence.records.into_iter().find(|held| held.content.gate.as_str() == gate);
        held.map(|held| held.signers)
    };
    assert_eq!(signers("a"), Some(BTreeSet::new()), "whoever is not trusted neither helps nor harms");
    fs::write(folder.root().join(key::signature(first, stranger.public().id()).as_str()), "garbage").unwrap();
    assert_eq!(signers("a"), Some(BTreeSet::new()));

    store::save_record(&folder, &record("b"), Some(&key)).unwrap();
    assert_eq!(signers("b"), Some(BTreeSet::from([key.public().id()])));
    // A signature of other bytes, one of another key, and none at all, each under the name of the key.
    let of_b = store::load(&folder, &subject(), plan(), &keys).unwrap().records;
    let of_b = of_b.iter().find(|held| held.content.gate.as_str() == "b").unwrap().digest;
    let name = folder.root().join(key::signature(first, key.public().id()).as_str());
    let real = fs::read(folder.root().join(key::signature(of_b, key.public().id()).as_str())).unwrap();
    for wrong in [real.as_slice(), b"garbage", b""] {
        fs::write(&name, wrong).unwrap();
        let found = broken(&folder, &keys);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].1.as_deref(), found[0].2), (Some("a"), Code::EvidenceSignature));
    }
    // Nor is a record acknowledged that cannot be signed, because something else has the name.
    let fault = store::save_record(&folder, &record("a"), Some(&key)).unwrap_err();
    assert_eq!(fault.code, Code::StoreAltered);
    // With many keys the signatures are listed instead, with the same answer.
    let many: Vec<PublicKey> =
        (1..30).filter(|number| *number != 2).map(|number| secret(number).public()).collect();
    assert_eq!(broken(&folder, &many).len(), 1);
}

#[test]
fn a_seal_counts_where_it_was_put() {
    let (_guard, folder) = folder();
    let key = secret(1);
    let keys = [key.public()];
    let mut sealed = seal(0, Outcome::WithDebt, &[]);
    sealed.key_hint = Some(key.public().id());
    store::save_seal(&folder, &sealed, Some(&key)).unwrap();
    let own = key::seal(&commit(1), plan(), 0);
    let found = store::prior(&folder, &commit(1), plan(), &keys).unwrap().unwrap();
    assert_eq!(found.seal.content, sealed);
    assert_eq!(found.seal.signers, BTreeSet::from([key.public().id()]));
    assert!(store::prior(&folder, &commit(2), plan(), &keys).unwrap().is_none());

    copy(&folder, &own, &key::seal(&commit(2), plan(), 0));
    copy(&folder, &own, &key::seal(&commit(1), Digest::of(b"other plan"), 0));
    for (commit, plan) in [(commit(2), plan()), (commit(1), Digest::of(b"other plan"))] {
        let faults = store::prior(&folder, &commit, plan, &keys).unwrap_err();
        assert_eq!(faults[0].code, Code::StoreAltered);
        let evidence = store::load(&folder, &Subject::Commit(commit), plan, &keys).unwrap();
        assert!(evidence.seals.is_empty());
        assert_eq!((evidence.broken.len(), evidence.broken[0].faults[0].code), (1, Code::StoreAltered));
    }
    // A verdict that fails is no seal, wherever somebody copies it.
    store::save_fail(&folder, &seal(0, Outcome::Fails, &[])).unwrap();
    let fail = key::fail(&commit(1), plan(), &RunId::parse("1").unwrap());
    copy(&folder, &fail, &key::seal(&commit(3), plan(), 0));
    copy(&folder, &fail, &own);
    assert!(store::prior(&folder, &commit(1), plan(), &keys).is_err());
}

#[test]
fn what_is_taken_back_is_followed_by_the_next() {
    let (_guard, folder) = folder();
    let prior = || store::prior(&folder, &commit(1), plan(), &[]).unwrap().map(|own| own.seal.content.epoch);
    assert_eq!(store::save_seal(&folder, &seal(0, Outcome::Clean, &[]), None).unwrap(), Put::Created);
    assert_eq!(store::save_seal(&folder, &seal(0, Outcome::WithDebt, &[]), None).unwrap(), Put::Exists);
    assert_eq!(prior(), Some(0));
    assert_eq!(store::save_revocation(&folder, &revocation(0), None).unwrap(), Put::Created);
    assert_eq!(prior(), None);
    assert_eq!(store::save_seal(&folder, &seal(1, Outcome::Clean, &[]), None).unwrap(), Put::Created);
    assert_eq!(prior(), Some(1));
    let evidence = store::load(&folder, &subject(), plan(), &[]).unwrap();
    assert_eq!((evidence.seals.len(), evidence.revocations.len()), (2, 1));
}

#[test]
fn a_result_is_recorded_once_and_a_lost_race_leaves_nothing() {
    let (_guard, folder) = folder();
    let key = secret(1);
    let first = store::save_record(&folder, &record("a"), Some(&key)).unwrap();
    assert_eq!(store::save_record(&folder, &record("a"), Some(&key)).unwrap(), first, "the very same");
    let before = folder.list("").unwrap();
    let mut other = record("a");
    other.finished = time(9);
    let fault = store::save_record(&folder, &other, Some(&key)).unwrap_err();
    assert_eq!(fault.code, Code::StoreTwice);
    assert_eq!(folder.list("").unwrap(), before);
    // The same run with the same artifact on another commit: there is one name under the artifact, and nothing is begun.
    let mut image = record("b");
    image.subjects.artifacts.insert("image".to_owned(), Digest::of(b"image"));
    store::save_record(&folder, &image, None).unwrap();
    let before = folder.list("").unwrap();
    image.subjects.commit = commit(2);
    assert_eq!(store::save_record(&folder, &image, None).unwrap_err().code, Code::StoreTwice);
    assert_eq!(folder.list("").unwrap(), before);
    store::save_seal(&folder, &seal(0, Outcome::Clean, &[("a", first)]), Some(&key)).unwrap();
    let mut late = seal(0, Outcome::Clean, &[("a", first)]);
    late.run = RunId::parse("2").unwrap();
    assert_eq!(store::save_seal(&folder, &late, Some(&key)).unwrap(), Put::Exists);
    assert_eq!(folder.list("").unwrap().len(), before.len() + 2, "a seal and its signature");
    // What a crash left out is put again by whoever tries again.
    fs::remove_file(folder.root().join(key::record(first).as_str())).unwrap();
    assert_eq!(store::save_record(&folder, &record("a"), Some(&key)).unwrap(), first);
    assert_eq!(store::audit(&folder, &[key.public()]).unwrap().findings, []);
}

#[test]
fn a_run_may_fail_more_than_once() {
    for store in [&folder().1 as &dyn Store, &Memory::default()] {
        let fails = |second: i64| Seal { decided: time(second), ..seal(0, Outcome::Fails, &[]) };
        assert_eq!(store::save_fail(store, &fails(0)).unwrap(), Put::Created);
        assert_eq!(store::save_fail(store, &fails(1)).unwrap(), Put::Created);
        assert_eq!(store::save_fail(store, &fails(0)).unwrap(), Put::Exists, "the very same");
        let archive = store::archive(store, &[]).unwrap();
        assert!(archive.broken.is_empty());
        assert_eq!(archive.fails.len(), 2);
    }
}

/// Fills a store with the names of so many results of other commits. What they hold is not read.
fn fill(records: u32, put: impl Fn(&Key, &[u8])) {
    let run = RunId::parse("1").unwrap();
    for number in 0..records {
        let digest = Digest::of(&number.to_le_bytes());
        put(&key::record(digest), b"{}");
        let subject = Subject::Commit(CommitHash::parse(&format!("{:040x}", u64::from(number) + 1)).unwrap());
        put(&key::run(&subject, plan(), &GateId::new("a"), (&run, 1, Shard::WHOLE)), b"{}");
    }
}

#[test]
fn prior_evidence_is_three_reads_whatever_the_size() {
    let key = secret(1);
    let keys = [key.public(), secret(2).public()];
    let mut sealed = seal(0, Outcome::Clean, &[]);
    sealed.key_hint = Some(key.public().id());
    let looks = |store: &Counting<Box<dyn Store>>| {
        store::save_seal(store, &sealed, Some(&key)).unwrap();
        store.take();
        let prior = store::prior(store, &commit(1), plan(), &keys).unwrap().unwrap();
        assert_eq!(prior.seal.signers.len(), 1);
        let counts = store.take();
        assert_eq!((counts.gets, counts.heads, counts.lists, counts.puts), (2, 1, 0, 0));
        counts.reads()
    };
    for records in [10, 100_000] {
        let memory = Memory::default();
        fill(records, |at, bytes| memory.tamper(at, Some(bytes)));
        assert_eq!(looks(&Counting::new(Box::new(memory) as Box<dyn Store>)), 3, "{records} records");
    }
    for records in [10, 2000] {
        let (_guard, folder) = folder();
        let root = folder.root().to_path_buf();
        fill(records, |at, bytes| {
            let path = root.join(at.as_str());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        });
        assert_eq!(looks(&Counting::new(Box::new(folder) as Box<dyn Store>)), 3, "{records} records");
    }
}

#[test]
fn a_plan_is_loaded_with_as_many_lists_for_one_record_as_for_many() {
    let keys = [secret(1).public(), secret(2).public()];
    let lists = |records: u32, keys: &[PublicKey]| {
        let store = Counting::new(Memory::default());
        for number in 0..records {
            store::save_record(&store, &record(&format!("gate-{number}")), Some(&secret(1))).unwrap();
        }
        store.take();
        let evidence = store::load(&store, &subject(), plan(), keys).unwrap();
        assert_eq!(evidence.records.len(), records as usize);
        (store.take().lists, evidence.records.iter().filter(|held| held.signers.len() == 1).count())
    };
    assert_eq!(lists(1, &keys), (3, 1));
    assert_eq!(lists(300, &keys), (3, 300));
    assert_eq!(lists(300, &[]), (3, 0));
}

/// A store with one of everything, and nothing wrong with it.
fn everything(store: &dyn Store) {
    let key = secret(1);
    let log = store::save_blob(store, b"log").unwrap();
    let mut first = record("a");
    first.artifacts = vec![laneway::evidence::Artifact { name: "log".to_owned(), digest: log }];
    let first = store::save_record(store, &first, Some(&key)).unwrap();
    let mut reused = record("b");
    reused.origin = Origin::Reused { from: first };
    let reused = store::save_record(store, &reused, None).unwrap();
    let allowed = store::save_permission(store, &permission("one", Whose::Any), &key).unwrap();
    let back = store::save_permission(store, &permission("two", Whose::Any), &key).unwrap();
    store::save_unpermit(store, back, "@platform", "over").unwrap();
    let mut sealed = seal(0, Outcome::Clean, &[("a", first), ("b", reused)]);
    sealed.key_hint = Some(key.public().id());
    sealed.gates.get_mut(&GateId::new("a")).unwrap().permissions.insert("one".to_owned(), Some(allowed));
    store::save_seal(store, &sealed, Some(&key)).unwrap();
    store::save_revocation(store, &revocation(0), Some(&key)).unwrap();
    sealed.epoch = 1;
    store::save_seal(store, &sealed, Some(&key)).unwrap();
    store::save_fail(store, &seal(0, Outcome::Fails, &[("a", first)])).unwrap();
}

#[test]
fn an_audit_finds_every_object_that_is_altered_or_gone() {
    let whole = Memory::default();
    everything(&whole);
    let keys = [secret(1).public()];
    let audit = store::audit(&whole, &keys).unwrap();
    assert_eq!((audit.findings, audit.notes, audit.objects), (vec![], vec![], whole.objects().len()));
    let is_seal = |key: &Key| key.as_str().starts_with("v1/seal/");
    let seals: Vec<Digest> =
        whole.objects().iter().filter(|(key, _)| is_seal(key)).map(|(_, bytes)| Digest::of(bytes)).collect();
    for (key, bytes) in whole.objects() {
        let mut other = bytes.clone();
        other.extend_from_slice(b"}");
        for wrong in [b"{}".as_slice(), b"", &other, &bytes[1..]] {
            whole.tamper(&key, Some(wrong));
            let audit = store::audit(&whole, &keys).unwrap();
            let found =
                audit.findings.iter().any(|own| own.key == key.as_str() && own.wrong == Wrong::Altered);
            assert!(found, "{key} is {wrong:?}: {:?}", audit.findings);
        }
        whole.tamper(&key, None);
        let audit = store::audit(&whole, &keys).unwrap();
        // Nothing names these, so that they are gone is seen by the means of the folder or the bucket only.
        let is_unnamed = ["/fail/", "/unpermit/", "/blob/"].iter().any(|kind| key.as_str().contains(kind));
        let is_of_seal = seals.iter().any(|digest| key.as_str().starts_with(&key::signatures(*digest)));
        let is_unnamed = is_unnamed || (key.as_str().contains("/sig/") && !is_of_seal);
        assert_eq!(audit.findings.is_empty(), is_unnamed, "{key} is gone: {:?}", audit.findings);
        whole.tamper(&key, Some(&bytes));
    }
    assert_eq!(store::audit(&whole, &keys).unwrap().findings, []);
}

#[test]
fn an_audit_finds_what_nothing_names() {
    let store = Memory::default();
    everything(&store);
    let put = |name: &str, bytes: &[u8]| store.put(&Key::parse(name).unwrap(), bytes).unwrap();
    let objects = store.objects();
    let pointer = objects.iter().find(|(key, _)| key.as_str().contains("/run/")).unwrap();
    put("README.md", b"hello");
    put("v1/rec/sha256/ab/short.json", b"{}");
    put("v2/seal", b"{}");
    put(key::blob(Digest::of(b"stray")).as_str(), b"stray");
    put(&pointer.0.as_str().replace(".1.1of1", ".2.1of1"), pointer.1);
    put(
        key::unpermit(Digest::of(b"nothing")).as_str(),
        format!("{{\"record\":\"{}\",\"owner\":\"a\",\"reason\":\"b\"}}", Digest::of(b"nothing")).as_bytes(),
    );
    let signature = objects.iter().find(|(key, _)| key.as_str().contains("/sig/")).unwrap();
    let id = signature.0.as_str().rsplit('/').next().unwrap();
    put(&format!("v1/sig/{}/{id}", Digest::of(b"nothing")), signature.1);
    let mut lonely = revocation(7);
    lonely.commit = commit(9);
    store::save_revocation(&store, &lonely, None).unwrap();
    let mut later = seal(3, Outcome::Clean, &[]);
    later.commit = commit(9);
    store::save_seal(&store, &later, None).unwrap();
    let audit = store::audit(&store, &[]).unwrap();
    let found = |wrong: Wrong| audit.findings.iter().filter(|own| own.wrong == wrong).count();
    assert_eq!(
        (found(Wrong::Unlisted), found(Wrong::Altered), found(Wrong::Missing)),
        (6, 1, 2),
        "{:#?}",
        audit.findings
    );
}

#[test]
fn what_a_killed_writer_left_is_a_note() {
    let (_guard, folder) = folder();
    let digest = store::save_record(&folder, &record("a"), Some(&secret(1))).unwrap();
    let pointer = folder.list("v1/run/").unwrap().remove(0);
    fs::remove_file(folder.root().join(pointer.as_str())).unwrap();
    let audit = store::audit(&folder, &[]).unwrap();
    assert_eq!(audit.findings.len(), 1, "somebody took the pointer away");
    assert_eq!(audit.findings[0].wrong, Wrong::Unlisted);
    // Had its writer been killed, its temporary file would still be there.
    fs::copy(folder.root().join(key::record(digest).as_str()), folder.root().join("tmp/1-2-3")).unwrap();
    let audit = store::audit(&folder, &[]).unwrap();
    assert_eq!((audit.findings.len(), audit.notes.len()), (0, 2), "{:?}", audit.findings);
    assert!(folder.list("").unwrap().iter().all(|key| !key.as_str().starts_with("tmp")));
    assert!(store::load(&folder, &subject(), plan(), &[]).unwrap().records.is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_leads_out_of_the_store() {
    use std::os::unix::fs::symlink;
    let (guard, folder) = folder();
    let digest = store::save_record(&folder, &record("a"), None).unwrap();
    let file = folder.root().join(key::record(digest).as_str());
    let outside = guard.path().join("outside");
    fs::rename(&file, &outside).unwrap();
    symlink(&outside, &file).unwrap();
    assert_eq!(folder.get(&key::record(digest)).unwrap_err().code, Code::StoreAltered);
    assert_eq!(broken(&folder, &[]).len(), 1);
    let audit = store::audit(&folder, &[]).unwrap();
    assert!(audit.findings.iter().all(|own| own.wrong == Wrong::Altered) && !audit.findings.is_empty());
    fs::rename(folder.root().join("v1/run"), guard.path().join("run")).unwrap();
    symlink(guard.path().join("run"), folder.root().join("v1/run")).unwrap();
    assert_eq!(store::load(&folder, &subject(), plan(), &[]).unwrap_err().code, Code::StoreAltered);
    assert_eq!(store::save_record(&folder, &record("b"), None).unwrap_err().code, Code::StoreAltered);
    assert_eq!(fs::read_dir(guard.path().join("run")).unwrap().count(), 1, "nothing was written outside");
}

#[test]
fn a_file_is_no_store() {
    let guard = tempfile::tempdir().unwrap();
    let path = guard.path().join("file");
    fs::write(&path, "text").unwrap();
    let folder = Folder::new(path.clone());
    let faults = [
        store::save_record(&folder, &record("a"), None).unwrap_err(),
        store::load(&folder, &subject(), plan(), &[]).unwrap_err(),
        store::audit(&folder, &[]).unwrap_err(),
        store::audit(&Folder::new(guard.path().join("absent")), &[]).unwrap_err(),
    ];
    for fault in faults {
        assert_eq!(fault.code, Code::StoreAccess);
        assert!(fault.help.contains("--store"), "{fault}: {}", fault.help);
    }
    assert_eq!(fs::read_to_string(path).unwrap(), "text");
}

/// A writer that is not allowed what it wants, where this binary was started as one. It prints its fault.
#[test]
fn hindered() {
    let Some(root) = std::env::var_os("LANEWAY_TEST_HINDERED") else { return };
    let mut record = record("b");
    record.owner = "o".repeat(5000);
    let fault = store::save_record(&Folder::new(root.into()), &record, None).unwrap_err();
    // The test's own output is what the one that started it reads.
    let line = format!("fault {} {}: {}\n", fault.code.as_str(), fault.message, fault.help);
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).unwrap();
}

/// Runs the writer above, and returns what it prints.
#[cfg(unix)]
fn hinder(folder: &Folder, command: &mut std::process::Command) -> String {
    let output = command.env("LANEWAY_TEST_HINDERED", folder.root()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A limit on the size of files is what a full disk is to a writer: the write fails half way.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let (_guard, folder) = folder();
    store::save_record(&folder, &record("a"), None).unwrap();
    let before = folder.list("").unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\""]);
    shell.arg(std::env::current_exe().unwrap()).args(["store::hindered", "--exact", "--nocapture"]);
    let said = hinder(&folder, &mut shell);
    assert!(said.contains("laneway::store::access") && said.contains("make room"), "{said}");
    assert_eq!(folder.list("").unwrap(), before);
    assert_eq!(fs::read_dir(folder.root().join("tmp")).unwrap().count(), 0);
    assert_eq!(store::audit(&folder, &[]).unwrap().findings, []);
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_says_so() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let (guard, folder) = folder();
    store::save_record(&folder, &record("a"), None).unwrap();
    let before = folder.list("").unwrap();
    let mode = |path: &std::path::Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap()
    };
    mode(guard.path(), 0o755);
    mode(&folder.root().join("tmp"), 0o555);
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["store::hindered", "--exact", "--nocapture"]);
    // Permissions do not hold for root, so it is somebody else who tries.
    if fs::metadata(guard.path()).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let mut probe = std::process::Command::new(std::env::current_exe().unwrap());
    if fs::metadata(guard.path()).unwrap().uid() == 0 && probe.arg("--list").uid(65_534).output().is_err() {
        // That one may not even start this binary.
        mode(&folder.root().join("tmp"), 0o755);
        return;
    }
    let said = hinder(&folder, &mut command);
    mode(&folder.root().join("tmp"), 0o755);
    assert!(said.contains("laneway::store::access") && said.contains("permission"), "{said}");
    assert_eq!(folder.list("").unwrap(), before);
}

#[test]
fn audit_is_a_command() {
    let (guard, folder) = folder();
    everything(&folder);
    let audit = |more: &[&str]| {
        run(laneway(guard.path()).args(["evidence", "audit", "--store", "evidence"]).args(more))
    };
    let (code, out, err) = audit(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("is as it should be"), "{out}");
    let pointer = folder.list("v1/run/").unwrap().remove(0);
    fs::write(folder.root().join(pointer.as_str()), "{}\n").unwrap();
    fs::write(folder.root().join("v1/no\u{1b}key"), "").unwrap();
    fs::write(folder.root().join("tmp/1-1-1"), "half").unwrap();
    let (code, out, _) = audit(&[]);
    assert_eq!(code, 1);
    assert!(out.contains("altered") && out.contains(pointer.as_str()) && out.contains("no\\x1bkey"), "{out}");
    let (code, out, _) = audit(&["--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, document["clean"].as_bool(), document["schema"].as_str()),
        (1, Some(false), Some("laneway.audit/v1"))
    );
    assert_eq!(document["notes"][0]["key"], "tmp/1-1-1");
    assert!(document["findings"].as_array().unwrap().iter().any(|own| own["wrong"] == "altered"));
    for wrong in ["", "nowhere", "ftp://a/b"] {
        let (code, out, err) = run(laneway(guard.path()).args(["evidence", "audit", "--store", wrong]));
        assert_eq!((code, out.as_str()), (2, ""), "{wrong}: {err}");
    }
}

/// The schema is generated: `LANEWAY_BLESS=1 cargo test --test evidence` writes it.
#[test]
fn the_schema_of_an_audit_is_fresh() {
    let file = root().join("schemas/audit.v1.json");
    let schema = laneway::render::audit::schema().unwrap();
    if std::env::var_os("LANEWAY_BLESS").is_some() {
        fs::write(&file, &schema).unwrap();
    }
    assert!(
        fs::read_to_string(file).unwrap_or_default() == schema,
        "run LANEWAY_BLESS=1 cargo test --test evidence"
    );
}
