//! Files that gates leave.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use laneway::evidence::Artifact;
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::plan::Plan;
use laneway::store::{self, Store};
use laneway::workspace;

use super::select::named;

/// The largest file that is kept in the store, too; of a larger one, the digest alone.
const MOST_BYTES: u64 = 64 << 20;

/// The name of a gate's output among what it leaves.
pub(super) const LOG: &str = "log";

/// Which files each gate leaves, below the folder in which it runs.
#[derive(Debug)]
pub(super) struct Artifacts {
    root: PathBuf,
    of: BTreeMap<GateId, BTreeSet<String>>,
}

/// What a gate left, as far as it could be read and kept.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// By name and digest.
    pub(super) artifacts: Vec<Artifact>,
    /// Why a file that it should have left cannot be read.
    pub(super) missing: Vec<String>,
    /// What the store did not take.
    pub(super) faults: Vec<Fault>,
}

impl Artifacts {
    /// Reads `GATE=FILE`, each about a gate that runs.
    pub(super) fn parse(
        texts: &[String],
        plan: &Plan,
        runnable: &BTreeSet<GateId>,
        root: PathBuf,
    ) -> Result<Self, Vec<Fault>> {
        let mut of: BTreeMap<GateId, BTreeSet<String>> = BTreeMap::new();
        let mut faults = Vec::new();
        for text in texts {
            let Some((gate, file)) = text
                .split_once('=')
                .filter(|(gate, file)| !gate.trim().is_empty() && !file.trim().is_empty())
            else {
                let help = "write `GATE=FILE`: the id or title of a gate, and the file that it leaves";
                faults.push(Fault::new(Code::Usage, format!("`--artifact` cannot be `{text}`"), help));
                continue;
            };
            if file == LOG {
                let help = "write it as `./log`: the output of a gate has that name already";
                faults.push(Fault::new(Code::Usage, format!("an artifact cannot be named `{LOG}`"), help));
                continue;
            }
            match named(plan, gate, "--artifact") {
                Ok(found) => match found.into_iter().find(|id| runnable.contains(*id)) {
                    Some(id) => {
                        of.entry(id.clone()).or_default().insert(file.to_owned());
                    }
                    None => {
                        let help = "name a gate that has a command and was asked for";
                        let message = format!("`--artifact` names `{gate}`, which is not run here");
                        faults.push(Fault::new(Code::UnknownGate, message, help));
                    }
                },
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(Self { root, of }) } else { Err(faults) }
    }

    /// Looks at what a gate left, and puts it into the store where there is one.
    pub(super) fn left(&self, gate: &GateId, store: Option<&dyn Store>) -> Left {
        let mut left = Left::default();
        for name in self.of.get(gate).into_iter().flatten() {
            let path = self.root.join(name);
            match workspace::digest_of(&path) {
                Ok((digest, size)) => {
                    let mut digest = digest;
                    if let Some(store) = store.filter(|_| size <= MOST_BYTES) {
                        let bytes = workspace::read(&path).map_err(|why| unreadable(name, &why));
                        match bytes.and_then(|bytes| store::save_blob(store, &bytes)) {
                            Ok(kept) => digest = kept,
                            Err(fault) => left.faults.push(fault),
                        }
                    }
                    left.artifacts.push(Artifact { name: name.clone(), digest });
                }
                Err(why) => left.missing.push(format!("it did not leave `{name}`: {why}")),
            }
        }
        left
    }
}

fn unreadable(name: &str, why: &str) -> Fault {
    let help = "see whether something else removes it while gates run";
    Fault::new(Code::EvidenceArtifact, format!("the artifact `{name}` cannot be read: {why}"), help)
}
