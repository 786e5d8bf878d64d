//! A promotion for a pull request's comment and a job's summary.

use std::io::{self, Write};

use super::Report;
use crate::release::promotion::State;
use crate::render::escape::markdown;

/// How much of one text is shown in a table.
const LONGEST: usize = 300;

/// How long all the cells of one condition can be: the page stays far below what a comment may have.
const CELL: usize = 6_000;

/// Writes a table of the conditions.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let promotion = report.promotion;
    writeln!(out, "<!-- laneway.promotion -->\n### {}\n", markdown(&report.headline()))?;
    writeln!(out, "Commit `{}`, run `{}`.\n", report.commit, report.run)?;
    writeln!(
        out,
        "| | Condition | State | Proof, or what is missing | Owner |\n| --- | --- | --- | --- | --- |"
    )?;
    for (condition, found) in &promotion.conditions {
        let state = match found.state {
            State::Holds => "holds",
            State::Fails => "**fails**",
            State::Unknown => "**unknown**",
        };
        let aside = if promotion.claim.needs(*condition) { "" } else { " (not claimed)" };
        let missing = found.missing.iter().map(|own| format!("missing: {}", cell(own)));
        let mut says = missing.chain(found.proof.iter().map(|own| cell(own))).collect::<Vec<_>>();
        let mut left = 0;
        while says.iter().map(String::len).sum::<usize>() > CELL {
            says.pop();
            left += 1;
        }
        if left > 0 {
            says.push(format!("and {left} more"));
        }
        let (number, title) = (condition.number(), condition.title());
        let says = says.join("<br>");
        writeln!(out, "| {number} | {title}{aside} | {state} | {says} | {} |", cell(&found.owner))?;
    }
    for stop in report.stops {
        write!(out, "\n- stopped: {}", cell(stop))?;
    }
    for note in report.notes.iter().take(20) {
        write!(out, "\n- {}", cell(note))?;
    }
    writeln!(out, "\n\n{}.", markdown(&report.kept()))
}

fn cell(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    markdown(&(cut + more)).replace('\n', " ")
}
