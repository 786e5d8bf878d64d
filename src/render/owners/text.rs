//! Who owns paths, one line a path.

use std::io::{self, Write};

use super::{OwnersReport, Said, explain};
use crate::path::RepoPath;
use crate::render::escape::terminal;
use crate::render::text::{ALARM, NAME};

/// How the lines are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `path`, domains and reviewers with a tab between them: for scripts.
    Tabs,
    /// The same in columns, with styles: for people.
    Columns,
}

/// The widest that the column of the paths becomes; a longer path pushes its own line only.
const WIDEST: usize = 72;

/// Writes one line a path; where the report explains, the rows behind each below it.
pub fn write(out: &mut impl Write, report: &OwnersReport<'_>, layout: Layout) -> io::Result<()> {
    if report.explain {
        return explain::write(out, report);
    }
    let said: Vec<(String, String)> =
        report.owned.answers.iter().map(|owning| cells(&Said::new(report.policy, owning))).collect();
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0).min(WIDEST);
    let columns = match layout {
        Layout::Tabs => None,
        Layout::Columns => Some((
            widest(&mut report.paths.iter().map(|path| width(&escaped(path)))),
            widest(&mut said.iter().map(|(domains, _)| width(domains))),
        )),
    };
    let tails: Vec<String> =
        said.iter().map(|said| tail(said, columns.map(|(_, domains)| domains))).collect();
    for (path, answer) in report.paths.iter().zip(&report.owned.of) {
        let path = escaped(path);
        out.write_all(path.as_bytes())?;
        if let Some((column, _)) = columns {
            write!(out, "{:gap$}", "", gap = column.saturating_sub(width(&path)))?;
        }
        out.write_all(tails[*answer].as_bytes())?;
    }
    Ok(())
}

/// The cells of the domains and of the reviewers. No name of a domain has parentheses.
fn cells(said: &Said<'_>) -> (String, String) {
    let domains = if said.every {
        "*".to_owned()
    } else if said.is_mapped() {
        joined(said.domains.iter().map(|domain| domain.as_str()))
    } else {
        "(unmapped)".to_owned()
    };
    let reviewers = joined(said.reviewers.iter().copied());
    (domains, if reviewers.is_empty() { "-".to_owned() } else { reviewers })
}

/// What follows the path on its line.
fn tail((domains, reviewers): &(String, String), column: Option<usize>) -> String {
    match column {
        None => format!("\t{domains}\t{reviewers}\n"),
        Some(column) => {
            let style = if domains.starts_with('(') { ALARM } else { NAME };
            let gap = " ".repeat(column.saturating_sub(width(domains)));
            format!("  {style}{domains}{style:#}{gap}  {reviewers}\n")
        }
    }
}

pub(super) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| terminal(name).into_owned()).collect::<Vec<_>>().join(",")
}

/// Returns a path as text that is safe to print, without a tab or a line break in it.
fn escaped(path: &RepoPath) -> std::borrow::Cow<'_, str> {
    match path.as_str() {
        Some(text) => terminal(text),
        None => terminal(&path.to_string()).into_owned().into(),
    }
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
