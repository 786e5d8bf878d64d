//! Each CI's document against the route that it is made of.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod support;
mod verdict;

mod azure;
mod buildkite;
mod circleci;
mod documents;
mod github;
mod gitlab;
mod jenkins;
mod jsonl;
mod pack;
mod pages;
mod real;
