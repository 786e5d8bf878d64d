//! XML to a tree, without anything that it could fetch or unfold.

use std::sync::Arc;

use roxmltree::{Document, Error, ParsingOptions};

use crate::fault::{Code, Fault};
use crate::source::{Source, Span};

/// Whether a document may begin with a document type. Entities are refused in any case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Doctype {
    /// It may not.
    Refused,
    /// It may name one by its address, which nobody looks up.
    Named,
}

/// Reads a document, or says what is wrong with it.
pub(super) fn parse<'s>(
    source: &'s Arc<Source>,
    code: Code,
    what: &str,
    doctype: Doctype,
) -> Result<Document<'s>, Box<Fault>> {
    let text = source.text();
    let fault = |span: Span, message: String, label: &str, help: &str| {
        Box::new(Fault::at(code, source, span, message, label, help))
    };
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let message = format!("{} is empty, so it is no {what}", source.name());
        return Err(fault(0..0, message, "here", "see whether the tool ran at all, and wrote to this file"));
    }
    let declared = |span: Span| {
        let message = format!("{} declares a document type or entities", source.name());
        let help = "let the tool write plain XML: what is declared elsewhere is never fetched or unfolded";
        fault(span, message, "declared here", help)
    };
    let parsed = match Document::parse(text) {
        Err(Error::DtdDetected) => {
            let span = doctype_of(text);
            let has_subset = span.as_ref().is_none_or(|span| text[span.clone()].contains('['));
            if doctype == Doctype::Refused || has_subset {
                return Err(declared(span.unwrap_or(0..0)));
            }
            Document::parse_with_options(
                text,
                ParsingOptions { allow_dtd: true, ..ParsingOptions::default() },
            )
        }
        parsed => parsed,
    };
    let document = parsed.map_err(|error| {
        let position = error.pos();
        let line = source.line_start(position.row);
        let column = position.col.saturating_sub(1) as usize;
        let start = text[line..].char_indices().nth(column).map_or(text.len(), |(at, _)| line + at);
        let end = text[start..].chars().next().map_or(start, |character| start + character.len_utf8());
        let message = format!("{} is not XML: {error}", source.name());
        let help = "see whether the tool ran to its end: a report that is cut says nothing";
        fault(start..end, message, "up to here", help)
    })?;
    let prolog = document.root_element().range().start;
    if let Some(at) = text[..prolog].find("<!ENTITY") {
        return Err(declared(at..at + "<!ENTITY".len()));
    }
    Ok(document)
}

/// Returns where the document type stands.
fn doctype_of(text: &str) -> Option<Span> {
    let start = text.find("<!DOCTYPE")?;
    let mut quote = None;
    for (at, byte) in text.as_bytes()[start..].iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'[' | b'>') => return Some(start..start + at + 1),
            _ => {}
        }
    }
    None
}
