//! `laneway route`: the gates, reviews and skips of a change.

use laneway::fault::Fault;
use laneway::render::text::Detail;
use laneway::render::{Report, github, json, markdown, text};
use laneway::route::route;

use super::gather::gather;
use crate::args::{PlaceArgs, RouteArgs, RouteFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Decides and prints the route.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &RouteArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let gathered = gather(place, &args.change, environment)?;
    let route = route(&gathered.request());
    let shown = Report::new(&route, &gathered.policies);
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        RouteFormat::Text => output::write(file, true, |out| text::write(out, &shown, detail)),
        RouteFormat::Json => output::write(file, false, |out| json::write(out, &shown)),
        RouteFormat::Markdown => output::write(file, false, |out| markdown::write(out, &shown)),
        RouteFormat::Github => for_github(args, &shown, environment),
    };
    written.map_err(|fault| vec![fault])?;
    let faults = gathered.head_faults();
    if faults.is_empty() {
        return Ok(Exit::Holds);
    }
    report::print(faults, place.verbose);
    Ok(Exit::Undecided)
}

/// Writes to the files that GitHub names, then the matrix. The outputs come from files: an environment variable or an
/// argument would be too small for them.
fn for_github(args: &RouteArgs, shown: &Report<'_>, environment: &Environment) -> Result<(), Fault> {
    let outputs = github::Outputs::new(shown)?;
    let (to_output, to_summary) =
        (environment.path("GITHUB_OUTPUT")?, environment.path("GITHUB_STEP_SUMMARY")?);
    if let Some(file) = to_output {
        output::append(&file, |out| outputs.write(out))?;
    }
    if let Some(file) = to_summary {
        output::append(&file, |out| markdown::write(out, shown))?;
    }
    output::write(args.change.output.as_deref(), false, |out| outputs.write_matrix(out))
}
