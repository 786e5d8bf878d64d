//! `laneway export`: the maps in another tool's format.

use std::ffi::OsStr;
use std::io::Write as _;

use laneway::codeowners::Dialect;
use laneway::codeowners::write::{Written, write};
use laneway::fault::{Code, Fault};
use laneway::render::escape::terminal;

use super::standing::standing;
use crate::args::{ExportArgs, ExportCodeownersArgs, ExportTarget, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ExportArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    match &args.target {
        ExportTarget::Codeowners(own) => codeowners(place, own),
        ExportTarget::Fairway(own) => super::export_fairway::run(place, own, environment),
    }
}

/// Writes a CODEOWNERS file. What was done goes to standard error: standard output may be the file itself.
fn codeowners(place: &PlaceArgs, args: &ExportCodeownersArgs) -> Result<Exit, Vec<Fault>> {
    let is_blank = |value: &OsStr| value.as_encoded_bytes().iter().all(u8::is_ascii_whitespace);
    if args.output.as_deref().is_some_and(is_blank) {
        let help = "give `--output` a value, or leave it out";
        return Err(vec![Fault::new(Code::EmptyValue, "the value of `--output` is empty", help)]);
    }
    let standing = standing(place, None)?;
    if standing.policy.is_broken() {
        return Err(standing.policy.faults.clone());
    }
    let dialect = Dialect::from(args.dialect);
    let written = write(dialect, &standing.policy, &standing.tree)?;
    let one = |fault| vec![fault];
    let holds = written.differences.is_empty();
    if holds {
        output::replace(args.output.as_deref(), written.text.as_bytes()).map_err(one)?;
    }
    let mut stderr = anstream::stderr().lock();
    // Where standard error is gone, nobody is left to be told.
    let _ = stderr.write_all(told(dialect, &written, standing.tree.len()).as_bytes());
    Ok(if holds { Exit::Holds } else { Exit::Fails })
}

/// Returns what was done, line by line.
fn told(dialect: Dialect, written: &Written, files: usize) -> String {
    let mut lines = vec![format!("{dialect} dialect: {}", counted(written.rules, "rule"))];
    if written.named > 0 {
        let files = counted(written.named, "file");
        lines.push(format!("  {files} named one by one, because no pattern says who owns them"));
    }
    if !written.unsaid.is_empty() {
        let patterns = counted(written.unsaid.len(), "pattern");
        lines.push(format!("  {patterns} that {dialect} cannot say; their files are named one by one:"));
        lines.extend(written.unsaid.iter().take(20).map(|one| format!("    {}", terminal(one))));
    }
    if !written.weakened.is_empty() {
        let places = counted(written.weakened.len(), "place");
        lines.push(format!(
            "  {places} asking for more than CODEOWNERS can say; there, any of the names is enough:"
        ));
        lines.extend(written.weakened.iter().take(20).map(|one| format!("    {}", terminal(one))));
        if written.weakened.len() > 20 {
            lines.push(format!("    and {} more", written.weakened.len() - 20));
        }
    }
    let files = counted(files, "tracked file");
    let differences = counted(written.differences.len(), "difference");
    lines.push(format!("proof: {files} resolved by the maps and by what is written, {differences}"));
    let shown = written.differences.iter().take(20);
    lines.extend(shown.map(|path| format!("    {}", terminal(&path.to_string()))));
    if !written.differences.is_empty() {
        lines.push("nothing was written".to_owned());
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Returns a number with its thing, in the plural where it is not one.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
