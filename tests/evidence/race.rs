//! Many writers at once, some of them killed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use laneway::digest::Digest;
use laneway::dsse::SecretKey;
use laneway::evidence::{Outcome, RunId, key};
use laneway::store::{self, Folder, Put, Store};

use super::store::{commit, plan, record, seal};

const WRITERS: u32 = 400;
const RECORDS: u8 = 20;
const AT_ONCE: usize = 32;

/// The variable that makes a writer of this binary: a folder and a number.
const WRITER: &str = "LANEWAY_TEST_WRITER";

/// A writer, where this binary was started as one: a record for each of 20 commits, and a seal for each, of which there is
/// one for all writers. What the store acknowledged is a line of the writer's own file.
#[test]
fn writer() {
    let Some(told) = std::env::var(WRITER).ok() else { return };
    let (root, number) = told.rsplit_once(' ').unwrap();
    let number: u32 = number.parse().unwrap();
    let folder = Folder::new(Path::new(root).join("evidence"));
    let mut said = OpenOptions::new().create(true).append(true).open(said(Path::new(root), number)).unwrap();
    let mut say = |line: String| said.write_all((line + "\n").as_bytes()).unwrap();
    let signer = number.is_multiple_of(10).then(|| SecretKey::from_seed(&[1; 32]));
    let hint = signer.as_ref().map(|key| key.public().id());
    let run = RunId::parse(&format!("run-{number}")).unwrap();
    for at in 0..RECORDS {
        let mut record = record(&format!("gate-{}", number % 7));
        record.subjects.commit = commit(at + 1);
        record.run = run.clone();
        if number.is_multiple_of(3) {
            record.subjects.artifacts =
                BTreeMap::from([("image".to_owned(), Digest::of(format!("{number} {at}").as_bytes()))]);
        }
        let digest = store::save_record(&folder, &record, signer.as_ref()).unwrap();
        say(format!("record {digest}"));
        let mut seal = seal(0, Outcome::Clean, &[(record.gate.as_str(), digest)]);
        seal.commit = commit(at + 1);
        seal.run = run.clone();
        seal.key_hint = hint;
        match store::save_seal(&folder, &seal, signer.as_ref()).unwrap() {
            Put::Created => say(format!("won {at} {number}")),
            Put::Exists => say(format!("lost {at} {number}")),
        }
    }
    say("done".to_owned());
}

fn said(root: &Path, number: u32) -> PathBuf {
    root.join(format!("said-{number}"))
}

/// Numbers that look drawn, and are the same again for the same seed.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

/// Runs the writers, so many at once, and kills every other one at some moment of its life. Returns how many died of it.
fn run_all(root: &Path) -> u32 {
    let own = std::env::current_exe().unwrap();
    let start = |number: u32| {
        Command::new(&own)
            .args(["race::writer", "--exact", "--nocapture"])
            .env(WRITER, format!("{} {number}", root.display()))
            .stdout(Stdio::null())
            .stderr(File::create(root.join(format!("errors-{number}"))).unwrap())
            .spawn()
            .unwrap()
    };
    let mut drawn = Drawn(0x9e37_79b9_7f4a_7c15);
    let mut life = Duration::from_millis(40);
    let mut killed = 0;
    let mut running: Vec<(u32, Child, Instant, Option<Duration>)> = Vec::new();
    let mut next = 0;
    while next < WRITERS || !running.is_empty() {
        while next < WRITERS && running.len() < AT_ONCE {
            // The last ones live, so that every seal is there in the end.
            let dies = (next % 2 == 1 && next < WRITERS - 8)
                .then(|| life.mul_f64(drawn.below(1000) as f64 / 1000.0));
            running.push((next, start(next), Instant::now(), dies));
            next += 1;
        }
        running.retain_mut(|(number, child, since, dies)| {
            if let Some(status) = child.try_wait().unwrap() {
                let is_killed = status.code().is_none();
                killed += u32::from(is_killed);
                if !is_killed {
                    let errors = fs::read_to_string(root.join(format!("errors-{number}"))).unwrap();
                    assert!(status.success(), "writer {number}: {errors}");
                    life = (life * 7 + since.elapsed()) / 8;
                }
                return false;
            }
            if dies.is_some_and(|dies| since.elapsed() >= dies) {
                let _ = child.kill();
                *dies = None;
            }
            true
        });
        std::thread::sleep(Duration::from_millis(1));
    }
    killed
}

#[test]
fn nothing_that_was_acknowledged_is_lost() {
    // What is raced for are names: a file system in memory does, and spares the disk 40,000 flushes.
    let memory = Path::new("/dev/shm");
    let guard = if memory.is_dir() {
        tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())
    } else {
        tempfile::tempdir()
    };
    let guard = guard.unwrap();
    let root = guard.path();
    let killed = run_all(root);
    let folder = Folder::new(root.join("evidence"));
    let keys = [SecretKey::from_seed(&[1; 32]).public()];

    let archive = store::archive(&folder, &keys).unwrap();
    assert!(archive.broken.is_empty(), "torn: {:?}", archive.broken);
    let there: BTreeSet<Digest> = archive.records.iter().map(|held| held.digest).collect();
    let mut done = 0;
    let mut acknowledged = 0;
    let mut won: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for number in 0..WRITERS {
        let lines = fs::read_to_string(said(root, number)).unwrap_or_default();
        for line in lines.lines() {
            let parts: Vec<&str> = line.split(' ').collect();
            match parts.as_slice() {
                ["record", digest] => {
                    let digest = Digest::parse(digest).unwrap();
                    assert!(there.contains(&digest), "writer {number} lost {digest}");
                    let bytes = folder.get(&key::record(digest)).unwrap().unwrap();
                    assert_eq!(Digest::of(&bytes), digest);
                    acknowledged += 1;
                }
                ["won", at, number] => {
                    won.entry(at.parse().unwrap()).or_default().push(format!("run-{number}"))
                }
                ["lost", at, _] => {
                    assert!(
                        folder.head(&key::seal(&commit(at.parse::<u8>().unwrap() + 1), plan(), 0)).unwrap()
                    );
                }
                ["done"] => done += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    // Without many of each the test would prove nothing.
    assert!(killed >= WRITERS / 20 && done >= WRITERS / 4, "{killed} killed, {done} done");
    assert!(acknowledged > 4000, "{acknowledged}");

    assert_eq!(archive.seals.len(), usize::from(RECORDS), "one winner for each seal");
    for at in 0..RECORDS {
        let stands: Vec<_> =
            archive.seals.iter().filter(|held| held.content.commit == commit(at + 1)).collect();
        assert_eq!(stands.len(), 1);
        // A winner that was killed had no time to say so.
        let said = won.remove(&at).unwrap_or_default();
        assert!(said.len() <= 1, "two won: {said:?}");
        if let [winner] = said.as_slice() {
            assert_eq!(stands[0].content.run.as_str(), winner);
        }
        assert_eq!(
            stands[0].content.key_hint.is_some(),
            !stands[0].signers.is_empty(),
            "signed before it is seen"
        );
    }

    let audit = store::audit(&folder, &keys).unwrap();
    assert_eq!(audit.findings, []);
    let left = fs::read_dir(folder.root().join("tmp")).unwrap().count();
    assert!(audit.notes.len() >= left, "temporaries are notes");
}
