//! The schema of the extraction packets.

use serde_json::Value;

use super::shape::{choice, day, described, domain_id, id, list, mapping, text, text_like};
use crate::packets::Decision;

pub(super) fn document() -> Value {
    let packets = described("The packets, one for each domain.", list(packet()));
    described(
        "What becomes of each domain, and what is to prove that it can be promoted on its own.",
        mapping([("extraction_packets", packets)], &["extraction_packets"]),
    )
}

fn packet() -> Value {
    let owner = || described("Who answers for it, and for whatever nobody else does.", text());
    let profile = "The release profile whose gates must hold; `standard` where nothing is said.";
    let environment = "The environment in which they must; `production` where nothing is said.";
    let guards = mapping([("owner", described("Who answers for them.", text()))], &["owner"]);
    let keys = [
        ("domain", described("The domain; it has a lane.", domain_id())),
        ("decision", described("What becomes of it.", choice(Decision::ALL.map(Decision::as_str)))),
        ("decided", described("The day of the decision.", day())),
        ("owner", owner()),
        ("document", described("Where the decision is written down.", file())),
        ("profile", described(profile, id())),
        ("environment", described(environment, id())),
        (
            "callers",
            described("Every cross-process caller, each with its service-auth packet.", list(caller())),
        ),
        ("degradation", described("What shows that the domain can be away for a while.", degradation())),
        ("rollback", described("How the domain is taken back.", rollback())),
        ("status", described("Its row in Status/Ops.", status())),
        ("guards", described("The boundary guards.", guards)),
    ];
    mapping(keys, &["domain", "decision", "decided", "owner"])
}

fn caller() -> Value {
    let keys = [
        ("domain", described("The calling domain.", domain_id())),
        ("service_auth", described("How it proves who it is, such as `mtls`.", text())),
        ("document", described("Where that is written down.", file())),
        ("owner", described("Who answers for it; the packet's owner where nothing is said.", text())),
    ];
    mapping(keys, &["domain", "service_auth", "document"])
}

fn degradation() -> Value {
    let keys = [
        ("gate", described("The gate: a smoke or a harness with a command.", id())),
        ("document", described("The degradation contract.", file())),
        ("owner", described("Who answers for it; the packet's owner where nothing is said.", text())),
    ];
    mapping(keys, &["gate"])
}

fn rollback() -> Value {
    let keys = [
        ("gate", described("The gate that tests the rollback.", id())),
        ("command", described("The command that takes the domain back.", text())),
        ("document", described("Where it is written down.", file())),
        ("owner", described("Who answers for it; the packet's owner where nothing is said.", text())),
    ];
    mapping(keys, &["gate", "command", "document"])
}

fn status() -> Value {
    let objective = mapping(
        [
            ("objective", described("What must be reached, such as `99.9`.", text())),
            ("gate", described("The gate that shows that it is.", id())),
        ],
        &["objective", "gate"],
    );
    let keys = [
        ("component", described("The component.", text())),
        ("owner", described("Who answers for it; the packet's owner where nothing is said.", text())),
        ("slo", described("Its service level objective.", objective)),
    ];
    mapping(keys, &["component"])
}

/// A path from the repository's root.
fn file() -> Value {
    text_like("^[^/\\s]")
}
