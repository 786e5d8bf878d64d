//! What passed before on this commit, to be cited instead of running it again.

use std::collections::{BTreeMap, BTreeSet};

use laneway::dsse::PublicKey;
use laneway::evidence::key::Subject;
use laneway::evidence::{Held, Record, Requirements, Wanted, citable};
use laneway::fault::Fault;
use laneway::id::GateId;
use laneway::store;
use laneway::trust::Trust;

use super::super::proof;
use super::keep::Keeper;

/// Returns for each gate the executed pass that can be cited; a gate that has none runs.
pub(super) fn cited(
    keeper: &Keeper<'_>,
    gates: &BTreeSet<GateId>,
    requirements: &Requirements,
    trust: &Trust,
) -> Result<BTreeMap<GateId, Held<Record>>, Vec<Fault>> {
    let one = |fault| vec![fault];
    let keys: Vec<PublicKey> = trust.keys.iter().map(|own| own.key.clone()).collect();
    let subject = Subject::Commit(keeper.commit.clone());
    let evidence = store::load(&*keeper.store, &subject, keeper.plan, &keys).map_err(one)?;
    let now = proof::now().map_err(one)?;
    let mut cited = BTreeMap::new();
    for gate in gates {
        let Some(required) = requirements.gates.get(gate) else { continue };
        let wanted = Wanted { commit: &keeper.commit, plan: keeper.plan, gate, required, trust, now };
        if let Some(held) = citable(&evidence, &wanted) {
            cited.insert(gate.clone(), held.clone());
        }
    }
    Ok(cited)
}
