//! A store in a folder.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::disk::{Temporary, make_folder, sync_folder};
use super::ignored::{IGNORE_FILE, ignore_in_git};
use super::model::{altered, is_shared};
use super::{Object, Put, Store, Strange, Stray};
use crate::digest::Digest;
use crate::evidence::{Key, statement};
use crate::fault::{Code, Fault};

/// Where objects are that are not done.
const TEMPORARIES: &str = "tmp";

/// What is said of a symbolic link.
const LINK: &str = "is behind a symbolic link, and a store has none";

/// A folder with an object in each file.
///
/// An object is written to a temporary file first, flushed to the disk, and linked to its name: a link is made where there
/// is none or not at all, so that of two writers one wins, and nobody ever sees half of an object. Nothing in the folder is
/// followed elsewhere: a symbolic link is no object.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

/// An object on its way: its bytes are on the disk, unless something has its name already.
struct Staged<'a> {
    key: &'a Key,
    bytes: &'a [u8],
    file: Option<Temporary>,
}

impl Folder {
    /// Takes the folder, which need not be there yet.
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Returns the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts objects: all of them are whole on the disk before the first has its name, and each of `before` has its own for
    /// good before the first of `named` does. The temporary files stay until the end, so that what a killed writer did not
    /// finish can be told from what somebody took the name of.
    fn place_all(&self, before: &[(&Key, &[u8])], named: &[(&Key, &[u8])]) -> Result<Vec<Put>, Fault> {
        for (key, bytes) in named {
            if self.get(key)?.is_some_and(|there| there != *bytes) {
                // It is somebody's answer now, so it must not be gone after a crash.
                self.settle([*key])?;
                return Ok(vec![Put::Exists; named.len()]);
            }
        }
        // What keeps git from seeing a new store is a help. If it cannot be written, neither can what follows, which says so.
        let _ = ignore_in_git(&self.root);
        let (before, named) = (self.stage(before)?, self.stage(named)?);
        let mut made = Vec::new();
        let mut became = Vec::new();
        let linked = self.link_all(&before, &named, &mut made, &mut became);
        if matches!(linked, Ok(false)) || (linked.is_err() && became.is_empty()) {
            made.into_iter().for_each(|key| self.withdraw(key));
        }
        linked.map(|_| became)
    }

    /// Writes a temporary file for each object that is not there.
    fn stage<'a>(&self, objects: &[(&'a Key, &'a [u8])]) -> Result<Vec<Staged<'a>>, Fault> {
        let folder = self.root.join(TEMPORARIES);
        let stage = |(key, bytes): &(&'a Key, &'a [u8])| {
            let (key, bytes) = (*key, *bytes);
            if self.head(key)? {
                return Ok(Staged { key, bytes, file: None });
            }
            let written = match self.plain(&folder) {
                Ok(true) => Temporary::write(&folder, bytes),
                Ok(false) => return Err(altered(&self.place(), key, LINK)),
                Err(error) => Err(error),
            };
            let file = written.map_err(|error| self.fault("written", key.as_str(), &error))?;
            Ok(Staged { key, bytes, file: Some(file) })
        };
        objects.iter().map(stage).collect()
    }

    /// Links what is staged; says no where the first of `named` went to somebody else meanwhile.
    fn link_all<'a>(
        &self,
        before: &[Staged<'a>],
        named: &[Staged<'a>],
        made: &mut Vec<&'a Key>,
        became: &mut Vec<Put>,
    ) -> Result<bool, Fault> {
        for staged in before {
            match self.link(staged)? {
                Put::Created if is_shared(staged.key) => {}
                Put::Created => made.push(staged.key),
                Put::Exists if self.is_same(staged)? => {}
                Put::Exists => {
                    let what = "has other bytes than those that belong there";
                    return Err(altered(&self.place(), staged.key, what));
                }
            }
        }
        self.settle(before.iter().map(|staged| staged.key))?;
        let mut is_won = true;
        for staged in named {
            let put = self.link(staged)?;
            is_won = !became.is_empty() || put == Put::Created || self.is_same(staged)?;
            became.push(put);
            if !is_won {
                break;
            }
        }
        self.settle(named[..became.len()].iter().map(|staged| staged.key))?;
        Ok(is_won)
    }

    /// Says whether what is there is what was to be put.
    fn is_same(&self, staged: &Staged<'_>) -> Result<bool, Fault> {
        Ok(self.get(staged.key)?.is_some_and(|there| there == staged.bytes))
    }

    /// Gives a temporary file the name of its object; nothing is staged for one that is there.
    fn link(&self, staged: &Staged<'_>) -> Result<Put, Fault> {
        let Some(file) = &staged.file else { return Ok(Put::Exists) };
        let path = self.path(staged.key)?;
        let linked = match file.link(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_folder(above(&path)).and_then(|()| file.link(&path))
            }
            linked => linked,
        };
        linked.map_err(|error| self.fault("written", staged.key.as_str(), &error))
    }

    /// Makes the names of objects durable.
    fn settle<'a>(&self, keys: impl IntoIterator<Item = &'a Key>) -> Result<(), Fault> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for key in keys {
            let folder = above(&self.root.join(key.as_str())).to_path_buf();
            if !folders.contains(&folder) {
                sync_folder(&folder).map_err(|error| self.fault("written", key.as_str(), &error))?;
                folders.insert(folder);
            }
        }
        Ok(())
    }

    /// Returns the path of an object, unless a link stands on the way.
    fn path(&self, key: &Key) -> Result<PathBuf, Fault> {
        let path = self.root.join(key.as_str());
        match self.plain(above(&path)) {
            Ok(true) => Ok(path),
            Ok(false) => Err(altered(&self.place(), key, LINK)),
            Err(error) => Err(self.fault("found", key.as_str(), &error)),
        }
    }

    /// Says whether no folder from the root of the store down to this one is a link. What is not there is none.
    fn plain(&self, folder: &Path) -> io::Result<bool> {
        let Ok(inside) = folder.strip_prefix(&self.root) else { return Ok(false) };
        let mut at = self.root.clone();
        for part in inside.components() {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_symlink() => return Ok(false),
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Calls `found` with the name below the root of everything under a folder that is no folder itself. What goes away
    /// meanwhile is passed over.
    fn walk(&self, start: &str, mut found: impl FnMut(String, fs::FileType)) -> Result<(), Fault> {
        let mut open = vec![start.to_owned()];
        while let Some(at) = open.pop() {
            let entries = match fs::read_dir(self.root.join(&at)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(self.fault("listed", &at, &error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| self.fault("listed", &at, &error))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let name = if at.is_empty() { name } else { format!("{at}/{name}") };
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => open.push(name),
                    Ok(kind) => found(name, kind),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(self.fault("listed", &name, &error)),
                }
            }
        }
        Ok(())
    }

    fn fault(&self, what: &str, key: &str, error: &io::Error) -> Fault {
        let name = if key.is_empty() { "everything".to_owned() } else { format!("`{key}`") };
        let message = format!("{name} of the store `{}` cannot be {what}: {error}", self.root.display());
        Fault::new(Code::StoreAccess, message, help(error))
    }
}

impl Store for Folder {
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put, Fault> {
        let became = self.place_all(&[], &[(key, bytes)])?;
        Ok(became.first().copied().unwrap_or(Put::Exists))
    }

    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Fault> {
        let path = self.path(key)?;
        let most = if is_shared(key) { u64::MAX } else { statement::MAX_BYTES as u64 };
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault("read", key.as_str(), &error)),
        };
        if !meta.is_file() {
            return Err(altered(&self.place(), key, "is no plain file"));
        }
        if meta.len() > most {
            let what = format!("has {} bytes, and an object of its kind may have {most}", meta.len());
            return Err(altered(&self.place(), key, &what));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or_default());
        match File::open(&path).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault("read", key.as_str(), &error)),
        }
    }

    fn head(&self, key: &Key) -> Result<bool, Fault> {
        match fs::symlink_metadata(self.path(key)?) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.fault("looked up", key.as_str(), &error)),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<Key>, Fault> {
        let start = prefix.trim_end_matches('/');
        if !self.plain(&self.root.join(start)).map_err(|error| self.fault("listed", start, &error))? {
            let message = format!("`{start}` of the store `{}` {LINK}", self.root.display());
            return Err(Fault::new(Code::StoreAltered, message, "put the folder itself in the link's place"));
        }
        let mut keys = Vec::new();
        self.walk(start, |name, _| {
            if !is_temporary(&name) {
                keys.extend(Key::parse(&name));
            }
        })?;
        keys.sort_unstable();
        Ok(keys)
    }

    fn withdraw(&self, key: &Key) {
        if let Ok(path) = self.path(key) {
            let _ = fs::remove_file(path);
        }
    }

    fn put_behind(&self, before: &[Object], named: &[Object]) -> Result<Vec<Put>, Fault> {
        let before: Vec<(&Key, &[u8])> = before.iter().map(|(key, bytes)| (key, bytes.as_slice())).collect();
        let named: Vec<(&Key, &[u8])> = named.iter().map(|(key, bytes)| (key, bytes.as_slice())).collect();
        self.place_all(&before, &named)
    }

    fn strays(&self) -> Result<Vec<Stray>, Fault> {
        if !fs::metadata(&self.root).map_err(|error| self.fault("listed", "", &error))?.is_dir() {
            return Err(self.fault("listed", "", &io::ErrorKind::NotADirectory.into()));
        }
        let mut strays = Vec::new();
        self.walk("", |name, kind| {
            let what = match (is_temporary(&name), kind.is_file()) {
                (_, false) => Strange::NoFile,
                (true, true) => match fs::read(self.root.join(&name)) {
                    Ok(bytes) => Strange::Temporary(Digest::of(&bytes)),
                    // Its writer took it away.
                    Err(_) => return,
                },
                (false, true) if name == IGNORE_FILE => return,
                (false, true) if Key::parse(&name).is_err() => Strange::Name,
                (false, true) => return,
            };
            strays.push(Stray { name, what });
        })?;
        strays.sort_unstable();
        Ok(strays)
    }

    fn width(&self) -> usize {
        std::thread::available_parallelism().map_or(1, |processors| processors.get().min(8))
    }

    fn place(&self) -> String {
        self.root.display().to_string()
    }
}

/// Says whether a name is one of what is not done.
fn is_temporary(name: &str) -> bool {
    name.split('/').next() == Some(TEMPORARIES)
}

/// Returns the folder that a path is in.
fn above(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Says how to mend what the disk refuses.
fn help(error: &io::Error) -> &'static str {
    use io::ErrorKind as Kind;
    /// What Linux and macOS say of a link on a file system that makes none.
    const NOT_PERMITTED: i32 = 1;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
            "make room, and try again: nothing that is there was changed, and nothing is half written"
        }
        Kind::Unsupported | Kind::TooManyLinks => {
            "a store needs a file system that makes hard links, because of two writers one must win: place it on one, or use \
             a bucket"
        }
        Kind::PermissionDenied if error.raw_os_error() == Some(NOT_PERMITTED) => {
            "a store needs a file system that makes hard links, and a user who may make them: see which one it lacks"
        }
        Kind::ReadOnlyFilesystem | Kind::PermissionDenied => {
            "this user has no permission: give it, mount the store for writing, or name another \
             store with `--store`"
        }
        Kind::CrossesDevices => "all of a store must be on one file system: mount nothing inside of it",
        Kind::NotADirectory => {
            "a store is a folder: name one with `--store`, or take away the file that stands there"
        }
        Kind::NotFound => {
            "name the folder of the store with `--store`; it is made when something is recorded"
        }
        _ => "see whether there is room and permission, and try again: nothing that is there was changed",
    }
}
