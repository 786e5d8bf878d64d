//! `trusted_keys` and `signing` of a document of the lanes' folder.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{GateGlob, Power, Signing, TrustedKey};
use crate::dsse::PublicKey;
use crate::fault::Code;
use crate::id::{is_gate_id, is_name};
use crate::permission::{HOW, end};
use crate::source::{Place, Span, Spanned};
use crate::yaml::{Mapping, Node, Reader, Value, did_you_mean, shortened};

/// The keys of one of `trusted_keys`.
pub(crate) const KEY_KEYS: &[&str] = &["id", "public_key", "owner", "may", "gates", "expires"];

/// The keys of `signing`.
pub(crate) const SIGNING_KEYS: &[&str] = &["records", "seals", "permissions"];

/// One of `trusted_keys` as it is written.
#[derive(Clone, Debug)]
pub(crate) struct RawKey {
    /// What it means.
    pub(crate) trusted: TrustedKey,
    /// Where the public key stands.
    pub(crate) public_key: Span,
}

/// Reads the list. With faults, what is sound stands: nobody is trusted by a line of which anything cannot be read, or by
/// a text that the parser could not follow.
pub(crate) fn read_keys(reader: &mut Reader<'_>, top: &Mapping<'_>) -> Vec<RawKey> {
    let items = reader.items(top, "trusted_keys").unwrap_or_default();
    let mut keys = Vec::with_capacity(items.len());
    for (path, item) in items {
        let before = reader.found();
        let key = key(reader, item, &path);
        if reader.found() == before && reader.is_whole() {
            keys.extend(key);
        }
    }
    keys
}

/// Reads the mapping. A number that cannot be read is one: somebody wanted signatures.
pub(crate) fn read_signing(reader: &mut Reader<'_>, node: &Node) -> Signing {
    let Some(map) = reader.mapping(node, "signing", SIGNING_KEYS) else {
        return Signing { records: 1, seals: 1, permissions: 1 };
    };
    Signing {
        records: count(reader, &map, "records"),
        seals: count(reader, &map, "seals"),
        permissions: count(reader, &map, "permissions"),
    }
}

/// Takes how many signatures are needed: 0 says that none is.
fn count(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> u32 {
    match map.get(key).map(|node| &node.value) {
        None => 0,
        Some(Value::Scalar { text, plain: true }) if &**text == "0" => 0,
        Some(_) => reader.count(map, key).unwrap_or(1),
    }
}

fn key(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<RawKey> {
    let map = reader.mapping(node, path, KEY_KEYS)?;
    let id = reader.required_text(&map, "id").filter(|id| is_id(reader, id));
    let public_key = reader.required_text(&map, "public_key").and_then(|text| public_key(reader, text));
    let owner = reader.required_text(&map, "owner");
    let may = powers(reader, &map);
    let gates = gates(reader, &map, may.as_ref());
    let expires = expires(reader, &map);
    let (id, public_key) = (id?, public_key?);
    Some(RawKey {
        trusted: TrustedKey {
            place: Place::new(reader.source(), id.span),
            id: id.value,
            key: public_key.value,
            owner: owner?.value,
            may: may?,
            gates,
            expires,
        },
        public_key: public_key.span,
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

fn public_key(reader: &mut Reader<'_>, text: Spanned<String>) -> Option<Spanned<PublicKey>> {
    match PublicKey::parse(&text.value) {
        Ok(key) => Some(Spanned::new(key, text.span)),
        Err(why) => {
            let help =
                "write the line that `laneway evidence keygen` prints: the public key, never the secret one";
            reader.fault(
                Code::TrustKey,
                text.span,
                format!("the key cannot be read: {why}"),
                "not a key",
                help,
            );
            None
        }
    }
}

/// Takes what the key may sign, which is something.
fn powers(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<BTreeSet<Power>> {
    let Some(node) = map.get("may") else {
        reader.missing_key(map, "may");
        return None;
    };
    let words = Power::ALL.map(|power| (power.as_str(), power));
    let listed = reader.texts(map, "may")?;
    let path = map.path_of("may");
    if listed.is_empty() && matches!(&node.value, Value::Seq(items) if items.is_empty()) {
        let message = format!("`{path}` lists nothing: the key could sign, and nothing would count");
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        reader.fault(Code::YamlValue, node.span.clone(), message, "nothing", did_you_mean("", &known));
    }
    Some(listed.iter().filter_map(|word| reader.one_of(word, &path, &words)).collect())
}

/// Takes the gates. `*` is all of them, as is leaving the key out.
fn gates(reader: &mut Reader<'_>, map: &Mapping<'_>, may: Option<&BTreeSet<Power>>) -> Vec<GateGlob> {
    let Some(node) = map.get("gates") else { return Vec::new() };
    let listed = reader.texts(map, "gates").unwrap_or_default();
    let path = map.path_of("gates");
    if matches!(&node.value, Value::Seq(items) if items.is_empty()) {
        let message = format!("`{path}` lists nothing: the key would be for no gate");
        let help =
            "name gates, as `contracts` or `platform-billing.*`, or leave `gates` out, which means all";
        reader.fault(Code::YamlValue, node.span.clone(), message, "nothing", help);
    }
    for text in listed.iter().filter(|text| !is_glob(&text.value)) {
        let message = format!("`{}` names no gates", shortened(&text.value));
        let help = "write the id of a gate, the beginning of some with a `*` behind it, or `*` for all";
        reader.fault(Code::YamlValue, text.span.clone(), message, "not a gate", help);
    }
    if listed.iter().any(|text| text.value == "*") {
        return Vec::new();
    }
    if let Some(may) = may
        && may.contains(&Power::Seal)
    {
        let message =
            format!("`{path}` narrows a key that may seal, and a seal is about every gate of its plan");
        let help = "leave `gates` out, or let another key seal";
        reader.fault(Code::YamlValue, node.span.clone(), message, "narrows `seal`", help);
    }
    listed.into_iter().map(|text| GateGlob(text.value)).collect()
}

/// Says whether a text is the id of a gate, the beginning of ids with `*` behind it, or `*`.
fn is_glob(text: &str) -> bool {
    match text.strip_suffix('*') {
        None => is_gate_id(text),
        // Whatever stands in front is in the middle of an id.
        Some(start) => start.is_empty() || is_gate_id(&format!("{start}0")),
    }
}

fn expires(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<Timestamp> {
    let text = reader.text(map, "expires")?;
    let expires = end(&text.value);
    if expires.is_none() {
        let message = format!("`{}` cannot be `{}`", map.path_of("expires"), shortened(&text.value));
        reader.fault(Code::YamlValue, text.span, message, "not a time", HOW);
    }
    expires
}
