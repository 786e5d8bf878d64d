//! `laneway completions`: a script that completes the commands in a shell.

use clap::CommandFactory as _;
use laneway::fault::Fault;

use crate::args::{Args, CompletionsArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Prints the script.
pub(crate) fn run(
    _place: &PlaceArgs,
    args: &CompletionsArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    // The generator panics where its writer fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "laneway", &mut script);
    output::write(None, false, |out| std::io::Write::write_all(out, &script)).map_err(|fault| vec![fault])?;
    Ok(Exit::Holds)
}
