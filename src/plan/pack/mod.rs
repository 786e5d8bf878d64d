//! Gates into jobs: one each, or several to a job where a CI takes only so many.
//!
//! Packing keeps what a job of its own would have: each gate still runs on the machine that it wants, and after what it
//! needs. Gates that need one another share a job in the order of their needs, or their jobs come one after another:
//! [`jobs`] is for CIs whose jobs can need others, [`staged`] for those that only have matrices, one after another.
//! Jobs are filled evenly, the longest gate first, and the same gates give the same jobs.

mod fill;
mod graph;
mod job;
mod schedule;
mod script;

pub use job::{Job, Limits, jobs, staged};
pub use script::shell;
