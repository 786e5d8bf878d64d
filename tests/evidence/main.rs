//! Evidence: what is kept, signed, read from elsewhere, shown.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod store;
mod race;
mod signatures;
mod permissions;
mod results;
mod record;
mod run;
mod show;
mod fairway;
mod dashboard;
mod support;
