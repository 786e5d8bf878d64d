//! How many records a minute processes write side by side, beside plain files: `cargo bench --bench store [-- FOLDER]`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints what it measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use jiff::Timestamp;
use laneway::digest::{CommitHash, Digest};
use laneway::dsse::SecretKey;
use laneway::evidence::{
    GateResult, Key, Origin, Outcome, Record, RunId, Seal, Shard, Statement, Subjects, Tool, key,
};
use laneway::id::GateId;
use laneway::store::{self, Folder};

/// How many records each process writes.
const RECORDS: u32 = 100;

/// What each process writes, and how.
const WAYS: [&str; 3] = ["write, fsync, rename, fsync of the folder", "a record", "a signed record"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|own| own != "--bench").collect();
    if let [child, way, number, records, root] = arguments.as_slice()
        && child == "writer"
    {
        return write(way, number, records.parse().unwrap_or(1), Path::new(root));
    }
    // Under `cargo test` the benchmark only proves that it still runs.
    let is_bench = std::env::args().any(|own| own == "--bench");
    let (records, counts): (u32, &[u32]) = if is_bench { (RECORDS, &[1, 8, 32]) } else { (2, &[2]) };
    let own = std::env::temp_dir().join(format!("laneway-bench-{}", std::process::id()));
    let root = arguments.first().map_or(own, PathBuf::from);
    for processes in counts {
        for way in WAYS {
            let folder = root.join(format!("{processes}-{}", way.replace([' ', ','], "-")));
            fs::create_dir_all(&folder).expect("the folder can be made");
            let start = Instant::now();
            let children: Vec<_> = (0..*processes)
                .map(|number| {
                    Command::new(std::env::current_exe().expect("it runs"))
                        .args(["writer", way, &number.to_string(), &records.to_string()])
                        .arg(&folder)
                        .spawn()
                        .expect("it starts")
                })
                .collect();
            for mut child in children {
                assert!(child.wait().is_ok_and(|status| status.success()));
            }
            let wall = start.elapsed();
            let a_minute = f64::from(processes * records) / wall.as_secs_f64() * 60.0;
            println!("{processes:>2} processes x {records}, {way}: {wall:.2?}, {a_minute:.0} a minute");
        }
    }
    if is_bench {
        prior(&root, 100_000);
    }
    fs::remove_dir_all(&root).expect("what was written can be taken away");
}

/// Writes as one process of many.
fn write(way: &str, number: &str, records: u32, root: &Path) {
    let signer = way.contains("signed").then(|| SecretKey::from_seed(&[1; 32]));
    let folder = Folder::new(root.to_path_buf());
    for index in 0..records {
        let record = record(number, index);
        if way.starts_with("write") {
            let bytes = Statement::Record(Box::new(record)).to_bytes();
            plain(root, &format!("{number}-{index}"), &bytes).expect("it can be written");
        } else {
            store::save_record(&folder, &record, signer.as_ref()).expect("it can be saved");
        }
    }
}

/// What anybody would do who keeps one file for each record.
fn plain(root: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let beside = root.join(format!("{name}.tmp"));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, root.join(name))?;
    File::open(root)?.sync_all()
}

/// A pass of one of 300 gates on one commit.
fn record(run: &str, index: u32) -> Record {
    let time = Timestamp::UNIX_EPOCH;
    Record {
        subjects: Subjects {
            commit: CommitHash::parse(&"1f".repeat(20)).expect("it is one"),
            artifacts: BTreeMap::new(),
        },
        gate: GateId::new(format!("gate-{:03}", index % 300)),
        plan: Digest::of(b"plan"),
        profile: None,
        environment: None,
        result: GateResult::Pass,
        origin: Origin::Executed,
        owner: "@platform".to_owned(),
        evidence_types: BTreeSet::new(),
        artifacts: Vec::new(),
        command: Some("go test ./...".to_owned()),
        missing_reason: None,
        run: RunId::parse(run).expect("it is one"),
        attempt: index / 300 + 1,
        shard: Shard::WHOLE,
        started: time,
        finished: time,
        valid_until: None,
        tool: Tool { name: "bench".to_owned(), version: None },
        failure: None,
        drift: None,
    }
}

/// Looks up prior evidence and loads a plan, in a store of so many records of other commits.
fn prior(root: &Path, records: u32) {
    let folder = root.join("large");
    let put = |at: &Key, bytes: &[u8]| {
        let path = folder.join(at.as_str());
        fs::create_dir_all(path.parent().expect("it has one")).and_then(|()| fs::write(path, bytes))
    };
    for index in 0..records {
        let mut record = record("1", index % 300);
        record.subjects.commit = CommitHash::parse(&format!("{:040x}", index / 300 + 1)).expect("it is one");
        let bytes = Statement::Record(Box::new(record.clone())).to_bytes();
        let digest = Digest::of(&bytes);
        let subject = key::Subject::Commit(record.subjects.commit.clone());
        let at = key::run(&subject, record.plan, &record.gate, (&record.run, record.attempt, record.shard));
        put(&key::record(digest), &bytes).expect("it can be written");
        put(&at, format!("{{\"record\":\"{digest}\"}}\n").as_bytes()).expect("it can be written");
    }
    let store = store::Counting::new(Folder::new(folder));
    let commit = CommitHash::parse(&format!("{:040x}", 7)).expect("it is one");
    let signer = SecretKey::from_seed(&[1; 32]);
    let keys = [signer.public()];
    let seal = Seal {
        commit: commit.clone(),
        plan: Digest::of(b"plan"),
        route: None,
        epoch: 0,
        outcome: Outcome::Clean,
        profile: None,
        environment: None,
        release_manifest: None,
        change_class: None,
        validated_against: None,
        gates: BTreeMap::new(),
        rollback: None,
        run: RunId::parse("1").expect("it is one"),
        decided: Timestamp::UNIX_EPOCH,
        key_hint: Some(keys[0].id()),
    };
    store::save_seal(&store, &seal, Some(&signer)).expect("it can be saved");
    store.take();
    for round in 0..2 {
        let start = Instant::now();
        let loaded = store::load(&store, &key::Subject::Commit(commit.clone()), Digest::of(b"plan"), &keys);
        let loaded = loaded.expect("it can be read").records.len();
        println!(
            "{loaded} records of {records} loaded, round {round}: {:.1?}, {:?}",
            start.elapsed(),
            store.take()
        );
        let start = Instant::now();
        let found = store::prior(&store, &commit, Digest::of(b"plan"), &keys).expect("it can be read");
        println!("prior evidence ({}): {:.0?}, {:?}", found.is_some(), start.elapsed(), store.take());
    }
    let start = Instant::now();
    let archive = store::archive(&store, &keys).expect("it can be read");
    println!("archive of {}: {:.1?}", archive.records.len(), start.elapsed());
    let start = Instant::now();
    let audit = store::audit(&store, &keys).expect("it can be read");
    println!(
        "audit of {} objects, {} findings: {:.1?}",
        audit.objects,
        audit.findings.len(),
        start.elapsed()
    );
}
