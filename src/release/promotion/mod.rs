//! Whether a domain may be promoted on its own: the eight conditions of the operating model, each with what shows it or
//! what is missing, and who answers for it.
//!
//! A packet says what is to be looked at. Who calls the domain is said by the maps, what its lane asks for by the lanes, and
//! what holds by the evidence; of several policies each must agree. No waiver helps a condition: a claim of maturity is
//! computed, never granted.

mod callers;
mod judge;
mod model;
mod proof;

pub use judge::{needed, promotion};
pub use model::{
    Claim, Condition, Found, Guarded, PROMOTION, PacketState, Promotion, Question, Standing, State,
};
pub use proof::{Plans, Proofs, Proved, proofs};
