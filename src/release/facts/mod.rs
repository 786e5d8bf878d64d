//! What an environment has, as its description tells it.
//!
//! A description comes from the environment's own tools, and may hold secrets where nobody meant them to be. Of its text
//! nothing but typed facts leaves this room: truths, times, digests, counts. The names of items are those of the policy, which
//! is committed; what the policy does not name is counted and nothing else. A text is kept only to be compared
//! ([`Hidden`]), and no fault has an excerpt, a key, a value, or what the parser says of them.

mod model;
mod read;
mod scalar;

pub use model::{Facts, Hidden, Item};
pub use read::read;
