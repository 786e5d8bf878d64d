//! The command line. Arguments, environment, standard streams and exit codes occur here and nowhere else.

#![expect(clippy::disallowed_methods, reason = "what the library must not touch is read and written here")]

mod args;
mod commands;
mod environment;
mod exit;
mod output;
mod report;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;
use crate::environment::Environment;
use crate::exit::Exit;

fn main() -> ExitCode {
    let args = Args::parse();
    match commands::run(&args, &Environment::read()) {
        Ok(exit) => exit.into(),
        Err(faults) => {
            report::print(&faults, args.place.verbose);
            Exit::Undecided.into()
        }
    }
}
