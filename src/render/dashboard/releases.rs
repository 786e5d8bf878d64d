//! Profiles and environments: what was last judged and deployed where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::html::{NAME, REASON, owner};
use super::mark;
use super::model::{Dashboard, Decided};
use super::parts::{counted, hash, said, short, time};
use crate::digest::CommitHash;
use crate::environment::Section;
use crate::evidence::{GateResult, Record, Shown};
use crate::release::promotion::PROMOTION;

/// How many environments are shown, and how many profiles of each, at most.
const ENVIRONMENTS: usize = 40;
const PROFILES: usize = 30;

/// How many artifacts of a deployment are named.
const MOST_ARTIFACTS: usize = 6;

/// The gate under which a deployment is recorded.
const DEPLOY: &str = "deploy";

/// What is known of an environment.
#[derive(Default)]
struct Place<'d, 'a> {
    /// The newest verdict of each profile, with its commit.
    verdicts: BTreeMap<&'a str, (&'a CommitHash, &'d Decided<'a>)>,
    /// The newest deployment that was recorded.
    deployed: Option<&'a Record>,
}

/// Writes the section.
pub(super) fn releases(body: &mut String, dashboard: &Dashboard<'_>) {
    let places = places(dashboard);
    body.push_str(
        "<section class=\"sheet\" id=\"releases\" aria-labelledby=\"h-releases\">\n<h2 id=\"h-releases\">Profiles and \
         environments</h2>\n",
    );
    if places.is_empty() {
        body.push_str("<p>No environment is declared, and nothing was released.</p>\n</section>\n");
        return;
    }
    body.push_str("<p class=\"faint\">Of each profile the newest verdict in the environment.</p>\n");
    for (id, place) in places.iter().take(ENVIRONMENTS) {
        environment(body, dashboard, id, place);
    }
    if places.len() > ENVIRONMENTS {
        let more = counted(places.len() - ENVIRONMENTS, "environment");
        let _ = writeln!(
            body,
            "<p class=\"note\">{more} more: <code>laneway profile list</code> shows them.</p>"
        );
    }
    body.push_str("</section>\n");
}

fn places<'d, 'a>(dashboard: &'d Dashboard<'a>) -> BTreeMap<&'a str, Place<'d, 'a>> {
    let mut places: BTreeMap<&str, Place<'_, '_>> = BTreeMap::new();
    let declared = dashboard.given.lanes.into_iter().flat_map(|lanes| lanes.environments.keys());
    for id in declared {
        places.entry(id).or_default();
    }
    for commit in &dashboard.commits {
        for decided in &commit.decided {
            let (Some(profile), Some(environment)) = (decided.profile, decided.environment) else { continue };
            if profile == PROMOTION || decided.run.is_none() {
                continue;
            }
            let own = places.entry(environment).or_default();
            let last = own.verdicts.entry(profile).or_insert((commit.commit, decided));
            if (last.1.when, last.0) < (decided.when, commit.commit) {
                *last = (commit.commit, decided);
            }
        }
    }
    for held in &dashboard.given.archive.records {
        let record = &held.content;
        let Some(environment) = record.environment.as_deref().filter(|_| record.gate.as_str() == DEPLOY)
        else {
            continue;
        };
        let own = places.entry(environment).or_default();
        if own.deployed.is_none_or(|last| last.finished < record.finished) {
            own.deployed = Some(record);
        }
    }
    places
}

fn environment(body: &mut String, dashboard: &Dashboard<'_>, id: &str, place: &Place<'_, '_>) {
    let declared = dashboard.given.lanes.and_then(|lanes| lanes.environments.get(id));
    let _ = write!(body, "<article class=\"commit\"><h3>{}", said(id, NAME));
    match declared {
        Some(own) => {
            let _ = write!(
                body,
                " <span class=\"faint\">{}, {}</span>",
                said(&own.title, NAME),
                owner(&own.owner)
            );
        }
        None => body.push_str(" <span class=\"chip bad\">not declared</span>"),
    }
    body.push_str("</h3>\n");
    match place.deployed {
        None => body.push_str("<p>No deployment is recorded.</p>\n"),
        Some(record) => deployed(body, record),
    }
    if place.verdicts.is_empty() {
        body.push_str("<p class=\"faint\">No release was judged here.</p>\n</article>\n");
        return;
    }
    body.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">profile</th><th scope=\"col\">last verdict</th>\
         <th scope=\"col\">commit</th><th scope=\"col\">contract</th><th scope=\"col\">other gates</th></tr></thead>\n<tbody>\n",
    );
    for (profile, (commit, decided)) in place.verdicts.iter().take(PROFILES) {
        let _ = write!(
            body,
            "<tr><td data-label=\"profile\">{}</td><td data-label=\"last verdict\">{}<div class=\"faint\">{}</div></td>\
             <td data-label=\"commit\">{}</td><td data-label=\"contract\">",
            said(profile, NAME),
            mark::word(&decided.word),
            time(decided.when),
            hash(commit.as_str()),
        );
        let contract = contract_gates();
        let mut others: BTreeMap<Shown, usize> = BTreeMap::new();
        let mut any = false;
        for entry in &decided.gates {
            if contract.contains(entry.gate.as_str()) {
                let name = said(entry.gate.as_str().trim_start_matches("release-"), NAME);
                let _ = write!(body, "<div>{} {name}</div>", mark::standing(entry.sealed.shown));
                any = true;
            } else {
                *others.entry(entry.sealed.shown).or_default() += 1;
            }
        }
        if !any {
            body.push_str("<span class=\"faint\">not asked for</span>");
        }
        body.push_str("</td><td data-label=\"other gates\">");
        for (shown, count) in others {
            let _ = write!(body, "<div>{} {count}</div>", mark::standing(shown));
        }
        body.push_str("</td></tr>\n");
    }
    body.push_str("</tbody></table></div>\n</article>\n");
}

fn deployed(body: &mut String, record: &Record) {
    let passed = record.result == GateResult::Pass;
    let shown = if passed { Shown::Passed } else { Shown::Failed };
    let what = if passed { "deployed" } else { "failed to deploy" };
    let _ = write!(
        body,
        "<p>{} last {what}: commit {} by profile {}, {}, run <code>{}</code>",
        mark::standing(shown),
        hash(record.subjects.commit.as_str()),
        said(record.profile.as_deref().unwrap_or("none"), NAME),
        time(record.finished),
        said(record.run.as_str(), NAME),
    );
    let artifacts = &record.subjects.artifacts;
    for (name, digest) in artifacts.iter().take(MOST_ARTIFACTS) {
        let digest = digest.to_string();
        let _ = write!(body, ", {} <code title=\"{digest}\">{}</code>", said(name, NAME), short(&digest));
    }
    if artifacts.len() > MOST_ARTIFACTS {
        let _ = write!(body, " and {} more", artifacts.len() - MOST_ARTIFACTS);
    }
    if let Some(reason) = &record.missing_reason {
        let _ = write!(body, ": {}", said(reason, REASON));
    }
    body.push_str("</p>\n");
}

/// Returns the gates that a resolved contract proves.
fn contract_gates() -> BTreeSet<&'static str> {
    let sections = Section::ALL.map(Section::gate);
    sections.into_iter().chain([Section::CONTRACT_GATE, Section::ROLLBACK_GATE]).collect()
}
