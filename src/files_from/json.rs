//! Lists as JSON.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::change::Status;
use crate::fault::{Code, Fault};
use crate::files_from::list::{HELP, List, Listed, check};
use crate::files_from::text::Lossy;
use crate::json::{Text, error_message, error_span, first_byte};
use crate::source::Source;

/// The document: an array of entries, or an object that has one.
struct Document<'a>(Vec<Entry<'a>>);

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    files: Vec<Entry<'a>>,
}

/// A path, or an object that has one. What else the object has is not read.
struct Entry<'a> {
    path: Option<Text<'a>>,
    path_bytes: Option<Text<'a>>,
    status: Option<Text<'a>>,
    previous: Option<Text<'a>>,
}

/// Reads a JSON document.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Vec<Listed>, Vec<Fault>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let lossy = Lossy::new(name, bytes);
        let at = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        let start = lossy.place(at);
        return Err(vec![Fault::at(
            Code::FileList,
            &lossy.source,
            start..start + char::REPLACEMENT_CHARACTER.len_utf8(),
            "the file list is JSON, and not UTF-8",
            "this byte",
            "give a path that is not UTF-8 as `{\"path_bytes\": \"<hex>\"}`, or use a list that ends in NUL",
        )]);
    };
    let source = Source::new(name, text);
    let Document(entries) = serde_json::from_str(source.text()).map_err(|error| {
        vec![Fault::at(
            Code::FileList,
            &source,
            error_span(&source, &error),
            format!("the file list is not the JSON that is read here: {}", error_message(&error)),
            "here",
            "write `[\"a/b.go\"]`, `[{\"path\": \"a/b.go\", \"status\": \"deleted\"}]`, or an object with such a `files`",
        )]
    })?;
    let mut list = List::default();
    for (index, entry) in entries.iter().enumerate() {
        match listed(&source, index + 1, entry) {
            Ok((file, old)) => {
                list.files.push(file);
                list.files.extend(old);
            }
            Err(fault) => list.faults.push(fault),
        }
    }
    list.finish()
}

fn listed(source: &Arc<Source>, number: usize, entry: &Entry<'_>) -> Result<(Listed, Option<Listed>), Fault> {
    let path = match (&entry.path_bytes, &entry.path) {
        (Some(hex), _) => {
            let bytes =
                from_hex(hex.as_str()).ok_or_else(|| wrong(source, hex, "it is not in hexadecimal"))?;
            check(&bytes).map_err(|why| wrong(source, hex, why))?
        }
        (None, Some(path)) => check(path.as_str().as_bytes()).map_err(|why| wrong(source, path, why))?,
        (None, None) => {
            return Err(Fault::at(
                Code::FileList,
                source,
                first_byte(source),
                format!(
                    "entry {number} of the file list `{}` has neither `path` nor `filename`",
                    source.name()
                ),
                "in this list",
                "give each object a `path`",
            ));
        }
    };
    let previous_path = entry
        .previous
        .as_ref()
        .map(|old| check(old.as_str().as_bytes()).map_err(|why| wrong(source, old, why)))
        .transpose()?;
    let mut moved = false;
    let status = match &entry.status {
        None => None,
        Some(word) => Some(match word.as_str() {
            "added" | "A" | "copied" | "C" => Status::Added,
            "modified" | "M" | "changed" | "T" | "unchanged" => Status::Modified,
            "deleted" | "removed" | "D" => Status::Deleted,
            "renamed" | "R" => {
                moved = true;
                Status::Added
            }
            _ => {
                return Err(Fault::at(
                    Code::FileList,
                    source,
                    word.span(source),
                    format!("`{}` is not a status", word.as_str()),
                    "this status",
                    "write added, modified, deleted, renamed, copied or changed",
                ));
            }
        }),
    };
    let old = previous_path.clone().filter(|_| moved || entry.status.is_none()).map(|path| Listed {
        path,
        status: moved.then_some(Status::Deleted),
        previous_path: None,
    });
    Ok((Listed { path, status, previous_path }, old))
}

fn wrong(source: &Arc<Source>, text: &Text<'_>, why: &str) -> Fault {
    let message = format!("`{}` is not a path: {why}", text.as_str());
    Fault::at(Code::FileList, source, text.span(source), message, "this path", HELP)
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

impl<'de: 'a, 'a> Deserialize<'de> for Document<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Document<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array of files, or an object with `files`")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(Document)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Wrapped::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|wrapped| Document(wrapped.files))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Entry<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path, or an object with `path`")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                let path = Text::deserialize(de::value::BorrowedStrDeserializer::new(text))?;
                Ok(Entry { path: Some(path), path_bytes: None, status: None, previous: None })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let path = Text::deserialize(de::value::StrDeserializer::new(text))?;
                Ok(Entry { path: Some(path), path_bytes: None, status: None, previous: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entry = Entry { path: None, path_bytes: None, status: None, previous: None };
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "path" | "filename" => entry.path = Some(map.next_value()?),
                        "path_bytes" => entry.path_bytes = map.next_value()?,
                        "status" => entry.status = map.next_value()?,
                        "previous_path" | "previous_filename" => entry.previous = map.next_value()?,
                        _ => {
                            map.next_value::<de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(entry)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
