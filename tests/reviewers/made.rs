//! Reviews, rosters and moments that are made by hand.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use laneway::attribute::Witness;
use laneway::id::DomainId;
use laneway::path::RepoPath;
use laneway::quorum::{Need, Quorum};
use laneway::review::{Requirement, Review, ReviewerReason};
use laneway::reviewers::{Candidate, Choice, Known, Request, choose};
use laneway::roster::{Person, Roster, Team};

pub(crate) const TODAY: Date = date(2026, 6, 15);

pub(crate) fn strings(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A requirement of the owners of a domain.
pub(crate) fn owners(need: Need, names: &[&str], files: usize) -> Requirement {
    let domain = DomainId::from("core");
    requirement(need, names, files, ReviewerReason::Owns { domain })
}

pub(crate) fn requirement(need: Need, names: &[&str], files: usize, because: ReviewerReason) -> Requirement {
    Requirement {
        quorum: Quorum { need, of: strings(names) },
        domains: BTreeSet::new(),
        files: Some(Witness { path: RepoPath::from("a"), files }),
        because: [because].into(),
    }
}

pub(crate) fn review(requirements: Vec<Requirement>) -> Review {
    Review { requirements, ..Review::default() }
}

/// A roster of people, each with a capacity of 5, and teams of them.
pub(crate) fn roster(people: &[&str], teams: &[(&str, &[&str])]) -> Roster {
    Roster {
        people: people.iter().map(|&name| (name.to_owned(), Person::default())).collect(),
        teams: teams
            .iter()
            .map(|(name, members)| {
                ((*name).to_owned(), Team { members: strings(members), ..Team::default() })
            })
            .collect(),
        capacity: Some(5),
        ..Roster::default()
    }
}

pub(crate) fn moment() -> Known {
    Known {
        authors: BTreeSet::new(),
        today: TODAY,
        load: [].into(),
        authorship: [].into(),
        already: BTreeSet::new(),
        seed: "1".to_owned(),
        most: 100,
    }
}

pub(crate) fn chosen(review: &Review, roster: &Roster, known: &Known) -> Choice {
    choose(&Request { review, roster, known })
}

pub(crate) fn names(choice: &Choice) -> Vec<&str> {
    choice.asked.iter().map(|asked| asked.who.name()).collect()
}

pub(crate) fn person(name: &str) -> Candidate {
    Candidate::Person(name.to_owned())
}
