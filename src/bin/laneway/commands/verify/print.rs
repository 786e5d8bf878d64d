//! A verdict, printed.

use laneway::evidence::Seal;
use laneway::fault::Fault;
use laneway::render::text::Detail;
use laneway::render::verdict::{Report, json, markdown, payload, text};

use crate::args::{PlaceArgs, VerdictFormat, VerifyArgs};
use crate::environment::Environment;
use crate::output;

/// Prints a verdict as it was asked for.
pub(super) fn print(
    place: &PlaceArgs,
    args: &VerifyArgs,
    environment: &Environment,
    shown: &Report<'_>,
    seal: &Seal,
) -> Result<(), Vec<Fault>> {
    let file = args.change.output.as_deref();
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        VerdictFormat::Text => output::write(file, true, |out| text::write(out, shown, detail)),
        VerdictFormat::Json => output::write(file, false, |out| json::write(out, shown)),
        VerdictFormat::Markdown => output::write(file, false, |out| markdown::write(out, shown)),
        VerdictFormat::Payload => output::write(file, false, |out| payload::write(out, seal)),
        VerdictFormat::Github => {
            let summary = environment.path("GITHUB_STEP_SUMMARY").map_err(|fault| vec![fault])?;
            let page = summary.map(|summary| output::append(&summary, |out| markdown::write(out, shown)));
            page.transpose().and_then(|_| output::write(file, true, |out| text::write(out, shown, detail)))
        }
    };
    written.map_err(|fault| vec![fault])
}
