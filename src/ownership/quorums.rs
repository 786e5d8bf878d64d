//! Makes quorums of the values of a `Reviewers` cell: `@a, all of @b, @c, 2 of @d, @e`.

use std::collections::BTreeSet;

use super::cell::{Value, Values, means_none};
use super::faults::{Faults, quote};
use crate::fault::Code;
use crate::quorum::{MOST, Need, Opening, Quorum, Quorums, opening};
use crate::source::Span;

const HELP: &str = "write `all of @a, @b`, `any of @a, @b` or `2 of @a, @b`";

/// A group of names, as far as it has been read.
struct Group {
    quorum: Quorum,
    /// The words that begin it; nothing where names alone do.
    words: Option<Span>,
    /// Whether a name of it could not be read: then it is not empty for want of one.
    faulty: bool,
}

/// Reads the groups of a cell. What cannot be understood is a fault, so that nobody's word is lost.
pub(super) fn quorums(values: Values<'_>, faults: &mut Faults<'_>) -> Quorums {
    let names = Group { quorum: Quorum::default(), words: None, faulty: values.faulty };
    let mut groups = vec![names];
    for value in values.list {
        let spoken = opening(&value.text);
        let last = groups.len() - 1;
        match spoken {
            Opening::Quorum { .. } if value.is_literal() => {
                let message = format!("{} holds a quorum in backticks", quote(&value.text));
                let help = "write the words outside of the backticks: 2 of `@a`, `@b`";
                faults.add(Code::Quorum, value.span, message, "not a name", help);
                groups[last].faulty = true;
            }
            Opening::Unknown { .. } | Opening::Name if value.is_literal() => {
                groups[last].quorum.of.insert(value.text.into_owned());
            }
            Opening::Name => {
                groups[last].quorum.of.insert(value.text.into_owned());
            }
            Opening::Quorum { need, rest } => {
                let of = begun(rest, &value, faults);
                let faulty = values.faulty || of.is_none();
                let of = of.unwrap_or_default();
                groups.push(Group { quorum: Quorum { need, of }, words: Some(value.span), faulty });
            }
            Opening::Unknown { head, is_number } => {
                not_understood(&value, head, is_number, faults);
                // What follows belongs to these words, not to those before them.
                groups.push(Group { quorum: Quorum::default(), words: None, faulty: true });
            }
        }
    }
    for group in &groups {
        if let (Some(words), true, false) = (&group.words, group.quorum.of.is_empty(), group.faulty) {
            let message = format!("{} names nobody", quote(&faults.source_text()[words.clone()]));
            faults.add(Code::Quorum, words.clone(), message, "of whom?", HELP);
        }
    }
    groups.into_iter().map(|group| group.quorum).collect()
}

/// Returns the name that stands with the words of its group, where there is one; nothing where it cannot be read.
fn begun(rest: &str, value: &Value<'_>, faults: &mut Faults<'_>) -> Option<BTreeSet<String>> {
    if rest.is_empty() {
        return Some(BTreeSet::new());
    }
    if means_none(rest) || opening(rest) != Opening::Name {
        let message = format!("{} is not understood", quote(&value.text));
        faults.add(Code::Quorum, value.span.clone(), message, "not a name behind `of`", HELP);
        return None;
    }
    Some([rest.to_owned()].into())
}

fn not_understood(value: &Value<'_>, head: &str, is_number: bool, faults: &mut Faults<'_>) {
    let (message, label, help) = if is_number {
        let message = format!("{} people cannot be meant", quote(head));
        (message, "out of range", format!("write a number from 1 to {MOST}, or `all of`"))
    } else {
        let message = format!("{} is not understood: how many of whom?", quote(&value.text));
        let help = format!("{HELP}; a name that holds the word `of` stands in backticks");
        (message, "neither a name nor a quorum", help)
    };
    faults.add(Code::Quorum, value.span.clone(), message, label, help);
}

/// Says whether text before a code span is nothing but the words of a quorum.
pub(super) fn are_words(text: &str) -> bool {
    matches!(opening(text), Opening::Quorum { rest: "", need: Need::Any | Need::All | Need::AtLeast(_) })
}
