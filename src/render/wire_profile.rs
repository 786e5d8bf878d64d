//! Why a release profile may not ship a change, in the documents.

use schemars::JsonSchema;
use serde::Serialize;

use super::reason;
use super::wire_reason::{Because, ClassV1, FilesV1, MapKindV1, ReleaseClassV1};
use crate::route::ProfileReason;

/// Why a release profile may not ship the change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "ProfileReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum ProfileReasonV1<'a> {
    /// Files ship as something that the profile may not ship.
    ReleaseClass { release_class: ReleaseClassV1, files: FilesV1<'a> },
    /// Nothing says what these files ship as.
    NoReleaseClass { files: FilesV1<'a> },
    /// Files are of a class that the profile excludes.
    Class { class: ClassV1, files: FilesV1<'a> },
    /// A row of a kind that the profile excludes has these files.
    MapKind { map_kind: MapKindV1, files: FilesV1<'a> },
    /// The route is broad.
    Broad,
}

impl<'a> From<&'a ProfileReason> for Because<ProfileReasonV1<'a>> {
    fn from(core: &'a ProfileReason) -> Self {
        let reason = match core {
            ProfileReason::ReleaseClass { class, files } => {
                ProfileReasonV1::ReleaseClass { release_class: (*class).into(), files: files.into() }
            }
            ProfileReason::NoReleaseClass { files } => {
                ProfileReasonV1::NoReleaseClass { files: files.into() }
            }
            ProfileReason::Class { class, files } => {
                ProfileReasonV1::Class { class: (*class).into(), files: files.into() }
            }
            ProfileReason::MapKind { kind, files } => {
                ProfileReasonV1::MapKind { map_kind: (*kind).into(), files: files.into() }
            }
            ProfileReason::Broad => ProfileReasonV1::Broad,
        };
        Self { reason, text: reason::profile(core) }
    }
}
