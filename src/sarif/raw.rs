//! The part of a SARIF document that is read. What is not listed here does not change what a finding is.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::json::Text;

/// Only the version, which decides whether the rest means what is expected.
#[derive(Deserialize)]
pub(super) struct Version<'a> {
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) runs: Option<Vec<Run<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    #[serde(borrow)]
    pub(super) tool: Tool<'a>,
    #[serde(borrow)]
    pub(super) results: Option<Vec<RawResult<'a>>>,
    #[serde(borrow)]
    pub(super) artifacts: Option<Vec<Artifact<'a>>>,
    #[serde(borrow)]
    pub(super) original_uri_base_ids: Option<BTreeMap<String, ArtifactLocation<'a>>>,
    pub(super) invocations: Option<Vec<Invocation>>,
    pub(super) external_property_file_references: Option<External>,
}

#[derive(Deserialize)]
pub(super) struct External {
    pub(super) results: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Tool<'a> {
    #[serde(borrow)]
    pub(super) driver: Component<'a>,
    #[serde(borrow)]
    pub(super) extensions: Option<Vec<Component<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct Component<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) rules: Option<Vec<Rule<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) default_configuration: Option<Configuration<'a>>,
    #[serde(borrow)]
    pub(super) message_strings: Option<BTreeMap<String, Message<'a>>>,
    #[serde(borrow)]
    pub(super) help: Option<Message<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub(super) level: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawResult<'a> {
    #[serde(borrow)]
    pub(super) rule_id: Option<Text<'a>>,
    pub(super) rule_index: Option<i64>,
    #[serde(borrow)]
    pub(super) rule: Option<Reference<'a>>,
    #[serde(borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) level: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) message: Option<Message<'a>>,
    #[serde(borrow)]
    pub(super) locations: Option<Vec<Location<'a>>>,
    pub(super) fingerprints: Option<BTreeMap<String, String>>,
    pub(super) partial_fingerprints: Option<BTreeMap<String, String>>,
    #[serde(borrow)]
    pub(super) suppressions: Option<Vec<Suppression<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    pub(super) index: Option<i64>,
    pub(super) tool_component: Option<ComponentReference>,
}

#[derive(Deserialize)]
pub(super) struct ComponentReference {
    pub(super) index: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) markdown: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    pub(super) arguments: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Suppression<'a> {
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(borrow)]
    pub(super) physical_location: Option<PhysicalLocation<'a>>,
    #[serde(borrow)]
    pub(super) logical_locations: Option<Vec<LogicalLocation<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation<'a> {
    #[serde(borrow)]
    pub(super) fully_qualified_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation<'a> {
    #[serde(borrow)]
    pub(super) artifact_location: Option<ArtifactLocation<'a>>,
    #[serde(borrow)]
    pub(super) region: Option<Region<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Artifact<'a> {
    #[serde(borrow)]
    pub(super) location: Option<ArtifactLocation<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation<'a> {
    #[serde(borrow)]
    pub(super) uri: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) uri_base_id: Option<Text<'a>>,
    pub(super) index: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region<'a> {
    pub(super) start_line: Option<u32>,
    pub(super) start_column: Option<u32>,
    #[serde(borrow)]
    pub(super) snippet: Option<Message<'a>>,
}
