//! `laneway init`: a new workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use laneway::config::CONFIG_FILE;
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::path::RepoPath;
use laneway::policy::Policy;
use laneway::reference;
use laneway::render::escape::terminal;
use laneway::workspace;

use super::standing::directory;
use crate::args::{InitArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

type Files = BTreeMap<RepoPath, Vec<u8>>;

/// Writes the policy, all of it or nothing, and says what comes next.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &InitArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    if place.policy.is_some() {
        let help = "leave `--policy` out; `-C` says where the repository is";
        let message = "`laneway init` writes a policy into the repository, and reads none from elsewhere";
        return Err(vec![Fault::new(Code::Usage, message, help)]);
    }
    let one = |fault| vec![fault];
    let repository = Repository::open(&directory(place)?).map_err(one)?;
    let Some(root) = repository.work_tree() else {
        let help = "run it in a clone that has its files checked out";
        return Err(vec![Fault::new(Code::Usage, "the repository has no working tree to write to", help)]);
    };
    let files = if args.reference {
        of_reference()
    } else {
        let tracked = repository.state_of(None).and_then(|state| repository.files_of(state)).map_err(one)?;
        reference::skeleton(&tracked)
    };
    check(root, &files, args.force)?;
    let is_there = |path: &RepoPath, bytes: &[u8]| {
        path.as_str().and_then(|path| std::fs::read(root.join(path)).ok()).is_some_and(|own| own == bytes)
    };
    let unchanged: BTreeSet<RepoPath> =
        files.iter().filter(|(path, bytes)| is_there(path, bytes)).map(|(path, _)| path.clone()).collect();
    if args.dry_run {
        workspace::can_write_all(root, &files, args.force).map_err(one)?;
    } else {
        workspace::write_all(root, &files, args.force).map_err(one)?;
    }
    output::write(None, true, |out| report(out, place, args, &files, &unchanged)).map_err(one)?;
    Ok(Exit::Holds)
}

fn of_reference() -> Files {
    let texts = reference::FILES.iter().copied().chain([(CONFIG_FILE, reference::CONFIG)]);
    texts.map(|(path, text)| (RepoPath::from(path), text.as_bytes().to_vec())).collect()
}

/// Refuses to write beside a policy that is there, and a policy that would not be sound together with it.
fn check(root: &Path, files: &Files, force: bool) -> Result<(), Vec<Fault>> {
    let mut policy = workspace::policy_files(root);
    let others: Vec<String> = policy
        .files
        .keys()
        .filter(|path| !files.contains_key(*path))
        .map(|path| format!("`{path}`"))
        .collect();
    if !others.is_empty() && !force {
        let shown = others.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more = if others.len() > 5 { format!(" and {} more", others.len() - 5) } else { String::new() };
        return Err(vec![Fault::new(
            Code::Exists,
            format!("nothing was written: the repository has a policy already: {shown}{more}"),
            "see with `laneway check` whether it holds; `--force` writes beside it",
        )]);
    }
    policy.files.extend(files.iter().map(|(path, bytes)| (path.clone(), Arc::from(bytes.as_slice()))));
    let policy = Policy::load(&policy);
    if policy.is_broken() { Err(policy.faults) } else { Ok(()) }
}

fn report(
    out: &mut impl Write,
    place: &PlaceArgs,
    args: &InitArgs,
    files: &Files,
    unchanged: &BTreeSet<RepoPath>,
) -> io::Result<()> {
    let strong = anstyle::Style::new().bold();
    let verb = if args.dry_run { "Would write" } else { "Wrote" };
    writeln!(out, "{strong}{verb}, from the root of the repository:{strong:#}")?;
    for (path, bytes) in files {
        let note = if unchanged.contains(path) { "  (is there already)" } else { "" };
        writeln!(out, "  {path}{note}")?;
        if args.dry_run && place.verbose {
            for line in String::from_utf8_lossy(bytes).lines() {
                writeln!(out, "      {}", terminal(line))?;
            }
        }
    }
    writeln!(out, "\n{strong}Next:{strong:#}")?;
    let next = if args.reference {
        [
            ("laneway check", "which rows name nothing here; adapt the maps until it holds"),
            ("git add laneway.yaml ownership-maps lanes", "the policy counts once it is committed"),
            ("laneway route", "the gates of what you changed, each with its reason"),
        ]
    } else {
        [
            ("git add laneway.yaml ownership-maps lanes", "the policy counts once it is committed"),
            ("laneway check", "whether maps, lanes and tree tell the truth"),
            ("laneway route", "the gates of what you changed, each with its reason"),
        ]
    };
    for (command, what) in next {
        writeln!(out, "  {command:<43}# {what}")?;
    }
    Ok(())
}
