//! `laneway dashboard`: one page of what was proved.

use laneway::dsse::PublicKey;
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::policy::Policy;
use laneway::render::dashboard::{self, Dashboard, Given};
use laneway::store;

use super::gather::is_blank;
use super::{proof, standing};
use crate::args::{DashboardArgs, PlaceArgs, StoreArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::{output, report};

/// Writes the page of a store. What cannot be read stands on it, and the exit code says so.
pub(crate) fn run(
    place: &PlaceArgs,
    args: &DashboardArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let mut faults = proof::only_reads(&args.store);
    if args.output.as_deref().is_some_and(is_blank) {
        let help = "give `--output` a value, or leave it out";
        faults.push(Fault::new(Code::EmptyValue, "the value of `--output` is empty", help));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let one = |fault| vec![fault];
    let policy = base(place, &args.store)?;
    let config = policy.as_ref().map(|policy| policy.config.clone()).unwrap_or_default();
    let store = proof::open(place, &args.store, &config)?;
    let lanes = policy.as_ref().map(|policy| &policy.lanes);
    let keys: Vec<PublicKey> =
        lanes.map(|lanes| lanes.trust.keys.iter().map(|own| own.key.clone()).collect()).unwrap_or_default();
    let archive = store::archive(store.as_ref(), &keys).map_err(one)?;
    let address = store.place();
    let given = Given { place: &address, archive: &archive, lanes, now: proof::now().map_err(one)? };
    let page = Dashboard::new(given);
    let mut bytes = Vec::new();
    dashboard::write(&mut bytes, &page).expect("a vector takes everything");
    output::replace(args.output.as_deref(), &bytes).map_err(one)?;
    let unread = archive.broken.iter().flat_map(|own| own.faults.iter().take(1)).take(20);
    let unsound = policy.iter().flat_map(|policy| &policy.faults);
    let faults: Vec<Fault> = unsound.chain(unread).cloned().collect();
    if !faults.is_empty() {
        report::print(&faults, place.verbose);
    }
    Ok(match (policy.is_some_and(|policy| policy.is_broken()), archive.broken.is_empty()) {
        (true, _) => Exit::Undecided,
        (false, false) => Exit::Fails,
        (false, true) => Exit::Holds,
    })
}

/// Returns the policy of the base, which says where the store is and whose keys sign in it. A store that is named may be
/// looked at from anywhere; then nothing is known of its gates and keys.
pub(crate) fn base(place: &PlaceArgs, args: &StoreArgs) -> Result<Option<Policy>, Vec<Fault>> {
    if let Some(folder) = &place.policy {
        return standing::external(folder.as_ref()).map(Some);
    }
    match Repository::open(&standing::directory(place)?) {
        Ok(repository) => {
            let base = repository.standing_base();
            Ok(base.map(|commit| Policy::load(&repository.commit_policy(commit))))
        }
        Err(fault) if fault.code == Code::NotARepository && args.store.is_some() => Ok(None),
        Err(fault) => Err(vec![fault]),
    }
}
