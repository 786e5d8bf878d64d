//! `laneway profile`: release profiles, and what an environment must have for them.

mod list;
mod suggest;

use laneway::fault::Fault;

use crate::args::{PlaceArgs, ProfileArgs, ProfileCommand};
use crate::environment::Environment;
use crate::exit::Exit;

/// Runs the command.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &ProfileArgs,
    environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    match &args.what {
        ProfileCommand::List(own) => list::run(place, own, environment),
        ProfileCommand::Suggest(own) => suggest::run(place, own, environment),
    }
}
