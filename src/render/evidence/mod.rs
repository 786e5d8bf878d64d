//! What a store holds, for a terminal and for programs.
//!
//! [`view()`] takes from an archive what was asked for, as the types of the JSON document ([`wire`]); [`text`] says the same to
//! people. Broken objects are part of every view: none is ever hidden.

mod gate;
mod pieces;
pub mod json;
pub mod text;
mod text_gate;
mod text_object;
pub mod view;
pub mod wire;
#[cfg(test)]
mod tests;

pub use view::{Asked, Shelf, Unknown, find, latest, verdict, view};
