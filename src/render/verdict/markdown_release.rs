//! What a page says of a release besides its gates.

use super::condition::{next, sentence, source, title};
use super::markdown::{coded, icon, text};
use super::report::{Release, Report};
use super::text_release::{skipped, way_back};
use crate::id::GateId;
use crate::release::{SourceStand, Stand};
use crate::render::escape::markdown_code;
use crate::render::markdown::section;
use crate::render::reason::count;
use crate::render::verdict::{condition, words};

// The shares of the page.
const CONDITIONS: usize = 6_000;
const SOURCE: usize = 5_000;
const SKIPPED: usize = 2_000;

const TABLE: &str = "| condition | | owner | because | next |\n|---|---|---|---|---|\n";
const SOURCE_TABLE: &str = "| gate | owner | where |\n|---|---|---|\n";

/// Says what is released, and where.
pub(super) fn head(report: &Report<'_>) -> String {
    let Some(release) = &report.release else { return String::new() };
    let asked = &release.plan.asked;
    let manifest =
        release.manifest.map(|own| format!(", manifest {}", markdown_code(&format!("sha256:{own}"))));
    format!(
        "Release {} in {}{}.\n\n",
        markdown_code(&asked.profile.id),
        markdown_code(&asked.environment.id),
        manifest.unwrap_or_default()
    )
}

/// Writes what does not hold.
pub(super) fn open(page: &mut String, report: &Report<'_>) {
    let Some(release) = &report.release else { return };
    let open: Vec<&Stand> = release.judgement.stands.iter().filter(|own| !own.holds).collect();
    let names = format!("{} not held", count(open.len(), "condition"));
    section(page, CONDITIONS, true, &names, TABLE, open.into_iter().map(row).collect());
    let open: Vec<String> =
        release.judgement.source.iter().filter(|(_, own)| !own.holds()).map(gate).collect();
    let names = format!("{} not proved before", count(open.len(), "source gate"));
    section(page, SOURCE, true, &names, SOURCE_TABLE, open);
}

/// Writes what is in order.
pub(super) fn settled(page: &mut String, report: &Report<'_>) {
    let Some(release) = &report.release else { return };
    let held: Vec<String> = release.judgement.stands.iter().filter(|own| own.holds).map(row).collect();
    let names = format!("{} held", count(held.len(), "condition"));
    section(page, CONDITIONS, false, &names, TABLE, held);
    let proved: Vec<String> =
        release.judgement.source.iter().filter(|(_, own)| own.holds()).map(gate).collect();
    let names = format!("{} proved before", count(proved.len(), "source gate"));
    section(page, SOURCE, false, &names, SOURCE_TABLE, proved);
    section(page, SKIPPED, false, "Skipped", "", left_out(release));
    let rollback = release.judgement.rollback.iter().map(|own| format!("- {}", text(&way_back(own))));
    section(page, SKIPPED, false, "Rollback", "", rollback.collect());
}

fn left_out(release: &Release<'_>) -> Vec<String> {
    skipped(release).iter().map(|(id, why)| format!("- {}: {}", markdown_code(id), text(why))).collect()
}

fn row(own: &Stand) -> String {
    let shown = condition::shown(own);
    format!(
        "| {} | {} {} | {} | {} | {} |",
        title(own.condition),
        icon(shown),
        words(shown),
        text(&own.owner),
        text(&sentence(&own.because)),
        next(own).map(coded).unwrap_or_default(),
    )
}

fn gate((id, own): (&GateId, &SourceStand)) -> String {
    format!("| {} | {} | {} |", markdown_code(id.as_str()), text(&own.owner), text(&source(own)))
}
