//! A route for programs: one JSON document, and its schema.

use std::io::{self, Write};

use schemars::generate::SchemaSettings;

use super::chunks::in_chunks;
use super::digest::digest;
use super::report::Report;
use super::wire::RouteV1;
use super::wire_part::FileV1;

/// Where the files stand in the document. Inside a string the quotes would be escaped, so it stands there once.
const FILES: &[u8] = b"\"files\":[";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    // The files are nearly all of a large document: all else is laid out without them, and they are written in their
    // place, in threads.
    let frame = serde_json::to_vec(&RouteV1::new(report, digest(report)?).without_files())?;
    let at = frame.windows(FILES.len()).position(|bytes| bytes == FILES);
    let at = at.expect("the document has a list of files") + FILES.len();
    out.write_all(&frame[..at])?;
    in_chunks(&mut out, &report.route.files, |out, file| serde_json::to_writer(out, &FileV1::from(file)))?;
    out.write_all(&frame[at..])?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Returns the JSON Schema of the document, as `schemas/route.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<RouteV1<'static>>("urn:laneway:route:v1")
}

/// Returns the JSON Schema of a document, indented, with a line break at its end.
pub fn schema_of<T: schemars::JsonSchema>(id: &str) -> io::Result<String> {
    let mut schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}
