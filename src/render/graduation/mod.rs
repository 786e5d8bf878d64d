//! How strictly families and kinds of evidence are asked for, and what is missing to step up.

mod json;
mod text;

pub use json::{GRADUATION_V1, schema, write as json};
pub use text::write as text;
