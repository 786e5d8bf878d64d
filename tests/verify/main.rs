//! Verdicts: laws of the engine, attacks on it, and the whole way from a change to a page.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod cases;
#[path = "../cases/markdown.rs"]
mod markdown;
mod world;
mod granted;
mod scene;
mod laws;
mod reuse;
mod oracle;
mod command;
mod starvation;
mod attacks;
mod recipes;
mod walk;
#[path = "../evidence/support.rs"]
mod support;
