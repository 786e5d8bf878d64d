//! What is checked, and what every check asks of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::attribute::{Hit, Room, attribute_path};
use crate::change::Side;
use crate::manifests::Packages;
use crate::path::RepoPath;
use crate::policy::{Policies, Policy, PolicyBasis};

/// A policy, the tree that it stands on, and what each file of it is attributed to.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The policy once more, as a route is asked: of the head alone.
    pub policies: Policies,
    /// The tracked files, sorted by path.
    pub tree: &'a [RepoPath],
    /// The packages that the workspace manifests of the tree declare, and who imports whom.
    pub packages: &'a Packages,
    /// Where a change moved files, by their old paths.
    pub renamed: &'a BTreeMap<RepoPath, RepoPath>,
    /// For each file of the tree the rows that own it, and those that attach to it.
    pub attributed: Vec<(Vec<Hit>, Vec<Hit>)>,
}

impl<'a> Subject<'a> {
    /// Attributes every file of the tree.
    pub fn new(
        policy: &'a Arc<Policy>,
        tree: &'a [RepoPath],
        packages: &'a Packages,
        renamed: &'a BTreeMap<RepoPath, RepoPath>,
    ) -> Self {
        let attributed = tree
            .par_iter()
            .with_min_len(512)
            .map_init(Room::default, |room, path| attribute_path(policy, path, room))
            .collect();
        let policies = Policies::new(PolicyBasis::External, [(Side::Head, Arc::clone(policy))]);
        Self { policy, policies, tree, packages, renamed, attributed }
    }
}
