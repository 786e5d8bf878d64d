//! `laneway profile`: release profiles, and what an environment must have for them.

mod asked;
mod checks;
mod commands;
mod described;
mod keep;
mod list;
mod preflight;
mod resolve;
mod suggest;

use std::io::Write as _;

use laneway::fault::Fault;
use laneway::render::escape::terminal;

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
        ProfileCommand::Resolve(own) => resolve::run(place, own, environment),
        ProfileCommand::Preflight(own) => preflight::run(place, own, environment),
    }
}

/// Tells people what else there is to say of what was kept. Where standard error is gone, nobody is left to be told.
fn notes(kept: Option<&keep::Kept>) {
    let mut stderr = std::io::stderr().lock();
    for note in kept.into_iter().flat_map(|own| &own.notes) {
        let _ = writeln!(stderr, "laneway: {}", terminal(note));
    }
}
