//! The shapes that schemas are made of, as the YAML readers take them.

use serde_json::{Map, Value, json};

use crate::quorum::MOST;

/// Returns `shape` with a description.
pub(super) fn described(description: &str, shape: Value) -> Value {
    let mut described = Map::new();
    described.insert("description".to_owned(), json!(description));
    if let Value::Object(shape) = shape {
        described.extend(shape);
    }
    Value::Object(described)
}

/// A text that is not empty. Numbers and bools keep their written form, so they are texts as well.
pub(super) fn text() -> Value {
    json!({"type": ["string", "number", "boolean"], "pattern": "\\S"})
}

/// A text of a certain form.
pub(super) fn text_like(pattern: &str) -> Value {
    json!({"type": ["string", "number", "boolean"], "pattern": pattern})
}

/// A domain's id: words of `a-z0-9`, joined by `-`.
pub(super) fn domain_id() -> Value {
    text_like("^[a-z0-9]+(-[a-z0-9]+)*$")
}

/// An id of a gate, a profile or a family: `a-z0-9` first and last, `-`, `_` and `.` between.
pub(super) fn id() -> Value {
    text_like("^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$")
}

/// Names, any of which is enough, and quorums among them.
pub(super) fn quorums() -> Value {
    let of = || json!({"type": "array", "items": text(), "minItems": 1});
    let one = |key: &'static str, description| mapping([(key, described(description, of()))], &[key]);
    let people = json!({"type": "integer", "minimum": 1, "maximum": MOST});
    let number = mapping(
        [
            ("at_least", described("How many people.", people)),
            ("of", described("Of whom: people, and teams whose people count each.", of())),
        ],
        &["at_least", "of"],
    );
    list(either([
        text(),
        one("any_of", "One of these is enough."),
        one("all_of", "Each of these; of a team, one of its people is enough."),
        number,
    ]))
}

/// A list.
pub(super) fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// One of a closed set of words.
pub(super) fn choice<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({"enum": words.into_iter().collect::<Vec<_>>()})
}

/// One of several shapes.
pub(super) fn either(shapes: impl IntoIterator<Item = Value>) -> Value {
    json!({"anyOf": shapes.into_iter().collect::<Vec<_>>()})
}

/// A mapping of these keys and no others.
pub(super) fn mapping<K: Into<String>>(
    keys: impl IntoIterator<Item = (K, Value)>,
    required: &[&str],
) -> Value {
    let properties: Map<String, Value> = keys.into_iter().map(|(key, shape)| (key.into(), shape)).collect();
    let mut mapping = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        mapping["required"] = json!(required);
    }
    mapping
}

/// A day of the calendar. Editors read dates as texts.
pub(super) fn day() -> Value {
    json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
}

/// A day of the calendar, or a point in time with its zone.
pub(super) fn time() -> Value {
    let pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$";
    json!({"type": "string", "pattern": pattern})
}

/// A name: letters, digits, `-`, `_` and `.`, a letter or a digit first.
pub(super) fn name() -> Value {
    text_like("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
}
