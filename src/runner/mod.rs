//! Runs gates here: child processes, their time and their output.
//!
//! One thread waits for everything at once: output, ended children, signals, times that are up. What may begin when is
//! decided by a `Schedule`, which knows no process. Each command has a process group of its own, so
//! that it is stopped with all that it started.

mod ending;
mod log;
mod model;
mod process;
mod run;
mod schedule;
mod secret;
mod signals;
#[cfg(test)]
mod tests;

pub use ending::Ending;
pub use model::{Event, Job, Limits, Ran};
pub use run::run;
pub use secret::hide_environment;
pub use signals::{Signals, Stopper};
