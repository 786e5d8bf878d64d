//! Ownership that already exists, as maps and lanes.
//!
//! One file a source, each a pure function from what was read to [`Imported`]: the files that would be written. Three
//! rooms are shared by all sources: [`names`] makes the ids of domains, [`table`] writes tables that the ownership
//! reader reads back as they were meant, [`lane`] writes the lanes. Nothing is written before the files have been
//! parsed again as the policy that they will be.

pub mod codeowners;
pub mod edges;
pub mod lane;
#[cfg(test)]
mod laws;
pub mod names;
pub mod owners_files;
pub mod packages;
pub mod table;
mod translate;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::path::RepoPath;
use crate::policy::{Policy, PolicyFiles};

/// The domain of files that nobody has claimed yet. It has a lane and a row `**`, so nothing is unmapped.
pub const UNCLAIMED: &str = "unclaimed";

/// Files of a policy, made from what another tool says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The ownership maps.
    pub maps: BTreeMap<RepoPath, String>,
    /// The lanes.
    pub lanes: BTreeMap<RepoPath, String>,
    /// What was read, written and left out, in the order in which it is told.
    pub report: Vec<Line>,
}

/// One line of the report of an import: a number of things, and which of them are worth naming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What there is so many of, in the singular: `rule`.
    pub what: String,
    /// How many.
    pub count: usize,
    /// What is said behind the number; may be empty: `match no tracked file and are left out`.
    pub why: String,
    /// The ones meant, each on a line of its own; empty, where the number says enough.
    pub of: Vec<String>,
}

impl Line {
    /// A number of things, none of them named.
    pub fn count(what: &str, count: usize, why: &str) -> Self {
        Self { what: what.to_owned(), count, why: why.to_owned(), of: Vec::new() }
    }

    /// The things themselves.
    pub fn list(what: &str, of: Vec<String>, why: &str) -> Self {
        Self { what: what.to_owned(), count: of.len(), why: why.to_owned(), of }
    }
}

impl Imported {
    /// Returns every file that would be written, by its path.
    pub fn files(&self) -> impl Iterator<Item = (&RepoPath, &str)> {
        self.maps.iter().chain(&self.lanes).map(|(path, text)| (path, text.as_str()))
    }

    /// Reads the files back as the policy that they will be, beside `others`: the policy files of the workspace that
    /// stay. A file of the same path is replaced.
    pub fn policy(&self, others: &PolicyFiles) -> Policy {
        let mut files = others.clone();
        for (path, text) in self.files() {
            files.files.insert(path.clone(), Arc::from(text.as_bytes()));
        }
        Policy::load(&files)
    }
}
