//! Graduation: the level of each family and kind of evidence, and what is missing to step up.

use std::fmt::Write as _;

use super::html::{NAME, REASON};
use super::model::Dashboard;
use super::parts::{counted, grouped, said};
use crate::release::{Line, Missing, graduation as computed};

/// How many lines, and how many scopes of one, are shown, at most.
const LINES: usize = 100;
const SCOPES: usize = 12;

/// Writes the section.
pub(super) fn graduation(body: &mut String, dashboard: &Dashboard<'_>) {
    body.push_str(
        "<section class=\"sheet\" id=\"graduation\" aria-labelledby=\"h-graduation\">\n<h2 id=\"h-graduation\">\
         Graduation</h2>\n",
    );
    let given = dashboard.given;
    let Some(lanes) = given.lanes else {
        body.push_str("<p>Without a policy no level is known.</p>\n</section>\n");
        return;
    };
    let found = computed(given.archive, lanes, given.now);
    let (findings, ready) =
        (found.findings().count(), found.lines.iter().filter(|line| line.is_ready()).count());
    let class = if findings == 0 { "faint" } else { "alarm" };
    let _ = write!(
        body,
        "<p class=\"faint\">How strictly each family and each kind of evidence is asked for, by the verdicts of this store. A \
         step down needs a waiver.</p>\n<p><strong class=\"{class}\">{}</strong>, {} can step up</p>\n",
        counted(findings, "finding"),
        grouped(ready)
    );
    body.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">what</th><th scope=\"col\">level</th>\
         <th scope=\"col\">scope</th><th scope=\"col\" class=\"num\">verdicts</th><th scope=\"col\" class=\"num\">evidence</th>\
         <th scope=\"col\">missing to step up</th></tr></thead>\n<tbody>\n",
    );
    for line in found.lines.iter().take(LINES) {
        rows(body, line);
    }
    body.push_str("</tbody></table></div>\n");
    super::tables::rest(body, found.lines.len(), LINES, "line");
    body.push_str("</section>\n");
}

fn rows(body: &mut String, line: &Line) {
    let what = match line.about.what() {
        "family" => "family",
        _ => "kind of evidence",
    };
    let mut head = format!(
        "<td data-label=\"what\">{}<div class=\"faint\">{what}, {}</div></td><td data-label=\"level\">{}",
        said(&line.title, NAME),
        counted(line.gates, "gate"),
        line.level.as_str().replace('_', " ")
    );
    if let Some(finding) = &line.finding {
        let _ = write!(head, "<div class=\"alarm\">{}</div>", said(finding, REASON));
    } else if let Some(until) = line.until {
        let _ = write!(head, "<div class=\"faint\">until {until}</div>");
    }
    head.push_str("</td>");
    if line.scopes.is_empty() {
        let missing = if line.next.is_some() { "a first verdict" } else { "nothing: it is at the top" };
        let _ = writeln!(
            body,
            "<tr>{head}<td data-label=\"scope\"><span class=\"faint\">none yet</span></td><td class=\"num\" \
             data-label=\"verdicts\">0</td><td class=\"num\" data-label=\"evidence\"></td>\
             <td data-label=\"missing to step up\">{missing}</td></tr>"
        );
        return;
    }
    for own in line.scopes.iter().take(SCOPES) {
        let missing = match (line.next, own.lacks.is_empty()) {
            (None, _) => "nothing: it is at the top".to_owned(),
            (Some(next), true) => {
                format!("<span class=\"good\">nothing</span>: {}", next.as_str().replace('_', " "))
            }
            (Some(_), false) => {
                let lacks: Vec<String> = own.lacks.iter().map(Missing::to_string).collect();
                said(&lacks.join("; "), REASON)
            }
        };
        let complete = own.complete().map_or_else(String::new, |percent| format!("{percent} %"));
        let _ = writeln!(
            body,
            "<tr>{head}<td data-label=\"scope\">{}</td><td class=\"num\" data-label=\"verdicts\">{}</td>\
             <td class=\"num\" data-label=\"evidence\">{complete}</td><td data-label=\"missing to step up\">{missing}</td></tr>",
            said(&own.scope.to_string(), NAME),
            grouped(own.verdicts),
        );
    }
}
