//! What both dialects share: lines, words, components, owners.

use std::sync::Arc;

use super::glob::{MOST_PARTS, Part, Token};
use crate::fault::{Code, Fault};
use crate::source::{Source, Span};

/// Reads one source, and collects what is wrong with it.
pub(super) struct Lines<'s> {
    pub(super) source: &'s Arc<Source>,
    pub(super) faults: Vec<Fault>,
}

impl<'s> Lines<'s> {
    pub(super) const fn new(source: &'s Arc<Source>) -> Self {
        Self { source, faults: Vec::new() }
    }

    /// Notes one fault.
    pub(super) fn fault(&mut self, code: Code, span: Span, message: String, label: &str, help: &str) {
        self.faults.push(Fault::at(code, self.source, span, message, label, help));
    }

    /// Returns the text of a span as a message shows it.
    pub(super) fn quote(&self, span: &Span) -> String {
        quote(&self.source.text()[span.clone()])
    }

    /// Returns the bytes of every line that says something, without the space around it.
    pub(super) fn spans(&self) -> Vec<Span> {
        let text = self.source.text();
        let mut at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let mut spans = Vec::new();
        while at < text.len() {
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            let line = &text[at..end];
            let start = at + line.len() - line.trim_start().len();
            let shown = line.trim();
            // A backslash at the end escapes the space behind it.
            let escaped = shown.ends_with('\\') && line.trim_start().len() > shown.len();
            let length = shown.len() + usize::from(escaped);
            if !shown.is_empty() && !shown.starts_with('#') {
                spans.push(start..start + length);
            }
            at = end + 1;
        }
        spans
    }

    /// Reads the owners of a span, each by `is_owner`; a word with `#` in front ends them where comments are known.
    pub(super) fn owners(
        &mut self,
        span: Span,
        comments: bool,
        is_owner: fn(&str) -> bool,
        help: &str,
    ) -> Vec<String> {
        let text = &self.source.text()[span.clone()];
        let mut owners = Vec::new();
        let mut at = span.start;
        for word in text.split(char::is_whitespace) {
            let word_span = at..at + word.len();
            at = word_span.end + text[word_span.end - span.start..].chars().next().map_or(0, char::len_utf8);
            if word.is_empty() {
                continue;
            }
            if comments && word.starts_with('#') {
                break;
            }
            if is_owner(word) {
                if !owners.iter().any(|known| known == word) {
                    owners.push(word.to_owned());
                }
            } else {
                let message = format!("{} is no owner", quote(word));
                self.fault(
                    Code::CodeownersOwner,
                    word_span,
                    message,
                    "neither a user, a team nor an address",
                    help,
                );
            }
        }
        owners
    }

    /// Refuses a pattern with more components than can be.
    pub(super) fn check_depth(&mut self, parts: &[Part], span: &Span) -> bool {
        let fits = parts.len() <= MOST_PARTS;
        if !fits {
            let message = format!("{} has more than {MOST_PARTS} components", self.quote(span));
            self.fault(
                Code::CodeownersSyntax,
                span.clone(),
                message,
                "too deep",
                "no path is as deep as that",
            );
        }
        fits
    }
}

/// Returns where the pattern of a line ends: at the first space that no `\` escapes.
pub(super) fn pattern_end(line: &str) -> usize {
    let mut escaped = false;
    for (at, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            other if other.is_whitespace() => return at,
            _ => {}
        }
    }
    line.len()
}

/// Adds the bytes of a character to a component.
pub(super) fn push(tokens: &mut Vec<Token>, character: char) {
    let mut bytes = [0; 4];
    tokens.extend(character.encode_utf8(&mut bytes).bytes().map(Token::Byte));
}

/// Says whether `name` is an address of electronic mail, as far as its form goes.
pub(super) fn is_address(name: &str) -> bool {
    let Some((user, host)) = name.split_once('@') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte);
    !user.is_empty()
        && user.bytes().all(plain)
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
}

/// Says whether `name` is words of letters, digits, `-`, `_` and `.`, joined by `/`: at most `most` of them.
pub(super) fn is_handle(name: &str, most: usize) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    name.split('/').count() <= most && name.split('/').all(word)
}

fn quote(text: &str) -> String {
    let mut shown: String =
        text.chars().take(80).map(|one| if one.is_control() { '\u{FFFD}' } else { one }).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
