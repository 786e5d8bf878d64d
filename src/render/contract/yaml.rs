//! A contract as YAML: the same document as the JSON one.

use std::io::{self, Write};

use serde_json::Value;

use super::wire::document;
use crate::release::contract::Contract;
use crate::render::yaml::Yaml;

/// Writes the document.
pub fn write(out: &mut impl Write, contract: &Contract) -> io::Result<()> {
    let value: Value = serde_json::from_slice(&document(contract)?)?;
    out.write_all(yaml(value).unwrap_or_else(|| Yaml::map::<String>([])).document().as_bytes())
}

/// Returns the same value; nothing for `null`, whose key is left out.
fn yaml(value: Value) -> Option<Yaml> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(truth) => Yaml::Bool(truth),
        Value::Number(number) => number.as_u64().map_or_else(|| Yaml::text(number.to_string()), Yaml::Number),
        Value::String(text) => Yaml::Text(text),
        Value::Array(items) => Yaml::List(items.into_iter().filter_map(yaml).collect()),
        Value::Object(entries) => {
            Yaml::Map(entries.into_iter().filter_map(|(key, value)| Some((key, yaml(value)?))).collect())
        }
    })
}
