//! `laneway explain X`: why a path, gate or domain is in a route, or not.

use laneway::fault::{Code, Fault};
use laneway::render::explain::{Subject, explain, json, text};
use laneway::render::text::Detail;
use laneway::route::route;

use super::gather::{bytes, gather};
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
        let help = "name a path, a gate or a domain";
        return Err(vec![Fault::new(Code::EmptyValue, "what is to be explained is empty", help)]);
    }
    let gathered = gather(place, &args.change, environment)?;
    let request = gathered.request();
    let route = route(&request);
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
    let faults = gathered.head_faults();
    if faults.is_empty() {
        return Ok(Exit::Holds);
    }
    report::print(faults, place.verbose);
    Ok(Exit::Undecided)
}
