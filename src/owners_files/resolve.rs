//! Who looks at a file, by all OWNERS files above it.

use std::collections::BTreeMap;

use super::{Lists, OwnersFile, OwnersTree};
use crate::path::RepoPath;

/// Answers for one file after the other, and remembers the folders.
#[derive(Debug)]
pub struct Resolver<'t> {
    tree: &'t OwnersTree,
    /// For each folder that was asked about the OWNERS files that count for it, the nearest first.
    chains: BTreeMap<Vec<u8>, Vec<&'t OwnersFile>>,
}

impl<'t> Resolver<'t> {
    /// Begins to answer.
    pub fn new(tree: &'t OwnersTree) -> Self {
        Self { tree, chains: BTreeMap::new() }
    }

    /// Returns the OWNERS files that count for what lies directly in a folder, the nearest first.
    pub fn chain(&mut self, folder: &[u8]) -> &[&'t OwnersFile] {
        if !self.chains.contains_key(folder) {
            let mut chain = Vec::new();
            let mut at = Some(folder);
            while let Some(here) = at {
                if let Some(file) = self.tree.files.get(here) {
                    chain.push(file);
                    if file.no_parent_owners {
                        break;
                    }
                }
                at = parent(here);
            }
            self.chains.insert(folder.to_vec(), chain);
        }
        &self.chains[folder]
    }

    /// Returns what Prow says of a file.
    pub fn resolve(&mut self, path: &RepoPath) -> Lists {
        let bytes = path.as_bytes();
        let mut lists = Lists::default();
        for file in self.chain(parent(bytes).unwrap_or_default()) {
            let folder = folder_of(file);
            let relative = if folder.is_empty() { bytes } else { &bytes[folder.len() + 1..] };
            for part in &file.parts {
                if part.filter.as_ref().is_none_or(|filter| filter.finds(relative)) {
                    lists.add(&part.lists);
                }
            }
        }
        lists
    }
}

/// Returns the folder of an OWNERS file.
pub(super) fn folder_of(file: &OwnersFile) -> &[u8] {
    parent(file.path.as_bytes()).unwrap_or_default()
}

/// Returns the folder above a path; nothing above the root.
fn parent(path: &[u8]) -> Option<&[u8]> {
    if path.is_empty() {
        return None;
    }
    Some(path.iter().rposition(|byte| *byte == b'/').map_or(&[], |at| &path[..at]))
}
