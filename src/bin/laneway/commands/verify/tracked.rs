//! A store that the judged commit brings along is refused: whoever writes the commit writes the evidence.

use std::path::{Component, Path, PathBuf};

use laneway::fault::{Code, Fault};
use laneway::store::IGNORE_FILE;

use crate::args::{PlaceArgs, StoreArgs};
use crate::commands::gather::Gathered;
use crate::commands::proof;

/// Reports a store in a folder of the work tree of which the judged commit has files.
pub(super) fn refuse(place: &PlaceArgs, args: &StoreArgs, gathered: &Gathered) -> Result<(), Vec<Fault>> {
    let configured = proof::configured(&gathered.policies);
    let address = args.store.as_deref().unwrap_or(&configured.evidence);
    let Some((repository, resolved)) = gathered.origin() else { return Ok(()) };
    let Some(work_tree) = repository.work_tree() else { return Ok(()) };
    let Some(folder) = proof::folder(place, args, Some(&configured))? else { return Ok(()) };
    let places = inside(work_tree, &folder);
    if places.is_empty() {
        return Ok(());
    }
    let tracked = repository.files_of(resolved.head).map_err(|fault| vec![fault])?;
    let found = tracked.iter().find(|file| {
        let file = file.as_bytes().to_ascii_lowercase();
        places.iter().any(|place| {
            // The file that keeps git from seeing a store proves nothing.
            let is_ignore = file.strip_prefix(place.as_slice()) == Some(format!("/{IGNORE_FILE}").as_bytes());
            !is_ignore && (below(&file, place) || below(place, &file))
        })
    });
    let Some(found) = found else { return Ok(()) };
    let help = "keep evidence where commits do not reach: add the folder to `.gitignore` and take its files out of git, or \
                name another store";
    let message =
        format!("the store `{address}` is in the work tree, and the judged commit has `{found}` in it");
    Err(vec![Fault::new(Code::StoreTracked, message, help)])
}

/// Returns where the folder is below the work tree, in lower case: as it is written, and as its links lead. A file system
/// may not tell cases apart, so neither does this.
fn inside(work_tree: &Path, folder: &Path) -> Vec<Vec<u8>> {
    let mut places = Vec::new();
    let roots = [Some(absolute(work_tree)), work_tree.canonicalize().ok()];
    for root in roots.into_iter().flatten() {
        for folder in [absolute(folder), real(folder)] {
            if let Ok(below) = folder.strip_prefix(&root) {
                let mut bytes = below.as_os_str().as_encoded_bytes().to_ascii_lowercase();
                if std::path::MAIN_SEPARATOR != '/' {
                    bytes.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
                }
                places.push(bytes);
            }
        }
    }
    places
}

/// Says whether a path is another one, or below it.
fn below(path: &[u8], other: &[u8]) -> bool {
    match path.strip_prefix(other) {
        Some(rest) => rest.is_empty() || other.is_empty() || rest.first() == Some(&b'/'),
        None => false,
    }
}

/// Returns the path from the root on, without `.` and `..`, links as they are written.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Returns where the links of a path lead, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let path = absolute(path);
    let mut there = path.as_path();
    let mut rest = Vec::new();
    loop {
        if let Ok(real) = there.canonicalize() {
            return rest.iter().rev().fold(real, |path, part| path.join(part));
        }
        let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else { return path.clone() };
        rest.push(name.to_os_string());
        there = parent;
    }
}
