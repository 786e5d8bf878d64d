//! Files and folders that survive a crash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Put;

/// Makes a folder with all above it that are missing. Of each that was made just now, by this process or by another at the
/// same moment, the folder above knows it for good.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    let mut at = folder;
    loop {
        match fs::metadata(at) {
            Ok(meta) if meta.is_dir() => break,
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(at),
            Err(error) => return Err(error),
        }
        match at.parent() {
            Some(above) if !above.as_os_str().is_empty() => at = above,
            _ => break,
        }
    }
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
        sync_folder(above.unwrap_or(Path::new(".")))?;
    }
    Ok(())
}

/// Makes what a folder lists durable.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // A file system that has no such notion says so, and there is nothing more to ask of it.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => synced,
    }
}

/// Windows makes names durable with the file, and cannot open a folder.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that is whole and on the disk, but has no name of its own yet. It is taken away with this value, whether it was
/// linked or not; a process that is killed leaves it.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Writes a file of a name that no other process and thread uses.
    pub(super) fn write(folder: &Path, bytes: &[u8]) -> io::Result<Self> {
        let (path, mut file) = create(folder)?;
        let temporary = Self { path };
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(temporary)
    }

    /// Gives the file a name, unless something has it.
    pub(super) fn link(&self, path: &Path) -> io::Result<Put> {
        match fs::hard_link(&self.path, path) {
            Ok(()) => Ok(Put::Created),
            // Over a network the answer to a first try may be lost, and the second finds what the first one did.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && self.is_linked() => {
                Ok(Put::Created)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Exists),
            Err(error) => Err(error),
        }
    }

    #[cfg(unix)]
    fn is_linked(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        fs::symlink_metadata(&self.path).is_ok_and(|meta| meta.nlink() > 1)
    }

    #[cfg(not(unix))]
    fn is_linked(&self) -> bool {
        false
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Creates a file that was not there: the process, a number that it drew, and a count. A process may have the number of one
/// that was killed, on another machine even, and would then meet what that one left.
fn create(folder: &Path) -> io::Result<(PathBuf, File)> {
    static DRAWN: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let drawn = DRAWN.get_or_init(|| getrandom::u64().unwrap_or_default());
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{drawn:016x}-{count}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_folder(folder)?,
            Err(error) => return Err(error),
        }
    }
}
