//! Signatures over statements: DSSE v1 with Ed25519.
//!
//! What is signed is the pre-authentication encoding of the payload's type and bytes ([`pae`]), never the bytes alone, so
//! that a signature over one kind of document says nothing about another. Ed25519 is named here and nowhere else.
//!
//! Source: <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>, version 1.0.0.

mod key;
mod envelope;

pub use envelope::{Detached, Envelope, IN_TOTO, pae};
pub use key::{KeyId, PublicKey, SecretKey};
