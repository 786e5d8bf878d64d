//! The fewest gates that cover a change, each with its reasons; every other gate, with the reason it is not among them.
//!
//! [`route`] is the whole of it: attribute, classify, follow the graph, select, and say why. [`model`] is what it
//! returns, [`reason`] the closed set of reasons.

mod broad;
mod decide;
mod demand;
mod gates;
mod profiles;
mod reach;
mod select;
mod skip;

pub mod model;
pub mod reason;

pub use decide::route;
pub use gates::gate_state;
pub use model::{
    GateState, Mode, ProfileAllowance, Request, Route, RoutedFile, SelectedGate, SkippedGate, Widen,
};
pub use reach::reachable;
pub use reason::{BroadReason, GateReason, ProfileReason, SkipReason};

pub use crate::attribute::{Moved, RowRef, Witness};
pub use crate::classify::FileFacts;
pub use crate::graph::{DomainImpact, DomainReason, EdgeKnowledge, Impact};
pub use crate::review::{Review, ReviewReason, Reviewer, ReviewerReason};
