//! Text to roster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::find::{Found, bare};
use super::keys::{ABSENCE_KEYS, PERSON_KEYS, ROSTER_KEYS, TEAM_KEYS};
use super::names::{Kind, Taken, Whose, shown, wrong_with};
use super::{Absence, Forge, Person, Roster, Team};
use crate::fault::{Code, Fault};
use crate::source::{Source, Span, Spanned};
use crate::yaml::{self, Entry, Mapping, Node, Reader, Value};

impl Roster {
    /// Reads the text of a roster. With faults, what could be read stands.
    pub fn parse(source: &Arc<Source>) -> (Self, Vec<Fault>) {
        let (root, faults) = yaml::parse(source);
        let mut reader = Reader::new(source, faults);
        let roster = root.and_then(|root| read(&mut reader, &root)).unwrap_or_default();
        (roster, reader.into_faults())
    }
}

fn read(reader: &mut Reader<'_>, root: &Node) -> Option<Roster> {
    let map = reader.mapping(root, "", ROSTER_KEYS)?;
    version(reader, &map);
    let mut roster = Roster {
        capacity: reader.count(&map, "capacity"),
        most: reader.count(&map, "most").and_then(|most| usize::try_from(most).ok()),
        ..Roster::default()
    };
    let people = entries(reader, &map, "people");
    let teams = entries(reader, &map, "teams");
    // A list of the wrong shape has been reported, and may name somebody.
    let is_nobody = |entries: &Option<&[Entry]>| entries.is_some_and(<[Entry]>::is_empty);
    if is_nobody(&people) && is_nobody(&teams) {
        let help = "add `people:` with a name and `{}` for each, or remove the file: without it, names are asked as \
                    they stand";
        reader.fault(Code::RosterNobody, map.span(), "the roster names nobody", "no people, no teams", help);
    }
    let taken = &mut Taken::default();
    for entry in people.unwrap_or_default() {
        if let Some(key) = key(reader, entry) {
            // One that cannot be read is there all the same: a team may name it.
            let person = person(reader, entry, key, taken).unwrap_or_default();
            roster.people.insert(key.to_owned(), person);
        }
    }
    let mut members = BTreeMap::new();
    for entry in teams.unwrap_or_default() {
        if let Some(key) = key(reader, entry) {
            let (team, listed) = team(reader, entry, key, taken).unwrap_or_default();
            members.insert(key, listed);
            roster.teams.insert(key.to_owned(), team);
        }
    }
    for (key, listed) in members {
        let found: BTreeSet<String> =
            listed.iter().filter_map(|name| member(reader, &roster, name)).collect();
        roster.teams.entry(key.to_owned()).and_modify(|team| team.members = found);
    }
    Some(roster)
}

/// The format is at its first version: another one means keys that are not known here.
fn version(reader: &mut Reader<'_>, map: &Mapping<'_>) {
    let Some(node) = map.get("version") else {
        reader.missing_key(map, "version");
        return;
    };
    match &node.value {
        Value::Scalar { text, plain: true } if &**text == "1" => {}
        Value::Scalar { text, .. } if !node.is_null() => {
            let message = format!("version {} of a roster is not known", shown(text));
            reader.fault(Code::RosterVersion, node.span.clone(), message, "not 1", "write `version: 1`");
        }
        Value::Scalar { .. } | Value::Seq(_) | Value::Map(_) => {
            reader.wrong_type(node, "version", "the number 1", "write `version: 1`");
        }
    }
}

/// Returns the lines of `people` or `teams`: none where the key is absent, nothing where it has no lines at all.
fn entries<'n>(reader: &mut Reader<'_>, map: &Mapping<'n>, key: &str) -> Option<&'n [Entry]> {
    match map.get(key) {
        None => Some(&[]),
        Some(node) => reader.open_mapping(node, key).map(|lines| lines.entries()),
    }
}

/// Takes the name of a person or a team.
fn key<'n>(reader: &mut Reader<'_>, entry: &'n Entry) -> Option<&'n str> {
    checked(reader, Kind::Key, &entry.key.value, entry.key.span.clone()).then_some(&*entry.key.value)
}

/// Says whether a text can be a name of this kind, and reports it where it cannot.
fn checked(reader: &mut Reader<'_>, kind: Kind, text: &str, span: Span) -> bool {
    let wrong = wrong_with(kind, text);
    if let Some(why) = wrong {
        let (what, help) = match kind {
            Kind::Key => ("a name", "write the name as the maps have it"),
            Kind::Person => ("a handle", "write the handle, with or without `@`"),
            Kind::Team(_) => ("the handle of a team", "write it as the forge does, with or without `@`"),
            Kind::Email => ("an address", "write the address that stands in commits"),
        };
        let message = format!("{} cannot be {what}: {why}", shown(text));
        reader.fault(Code::RosterName, span, message, format!("not {what}"), help);
    }
    wrong.is_none()
}

fn person<'k>(reader: &mut Reader<'_>, entry: &Entry, key: &'k str, taken: &mut Taken<'k>) -> Option<Person> {
    taken.give(reader, Whose::Person(key), None, (key, entry.key.span.clone()));
    let map = reader.mapping(&entry.value, &format!("people.{key}"), PERSON_KEYS)?;
    let title = reader.text(&map, "title").map(|title| title.value);
    let handles = handles(reader, &map, Whose::Person(key), taken);
    let mut emails = BTreeSet::new();
    for email in reader.texts(&map, "emails").unwrap_or_default() {
        if checked(reader, Kind::Email, &email.value, email.span.clone()) {
            taken.give(reader, Whose::Person(key), None, (&email.value, email.span));
            emails.insert(email.value.to_lowercase());
        }
    }
    let capacity = capacity(reader, &map);
    let mut absences = Vec::new();
    for (path, item) in reader.items(&map, "absent").unwrap_or_default() {
        absences.extend(absence(reader, item, &path));
    }
    Some(Person { title, handles, emails, capacity, absences })
}

fn handles<'k>(
    reader: &mut Reader<'_>,
    map: &Mapping<'_>,
    whose: Whose<'k>,
    taken: &mut Taken<'k>,
) -> BTreeMap<Forge, String> {
    let mut handles = BTreeMap::new();
    for (name, forge) in [("github", Forge::Github), ("gitlab", Forge::Gitlab)] {
        let Some(handle) = reader.text(map, name) else { continue };
        let kind = if matches!(whose, Whose::Team(_)) { Kind::Team(forge) } else { Kind::Person };
        if checked(reader, kind, &handle.value, handle.span.clone()) {
            taken.give(reader, whose, Some(forge), (&handle.value, handle.span));
            handles.insert(forge, bare(&handle.value).to_owned());
        }
    }
    handles
}

/// Takes how many reviews a person takes: 0 is somebody who takes none.
fn capacity(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<u32> {
    match map.get("capacity").map(|node| &node.value) {
        Some(Value::Scalar { text, plain: true }) if &**text == "0" => Some(0),
        _ => reader.count(map, "capacity"),
    }
}

fn absence(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Absence> {
    let map = reader.mapping(node, path, ABSENCE_KEYS)?;
    if map.get("from").is_none() && map.get("until").is_none() {
        let message = format!("`{path}` states neither `from` nor `until`");
        let help = "add the first or the last day, as in `{from: 2026-12-20, until: 2027-01-02}`";
        reader.fault(Code::YamlMissingKey, map.span(), message, "away when?", help);
        return None;
    }
    let from = date(reader, &map, "from");
    let until = date(reader, &map, "until");
    let reason = reader.text(&map, "reason").map(|reason| reason.value);
    // A day that cannot be read is not one that is left out.
    let sound = |key: &str, date: Option<&(Date, Span)>| map.get(key).is_none() || date.is_some();
    if !sound("from", from.as_ref()) || !sound("until", until.as_ref()) {
        return None;
    }
    if let (Some((from, _)), Some((until, span))) = (&from, &until)
        && from > until
    {
        let message = format!("`{path}` ends on {until}, before it begins on {from}");
        reader.fault(Code::RosterDate, span.clone(), message, "before `from`", "swap the two, or mend one");
        return None;
    }
    Some(Absence { from: from.map(|(date, _)| date), until: until.map(|(date, _)| date), reason })
}

fn date(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> Option<(Date, Span)> {
    let Spanned { value, span } = reader.text(map, key)?;
    // The parser takes times as well, and dates of other forms.
    let is_plain = value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = if is_plain { value.parse().ok() } else { None };
    if date.is_none() {
        let message = format!("`{}` cannot be {}", map.path_of(key), shown(&value));
        let help = "write a day of the calendar as `2026-12-20`";
        reader.fault(Code::RosterDate, span.clone(), message, "not a day", help);
    }
    date.map(|date| (date, span))
}

/// Takes a team, and the names that it lists.
fn team<'k>(
    reader: &mut Reader<'_>,
    entry: &Entry,
    key: &'k str,
    taken: &mut Taken<'k>,
) -> Option<(Team, Vec<Spanned<String>>)> {
    taken.give(reader, Whose::Team(key), None, (key, entry.key.span.clone()));
    let path = format!("teams.{key}");
    let map = reader.mapping(&entry.value, &path, TEAM_KEYS)?;
    let title = reader.text(&map, "title").map(|title| title.value);
    let handles = handles(reader, &map, Whose::Team(key), taken);
    let items = reader.items(&map, "members");
    if let (Some([]), Some(node)) = (items.as_deref(), map.get("members")) {
        let message = format!("team {} has no members", shown(key));
        let help = "name its people, or leave `members` out: then the team is asked as a whole";
        reader.fault(Code::RosterNobody, node.span.clone(), message, "nobody", help);
    }
    let listed = items.unwrap_or_default().into_iter();
    let listed = listed.filter_map(|(path, item)| reader.text_of(item, &path)).collect();
    Some((Team { title, handles, members: BTreeSet::new() }, listed))
}

/// Returns the key of a member.
fn member(reader: &mut Reader<'_>, roster: &Roster, name: &Spanned<String>) -> Option<String> {
    let (message, label, help) = match roster.find(&name.value) {
        Some(Found::Person(key, _)) => return Some(key.to_owned()),
        Some(Found::Team(key, _)) => {
            let message = format!("member {} is the team {}", shown(&name.value), shown(key));
            (message, "a team", "list its people: a team holds people only".to_owned())
        }
        None => {
            let message = format!("member {} is nobody of `people`", shown(&name.value));
            let help = match roster.like(&name.value) {
                Some(near) => format!("did you mean {}?", shown(&near)),
                None => "add it to `people`, with `{}` where there is nothing to say".to_owned(),
            };
            (message, "not a person", help)
        }
    };
    reader.fault(Code::RosterMember, name.span.clone(), message, label, help);
    None
}
