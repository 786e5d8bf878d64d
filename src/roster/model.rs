//! A roster, checked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// Where reviews are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forge {
    /// GitHub.
    Github,
    /// GitLab.
    Gitlab,
}

/// Who the people behind names are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// By the name that maps and lanes use, or that teams list.
    pub people: BTreeMap<String, Person>,
    /// By the name that maps and lanes use.
    pub teams: BTreeMap<String, Team>,
    /// How many open reviews a person takes who does not say.
    pub capacity: Option<u32>,
    /// How many are asked for one change at most.
    pub most: Option<usize>,
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// What people call them.
    pub title: Option<String>,
    /// The handle on each forge, without `@`.
    pub handles: BTreeMap<Forge, String>,
    /// The addresses in commits, lower case.
    pub emails: BTreeSet<String>,
    /// How many open reviews they take.
    pub capacity: Option<u32>,
    /// When they are away.
    pub absences: Vec<Absence>,
}

/// When somebody is away: both days are included, and a day that is left out has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// Why.
    pub reason: Option<String>,
}

/// A team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Team {
    /// What people call it.
    pub title: Option<String>,
    /// The handle on each forge: `org/team` on GitHub, the full path of a group on GitLab.
    pub handles: BTreeMap<Forge, String>,
    /// Its people, by the keys of [`Roster::people`]. A team without any is asked as a whole.
    pub members: BTreeSet<String>,
}
