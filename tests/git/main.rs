//! The git adapter against git itself, on scripted repositories. Every row of `docs/base-resolution.md` is a test here.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs")]
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;
mod table;
mod flags;
mod github;
mod vendors;
mod histories;
mod trees;
mod working_tree;
mod policies;
mod random;
mod renames;
