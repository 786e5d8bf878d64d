//! A backtest for programs: one JSON document, and its schema.

use std::io::{self, Write};

use super::report::Backtest;
use super::wire::BacktestV1;
use crate::render::json::schema_of;

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &Backtest<'_>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    serde_json::to_writer(&mut out, &BacktestV1::new(report))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Returns the JSON Schema of the document, as `schemas/backtest.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<BacktestV1<'static>>("urn:laneway:backtest:v1")
}
