//! `go.mod` and `go.work`.
//!
//! A module is a package here. Which packages of a module import which others is written in its source files only, and
//! these are not read: a module is what a manifest declares, and what `go test ./...` tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Draft, Ecosystem, Gathered, Runner, Standing, Want, Wanted, folder};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::source::{Place, Source, Span, Spanned};

const FILE: &str = "go.mod";
const WORK: &str = "go.work";

/// One directive: its words, the verb first.
type Line = Vec<Spanned<String>>;

/// Reads every `go.mod`. A module imports another of the repository where it requires it by its path, or replaces what
/// it requires by the other's folder.
pub(super) fn read(gathered: &mut Gathered) {
    // The folders that a go.work uses, with the go.mod files there.
    let mut used: BTreeMap<RepoPath, RepoPath> = BTreeMap::new();
    let mut shared: BTreeMap<RepoPath, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (path, source) in gathered.named(WORK) {
        let lines = lines(gathered, &path, &source);
        for line in lines.iter().filter(|line| line[0].value == "use") {
            let Some(folder) = line.get(1).and_then(|used| folder::join(folder::of(&path), &used.value))
            else {
                gathered.fault(&path, refused(&source, line, "`use` names a folder of this repository"));
                continue;
            };
            let manifest = RepoPath::new(folder::file(&folder, FILE));
            if !gathered.sources.contains_key(&manifest) {
                let place = Place::new(&source, line[1].span.clone());
                gathered.note(&path, Some(place), format!("no module is in `{}`", line[1].value));
            }
            used.insert(manifest, path.clone());
        }
        let replaced = replaced(gathered, &path, &source, &lines);
        shared.insert(path, replaced);
    }
    for (path, source) in gathered.named(FILE) {
        let lines = lines(gathered, &path, &source);
        let Some(name) = lines.iter().find(|line| line[0].value == "module").and_then(|line| line.get(1))
        else {
            let message = format!("{path} names no module");
            let help = "write `module example.org/name`";
            let span = 0..source.text().find('\n').unwrap_or(source.text().len());
            gathered.fault(&path, Fault::at(Code::ManifestShape, &source, span, message, "no module", help));
            gathered.broken.push((path.clone(), standing(&path, &used)));
            continue;
        };
        let mut replaced = replaced(gathered, &path, &source, &lines);
        // A workspace's replacements come before those of its modules.
        let work = used.get(&path);
        replaced.splice(0..0, work.and_then(|work| shared.get(work)).into_iter().flatten().cloned());
        let mut wants = Vec::new();
        for line in lines.iter().filter(|line| line[0].value == "require") {
            let (Some(required), true) = (line.get(1), line.len() == 3) else {
                gathered.fault(&path, refused(&source, line, "`require` takes a module and a version"));
                continue;
            };
            let folder = replaced.iter().find(|(module, _)| *module == required.value);
            let what = match folder {
                Some((_, folder)) => Wanted::Folder(folder.clone()),
                None => Wanted::Name(required.value.clone()),
            };
            wants.push(Want { what, place: Place::new(&source, required.span.clone()) });
        }
        gathered.drafts.push(Draft {
            ecosystem: Ecosystem::Go,
            name: name.value.clone(),
            manifest: path.clone(),
            workspace: work.cloned(),
            tests: Some(Runner::Go),
            wants,
            standing: standing(&path, &used),
        });
    }
}

/// Go itself passes over folders that are called `testdata` or `vendor`, or that begin with `_` or a dot.
fn standing(path: &RepoPath, used: &BTreeMap<RepoPath, RepoPath>) -> Standing {
    let passed_over = |folder: &[u8]| {
        matches!(folder, b"testdata" | b"vendor") || matches!(folder.first(), Some(b'_' | b'.'))
    };
    if used.contains_key(path) || !path.components().any(passed_over) {
        return Standing::Kept;
    }
    Standing::Doubtful("Go passes over its folder".to_owned())
}

/// Returns which modules are replaced by folders of the repository.
fn replaced(
    gathered: &mut Gathered,
    path: &RepoPath,
    source: &Arc<Source>,
    lines: &[Line],
) -> Vec<(String, Vec<u8>)> {
    let mut replaced = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for line in lines.iter().filter(|line| line[0].value == "replace") {
        let arrow = line.iter().position(|word| word.value == "=>");
        let (Some(arrow @ 2..=3), Some(target)) = (arrow, arrow.and_then(|arrow| line.get(arrow + 1))) else {
            gathered.fault(path, refused(source, line, "`replace` takes `module => folder`"));
            continue;
        };
        let is_folder = ["./", "../", "/"].iter().any(|begin| target.value.starts_with(begin))
            || matches!(target.value.as_str(), "." | "..");
        let module = &line[1].value;
        if !is_folder {
            continue;
        }
        match folder::join(folder::of(path), &target.value) {
            // Which version it is for makes no difference: a version that might be meant is.
            Some(folder) => {
                if known.insert(module) || arrow == 3 {
                    replaced.push((module.clone(), folder));
                }
            }
            None => {
                let place = Place::new(source, target.span.clone());
                let message = format!("`{module}` is at `{}`, outside of the repository", target.value);
                gathered.note(path, Some(place), message);
            }
        }
    }
    replaced
}

/// Returns the directives of a file, with those of a block each on its own.
fn lines(gathered: &mut Gathered, path: &RepoPath, source: &Arc<Source>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut block: Option<Spanned<String>> = None;
    let mut at = 0;
    for text in source.text().split_inclusive('\n') {
        let start = at;
        at += text.len();
        let words = match words(text, start) {
            Ok(words) => words,
            Err(span) => {
                let message = format!("a quote in {path} is not closed");
                let help = "close it on the same line";
                let fault = Fault::at(Code::ManifestSyntax, source, span, message, "opened here", help);
                gathered.fault(path, fault);
                continue;
            }
        };
        let Some(last) = words.last() else { continue };
        match (&block, words.as_slice()) {
            (Some(_), [one]) if one.value == ")" => block = None,
            (Some(verb), _) => lines.push(std::iter::once(verb.clone()).chain(words).collect()),
            (None, [verb, _]) if last.value == "(" => block = Some(verb.clone()),
            (None, _) if matches!(last.value.as_str(), "(" | ")") => {
                let fault = refused(source, &words, "a block begins with `verb (` and ends with `)`");
                gathered.fault(path, fault);
            }
            (None, _) => lines.push(words),
        }
    }
    if let Some(verb) = block {
        let message = format!("the block `{}` of {path} is not closed", verb.value);
        let help = "end it with a line `)`";
        let fault = Fault::at(Code::ManifestSyntax, source, verb.span, message, "begins here", help);
        gathered.fault(path, fault);
    }
    lines
}

/// Splits a line into its words; `//` begins a comment. An error is where a quote begins that does not end.
fn words(text: &str, start: usize) -> Result<Line, Span> {
    let mut words = Line::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let from = start + text.len() - rest.len();
        let Some(first) = rest.chars().next().filter(|_| !rest.starts_with("//")) else { return Ok(words) };
        if matches!(first, '"' | '`') {
            let Some(end) = rest[1..].find(first) else { return Err(from..from + 1) };
            words.push(Spanned::new(rest[1..=end].to_owned(), from + 1..from + 1 + end));
            rest = &rest[end + 2..];
            continue;
        }
        let parenthesis = |byte: char| matches!(byte, '(' | ')');
        let length = if parenthesis(first) {
            1
        } else {
            rest.find(|byte: char| byte.is_whitespace() || parenthesis(byte)).unwrap_or(rest.len())
        };
        words.push(Spanned::new(rest[..length].to_owned(), from..from + length));
        rest = &rest[length..];
    }
}

fn refused(source: &Arc<Source>, line: &[Spanned<String>], help: &str) -> Fault {
    let span = match (line.first(), line.last()) {
        // The verb of a block stands elsewhere.
        (Some(first), Some(last)) if first.span.start <= last.span.start => {
            let begin = if source.line(first.span.start) == source.line(last.span.start) {
                first.span.start
            } else {
                line[1].span.start
            };
            begin..last.span.end
        }
        _ => 0..0,
    };
    let message = format!("a line of {} is not one that Go reads", source.name());
    Fault::at(Code::ManifestSyntax, source, span, message, "this line", help)
}
