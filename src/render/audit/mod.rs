//! What an audit of a store found, for a terminal and for programs.

mod json;
mod text;

pub use json::{AUDIT_V1, schema, write as json};
pub use text::write as text;
