//! Values that must be the id of a domain or a word of a closed set.

use std::collections::BTreeMap;

use super::cell::{Value, Values};
use super::faults::{Faults, quote};
use super::row::{Cell, ReleaseClass, RowClass};
use crate::class::ChangeClass;
use crate::fault::Code;
use crate::id::{self, DomainId};
use crate::source::Span;

/// Which reading of a cell of edges with a fault is the wider one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Faulty {
    /// Anybody may consume it.
    Unknown,
    /// A blank cell would add nothing.
    WhatIsSound,
}

/// Reads the id of a domain, or `*`.
pub(super) fn domain(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<DomainId> {
    if id::is_kebab_case(&value.text) || value.text == "*" {
        return Some(DomainId::new(&value.text));
    }
    let slug = id::slug(&value.text);
    faults.add(
        Code::DomainId,
        value.span.clone(),
        format!("{} is not the id of a domain", quote(&value.text)),
        "words of a-z and 0-9, joined by `-`",
        if slug.is_empty() {
            "write the id that the domain's lane has, such as `platform-billing`".to_owned()
        } else {
            format!("write {}", quote(&slug))
        },
    );
    None
}

/// Reads a cell of domains that are at the other end of an edge.
pub(super) fn domains(
    values: Values<'_>,
    faulty: Faulty,
    faults: &mut Faults<'_>,
) -> Cell<BTreeMap<DomainId, Span>> {
    let mut is_faulty = values.faulty;
    let mut domains = BTreeMap::new();
    for value in values.list {
        match domain(&value, faults) {
            Some(domain) => {
                domains.entry(domain).or_insert(value.span);
            }
            None => is_faulty = true,
        }
    }
    edges(domains, values.none, is_faulty, faulty)
}

/// Tells the edges that are listed, none and not known apart.
pub(super) fn edges<K: Ord>(
    listed: BTreeMap<K, Span>,
    none: bool,
    is_faulty: bool,
    faulty: Faulty,
) -> Cell<BTreeMap<K, Span>> {
    let widened = is_faulty && faulty == Faulty::Unknown;
    if widened || (listed.is_empty() && !none) { Cell::Unknown } else { Cell::Listed(listed) }
}

/// Reads the class that a row states.
pub(super) fn class(values: &Values<'_>, faults: &mut Faults<'_>) -> Option<RowClass> {
    let parse = |word: &str| match word {
        "exempt" => Some(RowClass::Exempt),
        _ => ChangeClass::parse(word).map(RowClass::Class),
    };
    let known = ChangeClass::ALL.map(ChangeClass::as_str).into_iter().chain(["exempt"]);
    word(values, Code::UnknownClass, "class", parse, known, faults)
}

/// Reads the release class that a row states.
pub(super) fn release_class(values: &Values<'_>, faults: &mut Faults<'_>) -> Option<ReleaseClass> {
    let known = ReleaseClass::ALL.map(ReleaseClass::as_str);
    word(values, Code::UnknownReleaseClass, "release class", ReleaseClass::parse, known, faults)
}

/// Reads the one word of a closed set that a cell may hold.
fn word<T>(
    values: &Values<'_>,
    code: Code,
    what: &str,
    parse: impl Fn(&str) -> Option<T>,
    known: impl IntoIterator<Item = &'static str> + Clone,
    faults: &mut Faults<'_>,
) -> Option<T> {
    let mut read = None;
    for value in &values.list {
        if let Some(word) = parse(&value.text) {
            read.get_or_insert(word);
            continue;
        }
        let help = id::nearest(&value.text.to_lowercase(), known.clone()).map_or_else(
            || format!("write one of {}", known.clone().into_iter().collect::<Vec<_>>().join(", ")),
            |nearest| format!("did you mean `{nearest}`?"),
        );
        faults.add(
            code,
            value.span.clone(),
            format!("there is no {what} {}", quote(&value.text)),
            "unknown",
            help,
        );
    }
    if let [first, second, ..] = values.list.as_slice() {
        faults.add(
            code,
            second.span.clone(),
            format!("{} is a second {what} beside {}", quote(&second.text), quote(&first.text)),
            "one too many",
            format!("a row has one {what}; write a row for each"),
        );
        return None;
    }
    read
}
