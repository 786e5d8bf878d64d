//! What somebody with a name allowed, for a while: approvals, waivers, break-glass.
//!
//! Every permission has one shape. It counts only as the base has it, in a document of the lanes' folder, or as a record
//! that is signed with a key that the base trusts: no change can allow itself anything. One that has expired, or that has
//! no owner, is an error and never in force.

mod model;
mod read;
mod time;

pub use model::{Kind, LONGEST_BREAK_GLASS_DAYS, Permission, Scope, Whose};
#[cfg(test)]
pub(crate) use read::PERMISSION_KEYS;
pub(crate) use read::read;
pub use time::expiry;
pub(crate) use time::{HOW, end};
