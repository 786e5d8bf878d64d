//! Which profiles a change may ship under, for people.

use std::io::{self, Write};

use super::{SuggestReport, words};
use crate::release::Suggested;
use crate::render::escape::terminal;
use crate::render::reason::{self, count};
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG, listed, provenance};

/// Writes the profiles that are allowed, with what they ask for, and the others with what forbids them.
pub fn write(out: &mut impl Write, report: &SuggestReport<'_>, detail: Detail) -> io::Result<()> {
    let route = report.route;
    let files = count(route.files.iter().filter(|file| !file.moved).count(), "file");
    let all = count(report.profiles.len(), "release profile");
    writeln!(out, "{STRONG}{} of {all} may ship {files}{STRONG:#}", report.allowed())?;
    writeln!(out, "{FAINT}change{FAINT:#}  {}", terminal(&provenance(&route.provenance)))?;
    if !route.broad.is_empty() {
        writeln!(out, "{CARE}The route is broad, because{CARE:#}")?;
        let causes: Vec<String> = route.broad.iter().map(reason::broad).collect();
        listed(out, "  ", &causes, detail, 3)?;
    }
    if report.profiles.is_empty() {
        return writeln!(out, "No policy states a release profile.");
    }
    for own in report.profiles {
        writeln!(out)?;
        match own.is_allowed() {
            true => allowed(out, own)?,
            false => forbidden(out, own, detail)?,
        }
    }
    Ok(())
}

fn allowed(out: &mut impl Write, own: &Suggested) -> io::Result<()> {
    let profile = &own.profile;
    writeln!(
        out,
        "{NAME}✔ {}{NAME:#}  {}: {}",
        terminal(&profile.id),
        terminal(&profile.title),
        terminal(&profile.use_when)
    )?;
    for more in &own.on_top {
        let (what, why) = (words::on_top(more), words::because(more));
        writeln!(out, "    {FAINT}on top{FAINT:#}  {}, {}", terminal(&what), terminal(&why))?;
    }
    if profile.fast {
        writeln!(out, "    {FAINT}fast{FAINT:#}    what it skips must have been proved before")?;
    }
    if !profile.new_artifacts {
        writeln!(out, "    {FAINT}ships{FAINT:#}   only artifacts that the environment runs already")?;
    }
    if !profile.deploys {
        writeln!(out, "    {FAINT}deploys{FAINT:#} nothing")?;
    }
    if profile.may_diverge {
        writeln!(
            out,
            "    {FAINT}source{FAINT:#}  need not be integrated, with a divergence marker that says who, until when and how it \
             is merged"
        )?;
    }
    let environments = words::joined(own.environments.iter().map(String::as_str));
    writeln!(out, "    {FAINT}into{FAINT:#}    {}", terminal(&environments))
}

fn forbidden(out: &mut impl Write, own: &Suggested, detail: Detail) -> io::Result<()> {
    let id = terminal(&own.profile.id);
    writeln!(out, "{ALARM}✘{ALARM:#} {NAME}{id}{NAME:#}  {}", terminal(&own.profile.title))?;
    let because: Vec<String> = own.forbidden.iter().map(reason::profile).collect();
    // Every reason counts: who mends one of them wants to know whether it was the last.
    listed(out, "    ", &because, detail, because.len())
}
