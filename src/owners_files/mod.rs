//! Kubernetes OWNERS trees with their aliases: read and resolved, as Prow does both.
//!
//! An `OWNERS` file names approvers, reviewers and labels of all below its folder, beside those of the folders above;
//! `options.no_parent_owners` cuts these off. A file either states its lists at the top, or in `filters`, each for the
//! paths that its regular expression finds something in; where it does both, Prow passes over the filters. Aliases are
//! expanded once: an alias among the members of another is taken for a login, so aliases cannot form a circle.

mod filter;
mod read;
mod resolve;
#[cfg(test)]
mod tests;

pub use filter::Filter;
pub use read::{is_owners_file, read};
pub use resolve::Resolver;

use std::collections::{BTreeMap, BTreeSet};

use crate::path::RepoPath;
use crate::source::Place;

/// Who looks at a file, and how a change of it is labelled.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lists {
    /// Who may approve.
    pub approvers: BTreeSet<String>,
    /// Who is asked to review.
    pub reviewers: BTreeSet<String>,
    /// Who must be asked to review.
    pub required_reviewers: BTreeSet<String>,
    /// The labels.
    pub labels: BTreeSet<String>,
}

impl Lists {
    /// Adds what others say.
    pub fn add(&mut self, other: &Self) {
        self.approvers.extend(other.approvers.iter().cloned());
        self.reviewers.extend(other.reviewers.iter().cloned());
        self.required_reviewers.extend(other.required_reviewers.iter().cloned());
        self.labels.extend(other.labels.iter().cloned());
    }

    /// Returns everybody who looks, in whatever role.
    pub fn people(&self) -> BTreeSet<&str> {
        let all = self.approvers.iter().chain(&self.reviewers).chain(&self.required_reviewers);
        all.map(String::as_str).collect()
    }

    /// Says whether nobody and no label is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Part of an OWNERS file: lists, and which files below its folder they are for.
#[derive(Clone, Debug)]
pub struct Part {
    /// Which files; all of them, where there is none.
    pub filter: Option<Filter>,
    /// The lists, with aliases expanded and logins in lower case, without `@`.
    pub lists: Lists,
}

/// An OWNERS file.
#[derive(Clone, Debug)]
pub struct OwnersFile {
    /// The file.
    pub path: RepoPath,
    /// Says whether the folders above do not count.
    pub no_parent_owners: bool,
    /// What it says.
    pub parts: Vec<Part>,
    /// The one alias that all its approvers come from, where there is just one.
    pub alias: Option<String>,
}

/// Something that an OWNERS file says and that means nothing to Prow.
#[derive(Clone, Debug)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What, in one sentence.
    pub message: String,
}

/// All OWNERS files of a tree.
#[derive(Clone, Debug, Default)]
pub struct OwnersTree {
    /// By their folders, without a `/` at the end; nothing is the root.
    pub files: BTreeMap<Vec<u8>, OwnersFile>,
    /// How many aliases there are.
    pub aliases: usize,
    /// What means nothing to Prow.
    pub notes: Vec<Note>,
}
