//! What a CI is told of a route: its gates, as jobs.
//!
//! A [`Plan`] is the part of a route that a CI acts on. It is made of a route that was just decided, or read from a
//! route document, and every emitter of [`render::ci`](crate::render) writes the same plan. [`pack`] makes jobs of its
//! gates where a CI takes only so many.

pub mod canonical;
mod document;
mod model;
pub mod pack;

pub use crate::config::{Machine, Vendor};
pub use document::{MAX_BYTES, ROUTE_V1};
pub use model::{Plan, PlannedGate};
