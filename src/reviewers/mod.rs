//! Whom to ask: the fewest people who can satisfy what a route's review requires, and why them.
//!
//! [`review`](crate::review) says which quorums a change needs; this room picks the people, and the same request gives
//! the same people.
//!
//! 1. `people` finds who stands behind the names of maps and lanes, and behind the words that a forge, a commit or a
//!    load file has for them;
//! 2. `standing` says of each whether they can be asked now, and what speaks for them before others;
//! 3. `demand` turns every requirement into clauses: so many of those people;
//! 4. `cover` finds the cheapest set that satisfies all clauses, and `cap` the most important clauses that a limited
//!    number of people can satisfy;
//! 5. [`choose`] puts it together, and says why.
//!
//! [`read_load`] reads how many open reviews people have.

mod model;
mod people;
mod standing;
mod demand;
mod cover;
mod cap;
mod choose;
mod load;

pub use choose::choose;
pub use load::read_load;
pub use model::{Asked, Candidate, Choice, Known, LeftOut, Passed, Request, Unmet};
pub use people::People;

/// How many are asked for one change where neither a flag nor the roster says it.
pub const MOST: usize = 5;
