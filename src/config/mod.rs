//! `laneway.yaml`: where things are, how strict to be, and what runners stand for.

mod model;
mod runners;

#[cfg(test)]
pub(crate) use model::KEYS;
pub use model::{CONFIG_FILE, Config, Mode, PolicyFileKind, ROSTER_FILES};
pub(crate) use runners::GITHUB_KEYS;
pub use runners::{DEFAULT_RUNNER, Machine, Runners, Vendor};
