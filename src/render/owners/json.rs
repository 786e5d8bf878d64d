//! Who owns paths, for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::wire::{OwnedPathV1, OwnersV1, SaidV1};
use super::{OwnersReport, Said};
use crate::render::chunks::in_chunks;
use crate::render::json::schema_of;

/// Where the paths stand in the document, which is at its end.
const END: &[u8] = b"]}";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &OwnersReport<'_>) -> io::Result<()> {
    let frame = serde_json::to_vec(&OwnersV1::frame(report))?;
    let open = frame.strip_suffix(END).expect("the list of paths is the document's last field");
    let answers = report.owned.answers.iter();
    let said: Vec<SaidV1<'_>> = answers.map(|owning| Said::new(report.policy, owning).into()).collect();
    out.write_all(open)?;
    let paths: Vec<_> = report.paths.iter().zip(&report.owned.of).collect();
    in_chunks(out, &paths, |out, (path, answer)| {
        serde_json::to_writer(out, &OwnedPathV1::new(report, path, &said[**answer]))
    })?;
    out.write_all(END)?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/owners.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<OwnersV1<'static>>("urn:laneway:owners:v1")
}
