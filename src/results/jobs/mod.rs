//! What CIs say of their jobs.
//!
//! A job that was skipped or cancelled, that waits or still runs, is blocked with the CI's own word for it: whatever is no
//! success is no pass. A word that no CI has is a fault.

mod buildkite;
mod github;
mod gitlab;
mod shared;

pub use buildkite::buildkite;
pub use github::github;
pub use gitlab::gitlab;
