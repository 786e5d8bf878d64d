//! Who wrote a change, and who wrote what it touches.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::{Range, RangeInclusive};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::diff::blob::{Algorithm, Diff, InternedInput, sources::byte_lines};
use rayon::prelude::*;

use crate::change::{Side, Status};
use crate::git::repository::{CommitId, HeadState, Repository, Resolved, says};
use crate::path::RepoPath;

/// How many commits of a change are read for their authors.
const MOST_COMMITS: usize = 1_000;

/// How many bytes a file may have whose lines are looked at.
const MOST_BYTES: usize = 1 << 20;

/// How many bytes of commits and trees each thread keeps: blame asks for most of them again for the next file.
const KEPT_BYTES: usize = 64 << 20;

/// How far blame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many files are looked at, the first by path.
    pub files: usize,
    /// How many lines of them.
    pub lines: usize,
    /// How much older than the head a commit may be, in seconds.
    pub age: i64,
    /// How many commits are gone through where lines cannot say who wrote them.
    pub commits: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { files: 50, lines: 2_000, age: 2 * 365 * 24 * 60 * 60, commits: 2_000 }
    }
}

/// Who wrote what a change touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorship {
    /// Lines, or commits where lines cannot say it, by the address in the commits, in lower case.
    pub wrote: BTreeMap<String, u64>,
    /// How many files were looked at.
    pub files: usize,
    /// How many lines.
    pub lines: usize,
    /// How many files the bounds leave out.
    pub left_out: usize,
    /// What could not be read, with the cause; it counts for nobody.
    pub unread: Vec<(RepoPath, String)>,
}

/// The touched lines of a file, counted from 0.
struct Touched {
    path: RepoPath,
    ranges: Vec<Range<u32>>,
}

impl Repository {
    /// Returns the addresses, in lower case, of those who wrote a change: authors and co-authors of its commits, which
    /// are those of the head that the base does not have. A merge is nobody's writing. Of a working tree and an index
    /// it is also whoever would commit them.
    pub fn authors(&self, resolved: &Resolved) -> Result<BTreeSet<String>, String> {
        let mut authors = BTreeSet::new();
        if !matches!(resolved.head, HeadState::Commit(_))
            && let Some(Ok(own)) = self.git.author()
        {
            authors.insert(address(own.email));
        }
        let (Some(head), Some(base)) = (resolved.head.commit(), resolved.merge_base) else {
            return Ok(authors);
        };
        let hidden = [Some(base), resolved.base_tip].into_iter().flatten().map(|commit| commit.0);
        // A base tip that has the head in it would hide the change itself.
        let hidden: Vec<ObjectId> = hidden.filter(|commit| *commit != head.0).collect();
        let walk = self.git.rev_walk([head.0]).with_hidden(hidden).all().map_err(|error| says(&error))?;
        for commit in walk.take(MOST_COMMITS) {
            let commit = commit.map_err(|error| says(&error))?.id;
            let commit = self.git.find_commit(commit).map_err(|error| says(&error))?;
            let commit = commit.decode().map_err(|error| says(&error))?;
            if commit.parents().count() > 1 {
                continue;
            }
            let author = commit.author().map_err(|error| says(&error))?;
            authors.insert(address(author.email));
            authors.extend(co_authors(commit.message));
        }
        authors.remove("");
        Ok(authors)
    }

    /// Returns who wrote the lines that a change removes or replaces, as the merge base has them, or that stand beside
    /// what it adds.
    ///
    /// Lines older than the bounds count for nobody. Where blame cannot say it, as in a shallow clone, the recent
    /// commits to the file do.
    pub fn authorship(&self, resolved: &Resolved, bounds: Bounds) -> Authorship {
        let mut found = Authorship::default();
        let Some(base) = resolved.merge_base else { return found };
        let paths: Vec<RepoPath> = resolved
            .change
            .files
            .iter()
            .filter(|file| file.status != Status::Added && file.present.has(Side::MergeBase))
            .map(|file| file.path.clone())
            .collect();
        found.left_out = paths.len().saturating_sub(bounds.files);
        let paths = &paths[..paths.len().min(bounds.files)];
        let (before, unread) = self.contents_of(HeadState::Commit(base), paths);
        found.unread.extend(unread);
        let (after, unread) = self.contents_of(resolved.head, paths);
        found.unread.extend(unread);
        let mut touched = Vec::new();
        for (path, before) in &before {
            let empty: &[u8] = &[];
            let ranges = touched_lines(before, after.get(path).map_or(empty, |after| after));
            let mut kept = Vec::new();
            for mut range in ranges {
                let room = u32::try_from(bounds.lines - found.lines).unwrap_or(u32::MAX);
                range.end = range.end.min(range.start.saturating_add(room));
                found.lines += range.len();
                kept.extend((!range.is_empty()).then_some(range));
            }
            if kept.is_empty() {
                continue;
            }
            touched.push(Touched { path: path.clone(), ranges: kept });
        }
        found.files = touched.len();
        let since = self.seconds(resolved.head.commit().unwrap_or(base)).unwrap_or_default() - bounds.age;
        let shared = self.git.clone().into_sync();
        let each: Vec<Result<BTreeMap<String, u64>, String>> = touched
            .par_iter()
            .map_init(
                || {
                    let mut git = shared.to_thread_local();
                    git.object_cache_size(KEPT_BYTES);
                    Self::of(git)
                },
                |reader, file| {
                    let blamed = reader.blame(file, base, since);
                    blamed.or_else(|why| reader.commits_to(&file.path, base, since, bounds.commits, why))
                },
            )
            .collect();
        for (file, wrote) in touched.into_iter().zip(each) {
            match wrote {
                Ok(wrote) => {
                    for (author, lines) in wrote {
                        *found.wrote.entry(author).or_default() += lines;
                    }
                }
                Err(why) => found.unread.push((file.path, why)),
            }
        }
        found
    }

    /// Counts the lines of a file by the address of their author.
    fn blame(&self, file: &Touched, base: CommitId, since: i64) -> Result<BTreeMap<String, u64>, String> {
        let ranges: Vec<RangeInclusive<u32>> =
            file.ranges.iter().map(|range| range.start + 1..=range.end).collect();
        let options = gix::repository::blame_file::Options {
            diff_algorithm: Some(Algorithm::Histogram),
            ranges: gix::blame::BlameRanges::from_one_based_inclusive_ranges(ranges)
                .map_err(|error| says(&error))?,
            since: Some(gix::date::Time::new(since, 0)),
            rewrites: None,
        };
        let outcome = self
            .git
            .blame_file(file.path.as_bytes().as_bstr(), base.0, options)
            .map_err(|error| says(&error))?;
        let mut wrote = BTreeMap::new();
        for entry in outcome.entries {
            let (author, seconds) = self.author_of(entry.commit_id)?;
            // What is older than the bound is laid at the door of the first commit beyond it.
            if seconds >= since {
                *wrote.entry(author).or_default() += u64::from(entry.len.get());
            }
        }
        Ok(wrote)
    }

    /// Counts the commits to a file by the address of their author, along the first parents of the base; `why` is what
    /// is said where there are none.
    fn commits_to(
        &self,
        path: &RepoPath,
        base: CommitId,
        since: i64,
        most: usize,
        why: String,
    ) -> Result<BTreeMap<String, u64>, String> {
        let mut wrote = BTreeMap::new();
        let mut open = VecDeque::from([base.0]);
        for _ in 0..most {
            let Some(id) = open.pop_front() else { break };
            let Ok((author, seconds)) = self.author_of(id) else { break };
            if seconds < since {
                break;
            }
            let Ok(commit) = self.git.find_commit(id) else { break };
            let Some(parent) = commit.parent_ids().next().map(gix::Id::detach) else { break };
            let (Ok(own), Ok(before)) = (self.held(id, path), self.held(parent, path)) else { break };
            if own != before {
                *wrote.entry(author).or_default() += 1;
            }
            open.push_back(parent);
        }
        if wrote.is_empty() { Err(why) } else { Ok(wrote) }
    }

    fn held(&self, commit: ObjectId, path: &RepoPath) -> Result<Option<ObjectId>, String> {
        let tree = self.git.find_tree(self.tree_of(CommitId(commit))?).map_err(|error| says(&error))?;
        let entry = tree.lookup_entry(path.components()).map_err(|error| says(&error))?;
        Ok(entry.map(|entry| entry.object_id()))
    }

    /// Returns the address of a commit's author, and when it was committed.
    fn author_of(&self, commit: ObjectId) -> Result<(String, i64), String> {
        let commit = self.git.find_commit(commit).map_err(|error| says(&error))?;
        let commit = commit.decode().map_err(|error| says(&error))?;
        let author = commit.author().map_err(|error| says(&error))?;
        Ok((address(author.email), commit.committer().map_or(0, |who| who.seconds())))
    }

    fn seconds(&self, commit: CommitId) -> Option<i64> {
        self.author_of(commit.0).ok().map(|(_, seconds)| seconds)
    }
}

/// Returns the lines of `before` that `after` does not keep, and the neighbours of what it inserts.
fn touched_lines(before: &[u8], after: &[u8]) -> Vec<Range<u32>> {
    let is_binary = |bytes: &[u8]| bytes[..bytes.len().min(8_000)].contains(&0);
    if before.len().max(after.len()) > MOST_BYTES || is_binary(before) || is_binary(after) {
        return Vec::new();
    }
    let input = InternedInput::new(byte_lines(before), byte_lines(after));
    let lines = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for hunk in diff.hunks() {
        let range = match hunk.before.is_empty() {
            true => hunk.before.start.saturating_sub(1)..(hunk.before.start + 1).min(lines),
            false => hunk.before,
        };
        match ranges.last_mut() {
            // What was inserted right behind a line that another hunk touches.
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => ranges.push(range),
        }
    }
    ranges
}

/// Returns the addresses of the `Co-authored-by:` lines of a message.
fn co_authors(message: &gix::bstr::BStr) -> BTreeSet<String> {
    const KEY: &[u8] = b"co-authored-by:";
    let lines = message
        .lines()
        .filter(|line| line.get(..KEY.len()).is_some_and(|start| start.eq_ignore_ascii_case(KEY)));
    let inside = |line: &[u8]| {
        let start = line.iter().rposition(|byte| *byte == b'<')?;
        let end = start + line[start..].iter().position(|byte| *byte == b'>')?;
        Some(address(line[start + 1..end].as_bstr()))
    };
    lines.filter_map(inside).collect()
}

fn address(email: &gix::bstr::BStr) -> String {
    email.to_str_lossy().trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_touches_its_neighbours() {
        let touched = |old: &str, new: &str| {
            let lines = touched_lines(old.as_bytes(), new.as_bytes());
            lines.into_iter().map(|range| (range.start, range.end)).collect::<Vec<_>>()
        };
        assert_eq!(touched("a\nb\nc\n", "a\nx\nb\nc\n"), [(0, 2)]);
        assert_eq!(touched("a\nb\nc\n", "x\na\nb\nc\n"), [(0, 1)]);
        assert_eq!(touched("a\nb\nc\n", "a\nb\nc\nx\n"), [(2, 3)]);
        assert_eq!(touched("a\nb\nc\nd\n", "a\nB\nc\n"), [(1, 2), (3, 4)]);
        assert_eq!(touched("a\nb\n", ""), [(0, 2)]);
        assert!(touched("", "a\n").iter().all(|(start, end)| start == end));
        assert!(touched("a\0b", "c").is_empty());
    }

    #[test]
    fn co_authors_are_read_in_any_case() {
        let message = "Subject\n\nCo-Authored-By: Ada <Ada@Example.com>\nco-authored-by: B <b@example.com> \n\
            co-authored-by: nobody\nSigned-off-by: C <c@example.com>\n";
        let all = co_authors(message.into());
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["ada@example.com", "b@example.com"]);
    }
}
