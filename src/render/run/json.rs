//! What a run came to, for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::RunReport;
use super::wire::RunV1;
use crate::render::json::schema_of;

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &RunReport) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &RunV1::from(report))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/run.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<RunV1<'static>>("urn:laneway:run:v1")
}
