//! What is asked, and what is answered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::review::Review;
use crate::roster::Roster;

/// Everything that the choice rests on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What must be reviewed, and by how many of whom.
    pub review: &'a Review,
    /// Who the people are, as the base has it.
    pub roster: &'a Roster,
    /// What is known of the moment.
    pub known: &'a Known,
}

/// What is known of the moment: who wrote the change, who is busy, what day it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The author and co-authors: names of the roster, handles, or addresses. They are not asked.
    pub authors: BTreeSet<String>,
    /// The day on which absences are looked up.
    pub today: Date,
    /// Open reviews by person; somebody who is not listed has none that are known.
    pub load: BTreeMap<String, u32>,
    /// How many of the touched lines, or of the recent commits to the touched files, are each person's.
    pub authorship: BTreeMap<String, u64>,
    /// Who was asked before, or has looked already: they are preferred, so that a push does not change the choice.
    pub already: BTreeSet<String>,
    /// What the choice among equals is drawn from: the same seed draws the same people.
    pub seed: String,
    /// How many are asked at most.
    pub most: usize,
}

/// Who can be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Candidate {
    /// A person of the roster.
    Person(String),
    /// A team of the roster that lists nobody, asked as a whole.
    Team(String),
    /// A name that the roster does not know, asked as it stands.
    Unknown(String),
}

impl Candidate {
    /// Returns the name: the roster's key, or the name as it stands.
    pub fn name(&self) -> &str {
        match self {
            Self::Person(name) | Self::Team(name) | Self::Unknown(name) => name,
        }
    }
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Who is asked, the most needed first: who counts for most requirements, then by name.
    pub asked: Vec<Asked>,
    /// Who could have been asked and is not.
    pub left_out: BTreeMap<Candidate, LeftOut>,
    /// The requirements, by their index in [`Review::requirements`], that those asked do not satisfy.
    pub unmet: BTreeMap<usize, Unmet>,
    /// Names that the roster does not know.
    pub unknown: BTreeSet<String>,
    /// Says whether it is proved that no smaller set would do. Otherwise nobody asked is needless, but fewer might do.
    pub exact: bool,
}

/// Somebody who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who.
    pub who: Candidate,
    /// The requirements that they count for, by index in [`Review::requirements`].
    pub counts_for: BTreeSet<usize>,
    /// The requirements of whose people nobody can look, so that they stand in.
    pub stands_in_for: BTreeSet<usize>,
    /// What decided for them.
    pub because: Passed,
    /// The next best who would have done as well.
    pub before: Option<Candidate>,
    /// Their open reviews.
    pub open: u32,
    /// How many they take, where that is known.
    pub capacity: Option<u32>,
    /// Says whether they are asked beyond what they take, because the roster has nobody else left at all.
    pub over_capacity: bool,
}

/// What decided between those who would do as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// Nobody else can count for what they count for.
    Only,
    /// Nobody else who is left counts for all that they count for.
    CoversMore,
    /// They were asked before, or have looked already.
    Already,
    /// They are a person of the roster, and the others are teams as a whole or names that it does not know.
    Rostered,
    /// They have fewer open reviews for their capacity.
    LessLoad,
    /// They wrote more of what changes.
    Authorship {
        /// How many lines, or commits.
        wrote: u64,
    },
    /// Drawn among equals by the seed.
    Drawn {
        /// How many equals, they included.
        among: usize,
    },
    /// Stands in where nobody who is named can look.
    StandsIn,
}

/// Why somebody is not asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Wrote the change.
    Author,
    /// Is away.
    Absent {
        /// Until which day, where that is known.
        until: Option<Date>,
        /// Why.
        reason: Option<String>,
    },
    /// Has as many open reviews as they take.
    AtCapacity {
        /// The open reviews.
        open: u32,
        /// How many they take.
        capacity: u32,
    },
    /// Others who are asked are enough.
    NotNeeded,
    /// As many as may be asked are asked.
    Most,
}

/// Why a requirement is not satisfied by those who are asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unmet {
    /// It names nobody.
    NobodyNamed,
    /// Nobody behind these of its names can look: the author, the absent, those at capacity.
    NobodyLeft {
        /// The names.
        names: BTreeSet<String>,
    },
    /// Fewer people than it needs are left behind its names.
    TooFew {
        /// How many it needs.
        needed: u32,
        /// How many are left; all of them are asked, unless the limit forbids it.
        left: u32,
    },
    /// As many as may be asked are asked.
    Most,
}
