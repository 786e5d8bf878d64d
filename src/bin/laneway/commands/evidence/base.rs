//! What a command that is about no change of its own takes from the base: where evidence is, whose keys count, which gates
//! there are.

use laneway::change::Side;
use laneway::config::Config;
use laneway::fault::{Code, Fault};
use laneway::policy::{Policies, Policy};
use laneway::store::Store;

use super::super::gather::gather;
use super::super::proof;
use crate::args::{ChangeArgs, OnMissingBase, PlaceArgs, StoreArgs};
use crate::environment::Environment;

/// Reads the policies of the change that is checked out. A store that is named needs none: it may be written to from
/// anywhere.
pub(super) fn policies(
    place: &PlaceArgs,
    args: &StoreArgs,
    environment: &Environment,
) -> Result<Option<Policies>, Vec<Fault>> {
    let change = ChangeArgs {
        base: None,
        head: None,
        exact: false,
        staged: false,
        files: None,
        files_from: None,
        files_format: None,
        on_missing_base: OnMissingBase::Broad,
        all: None,
        add: Vec::new(),
        output: None,
    };
    match gather(place, &change, environment) {
        Ok(gathered) => Ok(Some(gathered.policies)),
        Err(faults)
            if args.store.is_some() && faults.iter().all(|fault| fault.code == Code::NotARepository) =>
        {
            Ok(None)
        }
        Err(faults) => Err(faults),
    }
}

/// Opens the store: of `--store`, else of the base.
pub(super) fn open(
    place: &PlaceArgs,
    args: &StoreArgs,
    policies: Option<&Policies>,
) -> Result<Box<dyn Store>, Vec<Fault>> {
    let configured = policies.map_or_else(Config::default, proof::configured);
    proof::open(place, args, &configured)
}

/// Returns the policy whose keys count: the base's, as far as there is a base.
pub(super) fn of_base(policies: &Policies) -> Option<&Policy> {
    [Side::BaseTip, Side::MergeBase].into_iter().find_map(|side| policies.of(side))
}
