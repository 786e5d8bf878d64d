//! Quorums in YAML: names in a list are any of them, a mapping in it is a quorum of its own.

use std::collections::BTreeSet;

use super::{MOST, Need, Opening, Quorum, Quorums, opening};
use crate::fault::Code;
use crate::yaml::{Mapping, Node, Reader, Value};

/// The keys of a quorum.
pub(crate) const KEYS: &[&str] = &["any_of", "all_of", "at_least", "of"];

const HELP: &str = "write `{all_of: […]}`, `{any_of: […]}` or `{at_least: 2, of: […]}`";

/// Takes a list of names and quorums; none where the mapping does not state `key`.
pub(crate) fn read(reader: &mut Reader<'_>, mapping: &Mapping<'_>, key: &str) -> Quorums {
    let mut quorums = Vec::new();
    let mut alone = BTreeSet::new();
    for (path, item) in reader.items(mapping, key).unwrap_or_default() {
        match &item.value {
            Value::Map(_) => quorums.extend(quorum(reader, item, &path)),
            Value::Scalar { .. } | Value::Seq(_) => alone.extend(name(reader, item, &path)),
        }
    }
    quorums.push(Quorum { need: Need::Any, of: alone });
    quorums.into_iter().collect()
}

/// Takes a name. One that begins as a quorum does in a map would ask for somebody who does not exist.
fn name(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<String> {
    let text = reader.text_of(node, path)?;
    let is_number = |head: &str| head.bytes().all(|byte| byte.is_ascii_digit());
    match opening(&text.value) {
        Opening::Name => Some(text.value),
        Opening::Unknown { head, .. } if !is_number(head) => Some(text.value),
        Opening::Quorum { .. } | Opening::Unknown { .. } => {
            let message = format!("`{path}` is a quorum in words");
            reader.fault(Code::YamlValue, text.span, message, "not a name", HELP);
            None
        }
    }
}

fn quorum(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Quorum> {
    let map = reader.mapping(node, path, KEYS)?;
    let stated = |keys: &[&str]| keys.iter().any(|key| map.get(key).is_some());
    let shapes = [stated(&["any_of"]), stated(&["all_of"]), stated(&["at_least", "of"])];
    if shapes.iter().filter(|there| **there).count() > 1 {
        let message = format!("`{path}` states more than one quorum");
        reader.fault(Code::YamlValue, map.span(), message, "which one counts?", HELP);
        return None;
    }
    match shapes {
        [true, ..] => Some(Quorum { need: Need::Any, of: names(reader, &map, "any_of")? }),
        [_, true, _] => Some(Quorum { need: Need::All, of: names(reader, &map, "all_of")? }),
        [_, _, true] => {
            for key in ["at_least", "of"] {
                if map.get(key).is_none() {
                    reader.missing_key(&map, key);
                }
            }
            let (people, of) = (at_least(reader, &map), names(reader, &map, "of"));
            Some(Quorum { need: Need::at_least(people?), of: of? })
        }
        _ => {
            // An unknown key has been reported.
            if map.entries().is_empty() {
                let message = format!("`{path}` states no quorum");
                reader.fault(Code::YamlMissingKey, map.span(), message, "this mapping", HELP);
            }
            None
        }
    }
}

fn at_least(reader: &mut Reader<'_>, map: &Mapping<'_>) -> Option<u32> {
    let people = reader.count(map, "at_least")?;
    if people > MOST {
        let message = format!("`{}` cannot be {people}", map.path_of("at_least"));
        let span = map.get("at_least").map_or(map.span(), |node| node.span.clone());
        reader.fault(
            Code::YamlValue,
            span,
            message,
            "out of range",
            format!("write a number from 1 to {MOST}"),
        );
        return None;
    }
    Some(people)
}

fn names(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> Option<BTreeSet<String>> {
    let items = reader.items(map, key)?;
    if items.is_empty() {
        let message = format!("`{}` names nobody", map.path_of(key));
        let span = map.get(key).map_or(map.span(), |node| node.span.clone());
        reader.fault(Code::YamlValue, span, message, "empty", "write at least one name");
        return None;
    }
    Some(items.into_iter().filter_map(|(path, item)| name(reader, item, &path)).collect())
}
