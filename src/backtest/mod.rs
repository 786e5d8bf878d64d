//! What would have run, over recorded changes.
//!
//! [`Engine`] asks the one engine, [`route`](crate::route::route), about change after change, and asks it once where
//! changes are alike. What it says of each is a [`Replayed`]; [`Sums`] adds them up, [`compare`] holds two policies
//! beside each other, and [`judge`] holds a route beside what was recorded of its gates: a failure on a gate that
//! the route leaves out is one that it would have missed. [`state`] is how finished changes are kept for a later run.

mod outcome;
mod engine;
mod sums;
mod results;
mod judge;
mod compare;
pub mod pairs;
pub mod state;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use compare::{Comparison, Difference, Explained, compare, explain};
pub use engine::{Engine, replay_apart};
pub use judge::{Judged, Miss, Unplaced, judge};
pub use outcome::{Cause, HistoryEnd, KnownGate, Outcome, Replayed, Universe, Verdict};
pub use results::{Record, Recorded, parse as parse_results};
pub use sums::{DomainTally, FileTally, GateTally, Spread, Sums, Tally};
