//! What is to be compared, before git was asked.

use crate::change::{Confidence, MissingBase};

/// The flags that name a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--base REV`.
    pub base: Option<String>,
    /// `--head REV`.
    pub head: Option<String>,
    /// `--exact`: compare the two as they are, not against the merge base.
    pub exact: bool,
    /// `--staged`: the index against `HEAD`.
    pub staged: bool,
}

/// What to compare, and what to answer where nothing can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseRequest {
    /// How the base was looked for, where none is found.
    pub method: &'static str,
    /// What is asked about, whether or not a base is found.
    pub head: Head,
    /// What it is compared with.
    pub base: BaseChoice,
}

/// What a head is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseChoice {
    /// The first of these that the clone can answer. Never empty.
    AnyOf(Vec<Comparison>),
    /// Nothing: it is known beforehand that there is no base.
    Missing(MissingBase),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How the base is found: a stable word of the output.
    pub method: &'static str,
    /// The base's tip.
    pub base: Revision,
    /// The newest commit of the base branch, where that is not `base` and the clone may have it: its policy counts too.
    pub tip: Option<Revision>,
    /// What is compared with it.
    pub head: Head,
    /// From which commit on changes count.
    pub reach: Reach,
    /// How sure it is that this base is the one meant.
    pub confidence: Confidence,
    /// Says whether the base was guessed in a CI. Then a head that the base already contains means that the guess
    /// tells nothing: it is a push to the base branch itself, and what it brought is not known.
    pub guess: bool,
}

/// From which commit on changes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The merge base of base and head.
    MergeBase,
    /// The base itself.
    Exact,
}

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A commit.
    Commit(Revision),
    /// The index.
    Index,
    /// The working tree, untracked files included.
    WorkingTree,
}

/// A way to name a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// Git's own language: `origin/main`, `HEAD~3`, `v1.2`.
    Spec {
        /// The text.
        text: String,
        /// Who wrote it, which decides what happens where it names nothing.
        named: Named,
    },
    /// A full object id that a CI names.
    Commit(String),
    /// A branch of the remote, by its short name.
    Branch(String),
    /// The remote's default branch.
    DefaultBranch,
    /// What is checked out.
    CheckedOut,
    /// The first parent of `merge`, if that is a merge whose second parent is `source`: the merge that a CI makes to
    /// test a pull request.
    FirstParent {
        /// The merge commit.
        merge: String,
        /// The pull request's own head.
        source: String,
    },
}

/// Who wrote a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A flag: one that names nothing is a usage error.
    Flag(&'static str),
    /// `base` of `laneway.yaml`: one that names nothing is a base that is not in the clone.
    Config,
}
