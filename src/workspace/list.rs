//! Documents that an export wrote before.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::read::{is_absent, join};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;

/// Returns the regular files below `root` that end in `.yaml` and stand right in one of `folders`, with their bytes. A
/// folder that is not there has none.
pub fn yaml_files(root: &Path, folders: &[&str]) -> Result<BTreeMap<RepoPath, Vec<u8>>, Fault> {
    let mut files = BTreeMap::new();
    for folder in folders {
        let entries = match fs::read_dir(root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => continue,
            Err(error) => return Err(unreadable(folder, &error)),
        };
        for entry in entries {
            let name = entry.map_err(|error| unreadable(folder, &error))?.file_name();
            let path = RepoPath::from(format!("{folder}/{}", name.to_string_lossy()).as_str());
            let Some(full) = join(root, &path).filter(|_| path.to_string().ends_with(".yaml")) else {
                continue;
            };
            if !fs::metadata(&full).is_ok_and(|metadata| metadata.is_file()) {
                continue;
            }
            let bytes = fs::read(&full).map_err(|error| unreadable(&path.to_string(), &error))?;
            files.insert(path, bytes);
        }
    }
    Ok(files)
}

fn unreadable(path: &str, error: &io::Error) -> Fault {
    Fault::new(
        Code::Output,
        format!("nothing was written: `{path}` cannot be read: {error}"),
        "see what is there, and whether there is permission to read it",
    )
}
