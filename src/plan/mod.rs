//! What a CI is told of a route: its gates, as jobs.
//!
//! A [`Plan`] is the part of a route that a CI acts on. It is made of a route that was just decided, or read from a
//! route document, and every emitter of [`render::ci`](crate::render) writes the same plan. [`pack`] makes jobs of its
//! gates where a CI takes only so many. [`Stated`] is everything that the digest of a route document is taken of, and
//! [`differences`] holds one against another.

pub mod canonical;
mod compare;
mod document;
mod model;
pub mod pack;
mod stated;

pub use crate::config::{Machine, Vendor};
pub use compare::{Difference, differences};
pub use document::{MAX_BYTES, ROUTE_V1};
pub use model::{Plan, PlannedGate};
pub use stated::Stated;
