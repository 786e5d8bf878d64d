//! A store that is read as a whole, with what the base says of the keys that sign in it.

use std::collections::{BTreeMap, BTreeSet};

use laneway::config::Config;
use laneway::digest::Digest;
use laneway::dsse::{KeyId, PublicKey};
use laneway::evidence::Archive;
use laneway::fault::{Code, Fault};
use laneway::git::Repository;
use laneway::policy::Policy;
use laneway::render::evidence::{Shelf, Unknown};
use laneway::store::{self, Store};
use laneway::trust::Trust;

use crate::args::{PlaceArgs, StoreArgs};
use crate::commands::{proof, standing};

/// A store with all that it holds.
pub(super) struct Opened {
    pub(super) store: Box<dyn Store>,
    place: String,
    pub(super) archive: Archive,
    trust: Trust,
    pub(super) signatures: BTreeMap<Digest, BTreeSet<KeyId>>,
    blobs: BTreeSet<Digest>,
    /// What is wrong with the base's policy: some key may not be known by name.
    pub(super) faults: Vec<Fault>,
}

impl Opened {
    /// Returns what renderers are given.
    pub(super) fn shelf(&self) -> Shelf<'_> {
        Shelf {
            place: &self.place,
            archive: &self.archive,
            trust: &self.trust,
            signatures: &self.signatures,
            blobs: &self.blobs,
        }
    }
}

/// Reads the store that `--store` names, else the one of the base.
pub(super) fn open(place: &PlaceArgs, args: &StoreArgs) -> Result<Opened, Vec<Fault>> {
    let one = |fault| vec![fault];
    let (config, trust, faults) = base(place, args)?;
    let store = proof::open(place, args, &config)?;
    let keys: Vec<PublicKey> = trust.keys.iter().map(|own| own.key.clone()).collect();
    let archive = store::archive(store.as_ref(), &keys).map_err(one)?;
    let mut signatures: BTreeMap<Digest, BTreeSet<KeyId>> = BTreeMap::new();
    for at in store.list("v1/sig/").map_err(one)? {
        let parts: Vec<&str> = at.as_str().split('/').collect();
        if let [_, _, of, file] = parts[..]
            && let (Ok(of), Some(Ok(key))) = (Digest::parse(of), file.strip_suffix(".json").map(KeyId::parse))
        {
            signatures.entry(of).or_default().insert(key);
        }
    }
    let blobs = store.list("v1/blob/sha256/").map_err(one)?;
    let blobs = blobs.iter().filter_map(|at| {
        let digits = at.as_str().strip_prefix("v1/blob/sha256/")?.replace('/', "");
        Digest::parse(&digits).ok()
    });
    Ok(Opened { blobs: blobs.collect(), place: store.place(), store, archive, trust, signatures, faults })
}

/// Returns what the base says of stores and keys. A store that is named can be looked at from anywhere; no key is known there.
fn base(place: &PlaceArgs, args: &StoreArgs) -> Result<(Config, Trust, Vec<Fault>), Vec<Fault>> {
    let taken = |policy: Policy| (policy.config, policy.lanes.trust, policy.faults);
    if let Some(folder) = &place.policy {
        return standing::external(folder.as_ref()).map(taken);
    }
    match Repository::open(&standing::directory(place)?) {
        Ok(repository) => {
            let policy = repository.standing_base().map(|base| Policy::load(&repository.commit_policy(base)));
            Ok(policy.map(taken).unwrap_or_default())
        }
        Err(fault) if fault.code == Code::NotARepository && args.store.is_some() => Ok(Default::default()),
        Err(fault) => Err(vec![fault]),
    }
}

/// Returns the fault of a word that the store knows nothing of.
pub(super) fn unknown(opened: &Opened, word: &str, why: Unknown) -> Fault {
    match why {
        Unknown::Nothing { near } => {
            let help = match near {
                Some(near) => format!("did you mean `{near}`? `laneway evidence show` lists what there is"),
                None => "`laneway evidence show` lists what there is; name a commit by its hash, as `git rev-parse` \
                         prints it"
                    .to_owned(),
            };
            let message = format!("the store `{}` has nothing of `{word}`", opened.place);
            Fault::new(Code::EvidenceValue, message, help)
        }
        Unknown::Several { names } => {
            let message = format!("`{word}` begins more than one name of the store `{}`", opened.place);
            let help = format!("write more of it: {}", names.join(", "));
            Fault::new(Code::EvidenceValue, message, help)
        }
    }
}
