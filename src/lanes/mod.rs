//! What domains must pass: lanes, the gate catalogue, routing rules, release profiles.
//!
//! `raw` mirrors the YAML, [`check`] turns it into the types of [`model`], over what `embedded` holds: the routing
//! rules of the operating model, the gates that they name, and the eleven gate families.

pub mod command;
pub mod model;
mod profile;
mod stated;
pub(crate) mod keys;
mod raw;
mod raw_release;
pub mod embedded;
mod gate;
mod rules;
mod release;
mod needs;
pub mod check;
#[cfg(test)]
mod tests;

pub use model::{
    Always, AlwaysScope, Ask, ClassRule, Enforcement, EvidenceKind, Family, Gate, KindLevel, KindRule, Lane,
    Lanes, Layer, RoutingRules, SmokeScope,
};
pub use profile::{Excludes, Profile, ProfileWhen};
pub use stated::{RuleOf, StatedRule};
