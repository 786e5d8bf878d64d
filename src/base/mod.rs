//! Which revisions to compare: from flags, the CI's variables and its event, or the default branch.
//!
//! Nothing here reads the environment, the disk or git: variables and the event's text are passed in, and the answer
//! is a [`BaseRequest`], which the git adapter looks up in the clone. `docs/base-resolution.md` is
//! the truth table of both together, and each of its rows is a test.
//!
//! Flags beat the CI, the CI beats `base` of `laneway.yaml`, and that beats the remote's default branch. What a CI's
//! event cannot say is a cause of the broad route, never a guess that could come out narrow.

mod model;
mod request;
mod environment;
mod github;
mod gitlab;
mod vendors;

pub use model::{BaseChoice, BaseRequest, Comparison, Flags, Head, Named, Reach, Revision};
pub use request::{missing_fault, request};
