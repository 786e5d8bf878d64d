//! The laws of a route over random policies and changes, and the oracle: a second, naive router that must agree.
//!
//! A case is a model of the policies of merge base, base tip and head, and of a change. It is printed as Markdown and
//! YAML, which the library reads; the oracle reads the model itself. Each law runs over 10,000 cases, `PROPTEST_CASES`
//! makes it more, `PROPTEST_RNG_SEED` makes it others. A failing case is shrunk and printed as the files that it is.

#![expect(clippy::unwrap_used, reason = "tests may")]

#[path = "properties/agreement.rs"]
mod agreement;
#[path = "properties/attribute.rs"]
mod attribute;
#[path = "properties/dice.rs"]
mod dice;
#[path = "properties/edit.rs"]
mod edit;
#[path = "properties/embedded.rs"]
mod embedded;
#[path = "properties/generate.rs"]
mod generate;
#[path = "properties/laws.rs"]
mod laws;
#[path = "properties/model.rs"]
mod model;
#[path = "properties/mutate.rs"]
mod mutate;
#[path = "properties/oracle.rs"]
mod oracle;
#[path = "properties/outputs.rs"]
mod outputs;
#[path = "properties/pattern.rs"]
mod pattern;
#[path = "properties/print.rs"]
mod print;
#[path = "properties/profiles.rs"]
mod profiles;
#[path = "properties/resolve.rs"]
mod resolve;
#[path = "properties/run.rs"]
mod run;
#[path = "properties/shrink.rs"]
mod shrink;
#[path = "properties/system.rs"]
mod system;
