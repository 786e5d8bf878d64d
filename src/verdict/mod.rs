//! Requirements × evidence → verdict.
//!
//! One engine for the pre-merge check, the release gate and the promotion. It takes what must hold
//! ([`Expectation`]), what was proved ([`Evidence`](crate::evidence::Evidence)) and what somebody who may allowed
//! ([`Granted`]), and says of every gate what became of it, who answers for it, and why. It reads no store and no clock.

mod aggregate;
mod because;
mod counts;
mod decide;
mod expect;
mod grants;
mod judge;
mod lowered;
mod model;
mod notes;
mod owners;
mod verify;

pub use because::{Because, SetAside, Try, Uncitable, Unfit, Word};
pub use decide::decide;
pub use expect::{expectations, expected, family_enforcement};
pub use grants::{granted, lapsed, trust};
pub use model::{Debt, DebtKind, Expectation, Granted, Judged, Request, Verdict};
pub use notes::notes;
pub use owners::{UNOWNED, architects, joined, owners};
pub use verify::{
    Asked, LaterFailure, Proof, Shipped, Stamp, Verified, later_failure, next_epoch, seal, standing, verify,
};
