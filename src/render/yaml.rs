//! YAML for other programs.
//!
//! Every text is written in double quotes with the escapes of JSON, which YAML 1.1 and 1.2 read alike: no text is ever
//! taken for a number, a date, a bool, an anchor or a comment.

use std::fmt::Write as _;

/// A value of a document. Keys keep their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// A text.
    Text(String),
    /// A number.
    Number(u64),
    /// A truth.
    Bool(bool),
    /// A list.
    List(Vec<Self>),
    /// A mapping.
    Map(Vec<(String, Self)>),
}

impl Yaml {
    /// Takes a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Takes texts as a list.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// Takes a mapping.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Returns the document, block by block, with a line break at its end.
    pub fn document(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    /// Returns the document behind one line of comment, which ends where its line ends, whatever it says.
    pub fn commented(&self, comment: &str) -> String {
        format!("# {}\n{}", super::escape::terminal(comment), self.document())
    }

    /// Writes the value at a line's start; what is not a list or a mapping stands on one line.
    fn write(&self, out: &mut String, indent: usize) {
        match self {
            Self::List(items) if !items.is_empty() => {
                for item in items {
                    let _ = write!(out, "{:indent$}-", "");
                    item.write_item(out, indent);
                }
            }
            Self::Map(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    let _ = write!(out, "{:indent$}{}:", "", key_text(key));
                    value.write_after(out, indent);
                }
            }
            flat => {
                let _ = writeln!(out, "{:indent$}{}", "", flat.flat());
            }
        }
    }

    /// Writes the value behind a dash: a mapping begins on the same line.
    fn write_item(&self, out: &mut String, indent: usize) {
        let Self::Map(entries) = self else { return self.write_after(out, indent) };
        for (at, (key, value)) in entries.iter().enumerate() {
            let before = if at == 0 { 1 } else { indent + 2 };
            let _ = write!(out, "{:before$}{}:", "", key_text(key));
            value.write_after(out, indent + 2);
        }
        if entries.is_empty() {
            self.write_after(out, indent);
        }
    }

    /// Writes the value behind a key or a dash.
    fn write_after(&self, out: &mut String, indent: usize) {
        let nested = match self {
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            Self::Text(_) | Self::Number(_) | Self::Bool(_) => false,
        };
        if nested {
            out.push('\n');
            self.write(out, indent + 2);
        } else {
            let _ = writeln!(out, " {}", self.flat());
        }
    }

    fn flat(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Bool(truth) => truth.to_string(),
            Self::List(_) => "[]".to_owned(),
            Self::Map(_) => "{}".to_owned(),
        }
    }
}

/// A key stands bare where no reader could take it for anything else.
fn key_text(key: &str) -> String {
    let word = key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let taken = matches!(
        &*key.to_ascii_lowercase(),
        "" | "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
    );
    if word && !taken { key.to_owned() } else { quoted(key) }
}

/// Quotes a text, with every character that YAML does not print as an escape.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            plain if is_printable(plain) => quoted.push(plain),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        && !matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_as_it_was_meant() {
        let document = Yaml::map([
            (
                "steps",
                Yaml::List(vec![
                    Yaml::map([
                        ("when", Yaml::text("on")),
                        ("tags", Yaml::texts(["a", "- b"])),
                        ("none", Yaml::List(Vec::new())),
                    ]),
                    Yaml::Map(Vec::new()),
                    Yaml::List(vec![Yaml::Number(3), Yaml::Bool(true)]),
                    Yaml::text("a: b # c\n\u{7}\u{2028}\u{feff}\u{0}é😀\\\""),
                ]),
            ),
            ("yes", Yaml::map([("A_B", Yaml::text("")), ("on", Yaml::map([("---", Yaml::text("---"))]))])),
        ]);
        let written = document.commented("a\n--- b");
        let expected = r#"# a\n--- b
steps:
  - when: "on"
    tags:
      - "a"
      - "- b"
    none: []
  - {}
  -
    - 3
    - true
  - "a: b # c\n\u0007\u2028\ufeff\u0000é😀\\\""
"yes":
  A_B: ""
  "on":
    "---": "---"
"#;
        assert_eq!(written, expected);
    }
}
