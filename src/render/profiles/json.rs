//! Release profiles for programs: one JSON document each, and their schemas.

use std::io::{self, Write};

use super::wire::SuggestV1;
use super::wire_list::ProfileListV1;
use super::{ProfileList, SuggestReport};
use crate::render::json::schema_of;

/// Writes which profiles a change may ship under, on one line.
pub fn suggest(out: &mut impl Write, report: &SuggestReport<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &SuggestV1::from(report))?;
    out.write_all(b"\n")
}

/// Writes which profiles there are, on one line.
pub fn list(out: &mut impl Write, list: &ProfileList<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &ProfileListV1::from(list))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of a suggestion, as `schemas/suggest.v1.json` has it.
pub fn suggest_schema() -> io::Result<String> {
    schema_of::<SuggestV1<'static>>("urn:laneway:suggest:v1")
}

/// Returns the JSON Schema of the list, as `schemas/profile-list.v1.json` has it.
pub fn list_schema() -> io::Result<String> {
    schema_of::<ProfileListV1<'static>>("urn:laneway:profile-list:v1")
}
