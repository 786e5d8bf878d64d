//! Which profiles a change may ship under, for a pull request's comment and a job's summary.

use std::io::{self, Write};

use super::{SuggestReport, words};
use crate::release::Suggested;
use crate::render::escape::{markdown, markdown_code};
use crate::render::reason::{self, count};

/// What the page begins with, so that the next run finds its own comment.
const MARKER: &str = "<!-- laneway.suggest -->";

/// Writes one table: the profiles that are allowed first.
pub fn write(out: &mut impl Write, report: &SuggestReport<'_>) -> io::Result<()> {
    let all = count(report.profiles.len(), "release profile");
    let files = count(report.route.files.iter().filter(|file| !file.moved).count(), "file");
    writeln!(out, "{MARKER}\n### Laneway: {} of {all} may ship {files}\n", report.allowed())?;
    if report.profiles.is_empty() {
        return writeln!(out, "No policy states a release profile.");
    }
    writeln!(out, "| | profile | what it asks for, or what forbids it |\n|---|---|---|")?;
    for own in report.profiles {
        let mark = if own.is_allowed() { "✔" } else { "✘" };
        let says = if own.is_allowed() { allowed(own) } else { forbidden(own) };
        writeln!(out, "| {mark} | {} | {says} |", markdown_code(&own.profile.id))?;
    }
    Ok(())
}

fn allowed(own: &Suggested) -> String {
    let mut parts = vec![markdown(&own.profile.use_when)];
    for more in &own.on_top {
        let (what, why) = (words::on_top(more), words::because(more));
        parts.push(format!("on top {}, {}", markdown(&what), markdown(&why)));
    }
    if own.profile.fast {
        parts.push("fast: what it skips must have been proved before".to_owned());
    }
    if own.profile.may_diverge {
        parts.push("needs a divergence marker: who, until when, and how it is merged".to_owned());
    }
    parts.join("<br>")
}

fn forbidden(own: &Suggested) -> String {
    let parts: Vec<String> = own.forbidden.iter().map(|reason| markdown(&reason::profile(reason))).collect();
    parts.join("<br>")
}
