//! Evidence for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::wire::EvidenceV1;
use crate::render::json::schema_of;

/// Writes the document on one line.
pub fn write(out: &mut impl Write, document: &EvidenceV1) -> io::Result<()> {
    serde_json::to_writer(&mut *out, document)?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/evidence.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<EvidenceV1>("urn:laneway:evidence:v1")
}
