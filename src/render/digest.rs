//! The digest of what a route decides.
//!
//! Two runs that must pass the same gates for the same files and commits have one digest, however the base was
//! found. It is the SHA-256 of one JSON object with the members `commits`, `files`, `gates`, `policies` and
//! `reviews`, canonical: keys sorted by their bytes, no whitespace, and no `text`, which may be reworded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::chunks::in_chunks;
use super::report::Report;
use super::wire_part::{BasisV1, FileV1, GateV1, ReviewV1, StatusV1, policies};
use super::wire_reason::{ClassV1, RowV1, SideV1};
use crate::route::{Route, RoutedFile, RowRef};

/// Returns the digest in hexadecimal.
pub fn digest(report: &Report<'_>) -> io::Result<String> {
    let mut hash = io::BufWriter::with_capacity(1 << 16, Hash(Sha256::new()));
    canonical(&mut hash, report.route)?;
    let hash = hash.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes the canonical form. The files, which may be many, are written one by one from a type whose fields are
/// sorted; all else is sorted as values.
fn canonical(out: &mut impl Write, route: &Route) -> io::Result<()> {
    let provenance = &route.provenance;
    let commits: BTreeMap<&str, Option<&str>> = BTreeMap::from([
        ("base", provenance.base.as_deref()),
        ("head", provenance.head.as_deref()),
        ("merge_base", provenance.merge_base.as_deref()),
    ]);
    out.write_all(b"{\"commits\":")?;
    serde_json::to_writer(&mut *out, &commits)?;
    out.write_all(b",\"files\":[")?;
    in_chunks(out, &route.files, |out, file| serde_json::to_writer(out, &SortedFile::from(file)))?;
    out.write_all(b"],\"gates\":[")?;
    for (at, gate) in route.gates.values().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        sorted(out, &GateV1::from(gate))?;
    }
    out.write_all(b"],\"policies\":{\"basis\":")?;
    serde_json::to_writer(&mut *out, &BasisV1::from(route.basis))?;
    out.write_all(b",\"digests\":")?;
    serde_json::to_writer(&mut *out, &policies(route))?;
    out.write_all(b"},\"reviews\":")?;
    sorted(out, &ReviewV1::from(&route.review))?;
    out.write_all(b"}")
}

fn sorted(out: &mut impl Write, part: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, &Sorted::from(serde_json::to_value(part)?))?;
    Ok(())
}

/// A JSON value whose keys are sorted, whatever features the JSON library was built with, and without `text`.
#[derive(Serialize)]
#[serde(untagged)]
enum Sorted {
    Object(BTreeMap<String, Self>),
    Array(Vec<Self>),
    Plain(Value),
}

impl From<Value> for Sorted {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(members) => Self::Object(
                members
                    .into_iter()
                    .filter(|(key, _)| key != "text")
                    .map(|(key, value)| (key, value.into()))
                    .collect(),
            ),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Self::Plain(plain)
            }
        }
    }
}

/// [`FileV1`] with its fields sorted.
#[derive(Serialize)]
struct SortedFile<'a> {
    classes: Vec<ClassV1>,
    contracts: super::wire_part::Ids<'a, crate::id::ContractId>,
    domains: super::wire_part::Ids<'a, crate::id::DomainId>,
    exempt: bool,
    mapped: bool,
    moved: bool,
    path: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    previous_path: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_path_bytes: Option<String>,
    production_impacting: bool,
    rows: SortedRows<'a>,
    status: StatusV1,
}

impl<'a> From<&'a RoutedFile> for SortedFile<'a> {
    fn from(file: &'a RoutedFile) -> Self {
        // Taking the fields apart makes a new field of the document an error here, not a hole in the digest.
        let FileV1 {
            path,
            path_bytes,
            status,
            previous_path,
            previous_path_bytes,
            domains,
            contracts,
            classes,
            rows,
            mapped,
            exempt,
            production_impacting,
            moved,
        } = FileV1::from(file);
        Self {
            classes,
            contracts,
            domains,
            exempt,
            mapped,
            moved,
            path,
            path_bytes,
            previous_path,
            previous_path_bytes,
            production_impacting,
            rows: SortedRows(rows.0),
            status,
        }
    }
}

struct SortedRows<'a>(&'a [RowRef]);

impl Serialize for SortedRows<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(SortedRow::from))
    }
}

/// [`RowV1`] with its fields sorted.
#[derive(Serialize)]
struct SortedRow<'a> {
    line: u32,
    map: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map_bytes: Option<String>,
    policy: SideV1,
}

impl<'a> From<&'a RowRef> for SortedRow<'a> {
    fn from(row: &'a RowRef) -> Self {
        let RowV1 { map, map_bytes, line, policy } = RowV1::from(row);
        Self { line, map, map_bytes, policy }
    }
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
