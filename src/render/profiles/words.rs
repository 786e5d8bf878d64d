//! What is said of a profile in the same words everywhere.

use std::collections::BTreeSet;

use crate::environment::Section;
use crate::lanes::{Excludes, Gate, ProfileWhen};
use crate::ownership::ReleaseClass;
use crate::release::OnTop;
use crate::render::reason::witness;

/// The type of evidence that preflight brings.
const PREFLIGHT: &str = "preflight";

/// Returns how a gate is proved: a command, one of laneway's own, or nothing that laneway knows of.
pub(super) fn proof(gate: &Gate) -> &str {
    match &gate.run {
        Some(run) => run.trim_end(),
        None if gate.evidence_types.contains(Section::EVIDENCE_TYPE) => "laneway profile resolve",
        None if gate.evidence_types.contains(PREFLIGHT) => "laneway profile preflight",
        None => "from outside",
    }
}

/// Returns what a profile ships.
pub(super) fn ships(classes: Option<&BTreeSet<ReleaseClass>>) -> String {
    match classes {
        None => "everything".to_owned(),
        Some(own) if own.is_empty() => "nothing".to_owned(),
        Some(own) => joined(own.iter().map(|class| class.as_str())),
    }
}

/// Returns what a profile excludes, where it does.
pub(super) fn excludes(excludes: &Excludes) -> Option<String> {
    let classes = excludes.classes.iter().map(|class| format!("{} changes", class.as_str()));
    let kinds = excludes.map_kinds.iter().map(|kind| format!("{kind} rows"));
    let all: Vec<String> = classes.chain(kinds).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Returns for which changes a profile asks for more.
pub(super) fn when(when: &ProfileWhen) -> String {
    let mut cases = Vec::new();
    if !when.release_classes.is_empty() {
        let words: Vec<&str> = when.release_classes.iter().map(|class| class.as_str()).collect();
        cases.push(format!("ships as {}", words.join(" or ")));
    }
    if !when.classes.is_empty() {
        let words: Vec<&str> = when.classes.iter().map(|class| class.as_str()).collect();
        cases.push(format!("is a {} change", words.join(" or ")));
    }
    if !when.map_kinds.is_empty() {
        let words: Vec<&str> = when.map_kinds.iter().map(|kind| kind.as_str()).collect();
        cases.push(format!("a {} row has", words.join(" or ")));
    }
    if !when.tags.is_empty() {
        let words: Vec<&str> = when.tags.iter().map(String::as_str).collect();
        cases.push(format!("a row tagged {} owns", words.join(" or ")));
    }
    match cases.is_empty() {
        true => "never".to_owned(),
        false => format!("with a file that {}", cases.join(", or that ")),
    }
}

/// Returns what is asked for on top, without the reason.
pub(super) fn on_top(own: &OnTop) -> String {
    let mut parts = Vec::new();
    parts.extend(own.gates.iter().map(ToString::to_string));
    parts.extend(own.source_gates.iter().map(|id| format!("{id} on the commit")));
    parts.extend(own.families.iter().map(|family| format!("the family {family}")));
    parts.join(", ")
}

/// Returns because of what something is asked for on top.
pub(super) fn because(own: &OnTop) -> String {
    let of = |files| format!("because of {}", witness(files));
    own.files.as_ref().map_or_else(|| "because the route is broad".to_owned(), of)
}

/// Joins names, or says that there is none.
pub(super) fn joined<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
