//! `laneway manifest`: what is shipped, by digest.

mod create;
mod deploy;
mod flags;
pub(crate) mod held;
mod outcome;

use laneway::fault::Fault;

use crate::args::{ManifestArgs, ManifestCommand, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ManifestArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    match &args.what {
        ManifestCommand::Create(own) => create::run(place, own, environment),
        ManifestCommand::Deploy(own) => deploy::run(place, own, environment),
    }
}
