//! YAML to a payload.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{CHANGE_CLASSES, KEY, Payload, PayloadArtifact, PayloadGate, Sealed};
use crate::digest::{CommitHash, Digest};
use crate::evidence::{GateResult, MigrationPosture, Outcome, Rollback, RunId, Shown, is_name};
use crate::fault::{Code, Fault};
use crate::id::{GateId, is_gate_id};
use crate::source::{Source, Span, Spanned};
use crate::yaml::{self, Mapping, Node, Reader};

/// The keys of the payload: the seeds', and those of a seal.
const KEYS: &[&str] = &[
    "source_commit",
    "release_profile",
    "environment_profile",
    "release_manifest_digest",
    "change_class",
    "validated_against_source_sha",
    "gates",
    "rollback",
    "plan",
    "route",
    "outcome",
    "epoch",
    "run",
    "decided",
];

/// Those of a seal, which are there together or not at all; `route` may be absent all the same.
const SEALED_KEYS: [&str; 5] = ["plan", "outcome", "epoch", "run", "decided"];

const GATE_KEYS: &[&str] = &[
    "gate_id",
    "result",
    "owner",
    "evidence_types",
    "artifact",
    "missing_reason",
    "shown",
    "records",
    "permissions",
];

const GRANT_KEYS: &[&str] = &["id", "record"];

const ROLLBACK_KEYS: &[&str] = &["command", "manifest_or_revision", "migration_posture", "owner"];

impl Payload {
    /// Reads a payload, or says everything that is wrong with it.
    ///
    /// A key without a value is a fault, as it is where a variable was not set. `null`, written out, says that there is
    /// nothing, where there may be.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Vec<Fault>> {
        let (node, faults) = yaml::parse(source);
        let mut reader = Reader::new(source, faults);
        let payload = match &node {
            Some(node) => document(&mut reader, node),
            None => {
                let message = format!("{} is empty", source.name());
                let help = format!("write `{KEY}:` and what was proved");
                reader.fault(Code::YamlEmpty, 0..0, message, "here", help);
                None
            }
        };
        let faults = reader.into_faults();
        match payload {
            Some(payload) if faults.is_empty() => Ok(payload),
            _ => Err(faults),
        }
    }
}

fn document(reader: &mut Reader<'_>, node: &Node) -> Option<Payload> {
    let top = reader.mapping(node, "", &[KEY])?;
    let Some(node) = top.get(KEY) else {
        reader.missing_key(&top, KEY);
        return None;
    };
    let own = reader.mapping(node, KEY, KEYS)?;
    let commit = required(reader, &own, "source_commit").and_then(|text| commit(reader, &text));
    let profile = optional(reader, &own, "release_profile").and_then(|text| name(reader, &text));
    let environment = optional(reader, &own, "environment_profile").and_then(|text| name(reader, &text));
    let release_manifest =
        optional(reader, &own, "release_manifest_digest").and_then(|text| digest(reader, &text));
    let classes = CHANGE_CLASSES.map(|class| (class, class));
    let change_class = optional(reader, &own, "change_class")
        .and_then(|text| reader.one_of(&text, &own.path_of("change_class"), &classes))
        .map(str::to_owned);
    let validated_against =
        optional(reader, &own, "validated_against_source_sha").and_then(|text| self::commit(reader, &text));
    let gates = gates(reader, &own);
    let rollback =
        stated(reader, &own, "rollback").and_then(|node| rollback(reader, node, &own.path_of("rollback")));
    let sealed = sealed(reader, &own);
    Some(Payload {
        commit: commit?,
        profile,
        environment,
        release_manifest,
        change_class,
        validated_against,
        gates,
        rollback,
        sealed,
    })
}

fn gates(reader: &mut Reader<'_>, own: &Mapping<'_>) -> BTreeMap<GateId, PayloadGate> {
    let mut gates = BTreeMap::new();
    if own.get("gates").is_none() {
        reader.missing_key(own, "gates");
    }
    let Some(items) = reader.items(own, "gates") else { return gates };
    if items.is_empty() {
        let span = own.get("gates").map_or_else(|| own.span(), |node| node.span.clone());
        let help = "list every gate with its result; a payload without gates proves nothing";
        reader.fault(
            Code::EvidenceEmpty,
            span,
            format!("`{}` is empty", own.path_of("gates")),
            "no gates",
            help,
        );
    }
    for (path, node) in items {
        let Some(item) = reader.mapping(node, &path, GATE_KEYS) else { continue };
        let id = required(reader, &item, "gate_id").and_then(|text| gate_id(reader, &text));
        let read = gate(reader, &item);
        let Some((id, span)) = id else { continue };
        let Some(read) = read else { continue };
        match gates.entry(id) {
            Entry::Vacant(free) => {
                free.insert(read);
            }
            Entry::Occupied(taken) => {
                let help = "state each gate once, with the one result that counts";
                let message = format!("gate `{}` is there twice", taken.key());
                reader.fault(Code::EvidenceValue, span, message, "again", help);
            }
        }
    }
    gates
}

fn gate(reader: &mut Reader<'_>, item: &Mapping<'_>) -> Option<PayloadGate> {
    let results = GateResult::ALL.map(|result| (result.as_str(), result));
    let result = required(reader, item, "result")
        .and_then(|text| reader.one_of(&text, &item.path_of("result"), &results));
    let owner = required(reader, item, "owner").map(|text| text.value);
    let evidence_types = evidence_types(reader, item);
    let artifact = optional(reader, item, "artifact").and_then(|text| artifact(reader, &text));
    let missing_reason = optional(reader, item, "missing_reason");
    match (result, &missing_reason) {
        (Some(GateResult::Pass), Some(reason)) => {
            let help = "a pass has no reason to give: leave it out, or state what really happened";
            let message = format!("`{}` is stated for a pass", item.path_of("missing_reason"));
            reader.fault(Code::EvidenceReason, reason.span.clone(), message, "the result is `pass`", help);
        }
        (Some(result), None)
            if result != GateResult::Pass && stated(reader, item, "missing_reason").is_none() =>
        {
            let message =
                format!("`{}` is missing: the result is `{result}`", item.path_of("missing_reason"));
            let help = "say why the gate did not pass";
            reader.fault(Code::EvidenceReason, item.span(), message, "this gate", help);
        }
        _ => {}
    }
    let standings = Shown::ALL.map(|shown| (shown.as_str(), shown));
    let shown = optional(reader, item, "shown")
        .and_then(|text| reader.one_of(&text, &item.path_of("shown"), &standings));
    let records: Vec<Spanned<String>> = reader.texts(item, "records").unwrap_or_default();
    let records = records.iter().filter_map(|text| digest(reader, text)).collect();
    let permissions = permissions(reader, item);
    Some(PayloadGate {
        result: result?,
        owner: owner?,
        evidence_types,
        artifact,
        missing_reason: missing_reason.map(|text| text.value),
        shown,
        records,
        permissions,
    })
}

fn evidence_types(reader: &mut Reader<'_>, item: &Mapping<'_>) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    if item.get("evidence_types").is_none() {
        reader.missing_key(item, "evidence_types");
    }
    for text in reader.texts(item, "evidence_types").unwrap_or_default() {
        if !types.insert(text.value.clone()) {
            let message = format!("`{}` is there twice", text.value);
            reader.fault(Code::EvidenceValue, text.span, message, "again", "name it once");
        }
    }
    types
}

fn permissions(reader: &mut Reader<'_>, item: &Mapping<'_>) -> BTreeMap<String, Option<Digest>> {
    let mut permissions = BTreeMap::new();
    for (path, node) in reader.items(item, "permissions").unwrap_or_default() {
        let Some(grant) = reader.mapping(node, &path, GRANT_KEYS) else { continue };
        let id = required(reader, &grant, "id").and_then(|text| name(reader, &text));
        let record = optional(reader, &grant, "record").and_then(|text| digest(reader, &text));
        permissions.extend(id.map(|id| (id, record)));
    }
    permissions
}

fn rollback(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Rollback> {
    let own = reader.mapping(node, path, ROLLBACK_KEYS)?;
    let command = required(reader, &own, "command");
    let manifest = required(reader, &own, "manifest_or_revision");
    let postures = MigrationPosture::ALL.map(|posture| (posture.as_str(), posture));
    let posture = required(reader, &own, "migration_posture")
        .and_then(|text| reader.one_of(&text, &own.path_of("migration_posture"), &postures));
    let owner = required(reader, &own, "owner");
    Some(Rollback {
        command: command?.value,
        manifest_or_revision: manifest?.value,
        migration_posture: posture?,
        owner: owner?.value,
    })
}

/// Takes what a seal has besides, where one of its keys is there.
fn sealed(reader: &mut Reader<'_>, own: &Mapping<'_>) -> Option<Sealed> {
    if SEALED_KEYS.iter().all(|key| own.get(key).is_none()) {
        return None;
    }
    let plan = required(reader, own, "plan").and_then(|text| digest(reader, &text));
    let route = optional(reader, own, "route").and_then(|text| digest(reader, &text));
    let outcomes = Outcome::ALL.map(|outcome| (outcome.as_str(), outcome));
    let outcome = required(reader, own, "outcome")
        .and_then(|text| reader.one_of(&text, &own.path_of("outcome"), &outcomes));
    let epoch = required(reader, own, "epoch").and_then(|text| {
        let epoch = text.value.parse().ok().filter(|_| text.value.bytes().all(|byte| byte.is_ascii_digit()));
        if epoch.is_none() {
            let message = format!("`{}` cannot be `{}`", own.path_of("epoch"), text.value);
            reader.fault(
                Code::EvidenceValue,
                text.span.clone(),
                message,
                "no number",
                "epochs are counted from 0",
            );
        }
        epoch
    });
    let run = required(reader, own, "run").and_then(|text| {
        let help = "name the run with letters, digits, `-` and `_`";
        wrong(reader, &text, Code::EvidenceValue, RunId::parse(&text.value), help)
    });
    let decided = required(reader, own, "decided").and_then(|text| {
        let time =
            text.value.parse::<Timestamp>().map_err(|_| "it is no point in time, or has no zone".to_owned());
        let help = "write it as RFC 3339 with a zone, such as 2026-01-31T12:00:00Z";
        wrong(reader, &text, Code::EvidenceTime, time, help)
    });
    Some(Sealed { plan: plan?, route, outcome: outcome?, epoch: epoch?, run: run?, decided: decided? })
}

/// Returns the value of a key, unless it says `null` or `~`: nothing behind the colon is another matter.
fn stated<'n>(reader: &Reader<'_>, own: &Mapping<'n>, key: &str) -> Option<&'n Node> {
    own.get(key).filter(|node| !says_null(reader.source(), node))
}

/// Says whether the document has the word, and not just nothing: to the parser both are one value.
fn says_null(source: &Source, node: &Node) -> bool {
    let written = source.text().get(node.span.clone()).unwrap_or_default();
    node.is_null() && matches!(written.trim(), "~" | "null" | "Null" | "NULL")
}

fn optional(reader: &mut Reader<'_>, own: &Mapping<'_>, key: &str) -> Option<Spanned<String>> {
    let node = stated(reader, own, key)?;
    if node.is_null() {
        blank(reader, node.span.clone(), &own.path_of(key));
        return None;
    }
    reader.text_of(node, &own.path_of(key))
}

fn required(reader: &mut Reader<'_>, own: &Mapping<'_>, key: &str) -> Option<Spanned<String>> {
    let Some(node) = own.get(key) else {
        reader.missing_key(own, key);
        return None;
    };
    if node.is_null() {
        blank(reader, node.span.clone(), &own.path_of(key));
        return None;
    }
    reader.text_of(node, &own.path_of(key))
}

fn blank(reader: &mut Reader<'_>, span: Span, path: &str) {
    let help = "give it its value: a variable that was not set leaves it empty. Where there is none, leave the key out";
    reader.fault(Code::EvidenceEmpty, span, format!("`{path}` has no value"), "nothing here", help);
}

fn wrong<T>(
    reader: &mut Reader<'_>,
    text: &Spanned<String>,
    code: Code,
    read: Result<T, String>,
    help: &str,
) -> Option<T> {
    read.map_err(|why| {
        reader.fault(
            code,
            text.span.clone(),
            format!("`{}` cannot be used: {why}", text.value),
            "this value",
            help,
        );
    })
    .ok()
}

fn commit(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<CommitHash> {
    let help = "name the commit by its full hash, as `git rev-parse` prints it";
    wrong(reader, text, Code::EvidenceCommit, CommitHash::parse(&text.value), help)
}

fn digest(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<Digest> {
    let help = "write the SHA-256 of the bytes, 64 hexadecimal digits in lower case; a tag can be moved";
    wrong(reader, text, Code::EvidenceDigest, Digest::parse(&text.value), help)
}

fn name(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<String> {
    let name =
        Some(text.value.clone()).filter(|name| is_name(name)).ok_or_else(|| "it is no name".to_owned());
    let help =
        "letters, digits, `-`, `_` and `.` make a name, at most 100 of them, a letter or a digit first";
    wrong(reader, text, Code::EvidenceValue, name, help)
}

fn gate_id(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<(GateId, Span)> {
    let id = is_gate_id(&text.value).then(|| (GateId::new(&text.value), text.span.clone()));
    let help = "name the gate as the route does";
    wrong(
        reader,
        text,
        Code::EvidenceValue,
        id.ok_or_else(|| "it cannot be the id of a gate".to_owned()),
        help,
    )
}

fn artifact(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<PayloadArtifact> {
    let (name, digits) = match text.value.rsplit_once('@') {
        Some((name, digits)) => (Some(name), digits),
        None => (None, text.value.as_str()),
    };
    let read = match name {
        Some(name) if name.trim().is_empty() => Err("nothing is named in front of the `@`".to_owned()),
        _ => Digest::parse(digits).map(|digest| PayloadArtifact { name: name.map(str::to_owned), digest }),
    };
    let help = "write `sha256:` and 64 hexadecimal digits, with `NAME@` in front where it has a name; a tag can be moved";
    wrong(reader, text, Code::EvidenceDigest, read, help)
}
