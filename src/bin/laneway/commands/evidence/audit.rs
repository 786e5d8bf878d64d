//! `laneway evidence audit`: whether the store is what it was.

use laneway::config::Config;
use laneway::dsse::PublicKey;
use laneway::fault::Fault;
use laneway::render::audit::{json, text};
use laneway::render::text::Detail;
use laneway::store;

use crate::args::{AuditArgs, PlaceArgs, ResultsFormat};
use crate::commands::proof;
use crate::commands::standing::standing;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Audits the store of `--store`, else the one that the workspace names. Signatures by the keys that the workspace trusts are
/// checked; with `--store`, it works without a workspace, too.
pub(crate) fn run(place: &PlaceArgs, args: &AuditArgs, _: &Environment) -> Result<Exit, Vec<Fault>> {
    let one = |fault| vec![fault];
    let blank = proof::only_reads(&args.store);
    if !blank.is_empty() {
        return Err(blank);
    }
    let standing = standing(place, None);
    let config = match (&args.store.store, &standing) {
        (_, Ok(standing)) => standing.policy.config.clone(),
        (Some(_), Err(_)) => Config::default(),
        (None, Err(_)) => return standing.map(|_| Exit::Undecided),
    };
    let policy = standing.as_ref().ok().map(|standing| &standing.policy);
    let keys: Vec<PublicKey> = policy
        .map(|policy| policy.lanes.trust.keys.iter().map(|own| own.key.clone()).collect())
        .unwrap_or_default();
    let store = proof::open(place, &args.store, &config)?;
    let audit = store::audit(&*store, &keys).map_err(one)?;
    let written = match args.format {
        ResultsFormat::Text => {
            let detail = Detail { verbose: place.verbose };
            output::write(None, true, |out| text(out, &audit, detail))
        }
        ResultsFormat::Json => output::write(None, false, |out| json(out, &audit)),
    };
    written.map_err(one)?;
    // A policy that does not hold together may lack the very key whose signature is wrong.
    if let Some(broken) = policy.filter(|policy| policy.is_broken()) {
        report::print(&broken.faults, place.verbose);
        return Ok(Exit::Undecided);
    }
    Ok(if audit.findings.is_empty() { Exit::Holds } else { Exit::Fails })
}
