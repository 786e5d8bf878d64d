//! `laneway owners`: who owns these paths.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::Path;

use laneway::attribute::owned;
use laneway::fault::{Code, Fault};
use laneway::files_from;
use laneway::git::{HeadState, Repository};
use laneway::path::RepoPath;
use laneway::policy::Policy;
use laneway::render::owners::{Layout, OwnersReport, json, text};

use super::gather::{bytes, is_blank, read_list};
use super::standing::{directory, external};
use crate::args::{OwnersArgs, OwnersFormat, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Looks up the paths and prints who owns them.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &OwnersArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    check_values(place, args)?;
    if args.paths.is_empty() && args.files_from.is_none() && !args.all {
        let help = "name paths, list them with `--files-from`, or ask about every tracked file with `--all`";
        return Err(vec![Fault::new(Code::Usage, "no path is asked about", help)]);
    }
    let listed = match &args.files_from {
        Some(file) => {
            let list = read_list(file, args.files_format)?;
            Some(list.into_iter().map(|one| one.path).collect())
        }
        None => None,
    };
    let asked = asked(place, args)?;
    let paths = match listed {
        Some(paths) => paths,
        None if args.all => asked.tree,
        None => named(&args.paths, &asked.tree)?,
    };
    let owned = owned(&asked.policy, &paths);
    let report = OwnersReport {
        policy: &asked.policy,
        commit: asked.commit.as_deref(),
        paths: &paths,
        owned: &owned,
        explain: args.explain,
    };
    let file = args.output.as_deref();
    let written = match args.format {
        OwnersFormat::Json => output::write(file, false, |out| json(out, &report)),
        OwnersFormat::Text if args.explain => {
            output::write(file, true, |out| text(out, &report, Layout::Columns))
        }
        OwnersFormat::Text if file.is_none() && std::io::stdout().is_terminal() => {
            output::write(file, true, |out| text(out, &report, Layout::Columns))
        }
        OwnersFormat::Text => output::write(file, false, |out| text(out, &report, Layout::Tabs)),
    };
    written.map_err(|fault| vec![fault])?;
    if asked.policy.is_broken() {
        report::print(&asked.policy.faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if report.unmapped() == 0 { Exit::Holds } else { Exit::Fails })
}

/// A policy, and the files that stand under it.
struct Asked {
    policy: Policy,
    commit: Option<String>,
    tree: Vec<RepoPath>,
}

/// Reads the policy and, where they are needed, the tracked files. Without a repository, the folder's own policy
/// answers for paths that are named.
fn asked(place: &PlaceArgs, args: &OwnersArgs) -> Result<Asked, Vec<Fault>> {
    let one = |fault| vec![fault];
    let folder = directory(place)?;
    let repository = match Repository::open(&folder) {
        Err(fault) if fault.code == Code::NotARepository && !args.all && args.head.is_none() => {
            let folder = place.policy.as_ref().map_or(folder.as_path(), Path::new);
            return Ok(Asked { policy: external(folder)?, commit: None, tree: Vec::new() });
        }
        opened => opened.map_err(one)?,
    };
    let state = repository.state_of(args.head.as_deref()).map_err(one)?;
    // A list names files, never folders.
    let tree = match &args.files_from {
        Some(_) => Vec::new(),
        None => repository.files_of(state).map_err(one)?,
    };
    let (policy, commit) = match (&place.policy, state) {
        (Some(folder), _) => (external(folder.as_ref())?, None),
        (None, HeadState::Commit(commit)) => {
            (Policy::load(&repository.policy_of(state)), Some(commit.to_string()))
        }
        (None, HeadState::Index(_) | HeadState::WorkingTree(_) | HeadState::Nothing) => {
            (Policy::load(&repository.policy_of(state)), None)
        }
    };
    Ok(Asked { policy, commit, tree })
}

/// Reports every empty value.
fn check_values(place: &PlaceArgs, args: &OwnersArgs) -> Result<(), Vec<Fault>> {
    let named: [(&str, Option<&OsStr>); 5] = [
        ("-C", place.directory.as_deref()),
        ("--policy", place.policy.as_deref()),
        ("--head", args.head.as_deref().map(OsStr::new)),
        ("--files-from", args.files_from.as_deref()),
        ("--output", args.output.as_deref()),
    ];
    let empty = named.into_iter().filter(|(_, value)| value.is_some_and(is_blank));
    let faults: Vec<Fault> = empty
        .map(|(flag, _)| {
            Fault::new(
                Code::EmptyValue,
                format!("the value of `{flag}` is empty"),
                format!("give `{flag}` a value, or leave it out"),
            )
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Returns the paths of the arguments; a folder becomes the tracked files below it.
fn named(arguments: &[OsString], tree: &[RepoPath]) -> Result<Vec<RepoPath>, Vec<Fault>> {
    let mut paths = Vec::new();
    let mut faults = Vec::new();
    for argument in arguments {
        let is_folder = bytes(argument).len() > 1 && bytes(argument).ends_with(b"/");
        let name = bytes(argument).strip_suffix(b"/").filter(|_| is_folder).unwrap_or(bytes(argument));
        let path = match files_from::from_arguments([name]) {
            Ok(listed) => listed.into_iter().map(|one| one.path).next(),
            Err(wrong) => {
                faults.extend(wrong);
                None
            }
        };
        let Some(path) = path else { continue };
        let below = below(&path, tree);
        if !below.is_empty() {
            paths.extend_from_slice(below);
        } else if is_folder {
            faults.push(Fault::new(
                Code::Usage,
                format!("the folder `{path}/` has no tracked file"),
                "name a file in it, which need not exist, or the folder that you mean",
            ));
        } else {
            paths.push(path);
        }
    }
    if faults.is_empty() { Ok(paths) } else { Err(faults) }
}

/// Returns the tracked files below a folder; the tree is sorted, so they stand together.
fn below<'a>(folder: &RepoPath, tree: &'a [RepoPath]) -> &'a [RepoPath] {
    let prefix = [folder.as_bytes(), b"/"].concat();
    let start = tree.partition_point(|path| path.as_bytes() < prefix.as_slice());
    let length = tree[start..].partition_point(|path| path.as_bytes().starts_with(&prefix));
    &tree[start..start + length]
}
