//! Whose signatures count, for what: trust as data, in the lanes' folder.
//!
//! A trusted key is a permission: it counts only as the base has it. How many signatures are needed is a requirement: the
//! most that any policy asks for.

mod model;
mod read;

pub use model::{GateGlob, Power, Signing, Trust, TrustedKey};
#[cfg(test)]
pub(crate) use read::{KEY_KEYS, SIGNING_KEYS};
pub(crate) use read::{RawKey, read_keys, read_signing};
