//! Promotions: of each domain the eight conditions, as the newest verdict has them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::html::{NAME, owner, why};
use super::mark;
use super::model::{Dashboard, Decided};
use super::parts::{counted, hash, said, time};
use crate::digest::CommitHash;
use crate::evidence::Shown;
use crate::release::promotion::{Condition, PROMOTION};

/// How many domains are shown, at most.
const DOMAINS: usize = 100;

/// Writes the section.
pub(super) fn promotions(body: &mut String, dashboard: &Dashboard<'_>) {
    let newest = newest(dashboard);
    body.push_str(
        "<section class=\"sheet\" id=\"promotions\" aria-labelledby=\"h-promotions\">\n<h2 id=\"h-promotions\">\
         Promotions</h2>\n",
    );
    if newest.is_empty() {
        body.push_str(
            "<p>No domain was judged: <code>laneway verify --promotion DOMAIN</code> does.</p>\n</section>\n",
        );
        return;
    }
    body.push_str(
        "<p class=\"faint\">Of each domain the newest verdict. A claim of level 2 rests on five of the conditions.</p>\n",
    );
    for (domain, (commit, decided)) in newest.iter().take(DOMAINS) {
        let _ = write!(
            body,
            "<details class=\"verdict\" open><summary>{} <strong>{}</strong> <span class=\"chip\">{}</span> {} \
             <span class=\"faint\">{}</span></summary>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\" \
             class=\"num\">no.</th><th scope=\"col\">condition</th><th scope=\"col\">state</th>\
             <th scope=\"col\">owner</th><th scope=\"col\">missing</th></tr></thead>\n<tbody>\n",
            mark::word(&decided.word),
            said(domain, NAME),
            if decided.gates.len() < Condition::ALL.len() { "level 2" } else { "independent" },
            hash(commit.as_str()),
            time(decided.when),
        );
        for condition in Condition::ALL {
            let gate = condition.gate();
            let Some(entry) = decided.gates.iter().find(|entry| *entry.gate == gate) else { continue };
            let missing = match entry.sealed.shown {
                Shown::Passed => String::new(),
                _ => why(&entry.reason),
            };
            let _ = writeln!(
                body,
                "<tr><td class=\"num\" data-label=\"no.\">{}</td><td data-label=\"condition\">{}</td>\
                 <td data-label=\"state\">{}</td><td data-label=\"owner\">{}</td><td data-label=\"missing\">{missing}</td></tr>",
                condition.number(),
                condition.title(),
                mark::standing(entry.sealed.shown),
                owner(&entry.sealed.owner)
            );
        }
        body.push_str("</tbody></table></div>\n</details>\n");
    }
    if newest.len() > DOMAINS {
        let more = counted(newest.len() - DOMAINS, "domain");
        let _ = writeln!(
            body,
            "<p class=\"note\">{more} more: <code>laneway evidence show</code> lists them.</p>"
        );
    }
    body.push_str("</section>\n");
}

fn newest<'d, 'a>(dashboard: &'d Dashboard<'a>) -> BTreeMap<&'a str, (&'a CommitHash, &'d Decided<'a>)> {
    let mut newest: BTreeMap<&str, (&CommitHash, &Decided<'_>)> = BTreeMap::new();
    for commit in &dashboard.commits {
        for decided in &commit.decided {
            let (Some(PROMOTION), Some(domain)) = (decided.profile, decided.environment) else { continue };
            let last = newest.entry(domain).or_insert((commit.commit, decided));
            if (last.1.when, last.0) < (decided.when, commit.commit) {
                *last = (commit.commit, decided);
            }
        }
    }
    newest
}
