//! The guard: what it refuses to read, its laws, and its command from adoption to the last paid debt.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

#[path = "guard/command.rs"]
mod command;
#[path = "guard/inputs.rs"]
mod inputs;
#[path = "guard/laws.rs"]
mod laws;
