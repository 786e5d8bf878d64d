//! What a renderer of a choice is given.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::DomainId;
use crate::policy::RosterBasis;
use crate::review::Requirement;
use crate::reviewers::{Candidate, Choice, Known};
use crate::roster::{Forge, Roster};
use crate::route::{DomainReason, Route, RowRef};

/// A choice with what it rests on.
#[derive(Debug)]
pub struct Report<'a> {
    /// The route whose review it is.
    pub route: &'a Route,
    /// The digest of the route.
    pub digest: &'a str,
    /// Who the people are.
    pub roster: &'a Roster,
    /// Where the roster comes from.
    pub basis: RosterBasis,
    /// What is known of the moment.
    pub known: &'a Known,
    /// The choice.
    pub choice: &'a Choice,
    /// Words of arguments and files that the roster does not know, by who said them.
    pub strangers: &'a BTreeSet<(SaidBy, String)>,
    /// What else is to be said: what could not be read, and what was therefore left out.
    pub notes: &'a [String],
}

/// Where a word comes from that the roster does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaidBy {
    /// Who is said to have written the change.
    Author,
    /// The file of open reviews.
    Load,
    /// Who is said to be asked already.
    Already,
}

impl Report<'_> {
    /// Returns the requirements of the review.
    pub fn requirements(&self) -> &[Requirement] {
        &self.route.review.requirements
    }

    /// Says whether an architecture review is forced that nobody is named for.
    pub fn lacks_architects(&self) -> bool {
        let review = &self.route.review;
        !review.architecture.is_empty() && review.architecture_reviewers.is_empty()
    }

    /// Returns what people call somebody, where the roster says it.
    pub fn title(&self, who: &Candidate) -> Option<&str> {
        match who {
            Candidate::Person(name) => self.roster.people.get(name)?.title.as_deref(),
            Candidate::Team(name) => self.roster.teams.get(name)?.title.as_deref(),
            Candidate::Unknown(_) => None,
        }
    }

    /// Returns somebody's handles, where the roster says them.
    pub fn handles(&self, who: &Candidate) -> Option<&BTreeMap<Forge, String>> {
        match who {
            Candidate::Person(name) => self.roster.people.get(name).map(|person| &person.handles),
            Candidate::Team(name) => self.roster.teams.get(name).map(|team| &team.handles),
            Candidate::Unknown(_) => None,
        }
    }

    /// Returns the rows by which a domain is reached.
    pub fn rows(&self, domain: &DomainId) -> Vec<&RowRef> {
        let reached = self.route.domains.get(domain);
        let reasons = reached.into_iter().flat_map(|impact| &impact.because);
        reasons
            .map(|reason| match reason {
                DomainReason::Owns { row, .. }
                | DomainReason::Offers { row, .. }
                | DomainReason::Imports { row, .. }
                | DomainReason::Consumes { row, .. } => row,
            })
            .collect()
    }
}
