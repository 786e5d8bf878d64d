//! Tree to typed values, with a fault for each that does not fit.

use std::sync::Arc;

use super::{Entry, Node, Value};
use crate::fault::{Code, Fault};
use crate::id::nearest;
use crate::source::{Source, Span, Spanned};

/// How many faults of one file are reported: more tell nobody anything.
pub const MAX_FAULTS: usize = 1000;

/// Takes typed values out of one document and collects what does not fit.
#[derive(Debug)]
pub struct Reader<'s> {
    source: &'s Arc<Source>,
    faults: Vec<Fault>,
    found: usize,
    is_whole: bool,
}

/// A mapping of the document, with its path for messages: `domain_lane.consumer_smokes[1]`.
#[derive(Clone, Debug)]
pub struct Mapping<'n> {
    path: String,
    span: Span,
    entries: &'n [Entry],
}

impl<'n> Mapping<'n> {
    /// Returns where the mapping stands.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Returns the value of `key`, where the mapping states it.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the line of `key`, where the mapping states it.
    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| &*entry.key.value == key)
    }

    /// Returns every line, in the order of the file.
    pub fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// Returns the path of `key` in this mapping, as messages name it.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

impl<'s> Reader<'s> {
    /// Begins to read a document of `source`; `faults` are those of the parser.
    pub const fn new(source: &'s Arc<Source>, faults: Vec<Fault>) -> Self {
        let is_whole = faults.is_empty();
        Self { source, faults, found: 0, is_whole }
    }

    /// Returns the source that is read.
    pub const fn source(&self) -> &'s Arc<Source> {
        self.source
    }

    /// Says whether the parser found nothing wrong. Where it did, what stands here may be half of what was meant, which is
    /// too little to allow anything on.
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns how many faults were found so far, also of those that are too many to be kept: a line is sound where the
    /// number does not grow.
    pub const fn found(&self) -> usize {
        self.found
    }

    /// Ends the reading and returns what did not fit.
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Collects a fault at `span`.
    pub fn fault(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::at(code, self.source, span, message, label, help));
        }
    }

    /// Takes a mapping, whatever its keys are. An empty `path` is the document itself.
    pub fn open_mapping<'n>(&mut self, node: &'n Node, path: &str) -> Option<Mapping<'n>> {
        let Value::Map(entries) = &node.value else {
            self.wrong_type(node, path, "a mapping", "write `key: value` lines");
            return None;
        };
        Some(Mapping { path: path.to_owned(), span: node.span.clone(), entries })
    }

    /// Takes a mapping of which only `keys` are known; each other key is a fault that names the nearest.
    pub fn mapping<'n>(&mut self, node: &'n Node, path: &str, keys: &[&str]) -> Option<Mapping<'n>> {
        let mapping = self.open_mapping(node, path)?;
        for entry in mapping.entries {
            if !keys.contains(&&*entry.key.value) {
                self.unknown_key(&mapping, &entry.key, keys);
            }
        }
        Some(mapping)
    }

    /// Takes a list of which each item is named in messages: `gates[3]`, counted from 0.
    pub fn items<'n>(&mut self, mapping: &Mapping<'n>, key: &str) -> Option<Vec<(String, &'n Node)>> {
        let node = mapping.get(key)?;
        let path = mapping.path_of(key);
        let Value::Seq(items) = &node.value else {
            self.wrong_type(node, &path, "a list", "write `[a, b]`, or one `- item` a line; `[]` is none");
            return None;
        };
        Some(items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect())
    }

    /// Takes a text, which must not be empty. Numbers and bools keep their written form.
    pub fn text(&mut self, mapping: &Mapping<'_>, key: &str) -> Option<Spanned<String>> {
        let node = mapping.get(key)?;
        self.text_of(node, &mapping.path_of(key))
    }

    /// Takes a text that the mapping must state.
    pub fn required_text(&mut self, mapping: &Mapping<'_>, key: &str) -> Option<Spanned<String>> {
        if mapping.get(key).is_none() {
            self.missing_key(mapping, key);
        }
        self.text(mapping, key)
    }

    /// Takes a list of texts.
    pub fn texts(&mut self, mapping: &Mapping<'_>, key: &str) -> Option<Vec<Spanned<String>>> {
        let items = self.items(mapping, key)?;
        Some(items.into_iter().filter_map(|(path, item)| self.text_of(item, &path)).collect())
    }

    /// Takes the text of one node.
    pub fn text_of(&mut self, node: &Node, path: &str) -> Option<Spanned<String>> {
        match &node.value {
            Value::Scalar { text, .. } if !node.is_null() => {
                if text.trim().is_empty() {
                    let message = format!("`{path}` is empty");
                    let help = "write a text, or leave it out";
                    self.fault(Code::YamlValue, node.span.clone(), message, "empty", help);
                    return None;
                }
                Some(Spanned::new(text.to_string(), node.span.clone()))
            }
            Value::Scalar { .. } | Value::Seq(_) | Value::Map(_) => {
                self.wrong_type(node, path, "a text", "write one text; quote it where it is `null` or `~`");
                None
            }
        }
    }

    /// Takes one of a closed set of words.
    pub fn choice<T: Copy>(
        &mut self,
        mapping: &Mapping<'_>,
        key: &str,
        words: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        let word = self.text(mapping, key)?;
        let found = self.one_of(&word, &mapping.path_of(key), words)?;
        Some(Spanned::new(found, word.span))
    }

    /// Reads one word of a closed set.
    pub fn one_of<T: Copy>(&mut self, word: &Spanned<String>, path: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(known, _)| *known == word.value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
            let message = format!("`{}` is not a value of `{path}`", word.value);
            let help = did_you_mean(&word.value, &known);
            self.fault(Code::YamlValue, word.span.clone(), message, "not known", help);
        }
        found.map(|(_, value)| *value)
    }

    /// Takes `true` or `false`.
    pub fn boolean(&mut self, mapping: &Mapping<'_>, key: &str) -> Option<bool> {
        let node = mapping.get(key)?;
        match &node.value {
            Value::Scalar { text, plain: true } if &**text == "true" => Some(true),
            Value::Scalar { text, plain: true } if &**text == "false" => Some(false),
            Value::Scalar { .. } | Value::Seq(_) | Value::Map(_) => {
                let path = mapping.path_of(key);
                self.wrong_type(node, &path, "`true` or `false`", "write `true` or `false`, without quotes");
                None
            }
        }
    }

    /// Takes a whole number from 1 on.
    pub fn count(&mut self, mapping: &Mapping<'_>, key: &str) -> Option<u32> {
        let node = mapping.get(key)?;
        let path = mapping.path_of(key);
        let Value::Scalar { text, plain: true } = &node.value else {
            self.wrong_type(node, &path, "a whole number", "write digits only, without quotes");
            return None;
        };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.wrong_type(node, &path, "a whole number", "write digits only, without quotes");
            return None;
        }
        let number = text.parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            let message = format!("`{path}` cannot be {text}");
            let help = format!("write a number from 1 to {}", u32::MAX);
            self.fault(Code::YamlValue, node.span.clone(), message, "out of range", help);
        }
        number
    }

    /// Reports that `mapping` does not state `key`.
    pub fn missing_key(&mut self, mapping: &Mapping<'_>, key: &str) {
        let at =
            if mapping.path.is_empty() { "the document".to_owned() } else { format!("`{}`", mapping.path) };
        let message = format!("{at} does not state `{key}`");
        self.fault(Code::YamlMissingKey, mapping.span(), message, "this mapping", format!("add `{key}:`"));
    }

    /// Reports a key that is not among `known`.
    pub fn unknown_key(&mut self, mapping: &Mapping<'_>, key: &Spanned<impl AsRef<str>>, known: &[&str]) {
        if self.faults.len() >= MAX_FAULTS {
            self.found += 1;
            return;
        }
        let name = key.value.as_ref();
        let message = format!("key `{}` is not known", mapping.path_of(name));
        self.fault(Code::YamlUnknownKey, key.span.clone(), message, "not known", did_you_mean(name, known));
    }

    /// Reports a value of another kind than the `wanted` one.
    pub fn wrong_type(&mut self, node: &Node, path: &str, wanted: &str, help: &str) {
        let found = match &node.value {
            Value::Scalar { .. } if node.is_null() => "has no value".to_owned(),
            Value::Scalar { text, .. } => format!("is the text `{}`", shortened(text)),
            Value::Seq(_) => "is a list".to_owned(),
            Value::Map(_) => "is a mapping".to_owned(),
        };
        let name = if path.is_empty() { "the document".to_owned() } else { format!("`{path}`") };
        let message = format!("{name} must be {wanted}, but {found}");
        self.fault(Code::YamlType, node.span.clone(), message, format!("not {wanted}"), help);
    }
}

/// Says which known name was probably meant, and which there are where that is a help.
pub(crate) fn did_you_mean(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.len() <= 16 => format!("known are: {}", known.join(", ")),
        None => String::new(),
    }
}

/// Cuts a text that is too long for a message.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
