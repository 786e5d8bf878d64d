//! The repository: which commits a request means, what changed between them, and their policies.
//!
//! The only folder that names gix. Commits are compared by their trees alone: the index is read only where it is
//! itself asked about, blobs only where they are policy files, and nothing is ever fetched or run.

mod repository;
mod resolve;
mod merge_base;
mod integration;
mod diff;
mod index;
mod worktree;
mod policy;
mod tree;
mod similarity;
mod renames;
mod history;
mod authorship;
mod clean;

pub use authorship::{Authorship, Bounds};
pub use history::{History, Readers, Recorded};
pub use repository::{CommitId, HeadState, Repository, Resolved};
pub use tree::Contents;
