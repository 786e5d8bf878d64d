//! The page.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::mark;
use super::model::{Commit, Dashboard, Decided, Entry, Word};
use super::parts::{counted, grouped, hash, lasted, said, time};
use super::{graduation, plots, promotions, releases, tables};
use crate::evidence::Shown;
use crate::render::page::{self, Page, text};

/// Of how many verdicts the gates are listed, at most; how many gates in all; and how many more verdicts have a line.
const OPEN: usize = 60;
const OPEN_GATES: usize = 4_000;
const LINES: usize = 300;

/// How many characters of a name, of a reason, are shown.
pub(super) const NAME: usize = 120;
pub(super) const REASON: usize = 320;

/// What stands where an owner should.
pub(super) const NOBODY: &str = "no owner";

/// Writes the page. It is whole without its script, which filters, folds and moves.
pub fn write(out: &mut impl Write, dashboard: &Dashboard<'_>) -> io::Result<()> {
    let mut body = String::with_capacity(1 << 16);
    head(&mut body, dashboard);
    tables::broken(&mut body, dashboard);
    figures(&mut body, dashboard);
    tables::debt(&mut body, dashboard);
    releases::releases(&mut body, dashboard);
    promotions::promotions(&mut body, dashboard);
    graduation::graduation(&mut body, dashboard);
    verdicts(&mut body, dashboard);
    tables::exceptions(&mut body, dashboard);
    tables::flaky(&mut body, dashboard);
    plots::times(&mut body, dashboard);
    body.push_str("</main>\n");
    let page = Page {
        title: "Evidence dashboard",
        css: include_str!("page.css"),
        body: &body,
        script: include_str!("page.js"),
    };
    page::write(out, &page, &())
}

fn head(body: &mut String, dashboard: &Dashboard<'_>) {
    let given = dashboard.given;
    let _ = write!(
        body,
        "<a class=\"skip\" href=\"#not-passed\">Skip to the gates that did not plainly pass</a>\n{}\
         <header class=\"top\"><h1>Evidence dashboard</h1>\n<nav aria-label=\"Sections\"><a href=\"#debt\">Debt</a> \
         <a href=\"#releases\">Releases</a> <a href=\"#promotions\">Promotions</a> <a href=\"#graduation\">Graduation</a> \
         <a href=\"#verdicts\">Verdicts</a> <a href=\"#not-passed\">Not plainly passed</a> <a href=\"#flaky\">Flaky</a> \
         <a href=\"#times\">Time</a></nav>\n<p class=\"meta\">store <code>{}</code>, as of {} UTC</p></header>\n<main>\n",
        mark::SHAPES,
        said(given.place, NAME),
        time(given.now),
    );
}

fn figures(body: &mut String, dashboard: &Dashboard<'_>) {
    let current = dashboard.debt.iter().filter(|line| line.is_current).count();
    let total = dashboard.times.iter().fold(0, |sum: u64, own| sum.saturating_add(own.total));
    let class = if dashboard.debt.is_empty() { "good" } else { "alarm" };
    let _ = write!(
        body,
        "<section class=\"sheet\" aria-label=\"Summary\">\n<ul class=\"figures\">\n\
         <li class=\"first\"><a href=\"#debt\"><strong class=\"{class}\">{}</strong>release debt</a>\
         <span class=\"faint\">{} in the newest verdicts</span></li>\n",
        grouped(dashboard.debt.len()),
        if dashboard.debt.is_empty() { "none".to_owned() } else { grouped(current) },
    );
    let open = dashboard.exceptions().count();
    for (number, what) in [
        (grouped(dashboard.verdicts()), "verdicts, the last on each commit and plan"),
        (grouped(open), "gates that did not plainly pass"),
        (grouped(dashboard.flaky.len()), "flaky gates"),
        (grouped(dashboard.given.archive.records.len()), "results"),
        (lasted(total), "spent in gates"),
    ] {
        let _ = writeln!(body, "<li><strong>{number}</strong>{what}</li>");
    }
    body.push_str("</ul>\n<ul class=\"tiles\" aria-label=\"Gates by standing\">\n");
    for shown in Shown::ALL {
        let count = dashboard.standings.get(&shown).copied().unwrap_or(0);
        let empty = if count == 0 { " none" } else { "" };
        let inner = format!(
            "{}<strong>{}</strong><span class=\"faint\">{}</span>",
            mark::standing(shown),
            grouped(count),
            mark::meaning(shown)
        );
        let _ = match shown {
            Shown::Passed => writeln!(body, "<li class=\"tile{empty}\">{inner}</li>"),
            _ => writeln!(
                body,
                "<li><a class=\"tile{empty}\" href=\"#not-passed\" data-standing=\"{}\">{inner}</a></li>",
                shown.as_str()
            ),
        };
    }
    body.push_str("</ul>\n</section>\n");
}

fn verdicts(body: &mut String, dashboard: &Dashboard<'_>) {
    body.push_str("<section class=\"sheet\" id=\"verdicts\" aria-labelledby=\"h-verdicts\">\n<h2 id=\"h-verdicts\">Verdicts</h2>\n");
    let all = dashboard.commits.iter().map(|commit| commit.decided.len()).sum::<usize>();
    if all == 0 {
        body.push_str("<p>The store holds neither a verdict nor a result.</p>\n</section>\n");
        return;
    }
    body.push_str("<p class=\"faint\">By commit, the newest first; of each plan the last word.</p>\n");
    let (mut shown, mut gates) = (0, 0);
    for commit in &dashboard.commits {
        if shown >= OPEN + LINES {
            break;
        }
        let _ = writeln!(
            body,
            "<article class=\"commit\"><h3>commit {} <span class=\"faint\">{}</span></h3>",
            hash(commit.commit.as_str()),
            time(commit.newest)
        );
        for decided in commit.decided.iter().take(OPEN + LINES - shown) {
            let is_listed = shown < OPEN && gates + decided.gates.len() <= OPEN_GATES;
            gates += if is_listed { decided.gates.len() } else { 0 };
            verdict(body, commit, decided, is_listed);
            shown += 1;
        }
        body.push_str("</article>\n");
    }
    if all > shown {
        let _ = writeln!(
            body,
            "<p class=\"note\">{} more, older ones, are not on this page: \
             <code>laneway evidence show</code> lists them.</p>",
            counted(all - shown, "verdict")
        );
    }
    body.push_str("</section>\n");
}

fn verdict(body: &mut String, commit: &Commit<'_>, decided: &Decided<'_>, is_listed: bool) {
    let (open, close) = match is_listed && !decided.gates.is_empty() {
        true => ("<details class=\"verdict\" open><summary>", "</summary>"),
        false => ("<div class=\"verdict\"><p class=\"line\">", "</p>"),
    };
    let _ = write!(body, "{open}{} ", mark::word(&decided.word));
    let named = [decided.profile.map(|own| ("profile", own)), decided.environment.map(|own| ("in", own))];
    for (what, own) in named.into_iter().flatten() {
        let _ = write!(body, "<span class=\"chip\">{what} {}</span> ", said(own, NAME));
    }
    if decided.profile.is_none() && decided.environment.is_none() {
        body.push_str("<span class=\"chip\">route</span> ");
    }
    for shown in Shown::ALL {
        let count = decided.gates.iter().filter(|entry| entry.sealed.shown == shown).count();
        if count > 0 {
            let name = mark::name(shown);
            let _ = write!(
                body,
                "<span class=\"mark s-{}\" title=\"{name}\">{}{} <span class=\"word\">{name}</span></span> ",
                shown.as_str(),
                mark::shape(shown),
                grouped(count)
            );
        }
    }
    if decided.gates.is_empty() && !matches!(decided.word, Word::Unjudged) {
        body.push_str("<span class=\"faint\">no gate was expected</span> ");
    }
    if matches!(decided.word, Word::Unjudged) {
        let _ = write!(body, "{}, and no verdict ", counted(decided.results, "result"));
    }
    body.push_str(close);
    about(body, decided);
    if is_listed && !decided.gates.is_empty() {
        listed(body, &decided.gates);
        body.push_str("</details>\n");
    } else {
        if !decided.gates.is_empty() {
            let _ = write!(
                body,
                "<p class=\"faint\">Its gates: <code>laneway evidence show {}</code></p>",
                text(commit.commit.as_str())
            );
        }
        body.push_str("</div>\n");
    }
}

/// Writes when and by what it was decided, and what took it back.
fn about(body: &mut String, decided: &Decided<'_>) {
    let _ = write!(body, "<p class=\"faint about\">{}", time(decided.when));
    if let Some(run) = decided.run {
        let _ = write!(body, " by run <code>{}</code>", said(run.as_str(), NAME));
    }
    let _ = write!(body, ", plan {}", hash(&decided.plan.to_string()));
    if !matches!(decided.word, Word::Unjudged) {
        match decided.signers {
            0 => body.push_str(", signed by no key of the lanes"),
            more => drop(write!(body, ", signed by {}", counted(more, "key"))),
        }
        if decided.earlier > 0 {
            let _ = write!(body, ", after {}", counted(decided.earlier, "earlier verdict"));
        }
    }
    body.push_str("</p>\n");
    if let Word::Revoked(own) = decided.word {
        let _ = writeln!(
            body,
            "<p class=\"note bad\">Taken back {} by {}: {}</p>",
            time(own.revoked),
            said(&own.owner, NAME),
            said(&own.reason, REASON)
        );
    }
}

/// Writes the gates of a verdict: those that did not plainly pass with owner and reason, the others by name.
fn listed(body: &mut String, entries: &[Entry<'_>]) {
    body.push_str("<ul class=\"entries\">\n");
    for entry in entries.iter().filter(|entry| entry.sealed.shown != Shown::Passed) {
        let _ = writeln!(
            body,
            "<li>{} <div><code>{}</code> <span class=\"who\">{}</span> <span class=\"why\">{}</span></div></li>",
            mark::standing(entry.sealed.shown),
            said(entry.gate.as_str(), NAME),
            owner(&entry.sealed.owner),
            why(&entry.reason)
        );
    }
    let passed: Vec<String> = entries
        .iter()
        .filter(|entry| entry.sealed.shown == Shown::Passed)
        .map(|entry| format!("<code>{}</code>", said(entry.gate.as_str(), NAME)))
        .collect();
    if !passed.is_empty() {
        let _ = writeln!(body, "<li>{} <div>{}</div></li>", mark::standing(Shown::Passed), passed.join(" "));
    }
    body.push_str("</ul>\n");
}

/// Writes an owner, or that there is none.
pub(super) fn owner(name: &str) -> String {
    match name.trim() {
        "" => format!("<span class=\"alarm\">{NOBODY}</span>"),
        _ => said(name, NAME),
    }
}

/// Writes a reason, or that there is none.
pub(super) fn why(reason: &str) -> String {
    match reason.trim() {
        "" => "<span class=\"alarm\">no reason is given</span>".to_owned(),
        _ => said(reason, REASON),
    }
}
