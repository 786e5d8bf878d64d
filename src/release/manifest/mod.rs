//! What is shipped: every artifact by its digest, for one environment, with the way back.
//!
//! A manifest is one JSON document, `schemas/manifest.v1.json`. It never changes: its digest is the SHA-256 of the canonical
//! JSON of all that it says but the digest itself, the digest is its name wherever one is asked for, and the document of one
//! manifest has exactly one way to be written. Whatever is read and is not written so was edited.

mod model;
mod names;
mod read;
mod tree;
mod wire;

pub use model::{Divergence, LONGEST_DIVERGENCE_DAYS, Manifest, Pinned};
pub use names::{DEPLOY_EVIDENCE, DEPLOY_GATE, OWN_NAME, image_reference, is_artifact_name, variable};
pub use read::MAX_BYTES;
pub use wire::{MANIFEST_V1, ManifestV1};
