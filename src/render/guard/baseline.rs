//! What the baseline should change, for people at a terminal.

use std::io::{self, Write};

use crate::guard::{BASELINE_FILE, Known, Rewrite};
use crate::path::RepoPath;
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, STRONG};

/// How many lines of a kind are shown, where not all are wanted.
const SHOWN: usize = 20;

/// What became of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Same,
    /// It was written.
    Written,
    /// It differs and was not to be written.
    Differs,
    /// It would grow, and nobody accepts that.
    Refused,
}

/// Writes what is taken out, what moves and what is added, then what became of the file.
pub fn write(
    out: &mut impl Write,
    changed: &Rewrite,
    path: &RepoPath,
    outcome: Outcome,
    detail: Detail,
) -> io::Result<()> {
    let few = |all: usize| if detail.verbose || all <= SHOWN + 1 { all } else { SHOWN };
    let list = |out: &mut dyn Write, mark: &str, all: &[String]| {
        for line in &all[..few(all.len())] {
            writeln!(out, "{mark} {}", terminal(line))?;
        }
        if few(all.len()) < all.len() {
            writeln!(
                out,
                "{FAINT}{mark} and {} more; --verbose shows all{FAINT:#}",
                all.len() - few(all.len())
            )?;
        }
        io::Result::Ok(())
    };
    let named = |known: &Known| {
        let path = known.path.as_ref().map_or_else(|| "the workspace".to_owned(), ToString::to_string);
        format!("{known}  {path}  {}", known.subject)
    };
    list(out, "-", &changed.removed.iter().map(named).collect::<Vec<_>>())?;
    let moved = changed.moved.iter().map(|(from, to)| {
        let from = from.path.as_ref().map_or_else(String::new, ToString::to_string);
        format!("{}  moved from {from}", named(to))
    });
    list(out, "~", &moved.collect::<Vec<_>>())?;
    list(out, "+", &changed.added.iter().map(named).collect::<Vec<_>>())?;
    let file = terminal(path.as_str().unwrap_or(BASELINE_FILE)).into_owned();
    let lines = count(changed.lines, "line");
    match outcome {
        Outcome::Same => writeln!(out, "{STRONG}{file}{STRONG:#} is as it should be: {lines}."),
        Outcome::Written => writeln!(
            out,
            "{STRONG}{file}{STRONG:#} is written: {lines}, {} more, {} fewer, {} moved.",
            changed.added.len(),
            changed.removed.len(),
            changed.moved.len()
        ),
        Outcome::Differs => writeln!(
            out,
            "{STRONG}{file}{STRONG:#} {CARE}is not as it should be{CARE:#}; --write makes it so: {lines}, {} more, {} \
             fewer, {} moved.",
            changed.added.len(),
            changed.removed.len(),
            changed.moved.len()
        ),
        Outcome::Refused => writeln!(
            out,
            "{STRONG}{file}{STRONG:#} {ALARM}would grow by {}{ALARM:#}, and nothing was written. Mend them, or say who \
             accepts them and why: --accept --owner OWNER --reason REASON.",
            count(changed.added.len(), "line")
        ),
    }
}
