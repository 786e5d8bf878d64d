//! The tables of the page: what cannot be read, debt, gates that did not plainly pass, flaky ones.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::html::{NAME, NOBODY, REASON, owner, why};
use super::mark;
use super::model::{Dashboard, Debt, Owed};
use super::parts::{counted, day, grouped, hash, said, short, time};
use crate::evidence::Shown;
use crate::render::page::text;

/// How many rows a table has, at most.
const ROWS: usize = 1_000;
const DEBT: usize = 300;
const FLAKY: usize = 50;
const BROKEN: usize = 100;

/// Writes what cannot be read, before everything else.
pub(super) fn broken(body: &mut String, dashboard: &Dashboard<'_>) {
    let all = dashboard.broken.len();
    if all == 0 {
        return;
    }
    let _ = writeln!(
        body,
        "<section class=\"sheet broken\" id=\"broken\" aria-labelledby=\"h-broken\">\n<h2 id=\"h-broken\">{} of the store \
         cannot be read</h2>\n<p>None of them counts as a pass. <code>laneway evidence audit</code> says more.</p>\n<ul>",
        counted(all, "object")
    );
    for own in dashboard.broken.iter().take(BROKEN) {
        let gate = own.gate.as_ref().map_or_else(String::new, |gate| {
            format!(" <span class=\"chip bad\">gate {}</span>", said(gate.as_str(), NAME))
        });
        let _ = write!(body, "<li><code>{}</code>{gate}", said(&own.key, 240));
        for fault in own.faults.iter().take(5) {
            let _ = write!(
                body,
                "<br>{} <span class=\"faint\">{}</span>",
                said(&fault.message, REASON),
                fault.code.as_str()
            );
        }
        if own.faults.is_empty() {
            body.push_str("<br>it is not what its name says");
        }
        body.push_str("</li>\n");
    }
    body.push_str("</ul>\n");
    rest(body, all, BROKEN, "object");
    body.push_str("</section>\n");
}

/// Writes the release debt.
pub(super) fn debt(body: &mut String, dashboard: &Dashboard<'_>) {
    let all = dashboard.debt.len();
    let _ = writeln!(
        body,
        "<section class=\"sheet\" id=\"debt\" aria-labelledby=\"h-debt\">\n<h2 id=\"h-debt\">Release debt: {}</h2>\n\
         <p class=\"faint\">What verdicts that stand rest on without proof. It is counted by gate and permission.</p>",
        grouped(all)
    );
    if all == 0 {
        body.push_str(
            "<p class=\"good\">None: every gate of every verdict that stands is proved.</p>\n</section>\n",
        );
        return;
    }
    body.push_str("<ul class=\"legend\">\n");
    for owed in Owed::ALL {
        let count = dashboard.debt.iter().filter(|line| line.owed == owed).count();
        if count > 0 {
            let _ = writeln!(body, "<li><strong>{}</strong> {}</li>", grouped(count), owed.as_str());
        }
    }
    body.push_str(
        "</ul>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">kind</th><th scope=\"col\">gate</th>\
         <th scope=\"col\">owner</th><th scope=\"col\">reason</th><th scope=\"col\">ends</th>\
         <th scope=\"col\">verdicts</th></tr></thead>\n<tbody>\n",
    );
    for line in dashboard.debt.iter().take(DEBT) {
        debt_row(body, line, dashboard);
    }
    body.push_str("</tbody></table></div>\n");
    rest(body, all, DEBT, "line");
    body.push_str("</section>\n");
}

fn debt_row(body: &mut String, line: &Debt<'_>, dashboard: &Dashboard<'_>) {
    let bad = matches!(line.owed, Owed::Unproven | Owed::Contradicted | Owed::Lapsed | Owed::Unsaid);
    let class = if bad { "bad" } else { "care" };
    let _ = write!(
        body,
        "<tr><td data-label=\"kind\"><span class=\"chip {class}\">{}</span></td><td data-label=\"gate\"><code>{}</code>",
        line.owed.as_str(),
        said(&line.about, NAME)
    );
    if let Some(id) = line.permission {
        let _ = write!(body, "<div class=\"faint\">permission <code>{}</code></div>", said(id, NAME));
    }
    let _ = write!(
        body,
        "</td><td data-label=\"owner\">{}</td><td data-label=\"reason\">{}</td><td data-label=\"ends\">",
        owner(&line.owner),
        why(&line.reason)
    );
    match line.expires {
        Some(expires) if expires <= dashboard.given.now => {
            let _ = write!(body, "<span class=\"alarm\">ended {}</span>", day(expires));
        }
        Some(expires) => body.push_str(&day(expires)),
        None => body.push_str("<span class=\"faint\">no date</span>"),
    }
    body.push_str("</td><td data-label=\"verdicts\">");
    match (line.verdicts, line.commit) {
        (0, _) | (_, None) => body.push_str("none yet; it is in force"),
        (more, Some(commit)) => {
            let when = if line.is_current { "the newest one is" } else { "not the newest one; the last was" };
            let _ = write!(body, "{}, {when} {}", grouped(more), hash(commit.as_str()));
            if let Some(since) = line.since {
                let _ = write!(body, "<div class=\"faint\">since {}</div>", day(since));
            }
        }
    }
    body.push_str("</td></tr>\n");
}

/// Writes every gate that did not plainly pass, with the fields that filter them. Those are of use with the script only.
pub(super) fn exceptions(body: &mut String, dashboard: &Dashboard<'_>) {
    let all = dashboard.exceptions().count();
    body.push_str(
        "<section class=\"sheet\" id=\"not-passed\" tabindex=\"-1\" aria-labelledby=\"h-not-passed\">\n\
         <h2 id=\"h-not-passed\">Gates that did not plainly pass</h2>\n",
    );
    if all == 0 {
        body.push_str("<p class=\"good\">None.</p>\n</section>\n");
        return;
    }
    let rows: Vec<_> = dashboard.exceptions().take(ROWS).collect();
    let owners: BTreeSet<&str> = rows.iter().map(|(_, _, entry)| entry.sealed.owner.as_str()).collect();
    let gates: BTreeSet<&str> = rows.iter().map(|(_, _, entry)| entry.gate.as_str()).collect();
    body.push_str(
        "<form id=\"filter\" class=\"controls no-print\" role=\"search\" hidden>\n\
         <label class=\"wide\">Filter <input id=\"f-text\" type=\"search\" autocomplete=\"off\" \
         placeholder=\"words of any column\" aria-keyshortcuts=\"/\" aria-describedby=\"keys\"></label>\n\
         <label>Standing <select id=\"f-standing\"><option value=\"\">any</option>",
    );
    for shown in Shown::ALL.into_iter().filter(|shown| *shown != Shown::Passed) {
        let _ = write!(body, "<option value=\"{}\">{}</option>", shown.as_str(), mark::name(shown));
    }
    for (id, label, values) in [("f-owner", "Owner", &owners), ("f-gate", "Gate", &gates)] {
        let _ = write!(
            body,
            "</select></label>\n<label>{label} <select id=\"{id}\"><option value=\"\">any</option>"
        );
        for value in values {
            // What is compared is the text of the cell, as it stands there.
            let value = if value.trim().is_empty() { NOBODY.to_owned() } else { said(value, NAME) };
            let _ = write!(body, "<option value=\"{value}\">{value}</option>");
        }
    }
    body.push_str(
        "</select></label>\n<label>Commit <input id=\"f-commit\" size=\"14\" autocomplete=\"off\" spellcheck=\"false\" \
         placeholder=\"begins with\"></label>\n<button type=\"reset\">Clear</button>\n\
         <p id=\"keys\" class=\"faint\"><kbd>/</kbd> goes to the filter, <kbd>j</kbd> <kbd>k</kbd> or the arrows move in \
         the table, <kbd>Esc</kbd> clears.</p>\n<p id=\"status\" role=\"status\" class=\"faint\"></p>\n</form>\n\
         <div class=\"scroll\"><table id=\"rows\" aria-describedby=\"h-not-passed\">\n<thead><tr><th scope=\"col\">standing</th>\
         <th scope=\"col\">gate</th><th scope=\"col\">owner</th><th scope=\"col\">reason</th>\
         <th scope=\"col\">commit</th><th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n",
    );
    for (commit, decided, entry) in rows {
        let sealed = entry.sealed;
        let _ = write!(
            body,
            "<tr class=\"r-{0}\" data-standing=\"{0}\" data-commit=\"{1}\"><td data-label=\"standing\">{2}</td>\
             <td data-label=\"gate\"><code>{3}</code>",
            sealed.shown.as_str(),
            text(commit.as_str()),
            mark::standing(sealed.shown),
            said(entry.gate.as_str(), NAME),
        );
        if let Some(title) = entry.title {
            let _ = write!(body, "<div class=\"faint\">{}</div>", said(title, NAME));
        }
        let _ = write!(
            body,
            "</td><td data-label=\"owner\">{}</td><td data-label=\"reason\">{}",
            owner(&sealed.owner),
            why(&entry.reason)
        );
        if let Some(record) = sealed.records.first() {
            let more = match sealed.records.len() {
                1 => String::new(),
                all => format!(" and {} more", grouped(all - 1)),
            };
            let digest = record.to_string();
            let _ = write!(
                body,
                "<div class=\"faint\">record <code title=\"{digest}\">{}</code>{more}</div>",
                short(&digest)
            );
        }
        let _ = writeln!(
            body,
            "</td><td data-label=\"commit\">{}</td><td data-label=\"verdict\">{}<div class=\"faint\">{}{}</div></td></tr>",
            hash(commit.as_str()),
            mark::word(&decided.word),
            time(decided.when),
            decided.profile.map_or_else(String::new, |own| format!(", {}", said(own, NAME))),
        );
    }
    body.push_str("</tbody></table></div>\n");
    rest(body, all, ROWS, "gate");
    body.push_str("</section>\n");
}

/// Writes the flaky gates, the one that disagrees with itself most often first.
pub(super) fn flaky(body: &mut String, dashboard: &Dashboard<'_>) {
    body.push_str("<section class=\"sheet\" id=\"flaky\" aria-labelledby=\"h-flaky\">\n<h2 id=\"h-flaky\">Flaky gates</h2>\n");
    let all = dashboard.flaky.len();
    if all == 0 {
        body.push_str("<p class=\"good\">None: no gate passed and failed on one commit.</p>\n</section>\n");
        return;
    }
    body.push_str(
        "<p class=\"faint\">Gates that passed and failed on one commit under one plan.</p>\n<div class=\"scroll\"><table>\n\
         <thead><tr><th scope=\"col\" class=\"num\">rank</th><th scope=\"col\">gate</th><th scope=\"col\">owner</th>\
         <th scope=\"col\">how often</th><th scope=\"col\"></th><th scope=\"col\">last</th></tr></thead>\n<tbody>\n",
    );
    for (at, own) in dashboard.flaky.iter().take(FLAKY).enumerate() {
        let percent = own.disagree * 100 / own.subjects.max(1);
        let _ = write!(
            body,
            "<tr><td class=\"num\" data-label=\"rank\">{}</td><td data-label=\"gate\"><code>{}</code>",
            at + 1,
            said(own.gate.as_str(), NAME)
        );
        if let Some(title) = own.title.filter(|title| *title != own.gate.as_str()) {
            let _ = write!(body, "<div class=\"faint\">{}</div>", said(title, NAME));
        }
        let _ = writeln!(
            body,
            "</td><td data-label=\"owner\">{}</td><td data-label=\"how often\">on {} of {} ({percent} %)</td>\
             <td class=\"bar\"><svg class=\"meter s-flaky\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" \
             aria-hidden=\"true\"><rect class=\"rail\" width=\"100\" height=\"8\"/><rect class=\"full\" width=\"{}\" \
             height=\"8\"/></svg></td><td data-label=\"last\">{}<div class=\"faint\">{}</div></td></tr>",
            owner(own.owner),
            grouped(own.disagree),
            counted(own.subjects, "commit"),
            percent.max(1),
            hash(own.commit.as_str()),
            time(own.last)
        );
    }
    body.push_str("</tbody></table></div>\n");
    rest(body, all, FLAKY, "gate");
    body.push_str("</section>\n");
}

/// Says how many are not on the page.
pub(super) fn rest(body: &mut String, all: usize, most: usize, what: &str) {
    if all > most {
        let _ = writeln!(
            body,
            "<p class=\"note\">{} more {} not on this page: <code>laneway evidence show</code> lists everything.</p>",
            counted(all - most, what),
            if all - most == 1 { "is" } else { "are" }
        );
    }
}
