//! Findings against what is known of old and what is allowed for a while.
//!
//! Two tables stand beside the ownership maps: the baseline, which holds the findings that were there before anyone
//! looked, and the allowed debt, whose every line has an owner, a reason and a day on which it expires. Findings of
//! [`check`](crate::check) and of any tool that speaks [SARIF](crate::sarif) are compared with both.
//!
//! The two tables are permissions, so they count as the base has them: no change can excuse what it brings itself.

mod cell;
mod table;
mod known;
mod issue;
mod ledger;
mod grants;
mod judge;
mod rewrite;
pub mod sarif;

pub use grants::{Base, Grants, Origin};
pub use issue::{Issue, collect};
pub use judge::{Judged, Judgement, LineFinding, Mode, Standing, Unjudged, judge};
pub use known::{Known, LANEWAY};
pub use ledger::{
    BASELINE_FILE, BaselineLine, DEBT_FILE, DebtLine, Ledger, Which, baseline_text, day, debt_line,
};
pub use rewrite::{Accept, Rewrite, rewrite};
