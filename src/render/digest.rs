//! The digest of what a route decides.
//!
//! Two runs that must pass the same gates for the same files and commits have one digest, however the base was
//! found. It is the SHA-256 of one JSON object with the members `commits`, `files`, `gates`, `policies` and
//! `reviews`, in the form of [`canonical`]. A route document that is read again is held to the same digest, by
//! [`Plan::parse`](crate::plan::Plan::parse).

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::chunks::in_chunks;
use super::report::Report;
use super::wire_part::{BasisV1, FileV1, GateV1, StatusV1, policies, runners};
use super::wire_reason::{ClassV1, RowV1, SideV1};
use super::wire_review::ReviewV1;
use crate::plan::canonical;
use crate::route::{Route, RoutedFile, RowRef};

/// Returns the digest in hexadecimal.
pub fn digest(report: &Report<'_>) -> io::Result<String> {
    let mut hash = io::BufWriter::with_capacity(1 << 16, canonical::Hash::default());
    write(&mut hash, report.route)?;
    Ok(hash.into_inner().map_err(io::IntoInnerError::into_error)?.finish())
}

/// Writes the canonical form. The files, which may be many, are written one by one from a type whose fields are
/// sorted; all else is sorted as values.
fn write(out: &mut impl Write, route: &Route) -> io::Result<()> {
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
    if !route.runners.is_empty() {
        out.write_all(b",\"runners\":")?;
        serde_json::to_writer(&mut *out, &runners(route))?;
    }
    out.write_all(b"},\"reviews\":")?;
    sorted(out, &ReviewV1::from(&route.review))?;
    out.write_all(b"}")
}

fn sorted(out: &mut impl Write, part: &impl Serialize) -> io::Result<()> {
    canonical::write(out, serde_json::to_value(part)?)
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
