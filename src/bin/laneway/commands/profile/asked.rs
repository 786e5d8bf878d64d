//! What `resolve` and `preflight` are asked: the release, its commit, the folder in which things are looked at.

use std::path::PathBuf;

use jiff::Timestamp;
use laneway::change::ChangeSource;
use laneway::digest::CommitHash;
use laneway::fault::{Code, Fault};
use laneway::release::Manifest;

use super::super::release::{self, Released};
use super::super::{gather, proof};
use crate::args::{ChangeArgs, PlaceArgs, ReleaseArgs, StoreArgs};
use crate::environment::Environment;

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    /// The release.
    pub(super) released: Released,
    /// Its commit.
    pub(super) commit: CommitHash,
    /// The root of the working tree.
    pub(super) root: PathBuf,
    /// The time.
    pub(super) now: Timestamp,
}

/// Decides what is asked, or says everything that is wrong with the arguments.
pub(super) fn asked(
    place: &PlaceArgs,
    change: &ChangeArgs,
    args: &ReleaseArgs,
    store: &StoreArgs,
    environment: &Environment,
) -> Result<Asked, Vec<Fault>> {
    let one = |fault| vec![fault];
    let mut faults = proof::blank(store);
    if change.output.as_deref().is_some_and(gather::is_blank) {
        let help = "give `--output` a value, or leave it out";
        faults.push(Fault::new(Code::EmptyValue, "the value of `--output` is empty", help));
    }
    let asked = match release::asked(args) {
        Ok(Some(asked)) => Some(asked),
        Ok(None) => {
            let message = "`--profile` and `--environment` are missing: a contract is between the two";
            faults.push(Fault::new(Code::ReleaseFlag, message, "`laneway profile list` shows both"));
            None
        }
        Err(own) => {
            faults.extend(own);
            None
        }
    };
    let now = proof::now().map_err(one)?;
    let (Some(asked), true) = (asked, faults.is_empty()) else { return Err(faults) };
    let deployed =
        args.deployed.as_deref().map(|file| release::manifest_of("--deployed", file)).transpose()?;
    let deployed = deployed.as_ref().map(|own: &Manifest| own.commit.as_str());
    let released = release::released(place, change, asked, deployed, environment)?;
    let commit = commit(&released)?;
    let root = root(&released)?;
    Ok(Asked { released, commit, root, now })
}

fn commit(released: &Released) -> Result<CommitHash, Vec<Fault>> {
    let provenance = &released.gathered.change.provenance;
    let what = match provenance.source {
        ChangeSource::Commits => {
            return proof::commit(provenance.head.as_deref()).map_err(|fault| vec![fault]);
        }
        ChangeSource::WorkingTree => "the working tree",
        ChangeSource::Index => "the index",
        ChangeSource::Files => "a list of files",
    };
    let help = "commit the change, and name its commit with `--head`";
    let message = format!("the change is that of {what}, and a release is of a commit");
    Err(vec![Fault::new(Code::EvidenceCommit, message, help)])
}

fn root(released: &Released) -> Result<PathBuf, Vec<Fault>> {
    let root = released.gathered.origin().and_then(|(repository, _)| repository.work_tree());
    root.map(PathBuf::from).ok_or_else(|| {
        let help = "run it in a clone with a working tree, or make one: git worktree add";
        vec![Fault::new(Code::Git, "there is no working tree to look at the environment from", help)]
    })
}
