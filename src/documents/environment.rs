//! The shape of an environment.

use serde_json::{Value, json};

use super::release::rollback;
use super::shape::{choice, described, either, id, list, mapping, text, text_like};
use crate::environment::{CHANGE_CLASSES, Section};

type Key = (&'static str, Value);

/// One of `environments`.
pub(super) fn environment() -> Value {
    let keys: [Key; 11] = [
        ("id", described("Its id, unique in the workspace: `production`.", id())),
        ("title", described("What people call it.", text())),
        ("owner", described("Who answers for whatever nobody else does.", text())),
        (
            "target",
            described(
                "What the description of the environment must say that it is a description of.",
                text(),
            ),
        ),
        (
            "change_classes",
            described(
                "The change classes that it takes; every one where this is left out.",
                list(choice(CHANGE_CLASSES)),
            ),
        ),
        (
            "profiles",
            described("The release profiles that it takes; every one where this is left out.", list(text())),
        ),
        (
            "description",
            described(
                "Where the description of the environment comes from, YAML or JSON: a file, or what a command prints.",
                either([
                    mapping([("file", described("The file.", text()))], &["file"]),
                    mapping([("command", described("The command.", text()))], &["command"]),
                ]),
            ),
        ),
        ("max_age_hours", described("How old a description may be, in hours: 24 by default.", count())),
        ("checks", described("What preflight looks at.", list(check()))),
        (
            "deploy",
            described(
                "How something is deployed. The command must not build anything.",
                mapping(
                    [
                        ("run", described("The command.", text())),
                        ("timeout_minutes", described("How long it may take.", count())),
                    ],
                    &["run"],
                ),
            ),
        ),
        (
            "rollback",
            described("How a deployment is taken back, where the manifest does not say.", rollback()),
        ),
    ];
    let sections = Section::ALL.map(|section| (section.as_str(), wanted(section)));
    mapping(keys.into_iter().chain(sections), &["id", "owner", "target"])
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": u32::MAX})
}

/// The items of a section: what each of them may ask for is what the section can tell.
fn wanted(section: Section) -> Value {
    let equals = || ("equals", described("It is exactly this. What it is instead is not printed.", text()));
    let fresh = || ("max_age_days", described("It is not older than so many days.", count()));
    let (what, own): (&str, Vec<Key>) = match section {
        Section::Artifacts => ("What is shipped, by digest.", vec![]),
        Section::Config => ("Values of the configuration.", vec![equals(), fresh()]),
        Section::Dns => ("Host names.", vec![]),
        Section::Tls => (
            "Certificates.",
            vec![("min_days", described("It is valid for so many days more: 14 by default.", count()))],
        ),
        Section::Secrets => {
            ("Secrets and identities: that they are there, and how old they are.", vec![fresh()])
        }
        Section::Registry => ("Entries of registries.", vec![equals(), fresh()]),
        Section::Schema => ("The migration baseline.", vec![equals()]),
        Section::Seed => ("The seed.", vec![equals()]),
    };
    let excuse = mapping(
        [
            ("profiles", described("Under which profiles.", list(text()))),
            ("reason", described("Why it need not be there.", text())),
        ],
        &["profiles", "reason"],
    );
    let common: [Key; 4] = [
        ("name", described("Its name, once in the section.", text())),
        ("owner", described("Who answers for it; the environment's owner by default.", text())),
        ("profiles", described("Under which profiles it is looked at; every one by default.", list(text()))),
        (
            "not_applicable",
            described("Under which profiles it is explicitly not applicable, and why.", excuse),
        ),
    ];
    described(what, list(mapping(common.into_iter().chain(own), &["name"])))
}

/// One of `checks`: by what it looks at.
fn check() -> Value {
    let host = || text_like("^\\S+:[0-9]+$");
    let days = ("min_days", described("For how many days more it must be valid: 14 by default.", count()));
    let status = json!({"type": "integer", "minimum": 100, "maximum": 599, "default": 200});
    let expect = || -> Vec<Key> {
        vec![
            (
                "pointer",
                described("Where in the document something must stand, as a JSON pointer.", text_like("^/")),
            ),
            (
                "equals",
                described("What must stand there; anything but `null` and `false` by default.", text()),
            ),
        ]
    };
    let kinds: [(&'static str, Value, Vec<Key>); 5] = [
        ("tcp", described("A connection to `HOST:PORT` can be made.", host()), vec![]),
        ("tls", described("`HOST:PORT` shows a certificate that is trusted for it.", host()), vec![days]),
        (
            "http",
            described("A `GET` of the address is answered.", text_like("^https?://[^/@]")),
            vec![("status", described("With this status: 200 by default.", status))],
        ),
        ("run", described("The command succeeds, and prints what is expected.", text()), expect()),
        ("file", described("The file is there, and says what is expected.", text()), expect()),
    ];
    either(kinds.map(|(kind, what, own)| {
        let timeout = json!({"type": "integer", "minimum": 1, "maximum": 600, "default": 10});
        let common: [Key; 5] = [
            ("id", described("Its id, once in the environment.", id())),
            ("gate", described("The release gate that it is evidence for.", id())),
            ("owner", described("Who answers for it; the environment's owner by default.", text())),
            ("timeout_seconds", described("How long it may take.", timeout)),
            (kind, what),
        ];
        let mut check = mapping(common.into_iter().chain(own), &["id", "gate", kind]);
        if matches!(kind, "run" | "file") {
            check["dependencies"] = json!({"equals": ["pointer"]});
        }
        check
    }))
}
