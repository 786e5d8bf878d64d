//! `permissions` of a document of the lanes' folder.

use jiff::Timestamp;

use super::time::{HOW, beginning, end};
use super::{Kind, Permission, Scope, Whose};
use crate::digest::{CommitHash, Digest};
use crate::fault::Code;
use crate::id::{GateId, is_gate_id, is_name};
use crate::source::{Place, Span, Spanned};
use crate::yaml::{Mapping, Node, Reader, shortened};

/// The keys of one of `permissions`.
pub(crate) const PERMISSION_KEYS: &[&str] = &[
    "id",
    "kind",
    "gate",
    "family",
    "finding",
    "plan",
    "subject",
    "owner",
    "residual_risk_owner",
    "reason",
    "created",
    "expires",
];

/// Those of the keys that say what a permission is about: each has one.
const SCOPES: [&str; 4] = ["gate", "family", "finding", "plan"];

/// How to name a commit.
const COMMIT: &str =
    "name the commit by its full hash, as `git rev-parse` prints it, or write \"*\", in quotes, for any";

/// Reads the list. With faults, what is sound stands: a permission of which anything cannot be read allows nothing, and
/// neither does any of a text that the parser could not follow.
pub(crate) fn read(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<Permission> {
    let items = reader.items(top, "permissions").unwrap_or_default();
    let mut permissions = Vec::with_capacity(items.len());
    for (path, item) in items {
        let before = reader.found();
        let permission = permission(reader, item, &path);
        if reader.found() == before && reader.is_whole() {
            permissions.extend(permission);
        }
    }
    permissions
}

fn permission(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Permission> {
    let map = reader.mapping(node, path, PERMISSION_KEYS)?;
    let id = reader.required_text(&map, "id").filter(|id| is_id(reader, id));
    let kind = kind(reader, &map);
    let scope = scope(reader, &map);
    let subject = reader.required_text(&map, "subject").and_then(|text| subject(reader, &map, &text));
    let owner = reader.required_text(&map, "owner");
    let residual_risk_owner = reader.text(&map, "residual_risk_owner");
    let reason = reader.required_text(&map, "reason");
    let created = time(reader, &map, "created", beginning);
    let expires = time(reader, &map, "expires", end);
    if let (Some((created, _)), Some((expires, span))) = (&created, &expires)
        && expires <= created
    {
        let message = format!("`{path}` ends before it begins");
        reader.fault(
            Code::PermissionTime,
            span.clone(),
            message,
            "not after `created`",
            "let it expire later",
        );
    }
    let id = id?;
    Some(Permission {
        place: Some(Place::new(reader.source(), id.span)),
        id: id.value,
        kind: kind?,
        scope: scope?,
        subject: subject?,
        owner: owner?.value,
        residual_risk_owner: residual_risk_owner.map(|owner| owner.value),
        reason: reason?.value,
        created: created?.0,
        expires: expires?.0,
    })
}

fn is_id(reader: &mut Reader<'_>, id: &Spanned<String>) -> bool {
    let fits = is_name(&id.value);
    if !fits {
        let message = format!("`{}` is not an id", shortened(&id.value));
        let help =
            "an id is made of letters, digits, `-`, `_` and `.`, at most 100, a letter or a digit first";
        reader.fault(Code::YamlValue, id.span.clone(), message, "not an id", help);
    }
    fits
}

/// Takes what the permission does. Break-glass is known, and does not belong here: it must be signed.
fn kind(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Kind> {
    if map.get("kind").is_none() {
        reader.missing_key(map, "kind");
    }
    let text = reader.text(map, "kind")?;
    if text.value == Kind::BreakGlass.as_str() {
        let message = "break-glass cannot be stated in a document";
        let help =
            "sign it with `laneway evidence approve --kind break_glass`: it need not wait for a merge then";
        reader.fault(Code::PermissionUnsigned, text.span, message, "must be signed", help);
        return None;
    }
    let words = [Kind::Approval, Kind::Waiver].map(|kind| (kind.as_str(), kind));
    reader.one_of(&text, &map.path_of("kind"), &words)
}

/// Takes what the permission is about: one thing.
fn scope(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Scope> {
    let stated: Vec<_> = SCOPES.iter().filter_map(|key| map.entry(key)).collect();
    let [one] = stated.as_slice() else {
        let (span, message) = match stated.get(1) {
            None => (map.span(), "a permission does not say what it is about".to_owned()),
            Some(second) => {
                let keys: Vec<&str> = stated.iter().map(|entry| &*entry.key.value).collect();
                let message = format!("a permission is about `{}` at once", keys.join("` and `"));
                (second.key.span.clone(), message)
            }
        };
        let help = "state one of `gate`, `family`, `finding` and `plan`";
        reader.fault(Code::PermissionScope, span, message, "not one", help);
        return None;
    };
    let key = &*one.key.value;
    let text = reader.text(map, key)?;
    let value = &text.value;
    let (scope, why) = match key {
        "gate" => (is_gate_id(value).then(|| Scope::Gate(GateId::new(value))), "the id of a gate"),
        "family" => (is_gate_id(value).then(|| Scope::Family(value.clone())), "the id of a gate family"),
        "finding" => (is_name(value).then(|| Scope::Finding(value.clone())), "the fingerprint of a finding"),
        _ => (Digest::parse(value).ok().map(Scope::Plan), "the digest of a plan"),
    };
    if scope.is_none() {
        let message = format!("`{}` cannot be `{}`", map.path_of(key), shortened(value));
        let help = format!("write {why}, as `laneway verify` prints it");
        reader.fault(Code::YamlValue, text.span, message, format!("not {why}"), help);
    }
    scope
}

fn subject(reader: &mut Reader<'_>, map: &Mapping<'_>, text: &Spanned<String>) -> Option<Whose> {
    if text.value == "*" {
        return Some(Whose::Any);
    }
    let commit = CommitHash::parse(&text.value).map(Whose::Commit);
    if let Err(why) = &commit {
        let message = format!("`{}` cannot be `{}`: {why}", map.path_of("subject"), shortened(&text.value));
        reader.fault(Code::YamlValue, text.span.clone(), message, "not a commit", COMMIT);
    }
    commit.ok()
}

fn time(
    reader: &mut Reader<'_>,
    map: &Mapping<'_>,
    key: &str,
    read: fn(&str) -> Option<Timestamp>,
) -> Option<(Timestamp, Span)> {
    let Spanned { value, span } = reader.required_text(map, key)?;
    let time = read(&value);
    if time.is_none() {
        let message = format!("`{}` cannot be `{}`", map.path_of(key), shortened(&value));
        reader.fault(Code::PermissionTime, span.clone(), message, "not a time", HOW);
    }
    time.map(|time| (time, span))
}
