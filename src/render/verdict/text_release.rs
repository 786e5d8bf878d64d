//! What a terminal shows of a release besides its gates: what is shipped where, its conditions, what was proved before,
//! what is skipped, and the way back.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::condition::{next, sentence, source, title};
use super::report::{Release, Report};
use crate::id::GateId;
use crate::posture::Rollback;
use crate::release::{SourceStand, Stand};
use crate::render::escape::terminal;
use crate::render::reason::count;
use crate::render::text::{ALARM, CARE, Detail, FAINT, NAME, STRONG, listed};

/// How many gates with one proof are named.
const MOST_NAMED: usize = 6;

/// Writes what is released, and where.
pub(super) fn head(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let Some(release) = &report.release else { return Ok(()) };
    let asked = &release.plan.asked;
    writeln!(
        out,
        "{FAINT}release{FAINT:#}  {STRONG}{}{STRONG:#} in {STRONG}{}{STRONG:#}",
        terminal(&asked.profile.id),
        terminal(&asked.environment.id)
    )?;
    if let Some(manifest) = release.manifest {
        writeln!(out, "{FAINT}manifest{FAINT:#} sha256:{manifest}")?;
    }
    Ok(())
}

/// Writes the conditions that do not hold, each with its owner, why, and what to do.
pub(super) fn conditions(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let Some(release) = &report.release else { return Ok(()) };
    let open: Vec<&Stand> = release.judgement.stands.iter().filter(|own| !own.holds).collect();
    if open.is_empty() {
        return Ok(());
    }
    let style = if open.iter().any(|own| own.blocks()) { ALARM } else { CARE };
    let number = count(open.len(), "condition");
    let verb = if open.len() == 1 { "does" } else { "do" };
    writeln!(out, "\n{style}CONDITIONS{style:#} {STRONG}{number} {verb} not hold{STRONG:#}")?;
    let width = open.iter().map(|own| title(own.condition).len()).max().unwrap_or(0);
    for own in open {
        writeln!(out, "  {NAME}{:<width$}{NAME:#}  {}", title(own.condition), terminal(&own.owner))?;
        writeln!(out, "    {}", terminal(&sentence(&own.because)))?;
        if !own.blocks() {
            writeln!(out, "    {FAINT}its enforcement is `{}`{FAINT:#}", own.enforcement.as_str())?;
        }
        if let Some(next) = next(own) {
            writeln!(out, "    {FAINT}next:{FAINT:#} {next}")?;
        }
    }
    Ok(())
}

/// Writes the source gates that are not proved.
pub(super) fn unproved(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let Some(release) = &report.release else { return Ok(()) };
    let open: Vec<String> =
        release.judgement.source.iter().filter(|(_, own)| !own.holds()).map(line).collect();
    if open.is_empty() {
        return Ok(());
    }
    let number = count(open.len(), "source gate");
    writeln!(out, "\n{ALARM}SOURCE{ALARM:#} {STRONG}{number} not proved before{STRONG:#}")?;
    listed(out, "  ", &open, detail, 20)
}

fn line((id, own): (&GateId, &SourceStand)) -> String {
    format!("{id}  {}  {}", own.owner, source(own))
}

/// Writes what is in order: the conditions, the source gates with where each was proved, what is skipped, the way back.
pub(super) fn settled(out: &mut impl Write, report: &Report<'_>, detail: Detail) -> io::Result<()> {
    let Some(release) = &report.release else { return Ok(()) };
    let held: Vec<&Stand> = release.judgement.stands.iter().filter(|own| own.holds).collect();
    if !held.is_empty() {
        writeln!(out, "\n{STRONG}Conditions{STRONG:#} {} hold", held.len())?;
        let width = held.iter().map(|own| title(own.condition).len()).max().unwrap_or(0);
        for own in held {
            let why = sentence(&own.because);
            writeln!(
                out,
                "  {NAME}{:<width$}{NAME:#}  {FAINT}{}{FAINT:#}",
                title(own.condition),
                terminal(&why)
            )?;
        }
    }
    proved(out, release, detail)?;
    let skipped = skipped(release);
    if !skipped.is_empty() {
        writeln!(out, "\n{STRONG}Skipped{STRONG:#} {}", count(skipped.len(), "gate"))?;
        let lines: Vec<String> = skipped.iter().map(|(id, why)| format!("{id}  {why}")).collect();
        listed(out, "  ", &lines, detail, 6)?;
    }
    if let Some(own) = &release.judgement.rollback {
        writeln!(out, "\n{STRONG}Rollback{STRONG:#} {}", terminal(&way_back(own)))?;
    }
    Ok(())
}

/// Writes the source gates that are proved: those with one proof together.
fn proved(out: &mut impl Write, release: &Release<'_>, detail: Detail) -> io::Result<()> {
    let mut by_proof: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (id, own) in release.judgement.source.iter().filter(|(_, own)| own.holds()) {
        by_proof.entry(source(own)).or_default().push(id.as_str());
    }
    if by_proof.is_empty() {
        return Ok(());
    }
    let number = by_proof.values().map(Vec::len).sum();
    writeln!(out, "\n{STRONG}Proved before{STRONG:#} {}", count(number, "source gate"))?;
    for (proof, ids) in by_proof {
        let shown = if detail.verbose { ids.len() } else { ids.len().min(MOST_NAMED) };
        let more = match ids.len() - shown {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        writeln!(
            out,
            "  {FAINT}{}:{FAINT:#} {}{more}",
            terminal(&proof),
            terminal(&ids[..shown].join(", "))
        )?;
    }
    Ok(())
}

/// Returns the gates that are not asked for, each with why.
pub(super) fn skipped(release: &Release<'_>) -> Vec<(String, String)> {
    let profile = &release.plan.asked.profile.id;
    let waived = release.plan.waived.iter();
    let of_route =
        waived.map(|id| (id.to_string(), format!("of the route; profile {profile} does not ask for it")));
    let skipped = release.plan.skipped.iter();
    let of_release =
        skipped.map(|id| (id.to_string(), format!("of releases; profile {profile} does not ask for it")));
    of_route.chain(of_release).collect()
}

/// Says how a release is taken back.
pub(super) fn way_back(own: &Rollback) -> String {
    let Rollback { command, manifest_or_revision, migration_posture, owner } = own;
    let data = migration_posture.as_str().replace('_', " ");
    format!("{command} to {manifest_or_revision}; data: {data}; by {owner}")
}
