//! A verdict as other tools' attestations: in-toto test results, a SLSA verification summary.
//!
//! The law: a gate that is blocked, missing, partial or not applicable is never exported as passed. An attestation is read
//! by tools that know nothing of ours, so whatever cannot be said in its words is left out and named, or said as the worse.
//!
//! Sources: <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md> (version 0.1.0) and
//! <https://slsa.dev/spec/v1.0/verification_summary>.

mod test_result;
mod vsa;
mod wire;
#[cfg(test)]
mod tests;

pub use test_result::test_results;
pub use vsa::summary;

use crate::evidence::{Archive, Held, Revocation, Seal};
use crate::id::GateId;

/// What attestations are made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The verdict.
    pub verdict: &'a Held<Seal>,
    /// What took it back.
    pub revocation: Option<&'a Held<Revocation>>,
    /// What else the store holds: the records that the verdict rests on.
    pub archive: &'a Archive,
}

/// Attestations, and what they do not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attested {
    /// The statements, each on one line.
    pub statements: Vec<Vec<u8>>,
    /// The gates that are not exported as passed, or not at all, each with why.
    pub left_out: Vec<(GateId, String)>,
}
