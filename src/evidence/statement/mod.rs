//! Statements: in-toto Statement v1 in JSON, as they are signed and kept.
//!
//! The bytes that are written are the statement: they are never laid out again, and their SHA-256 is their name. Reading is
//! strict. Whatever the specification or this page does not know is a fault, and a statement with a fault is no evidence.
//!
//! Source: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>.

mod check;
mod parse;
mod wire;
mod write;

use crate::digest::Digest;
use crate::evidence::{Record, Revocation, Seal};
use crate::permission::Permission;

pub use check::Checker;

/// What `_type` says.
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";

/// What `predicateType` of a gate's result says.
pub const GATE_RESULT_V1: &str = "https://laneway.dev/gate-result/v1";

/// What `predicateType` of a permission says.
pub const PERMISSION_V1: &str = "https://laneway.dev/permission/v1";

/// What `predicateType` of a verdict says.
pub const VERDICT_V1: &str = "https://laneway.dev/verdict/v1";

/// What `predicateType` of a revocation says.
pub const REVOCATION_V1: &str = "https://laneway.dev/revocation/v1";

/// How large a statement may be, in bytes: a verdict over ten thousand gates takes about half of it.
pub const MAX_BYTES: usize = 16 << 20;

/// One statement.
#[derive(Clone, Debug)]
pub enum Statement {
    /// A gate's result.
    Record(Box<Record>),
    /// A permission.
    Permission(Box<Permission>),
    /// A verdict.
    Seal(Box<Seal>),
    /// A verdict that is taken back.
    Revocation(Box<Revocation>),
}

impl Statement {
    /// Returns the bytes that are signed and kept: the same for the same statement.
    pub fn to_bytes(&self) -> Vec<u8> {
        write::bytes(self)
    }

    /// Returns the name of the statement: the SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }
}
