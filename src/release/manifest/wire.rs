//! A manifest as a document.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Divergence, Manifest, Pinned};
use crate::digest::Digest;
use crate::plan::canonical;
use crate::posture::Rollback;

/// What the `schema` field of the document says.
pub const MANIFEST_V1: &str = "laneway.manifest/v1";

/// What is shipped, by digest. It never changes: a document whose digest is not that of its content is refused.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Manifest", title = "Laneway release manifest, version 1")]
pub struct ManifestV1 {
    /// The version of this document.
    #[schemars(extend("const" = MANIFEST_V1))]
    schema: &'static str,
    /// `sha256:` and the SHA-256 of the canonical JSON of all the other fields: keys sorted by their bytes, no whitespace.
    digest: String,
    /// The full hash of the commit that everything was built from.
    commit: String,
    /// The release profile.
    profile: String,
    /// The environment.
    environment: String,
    /// What the change ships as: `web`, `api`, `runtime`, `node_agent`, `config`, `validation`, `broad`; `null` where nothing
    /// of it ships.
    change_class: Option<String>,
    /// The artifacts, sorted by name.
    artifacts: Vec<PinnedV1>,
    /// How it is taken back.
    rollback: RollbackV1,
    /// The full hash of the commit for which what is skipped was validated; `null` where it is the commit itself.
    validated_against: Option<String>,
    /// The digest of the manifest that the environment ran before; `null` where nobody said.
    previous: Option<String>,
    /// Why the commit need not be integrated; `null` where it must be.
    divergence: Option<DivergenceV1>,
    /// The run that made it.
    run: String,
    /// When it was made, as RFC 3339 in UTC.
    created: String,
}

/// An artifact.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Artifact")]
struct PinnedV1 {
    /// Its name, of which there is one.
    name: String,
    /// Where the image is, without a tag; `null` for a file.
    reference: Option<String>,
    /// `sha256:` and the SHA-256 of its bytes, or of its image manifest.
    digest: String,
}

/// How what is shipped is taken back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rollback")]
struct RollbackV1 {
    /// The command.
    command: String,
    /// What it goes back to.
    manifest_or_revision: String,
    /// Whether the data can go back: `forward_only`, `reversible` or `manual_review`.
    migration_posture: String,
    /// Who does it.
    owner: String,
}

/// Why a commit is shipped that is not integrated.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Divergence")]
struct DivergenceV1 {
    /// Why.
    reason: String,
    /// Who answers for it.
    owner: String,
    /// Until when, as RFC 3339 in UTC.
    until: String,
    /// How it is merged and promoted in the usual way.
    follow_up: String,
}

impl Manifest {
    /// Returns the digest: the SHA-256 of the canonical JSON of everything that the document says but the digest itself.
    pub fn digest(&self) -> Digest {
        let document = serde_json::to_value(self.document(String::new())).expect("texts alone are JSON");
        digest_of(document)
    }

    /// Returns the document: the one way in which this manifest is written.
    pub fn to_bytes(&self) -> Vec<u8> {
        let document = self.document(prefixed(self.digest()));
        let mut bytes = serde_json::to_vec_pretty(&document).expect("texts alone are JSON");
        bytes.push(b'\n');
        bytes
    }

    fn document(&self, digest: String) -> ManifestV1 {
        ManifestV1 {
            schema: MANIFEST_V1,
            digest,
            commit: self.commit.to_string(),
            profile: self.profile.clone(),
            environment: self.environment.clone(),
            change_class: self.change_class.clone(),
            artifacts: self.artifacts.iter().map(PinnedV1::from).collect(),
            rollback: (&self.rollback).into(),
            validated_against: self.validated_against.as_ref().map(ToString::to_string),
            previous: self.previous.map(prefixed),
            divergence: self.divergence.as_ref().map(DivergenceV1::from),
            run: self.run.to_string(),
            created: self.created.to_string(),
        }
    }
}

impl From<(&String, &Pinned)> for PinnedV1 {
    fn from((name, own): (&String, &Pinned)) -> Self {
        Self { name: name.clone(), reference: own.reference.clone(), digest: prefixed(own.digest) }
    }
}

impl From<&Rollback> for RollbackV1 {
    fn from(own: &Rollback) -> Self {
        Self {
            command: own.command.clone(),
            manifest_or_revision: own.manifest_or_revision.clone(),
            migration_posture: own.migration_posture.as_str().to_owned(),
            owner: own.owner.clone(),
        }
    }
}

impl From<&Divergence> for DivergenceV1 {
    fn from(own: &Divergence) -> Self {
        Self {
            reason: own.reason.clone(),
            owner: own.owner.clone(),
            until: own.until.to_string(),
            follow_up: own.follow_up.clone(),
        }
    }
}

/// Returns the digest of a document, whatever its own `digest` says.
pub(super) fn digest_of(mut document: Value) -> Digest {
    if let Some(fields) = document.as_object_mut() {
        fields.remove("digest");
    }
    let mut bytes = Vec::new();
    canonical::write(&mut bytes, document).expect("a vector takes everything");
    Digest::of(&bytes)
}

fn prefixed(digest: Digest) -> String {
    format!("sha256:{digest}")
}
