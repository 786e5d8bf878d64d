//! Text to tree.

use std::ops::Range;
use std::sync::Arc;

use serde_yaml::granit_parser::{self, ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use crate::fault::{Code, Fault};
use crate::source::{Source, Span, Spanned};

/// The size, in bytes, beyond which a file is refused unread. A thousand lanes take a tenth of it.
pub const MAX_BYTES: usize = 4 << 20;
/// How deep lists and mappings may nest. The documented shapes need six levels.
const MAX_DEPTH: usize = 64;
/// How many values a document may have.
const MAX_NODES: usize = 250_000;
/// How much aliases may add to a document, in bytes of text plus 16 for each value.
const MAX_REPEATED: usize = 4 << 20;

/// One value of a document. Cheap to clone: an alias shares what its anchor holds.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands: for an alias the alias itself, and of what spans several lines the first.
    pub span: Span,
    /// What it costs to read it with its aliases expanded.
    weight: usize,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar with its text as it was written; `plain` is one without quotes, which alone can be a number or a bool.
    Scalar {
        /// The text, with escapes resolved.
        text: Arc<str>,
        /// Whether it stood without quotes, `|` or `>`.
        plain: bool,
    },
    /// A list.
    Seq(Arc<[Node]>),
    /// A mapping in the order of the file.
    Map(Arc<[Entry]>),
}

/// One line of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Spanned<Arc<str>>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Says whether there is no value: nothing behind the colon, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Returns the bytes of the source that `part` of the scalar's text was read from; the whole scalar where
    /// escapes or line folding make that unknowable.
    pub fn part(&self, source: &Source, part: Range<usize>) -> Span {
        let Value::Scalar { text, .. } = &self.value else { return self.span.clone() };
        let written = source.text().get(self.span.clone()).unwrap_or_default();
        let skipped = if written == &**text {
            0
        } else if written.get(1..written.len().saturating_sub(1)) == Some(&**text) {
            1
        } else {
            return self.span.clone();
        };
        if part.start > part.end || part.end > text.len() {
            return self.span.clone();
        }
        self.span.start + skipped + part.start..self.span.start + skipped + part.end
    }
}

/// Reads the one document of `source`. With faults there may still be a tree, of what was sound.
pub fn parse(source: &Arc<Source>) -> (Option<Node>, Vec<Fault>) {
    let text = source.text();
    if text.len() > MAX_BYTES {
        let message = format!("{} has {} bytes", source.name(), text.len());
        let help = format!("a policy file has at most {MAX_BYTES} bytes: split it");
        return (None, vec![Fault::at(Code::TooLarge, source, 0..0, message, "", help)]);
    }
    let options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder {
        source,
        parser: Parser::with_options(StrInput::new(text), options),
        anchors: Vec::new(),
        nodes: 0,
        repeated: 0,
        tag: 0..0,
        faults: Vec::new(),
    };
    let node = match builder.document() {
        Ok(node) => node,
        Err(fault) => {
            builder.faults.push(*fault);
            None
        }
    };
    (node, builder.faults)
}

/// What ends the reading at once; boxed, since it is rare and large.
type Stop = Box<Fault>;

struct Builder<'s> {
    source: &'s Arc<Source>,
    parser: Parser<'s, StrInput<'s>>,
    /// What each anchor holds; nothing while its own value is still being read.
    anchors: Vec<Option<Node>>,
    nodes: usize,
    repeated: usize,
    /// Where the tag of the last event stands, if it has one.
    tag: Span,
    faults: Vec<Fault>,
}

impl<'s> Builder<'s> {
    fn next(&mut self) -> Result<(Event<'s>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let length = self.source.text().len();
                let range = span.byte_range().unwrap_or(0..0);
                let start = range.start.min(length);
                let tag = span.tag_span().and_then(|tag| tag.byte_range());
                self.tag = tag.unwrap_or(start..start);
                Ok((event, start..range.end.clamp(start, length)))
            }
            Some(Err(error)) => Err(Box::new(self.scan_fault(&error))),
            None => Ok((Event::StreamEnd, self.source.text().len()..self.source.text().len())),
        }
    }

    /// Reads the document, and makes sure that it is the only one.
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let empty = |at: Span| {
            let message = format!("{} holds no document", self.source.name());
            let help = "write a mapping, or remove the file";
            Box::new(Fault::at(Code::YamlEmpty, self.source, at, message, "nothing is stated here", help))
        };
        loop {
            match self.parser.peek() {
                Some(Ok((Event::StreamStart | Event::DocumentStart(..), _))) => {
                    self.next()?;
                }
                Some(Ok((Event::StreamEnd, _))) | None => return Err(empty(0..0)),
                Some(Ok(_) | Err(_)) => break,
            }
        }
        let (event, span) = self.next()?;
        let root = self.node(event, span, 0)?;
        if root.is_null() {
            return Err(empty(root.span));
        }
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(Some(root)),
                (Event::DocumentStart(..), span) => {
                    let message = format!("{} holds more than one document", self.source.name());
                    let help = "put each document into a file of its own: this file holds one";
                    let span = self.first_line(span);
                    self.faults.push(Fault::at(
                        Code::YamlSyntax,
                        self.source,
                        span,
                        message,
                        "a second one begins here",
                        help,
                    ));
                    return Ok(Some(root));
                }
                _ => {}
            }
        }
    }

    /// Reads the value that `event` begins. Recursion is bounded: deeper than [`MAX_DEPTH`] is refused.
    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Node, Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.budget(span, format!("more than {MAX_NODES} values")));
        }
        if depth > MAX_DEPTH {
            return Err(self.budget(span, format!("lists and mappings nested more than {MAX_DEPTH} deep")));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = tag.as_deref().is_some_and(|tag| tag.core_suffix() == Some("str"));
                self.refuse_tag(tag.as_deref());
                let plain = style == ScalarStyle::Plain && !tagged;
                let weight = 16 + text.len();
                let span = self.first_line(span);
                let node = Node { value: Value::Scalar { text: Arc::from(&*text), plain }, span, weight };
                self.anchor(anchor, Some(&node));
                Ok(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref());
                self.anchor(anchor, None);
                let node = self.sequence(span, depth)?;
                self.anchor(anchor, Some(&node));
                Ok(node)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref());
                self.anchor(anchor, None);
                let node = self.mapping(span, depth)?;
                self.anchor(anchor, Some(&node));
                Ok(node)
            }
            Event::Alias(id) => self.alias(id, span),
            _ => Err(self.syntax(span, "expected a value", "", "write a scalar, a list or a mapping")),
        }
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Node, Stop> {
        let mut items = Vec::new();
        let mut weight = 16_usize;
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let span = self.first_line(start.start..span.end.max(start.end));
                return Ok(Node { value: Value::Seq(items.into()), span, weight });
            }
            let item = self.node(event, span, depth + 1)?;
            weight = weight.saturating_add(item.weight);
            items.push(item);
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: std::collections::HashMap<Arc<str>, Span> = std::collections::HashMap::new();
        let mut merged = Vec::new();
        let mut weight = 16_usize;
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let span = self.first_line(start.start..span.end.max(start.end));
                self.merge(&mut entries, &known, merged);
                return Ok(Node { value: Value::Map(entries.into()), span, weight });
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            weight = weight.saturating_add(key.weight).saturating_add(value.weight);
            let Value::Scalar { text, plain } = key.value else {
                let message = "a key is a list or a mapping";
                let help = "a key is one word; quote it where it begins with `[` or `{`";
                let fault = Fault::at(Code::YamlType, self.source, key.span, message, "this key", help);
                self.faults.push(fault);
                continue;
            };
            if plain && &*text == "<<" {
                merged.push(value);
            } else if let Some(first) = known.get(&text) {
                let line = self.source.line(first.start);
                let message = format!("key `{text}` is stated twice");
                let label = format!("also on line {line}");
                let help = "remove one of the two, or join them";
                let fault = Fault::at(Code::YamlDuplicateKey, self.source, key.span, message, label, help);
                self.faults.push(fault);
            } else {
                known.insert(Arc::clone(&text), key.span.clone());
                entries.push(Entry { key: Spanned::new(text, key.span), value });
            }
        }
    }

    /// Adds what `<<` brings in; a key that the mapping states itself wins, then the earlier mapping.
    fn merge(
        &mut self,
        entries: &mut Vec<Entry>,
        known: &std::collections::HashMap<Arc<str>, Span>,
        merged: Vec<Node>,
    ) {
        if merged.is_empty() {
            return;
        }
        let mut known: std::collections::HashSet<Arc<str>> = known.keys().cloned().collect();
        for node in merged {
            let parts = match &node.value {
                Value::Seq(parts) => parts.to_vec(),
                Value::Map(_) | Value::Scalar { .. } => vec![node],
            };
            for part in parts {
                let Value::Map(inherited) = &part.value else {
                    let message = "`<<` takes a mapping, or a list of mappings";
                    let help = "write `<<: *name`, where `&name` stands at a mapping";
                    let fault =
                        Fault::at(Code::YamlType, self.source, part.span, message, "not a mapping", help);
                    self.faults.push(fault);
                    continue;
                };
                for entry in inherited.iter() {
                    if known.insert(Arc::clone(&entry.key.value)) {
                        entries.push(entry.clone());
                    }
                }
            }
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Node, Stop> {
        let Some(Some(target)) = self.anchors.get(id) else {
            let help = "an alias repeats a value that is complete before it";
            return Err(self.syntax(
                span,
                "an alias stands inside the value that it names",
                "this alias",
                help,
            ));
        };
        let node = Node { span: span.clone(), ..target.clone() };
        self.repeated = self.repeated.saturating_add(node.weight);
        if self.repeated > MAX_REPEATED {
            return Err(self.budget(span, "aliases that repeat more than 4 MiB".to_owned()));
        }
        Ok(node)
    }

    /// Remembers what an anchor holds. The parser numbers anchors from 1; 0 is none.
    fn anchor(&mut self, id: usize, node: Option<&Node>) {
        if id == 0 {
            return;
        }
        if self.anchors.len() <= id {
            self.anchors.resize(id + 1, None);
        }
        self.anchors[id] = node.cloned();
    }

    /// A tag such as `!include` asks for something that does not happen here.
    fn refuse_tag(&mut self, tag: Option<&Tag>) {
        let Some(tag) = tag.filter(|tag| tag.core_suffix().is_none()) else { return };
        let message = format!("tag `{}` is not known", tag.original());
        let help = "write the value itself: nothing is included or constructed";
        let span = self.tag.clone();
        self.faults.push(Fault::at(Code::YamlSyntax, self.source, span, message, "this tag", help));
    }

    fn scan_fault(&self, error: &ScanError) -> Fault {
        let text = self.source.text();
        let mut at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let help = match error.kind() {
            ErrorKind::RecursionLimitExceeded => {
                return *self.budget(at..at, format!("lists and mappings nested more than {MAX_DEPTH} deep"));
            }
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart => {
                at = self.tab_after(at);
                "indent with spaces: YAML takes no tabs there"
            }
            ErrorKind::UnknownAnchor => {
                "name an anchor that stands before it, as in `&name`, or quote the text"
            }
            ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
                "close the quote, or indent every line of the text"
            }
            ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
                "close the bracket, or quote a text that begins with one"
            }
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
                "quote a text that holds `: `, and put each key on a line of its own"
            }
            _ => "quote texts that hold `: `, ` #`, `*`, `&`, `[` or `{`",
        };
        let end = text[at..].chars().next().map_or(at, |next| at + next.len_utf8());
        let message = format!("{} is not YAML: {}", self.source.name(), error.kind());
        Fault::at(Code::YamlSyntax, self.source, at..end, message, "here", help)
    }

    /// The parser reports a tab at the scalar before it: looks for the tab itself.
    fn tab_after(&self, at: usize) -> usize {
        let text = self.source.text().as_bytes();
        if text.get(at) == Some(&b'\t') {
            return at;
        }
        text[at..].iter().position(|byte| *byte == b'\t').map_or(at, |found| at + found)
    }

    fn syntax(&self, span: Span, message: &str, label: &str, help: &str) -> Stop {
        Box::new(Fault::at(Code::YamlSyntax, self.source, self.first_line(span), message, label, help))
    }

    fn budget(&self, span: Span, what: String) -> Stop {
        let message = format!("{} has {what}", self.source.name());
        let help = "a policy file is small and flat: split it, or write it without aliases";
        let span = self.first_line(span);
        Box::new(Fault::at(Code::YamlBudget, self.source, span, message, "refused here", help))
    }

    /// Cuts a span at the end of its first line: an underline says where, not all of what.
    fn first_line(&self, span: Span) -> Span {
        let text = &self.source.text().as_bytes()[span.clone()];
        let mut length = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
        while length > 0 && text[length - 1].is_ascii_whitespace() {
            length -= 1;
        }
        span.start..span.start + length
    }
}
