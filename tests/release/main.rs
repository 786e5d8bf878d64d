//! Releases: profiles, contracts, manifests, promotion, graduation.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod conformance;
mod contract;
mod graduation;
mod manifest;
mod page;
mod preflight;
mod profiles;
mod promotion;
mod secrecy;
mod small;
#[path = "../evidence/support.rs"]
mod support;
mod verify;
mod walk;
mod world;
