//! A verdict, printed.

use std::ffi::OsStr;

use laneway::evidence::Seal;
use laneway::fault::Fault;
use laneway::render::text::Detail;
use laneway::render::verdict::{Report, json, markdown, payload, text};

use crate::args::VerdictFormat;
use crate::environment::Environment;
use crate::output;

/// Prints a verdict as it was asked for.
pub(super) fn print(
    (format, file): (VerdictFormat, Option<&OsStr>),
    detail: Detail,
    environment: &Environment,
    shown: &Report<'_>,
    seal: &Seal,
) -> Result<(), Vec<Fault>> {
    let written = match format {
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
