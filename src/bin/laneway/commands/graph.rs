//! `laneway graph`: producers and consumers.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use laneway::fault::{Code, Fault};
use laneway::git::HeadState;
use laneway::graph::{Choice, View};
use laneway::id::{DomainId, nearest};
use laneway::policy::Policy;
use laneway::render::graph::{dot, html, json, mermaid, text};
use laneway::render::text::Detail;

use super::standing::standing;
use crate::args::{GraphArgs, GraphEdges, GraphFormat, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Prints the graph of one policy. Of a broken one, that is what is sound, and the exit code says so.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &GraphArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    checked(place, args)?;
    let standing = standing(place, args.head.as_deref())?;
    let policy = &standing.policy;
    let around = domains(policy, &args.domain)?;
    let choice = match args.edges {
        GraphEdges::All => Choice::All,
        GraphEdges::Consumes => Choice::Consumes,
        GraphEdges::Imports => Choice::Imports,
    };
    let mut view = View::new(policy, &standing.tree, choice);
    if !around.is_empty() {
        let depth = usize::try_from(args.depth.unwrap_or(1)).unwrap_or(usize::MAX);
        view = view.around(around, depth);
    }
    let commit = match standing.state {
        HeadState::Commit(commit) if place.policy.is_none() => Some(commit.to_string()),
        _ => None,
    };
    let (file, commit) = (args.output.as_deref(), commit.as_deref());
    let detail = Detail { verbose: place.verbose };
    match args.format {
        GraphFormat::Text => output::write(file, true, |out| text::write(out, &view, detail)),
        GraphFormat::Dot => output::write(file, false, |out| dot::write(out, &view)),
        GraphFormat::Mermaid => output::write(file, false, |out| mermaid::write(out, &view)),
        GraphFormat::Json => output::write(file, false, |out| json::write(out, &view, commit)),
        GraphFormat::Html => output::write(file, false, |out| html::write(out, &view, commit)),
    }
    .map_err(|fault| vec![fault])?;
    if !policy.is_broken() {
        return Ok(Exit::Holds);
    }
    report::print(&policy.faults, place.verbose);
    Ok(Exit::Undecided)
}

/// Reports every empty value.
fn checked(place: &PlaceArgs, args: &GraphArgs) -> Result<(), Vec<Fault>> {
    let blank = |value: &OsStr| value.as_encoded_bytes().iter().all(u8::is_ascii_whitespace);
    let named: [(&str, Option<&OsStr>); 4] = [
        ("--policy", place.policy.as_deref()),
        ("--head", args.head.as_deref().map(OsStr::new)),
        ("--domain", args.domain.iter().map(OsStr::new).find(|domain| blank(domain))),
        ("--output", args.output.as_deref()),
    ];
    let empty = |(flag, value): (&str, Option<&OsStr>)| {
        let (message, help) =
            (format!("the value of `{flag}` is empty"), format!("give `{flag}` a value, or leave it out"));
        value.filter(|value| blank(value)).map(|_| Fault::new(Code::EmptyValue, message, help))
    };
    let faults: Vec<Fault> = named.into_iter().filter_map(empty).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Looks up the domains of `--domain`, or reports each that there is none of, with what is wrong with the policy: that
/// may be why.
fn domains(policy: &Policy, names: &[String]) -> Result<BTreeSet<DomainId>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut found = BTreeSet::new();
    for name in names {
        if let Some(domain) = policy.domains.get(name.as_str()) {
            found.insert(domain.clone());
            continue;
        }
        let help = match nearest(name, policy.domains.iter().map(DomainId::as_str)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "a domain has a lane, or owns a row; `laneway graph` lists every one".to_owned(),
        };
        let message = format!("`--domain` names `{name}`, and there is no such domain");
        faults.push(Fault::new(Code::UnknownDomain, message, help));
    }
    if faults.is_empty() {
        return Ok(found);
    }
    faults.extend(policy.faults.iter().cloned());
    Err(faults)
}
