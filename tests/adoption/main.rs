//! The files that other repositories take laneway in by: read, validated by the CIs' own tools, and run.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod support;

mod documents;
mod examples;
mod github;
mod gitlab;
mod hooks;
mod installer;
mod buildkite;
