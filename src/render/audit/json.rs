//! What an audit found, for programs: one JSON document, and its schema.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::evidence::{Audit, Wrong};
use crate::render::json::schema_of;

/// What the `schema` field of the document says.
pub const AUDIT_V1: &str = "laneway.audit/v1";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, audit: &Audit) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &AuditV1::from(audit))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/audit.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<AuditV1<'static>>("urn:laneway:audit:v1")
}

/// Whether a store of evidence is what it was.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Audit", title = "Laneway audit, version 1")]
struct AuditV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = AUDIT_V1))]
    schema: &'static str,
    /// The store: a folder, or a URL.
    store: &'a str,
    /// How many objects it has.
    objects: usize,
    /// Says whether there is no finding.
    clean: bool,
    /// What is wrong, by name.
    findings: Vec<DiscrepancyV1<'a>>,
    /// What writers left that were stopped, by name. It counts for nothing.
    notes: Vec<NoteV1<'a>>,
}

/// One object that is not as it should be.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct DiscrepancyV1<'a> {
    /// The object's name in the store.
    key: &'a str,
    /// What is wrong with it.
    wrong: WrongV1,
    /// What is wrong with it, in words.
    what: &'a str,
}

/// What is wrong with an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Wrong")]
enum WrongV1 {
    /// It is not what its name says, or cannot be read.
    Altered,
    /// Something names it, and it is not there.
    Missing,
    /// It is there, and nothing names it.
    Unlisted,
}

/// Something that is worth knowing, and wrong with nothing.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Note")]
struct NoteV1<'a> {
    /// The object's name in the store.
    key: &'a str,
    /// What it is, in words.
    what: &'a str,
}

impl<'a> From<&'a Audit> for AuditV1<'a> {
    fn from(audit: &'a Audit) -> Self {
        let findings = audit.findings.iter().map(|own| DiscrepancyV1 {
            key: &own.key,
            wrong: match own.wrong {
                Wrong::Altered => WrongV1::Altered,
                Wrong::Missing => WrongV1::Missing,
                Wrong::Unlisted => WrongV1::Unlisted,
            },
            what: &own.what,
        });
        Self {
            schema: AUDIT_V1,
            store: &audit.place,
            objects: audit.objects,
            clean: audit.findings.is_empty(),
            findings: findings.collect(),
            notes: audit.notes.iter().map(|own| NoteV1 { key: &own.key, what: &own.what }).collect(),
        }
    }
}
