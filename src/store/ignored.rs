//! A store in a working tree is no part of what git tracks.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::disk::make_folder;
use crate::fault::{Code, Fault};

/// The file that keeps git from seeing a store. It is no object, and an audit passes it over.
pub const IGNORE_FILE: &str = ".gitignore";

/// Keeps git from seeing the store in `folder`, unless something was put there before: evidence that showed as untracked
/// files would be part of the next change.
pub fn ignore_in_git(folder: &Path) -> Result<(), Fault> {
    if folder.join("v1").is_dir() {
        return Ok(());
    }
    let file = folder.join(IGNORE_FILE);
    let written = make_folder(folder)
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(&file))
        .and_then(|mut file| file.write_all(b"*\n"));
    match written {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            let message = format!("`{}` cannot be written: {error}", file.display());
            Err(Fault::new(
                Code::StoreAccess,
                message,
                "see whether there is room and permission, and try again",
            ))
        }
        _ => Ok(()),
    }
}
