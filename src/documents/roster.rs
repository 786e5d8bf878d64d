//! The schema of `reviewers.yaml`.

use serde_json::{Value, json};

use super::shape::{day, described, list, mapping, text, text_like};

pub(super) fn document() -> Value {
    let keys = [
        ("version", described("The version of this format: 1.", json!({"const": 1}))),
        ("capacity", described("How many open reviews a person takes at once who does not say.", count(1))),
        ("most", described("How many people are asked for one change at most.", count(1))),
        (
            "people",
            described("The people, by a name: the one that maps, lanes and teams use.", each(person())),
        ),
        (
            "teams",
            described(
                "The teams, by the name that maps and lanes use, such as `@platform/billing`.",
                each(team()),
            ),
        ),
    ];
    let mut document = described(
        "Who the people behind the names of maps and lanes are. Only the file of the base counts for a change.",
        mapping(keys, &["version"]),
    );
    document["anyOf"] = json!([
        {"required": ["people"], "properties": {"people": {"minProperties": 1}}},
        {"required": ["teams"], "properties": {"teams": {"minProperties": 1}}},
    ]);
    document
}

fn person() -> Value {
    let emails = list(text_like("^\\S+@\\S+$"));
    let keys = [
        ("title", described("What people call them.", text())),
        ("github", described("Their handle on GitHub, with or without `@`.", handle())),
        ("gitlab", described("Their handle on GitLab, with or without `@`.", handle())),
        ("emails", described("The addresses that stand in their commits.", emails)),
        ("capacity", described("How many open reviews they take at once; 0 is none.", count(0))),
        ("absent", described("When they are away; both days are included.", list(absence()))),
    ];
    mapping(keys, &[])
}

fn absence() -> Value {
    let keys = [
        ("from", described("The first day; without one, since ever.", day())),
        ("until", described("The last day; without one, until further notice.", day())),
        ("reason", described("Why, as it may be shown.", text())),
    ];
    let mut absence = mapping(keys, &[]);
    absence["anyOf"] = json!([{"required": ["from"]}, {"required": ["until"]}]);
    absence
}

fn team() -> Value {
    let mut members = list(text());
    members["minItems"] = json!(1);
    let keys = [
        ("title", described("What people call it.", text())),
        ("github", described("Its handle on GitHub: `organization/team`.", path("^@?[^/\\s]+/[^/\\s]+$"))),
        ("gitlab", described("The full path of its group on GitLab.", path("^@?[^/\\s]+(/[^/\\s]+)*$"))),
        (
            "members",
            described(
                "Its people: by their keys in `people`, by handle or by address. A team that leaves them out is asked \
                 as a whole.",
                members,
            ),
        ),
    ];
    mapping(keys, &[])
}

/// A mapping from any name.
fn each(shape: Value) -> Value {
    json!({"type": "object", "additionalProperties": shape})
}

fn count(least: u32) -> Value {
    json!({"type": "integer", "minimum": least, "maximum": u32::MAX})
}

fn handle() -> Value {
    text_like("^@?[A-Za-z0-9._-]+(\\[bot\\])?$")
}

fn path(pattern: &str) -> Value {
    text_like(pattern)
}
