//! Whom to ask, for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::explain::Explained;
use super::report::Report;
use super::wire::ReviewersV1;
use super::wire_explain::ReviewerSubjectV1;
use crate::render::explain::wire::{EXPLAIN_V1, ExplainV1, SubjectV1};
use crate::render::json::schema_of;

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &ReviewersV1::from(report))?;
    out.write_all(b"\n")
}

/// Writes the explanation of a reviewer on one line, as the document of `laneway explain`.
pub fn write_explained(
    out: &mut impl Write,
    report: &Report<'_>,
    explained: &Explained<'_>,
) -> io::Result<()> {
    let subject = SubjectV1::Reviewer(Box::new(ReviewerSubjectV1::new(report, explained)));
    serde_json::to_writer(&mut *out, &ExplainV1 { schema: EXPLAIN_V1, subject })?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/reviewers.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<ReviewersV1<'static>>("urn:laneway:reviewers:v1")
}
