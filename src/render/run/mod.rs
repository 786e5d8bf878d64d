//! What running the gates of a route came to, for a terminal and for programs.

mod json;
mod model;
mod output;
mod text;
#[cfg(test)]
mod tests;
mod wire;

pub use json::{schema, write as json};
pub use model::{Citation, GateRun, Recorded, RunReport, Try};
pub use output::{Lines, seconds, shown};
pub use text::write as text;
pub use wire::RUN_V1;
