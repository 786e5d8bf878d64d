//! The items as files, and what there is to do about those that are there.

use std::collections::BTreeMap;

use super::wire::{FAIRWAY_V1, ItemV1};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;

/// What an export does: which files it writes, and which it leaves.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Files that are new, or say something else now.
    pub written: BTreeMap<RepoPath, Vec<u8>>,
    /// Files whose items are gone: they stay, and say that they are closed.
    pub closed: BTreeMap<RepoPath, Vec<u8>>,
    /// How many files stay as they are.
    pub unchanged: usize,
}

impl Export {
    /// Compares items with the files that are there, or says which of those somebody else wrote. `may_close` is false
    /// where not everything could be read: then nothing is taken for gone.
    pub fn new(
        items: &BTreeMap<String, ItemV1>,
        there: &BTreeMap<RepoPath, Vec<u8>>,
        may_close: bool,
    ) -> Result<Self, Vec<Fault>> {
        let mut export = Self::default();
        let mut faults = Vec::new();
        let files: BTreeMap<RepoPath, Vec<u8>> = items
            .values()
            .map(|item| {
                (RepoPath::from(format!("{}.yaml", item.id()).as_str()), item.document().into_bytes())
            })
            .collect();
        for (path, bytes) in &files {
            match there.get(path) {
                Some(own) if own == bytes => export.unchanged += 1,
                Some(own) if !is_ours(own) => {
                    let message = format!("`{path}` is there, and is no document of this export");
                    let help = "move it elsewhere: what others wrote is not replaced";
                    faults.push(Fault::new(Code::Exists, message, help));
                }
                _ => {
                    export.written.insert(path.clone(), bytes.clone());
                }
            }
        }
        for (path, bytes) in there.iter().filter(|(path, _)| !files.contains_key(*path)) {
            match closed(bytes).filter(|_| may_close) {
                Some(closed) if closed != *bytes => {
                    export.closed.insert(path.clone(), closed);
                }
                Some(_) => export.unchanged += 1,
                None => export.unchanged += usize::from(is_ours(bytes)),
            }
        }
        if faults.is_empty() { Ok(export) } else { Err(faults) }
    }
}

/// Says whether a file is a document of an export.
fn is_ours(bytes: &[u8]) -> bool {
    let first = format!("schema: \"{FAIRWAY_V1}\"");
    bytes.split(|byte| *byte == b'\n').next().is_some_and(|line| line.trim_ascii_end() == first.as_bytes())
}

/// Returns a document with its status set to closed; nothing where it is none of ours.
fn closed(bytes: &[u8]) -> Option<Vec<u8>> {
    if !is_ours(bytes) {
        return None;
    }
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let status = lines.iter_mut().find(|line| line.starts_with(b"status: "))?;
    *status = b"status: \"closed\"";
    Some(lines.join(&b'\n'))
}
