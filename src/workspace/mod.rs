//! The disk: what is on it, and how files are replaced whole.

mod hash;
mod list;
mod read;
mod write;

pub use hash::digest_of;
pub use list::yaml_files;
pub(crate) use read::{Content, content, has, read_below, unreadable};
pub use read::{config_of, policy_files, read};
pub use write::{can_write_all, write_all};
