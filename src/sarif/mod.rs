//! What other tools found, as they say it in SARIF 2.1.0.
//!
//! [`read`] takes a file apart. Nothing is passed over: a result that cannot be placed is a fault, one that a tool was told
//! to suppress says so, and a tool that did not run to its end found nothing that could be believed.

mod raw;
mod read;
mod uri;

pub use read::{Found, Log, read};
