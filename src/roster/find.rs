//! Who a name of the maps is.

use std::collections::BTreeMap;

use super::{Forge, Person, Roster, Team};
use crate::id::nearest;

/// Whom a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'r> {
    /// A person, by the key of [`Roster::people`].
    Person(&'r str, &'r Person),
    /// A team, by the key of [`Roster::teams`].
    Team(&'r str, &'r Team),
}

/// The address that GitHub and GitLab put into commits for those who hide theirs: `123+ada@…`, `123-ada@…`.
const HIDDEN: [(&str, char, Forge); 2] =
    [("@users.noreply.github.com", '+', Forge::Github), ("@users.noreply.gitlab.com", '-', Forge::Gitlab)];

impl Roster {
    /// Returns whom `name` means: the key of a person or a team, a handle or an address. A leading `@` and the case of
    /// letters make no difference. Nothing where nobody has the name, and where it is the handle of one person on the
    /// one forge and of another on the other.
    pub fn find(&self, name: &str) -> Option<Found<'_>> {
        let by_key = self.person_by_key(name).or_else(|| self.team_by_key(name));
        by_key.or_else(|| self.by_handle(name)).or_else(|| self.by_email(name))
    }

    /// Returns the person whose handle on `forge` it is, with or without `@`.
    pub fn person_with_handle(&self, forge: Forge, handle: &str) -> Option<Found<'_>> {
        let has = |person: &Person| person.handles.get(&forge).is_some_and(|own| same(own, handle));
        let found = self.people.iter().find(|(_, person)| has(person));
        found.map(|(key, person)| Found::Person(key, person))
    }

    /// Returns the name of the roster that is nearest to a wrong one, where one is near enough to be what was meant.
    pub fn like(&self, wrong: &str) -> Option<String> {
        let handles = |handles: &BTreeMap<Forge, String>| -> Vec<String> {
            handles.values().map(|handle| format!("@{handle}")).collect()
        };
        let of_people = self.people.iter().flat_map(|(key, person)| {
            let emails = person.emails.iter().cloned();
            std::iter::once(key.clone()).chain(handles(&person.handles)).chain(emails)
        });
        let of_teams = self
            .teams
            .iter()
            .flat_map(|(key, team)| std::iter::once(key.clone()).chain(handles(&team.handles)));
        // Of a key and a handle that are one, the key is what maps should have.
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for name in of_people.chain(of_teams) {
            names.entry(bare(&name).to_owned()).or_insert(name);
        }
        nearest(bare(wrong), names.keys().map(String::as_str)).and_then(|near| names.get(near).cloned())
    }

    fn person_by_key(&self, name: &str) -> Option<Found<'_>> {
        let found = self.people.iter().find(|(key, _)| same(key, name));
        found.map(|(key, person)| Found::Person(key, person))
    }

    fn team_by_key(&self, name: &str) -> Option<Found<'_>> {
        let found = self.teams.iter().find(|(key, _)| same(key, name));
        found.map(|(key, team)| Found::Team(key, team))
    }

    /// Two forges may give one handle to two people: then it names neither.
    fn by_handle(&self, name: &str) -> Option<Found<'_>> {
        let has = |handle: &String| same(handle, name);
        let people = self.people.iter().filter(|(_, person)| person.handles.values().any(has));
        let teams = self.teams.iter().filter(|(_, team)| team.handles.values().any(has));
        let mut found = people
            .map(|(key, person)| Found::Person(key, person))
            .chain(teams.map(|(key, team)| Found::Team(key, team)));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn by_email(&self, name: &str) -> Option<Found<'_>> {
        if !name.contains('@') {
            return None;
        }
        let name = name.to_lowercase();
        let found = self.people.iter().find(|(_, person)| person.emails.contains(&name));
        found.map(|(key, person)| Found::Person(key, person)).or_else(|| {
            let (local, separator, forge) = HIDDEN.iter().find_map(|(domain, separator, forge)| {
                name.strip_suffix(domain).map(|local| (local, *separator, *forge))
            })?;
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let handle = match local.split_once(separator) {
                Some((number, handle)) if is_number(number) => handle,
                _ => local,
            };
            self.person_with_handle(forge, handle)
        })
    }
}

/// Returns a name without the `@` that may stand before it.
pub(super) fn bare(name: &str) -> &str {
    name.strip_prefix('@').unwrap_or(name)
}

/// Says whether two names are one: forges do not tell letters apart by their case.
fn same(left: &str, right: &str) -> bool {
    bare(left).eq_ignore_ascii_case(bare(right))
}
