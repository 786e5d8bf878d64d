//! The JSON Schema of a release manifest, which the [manifest](crate::release::Manifest) itself writes.

use std::io;

use crate::release::ManifestV1;
use crate::render::json::schema_of;

/// Returns the JSON Schema of the document, as `schemas/manifest.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<ManifestV1>("urn:laneway:manifest:v1")
}
