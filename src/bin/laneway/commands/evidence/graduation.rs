//! `laneway evidence graduation`: how strictly families and kinds of evidence are asked for, and what is missing to step up.

use laneway::dsse::PublicKey;
use laneway::fault::{Code, Fault};
use laneway::lanes::Lanes;
use laneway::release::graduation;
use laneway::render::graduation as shown;
use laneway::render::text::Detail;
use laneway::store;

use crate::args::{GraduationArgs, PlaceArgs, ResultsFormat};
use crate::commands::gather::is_blank;
use crate::commands::{dashboard, proof};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Runs the command. Levels and days are those of the base.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &GraduationArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let mut faults = proof::only_reads(&args.store);
    let file = args.output.as_deref();
    if file.is_some_and(is_blank) {
        let help = "give `--output` a value, or leave it out";
        faults.push(Fault::new(Code::EmptyValue, "the value of `--output` is empty", help));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let policy = dashboard::base(place, &args.store)?;
    let config = policy.as_ref().map(|policy| policy.config.clone()).unwrap_or_default();
    let none = Lanes::default();
    let lanes = policy.as_ref().map_or(&none, |policy| &policy.lanes);
    let keys: Vec<PublicKey> = lanes.trust.keys.iter().map(|own| own.key.clone()).collect();
    let store = proof::open(place, &args.store, &config)?;
    let archive = store::archive(store.as_ref(), &keys).map_err(one)?;
    let found = graduation(&archive, lanes, proof::now().map_err(one)?);
    let detail = Detail { verbose: place.verbose };
    let written = match args.format {
        ResultsFormat::Text => output::write(file, true, |out| shown::text(out, &found, detail)),
        ResultsFormat::Json => output::write(file, false, |out| shown::json(out, &found)),
    };
    written.map_err(one)?;
    let unread = archive.broken.iter().flat_map(|own| own.faults.iter().take(1)).take(20);
    let faults: Vec<Fault> = policy.iter().flat_map(|policy| &policy.faults).chain(unread).cloned().collect();
    if !faults.is_empty() {
        report::print(&faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if found.findings().next().is_some() { Exit::Fails } else { Exit::Holds })
}
