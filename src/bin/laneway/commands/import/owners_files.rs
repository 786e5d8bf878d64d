//! `laneway import owners-files`: rows from a Kubernetes OWNERS tree.

use laneway::fault::{Code, Fault};
use laneway::import::owners_files::{differences, import};
use laneway::owners_files::{is_owners_file, read};
use laneway::path::RepoPath;

use super::conclude::{Outcome, conclude, contents};
use crate::args::{ImportOwnersFilesArgs, PlaceArgs};
use crate::commands::standing::standing;
use crate::exit::Exit;

/// Reads the OWNERS files and writes a row for each folder that has one.
pub(super) fn run(place: &PlaceArgs, args: &ImportOwnersFilesArgs) -> Result<Exit, Vec<Fault>> {
    let standing = standing(place, None)?;
    let (tree, faults) = read(&contents(&standing, is_owners_file)?);
    if !faults.is_empty() {
        return Err(faults);
    }
    if tree.files.is_empty() {
        let help = "an OWNERS tree has files named `OWNERS`, which git tracks";
        return Err(vec![Fault::new(Code::Usage, "there is no OWNERS file here", help)]);
    }
    let imported = import(&tree, &standing.tree, &standing.policy.config);
    let differences = |policy: &_, files: &[RepoPath]| differences(&tree, policy, files);
    let outcome = Outcome {
        imported: &imported,
        heading: String::new(),
        by: "the OWNERS files",
        differences: &differences,
    };
    conclude(&standing, &outcome, &args.how, place.verbose)
}
