//! Laneway routes a change of a monorepo through the gates that it needs, and says why.
//!
//! # How it works
//!
//! A [`policy`] is what a commit says: [`ownership`] maps (Markdown tables) and [`lanes`] (YAML). A [`change`] is what
//! lies between two commits. The middle is pure, and a list of functions:
//!
//! 1. [`attribute`]: which rows own a path, and which attach their contract to it;
//! 2. [`classify`]: which classes those rows give it;
//! 3. [`graph`]: which domains it reaches, as changed, rebuilt, or consumer;
//! 4. [`route`]: which gates that selects, each with its reasons, and why every other gate is skipped;
//! 5. [`review`]: who must look.
//!
//! What ran is [`evidence`], and a [`verdict`] compares it with what the route requires. A [`release`] is another set of
//! requirements for the same engine: a profile, in an [`environment`].
//!
//! [`git`] and [`workspace`] read, [`render`] writes; nothing in between touches the disk, the clock or the
//! environment, and the same request gives the same bytes.
//!
//! # The law
//!
//! Missing knowledge only ever widens a route. An unmapped file, an unknown base, a map that does not parse: each
//! adds gates and names its cause. And a change cannot grant itself anything: what the policies of base and head
//! require is joined.
//!
//! # Rooms
//!
//! A file uses only rooms above it in this list; a test holds it to that.

pub mod source;
pub mod path;
pub mod fault;
pub mod finding;
mod json;
pub mod id;
pub mod digest;
pub mod class;
pub mod posture;
pub mod pattern;
pub mod yaml;
pub mod dsse;
pub mod permission;
pub mod trust;
pub mod quorum;
pub mod environment;
pub mod config;
pub mod change;
pub mod base;
pub mod files_from;
pub mod ownership;
pub mod lanes;
pub mod reference;
pub mod roster;
pub mod policy;
pub mod attribute;
pub mod classify;
pub mod graph;
pub mod review;
pub mod route;
pub mod reviewers;
pub mod plan;
pub mod sarif;
pub mod evidence;
pub mod results;
pub mod verdict;
pub mod manifests;
pub mod codeowners;
pub mod owners_files;
pub mod import;
pub mod check;
pub mod guard;
pub mod packets;
pub mod release;
pub mod backtest;
pub mod documents;
pub mod render;
#[expect(clippy::disallowed_methods, reason = "the adapter to the disk")]
pub mod workspace;
pub mod git;
#[expect(clippy::disallowed_methods, reason = "the adapter to the forges: it reads the clock between calls")]
pub mod forge;
#[expect(clippy::disallowed_methods, reason = "the adapter to the store of evidence")]
pub mod store;
#[expect(
    clippy::disallowed_methods,
    reason = "the adapter to child processes: it reads the clock between them"
)]
pub mod runner;
#[expect(clippy::disallowed_methods, reason = "the adapter to what preflight looks at: it reads the clock")]
pub mod probe;
