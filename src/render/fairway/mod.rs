//! What is to be done and what was, for Fairway, which tracks it: epics, tasks, evidence, handoffs and reviews.
//!
//! Each item is a file of YAML whose name is made of what the item is: a domain, a gate, the digest of a record. Neither
//! time nor order is part of it, so that an export which is made again changes only what changed. [`items`] makes the
//! items of a policy and a store, [`Export`] compares them with what is there.

mod build;
mod files;
mod newest;
mod wire;

pub use build::items;
pub use files::Export;
pub use wire::{ItemV1, schema};

/// The folders of the items.
pub const FOLDERS: [&str; 5] = ["epic", "task", "evidence", "handoff", "review"];
