//! Why a path, gate or domain is in a route, or not.
//!
//! [`subject`] finds out what is asked about, [`chain`] follows a reason from the file to the gate, [`selector`] says
//! what would select a gate, [`explanation`] puts them together, and [`text`] and [`json`] print it.

pub mod subject;
pub mod rows;
pub mod chain;
pub mod selector;
pub mod explanation;
pub mod text;
pub mod wire;
pub mod json;

pub use explanation::{Explanation, explain};
pub use subject::{Subject, Tree};
