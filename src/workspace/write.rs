//! Several files at once: every one is written beside its place first, and only then are they put there.
//!
//! A file is replaced whole or not at all, and only those that are named. What stands in the way is found before the
//! first byte is written; where the disk fails later, what was done is undone.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::read::{is_absent, os_str};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;

/// Writes files below the folder `root`, all of them or none; folders that are missing are made.
///
/// A file that is there already with other contents is replaced only where `overwrite` says so; one that has these very
/// contents is left as it is. A symbolic link is followed inside the folder, and refused where it leads out of it.
pub fn write_all(root: &Path, files: &BTreeMap<RepoPath, Vec<u8>>, overwrite: bool) -> Result<(), Fault> {
    let targets = plan(root, files, overwrite)?;
    let mut started = Started::default();
    let written = started.write(&targets);
    written.map_err(|(path, error)| {
        let left = started.undo(&targets);
        let left = if left.is_empty() {
            String::new()
        } else {
            format!("; these could not be put back: {}", left.join(", "))
        };
        unwritable(&path, &format!("{error}{left}"))
    })
}

/// Says whether [`write_all`] would find something in its way, and writes nothing.
pub fn can_write_all(root: &Path, files: &BTreeMap<RepoPath, Vec<u8>>, overwrite: bool) -> Result<(), Fault> {
    plan(root, files, overwrite).map(drop)
}

/// Returns what is to be written: every file that is not there with the same contents.
fn plan<'a>(
    root: &Path,
    files: &'a BTreeMap<RepoPath, Vec<u8>>,
    overwrite: bool,
) -> Result<Vec<Target<'a>>, Fault> {
    let root = fs::canonicalize(root)
        .and_then(|real| if real.is_dir() { Ok(real) } else { Err(io::ErrorKind::NotADirectory.into()) })
        .map_err(|error| unwritable(&root.display().to_string(), &error.to_string()))?;
    let mut targets = Vec::with_capacity(files.len());
    let mut in_the_way = Vec::new();
    for (path, bytes) in files {
        let target = target(&root, path, bytes).map_err(|why| unwritable(&path.to_string(), &why))?;
        if target.previous.as_deref() == Some(bytes) {
            continue;
        }
        if target.previous.is_some() && !overwrite {
            in_the_way.push(format!("`{path}`"));
        }
        targets.push(target);
    }
    if !in_the_way.is_empty() {
        return Err(Fault::new(
            Code::Exists,
            format!("nothing was written: {} would be replaced", in_the_way.join(", ")),
            "move what is there out of the way, or say with `--force` that it may be replaced",
        ));
    }
    Ok(targets)
}

/// A file that is to be written.
struct Target<'a> {
    path: &'a RepoPath,
    bytes: &'a [u8],
    /// Where it stands once every link is followed.
    real: PathBuf,
    /// What is there now.
    previous: Option<Vec<u8>>,
}

/// Finds where a file goes, and what is there.
fn target<'a>(root: &Path, path: &'a RepoPath, bytes: &'a [u8]) -> Result<Target<'a>, String> {
    let real = real_place(root, path)?;
    let previous = match fs::read(&real) {
        Ok(previous) => Some(previous),
        Err(error) if is_absent(&error) => None,
        Err(error) => return Err(error.to_string()),
    };
    Ok(Target { path, bytes, real, previous })
}

/// Follows a path from the root, component by component, as far as there is something.
fn real_place(root: &Path, path: &RepoPath) -> Result<PathBuf, String> {
    let components: Vec<&[u8]> = path.components().collect();
    if components.iter().any(|part| matches!(*part, b"" | b"." | b"..") || part.contains(&0)) {
        return Err("it is no path below the folder".to_owned());
    }
    let mut at = root.to_path_buf();
    let mut is_there = true;
    for (index, component) in components.iter().enumerate() {
        at.push(os_str(component).ok_or("its name is not UTF-8")?);
        if !is_there {
            continue;
        }
        match fs::symlink_metadata(&at) {
            Err(error) if is_absent(&error) => is_there = false,
            Err(error) => return Err(error.to_string()),
            Ok(metadata) if metadata.is_symlink() => {
                at = fs::canonicalize(&at)
                    .map_err(|error| format!("a symbolic link on the way cannot be followed: {error}"))?;
            }
            Ok(_) => {}
        }
        if !at.starts_with(root) {
            return Err("a symbolic link on the way leads out of the folder".to_owned());
        }
        let is_last = index + 1 == components.len();
        if is_there && is_last && !at.is_file() {
            return Err("something that is no regular file is there".to_owned());
        }
        if is_there && !is_last && !at.is_dir() {
            return Err(format!("`{}` is no folder", at.display()));
        }
    }
    let inside = at.strip_prefix(root).unwrap_or(&at);
    if inside.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git")) {
        return Err("it belongs to git".to_owned());
    }
    Ok(at)
}

/// What has been done so far, so that it can be undone.
#[derive(Default)]
struct Started {
    /// Folders that were made, outermost first.
    folders: Vec<PathBuf>,
    /// The file beside its place, of each target that has one.
    beside: Vec<PathBuf>,
    /// How many of them have been put in their place.
    placed: usize,
}

impl Started {
    fn write(&mut self, targets: &[Target<'_>]) -> Result<(), (String, io::Error)> {
        for target in targets {
            self.prepare(target).map_err(|error| (target.path.to_string(), error))?;
        }
        for (target, beside) in targets.iter().zip(&self.beside) {
            fs::rename(beside, &target.real).map_err(|error| (target.path.to_string(), error))?;
            self.placed += 1;
        }
        Ok(())
    }

    /// Writes a file beside its place.
    fn prepare(&mut self, target: &Target<'_>) -> io::Result<()> {
        let folder = target.real.parent().unwrap_or(&target.real);
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_path_buf());
        }
        let permissions = match &target.previous {
            Some(_) => Some(fs::metadata(&target.real)?.permissions()),
            None => None,
        };
        let beside = folder.join(format!(".laneway-{}-{}", std::process::id(), self.beside.len()));
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        self.beside.push(beside);
        file.write_all(target.bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()
    }

    /// Takes back what was done, and returns the files for which that failed.
    fn undo(&self, targets: &[Target<'_>]) -> Vec<String> {
        let mut left = Vec::new();
        for (target, beside) in targets.iter().zip(&self.beside).take(self.placed) {
            let undone = match &target.previous {
                Some(previous) => fs::write(beside, previous).and_then(|()| fs::rename(beside, &target.real)),
                None => fs::remove_file(&target.real),
            };
            if undone.is_err() {
                left.push(format!("`{}`", target.path));
            }
        }
        for beside in &self.beside {
            // The one that is in its place is no longer beside it.
            let _ = fs::remove_file(beside);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        left
    }
}

fn unwritable(path: &str, why: &str) -> Fault {
    Fault::new(
        Code::Output,
        format!("nothing was written: `{path}` cannot be: {why}"),
        "see what is there, and whether there is room and permission to write",
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<RepoPath, Vec<u8>> {
        list.iter().map(|(path, text)| (RepoPath::from(*path), text.as_bytes().to_vec())).collect()
    }

    /// Everything below a folder, links not followed, so that a test sees leftovers.
    fn all(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if fs::symlink_metadata(&path).unwrap().is_dir() {
                found.extend(all(&path).into_iter().map(|inner| format!("{name}/{inner}")));
                found.push(format!("{name}/"));
            } else {
                found.push(name);
            }
        }
        found.sort();
        found
    }

    #[test]
    fn folders_are_made_and_nothing_is_left_beside() {
        let dir = tempfile::tempdir().unwrap();
        write_all(dir.path(), &files(&[("a/b/c.md", "one"), ("d.yaml", "two")]), false).unwrap();
        assert_eq!(all(dir.path()), ["a/", "a/b/", "a/b/c.md", "d.yaml"]);
        assert_eq!(fs::read(dir.path().join("a/b/c.md")).unwrap(), b"one");
    }

    #[test]
    fn a_file_in_the_way_keeps_every_file_from_being_written() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("z.md"), "mine").unwrap();
        let new = files(&[("a/b.md", "one"), ("z.md", "two")]);
        let fault = write_all(dir.path(), &new, false).unwrap_err();
        assert_eq!((fault.code, fault.message.contains("`z.md`")), (Code::Exists, true));
        assert_eq!(all(dir.path()), ["z.md"]);
        assert_eq!(fs::read(dir.path().join("z.md")).unwrap(), b"mine");
        write_all(dir.path(), &new, true).unwrap();
        assert_eq!(fs::read(dir.path().join("z.md")).unwrap(), b"two");
        // The same contents are in nobody's way.
        write_all(dir.path(), &new, false).unwrap();
    }

    #[test]
    fn a_path_that_leaves_the_folder_or_enters_git_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["../a", "/a", "a//b", "a/./b", "a/", ".git/config", "x/.GIT/hooks/post-commit"] {
            let fault = write_all(dir.path(), &files(&[("0", "first"), (path, "no")]), true).unwrap_err();
            assert_eq!(fault.code, Code::Output, "{path}");
        }
        assert!(all(dir.path()).is_empty());
        assert!(write_all(&dir.path().join("absent"), &files(&[("a", "")]), true).is_err());
    }

    #[test]
    fn a_folder_in_the_way_and_a_file_for_a_folder_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("d")).unwrap();
        fs::write(dir.path().join("f"), "file").unwrap();
        for path in ["d", "f/x"] {
            assert!(write_all(dir.path(), &files(&[("0", "first"), (path, "no")]), true).is_err(), "{path}");
        }
        // Of two names that cannot both be, the failure comes late, and the first is taken back.
        assert!(write_all(dir.path(), &files(&[("n", "file"), ("n/x", "below it")]), true).is_err());
        assert!(write_all(dir.path(), &files(&[("f", "new"), ("n", "file"), ("n/x", "")]), true).is_err());
        assert_eq!(all(dir.path()), ["d/", "f"]);
        assert_eq!(fs::read(dir.path().join("f")).unwrap(), b"file");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_and_refused_outside() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(dir.path().join("real")).unwrap();
        fs::write(dir.path().join("real/run"), "old").unwrap();
        fs::set_permissions(dir.path().join("real/run"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("real", dir.path().join("inside")).unwrap();
        symlink("real/run", dir.path().join("run")).unwrap();
        symlink(outside.path(), dir.path().join("out")).unwrap();
        symlink(outside.path().join("file"), dir.path().join("file")).unwrap();
        symlink("nothing", dir.path().join("dangling")).unwrap();
        write_all(dir.path(), &files(&[("inside/new", "new"), ("run", "replaced")]), true).unwrap();
        assert_eq!(fs::read(dir.path().join("real/run")).unwrap(), b"replaced");
        assert_eq!(
            fs::metadata(dir.path().join("real/run")).unwrap().permissions().mode() & 0o777,
            0o755,
            "a replaced file keeps its mode"
        );
        assert!(dir.path().join("run").is_symlink() && dir.path().join("real/new").is_file());
        for path in ["out/new", "file", "dangling"] {
            assert!(write_all(dir.path(), &files(&[(path, "no")]), true).is_err(), "{path}");
        }
        assert!(all(outside.path()).is_empty());
    }
}
