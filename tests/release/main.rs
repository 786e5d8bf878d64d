//! Releases: profiles, contracts, manifests, promotion, graduation.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod contract;
mod graduation;
mod manifest;
mod preflight;
mod profiles;
mod promotion;
mod secrecy;
mod small;
#[path = "../evidence/support.rs"]
mod support;
mod verify;
mod world;
