//! Graduation: how strictly each family and each kind of evidence is asked for, and what is missing to step up, computed from
//! the verdicts of a store.
//!
//! A step up is taken by hand, in the lanes; here is only said whether the evidence is good enough for it. A step down needs
//! a waiver, which the verdict of the change asks for.

mod compute;
mod model;
mod seen;

pub use compute::graduation;
pub use model::{
    About, Graduation, LEAST_COMPLETE, LEAST_VERDICTS, Line, Missing, Scope, Scoped, WARNING_COMPLETE,
    WARNING_VERDICTS, WINDOW,
};
