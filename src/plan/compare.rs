//! A route that is given, held against the one that the commits derive.
//!
//! A given route may hold more: gates that were added by hand, or all of them. It may not hold less, and not say
//! otherwise what the commits say.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use super::{Stated, canonical};
use crate::digest::Digest;
use crate::id::GateId;

/// How many files are named of which the two say something else.
const MOST_FILES: usize = 20;

/// How much of a value is told, in characters.
const MOST_VALUE: usize = 300;

/// Reasons that say how widely somebody asked, not what the change touches. Where the gates are the same, they may differ.
const BY_HAND: [&str; 3] = ["added", "broad", "observed"];

/// What a given route leaves out, or says otherwise than the derived one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The gate that it is about; nothing where it is about the whole route.
    pub gate: Option<GateId>,
    /// The field: `run`, `change.head`, `files`.
    pub field: String,
    /// What the given route says, as JSON; nothing where it leaves it out.
    pub given: Option<String>,
    /// What the commits derive, as JSON; nothing where they do not have it.
    pub derived: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.gate, self.field.as_str()) {
            (Some(gate), "id") if self.given.is_none() => {
                return write!(f, "the given route leaves out gate `{gate}`, which the commits derive");
            }
            (Some(gate), "id") => {
                return write!(f, "the given route has a gate `{gate}`, which no policy of the change knows");
            }
            (Some(gate), field) => write!(f, "the given route says otherwise of gate `{gate}`: `{field}`")?,
            (None, field) => write!(f, "the given route says otherwise: `{field}`")?,
        }
        match (&self.given, &self.derived) {
            (Some(given), Some(derived)) => write!(f, " is {given}, and the commits derive {derived}"),
            (Some(given), None) => write!(f, " has {given}, and the commits do not"),
            (None, Some(derived)) => write!(f, " lacks {derived}, which the commits derive"),
            (None, None) => f.write_str(" differs"),
        }
    }
}

/// Returns everything that `given` leaves out or says otherwise than `derived`; nothing, and it holds at least as much.
pub fn differences(given: &Stated, derived: &Stated) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    for (field, value) in &derived.facts {
        found.unless_equal(None, field, given.facts.get(field), Some(value));
    }
    files(&mut found, given, derived);
    for (id, gate) in &derived.gates {
        match given.gates.get(id) {
            Some(own) => found.gate(id, own, gate),
            None => found.add(Some(id), "id", None, gate.get("title")),
        }
    }
    for (id, gate) in given.gates.iter().filter(|(id, _)| !derived.gates.contains_key(*id)) {
        found.add(Some(id), "id", gate.get("title"), None);
    }
    reviews(&mut found, &given.review, &derived.review);
    found.0
}

/// Every file is in both, and both say the same of it.
fn files(found: &mut Found, given: &Stated, derived: &Stated) {
    let paths = |files: &BTreeSet<(String, Digest)>| {
        files.iter().map(|(path, _)| path.clone()).collect::<BTreeSet<String>>()
    };
    let differing: BTreeSet<&String> =
        given.files.symmetric_difference(&derived.files).map(|(path, _)| path).collect();
    if differing.is_empty() {
        return;
    }
    let (in_given, in_derived) = (paths(&given.files), paths(&derived.files));
    for path in differing.iter().take(MOST_FILES) {
        let value = Value::String((*path).clone());
        match (in_given.contains(*path), in_derived.contains(*path)) {
            (false, _) => found.add(None, "files", None, Some(&value)),
            (true, false) => found.add(None, "files", Some(&value), None),
            (true, true) => found.add(None, &format!("files[{path}]"), None, None),
        }
    }
    if differing.len() > MOST_FILES {
        found.add(None, &format!("files ({} more)", differing.len() - MOST_FILES), None, None);
    }
}

/// Everybody whom the commits ask is asked by the given route, for the same.
fn reviews(found: &mut Found, given: &Map<String, Value>, derived: &Map<String, Value>) {
    for (field, value) in derived {
        let own = given.get(field);
        let path = format!("review.{field}");
        match (own, value) {
            (Some(Value::Array(own)), Value::Array(value)) => {
                found.unless_holds(None, &path, own, value, &[])
            }
            (Some(Value::Object(own)), Value::Object(value)) => {
                for (field, value) in value {
                    let path = format!("{path}.{field}");
                    match (own.get(field), value) {
                        (Some(Value::Array(own)), Value::Array(value)) if field == "because" => {
                            found.unless_holds(None, &path, own, value, &[]);
                        }
                        (own, value) => found.unless_equal(None, &path, own, Some(value)),
                    }
                }
            }
            (own, value) => found.unless_equal(None, &path, own, Some(value)),
        }
    }
}

struct Found(Vec<Difference>);

impl Found {
    fn add(&mut self, gate: Option<&GateId>, field: &str, given: Option<&Value>, derived: Option<&Value>) {
        let told = |value: Option<&Value>| value.map(|value| short(&form(value)));
        self.0.push(Difference {
            gate: gate.cloned(),
            field: field.to_owned(),
            given: told(given),
            derived: told(derived),
        });
    }

    /// Both say the same, whatever the order of their keys.
    fn unless_equal(
        &mut self,
        gate: Option<&GateId>,
        field: &str,
        given: Option<&Value>,
        derived: Option<&Value>,
    ) {
        if given.map(form) != derived.map(form) {
            self.add(gate, field, given, derived);
        }
    }

    /// The given list has everything that the derived one has, but for reasons of these kinds.
    fn unless_holds(
        &mut self,
        gate: Option<&GateId>,
        field: &str,
        given: &[Value],
        derived: &[Value],
        but: &[&str],
    ) {
        let own: BTreeSet<String> = given.iter().map(form).collect();
        let counts = |value: &&Value| {
            value.get("kind").and_then(Value::as_str).is_none_or(|kind| !but.contains(&kind))
        };
        for value in derived.iter().filter(counts).filter(|value| !own.contains(&form(value))) {
            self.add(gate, field, None, Some(value));
        }
    }

    /// Both define the gate alike, and it is there for every reason that the commits give.
    fn gate(&mut self, id: &GateId, given: &Map<String, Value>, derived: &Map<String, Value>) {
        let fields: BTreeSet<&String> = given.keys().chain(derived.keys()).collect();
        for field in fields {
            match (given.get(field), derived.get(field)) {
                (Some(Value::Array(given)), Some(Value::Array(derived))) if field == "because" => {
                    self.unless_holds(Some(id), field, given, derived, &BY_HAND);
                }
                (given, derived) => self.unless_equal(Some(id), field, given, derived),
            }
        }
    }
}

/// Returns the canonical form of a value, in which equal ones are equal texts.
fn form(value: &Value) -> String {
    let mut bytes = Vec::new();
    canonical::write(&mut bytes, value.clone()).expect("a vector takes everything");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// Cuts a long value, so that a message stays one.
fn short(value: &str) -> String {
    match value.char_indices().nth(MOST_VALUE) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}
