//! How many of those named must look: any of them, all, or a number.
//!
//! A map says it in a cell (`all of @a, @b`), a lane and `laneway.yaml` in a list (`{all_of: ["@a", "@b"]}`).

mod model;
mod words;
mod yaml;

pub use model::{Need, Quorum, Quorums};
pub(crate) use words::{MOST, Opening, opening};
pub(crate) use yaml::read;
