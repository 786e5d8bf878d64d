//! Results from elsewhere: reports of tools, and what a CI says of its jobs.
//!
//! A report is read strictly: one that is empty, cut, or contradicts itself says nothing, and is never a pass.

mod cobertura;
mod jobs;
mod junit;
mod model;
mod sarif;
mod xml;

pub use cobertura::{Percent, cobertura};
pub use jobs::{buildkite, github, gitlab};
pub use junit::junit;
pub use model::{Job, MAX_BYTES, Reported};
pub use sarif::sarif;
