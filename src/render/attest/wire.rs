//! The JSON of attestations.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::digest::{CommitHash, Digest};
use crate::evidence::statement::STATEMENT_V1;

/// A statement around a predicate.
#[derive(Debug, Serialize)]
pub(super) struct Statement<P> {
    #[serde(rename = "_type")]
    statement_type: &'static str,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: P,
}

impl<P: Serialize> Statement<P> {
    /// Returns the bytes of a statement, on one line.
    pub(super) fn bytes(subject: Vec<Subject>, predicate_type: &'static str, predicate: P) -> Vec<u8> {
        let statement = Self { statement_type: STATEMENT_V1, subject, predicate_type, predicate };
        let mut bytes = serde_json::to_vec(&statement).expect("texts and numbers are JSON");
        bytes.push(b'\n');
        bytes
    }
}

/// What a statement is about.
#[derive(Debug, Serialize)]
pub(super) struct Subject {
    name: String,
    digest: BTreeMap<&'static str, String>,
}

impl Subject {
    /// Takes a commit.
    pub(super) fn commit(commit: &CommitHash) -> Self {
        Self { name: "commit".to_owned(), digest: BTreeMap::from([("gitCommit", commit.to_string())]) }
    }

    /// Takes bytes by their digest.
    pub(super) fn artifact(name: &str, digest: Digest) -> Self {
        Self { name: name.to_owned(), digest: sha256(digest) }
    }
}

/// A resource, by its name and digest.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri: Option<String>,
    pub(super) digest: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<&'static str, String>,
}

/// Returns the plan of a verdict as a resource: what its gates were held to.
pub(super) fn plan(seal: &crate::evidence::Seal) -> Resource {
    let mut annotations = BTreeMap::new();
    annotations.extend(seal.profile.clone().map(|own| ("releaseProfile", own)));
    annotations.extend(seal.environment.clone().map(|own| ("environment", own)));
    Resource {
        name: Some("plan".to_owned()),
        uri: Some(format!("urn:laneway:plan:sha256:{}", seal.plan)),
        digest: sha256(seal.plan),
        annotations,
    }
}

/// Returns a digest set of one digest.
pub(super) fn sha256(digest: Digest) -> BTreeMap<&'static str, String> {
    BTreeMap::from([("sha256", digest.to_string())])
}
