//! What must hold of a release that no record can tell.
//!
//! Each [`Condition`] is judged by plain data that somebody gathered: the plan, whether the commit is integrated, what is
//! shipped and what runs there. A condition that does not apply to a profile has no [`Stand`].

mod judge;
mod model;

pub(super) use judge::way_back;
pub use judge::{Given, conditions};
pub use model::{Condition, Differs, Element, Flaw, Integration, Stand, Why};
