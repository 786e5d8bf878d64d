//! `laneway import`: maps and lanes from ownership that already exists.

mod codeowners;
mod conclude;
mod owners_files;
mod packages;

use laneway::fault::Fault;

use crate::args::{ImportArgs, ImportFrom, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;

/// Imports from what was named.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ImportArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    match &args.from {
        ImportFrom::Codeowners(args) => codeowners::run(place, args),
        ImportFrom::Packages(args) => packages::run(place, args),
        ImportFrom::OwnersFiles(args) => owners_files::run(place, args),
    }
}
