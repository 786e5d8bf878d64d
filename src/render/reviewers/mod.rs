//! Whom to ask, for its readers: a terminal, a program, a pull request.
//!
//! Each renderer takes a [`Report`]; [`says`] has the sentences, the same ones in every output.

pub mod report;
pub mod says;
pub mod text;
pub mod markdown;
pub mod wire;
pub mod wire_explain;
pub mod json;
pub mod explain;

pub use report::{Report, SaidBy};
