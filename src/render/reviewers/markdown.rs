//! Whom to ask, for a pull request's comment.
//!
//! People are named as code: the request for their review tells them, so the comment need not mention anybody. The page
//! stays below what a forge takes; each section has its share, and says how much it leaves out.

use std::io::{self, Write};

use super::report::Report;
use super::says;
use crate::policy::RosterBasis;
use crate::render::escape::{markdown, markdown_code};
use crate::render::reason::count;
use crate::reviewers::Asked;

/// What the page begins with, so that the next run finds its own comment.
pub const MARKER: &str = "<!-- laneway.reviewers -->";

/// How many bytes each section may have; together they are below the 65,536 characters that GitHub takes.
const ASKED: usize = 24_000;
const OTHER: usize = 9_000;

/// Writes the page.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    out.write_all(page(report).as_bytes())
}

/// Returns the page.
pub fn page(report: &Report<'_>) -> String {
    let mut page = format!("{MARKER}\n### Laneway: {}\n\n", headline(report));
    let requirements = report.requirements();
    let rows = report.choice.asked.iter().map(|asked| row(report, asked));
    let head = "| ask | for | because |\n|---|---|---|\n";
    section(&mut page, ASKED, None, head, rows.collect());
    let mut unmet: Vec<String> =
        report.lacks_architects().then(|| format!("- {}", says::NO_ARCHITECTS)).into_iter().collect();
    unmet.extend(report.choice.unmet.iter().map(|(&at, why)| {
        let what = markdown(&says::requirement(&requirements[at]));
        format!("- {what}: **{}**", markdown(&says::unmet(why, report.known.most)))
    }));
    section(&mut page, OTHER, Some(("Not satisfied", true)), "", unmet);
    let mut left_out: Vec<_> = report.choice.left_out.iter().collect();
    left_out.sort_by_key(|(_, why)| *why);
    let lines = left_out
        .iter()
        .map(|(who, why)| format!("- {}: {}", markdown_code(who.name()), markdown(&says::left_out(why))));
    section(&mut page, OTHER, Some(("Left out", false)), "", lines.collect());
    if !matches!(report.basis, RosterBasis::Absent | RosterBasis::NoBase) {
        let lines = report.choice.unknown.iter().map(|name| format!("- {}", markdown_code(name)));
        section(&mut page, OTHER, Some(("Names that the roster does not know", false)), "", lines.collect());
    }
    let notes = report.notes.iter().map(|note| format!("- {}", markdown(note)));
    section(&mut page, OTHER, Some(("Notes", false)), "", notes.collect());
    let mut seed: String = report.known.seed.chars().take(100).collect();
    if seed.len() < report.known.seed.len() {
        seed.push('…');
    }
    // Without the day, so that the page of tomorrow is the same where nothing else is.
    page + &format!("\n<sub>seed {}; roster: {}</sub>\n", markdown(&seed), markdown(&says::roster(report)))
}

/// Returns the headline, which also stands in the commit status.
pub fn headline(report: &Report<'_>) -> String {
    let choice = report.choice;
    if report.requirements().is_empty() && !report.lacks_architects() {
        return "nobody need be asked".to_owned();
    }
    let mut text = match choice.asked.len() {
        0 => "nobody can be asked".to_owned(),
        number => format!("{} to ask", says::people(number)),
    };
    let unmet = choice.unmet.len() + usize::from(report.lacks_architects());
    if unmet > 0 {
        text += &format!(", {} not satisfied", count(unmet, "requirement"));
    }
    text
}

fn row(report: &Report<'_>, asked: &Asked) -> String {
    let mut what: Vec<String> = says::needed_for(asked)
        .into_iter()
        .take(4)
        .map(|at| {
            let requirement = &report.requirements()[at];
            let why: Vec<String> =
                says::because(report, requirement).iter().take(2).map(|why| markdown(why)).collect();
            format!("{}<br><sub>{}</sub>", markdown(&says::requirement(requirement)), why.join("; "))
        })
        .collect();
    let more = says::needed_for(asked).len() - what.len();
    if more > 0 {
        what.push(format!("and {more} more"));
    }
    let title = report.title(&asked.who).map(|title| format!("<br>{}", markdown(title)));
    format!(
        "| {}{} | {} | {} |",
        markdown_code(asked.who.name()),
        title.unwrap_or_default(),
        what.join("<br>"),
        markdown(&says::passed(asked)),
    )
}

/// Puts a section on the page: its head, as many items as fit into `share`, and how many do not.
fn section(page: &mut String, share: usize, title: Option<(&str, bool)>, head: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    let mut text = match title {
        Some((title, open)) => {
            let open = if open { " open" } else { "" };
            format!("\n<details{open}><summary><b>{title}</b> ({})</summary>\n\n{head}", items.len())
        }
        None => head.to_owned(),
    };
    let mut left = items.len();
    for item in &items {
        if text.len() + item.len() > share {
            break;
        }
        text += item;
        text.push('\n');
        left -= 1;
    }
    if left > 0 {
        text += &format!("\nand {left} more, which do not fit here; see the JSON document\n");
    }
    *page += &text;
    if title.is_some() {
        *page += "\n</details>\n";
    }
}
