//! `laneway evidence`: what was proved.

mod approve;
mod audit;
mod base;
mod export;
mod graduation;
mod keygen;
mod opened;
mod revoke;
mod show;
mod sign;

use laneway::fault::Fault;

use crate::args::{EvidenceArgs, EvidenceCommand, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &EvidenceArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    match &args.what {
        EvidenceCommand::Show(own) => show::run(place, own, environment),
        EvidenceCommand::Audit(own) => audit::run(place, own, environment),
        EvidenceCommand::Approve(own) => approve::run(place, own, environment),
        EvidenceCommand::Revoke(own) => revoke::run(place, own, environment),
        EvidenceCommand::Export(own) => export::run(place, own, environment),
        EvidenceCommand::Sign(own) => sign::run(place, own, environment),
        EvidenceCommand::Graduation(own) => graduation::run(place, own, environment),
        EvidenceCommand::Keygen(own) => keygen::run(place, own, environment),
    }
}
