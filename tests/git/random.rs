//! Random histories: merge bases and differences are git's.

use std::collections::{BTreeMap, BTreeSet};

use laneway::change::{Confidence, Side};

use crate::support::{Repo, letters, run};

/// A generator that gives the same histories on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // A linear congruential generator is random enough to vary histories.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Writes a history as a fast-import stream: commits with up to three parents, some at the same second and some with
/// clocks that run backwards, which change, add, delete, and re-type files in a small tree.
fn history(dice: &mut Dice, commits: usize, backwards: bool) -> Vec<u8> {
    let mut stream = Vec::new();
    for mark in 1..=commits {
        let drift = if backwards { dice.roll(6) } else { 0 };
        let time = 1_700_000_000 + mark / 3 * 2 + 10 - drift;
        stream.extend(format!("commit refs/heads/b{mark}\nmark :{mark}\n").bytes());
        stream
            .extend(format!("committer Ada <ada@example.org> {time} +0000\ndata 1\n{}\n", mark % 10).bytes());
        if mark > 1 && dice.roll(30) > 0 {
            let mut parents = vec![mark - 1 - dice.roll(4.min(mark - 1))];
            for _ in 0..[0, 0, 1, 1, 2][dice.roll(5)] {
                let parent = mark - 1 - dice.roll(6.min(mark - 1));
                if !parents.contains(&parent) {
                    parents.push(parent);
                }
            }
            for (at, parent) in parents.iter().enumerate() {
                stream.extend(format!("{} :{parent}\n", if at == 0 { "from" } else { "merge" }).bytes());
            }
        }
        for _ in 0..=dice.roll(4) {
            let names = ["a", "a/b", "a.c", "a-b", "d/e", "d/e/f", "d/g", "\"q\\n\\351\"", "z z", "d.x/y"];
            let name = names[dice.roll(names.len())];
            match dice.roll(8) {
                0 | 1 => stream.extend(format!("D {name}\n").bytes()),
                2 => stream.extend(format!("M 120000 inline {name}\ndata 1\n{}\n", dice.roll(3)).bytes()),
                3 => stream.extend(format!("M 100755 inline {name}\ndata 1\n{}\n", dice.roll(3)).bytes()),
                4 => stream.extend(format!("M 160000 {:040x} {name}\n", 1 + dice.roll(3)).bytes()),
                _ => stream.extend(format!("M 100644 inline {name}\ndata 1\n{}\n", dice.roll(3)).bytes()),
            }
        }
        stream.push(b'\n');
    }
    stream
}

#[test]
fn merge_bases_and_differences_are_git_s() {
    let mut dice = Dice(20_261_121);
    for round in 0..36 {
        let repo = Repo::new();
        let stream = repo.beside("stream");
        std::fs::write(&stream, history(&mut dice, 24, round % 2 == 1)).unwrap();
        import(&repo, &stream);
        if round % 3 == 0 {
            run(&repo.path, &["commit-graph", "write", "--reachable"], 0);
        }
        let mut trees = Trees::new();
        for _ in 0..12 {
            let (base, head) = (1 + dice.roll(24), 1 + dice.roll(24));
            let (base, head) = (format!("b{base}"), format!("b{head}"));
            let context = format!("round {round}, {base}...{head}");
            let bases = common(&repo, &base, &head);
            let resolved = repo.between(&base, &head);
            let found = resolved.change.provenance.merge_base.clone();
            assert_eq!(found.as_ref(), bases.first(), "{context}: git has {bases:?}");
            if bases.is_empty() {
                assert!(resolved.change.provenance.missing.is_some());
                continue;
            }
            assert_eq!(letters(&resolved), repo.diff(&[&format!("{base}...{head}")]), "{context}");
            let likely = resolved.change.provenance.confidence == Confidence::Likely;
            assert_eq!(likely, bases.len() > 1, "{context}");
            let at_merge_base = files(&mut trees, &repo, &bases[0]);
            let at_base_tip = files(&mut trees, &repo, &base);
            for file in &resolved.change.files {
                let has = |files: &BTreeSet<Vec<u8>>| files.contains(file.path.as_bytes());
                assert_eq!(file.present.has(Side::MergeBase), has(&at_merge_base), "{context} {file:?}");
                assert_eq!(file.present.has(Side::BaseTip), has(&at_base_tip), "{context} {file:?}");
            }
            let mut all = files(&mut trees, &repo, &head);
            all.retain(|path| at_merge_base.contains(path) && at_base_tip.contains(path));
            let tracked = repo.open().tracked(&resolved).unwrap();
            assert!(
                tracked.iter().map(|path| path.as_bytes()).eq(all.iter().map(Vec::as_slice)),
                "{context}"
            );
        }
    }
}

fn import(repo: &Repo, stream: &std::path::Path) {
    let input = std::fs::File::open(stream).unwrap();
    let status = std::process::Command::new("git")
        .current_dir(&repo.path)
        .args(["fast-import", "--quiet", "--date-format=raw"])
        .stdin(input)
        .status()
        .unwrap();
    assert!(status.success());
}

fn common(repo: &Repo, one: &str, two: &str) -> Vec<String> {
    let output = std::process::Command::new("git")
        .current_dir(&repo.path)
        .args(["merge-base", "--all", one, two])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

type Trees = BTreeMap<String, BTreeSet<Vec<u8>>>;

/// Returns every file, link and submodule of a tree.
fn files(trees: &mut Trees, repo: &Repo, revision: &str) -> BTreeSet<Vec<u8>> {
    let list = || {
        let output = repo.git_bytes(&["ls-tree", "-r", "-z", "--name-only", revision]);
        output.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect()
    };
    trees.entry(revision.to_owned()).or_insert_with(list).clone()
}
