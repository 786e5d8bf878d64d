//! `laneway profile suggest`: which release profiles a change may ship under.

use laneway::fault::Fault;
use laneway::release::suggest;
use laneway::render::profiles::{SuggestReport, suggest_json, suggest_markdown, suggest_text};
use laneway::render::text::Detail;
use laneway::route::route;

use crate::args::{PlaceArgs, SuggestArgs, SuggestFormat};
use crate::commands::gather::gather;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Decides the route, and prints which profiles it allows. One that is allowed is enough.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &SuggestArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let gathered = gather(place, &args.change, environment)?;
    let route = route(&gathered.request());
    let profiles = suggest(&route, &gathered.policies);
    let shown = SuggestReport { route: &route, profiles: &profiles };
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        SuggestFormat::Text => output::write(file, true, |out| suggest_text(out, &shown, detail)),
        SuggestFormat::Json => output::write(file, false, |out| suggest_json(out, &shown)),
        SuggestFormat::Markdown => output::write(file, false, |out| suggest_markdown(out, &shown)),
    };
    written.map_err(|fault| vec![fault])?;
    let faults = gathered.head_faults();
    if !faults.is_empty() {
        report::print(faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if shown.allowed() > 0 { Exit::Holds } else { Exit::Fails })
}
