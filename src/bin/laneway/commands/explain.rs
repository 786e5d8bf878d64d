//! `laneway explain X`: why a path, gate or domain is in a route, or not, and why a reviewer is asked.

use laneway::fault::{Code, Fault};
use laneway::render::explain::{Subject, explain, json, text};
use laneway::render::reviewers;
use laneway::render::text::Detail;
use laneway::reviewers::{Request, choose};
use laneway::route::{Route, route};

use super::gather::{Gathered, bytes, gather};
use super::reviewers::digest_of;
use super::reviewers::known::{Told, known};
use crate::args::{ExplainArgs, ExplainFormat, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Decides the route and prints the explanation.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ExplainArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    if args.subject.is_empty() {
        let help = "name a path, a gate, a domain or `reviewer:` and a name";
        return Err(vec![Fault::new(Code::EmptyValue, "what is to be explained is empty", help)]);
    }
    let gathered = gather(place, &args.change, environment)?;
    let request = gathered.request();
    let route = route(&request);
    if let Some(name) = bytes(&args.subject).strip_prefix(b"reviewer:") {
        let name = String::from_utf8_lossy(name);
        reviewer(place, args, &gathered, (&route, &name), environment)?;
        return Ok(concluded(place, &gathered));
    }
    let tree = gathered.tree();
    let subject = Subject::find(bytes(&args.subject), &route, &gathered.policies, &tree)
        .map_err(|fault| vec![fault])?;
    let explanation = explain(&request, &route, &subject, &tree);
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        ExplainFormat::Text => output::write(file, true, |out| text::write(out, &explanation, detail)),
        ExplainFormat::Json => output::write(file, false, |out| json::write(out, &explanation)),
    };
    written.map_err(|fault| vec![fault])?;
    Ok(concluded(place, &gathered))
}

/// Says that a broken policy of the head leaves the answer undecided.
fn concluded(place: &PlaceArgs, gathered: &Gathered) -> Exit {
    let faults = gathered.head_faults();
    if faults.is_empty() {
        return Exit::Holds;
    }
    report::print(faults, place.verbose);
    Exit::Undecided
}

/// Chooses the reviewers as `laneway reviewers` does, and explains one of them.
fn reviewer(
    place: &PlaceArgs,
    args: &ExplainArgs,
    gathered: &Gathered,
    (route, name): (&Route, &str),
    environment: &Environment,
) -> Result<(), Vec<Fault>> {
    if name.trim().is_empty() {
        let help = "write a person, a team or a name of a map behind it";
        return Err(vec![Fault::new(Code::EmptyValue, "`reviewer:` names nobody", help)]);
    }
    let digest = digest_of(route, &gathered.policies)?;
    let basis = known(&args.ask, gathered, (&digest, &Told::default()), environment)?;
    let choice = choose(&Request { review: &route.review, roster: &basis.roster, known: &basis.known });
    let shown = reviewers::Report {
        route,
        digest: &digest,
        roster: &basis.roster,
        basis: basis.basis,
        known: &basis.known,
        choice: &choice,
        strangers: &basis.strangers,
        notes: &basis.notes,
    };
    let explained =
        reviewers::explain::explain(&shown, &gathered.policies, name).map_err(|fault| vec![fault])?;
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        ExplainFormat::Text => {
            output::write(file, true, |out| reviewers::explain::write(out, &shown, &explained, detail))
        }
        ExplainFormat::Json => {
            output::write(file, false, |out| reviewers::json::write_explained(out, &shown, &explained))
        }
    };
    written.map_err(|fault| vec![fault])
}
