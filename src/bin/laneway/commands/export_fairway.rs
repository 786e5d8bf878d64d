//! `laneway export fairway`: what is to be done and what was, for tracking.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use laneway::dsse::PublicKey;
use laneway::evidence::Archive;
use laneway::fault::{Code, Fault};
use laneway::path::RepoPath;
use laneway::render::escape::terminal;
use laneway::render::fairway::{self, Export, FOLDERS};
use laneway::{store, workspace};

use super::gather::is_blank;
use super::proof;
use super::standing::{directory, standing};
use crate::args::{ExportFairwayArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Where the documents are, unless `--output` says where.
const FOLDER: &str = ".fairway/laneway";

/// Runs the command: the documents of the policy and of the store, of which only those are written that changed.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ExportFairwayArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let mut faults = proof::only_reads(&args.store);
    if args.output.as_deref().is_some_and(is_blank) {
        let help = "give `--output` a value, or leave it out";
        faults.push(Fault::new(Code::EmptyValue, "the value of `--output` is empty", help));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let one = |fault| vec![fault];
    let standing = standing(place, Some("HEAD"))?;
    let policy = &standing.policy;
    if policy.is_broken() {
        return Err(policy.faults.clone());
    }
    // Where evidence is, and whose signatures count, is the base's to say.
    let base = super::dashboard::base(place, &args.store)?;
    let config = base.as_ref().map(|base| base.config.clone()).unwrap_or_default();
    let store = proof::open(place, &args.store, &config)?;
    let trusted = base.iter().flat_map(|base| &base.lanes.trust.keys);
    let keys: Vec<PublicKey> = trusted.map(|own| own.key.clone()).collect();
    let archive = store::archive(store.as_ref(), &keys).map_err(one)?;
    let items = fairway::items(policy, &archive, proof::now().map_err(one)?);
    let root = match (&args.output, standing.repository.work_tree()) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(tree)) => tree.join(FOLDER),
        (None, None) => directory(place)?.join(FOLDER),
    };
    let there = workspace::yaml_files(&root, &FOLDERS).map_err(one)?;
    // What cannot be read may be what an item rests on: nothing is taken for gone.
    let export = Export::new(&items, &there, archive.broken.is_empty())?;
    if !args.dry_run {
        write(&root, &export)?;
    }
    let told = told(&export, args.dry_run);
    output::write(None, false, |out| std::io::Write::write_all(out, told.as_bytes())).map_err(one)?;
    Ok(concluded(place, &archive))
}

fn write(root: &Path, export: &Export) -> Result<(), Vec<Fault>> {
    let files: BTreeMap<RepoPath, Vec<u8>> = export
        .written
        .iter()
        .chain(&export.closed)
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(root).map_err(|error| {
        let message = format!("the folder `{}` cannot be made: {error}", root.display());
        vec![Fault::new(Code::Output, message, "see what is there, and whether there is permission to write")]
    })?;
    workspace::write_all(root, &files, true).map_err(|fault| vec![fault])
}

/// Returns what was done, line by line.
fn told(export: &Export, dry_run: bool) -> String {
    let mut lines = Vec::new();
    for (files, what) in [(&export.written, "written"), (&export.closed, "closed")] {
        lines.extend(files.keys().map(|path| format!("{what:<8} {}", terminal(&path.to_string()))));
    }
    let (written, closed, unchanged) = (export.written.len(), export.closed.len(), export.unchanged);
    let would = if dry_run { "; nothing was written" } else { "" };
    lines.push(format!("{written} written, {closed} closed, {unchanged} unchanged{would}"));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Tells what of the store cannot be read.
fn concluded(place: &PlaceArgs, archive: &Archive) -> Exit {
    if archive.broken.is_empty() {
        return Exit::Holds;
    }
    let faults: Vec<Fault> =
        archive.broken.iter().flat_map(|own| own.faults.iter().take(1)).cloned().collect();
    report::print(&faults, place.verbose);
    Exit::Undecided
}
