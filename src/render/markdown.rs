//! A route for a pull request's comment and a job's summary.
//!
//! Every name is escaped: no file name mentions anybody, ends a table or brings HTML along. GitHub refuses a comment
//! of more than 65,536 characters, so each section has a share of the page, and says how much it leaves out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::escape::{markdown, markdown_code};
use super::reason::{self, count};
use super::report::Report;
use super::text::{names, observed, provenance};
use crate::config::Mode;
use crate::policy::PolicyBasis;
use crate::route::{EdgeKnowledge, GateReason, GateState, Route, SelectedGate, SkipReason};

/// What the page begins with, so that the next run finds its own comment.
pub const MARKER: &str = "<!-- laneway.route -->";

/// How long a page can be at most, in bytes and so in characters too.
pub const LIMIT: usize = 65_000;

// The shares; together with a headline of at most 2,000 bytes they stay below the limit.
const ALARM: usize = 11_000;
const REVIEW: usize = 9_000;
const DOMAINS: usize = 6_000;
const GATES: usize = 20_000;
const SKIPS: usize = 8_000;
const PROFILES: usize = 2_000;
const FILES: usize = 6_000;
/// What closing a section takes.
const CLOSING: usize = 120;

/// Writes the page.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    out.write_all(page(report).as_bytes())
}

fn page(report: &Report<'_>) -> String {
    let route = report.route;
    let mut page = headline(route);
    alarm(&mut page, report);
    review(&mut page, route);
    gates(&mut page, route);
    domains(&mut page, route);
    skips(&mut page, route);
    profiles(&mut page, route);
    files(&mut page, route);
    page
}

fn headline(route: &Route) -> String {
    let all = route.gates.len() + route.skipped.len();
    let mut text =
        format!("{MARKER}\n### Laneway: {} of {} to pass\n\n", route.gates.len(), count(all, "gate"));
    let changed = route.files.iter().filter(|file| !file.moved).count();
    let classes: Vec<_> = route.classes.iter().map(|class| markdown_code(class.as_str())).collect();
    text += &count(changed, "file");
    if !classes.is_empty() {
        text += &format!(" of class {}", classes.join(", "));
    }
    text += ". ";
    if route.empty {
        text += "Nothing changed. ";
    }
    if !route.broad.is_empty() {
        text += "**The route is broad: every gate runs.** ";
    }
    match route.basis {
        PolicyBasis::BaseAndHead => {}
        PolicyBasis::HeadOnly => text += "The policy is the head's alone. ",
        PolicyBasis::External => text += "The policy is a folder outside of the commits. ",
    }
    if route.mode == Mode::Observe {
        let only = route.gates.values().filter(|gate| observed(gate).is_some()).count();
        text += &format!(
            "**Observe mode: every gate runs; {} would be skipped in enforce mode.** ",
            count(only, "gate")
        );
    }
    let mut from: String = provenance(&route.provenance);
    from.truncate(from.char_indices().nth(200).map_or(from.len(), |(at, _)| at));
    text + &format!("\n\n<sub>{}</sub>\n", markdown(&from))
}

/// Puts a section on the page: its head, as many items as fit into `share`, and how many do not.
pub(super) fn section(
    page: &mut String,
    share: usize,
    open: bool,
    title: &str,
    head: &str,
    items: Vec<String>,
) {
    if items.is_empty() {
        return;
    }
    let open = if open { " open" } else { "" };
    let mut text = format!("\n<details{open}><summary><b>{title}</b></summary>\n\n{head}");
    let mut left = items.len();
    for item in &items {
        if text.len() + item.len() + CLOSING > share {
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
    *page += "\n</details>\n";
}

fn alarm(page: &mut String, report: &Report<'_>) {
    let route = report.route;
    let mut items: Vec<String> =
        route.broad.iter().map(|reason| format!("- {}", markdown(&reason::broad(reason)))).collect();
    items.extend(report.proposals.iter().map(|proposal| {
        let row = markdown_code(&proposal.row());
        let files = markdown(&reason::witness(&proposal.files));
        match &proposal.beside {
            Some(beside) => format!("- add {row} beside {}, for {files}", markdown(&reason::place(beside))),
            None => format!("- add {row}, for {files}"),
        }
    }));
    section(page, ALARM / 2, true, "Every gate runs, because", "", items);
    let items = route.moved.iter().map(|moved| {
        format!(
            "- {}: {} → {}",
            markdown_code(&moved.path.to_string()),
            markdown(&names(&moved.from)),
            markdown(&names(&moved.to)),
        )
    });
    let title = format!("Moved rows change who owns {}", count(route.moved.len(), "file"));
    section(page, ALARM / 2, false, &title, "", items.collect());
}

fn review(page: &mut String, route: &Route) {
    let review = &route.review;
    let mut items: Vec<String> = review
        .architecture
        .iter()
        .map(|because| format!("- **architecture review**: {}", markdown(&reason::review(because))))
        .collect();
    if !items.is_empty() {
        items.push(match review.architecture_reviewers.len() {
            0 => "- **architecture review**: `laneway.yaml` names nobody".to_owned(),
            _ => format!("- **architecture review** by {}", markdown(&names(&review.architecture_reviewers))),
        });
    }
    items.extend(review.reviewers.iter().map(|(owner, reviewer)| {
        let because: Vec<_> = reviewer.because.iter().map(reason::reviewer).collect();
        let files = reviewer.files.as_ref().map(|files| format!(": {}", reason::witness(files)));
        format!("- {} {}{}", markdown_code(owner), few(&because), markdown(&files.unwrap_or_default()))
    }));
    items.extend(review.worded().into_iter().map(|requirement| {
        let files = requirement.files.as_ref().map(|files| format!(": {}", reason::witness(files)));
        let quorum = markdown(&requirement.quorum.to_string());
        format!("- needs **{quorum}**{}", markdown(&files.unwrap_or_default()))
    }));
    section(page, REVIEW, true, "Review", "", items);
}

fn gates(page: &mut String, route: &Route) {
    let items = route.gates.values().map(|selected| {
        let gate = &selected.gate;
        let run = match &gate.run {
            Some(run) => markdown_code(run.trim()),
            None => format!("{} <i>(evidence from outside)</i>", markdown(&gate.title)),
        };
        let because: Vec<_> = selected
            .because
            .iter()
            .filter(|reason| !matches!(reason, GateReason::Broad))
            .map(reason::gate)
            .collect();
        format!(
            "| {}{} | {} | {run} | {} |",
            markdown_code(gate.id.as_str()),
            marks(selected),
            gate.layer.as_str().replace('_', " "),
            if because.is_empty() { "the route is broad".to_owned() } else { few(&because) },
        )
    });
    let title = count(route.gates.len(), "gate") + " to pass";
    let head = "| gate | layer | runs | because |\n|---|---|---|---|\n";
    section(page, GATES, true, &title, head, items.collect());
}

fn marks(gate: &SelectedGate) -> String {
    let mut marks = String::new();
    match gate.state {
        GateState::Current => {}
        GateState::Retired => marks += " <b>retired by this change</b>",
        GateState::Redefined => marks += " <b>redefined by this change</b>",
    }
    if observed(gate).is_some() {
        marks += " <b>would be skipped</b>";
    }
    marks
}

fn domains(page: &mut String, route: &Route) {
    let items = route.domains.iter().map(|(id, domain)| {
        let impact: Vec<_> = domain.impact.iter().map(|impact| impact.as_str()).collect();
        let because: Vec<_> = domain.because.iter().map(reason::domain).collect();
        let edges = match domain.import_edges {
            EdgeKnowledge::Declared => "",
            EdgeKnowledge::Unknown => ", importers not stated",
        };
        let id = markdown_code(id.as_str());
        format!("- {id} {}{edges}: {}", impact.join(", "), few(&because))
    });
    let title = count(route.domains.len(), "domain");
    section(page, DOMAINS, false, &title, "", items.collect());
}

fn skips(page: &mut String, route: &Route) {
    let mut by_reason: BTreeMap<&SkipReason, Vec<&str>> = BTreeMap::new();
    for (id, skipped) in &route.skipped {
        by_reason.entry(&skipped.because).or_default().push(id.as_str());
    }
    let items = by_reason.into_iter().map(|(skip, ids)| {
        let shown: Vec<_> = ids.iter().take(20).map(|id| markdown_code(id)).collect();
        let more = ids.len() - shown.len();
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("- {}: {}: {}{rest}", ids.len(), reason::skip(skip), shown.join(", "))
    });
    let title = count(route.skipped.len(), "gate") + " skipped";
    section(page, SKIPS, false, &title, "", items.collect());
}

fn profiles(page: &mut String, route: &Route) {
    let items = route.profiles.iter().map(|profile| {
        let id = markdown_code(&profile.id);
        let because: Vec<_> = profile.forbidden.iter().map(reason::profile).collect();
        if because.is_empty() {
            format!("- {id} allowed")
        } else {
            format!("- {id} not allowed: {}", few(&because))
        }
    });
    section(page, PROFILES, false, "Release profiles", "", items.collect());
}

fn files(page: &mut String, route: &Route) {
    let items = route.files.iter().map(|routed| {
        let path = markdown_code(&routed.file.path.to_string());
        let facts = &routed.facts;
        let domains = match (facts.mapped, facts.exempt) {
            (false, _) => "<b>unmapped</b>".to_owned(),
            (true, true) => "exempt".to_owned(),
            (true, false) => markdown(&names(&facts.domains)),
        };
        let rows: Vec<_> = facts.rows.iter().map(reason::place).collect();
        format!("| {} | {path} | {domains} | {} |", routed.file.status.letter(), few(&rows))
    });
    let title = count(route.files.len(), "file");
    let head = "| | file | domains | rows |\n|---|---|---|---|\n";
    section(page, FILES, false, &title, head, items.collect());
}

/// Escapes and joins the first few sentences, and counts the others.
fn few(sentences: &[String]) -> String {
    let shown = if sentences.len() <= 3 { sentences.len() } else { 2 };
    let mut text = sentences[..shown].iter().map(|text| markdown(text)).collect::<Vec<_>>().join("; ");
    if shown < sentences.len() {
        text += &format!("; and {} more", sentences.len() - shown);
    }
    text
}
