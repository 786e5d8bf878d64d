//! What a store of evidence holds, for a browser: one page that opens from the disk, and asks nothing of any network.
//!
//! [`Dashboard`] is the model: what a store holds, in the order in which people ask for it. It decides nothing: a
//! verdict is shown as it was decided, and whatever it rests on that the store cannot show counts as release debt.
//! [`write()`] makes the page. The time is passed in, so that the same store and time give the same bytes.

mod build;
mod debt;
mod flaky;
mod graduation;
mod html;
mod mark;
mod model;
mod parts;
mod plots;
mod promotions;
mod releases;
mod tables;
mod times;

pub use html::write;
pub use model::{Commit, Dashboard, Debt, Decided, Entry, Flaky, Given, Owed, Timed, Word};
