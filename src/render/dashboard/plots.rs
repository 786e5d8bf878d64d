//! How long gates take, as bars.

use std::fmt::Write as _;

use super::html::NAME;
use super::model::{Dashboard, Timed};
use super::parts::{counted, grouped, lasted, said};
use super::tables::rest;

/// How many gates are plotted.
const GATES: usize = 60;

/// Writes the time that each gate takes: a full bar to what half of its runs stay below, a hatched one to what nine of
/// ten do, and its newest runs as a line.
pub(super) fn times(body: &mut String, dashboard: &Dashboard<'_>) {
    body.push_str("<section class=\"sheet\" id=\"times\" aria-labelledby=\"h-times\">\n<h2 id=\"h-times\">Time spent</h2>\n");
    let all = &dashboard.times;
    if all.is_empty() {
        body.push_str("<p>No gate ran.</p>\n</section>\n");
        return;
    }
    let shown = &all[..all.len().min(GATES)];
    let most = shown.iter().map(|own| own.p90).max().unwrap_or(0).max(1);
    body.push_str(
        "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" class=\"shapes\"><defs><pattern id=\"hatch\" width=\"4\" height=\"4\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"2\" height=\"4\" class=\"ink\"/>\
         </pattern></defs></svg>\n<ul class=\"legend\"><li><svg class=\"key\" viewBox=\"0 0 24 10\" aria-hidden=\"true\">\
         <rect width=\"24\" height=\"10\" class=\"ink\"/></svg>half of the runs (p50)</li><li><svg class=\"key\" \
         viewBox=\"0 0 24 10\" aria-hidden=\"true\"><rect width=\"24\" height=\"10\" fill=\"url(#hatch)\"/></svg>nine of ten \
         (p90)</li></ul>\n<div class=\"scroll\"><table class=\"times\">\n<thead><tr><th scope=\"col\">gate</th>\
         <th scope=\"col\">a run</th><th scope=\"col\" class=\"num\">p50</th><th scope=\"col\" class=\"num\">p90</th>\
         <th scope=\"col\">newest runs</th><th scope=\"col\" class=\"num\">runs</th><th scope=\"col\" class=\"num\">reused</th>\
         <th scope=\"col\" class=\"num\">in all</th></tr></thead>\n<tbody>\n",
    );
    for own in shown {
        row(body, own, most);
    }
    body.push_str("</tbody></table></div>\n");
    rest(body, all.len(), GATES, "gate");
    body.push_str("</section>\n");
}

fn row(body: &mut String, own: &Timed<'_>, most: u64) {
    let _ = write!(body, "<tr><td data-label=\"gate\"><code>{}</code>", said(own.gate.as_str(), NAME));
    if let Some(title) = own.title.filter(|title| *title != own.gate.as_str()) {
        let _ = write!(body, "<div class=\"faint\">{}</div>", said(title, NAME));
    }
    let (half, most_of) = (share(own.p50, most), share(own.p90, most));
    let _ = writeln!(
        body,
        "</td><td class=\"bar\"><svg class=\"span\" viewBox=\"0 0 300 12\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"p50 {p50}, p90 {p90}\"><rect class=\"rail\" width=\"300\" height=\"12\"/><rect width=\"{most_of}\" \
         height=\"12\" fill=\"url(#hatch)\"/><rect width=\"{half}\" height=\"12\" class=\"ink\"/></svg></td>\
         <td class=\"num\" data-label=\"p50\">{p50}</td><td class=\"num\" data-label=\"p90\">{p90}</td>\
         <td data-label=\"newest runs\">{}</td><td class=\"num\" data-label=\"runs\">{}</td>\
         <td class=\"num\" data-label=\"reused\">{}</td><td class=\"num\" data-label=\"in all\">{}</td></tr>",
        line(&own.recent),
        grouped(own.runs),
        grouped(own.reused),
        lasted(own.total),
        p50 = lasted(own.p50),
        p90 = lasted(own.p90),
    );
}

/// Returns a part of 300, and at least 1.
fn share(part: u64, whole: u64) -> u64 {
    let share = u128::from(part) * 300 / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(300).clamp(1, 300)
}

/// Writes the newest runs as a line, oldest first, from nought to the longest of them.
fn line(recent: &[u64]) -> String {
    let (Some(first), Some(last)) = (recent.first(), recent.last()) else { return String::new() };
    if recent.len() < 2 {
        return "<span class=\"faint\">one run</span>".to_owned();
    }
    let most = recent.iter().max().copied().unwrap_or(0).max(1);
    let mut points = String::new();
    for (at, own) in recent.iter().enumerate() {
        let x = 2 + at * 96 / (recent.len() - 1);
        let y = 18 - u128::from(*own) * 16 / u128::from(most);
        let _ = write!(points, "{}{x},{y}", if at == 0 { "" } else { " " });
    }
    format!(
        "<svg class=\"trend\" viewBox=\"0 0 100 20\" role=\"img\" aria-label=\"the newest {}: from {} to {}, at most {}\">\
         <polyline points=\"{points}\"/></svg>",
        counted(recent.len(), "run"),
        lasted(*first),
        lasted(*last),
        lasted(most)
    )
}
