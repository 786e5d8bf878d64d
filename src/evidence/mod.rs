//! What has been proved: results of gates, verdicts, permissions that are kept as records, and what was taken back.
//!
//! Each is an in-toto Statement v1 in JSON ([`statement`]), named by the SHA-256 of its bytes and never changed. [`key`]
//! says under which name a store keeps it, [`Requirements`] is the plan that results are for, and its digest is part of
//! every result: a stricter gate, or another environment, is another plan, and what was proved for the old one does not
//! satisfy it.
//!
//! Nothing here reads a store or a clock.

mod audit;
pub mod key;
mod held;
mod model;
pub mod payload;
mod requirements;
mod reuse;
mod seal;
pub mod statement;
#[cfg(test)]
mod tests;

pub use crate::id::is_name;
pub use crate::posture::{Drift, DriftLimits, MigrationPosture, Rollback};
pub use audit::{Audit, Discrepancy, Note, Wrong};
pub use held::{Archive, Broken, Evidence, Held};
pub use key::Key;
pub use model::{Artifact, GateResult, Origin, Phase, Record, Resolution, RunId, Shard, Subjects, Tool};
pub use requirements::{Required, Requirements};
pub use reuse::{Wanted, citable};
pub use seal::{Cause, Outcome, Revocation, Seal, SealedGate, Shown};
pub use statement::Statement;
