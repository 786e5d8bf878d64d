//! What every import ends with: the proof, the report, and the files.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use laneway::fault::{Code, Fault};
use laneway::import::Imported;
use laneway::path::RepoPath;
use laneway::policy::Policy;
use laneway::render::escape::terminal;
use laneway::workspace;

use crate::args::ImportHow;
use crate::commands::standing::Standing;
use crate::exit::Exit;
use crate::output;

/// How many things of a kind are named, unless all are wanted.
const NAMED: usize = 10;

/// What was made, and how it is proved.
pub(super) struct Outcome<'o> {
    pub(super) imported: &'o Imported,
    /// What stands above the report; may be empty.
    pub(super) heading: String,
    /// What the maps are compared with: `the OWNERS files`.
    pub(super) by: &'static str,
    /// Returns what the maps, read back, say otherwise.
    pub(super) differences: &'o dyn Fn(&Policy, &[RepoPath]) -> Vec<String>,
}

/// Returns the contents of the tracked files that are wanted, or every one that cannot be read.
pub(super) fn contents(
    standing: &Standing,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<BTreeMap<RepoPath, Arc<[u8]>>, Vec<Fault>> {
    let paths: Vec<RepoPath> = standing.tree.iter().filter(|path| is_wanted(path)).cloned().collect();
    let (contents, unread) = standing.repository.contents_of(standing.state, &paths);
    let unread = unread.into_iter().map(|(path, why)| {
        let help = "see whether it may be read, and complete a partial clone";
        Fault::new(Code::Git, format!("{path} cannot be read: {why}"), help)
    });
    let faults: Vec<Fault> = unread.collect();
    if faults.is_empty() { Ok(contents) } else { Err(faults) }
}

/// Reads back what would be written and compares it with its source; then writes it, or prints it. With differences
/// nothing is written.
pub(super) fn conclude(
    standing: &Standing,
    outcome: &Outcome<'_>,
    how: &ImportHow,
    verbose: bool,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let policy = outcome.imported.policy(&standing.repository.policy_of(standing.state));
    if policy.is_broken() {
        return Err(policy.faults);
    }
    let differences = (outcome.differences)(&policy, &standing.tree);
    let is_proved = differences.is_empty();
    if is_proved && !how.dry_run {
        let Some(root) = standing.repository.work_tree() else {
            let help = "print the files with --dry-run, or use a clone with a working tree";
            return Err(vec![Fault::new(Code::Usage, "a bare repository has no files to write to", help)]);
        };
        let files = outcome.imported.files().map(|(path, text)| (path.clone(), text.as_bytes().to_vec()));
        workspace::write_all(root, &files.collect(), how.force).map_err(one)?;
    }
    let written = output::write(None, false, |out| {
        if how.dry_run {
            files(out, outcome.imported)?;
        }
        write!(out, "{}", outcome.heading)?;
        report(out, outcome.imported, verbose)?;
        proof(out, outcome, standing.tree.len(), &differences, verbose)?;
        let (maps, lanes) = (outcome.imported.maps.keys().next(), outcome.imported.lanes.len());
        match (is_proved, how.dry_run, maps) {
            (true, false, Some(map)) => {
                writeln!(out, "wrote {} and {lanes} lanes", terminal(&map.to_string()))
            }
            (true, true, _) => writeln!(out, "nothing is written: --dry-run"),
            (false, _, _) | (_, _, None) => writeln!(out, "nothing is written"),
        }
    });
    written.map_err(one)?;
    Ok(if is_proved { Exit::Holds } else { Exit::Fails })
}

fn files(out: &mut impl Write, imported: &Imported) -> io::Result<()> {
    for (path, text) in imported.files() {
        writeln!(out, "==> {} <==", terminal(&path.to_string()))?;
        for line in text.lines() {
            writeln!(out, "{}", terminal(line))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn report(out: &mut impl Write, imported: &Imported, verbose: bool) -> io::Result<()> {
    for line in &imported.report {
        let what = match (line.count, line.what.as_str()) {
            (1, what) => what.to_owned(),
            (_, what) if what.ends_with("alias") => format!("{what}es"),
            (_, what) => format!("{what}s"),
        };
        writeln!(out, "{}", format!("{} {what} {}", line.count, terminal(&line.why)).trim_end())?;
        named(out, &line.of, verbose)?;
    }
    Ok(())
}

fn proof(
    out: &mut impl Write,
    outcome: &Outcome<'_>,
    files: usize,
    differences: &[String],
    verbose: bool,
) -> io::Result<()> {
    let differ = if differences.len() == 1 { "difference" } else { "differences" };
    let count = differences.len();
    writeln!(out, "{files} tracked files asked by {} and by the written maps: {count} {differ}", outcome.by)?;
    named(out, differences, verbose)
}

/// Names the first of these, or all of them.
fn named(out: &mut impl Write, of: &[String], verbose: bool) -> io::Result<()> {
    let shown = if verbose { of.len() } else { of.len().min(NAMED) };
    for one in &of[..shown] {
        writeln!(out, "  {}", terminal(one))?;
    }
    if shown < of.len() {
        writeln!(out, "  and {} more; --verbose names all", of.len() - shown)?;
    }
    Ok(())
}
