//! Who stands behind a name.

use super::model::Candidate;
use crate::roster::{Found, Person, Roster, Team};

/// The people and teams of a roster.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    roster: &'a Roster,
}

impl<'a> People<'a> {
    /// Looks names up in a roster.
    pub const fn new(roster: &'a Roster) -> Self {
        Self { roster }
    }

    /// Returns the person or team that a word means, as [`Roster::find`] has it; a name that the roster does not know
    /// stands for itself.
    pub fn find(&self, word: &str) -> Candidate {
        match self.roster.find(word) {
            Some(Found::Person(name, _)) => Candidate::Person(name.to_owned()),
            Some(Found::Team(name, _)) => Candidate::Team(name.to_owned()),
            None => Candidate::Unknown(word.to_owned()),
        }
    }

    /// Returns everyone who can be asked where a map or lane names `name`: the people of a team, or the one whom it
    /// means. A team without people and a name that the roster does not know are asked as a whole.
    pub fn behind(&self, name: &str) -> Vec<Candidate> {
        match self.find(name) {
            Candidate::Team(team) => match self.team(&team) {
                Some(Team { members, .. }) if !members.is_empty() => members
                    .iter()
                    .map(|member| match self.roster.people.contains_key(member) {
                        true => Candidate::Person(member.clone()),
                        false => Candidate::Unknown(member.clone()),
                    })
                    .collect(),
                _ => vec![Candidate::Team(team)],
            },
            one => vec![one],
        }
    }

    /// Says whether two words mean the same person or team, or are the same word.
    pub fn same(&self, one: &Candidate, word: &str) -> bool {
        match self.find(word) {
            Candidate::Unknown(word) => folded(&word) == folded(one.name()),
            known => known == *one,
        }
    }

    /// Returns a person of the roster.
    pub fn person(&self, name: &str) -> Option<&'a Person> {
        self.roster.people.get(name)
    }

    /// Returns a team of the roster.
    pub fn team(&self, name: &str) -> Option<&'a Team> {
        self.roster.teams.get(name)
    }

    /// Returns the roster.
    pub const fn roster(&self) -> &'a Roster {
        self.roster
    }
}

/// Returns the word by which a name is compared that the roster does not know: without `@`, in lower case.
pub(super) fn folded(word: &str) -> String {
    let word = word.trim();
    word.strip_prefix('@').unwrap_or(word).to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::roster::Forge;

    fn roster() -> Roster {
        let person = |handle: &str, email: &str| Person {
            handles: BTreeMap::from([(Forge::Github, handle.to_owned())]),
            emails: [email.to_owned()].into(),
            ..Person::default()
        };
        let team = |members: &[&str]| Team {
            handles: BTreeMap::from([(Forge::Github, "acme/billing".to_owned())]),
            members: members.iter().map(|&member| member.to_owned()).collect(),
            ..Team::default()
        };
        Roster {
            people: BTreeMap::from([
                ("ada".to_owned(), person("ada-l", "ada@example.com")),
                ("bob".to_owned(), person("ada", "bob@example.com")),
            ]),
            teams: BTreeMap::from([
                ("@platform/billing".to_owned(), team(&["ada", "bob", "carol"])),
                ("empty".to_owned(), Team::default()),
            ]),
            ..Roster::default()
        }
    }

    #[test]
    fn a_word_means_a_name_a_handle_or_an_address() {
        let roster = roster();
        let people = People::new(&roster);
        let person = |name: &str| Candidate::Person(name.to_owned());
        // `ada` is also the handle of bob.
        for word in ["ada", "@ada", "ADA", "ada-l", "@Ada-L", "ada@example.com"] {
            assert_eq!(people.find(word), person("ada"), "{word}");
        }
        assert_eq!(people.find("bob@EXAMPLE.com"), person("bob"));
        assert_eq!(people.find("@acme/billing"), Candidate::Team("@platform/billing".to_owned()));
        assert_eq!(people.find("@dan"), Candidate::Unknown("@dan".to_owned()));
    }

    #[test]
    fn a_team_is_its_people_and_one_without_any_is_asked_as_a_whole() {
        let roster = roster();
        let people = People::new(&roster);
        let names: Vec<_> = people.behind("platform/billing");
        assert_eq!(names.len(), 3);
        assert_eq!(
            names[2],
            Candidate::Unknown("carol".to_owned()),
            "a member who is no person of the roster"
        );
        assert_eq!(people.behind("empty"), [Candidate::Team("empty".to_owned())]);
        assert!(people.same(&Candidate::Unknown("@Dan".to_owned()), "dan"));
    }
}
