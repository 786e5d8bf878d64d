//! `ownership-maps/reviewers.yaml`: who the people behind the names of maps and lanes are.
//!
//! The file is optional. Without it each name is asked as it stands. It is a permission: only the roster of the base
//! counts, so that a change cannot make its own reviewers absent.

mod find;
pub(crate) mod keys;
mod model;
mod names;
mod read;

#[cfg(test)]
mod tests;

pub use find::Found;
pub use model::{Absence, Forge, Person, Roster, Team};
