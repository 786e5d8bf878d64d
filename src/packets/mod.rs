//! Extraction packets: which domains are kept, split or extracted, and what must be proved before one of them is promoted on
//! its own.
//!
//! A packet names things: gates, documents, owners. It proves nothing; [`release`](crate::release) holds what it names
//! against evidence, lanes and maps.

pub(crate) mod keys;
mod model;
mod read;

#[cfg(test)]
mod tests;

pub use model::{Caller, Decision, Degradation, Objective, Packet, Packets, Retreat, StatusRow};
