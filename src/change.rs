//! What changed, between which commits, and how that was found.

use crate::path::RepoPath;

/// What happened to a path. A rename is a deletion and an addition; a change of mode or type, and a submodule that
/// moved, are modifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The head has the path, the base has not.
    Added,
    /// Both have it, with other content, mode or type.
    Modified,
    /// The base has the path, the head has not.
    Deleted,
}

impl Status {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
        }
    }

    /// Returns git's letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Added => 'A',
            Self::Modified => 'M',
            Self::Deleted => 'D',
        }
    }
}

/// One of the commits whose policy counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Where head and base parted.
    MergeBase,
    /// The newest commit of the base branch.
    BaseTip,
    /// The commit, index or working tree that is asked about.
    Head,
}

impl Side {
    /// Every side, in order.
    pub const ALL: [Self; 3] = [Self::MergeBase, Self::BaseTip, Self::Head];

    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MergeBase => "merge_base",
            Self::BaseTip => "base_tip",
            Self::Head => "head",
        }
    }
}

/// A set of [`Side`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sides(u8);

impl Sides {
    /// No side.
    pub const NONE: Self = Self(0);
    /// Every side.
    pub const ALL: Self = Self(0b111);

    /// Returns the set with `side` in it.
    #[must_use]
    pub const fn with(self, side: Side) -> Self {
        Self(self.0 | 1 << side as u8)
    }

    /// Returns the set without `side`.
    #[must_use]
    pub const fn without(self, side: Side) -> Self {
        Self(self.0 & !(1 << side as u8))
    }

    /// Says whether `side` is in the set.
    pub const fn has(self, side: Side) -> bool {
        self.0 & (1 << side as u8) != 0
    }

    /// Says whether the two sets share a side.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Says whether no side is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the sides of the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Side> {
        Side::ALL.into_iter().filter(move |side| self.has(*side))
    }
}

/// One path that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// The path.
    pub path: RepoPath,
    /// What happened to it.
    pub status: Status,
    /// The path that it had before, where a file list says so. Routing does not read it: the old path is a file of
    /// the change as well.
    pub previous_path: Option<RepoPath>,
    /// The commits that have the path: only their policies are asked about it.
    pub present: Sides,
}

/// How sure it is that the base is the one meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The base was named, or the CI's event names it.
    Certain,
    /// The base was guessed: the remote's default branch, one of several merge bases.
    Likely,
    /// There is no base.
    None,
}

impl Confidence {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::None => "none",
        }
    }
}

/// Where a change was read from, and how its base was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// `commits`, `working_tree`, `index` or `files`.
    pub source: ChangeSource,
    /// The base commit in full hex, where there is one.
    pub base: Option<String>,
    /// The head commit in full hex; nothing for a file list without a repository, and on an unborn branch.
    pub head: Option<String>,
    /// The commit that the head was compared with: the merge base, or the base itself with `--exact`.
    pub merge_base: Option<String>,
    /// How the base was found: a stable word such as `flag` or `github_pull_request`.
    pub base_method: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why there is no base: the route is broad, with this cause.
    pub missing: Option<MissingBase>,
}

/// Where a change was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeSource {
    /// Two commits.
    Commits,
    /// The working tree against a commit, untracked files included.
    WorkingTree,
    /// The index against a commit.
    Index,
    /// A list of paths.
    Files,
}

impl ChangeSource {
    /// Returns the word of the JSON document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commits => "commits",
            Self::WorkingTree => "working_tree",
            Self::Index => "index",
            Self::Files => "files",
        }
    }
}

/// Why no base could be had. Each is a cause of the broad route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingBase {
    /// The CI's event has an all-zero commit: the first push of a branch.
    ZeroCommit,
    /// The commit is not in this clone, as after a force push or in a shallow clone.
    NotInClone {
        /// What was looked for.
        revision: String,
    },
    /// The two commits have no common ancestor.
    Unrelated,
    /// The history was cut before a common ancestor.
    Shallow,
    /// The event has no base by its nature: a tag, a schedule, a manual run.
    Event {
        /// The event's name: `tag`, `schedule`.
        event: String,
    },
    /// The branch has no commit yet.
    Unborn,
    /// No flag, no CI and no default branch names one.
    Unknown,
    /// It could not be read: a broken object, a missing blob of a partial clone.
    Unreadable {
        /// What git said.
        why: String,
    },
}

/// A change: what it consists of and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it was read from, and how its base was found.
    pub provenance: Provenance,
    /// The files, sorted by path, each path once.
    pub files: Vec<ChangedFile>,
}

impl Change {
    /// Takes the files in any order. A path that is listed twice keeps the union of what was said of it, and is
    /// modified where the two differ.
    pub fn new(provenance: Provenance, files: impl IntoIterator<Item = ChangedFile>) -> Self {
        let mut files: Vec<ChangedFile> = files.into_iter().collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files.dedup_by(|later, earlier| {
            if later.path != earlier.path {
                return false;
            }
            if later.status != earlier.status {
                earlier.status = Status::Modified;
            }
            earlier.present = Sides(earlier.present.0 | later.present.0);
            earlier.previous_path = earlier.previous_path.take().or_else(|| later.previous_path.take());
            true
        });
        Self { provenance, files }
    }

    /// Says whether it is known that nothing changed. A change without a base is not empty: it is not known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.provenance.missing.is_none()
    }
}
