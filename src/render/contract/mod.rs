//! A release contract, for a terminal and for programs, and as it is recorded.

mod text;
mod wire;
mod yaml;

pub use text::write as text;
pub use wire::{CONTRACT_V1, document, schema, write as json};
pub use yaml::write as yaml;
