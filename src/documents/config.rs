//! The schema of `laneway.yaml`.

use serde_json::{Value, json};

use super::shape::{choice, described, list, mapping, quorums, text, text_like};
use crate::config::{Config, GITHUB_KEYS, Vendor};

/// A path from the root of the repository: no `/` in front.
const INSIDE: &str = "^[^/\\s]";

pub(super) fn document() -> Value {
    let default = Config::default();
    let by_default = |shape: Value, value: &str| {
        let mut shape = shape;
        shape["default"] = json!(value);
        shape
    };
    let keys = [
        ("version", described("The version of this format: 1.", json!({"const": 1}))),
        (
            "ownership_maps",
            described(
                "The folder of the ownership maps: every Markdown file below it is one.",
                by_default(text_like(INSIDE), &default.ownership_maps),
            ),
        ),
        (
            "lanes",
            described(
                "The folder of lanes, gate catalogue, routing rules and release profiles: every YAML file below it.",
                by_default(text_like(INSIDE), &default.lanes),
            ),
        ),
        (
            "packets",
            described("The file of the promotion packets.", by_default(text_like(INSIDE), &default.packets)),
        ),
        (
            "evidence",
            described(
                "Where evidence is kept: a folder, or the URL of an object store such as `s3://bucket/prefix`.",
                by_default(text_like(INSIDE), &default.evidence),
            ),
        ),
        (
            "base",
            described(
                "The revision that a change is compared with where no flag and no CI says another; by default the \
                 remote's default branch.",
                text(),
            ),
        ),
        (
            "architecture_reviewers",
            described(
                "Who approves what no map foresaw: unmapped files, changes of the policy, a base that is missing. Any of \
                 the names is enough, and each quorum in the list is asked for beside them.",
                quorums(),
            ),
        ),
        (
            "mode",
            described(
                "`enforce` skips what nothing asks for. `observe` routes every gate and prints what would be skipped: \
                 the way to adopt.",
                by_default(choice(["enforce", "observe"]), "enforce"),
            ),
        ),
        (
            "runners",
            described(
                "What the `runner` of a gate stands for in each CI, by label; `default` is for gates without one. A label \
                 that is not listed for a CI of which others are fits no machine there.",
                json!({"type": "object", "additionalProperties": machines()}),
            ),
        ),
    ];
    described(
        "What Laneway is told of a repository. Every key but `version` has a default.",
        mapping(keys, &["version"]),
    )
}

/// What one label stands for, by CI.
fn machines() -> Value {
    let machine = |vendor: Vendor| {
        let texts = || {
            let mut several = list(text());
            several["minItems"] = json!(1);
            json!({"anyOf": [text(), several]})
        };
        let keys = match vendor {
            Vendor::Github => mapping(GITHUB_KEYS.iter().map(|key| (*key, texts())), &[]),
            Vendor::Gitlab | Vendor::Buildkite | Vendor::Circleci | Vendor::Azure | Vendor::Jenkins => {
                json!({"type": "object", "additionalProperties": texts()})
            }
        };
        let mut keys = keys;
        keys["minProperties"] = json!(1);
        let mut several = list(text());
        several["minItems"] = json!(1);
        json!({"anyOf": [text(), several, keys]})
    };
    mapping(Vendor::ALL.map(|vendor| (vendor.as_str(), machine(vendor))), &[])
}
