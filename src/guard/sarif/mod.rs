//! What other tools found, as they say it in SARIF 2.1.0.
//!
//! Two steps: [`read`] takes a file apart, and [`issues`] turns its results into findings, with the text of the files
//! at which they point. Nothing is passed over: a result that cannot be placed is a fault, one that a tool was told to
//! suppress is a finding that says so.

mod raw;
mod read;
mod text;
mod uri;

pub use read::{Found, Log, issues, read};
