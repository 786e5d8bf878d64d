//! Producers and consumers.
//!
//! [`impact`] says which domains a change reaches, over the policies of all its sides. [`view`] is the graph of one
//! policy to be looked at: [`around`] cuts a neighbourhood out of it, [`cycles`] finds who depends on whom in a circle.

pub mod impact;
pub mod view;
pub mod around;
pub mod cycles;

#[cfg(test)]
mod tests;

pub use around::{Choice, Focus};
pub use cycles::Cycle;
pub use impact::{
    Call, DomainImpact, DomainReason, EdgeKnowledge, Graph, Impact, Impacts, Kind, Reach, RowAt, Service,
};
pub use view::{Blank, Contract, Domain, EdgeKind, Ends, Party, Step, View, Ways};
