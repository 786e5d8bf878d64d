//! What a list is, whatever its format.

use crate::change::Status;
use crate::fault::{Code, Fault};
use crate::files_from::{json, text};
use crate::path::RepoPath;

/// How a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// As its first bytes say.
    #[default]
    Auto,
    /// One path a line.
    Lines,
    /// Each path ends in NUL.
    Nul,
    /// A JSON document.
    Json,
}

/// One file of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The path.
    pub path: RepoPath,
    /// What happened to it, where the list says so.
    pub status: Option<Status>,
    /// The path that it had before, where the list says so. It is listed as a deletion of its own.
    pub previous_path: Option<RepoPath>,
}

/// Reads a list. `name` is what diagnostics call it: a file, or `standard input`.
pub fn parse(name: &str, bytes: &[u8], format: Format) -> Result<Vec<Listed>, Vec<Fault>> {
    let format = match format {
        Format::Auto => detect(bytes),
        named => named,
    };
    if bytes.is_empty() {
        return Err(vec![Fault::new(
            Code::FileList,
            format!("the file list `{name}` is empty"),
            "a command that failed writes nothing, so nothing is no list: write `[]` for a change of no files",
        )]);
    }
    match format {
        Format::Json => json::parse(name, bytes),
        Format::Nul => text::parse_nul(name, bytes),
        Format::Lines | Format::Auto => text::parse_lines(name, bytes),
    }
}

/// Takes paths that were given one by one, as after `--files`.
pub fn from_arguments<'a>(paths: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Listed>, Vec<Fault>> {
    let mut list = List::default();
    for path in paths {
        match check(path) {
            Ok(path) => list.plain(path),
            Err(wrong) => list.faults.push(Fault::new(
                if path.is_empty() { Code::EmptyValue } else { Code::FileList },
                format!("`{}` is not a path of a file list: {wrong}", String::from_utf8_lossy(path)),
                HELP,
            )),
        }
    }
    list.finish()
}

pub(super) const HELP: &str =
    "write paths relative to the root of the repository, with `/` between their parts";

/// JSON begins with a bracket and what may follow it there; a file such as `[id].tsx` does not.
fn detect(bytes: &[u8]) -> Format {
    if bytes.contains(&0) {
        return Format::Nul;
    }
    let mut tokens = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    match (tokens.next(), tokens.next()) {
        (Some(b'['), Some(b'"' | b'{' | b']') | None) | (Some(b'{'), Some(b'"' | b'}') | None) => {
            Format::Json
        }
        _ => Format::Lines,
    }
}

/// What was read so far, and what was wrong with it.
#[derive(Default)]
pub(super) struct List {
    pub(super) files: Vec<Listed>,
    pub(super) faults: Vec<Fault>,
}

impl List {
    pub(super) fn plain(&mut self, path: RepoPath) {
        self.files.push(Listed { path, status: None, previous_path: None });
    }

    pub(super) fn finish(self) -> Result<Vec<Listed>, Vec<Fault>> {
        if self.faults.is_empty() { Ok(self.files) } else { Err(self.faults) }
    }
}

/// Checks that bytes are a path of a repository; a leading `./`, as `find` writes it, is taken off.
pub(super) fn check(path: &[u8]) -> Result<RepoPath, &'static str> {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    if path.is_empty() {
        return Err("it is empty");
    }
    if path.starts_with(b"/") {
        return Err("it is absolute");
    }
    if path.ends_with(b"/") {
        return Err("it names a folder, and a change consists of files");
    }
    if path.contains(&0) {
        return Err("it holds a NUL byte");
    }
    for component in path.split(|byte| *byte == b'/') {
        match component {
            b"" => return Err("it has two `/` in a row"),
            b"." | b".." => return Err("it has `.` or `..` as a part"),
            _ => {}
        }
    }
    Ok(RepoPath::new(path))
}
