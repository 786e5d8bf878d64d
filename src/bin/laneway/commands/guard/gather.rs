//! What was found, and what both tables say about it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use laneway::base::{self, BaseChoice, BaseRequest, Comparison, Flags, Head, Named, Reach, Revision};
use laneway::change::{Confidence, Provenance};
use laneway::config::Config;
use laneway::fault::{Code, Fault};
use laneway::git::{CommitId, HeadState, Repository, Resolved};
use laneway::guard::sarif;
use laneway::guard::{BASELINE_FILE, Base, DEBT_FILE, Issue, LANEWAY, Ledger, Origin, collect};
use laneway::path::RepoPath;
use laneway::policy::{Policy, PolicyFiles};
use laneway::sarif::Log;
use laneway::source::Source;
use laneway::workspace;

use crate::args::{FoundArgs, PlaceArgs};
use crate::commands::{check, standing};
use crate::environment::Environment;

/// A file of findings may not be larger than this.
const MOST_BYTES: u64 = 256 << 20;

/// What was found, and what both tables say about it.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The findings of every tool, each once, in order.
    pub(crate) issues: Vec<Issue>,
    /// The tools that ran.
    pub(crate) tools: BTreeSet<String>,
    /// Results that say that all is well.
    pub(crate) passed: usize,
    /// The tables of head and base.
    pub(crate) origin: Origin,
    /// How many faults the tables of the base have.
    pub(crate) base_faults: usize,
    /// How the base was found; nothing where the tables stand outside of the commits.
    pub(crate) provenance: Option<Provenance>,
    /// The folder below which the tables stand: that of `--policy`, or of the working tree, if there is one.
    pub(crate) root: Option<PathBuf>,
    /// Their folder in it.
    pub(crate) folder: String,
}

/// Reports every empty value.
pub(super) fn no_blank(
    place: &PlaceArgs,
    found: &FoundArgs,
    more: &[(&str, Option<&OsStr>)],
) -> Result<(), Vec<Fault>> {
    let is_blank = |value: &OsStr| value.as_encoded_bytes().iter().all(u8::is_ascii_whitespace);
    let sarif = found.sarif.iter().map(|file| file.as_os_str()).find(|file| is_blank(file));
    let own: [(&str, Option<&OsStr>); 4] = [
        ("-C", place.directory.as_deref()),
        ("--policy", place.policy.as_deref()),
        ("--since", found.since.as_deref().map(OsStr::new)),
        ("--sarif", sarif),
    ];
    let blank = own.iter().chain(more).filter(|(_, value)| value.is_some_and(is_blank));
    let faults: Vec<Fault> = blank
        .map(|(flag, _)| {
            let help = format!("give `{flag}` a value, or leave it out");
            Fault::new(Code::EmptyValue, format!("the value of `{flag}` is empty"), help)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Gathers, or returns every fault of the policy, the tables and the files of findings. Without an environment, what is
/// asked about is the working tree.
pub(super) fn gather(
    place: &PlaceArgs,
    found: &FoundArgs,
    environment: Option<&Environment>,
) -> Result<Gathered, Vec<Fault>> {
    if found.no_check && found.sarif.is_empty() {
        let help = "leave out --no-check, or name files of findings with --sarif";
        return Err(vec![Fault::new(Code::Usage, "there is nothing to compare", help)]);
    }
    let repository = Repository::open(&standing::directory(place)?).map_err(|fault| vec![fault])?;
    let resolved = resolved(&repository, found, environment)?;
    gather_of(place, found, &repository, &resolved)
}

/// Gathers what is found at the head of a change.
pub(crate) fn gather_of(
    place: &PlaceArgs,
    found: &FoundArgs,
    repository: &Repository,
    resolved: &Resolved,
) -> Result<Gathered, Vec<Fault>> {
    let one = |fault| vec![fault];
    let state = resolved.head;
    let external = place.policy.as_ref().map(PathBuf::from);
    let files = match &external {
        Some(folder) => standing::external_files(folder)?,
        None => repository.policy_of(state),
    };
    let mut faults = Vec::new();
    let config = workspace::config_of(&files);
    let (head, table_faults) = ledger(&files, &config, "");
    let renamed = repository.renames(resolved).map_err(|why| {
        let help = "see whether `git status` works there, and complete a partial clone";
        vec![Fault::new(Code::Git, format!("what moved cannot be found out: {why}"), help)]
    })?;
    let (mut issues, mut tools) = (Vec::new(), BTreeSet::new());
    if found.no_check {
        // Of the policy only the two tables are asked; what cannot be read may hide them.
        faults.extend(files.faults.iter().cloned());
    } else {
        let policy = Arc::new(Policy::load(&files));
        faults.extend(policy.faults.iter().cloned());
        let tree = repository.files_of(state).map_err(one)?;
        match check::findings(repository, state, &policy, &tree, &renamed) {
            Ok(own) => {
                issues.extend(own.iter().map(Issue::own));
                tools.insert(LANEWAY.to_owned());
            }
            // Whatever else is wrong is told in the same run.
            Err(unread) => faults.extend(unread),
        }
    }
    faults.extend(table_faults);
    let mut passed = 0;
    for file in &found.sarif {
        match log(file, &roots(repository)) {
            Ok(log) => {
                let mut paths: Vec<RepoPath> =
                    log.results.iter().filter_map(|result| result.path.clone()).collect();
                paths.sort();
                paths.dedup();
                // A file that cannot be read gives no line, and what stands in it is known by what its tool says.
                let (contents, _) = repository.contents_of(state, &paths);
                issues.extend(sarif::issues(log.results, &contents));
                tools.extend(log.tools);
                passed += log.passed;
            }
            Err(more) => faults.extend(more),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let (base, base_faults) = match &external {
        Some(_) => (Base::Outside, 0),
        None => base(repository, resolved, &config, &found.sarif),
    };
    let root = external.clone().or_else(|| repository.work_tree().map(Path::to_path_buf));
    Ok(Gathered {
        issues: collect(issues),
        tools,
        passed,
        origin: Origin { head, base, renamed },
        base_faults,
        provenance: external.is_none().then(|| resolved.change.provenance.clone()),
        root,
        folder: config.ownership_maps,
    })
}

/// Finds the change: since the revision that is named, else as the CI and the default branch say.
fn resolved(
    repository: &Repository,
    found: &FoundArgs,
    environment: Option<&Environment>,
) -> Result<Resolved, Vec<Fault>> {
    let request = match (&found.since, environment) {
        (Some(since), _) => {
            let text = since.clone();
            let head = match repository.work_tree() {
                Some(_) => Head::WorkingTree,
                None => Head::Commit(Revision::CheckedOut),
            };
            let comparison = Comparison {
                method: "flag",
                base: Revision::Spec { text, named: Named::Flag("--since") },
                tip: None,
                head: head.clone(),
                reach: Reach::MergeBase,
                confidence: Confidence::Certain,
                guess: false,
            };
            BaseRequest { method: "flag", head, base: BaseChoice::AnyOf(vec![comparison]) }
        }
        (None, environment) => {
            let none = BTreeMap::new();
            let variables = environment.map_or(&none, |environment| &environment.variables);
            let read_event = |path: &str| {
                let bytes = workspace::read(Path::new(path))?;
                String::from_utf8(bytes).map_err(|error| error.to_string())
            };
            base::request(&Flags::default(), variables, &|| repository.configured_base(), &read_event)?
        }
    };
    repository.change(&request)
}

/// Reads both tables of one side.
fn ledger(files: &PolicyFiles, config: &Config, side: &str) -> (Ledger, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut source = |name: &str| {
        let path = table(config, name);
        let bytes = files.files.get(&path)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(Source::new(format!("{path}{side}"), text)),
            Err(error) => {
                let message = format!("{path}{side} is not UTF-8 at byte {}", error.valid_up_to());
                faults.push(Fault::new(
                    Code::NotUtf8,
                    message,
                    "save it as UTF-8; a path's other bytes are `\\xff`",
                ));
                None
            }
        }
    };
    let (baseline, debt) = (source(BASELINE_FILE), source(DEBT_FILE));
    let (ledger, more) = Ledger::read(baseline.as_ref(), debt.as_ref());
    faults.extend(more);
    (ledger, faults)
}

fn table(config: &Config, name: &str) -> RepoPath {
    RepoPath::new(format!("{}/{name}", config.ownership_maps))
}

/// Returns what the base says, and how many faults its tables have. What cannot be read of them does not count.
fn base(repository: &Repository, resolved: &Resolved, head: &Config, sarif: &[OsString]) -> (Base, usize) {
    let of = |commit: CommitId| {
        let files = repository.policy_of(HeadState::Commit(commit));
        ledger(&files, &workspace::config_of(&files), " (base)")
    };
    let Some(merge_base) = resolved.merge_base else { return (Base::Missing, 0) };
    let (merge_base, mut faults) = of(merge_base);
    let tip = match resolved.base_tip.filter(|tip| Some(*tip) != resolved.merge_base) {
        Some(tip) => {
            let (tip, more) = of(tip);
            faults.extend(more);
            tip
        }
        None => merge_base.clone(),
    };
    let tables = [table(head, BASELINE_FILE), table(head, DEBT_FILE)];
    // What the tools wrote into the working tree is no part of the change.
    let written: Vec<PathBuf> = sarif.iter().filter_map(|file| std::fs::canonicalize(file).ok()).collect();
    let is_written = |path: &RepoPath| {
        let full = repository.work_tree().zip(path.as_str()).map(|(root, path)| root.join(path));
        full.and_then(|full| std::fs::canonicalize(full).ok()).is_some_and(|real| written.contains(&real))
    };
    let mut changed =
        resolved.change.files.iter().map(|file| &file.path).filter(|path| !is_written(path)).peekable();
    let alone = changed.peek().is_some() && changed.all(|path| tables.contains(path));
    (Base::Known { merge_base, tip, alone }, faults.len())
}

/// Returns the absolute paths under which other tools may name the folder of the repository.
fn roots(repository: &Repository) -> Vec<Vec<u8>> {
    let Some(tree) = repository.work_tree() else { return Vec::new() };
    let named = std::path::absolute(tree).ok();
    let real = std::fs::canonicalize(tree).ok();
    let bytes = |path: PathBuf| {
        let mut bytes = path.into_os_string().into_encoded_bytes();
        if cfg!(windows) {
            bytes.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
        }
        bytes
    };
    let mut roots: Vec<Vec<u8>> =
        named.into_iter().chain(real).map(bytes).filter(|path| path != b"/").collect();
    roots.dedup();
    roots
}

/// Reads a file of findings.
fn log(file: &OsStr, roots: &[Vec<u8>]) -> Result<Log, Vec<Fault>> {
    let name = if file == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let too_large = || {
        let message = format!("`{name}` is larger than {} MiB", MOST_BYTES >> 20);
        let help = "let the tool write a file for each part of the repository";
        vec![Fault::new(Code::TooLarge, message, help)]
    };
    let content = if file == "-" {
        let mut content = Vec::new();
        let read = std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut content);
        read.map(|_| content).map_err(|error| error.to_string())
    } else if std::fs::metadata(file).is_ok_and(|metadata| metadata.len() > MOST_BYTES) {
        return Err(too_large());
    } else {
        workspace::read(Path::new(file))
    };
    let content = content.map_err(|why| {
        let help = "name a file of SARIF 2.1.0, or `-` for standard input";
        vec![Fault::new(Code::SarifSyntax, format!("`{name}` cannot be read: {why}"), help)]
    })?;
    if content.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    let text = String::from_utf8(content).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let help = "let the tool write UTF-8, as SARIF demands";
        vec![Fault::new(Code::NotUtf8, format!("`{name}` is not UTF-8 at byte {at}"), help)]
    })?;
    let (log, faults) = laneway::sarif::read(&Source::new(name, text), Some(roots));
    if faults.is_empty() { Ok(log) } else { Err(faults) }
}
