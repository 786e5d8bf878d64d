//! From arguments to what a route is asked for: the change, its policies, and what widens it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::base::{self, Flags};
use laneway::change::{
    Change, ChangeSource, ChangedFile, Confidence, MissingBase, Provenance, Side, Sides, Status,
};
use laneway::fault::{Code, Fault};
use laneway::files_from::{self, Format, Listed};
use laneway::git::{HeadState, Repository, Resolved};
use laneway::id::{GateId, nearest};
use laneway::path::RepoPath;
use laneway::policy::{Policies, PolicyBasis};
use laneway::route::{Request, Widen};
use laneway::workspace;

use crate::args::{ChangeArgs, ListFormat, OnMissingBase, PlaceArgs};
use crate::environment::Environment;

/// Everything that a route is decided by.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) change: Change,
    pub(crate) policies: Policies,
    tracked: Vec<RepoPath>,
    widen: Widen,
    origin: Option<(Repository, Resolved)>,
}

impl Gathered {
    /// Returns the request.
    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            change: &self.change,
            policies: &self.policies,
            tracked: &self.tracked,
            widen: self.widen.clone(),
        }
    }

    /// Widens the route to every gate, unless it is already so by hand.
    pub(crate) fn widen_all(&mut self, reason: &str) {
        self.widen.all.get_or_insert_with(|| reason.to_owned());
    }

    /// Returns the repository and the commits of the change; nothing without a repository.
    pub(crate) fn origin(&self) -> Option<(&Repository, &Resolved)> {
        self.origin.as_ref().map(|(repository, resolved)| (repository, resolved))
    }

    /// Returns what is wrong with the head's policy: the route is then broad, and the exit code 2.
    pub(crate) fn head_faults(&self) -> &[Fault] {
        self.policies.of(Side::Head).map_or(&[], |policy| &policy.faults)
    }

    /// Returns the tracked files, sorted; none where there is no repository, or where it cannot be read.
    pub(crate) fn tree(&self) -> Vec<RepoPath> {
        let tracked = |(repository, resolved): &(Repository, Resolved)| repository.tracked(resolved).ok();
        self.origin.as_ref().and_then(tracked).unwrap_or_default()
    }
}

/// Gathers what a route is decided by, or every fault of the arguments, the environment and the repository.
pub(crate) fn gather(
    place: &PlaceArgs,
    args: &ChangeArgs,
    environment: &Environment,
) -> Result<Gathered, Vec<Fault>> {
    let widen = checked(place, args, environment)?;
    let directory = place.directory.as_ref().map_or_else(|| PathBuf::from("."), PathBuf::from);
    let (change, origin) = match listed(args)? {
        Some(list) => from_list(&directory, &list)?,
        None => from_git(&directory, args, environment)?,
    };
    if args.on_missing_base == OnMissingBase::Fail
        && let Some(fault) = base::missing_fault(&change.provenance)
    {
        return Err(vec![fault]);
    }
    let policies = match (&place.policy, &origin) {
        (Some(folder), _) => external(Path::new(folder))?,
        (None, None) => external(&directory)?,
        (None, Some((repository, resolved))) => of_commits(repository, resolved),
    };
    let mut gathered = Gathered { change, policies, tracked: Vec::new(), widen, origin };
    gathered.widen.add = added(&args.add, &gathered.policies)?;
    if gathered.policies.rows_differ()
        && let Some((repository, resolved)) = &gathered.origin
    {
        match repository.tracked(resolved) {
            Ok(tracked) => gathered.tracked = tracked,
            // Which rows moved is not known: that makes the route wider, not void.
            Err(why) => {
                let missing = &mut gathered.change.provenance.missing;
                *missing = missing.take().or(Some(MissingBase::Unreadable { why }));
            }
        }
    }
    Ok(gathered)
}

/// Reports every empty value, and returns what widens the route; gates are looked up later.
fn checked(place: &PlaceArgs, args: &ChangeArgs, environment: &Environment) -> Result<Widen, Vec<Fault>> {
    let mut faults = Vec::new();
    let named: [(&str, Option<&OsStr>); 8] = [
        ("-C", place.directory.as_deref()),
        ("--policy", place.policy.as_deref()),
        ("--base", args.base.as_deref().map(OsStr::new)),
        ("--head", args.head.as_deref().map(OsStr::new)),
        ("--files-from", args.files_from.as_deref()),
        ("--all", args.all.as_deref().map(OsStr::new)),
        ("--output", args.output.as_deref()),
        ("--add", args.add.iter().map(OsStr::new).find(|gate| is_blank(gate))),
    ];
    for (flag, _) in named.into_iter().filter(|(_, value)| value.is_some_and(is_blank)) {
        faults.push(Fault::new(
            Code::EmptyValue,
            format!("the value of `{flag}` is empty"),
            format!("give `{flag}` a value, or leave it out"),
        ));
    }
    let kill_switch = environment.get("LANEWAY_ALL").map(|value| value.map(str::to_owned));
    match kill_switch {
        Ok(kill_switch) if faults.is_empty() => {
            Ok(Widen { all: args.all.clone(), kill_switch, add: BTreeSet::new() })
        }
        Ok(_) => Err(faults),
        Err(fault) => {
            faults.push(fault);
            Err(faults)
        }
    }
}

pub(crate) fn is_blank(value: &OsStr) -> bool {
    value.as_encoded_bytes().iter().all(u8::is_ascii_whitespace)
}

/// Returns the files that the arguments list, if they do.
fn listed(args: &ChangeArgs) -> Result<Option<Vec<Listed>>, Vec<Fault>> {
    if let Some(files) = &args.files {
        return files_from::from_arguments(files.iter().map(bytes)).map(Some);
    }
    args.files_from.as_ref().map(|file| read_list(file, args.files_format)).transpose()
}

/// Reads the files that a file, or standard input, lists.
pub(crate) fn read_list(file: &OsStr, format: Option<ListFormat>) -> Result<Vec<Listed>, Vec<Fault>> {
    let format = match format {
        None => Format::Auto,
        Some(ListFormat::Lines) => Format::Lines,
        Some(ListFormat::Nul) => Format::Nul,
        Some(ListFormat::Json) => Format::Json,
    };
    let (name, content) = if file == "-" {
        let mut content = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut content);
        ("standard input".to_owned(), read.map(|_| content).map_err(|error| error.to_string()))
    } else {
        (file.to_string_lossy().into_owned(), workspace::read(Path::new(file)))
    };
    let content = content.map_err(|why| {
        vec![Fault::new(
            Code::FileList,
            format!("the file list `{name}` cannot be read: {why}"),
            "name a file with one path a line, with paths that end in NUL, or with JSON",
        )]
    })?;
    files_from::parse(&name, &content, format)
}

type Origin = Option<(Repository, Resolved)>;

/// A change by a list of files. The commit that is checked out is the base, the working tree the head; without a
/// repository there is neither.
fn from_list(directory: &Path, list: &[Listed]) -> Result<(Change, Origin), Vec<Fault>> {
    let repository = match Repository::open(directory) {
        Ok(repository) => repository,
        Err(fault) if fault.code == Code::NotARepository => {
            let files = list.iter().map(|file| ChangedFile {
                path: file.path.clone(),
                status: file.status.unwrap_or(Status::Modified),
                previous_path: file.previous_path.clone(),
                present: Sides::ALL,
            });
            return Ok((Change::new(by_list(None), files), None));
        }
        Err(fault) => return Err(vec![fault]),
    };
    let commit = repository.checked_out();
    let files = repository.listed_files(list).map_err(|why| {
        let help = "see whether `git status` works there, and complete a partial clone";
        vec![Fault::new(Code::Git, format!("the files of the list cannot be looked up: {why}"), help)]
    })?;
    let change = Change::new(by_list(commit.map(|commit| commit.to_string())), files);
    let head = match (repository.work_tree(), commit) {
        (Some(_), commit) => HeadState::WorkingTree(commit),
        (None, Some(commit)) => HeadState::Commit(commit),
        (None, None) => HeadState::Nothing,
    };
    let resolved = Resolved { change: change.clone(), merge_base: commit, base_tip: commit, head };
    Ok((change, Some((repository, resolved))))
}

fn by_list(commit: Option<String>) -> Provenance {
    Provenance {
        source: ChangeSource::Files,
        base: commit.clone(),
        head: commit.clone(),
        merge_base: commit,
        base_method: "files".to_owned(),
        confidence: Confidence::Certain,
        missing: None,
    }
}

/// A change by what git says: of two commits, of the index, or of the working tree.
fn from_git(
    directory: &Path,
    args: &ChangeArgs,
    environment: &Environment,
) -> Result<(Change, Origin), Vec<Fault>> {
    let repository = Repository::open(directory).map_err(|fault| vec![fault])?;
    let flags =
        Flags { base: args.base.clone(), head: args.head.clone(), exact: args.exact, staged: args.staged };
    let read_event = |path: &str| {
        let bytes = workspace::read(Path::new(path))?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    };
    let configured = || repository.configured_base();
    let request = base::request(&flags, &environment.variables, &configured, &read_event)?;
    let resolved = repository.change(&request)?;
    Ok((resolved.change.clone(), Some((repository, resolved))))
}

/// Loads the one policy of a folder for every side.
fn external(folder: &Path) -> Result<Policies, Vec<Fault>> {
    let policy = Arc::new(super::standing::external(folder)?);
    Ok(Policies::new(PolicyBasis::External, Side::ALL.into_iter().map(|side| (side, Arc::clone(&policy)))))
}

/// Loads the policies of the change's commits. Without a base, the tip of the base branch may still be known.
fn of_commits(repository: &Repository, resolved: &Resolved) -> Policies {
    let sides: Vec<_> = Side::ALL
        .into_iter()
        .filter_map(|side| Some((side, repository.policy_files(resolved, side)?)))
        .collect();
    let has_base = sides.iter().any(|(side, _)| *side != Side::Head);
    let basis = if has_base { PolicyBasis::BaseAndHead } else { PolicyBasis::HeadOnly };
    Policies::load(basis, &sides)
}

/// Looks up the gates of `--add`.
fn added(names: &[String], policies: &Policies) -> Result<BTreeSet<GateId>, Vec<Fault>> {
    let gates = || policies.each.iter().flat_map(|(_, policy)| policy.lanes.gates.values());
    let mut found = BTreeSet::new();
    let mut faults = Vec::new();
    for name in names {
        let by_id = gates().find(|gate| gate.id.as_str() == name);
        match by_id.or_else(|| gates().find(|gate| gate.title == *name)) {
            Some(gate) => {
                found.insert(gate.id.clone());
            }
            None => {
                let known = gates().flat_map(|gate| [gate.id.as_str(), gate.title.as_str()]);
                let help = match nearest(name, known) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "`laneway route --verbose` lists every gate".to_owned(),
                };
                let message = format!("`--add` names `{name}`, and there is no such gate");
                faults.push(Fault::new(Code::UnknownGate, message, help));
            }
        }
    }
    // A broken policy may lack the very gate. Its route is broad, and has every gate that there is.
    let is_broken = policies.each.iter().any(|(_, policy)| policy.is_broken());
    if faults.is_empty() || is_broken { Ok(found) } else { Err(faults) }
}

/// Returns the bytes of an argument, which on Unix need not be UTF-8.
pub(crate) fn bytes(argument: &OsString) -> &[u8] {
    argument.as_encoded_bytes()
}
