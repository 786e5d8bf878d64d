//! One file a command.

mod backtest;
mod check;
mod completions;
mod dashboard;
mod divergence;
mod document;
mod evidence;
mod explain;
mod export;
mod export_fairway;
mod gather;
mod graph;
mod guard;
mod import;
mod init;
mod man;
mod manifest;
mod owners;
mod profile;
mod proof;
mod record;
mod release;
mod reviewers;
mod route;
mod run;
mod schema;
mod standing;
mod verify;

use laneway::fault::Fault;

use crate::args::{Args, Command};
use crate::environment::Environment;
use crate::exit::Exit;

/// Runs the command.
pub(crate) fn run(args: &Args, environment: &Environment) -> Result<Exit, Vec<Fault>> {
    match &args.command {
        Command::Route(route) => route::run(&args.place, route, environment),
        Command::Explain(explain) => explain::run(&args.place, explain, environment),
        Command::Owners(own) => owners::run(&args.place, own, environment),
        Command::Check(own) => check::run(&args.place, own, environment),
        Command::Guard(own) => guard::run(&args.place, own, environment),
        Command::Graph(own) => graph::run(&args.place, own, environment),
        Command::Reviewers(own) => reviewers::run(&args.place, own, environment),
        Command::Run(own) => run::run(&args.place, own, environment),
        Command::Record(own) => record::run(&args.place, own, environment),
        Command::Verify(own) => verify::run(&args.place, own, environment),
        Command::Evidence(own) => evidence::run(&args.place, own, environment),
        Command::Profile(own) => profile::run(&args.place, own, environment),
        Command::Manifest(own) => manifest::run(&args.place, own, environment),
        Command::Dashboard(own) => dashboard::run(&args.place, own, environment),
        Command::Backtest(own) => backtest::run(&args.place, own, environment),
        Command::Import(own) => import::run(&args.place, own, environment),
        Command::Export(own) => export::run(&args.place, own, environment),
        Command::Init(own) => init::run(&args.place, own, environment),
        Command::Schema(own) => schema::run(&args.place, own, environment),
        Command::Completions(own) => completions::run(&args.place, own, environment),
        Command::Man(own) => man::run(&args.place, own, environment),
    }
}
