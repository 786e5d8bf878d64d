//! One sentence for everything that is said of a choice.
//!
//! Each function matches its enum without a catch-all. Names in a sentence are not yet escaped.

use std::collections::BTreeSet;

use super::report::{Report, SaidBy};
use crate::policy::RosterBasis;
use crate::render::reason::{self, count, place, witness};
use crate::review::{Requirement, ReviewerReason};
use crate::reviewers::{Asked, Candidate, LeftOut, Passed, Unmet};

/// How many rows or reasons of one requirement are named.
const FEW: usize = 2;

/// Names a requirement: how many of whom, and at which files.
pub fn requirement(requirement: &Requirement) -> String {
    match &requirement.files {
        Some(files) => format!("{}: {}", requirement.quorum, witness(files)),
        None => requirement.quorum.to_string(),
    }
}

/// Says why a requirement is there, each reason with the rows by which its domain is reached.
pub fn because(report: &Report<'_>, requirement: &Requirement) -> Vec<String> {
    requirement
        .because
        .iter()
        .map(|why| {
            let domain = match why {
                ReviewerReason::Owns { domain }
                | ReviewerReason::Consumes { domain, .. }
                | ReviewerReason::Moved { domain } => domain,
                ReviewerReason::Architecture => {
                    let forced: Vec<String> =
                        report.route.review.architecture.iter().map(reason::review).collect();
                    return format!("an architecture review is forced: {}", few(&forced));
                }
            };
            let said = why_named(why);
            let mut rows: Vec<String> = report.rows(domain).into_iter().map(place).collect();
            rows.dedup();
            if rows.is_empty() { said } else { format!("{said}, by {}", few(&rows)) }
        })
        .collect()
}

fn why_named(why: &ReviewerReason) -> String {
    match why {
        ReviewerReason::Owns { domain } => format!("looks after {domain}, which changed"),
        ReviewerReason::Consumes { .. } | ReviewerReason::Moved { .. } | ReviewerReason::Architecture => {
            reason::reviewer(why)
        }
    }
}

/// Says what decided for somebody.
pub fn passed(asked: &Asked) -> String {
    let mut said = match asked.because {
        Passed::Only => "nobody else can look at it".to_owned(),
        Passed::CoversMore => "nobody else counts for all of it".to_owned(),
        Passed::Already => "asked before, or has looked already".to_owned(),
        Passed::Rostered => "a person of the roster, before teams as a whole and unknown names".to_owned(),
        Passed::LessLoad => format!("less load: {}", load(asked.open, asked.capacity)),
        Passed::Authorship { wrote } => format!("wrote more of what changes: {wrote}"),
        Passed::Drawn { among } => format!("drawn among {among} equals by the seed"),
        Passed::StandsIn => "stands in, because nobody who is named can look".to_owned(),
    };
    if let Some(next) = &asked.before {
        said += &format!("; {} would be next", next.name());
    }
    if asked.over_capacity {
        said += &format!(
            "; beyond what they take ({}), because the roster has nobody else left",
            load(asked.open, asked.capacity)
        );
    }
    said
}

/// Says how busy somebody is.
pub fn load(open: u32, capacity: Option<u32>) -> String {
    match capacity {
        Some(capacity) => format!("{open} of {capacity}"),
        None => count(open as usize, "open review"),
    }
}

/// Says why somebody is left out.
pub fn left_out(why: &LeftOut) -> String {
    match why {
        LeftOut::Author => "wrote the change".to_owned(),
        LeftOut::Absent { until, reason } => {
            let until = until.map_or_else(String::new, |day| format!(" until {day}"));
            let why = reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("away{until}{why}")
        }
        LeftOut::AtCapacity { open, capacity } => {
            format!("at capacity: {}", load(*open, Some(*capacity)))
        }
        LeftOut::NotNeeded => "not needed: those who are asked are enough".to_owned(),
        LeftOut::Most => "as many as may be asked are asked".to_owned(),
    }
}

/// Says why a requirement is not met.
pub fn unmet(why: &Unmet, most: usize) -> String {
    match why {
        Unmet::NobodyNamed => "nobody is named".to_owned(),
        Unmet::NobodyLeft { names } => {
            let names = few(&names.iter().cloned().collect::<Vec<_>>());
            format!("nobody who stands behind {names} can look")
        }
        Unmet::TooFew { needed, left } => {
            format!(
                "needs {}, and {left} can look",
                count(*needed as usize, "person").replace("persons", "people")
            )
        }
        Unmet::Most => format!("at most {} may be asked", people(most)),
    }
}

/// Says that nobody is named for a forced architecture review.
pub const NO_ARCHITECTS: &str =
    "an architecture review is forced, and laneway.yaml names no architecture reviewers";

/// Says where the roster comes from.
pub fn roster(report: &Report<'_>) -> String {
    let (people_known, teams) = (report.roster.people.len(), report.roster.teams.len());
    let of = |whose: &str| format!("{whose}: {}, {}", people(people_known), count(teams, "team"));
    match report.basis {
        RosterBasis::MergeBase => of("the merge base's"),
        RosterBasis::External => of("the policy folder's"),
        RosterBasis::Absent => "none: every name is asked as it stands".to_owned(),
        RosterBasis::NoBase => {
            "none, because the base is not known: every name is asked as it stands".to_owned()
        }
    }
}

/// Says of whom a word was said that the roster does not know.
pub const fn said_by(by: SaidBy) -> &'static str {
    match by {
        SaidBy::Author => "author",
        SaidBy::Load => "load",
        SaidBy::Already => "already asked",
    }
}

/// Says what somebody is, where it is no person of the roster.
pub const fn what(who: &Candidate) -> Option<&'static str> {
    match who {
        Candidate::Person(_) => None,
        Candidate::Team(_) => Some("a team as a whole"),
        Candidate::Unknown(_) => Some("asked as it stands"),
    }
}

/// Counts people.
pub fn people(number: usize) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{number} people") }
}

/// Joins the first few, and counts the others.
pub fn few(all: &[String]) -> String {
    let shown = if all.len() <= FEW + 1 { all.len() } else { FEW };
    let text = all[..shown].join(", ");
    if shown < all.len() { format!("{text} and {} more", all.len() - shown) } else { text }
}

/// Returns the requirements that somebody counts for or stands in for, by index.
pub fn needed_for(asked: &Asked) -> BTreeSet<usize> {
    asked.counts_for.union(&asked.stands_in_for).copied().collect()
}
