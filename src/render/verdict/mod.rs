//! A verdict for its readers: a terminal, a program, a pull request, the seeds' payload.
//!
//! Each renderer takes a [`Report`] and writes to a writer. Nothing is judged here.

pub mod because;
pub mod given;
pub mod report;
pub mod condition;
mod groups;
mod next;
pub mod text;
mod text_release;
pub mod wire_release;
pub mod wire;
pub mod wire_because;
pub mod json;
pub mod markdown;
mod markdown_release;
pub mod payload;
#[cfg(test)]
mod tests;

pub use given::{Agreed, agree};
pub(crate) use groups::words;
pub use report::{Kept, Release, Report};
