//! Releases: profiles, contracts, manifests, promotion, graduation.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod manifest;
mod profiles;
mod small;
#[path = "../evidence/support.rs"]
mod support;
mod verify;
mod world;
