//! `laneway import codeowners`: rows and lanes from the lines of a CODEOWNERS file.

use std::collections::BTreeSet;
use std::path::Path;

use laneway::codeowners::{CodeOwners, Dialect};
use laneway::fault::{Code, Fault};
use laneway::import::codeowners::{Difference, differences, import};
use laneway::path::RepoPath;
use laneway::render::escape::terminal;
use laneway::workspace;

use super::conclude::{Outcome, conclude};
use crate::args::{ImportCodeownersArgs, PlaceArgs};
use crate::commands::standing::{Standing, standing};
use crate::exit::Exit;

/// Where a file is looked for that no flag names, whichever host it is for.
const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Reads the file and writes a row for each line that decides about something.
pub(super) fn run(place: &PlaceArgs, args: &ImportCodeownersArgs) -> Result<Exit, Vec<Fault>> {
    let standing = standing(place, None)?;
    let (path, bytes, others) = find(&standing, args)?;
    let told = args.dialect.map(Dialect::from);
    let dialect =
        told.unwrap_or_else(|| Dialect::detect(&path, &String::from_utf8_lossy(&bytes), &standing.tree));
    let (file, faults) = CodeOwners::read(dialect, &path, &bytes);
    if !faults.is_empty() {
        return Err(faults);
    }
    if standing.policy.is_broken() {
        return Err(standing.policy.faults.clone());
    }
    let imported = import(&file, &standing.tree, &standing.policy.config, args.keep_dead);
    let differences =
        |policy: &_, files: &[RepoPath]| differences(&file, policy, files).iter().map(difference).collect();
    let by = if told.is_some() { "as told" } else { "by its place, its lines and the tree" };
    let mut heading = format!("{}: {dialect} dialect, {by}\n", terminal(&path.to_string()));
    for other in others {
        heading += &format!("{} is there as well, and is not read\n", terminal(&other.to_string()));
    }
    let outcome =
        Outcome { imported: &imported, heading, by: "the CODEOWNERS file", differences: &differences };
    conclude(&standing, &outcome, &args.how, place.verbose)
}

/// Returns the file, its bytes, and the files that are there as well and are not read.
fn find(
    standing: &Standing,
    args: &ImportCodeownersArgs,
) -> Result<(RepoPath, Vec<u8>, Vec<RepoPath>), Vec<Fault>> {
    if let Some(file) = &args.file {
        if file.as_encoded_bytes().iter().all(u8::is_ascii_whitespace) {
            let help = "give `--file` a value, or leave it out";
            return Err(vec![Fault::new(Code::EmptyValue, "the value of `--file` is empty", help)]);
        }
        let bytes = workspace::read(Path::new(file)).map_err(|why| {
            let message = format!("`{}` cannot be read: {why}", file.to_string_lossy());
            let help = "name a CODEOWNERS file with `--file`, from the folder that you are in";
            vec![Fault::new(Code::CodeownersMissing, message, help)]
        })?;
        return Ok((RepoPath::new(file.as_encoded_bytes()), bytes, Vec::new()));
    }
    let places = match args.dialect {
        Some(dialect) => Dialect::from(dialect).places().map(RepoPath::from).to_vec(),
        None => PLACES.map(RepoPath::from).to_vec(),
    };
    let (contents, unread) = standing.repository.contents_of(standing.state, &places);
    if let Some((path, why)) = unread.into_iter().next() {
        let message = format!("{path} cannot be read: {why}");
        return Err(vec![Fault::new(Code::CodeownersMissing, message, "see whether it may be read")]);
    }
    let mut found = places.iter().filter_map(|path| Some((path, contents.get(path)?)));
    let Some((path, bytes)) = found.next() else {
        let names = places.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let message = format!("there is no CODEOWNERS file: none of {names}");
        let help = "name it with `--file`, or begin with `laneway init`";
        return Err(vec![Fault::new(Code::CodeownersMissing, message, help)]);
    };
    Ok((path.clone(), bytes.to_vec(), found.map(|(path, _)| path.clone()).collect()))
}

fn difference(one: &Difference) -> String {
    let named = |owners: &Option<BTreeSet<String>>, none: &str| match owners {
        None => none.to_owned(),
        Some(owners) if owners.is_empty() => "nobody".to_owned(),
        Some(owners) => owners.iter().cloned().collect::<Vec<_>>().join(" "),
    };
    let (original, maps) = (named(&one.original, "no rule"), named(&one.maps, "unclaimed"));
    format!("{}: {original} by the file, {maps} by the maps", one.path)
}
