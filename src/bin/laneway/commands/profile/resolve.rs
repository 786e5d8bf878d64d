//! `laneway profile resolve`.

use std::collections::BTreeMap;
use std::io::Write as _;

use laneway::environment::Section;
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::release::contract::{Asking, Contract, resolve};
use laneway::render::contract as render;
use laneway::render::escape::terminal;
use laneway::render::text::Detail;

use super::super::gather::is_blank;
use super::super::release::manifest_of;
use super::asked::{Asked, asked};
use super::keep::{Document, Kept, Proved, keep};
use super::{described, notes};
use crate::args::{ContractFormat, PlaceArgs, ResolveArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ResolveArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    if args.manifest.as_deref().is_some_and(is_blank) {
        let help = "give `--manifest` a value, or leave it out";
        return Err(vec![Fault::new(Code::EmptyValue, "the value of `--manifest` is empty", help)]);
    }
    let manifest = args.manifest.as_deref().map(|file| manifest_of("--manifest", file)).transpose()?;
    let asked = asked(place, &args.change, &args.release, &args.store, environment)?;
    let facts = described::facts(args.description.as_deref(), &asked, environment)?;
    let contract = resolve(&Asking {
        plan: &asked.released.plan,
        policies: &asked.released.gathered.policies,
        facts: &facts,
        manifest: manifest.as_ref(),
        commit: &asked.commit,
        now: asked.now,
    });
    let kept = match args.no_record {
        true => None,
        false => Some(kept(place, args, environment, &asked, &contract)?),
    };
    print(place, args, &contract, kept.as_ref())?;
    notes(kept.as_ref());
    Ok(if contract.holds() { Exit::Holds } else { Exit::Fails })
}

fn kept(
    place: &PlaceArgs,
    args: &ResolveArgs,
    environment: &Environment,
    asked: &Asked,
    contract: &Contract,
) -> Result<Kept, Vec<Fault>> {
    let bytes = render::document(contract).map_err(|error| {
        let message = format!("the contract cannot be written: {error}");
        vec![Fault::new(Code::Output, message, "report this: it cannot happen")]
    })?;
    let document = Document {
        evidence_type: Section::EVIDENCE_TYPE,
        name: "contract",
        bytes,
        started: asked.now,
        finished: asked.now,
    };
    let proved = contract.gates.iter().map(|(gate, proof)| {
        let proved = Proved {
            result: proof.result,
            owners: proof.owners.clone(),
            reasons: proof.reasons.clone(),
            valid_until: proof.valid_until,
        };
        (gate.clone(), proved)
    });
    let proved: BTreeMap<GateId, Proved> = proved.collect();
    keep(place, &args.store, environment, asked, &proved, &document)
}

fn print(
    place: &PlaceArgs,
    args: &ResolveArgs,
    contract: &Contract,
    kept: Option<&Kept>,
) -> Result<(), Vec<Fault>> {
    let file = args.change.output.as_deref();
    let written = match args.format {
        ContractFormat::Text => output::write(file, true, |out| {
            render::text(out, contract, Detail { verbose: place.verbose })?;
            match kept {
                Some(kept) => writeln!(out, "Recorded as run {}.", terminal(kept.run.as_str())),
                None => writeln!(out, "Nothing is recorded."),
            }
        }),
        ContractFormat::Json => output::write(file, false, |out| render::json(out, contract)),
        ContractFormat::Yaml => output::write(file, false, |out| render::yaml(out, contract)),
    };
    written.map_err(|fault| vec![fault])
}
