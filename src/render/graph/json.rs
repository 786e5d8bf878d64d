//! The graph for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::wire::GraphV1;
use crate::graph::View;
use crate::render::json::schema_of;

/// Writes the document on one line. `commit` is the one whose policy it is, where it is that of a commit.
pub fn write(out: &mut impl Write, view: &View<'_>, commit: Option<&str>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &GraphV1::new(view, commit))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/graph.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<GraphV1<'static>>("urn:laneway:graph:v1")
}
