//! Strings of a JSON document that remember where they stood.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::source::{Source, Span};

/// A string of a JSON document.
///
/// It borrows from the document wherever it holds no escape, so its place is the place of the borrowed bytes.
#[derive(Clone, Debug)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// Returns the text, its escapes undone.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the bytes of `source` that the text was read from; the first byte where escapes hide them.
    pub(crate) fn span(&self, source: &Source) -> Span {
        let (document, here) = (source.text().as_ptr() as usize, self.0.as_ptr() as usize);
        match here.checked_sub(document) {
            Some(start)
                if matches!(self.0, Cow::Borrowed(_)) && start + self.0.len() <= source.text().len() =>
            {
                start..start + self.0.len()
            }
            _ => first_byte(source),
        }
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

/// Returns the place of the whole document's beginning, for what is wrong with all of it.
pub(crate) fn first_byte(source: &Source) -> Span {
    0..source.text().chars().next().map_or(0, char::len_utf8)
}

/// Returns the place that an error of serde_json means.
pub(crate) fn error_span(source: &Source, error: &serde_json::Error) -> Span {
    let text = source.text();
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
    let mut start = (source.line_start(line) + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start..start + text[start..].chars().next().map_or(0, char::len_utf8)
}

/// Returns the message of an error without the line and column that it ends with: the place says that.
pub(crate) fn error_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(end) => message[..end].to_owned(),
        None => message,
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;

        impl<'de> Visitor<'de> for Borrow {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Borrow)
    }
}
