//! An explanation for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::explanation::Explanation;
use super::wire::ExplainV1;
use crate::render::json::schema_of;

/// Writes the document on one line.
pub fn write(out: &mut impl Write, explanation: &Explanation<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &ExplainV1::from(explanation))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/explain.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<ExplainV1<'static>>("urn:laneway:explain:v1")
}
