//! The document that `laneway profile suggest --format json` prints.

use schemars::JsonSchema;
use serde::Serialize;

use super::SuggestReport;
use crate::release::{OnTop, Suggested};
use crate::render::wire_part::{BroadV1, ChangeV1};
use crate::render::wire_profile::ProfileReasonV1;
use crate::render::wire_reason::{Because, FilesV1};

/// What the `schema` field of the document says.
pub const SUGGEST_V1: &str = "laneway.suggest/v1";

/// Which release profiles a change may ship under.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Suggest", title = "Laneway profile suggest, version 1")]
pub(super) struct SuggestV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = SUGGEST_V1))]
    pub schema: &'static str,
    /// Where the change was read from.
    pub change: ChangeV1<'a>,
    /// Whether the route is broad, and why: then only a profile that ships everything is allowed.
    pub broad: BroadV1<'a>,
    /// The ids of the profiles that allow the change.
    pub allowed: Vec<&'a str>,
    /// Every profile: those that are allowed first, each part by id.
    pub profiles: Vec<SuggestedV1<'a>>,
}

/// What is said of one release profile.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Suggested")]
pub(super) struct SuggestedV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// When to use it.
    pub use_when: &'a str,
    /// Whether it allows the change.
    pub allowed: bool,
    /// Every reason that forbids it; none where it is allowed.
    pub because: Vec<Because<ProfileReasonV1<'a>>>,
    /// What it asks for on top, because of this change; none where it is forbidden.
    pub on_top: Vec<OnTopV1<'a>>,
    /// Whether what it skips must have been proved before, for the same commit or the same artifacts.
    pub fast: bool,
    /// Whether the commit may lie outside of the integration branch, with a divergence marker.
    pub may_diverge: bool,
    /// Whether it may ship other artifacts than those that the environment runs.
    pub new_artifacts: bool,
    /// Whether something may be deployed with it.
    pub deploys: bool,
    /// The environments that take it.
    pub environments: Vec<&'a str>,
}

/// What a profile asks for on top of what it always does.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OnTop")]
pub(super) struct OnTopV1<'a> {
    /// Release gates.
    pub gates: Vec<&'a str>,
    /// Gates that must have been proved for the commit.
    pub source_gates: Vec<&'a str>,
    /// Families.
    pub families: Vec<&'a str>,
    /// The files because of which; null where the route is broad.
    pub files: Option<FilesV1<'a>>,
}

impl<'a> From<&SuggestReport<'a>> for SuggestV1<'a> {
    fn from(report: &SuggestReport<'a>) -> Self {
        let allowed = report.profiles.iter().filter(|own| own.is_allowed());
        Self {
            schema: SUGGEST_V1,
            change: report.route.into(),
            broad: report.route.into(),
            allowed: allowed.map(|own| own.profile.id.as_str()).collect(),
            profiles: report.profiles.iter().map(SuggestedV1::from).collect(),
        }
    }
}

impl<'a> From<&'a Suggested> for SuggestedV1<'a> {
    fn from(own: &'a Suggested) -> Self {
        let profile = &own.profile;
        Self {
            id: &profile.id,
            title: &profile.title,
            use_when: &profile.use_when,
            allowed: own.is_allowed(),
            because: own.forbidden.iter().map(Because::from).collect(),
            on_top: own.on_top.iter().map(OnTopV1::from).collect(),
            fast: profile.fast,
            may_diverge: profile.may_diverge,
            new_artifacts: profile.new_artifacts,
            deploys: profile.deploys,
            environments: own.environments.iter().map(String::as_str).collect(),
        }
    }
}

impl<'a> From<&'a OnTop> for OnTopV1<'a> {
    fn from(own: &'a OnTop) -> Self {
        Self {
            gates: own.gates.iter().map(|id| id.as_str()).collect(),
            source_gates: own.source_gates.iter().map(|id| id.as_str()).collect(),
            families: own.families.iter().map(String::as_str).collect(),
            files: own.files.as_ref().map(FilesV1::from),
        }
    }
}
