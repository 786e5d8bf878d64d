//! The faults of one file, while it is read.

use std::sync::Arc;

use crate::fault::{Code, Fault};
use crate::source::{Source, Span};

/// Collects what is wrong with one source.
pub(super) struct Faults<'s> {
    source: &'s Arc<Source>,
    found: Vec<Fault>,
}

impl<'s> Faults<'s> {
    /// Nothing is wrong with `source` yet.
    pub(super) const fn new(source: &'s Arc<Source>) -> Self {
        Self { source, found: Vec::new() }
    }

    /// Notes one fault; `message` names the value, `label` says what the underlined bytes are.
    pub(super) fn add(
        &mut self,
        code: Code,
        span: Span,
        message: String,
        label: &str,
        help: impl Into<String>,
    ) {
        self.found.push(Fault::at(code, self.source, span, message, label, help));
    }

    /// Returns the faults in the order of the text.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|fault| fault.place.as_ref().map_or(0, |place| place.span.start));
        self.found
    }

    /// Returns the text that the spans point into.
    pub(super) fn source_text(&self) -> &'s str {
        self.source.text()
    }

    /// Returns how many there are so far.
    pub(super) const fn count(&self) -> usize {
        self.found.len()
    }
}

/// Prints a value inside a message: short enough to read, and without the control characters that it may hold.
pub(super) fn quote(value: &str) -> String {
    const LONGEST: usize = 80;
    let mut quoted = String::with_capacity(value.len().min(LONGEST) + 5);
    quoted.push('`');
    for (taken, character) in value.chars().enumerate() {
        if taken == LONGEST {
            quoted.push('…');
            break;
        }
        quoted.push(if character.is_control() { '\u{FFFD}' } else { character });
    }
    quoted.push('`');
    quoted
}
