//! YAML as policy files use it: a tree that knows where each value stands, and a strict reader over it.
//!
//! A derived `Deserialize` stops at the first unknown key, but a run has to report every fault of every file. So the
//! text becomes a tree first ([`Node`], from the events of the parser below serde-saphyr), and [`Reader`] takes
//! typed values out of it, collecting a fault wherever one does not fit. The events also keep what a deserializer
//! loses: the written text of a plain scalar (`1.20`, `no`), and every duplicate key rather than the first.

mod read;
mod tree;
#[cfg(test)]
mod tests;

pub use read::{MAX_FAULTS, Mapping, Reader};
pub(crate) use read::{did_you_mean, shortened};
pub use tree::{Entry, MAX_BYTES, Node, Value, parse};
