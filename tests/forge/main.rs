//! Posting, against forges that remember: a server on this machine for each, which refuses what the real ones refuse.

#![expect(clippy::disallowed_methods, clippy::print_stderr, clippy::unwrap_used, reason = "tests")]

mod server;
mod support;
mod github_world;
mod gitlab_world;

mod github;
mod gitlab;
mod trouble;
mod command;
mod prism;
