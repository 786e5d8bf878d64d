//! Target environments, as the policy declares them: what must be there, in which state, and who answers for it.
//!
//! `environments` of a document of the lanes' folder. Everything here is committed and may be printed; what an environment
//! really has is told by its description, which may hold secrets and is read elsewhere
//! ([`release::facts`](crate::release::facts)).

mod model;
mod read;

pub use model::{Check, Deploy, Description, Environment, Excused, Expect, Probe, Section, Want, Wanted};
pub(crate) use read::{CHANGE_CLASSES, read};
#[cfg(test)]
pub(crate) use read::{
    CHECK_KEYS, DEPLOY_KEYS, DESCRIPTION_KEYS, ENVIRONMENT_KEYS, EXCUSE_KEYS, ROLLBACK_KEYS, WANTED_KEYS,
};
