//! A route for its readers: a terminal, a program, a pull request, a CI.
//!
//! Each renderer takes a [`Report`] and writes to a writer. [`wire`], [`wire_part`], [`wire_reason`], [`wire_profile`] and [`wire_review`] hold the types of the JSON
//! document, which are the contract with programs; the types of the core are never serialised. [`reason`] has the
//! sentence of each reason, the same one in every output. [`escape`] makes names of others safe to print.

pub mod escape;
pub mod reason;
pub mod suggest;
pub mod report;
pub mod wire;
pub mod wire_part;
pub mod wire_reason;
pub mod wire_profile;
pub mod wire_review;
mod chunks;
pub mod digest;
pub mod json;
pub mod text;
pub mod markdown;
pub mod yaml;
pub mod ci;
pub mod page;
pub mod dashboard;
pub mod promotion;
pub mod graduation;
pub mod fairway;
pub mod graph;
pub mod explain;
pub mod findings;
pub mod owners;
pub mod backtest;
pub mod guard;
pub mod reviewers;
pub mod verdict;
pub mod evidence;
pub mod attest;
pub mod run;
pub mod contract;
pub mod preflight;
pub mod audit;
pub mod profiles;
pub mod manifest;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use report::Report;
pub use suggest::Proposal;
