//! The release contract: what a profile asks of an environment, and whether the environment has it.
//!
//! The policy says what must be there and who answers for it, the description ([`facts`](crate::release::facts)) what is
//! there. A contract has names, states, times and digests, never a value: it may be printed, recorded and published.

mod model;
mod proof;
mod resolve;
mod state;

pub use model::{Asking, Contract, ContractItem, Evidence, Phase, Proof, State};
pub use proof::long;
pub use resolve::resolve;
