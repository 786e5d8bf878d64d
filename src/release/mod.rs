//! Releases: which profile a change allows, what must be proved for it, what an environment must have, what is shipped,
//! and whether a domain may be promoted on its own.
//!
//! A release profile is another set of requirements for the same engine: [`ReleasePlan`] puts the gates of a profile in the
//! place of those of a route, so that `run`, `record` and `verify` treat them alike. What no record can tell, whether the
//! commit is integrated, whether the profile is allowed, whether what is skipped was proved before, is a condition, computed
//! here and judged with the gates.
//!
//! Nothing here reads a store, a clock, the disk or the network.

pub mod contract;
pub mod facts;
mod manifest;
mod plan;
pub mod preflight;
mod ships;
mod suggest;
mod proof;
mod conditions;
mod judgement;
pub mod promotion;
mod graduation;

pub use conditions::{Condition, Differs, Element, Flaw, Given, Integration, Stand, Why, conditions};
pub use graduation::{
    About, Graduation, LEAST_COMPLETE, LEAST_VERDICTS, Line, Missing, Scope, Scoped, WARNING_COMPLETE,
    WARNING_VERDICTS, WINDOW, graduation,
};
pub use judgement::{Judgement, judgement};
pub use manifest::{
    DEPLOY_EVIDENCE, DEPLOY_GATE, Divergence, LONGEST_DIVERGENCE_DAYS, MANIFEST_V1, MAX_BYTES, Manifest,
    ManifestV1, OWN_NAME, Pinned, image_reference, is_artifact_name, variable,
};
pub use plan::{Asked, ReleasePlan, applies, environment_of, plan, profile_of};
pub use proof::{
    Around, SourceRequest, SourceStand, SourceState, later_source_failure, source_stands, stops_a_claim,
};
pub use ships::{BROAD, change_class};
pub use suggest::{OnTop, Suggested, suggest};
