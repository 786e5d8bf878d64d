//! A verdict for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::report::Report;
use super::wire::VerdictV1;
use crate::render::json::schema_of;

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &VerdictV1::from(report))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/verdict.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<VerdictV1<'static>>("urn:laneway:verdict:v1")
}
