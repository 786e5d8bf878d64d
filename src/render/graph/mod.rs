//! The graph of producers and consumers: for a terminal, for a program, for tools that draw, and as a page.
//!
//! [`wire`] holds the types of the JSON document, which the page carries as well.

pub mod wire;
pub mod json;
pub mod text;
pub mod dot;
pub mod mermaid;
pub mod html;

mod drawn;
#[cfg(test)]
mod tests;
