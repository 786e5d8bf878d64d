//! A verdict for a pull request's comment and a job's summary.
//!
//! As the page of a route: every name is escaped, and each section has a share of the page and says how much it leaves
//! out, because GitHub refuses a comment of more than 65,536 characters.

use std::io::{self, Write};

use super::groups::{Gate, Groups, headline, size, tally, words};
use super::markdown_release;
use super::next::next;
use super::report::Report;
use super::text::{asides, difference, granted, kept, owes, permission, sentences};
use crate::evidence::{Outcome, Shown};
use crate::policy::PolicyBasis;
use crate::render::escape::{markdown, markdown_code};
use crate::render::markdown::section;
use crate::render::reason::count;
use crate::render::text::provenance;
use crate::route::GateState;

/// What the page begins with, so that the next run finds its own comment.
pub const MARKER: &str = "<!-- laneway.verdict -->";

/// How long a page can be at most, in bytes and so in characters too.
pub const LIMIT: usize = 65_000;

// The shares; together with a headline of at most 3,000 bytes they stay below the limit.
const STOPS: usize = 5_000;
const DIFFERENCES: usize = 5_000;
const STOPPING: usize = 28_000;
const OWED: usize = 12_000;
const SETTLED: usize = 8_000;
const NOTES: usize = 3_000;

/// How much of one text is shown in a table.
const LONGEST: usize = 240;

/// Writes the page.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    out.write_all(page(report).as_bytes())
}

pub(super) fn page(report: &Report<'_>) -> String {
    let groups = Groups::of(report);
    let mut page = head(report, &groups);
    // A release has sections of its own, which share what the gates then leave.
    let part = |share: usize| if report.release.is_some() { share * 2 / 5 } else { share };
    let stops = report.verdict.stops.iter().map(|stop| format!("- {}", text(stop)));
    section(&mut page, STOPS, true, "Stopped whatever the gates say", "", stops.collect());
    let differences = report.differences.iter().map(|own| format!("- {}", text(&difference(own))));
    let title = "The given route is not the one that the commits derive";
    section(&mut page, DIFFERENCES, true, title, "", differences.collect());
    markdown_release::open(&mut page, report);
    let title = format!("{}: {}", count(size(&groups.stopping), "gate"), tally(&groups.stopping));
    let rows = groups.stopping.values().flatten().map(|gate| row(report, *gate));
    section(&mut page, part(STOPPING), true, &title, TABLE, rows.collect());
    let title = format!("Debt: {}: {}", count(size(&groups.owed), "gate"), tally(&groups.owed));
    let rows = groups.owed.values().flatten().map(|gate| row(report, *gate));
    section(&mut page, part(OWED), true, &title, TABLE, rows.collect());
    let title = format!("In order: {}: {}", count(size(&groups.settled), "gate"), tally(&groups.settled));
    let rows = groups.settled.values().flatten().map(settled);
    section(&mut page, part(SETTLED), false, &title, SETTLED_TABLE, rows.collect());
    markdown_release::settled(&mut page, report);
    let owed = report.verdict.debts.iter().filter(|debt| debt.gate.is_none()).map(owes);
    let notes = owed.chain(asides(report)).map(|note| format!("- {}", text(&note)));
    section(&mut page, NOTES, false, "Notes", "", notes.collect());
    page
}

const TABLE: &str = "| gate | | owner | because | next |\n|---|---|---|---|---|\n";

const SETTLED_TABLE: &str = "| gate | | owner |\n|---|---|---|\n";

fn head(report: &Report<'_>, groups: &Groups<'_>) -> String {
    let sign = match report.verdict.outcome {
        Outcome::Clean => "✅",
        Outcome::WithDebt => "⚠️",
        Outcome::Fails => "❌",
    };
    let mut page = format!("{MARKER}\n### {sign} Laneway: {}\n\n", headline(report, groups));
    if report.report_only {
        page += "This is a report: it stops nothing. ";
    }
    if !report.route.broad.is_empty() {
        page += "**The route is broad: every gate is asked for.** ";
    }
    match report.route.basis {
        PolicyBasis::BaseAndHead => {}
        PolicyBasis::HeadOnly => page += "**The policy is the head's alone.** ",
        PolicyBasis::External => page += "**The policy is a folder outside of the commits.** ",
    }
    let commit = markdown_code(&report.commit.to_string());
    let from = cut(&provenance(&report.route.provenance), 200);
    let decided = format!("decided {} by run {}", report.now, cut(report.run.as_str(), 100));
    page + &format!(
        "\n\n{}Commit {commit}, plan {}.\n\n<sub>{}; {}; {}</sub>\n",
        markdown_release::head(report),
        markdown_code(&report.plan.to_string()),
        markdown(&from),
        markdown(&decided),
        markdown(&kept(report)),
    )
}

fn row(report: &Report<'_>, gate: Gate<'_>) -> String {
    let (id, judged) = gate;
    let mut because = sentences(gate);
    because.extend(granted(report, gate).into_iter().map(permission));
    if !judged.blocks && !judged.holds {
        because.push(format!("its enforcement is {}", judged.enforcement.as_str().replace('_', " ")));
    }
    let shown = if because.len() <= 4 { because.len() } else { 3 };
    let mut why: Vec<String> = because[..shown].iter().map(|line| text(line)).collect();
    if shown < because.len() {
        why.push(format!("and {} more", because.len() - shown));
    }
    let state = match report.expectations.get(id).map(|own| own.state) {
        Some(GateState::Retired) => " <b>retired by this change</b>",
        Some(GateState::Redefined) => " <b>redefined by this change</b>",
        Some(GateState::Current) | None => "",
    };
    format!(
        "| {}{state} | {} {} | {} | {} | {} |",
        markdown_code(&cut(id.as_str(), LONGEST)),
        icon(judged.sealed.shown),
        words(judged.sealed.shown),
        text(&judged.sealed.owner),
        why.join("<br>"),
        next(report, id, judged).map(|next| coded(&next)).unwrap_or_default(),
    )
}

fn settled((id, judged): &Gate<'_>) -> String {
    let shown = judged.sealed.shown;
    let id = markdown_code(&cut(id.as_str(), LONGEST));
    format!("| {id} | {} {} | {} |", icon(shown), words(shown), text(&judged.sealed.owner))
}

/// Returns a sign that tells a standing from the others without its colour.
pub(super) const fn icon(shown: Shown) -> &'static str {
    match shown {
        Shown::Passed => "✅",
        Shown::Reused => "♻️",
        Shown::Approved => "👤",
        Shown::Failed => "❌",
        Shown::Partial => "🌓",
        Shown::Flaky => "🎲",
        Shown::Blocked => "⛔",
        Shown::Missing => "❓",
        Shown::NotApplicable => "➖",
        Shown::Waived => "🩹",
    }
}

/// Escapes a sentence of ours, with what stands between backticks as code.
pub(super) fn coded(sentence: &str) -> String {
    let parts = sentence.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { markdown(part) } else { markdown_code(part) }).collect()
}

/// Escapes a text, no longer than a cell should be.
pub(super) fn text(own: &str) -> String {
    markdown(&cut(own, LONGEST))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
