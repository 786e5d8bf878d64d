//! The canonical form of JSON that digests are taken of: keys sorted by their bytes, no whitespace, and no `text` of a
//! reason, which may be reworded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Writes a part of the form.
pub fn write(out: &mut impl Write, part: Value) -> io::Result<()> {
    serde_json::to_writer(out, &Sorted::from(part))?;
    Ok(())
}

/// A JSON value whose keys are sorted, whatever features the JSON library was built with, and without `text`.
#[derive(Serialize)]
#[serde(untagged)]
enum Sorted {
    Object(BTreeMap<String, Self>),
    Array(Vec<Self>),
    Plain(Value),
}

impl From<Value> for Sorted {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(members) => {
                let is_reason = members.contains_key("kind");
                let kept = members.into_iter().filter(|(key, _)| !is_reason || key != "text");
                Self::Object(kept.map(|(key, value)| (key, value.into())).collect())
            }
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Self::Plain(plain)
            }
        }
    }
}

/// Takes the SHA-256 of what is written to it.
#[derive(Debug, Default)]
pub struct Hash(Sha256);

impl Hash {
    /// Returns the digest in hexadecimal.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
