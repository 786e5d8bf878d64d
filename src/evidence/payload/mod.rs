//! The seeds' payload: `release_profile_evidence`, as pipelines that stand already write it, and as a seal is printed.
//!
//! Its keys are the seeds' and stay as they are. What laneway adds when it prints a seal stands beside them ([`Sealed`]), and
//! is read again, so that a payload that was printed here is no worse a document than one that was not.

mod model;
mod read;

pub use model::{CHANGE_CLASSES, KEY, Payload, PayloadArtifact, PayloadGate, Sealed};
