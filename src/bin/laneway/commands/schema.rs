//! `laneway schema`: the JSON Schema of a document.

use std::io::{self, Write as _};

use clap::ValueEnum as _;
use laneway::documents::Document;
use laneway::fault::{Code, Fault};
use laneway::render;

use super::gather::is_blank;
use crate::args::{PlaceArgs, SchemaArgs, SchemaName};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Prints one schema, or which there are.
pub(crate) fn run(
    _place: &PlaceArgs,
    args: &SchemaArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let file = args.output.as_deref();
    if file.is_some_and(is_blank) {
        let help = "give `--output` a value, or leave it out";
        return Err(vec![Fault::new(Code::EmptyValue, "the value of `--output` is empty", help)]);
    }
    let text = match args.name {
        Some(name) => schema(name),
        None => Ok(list()),
    };
    output::write(file, false, |out| out.write_all(text?.as_bytes())).map_err(|fault| vec![fault])?;
    Ok(Exit::Holds)
}

fn schema(name: SchemaName) -> io::Result<String> {
    let written = |document: Document| Ok(document.text());
    match name {
        SchemaName::Config => written(Document::Config),
        SchemaName::Lanes => written(Document::Lanes),
        SchemaName::Lane => written(Document::Lane),
        SchemaName::Catalogue => written(Document::Catalogue),
        SchemaName::Rules => written(Document::Rules),
        SchemaName::Profiles => written(Document::Profiles),
        SchemaName::ReleaseGates => written(Document::ReleaseGates),
        SchemaName::Environments => written(Document::Environments),
        SchemaName::EvidenceKinds => written(Document::EvidenceKinds),
        SchemaName::Families => written(Document::Families),
        SchemaName::Trust => written(Document::Trust),
        SchemaName::Permissions => written(Document::Permissions),
        SchemaName::Roster => written(Document::Roster),
        SchemaName::Route => render::json::schema(),
        SchemaName::Gate => render::ci::jsonl::schema(),
        SchemaName::Explain => render::explain::json::schema(),
        SchemaName::Owners => render::owners::schema(),
        SchemaName::Check => render::findings::json::schema(),
        SchemaName::Graph => render::graph::json::schema(),
        SchemaName::Backtest => render::backtest::json::schema(),
        SchemaName::Reviewers => render::reviewers::json::schema(),
        SchemaName::Verdict => render::verdict::json::schema(),
        SchemaName::Evidence => render::evidence::json::schema(),
        SchemaName::Run => render::run::schema(),
        SchemaName::Jenkins => render::ci::jenkins::schema(),
        SchemaName::Fairway => render::fairway::schema(),
        SchemaName::Audit => render::audit::schema(),
        SchemaName::Suggest => render::profiles::suggest_schema(),
        SchemaName::ProfileList => render::profiles::list_schema(),
        SchemaName::Contract => render::contract::schema(),
        SchemaName::Preflight => render::preflight::schema(),
        SchemaName::Packets => written(Document::Packets),
        SchemaName::Promotion => render::promotion::schema(),
        SchemaName::Graduation => render::graduation::schema(),
        SchemaName::Manifest => render::manifest::schema(),
    }
}

/// Returns the name of each schema with what it is of, one a line.
fn list() -> String {
    let values = SchemaName::value_variants().iter().filter_map(SchemaName::to_possible_value);
    values
        .map(|value| {
            let what = value.get_help().map(ToString::to_string).unwrap_or_default();
            format!("{:<16}{what}\n", value.get_name())
        })
        .collect()
}
