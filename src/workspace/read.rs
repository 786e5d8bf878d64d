//! What is on the disk: the policy of a folder, and what a working tree has. The only file that reads it.
//!
//! A policy file may be a symbolic link to a file of the same folder; one that leads out of it, a folder that is a
//! link, and a file that cannot be read are faults: a policy that is not read whole is broken, never smaller.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{CONFIG_FILE, Config};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::policy::PolicyFiles;
use crate::source::Source;

/// Reads the policy of a folder: `laneway.yaml`, and what it says belongs to the policy.
pub fn policy_files(dir: &Path) -> PolicyFiles {
    let mut reader = Reader { root: dir, real_root: None, files: PolicyFiles::default() };
    match fs::canonicalize(dir) {
        Ok(real) if real.is_dir() => reader.real_root = Some(real),
        Ok(_) => reader.fault(&dir.display().to_string(), "it is no folder"),
        Err(error) => reader.fault(&dir.display().to_string(), &error.to_string()),
    }
    if reader.real_root.is_none() {
        return reader.files;
    }
    reader.file(&RepoPath::from(CONFIG_FILE));
    let config = config_of(&reader.files);
    reader.file(&RepoPath::from(config.packets.as_str()));
    for folder in [&config.ownership_maps, &config.lanes] {
        reader.folder(&RepoPath::from(folder.as_str()), &config);
    }
    reader.files
}

/// Returns the configuration that policy files hold; its defaults where they hold none that can be read. What is
/// wrong with it is reported where the policy is loaded.
pub fn config_of(files: &PolicyFiles) -> Config {
    let text =
        files.files.get(&RepoPath::from(CONFIG_FILE)).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.map_or_else(Config::default, |text| Config::parse(&Source::new(CONFIG_FILE, text)).0)
}

/// Reads a file that a flag or a variable names.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| error.to_string())
}

/// Returns the contents of a regular file of a working tree; nothing where there is none.
pub(crate) fn read_below(root: &Path, path: &RepoPath) -> Result<Option<Arc<[u8]>>, String> {
    let Some(full) = join(root, path) else { return Ok(None) };
    if !fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    fs::read(full).map(|bytes| Some(Arc::from(bytes))).map_err(|error| error.to_string())
}

/// Says whether a working tree has a file, a link or a nested repository at a path.
pub(crate) fn has(root: &Path, path: &RepoPath) -> bool {
    let Some(full) = join(root, path) else { return false };
    match fs::symlink_metadata(&full) {
        Ok(metadata) if metadata.is_dir() => full.join(".git").exists(),
        Ok(_) => true,
        Err(_) => false,
    }
}

/// What a path of a working tree holds, as git would store it without filters.
pub(crate) enum Content {
    /// A regular file, and whether it may be executed.
    File(Vec<u8>, bool),
    /// A symbolic link's target.
    Link(Vec<u8>),
}

/// Reads what a path of a working tree holds; nothing for what git does not store, and for what cannot be read.
pub(crate) fn content(root: &Path, path: &RepoPath) -> Option<Content> {
    let full = join(root, path)?;
    let metadata = fs::symlink_metadata(&full).ok()?;
    if metadata.is_symlink() {
        return Some(Content::Link(bytes_of(fs::read_link(&full).ok()?.as_os_str())?));
    }
    if metadata.is_file() {
        Some(Content::File(fs::read(&full).ok()?, is_executable(&metadata)))
    } else {
        None
    }
}

/// Reads one policy from one folder.
struct Reader<'a> {
    root: &'a Path,
    real_root: Option<PathBuf>,
    files: PolicyFiles,
}

impl Reader<'_> {
    fn fault(&mut self, path: &str, why: &str) {
        self.files.faults.push(unreadable(path, why));
    }

    /// Reads one file, if it is there.
    fn file(&mut self, path: &RepoPath) {
        let Some(full) = join(self.root, path) else { return };
        match self.read_inside(&full) {
            Ok(Some(bytes)) => {
                self.files.files.insert(path.clone(), Arc::from(bytes));
            }
            Ok(None) => {}
            Err(why) => self.fault(&path.to_string(), &why),
        }
    }

    /// Reads the policy files at or below a folder, if it is there.
    fn folder(&mut self, path: &RepoPath, config: &Config) {
        let Some(full) = join(self.root, path) else { return };
        match fs::symlink_metadata(&full) {
            Err(error) if is_absent(&error) => return,
            Err(error) => return self.fault(&path.to_string(), &error.to_string()),
            Ok(metadata) if metadata.is_symlink() => {
                return self.fault(&path.to_string(), "a folder of the policy is a symbolic link");
            }
            Ok(metadata) if !metadata.is_dir() => return,
            Ok(_) => {}
        }
        if full.join(".git").exists() {
            return self.fault(&path.to_string(), "a folder of the policy is another repository");
        }
        let names = match names(&full) {
            Ok(names) => names,
            Err(error) => return self.fault(&path.to_string(), &error.to_string()),
        };
        for name in names {
            let Some(name) = bytes_of(&name) else { continue };
            let child = RepoPath::new([path.as_bytes(), b"/", &name].concat());
            let Some(full) = join(self.root, &child) else { continue };
            // A link to a folder may hide policy files, so it goes where it is refused.
            let folder = fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_dir());
            let linked_folder = !folder && fs::metadata(&full).is_ok_and(|metadata| metadata.is_dir());
            if folder || linked_folder {
                self.folder(&child, config);
            } else if config.policy_file(&child).is_some() {
                self.file(&child);
            }
        }
    }

    /// Reads a file whose real place is in the folder; nothing where it is absent.
    fn read_inside(&self, full: &Path) -> Result<Option<Vec<u8>>, String> {
        match fs::symlink_metadata(full) {
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error.to_string()),
            Ok(_) => {}
        }
        let real = fs::canonicalize(full).map_err(|error| error.to_string())?;
        if self.real_root.as_ref().is_none_or(|root| !real.starts_with(root)) {
            return Err("it leads out of the folder".to_owned());
        }
        // A pipe or a device would not end.
        if !fs::metadata(&real).map_err(|error| error.to_string())?.is_file() {
            return Err("it is no regular file".to_owned());
        }
        fs::read(&real).map(Some).map_err(|error| error.to_string())
    }
}

/// The fault of a policy file that is there and cannot be read.
pub(crate) fn unreadable(path: &str, why: &str) -> Fault {
    Fault::new(
        Code::Unreadable,
        format!("the policy file `{path}` cannot be read: {why}"),
        "a policy counts only whole: make it a regular file that can be read, or remove it",
    )
}

/// Returns the names in a folder, sorted, so that faults come in one order.
fn names(folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Says whether an error means that nothing is there; a file where a folder was expected counts as that.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Joins a path of a repository to its root.
pub(super) fn join(root: &Path, path: &RepoPath) -> Option<PathBuf> {
    Some(root.join(os_str(path.as_bytes())?))
}

#[cfg(unix)]
pub(super) fn os_str(bytes: &[u8]) -> Option<&OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
}

#[cfg(not(unix))]
pub(super) fn os_str(bytes: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(bytes).ok().map(OsStr::new)
}

#[cfg(unix)]
fn bytes_of(name: &OsStr) -> Option<Vec<u8>> {
    Some(std::os::unix::ffi::OsStrExt::as_bytes(name).to_vec())
}

#[cfg(not(unix))]
fn bytes_of(name: &OsStr) -> Option<Vec<u8>> {
    name.to_str().map(|name| name.as_bytes().to_vec())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
